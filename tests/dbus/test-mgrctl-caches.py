#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl caches against a real program on a private bus.

Needs MGRCTL and MGR_TEST_PROGRAM in the environment.
"""

import os
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

from mgrctl_case import MIB, MgrctlTestCase

SVG = "{http://www.w3.org/2000/svg}"


class CachesTestCase(MgrctlTestCase):
    """A program with two caches: one that is too small for what it is asked, one unused."""

    def setUp(self):
        super().setUp()
        self.program = self.start("--name", "importer")
        for command in ("cache pages cache", "cache idle-2 -", "ask pages 150 100"):
            self.assertEqual(self.program.ask(command), "ok", command)


class TestAll(CachesTestCase):
    def test_text(self):
        lines = self.check("caches").splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["CACHE", "pages", "idle-2"])
        self.assertRegex(lines[1], r"^pages  +100 +\d+\.\d KiB +1\.0 MiB +\d+\.\d % +0 +\d+$")
        self.assertRegex(lines[2], r"^idle-2 +0 +0 B +1\.0 MiB +0\.0 % +0 +0$")
        self.assertEqual(len({len(line) for line in lines}), 1, "the columns are straight")

    def test_json_has_the_fields_of_the_report(self):
        found = self.check_json("caches")
        self.assertEqual((found["program"], found["pid"]), ("importer", self.program.pid))
        self.assertEqual(found["caches"], self.check_json("status")["caches"])
        pages, idle = found["caches"]
        self.assertEqual((pages["name"], pages["component"], pages["entries"]),
                         ("pages", "cache", 100))
        self.assertEqual((pages["max-bytes"], pages["max-entries"]), (MIB, 100))
        self.assertEqual(pages["hits"] + pages["misses"], 15000)
        self.assertEqual(pages["removed"]["size"], pages["misses"] - 100)
        self.assertNotIn("component", idle)

    def test_holders(self):
        """A cache counts with what it holds."""
        holders = {holder["kind"]: holder for holder in self.check_json("status")["holders"]}
        self.assertEqual(holders["cache"]["count"], 2)
        self.assertGreater(holders["cache"]["size"], 100 * 1000)


class TestNone(MgrctlTestCase):
    def test_none(self):
        self.start("--name", "importer")
        result = self.run_mgrctl("caches")
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, "", "mgrctl: “importer” has no caches\n"))
        self.assertIn("nor any other", self.check_fails(1, "caches", "pages"))


class TestOne(CachesTestCase):
    def test_text(self):
        lines = self.check("caches", "pages").splitlines()
        self.assertEqual(lines[0], "pages: cache of at most 1.0 MiB and 100 entries, "
                                   "charged to cache")
        for line, pattern in zip(lines[1:], (
                r"entries +100", r"size +\d+\.\d KiB", r"hit ratio +\d+\.\d %  \d+ hits, \d+ misses",
                r"loads +0", r"joined +0", r"stale +0", r"recalled +0",
                r"gone for room +\d+  which held \d+\.\d [KM]iB", r"under pressure +0", r"expired +0",
                r"removed +0", r"replaced +0", r"collected +0", r"eviction age +0\.0 s")):
            self.assertRegex(line, f"^  {pattern}$")
        self.assertEqual(lines[15], "")

    def test_curve(self):
        """It rises to all of it, as twice the size has room for every key."""
        rows = self.check("caches", "pages").splitlines()[16:]
        self.assertEqual(len(rows), 9)
        self.assertTrue(rows[0].startswith("  100 % "))
        self.assertTrue(rows[7].startswith("    0 % "))
        widths = [len(row.rstrip()[8:]) - len(row.rstrip()[8:].lstrip()) for row in rows[:8]]
        self.assertEqual(widths, sorted(widths, reverse=True))
        self.assertEqual(len(rows[7].rstrip()), 8 + 65)
        self.assertRegex(rows[8], r"^ +0 B +\d+\.\d KiB +\d+\.\d KiB$")

    def test_too_little_to_tell(self):
        self.assertIn("Too little was asked for", self.check("caches", "idle-2"))
        self.assertEqual(self.check_json("caches", "idle-2")["cache"]["predicted"], [])

    def test_ascii(self):
        self.environment = dict(self.environment, LC_ALL="C")
        output = self.check("caches", "pages")
        self.assertTrue(output.isascii())
        self.assertIn("####", output)

    def test_json(self):
        cache = self.check_json("caches", "pages")["cache"]
        points = cache.pop("predicted")
        self.assertEqual(cache, self.check_json("caches")["caches"][0])
        self.assertEqual([point["fraction"] for point in points],
                         [2 * i / 40 for i in range(41)])
        self.assertEqual(points[0]["hit-ratio"], 0)
        self.assertGreater(points[40]["hit-ratio"], points[20]["hit-ratio"])

    def test_name_with_other_letters(self):
        self.assertEqual(self.program.ask("cache été-2/a_b -"), "ok")
        self.assertEqual(self.check_json("caches", "été-2/a_b")["cache"]["name"], "été-2/a_b")

    def test_unknown_name(self):
        self.assertEqual(self.check_fails(1, "caches", "page"),
                         "mgrctl: There is no cache “page”, but pages, idle-2\n")
        self.check_fails(2, "caches", "pages", "idle-2")


class TestPlot(CachesTestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "cache.svg")

    def draw(self, name):
        self.check("caches", name, "--plot=" + self.path)
        return ElementTree.parse(self.path).getroot()

    def test_picture(self):
        root = self.draw("pages")
        texts = [node.text for node in root.iter(SVG + "text")]
        self.assertEqual(texts[:2], ["pages", "cache of importer"])
        self.assertRegex(texts[2], r"^\d+\.\d KiB in 100 entries; \d+\.\d % of 15000 requests "
                                   r"found there$")
        self.assertIn("now", texts)
        self.assertEqual(len(list(root.iter(SVG + "path"))), 1)

    def test_nothing_known(self):
        root = self.draw("idle-2")
        texts = [node.text for node in root.iter(SVG + "text")]
        self.assertIn("too little was asked for to tell more", texts)
        self.assertEqual(list(root.iter(SVG + "path")), [])

    def test_nothing_to_draw(self):
        self.assertIn("Say which cache", self.check_fails(2, "caches", "--plot=" + self.path))
        self.assertFalse(os.path.exists(self.path))

    def test_cannot_be_written(self):
        self.assertIn("cannot be written",
                      self.check_fails(1, "caches", "pages", "--plot=/nonexistent/cache.svg"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
