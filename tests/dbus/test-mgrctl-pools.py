#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl pools against a real program on a private bus.

Needs MGRCTL and MGR_TEST_PROGRAM in the environment.
"""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import unittest
import xml.etree.ElementTree as ElementTree

from mgrctl_case import MGRCTL, MIB, MgrctlTestCase

SVG = "{http://www.w3.org/2000/svg}"


class PoolsTestCase(MgrctlTestCase):
    """A program with three pools: two in use, one stopped."""

    def setUp(self):
        super().setUp()
        self.program = self.start("--name", "importer")
        for command in ("pool ticks cache", "pool tensors -", "pool scratch models",
                        "take ticks 700000", "take ticks 280000", "give ticks 280000",
                        "take tensors 131072", "take scratch 1000", "give scratch 1000",
                        "stop scratch"):
            self.assertEqual(self.program.ask(command), "ok", command)
        self.assertEqual(self.program.ask("take ticks 900000"), "refused")


class TestAll(PoolsTestCase):
    def test_text(self):
        lines = self.check("pools").splitlines()
        self.assertEqual([line[:8].rstrip() for line in lines],
                         ["POOL", "ticks", "tensors", "scratch"])
        self.assertRegex(lines[1], r"^ticks    fake   683\.6 KiB +1\.0 MiB   67 %  █{14}░{6}"
                                   r" +957\.0 KiB +0 % +1$")
        self.assertRegex(lines[2], r"^tensors  fake   128\.0 KiB +1\.0 MiB   12 %  █{3}░{17}"
                                   r" +128\.0 KiB +0 % +1$")
        self.assertRegex(lines[3], r" 0 B +0 % +0  stopped$")
        self.assertEqual(len({len(line) for line in lines[:3]}), 1, "the columns are straight")

    def test_json_has_the_fields_of_the_report(self):
        found = self.check_json("pools")
        self.assertEqual((found["program"], found["pid"]), ("importer", self.program.pid))
        self.assertEqual(found["pools"], self.check_json("status")["pools"])
        self.assertEqual(found["pools"][0], {
            "name": "ticks", "kind": "fake", "component": "cache", "active": True,
            "capacity": MIB, "charged": 980000, "used": 700000, "peak": 980000,
            "available": MIB - 700000, "largest-free": MIB - 700000, "fragmentation": 0.0,
            "allocation-count": 1, "total-count": 2, "refused-count": 1, "evicted-count": 0,
            "evicted-bytes": 0, "trimmed-bytes": 0})
        self.assertNotIn("component", found["pools"][1])

    def test_holders(self):
        """A pool counts with what it holds."""
        holders = {holder["kind"]: holder for holder in self.check_json("status")["holders"]}
        self.assertEqual(holders["pool"], {"kind": "pool", "count": 3, "size": 980000 + 131072})


class TestNone(MgrctlTestCase):
    def test_none(self):
        self.start("--name", "importer")
        result = self.run_mgrctl("pools")
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, "", "mgrctl: “importer” has no pools\n"))
        self.assertIn("nor any other", self.check_fails(1, "pools", "ticks"))


class TestOne(PoolsTestCase):
    def test_text(self):
        lines = self.check("pools", "ticks").splitlines()
        self.assertEqual(lines[0], "ticks: fake pool, charged to cache")
        for line, pattern in zip(lines[1:], (
                r"capacity +1\.0 MiB", r"used +683\.6 KiB +67 %  █{14}░{6}",
                r"peak +957\.0 KiB +93 %  █{19}░", r"held +957\.0 KiB +93 %  █{19}░",
                r"available +340\.4 KiB",
                r"fragmentation +0\.0 %  the largest free piece is 340\.4 KiB",
                r"blocks +1  of 2 ever, and 1 refused", r"evicted +0", r"trimmed +0 B")):
            self.assertRegex(line, f"^  {pattern}$")
        self.assertEqual(lines[10], "")

    def test_who_is_charged(self):
        self.assertTrue(self.check("pools", "tensors").startswith(
            "tensors: fake pool, charged to nobody\n"))
        self.assertTrue(self.check("pools", "scratch").startswith(
            "scratch: fake pool, charged to models, stopped\n"))

    def test_picture(self):
        """Where there is no terminal, a line of 80 columns, one of which stays free."""
        picture, scale = self.check("pools", "ticks").splitlines()[-2:]
        self.assertRegex(picture, r"^│█{51}▃ {25}│$")
        self.assertRegex(scale, r"^ 0 B +1\.0 MiB$")
        self.assertEqual((len(picture), len(scale)), (79, 78))
        self.assertEqual(self.check("pools", "scratch").splitlines()[-2], f"│{' ' * 77}│")

    def test_what_is_in_use_never_looks_free(self):
        self.assertEqual(self.program.ask("pool nearly -"), "ok")
        self.assertEqual(self.program.ask("take nearly 1"), "ok")
        self.assertRegex(self.check("pools", "nearly").splitlines()[-2], r"^│▁ {76}│$")
        self.assertEqual(self.program.ask(f"take nearly {MIB - 2}"), "ok")
        self.assertRegex(self.check("pools", "nearly").splitlines()[-2], r"^│█{76}▇│$")
        self.assertEqual(self.program.ask("take nearly 1"), "ok")
        self.assertRegex(self.check("pools", "nearly").splitlines()[-2], r"^│█{77}│$")

    def test_ascii(self):
        self.environment = dict(self.environment, LC_ALL="C")
        output = self.check("pools", "ticks")
        self.assertTrue(output.isascii())
        self.assertRegex(output.splitlines()[-2], r"^\|#{51}: {25}\|$")

    def test_as_wide_as_the_terminal(self):
        for columns, expected in ((120, 119), (40, 39), (5, 19)):
            master, slave = pty.openpty()
            self.addCleanup(os.close, master)
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            process = subprocess.Popen([MGRCTL, "pools", "ticks", "--no-color"], stdout=slave,
                                       env=self.environment)
            os.close(slave)
            output = b""
            try:
                while chunk := os.read(master, 4096):
                    output += chunk
            except OSError:
                pass
            self.assertEqual(process.wait(), 0)
            self.assertEqual(len(output.decode().splitlines()[-2]), expected)

    def test_json(self):
        found = self.check_json("pools", "ticks")
        pool = found["pool"]
        cells = pool.pop("occupancy")
        self.assertEqual((pool.pop("low-water"), pool.pop("high-water")), (0.7, 0.9))
        self.assertEqual(pool, self.check_json("pools")["pools"][0])
        self.assertEqual(len(cells), 64)
        self.assertAlmostEqual(sum(cells) / 64, 700000 / MIB)

    def test_name_with_other_letters(self):
        self.assertEqual(self.program.ask("pool été-2.a_b -"), "ok")
        self.assertEqual(self.check_json("pools", "été-2.a_b")["pool"]["name"], "été-2.a_b")

    def test_unknown_name(self):
        self.assertEqual(self.check_fails(1, "pools", "tick"),
                         "mgrctl: There is no pool “tick”, but ticks, tensors, scratch\n")
        self.check_fails(2, "pools", "ticks", "tensors")


class TestPlot(PoolsTestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "pool.svg")

    def draw(self, name):
        self.check("pools", name, "--plot=" + self.path)
        return ElementTree.parse(self.path).getroot()

    def test_picture(self):
        root = self.draw("ticks")
        texts = [node.text for node in root.iter(SVG + "text")]
        self.assertEqual(texts[:3], [
            "ticks", "fake pool of importer",
            "683.6 KiB of 1.0 MiB used in 1 block, 957.0 KiB at the peak; 957.0 KiB held; "
            "fragmentation 0.0 %"])
        self.assertIn("water lines at 70 % and 90 %", texts)
        width, height = map(float, root.get("viewBox").split()[2:])
        for node in root.iter(SVG + "rect"):
            self.assertLessEqual(float(node.get("x")) + float(node.get("width")), width)
            self.assertLessEqual(float(node.get("y")) + float(node.get("height")), height)

    def test_map_shows_the_share_in_use(self):
        cells = [node for node in self.draw("tensors").iter(SVG + "rect")
                 if float(node.get("y")) < 62 + 16 * 14]
        used = sum(float(node.get("width")) for node in cells if node.get("class") == "cell")
        total = sum(float(node.get("width")) for node in cells)
        self.assertAlmostEqual(used / total, 131072 / MIB, places=3)

    def test_nothing_to_draw(self):
        self.assertIn("Say which pool", self.check_fails(2, "pools", "--plot=" + self.path))
        self.assertFalse(os.path.exists(self.path))

    def test_cannot_be_written(self):
        self.assertIn("cannot be written",
                      self.check_fails(1, "pools", "ticks", "--plot=/nonexistent/pool.svg"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
