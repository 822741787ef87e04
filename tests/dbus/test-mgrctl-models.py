#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl models against a real program on a private bus.

Needs MGRCTL and MGR_TEST_PROGRAM in the environment.
"""

import sys
import unittest

from mgrctl_case import MIB, MgrctlTestCase

RANKER = "model ranker: 1.0 MiB, used twice in an hour, reload 0.8 s: lower its priority"
SPEECH = "model speech: 1.0 MiB, used once in an hour, reload 0.8 s: lower its priority"


class ModelsTestCase(MgrctlTestCase):
    """A program with three models: one in use, one loaded, one never used."""

    def setUp(self):
        super().setUp()
        self.program = self.start("--name", "importer")
        for command in ("model ranker models", "model speech -", "model index models",
                        "use ranker", "unuse ranker", "use ranker", "unuse ranker",
                        "use speech"):
            self.assertEqual(self.program.ask(command), "ok", command)


class TestAll(ModelsTestCase):
    def test_text(self):
        table, advice = self.check("models").split("\n\n")
        lines = table.splitlines()
        self.assertEqual([line[:8].rstrip() for line in lines],
                         ["MODEL", "ranker", "speech", "index"])
        for line, pattern in zip(lines[1:], (
                r"loaded +1\.0 MiB +2 +1 +0\.8 s +0\.8 s  safe +5",
                r"in use +1\.0 MiB +1 +1 +0\.8 s +0\.0 s  safe +5",
                r"unloaded +1\.0 MiB +0 +0 +never +never  safe +5")):
            self.assertRegex(line[8:], f"^{pattern}$")
        self.assertEqual(len({len(line) for line in lines}), 1, "the columns are straight")
        self.assertEqual(advice.splitlines(), [RANKER, SPEECH])

    def test_json_has_the_fields_of_the_report(self):
        found = self.check_json("models")
        self.assertEqual((found["program"], found["pid"]), ("importer", self.program.pid))
        self.assertEqual(found["models"], self.check_json("status")["models"])
        ranker = found["models"][0]
        last_use = ranker.pop("last-use")
        resident = ranker.pop("resident-size")
        self.assertGreater(last_use, 0)
        self.assertLess(resident, MIB)
        self.assertEqual(ranker, {
            "name": "ranker", "component": "models", "loaded": True, "pinned": False,
            "safety": "safe", "priority": 5, "unused-for": 800000, "advice": [RANKER],
            "size": MIB, "declared-size": MIB, "ledger-size": 0, "charged": MIB,
            "n-uses": 2, "n-hits": 1, "n-joins": 0, "n-found-again": 0, "n-loads": 1,
            "n-failures": 0, "n-unloads": 0, "n-dropped": 0, "n-active": 0,
            "n-recent-uses": 2, "n-recent-loads": 1,
            "load-time": 800000, "total-load-time": 800000})
        self.assertNotIn("component", found["models"][1])
        self.assertEqual(found["models"][2]["unused-for"], -1)

    def test_holders(self):
        """A model that is not loaded holds nothing."""
        holders = {holder["kind"]: holder for holder in self.check_json("status")["holders"]}
        self.assertEqual(holders["model"], {"kind": "model", "count": 3, "size": 2 * MIB})


class TestNone(MgrctlTestCase):
    def test_none(self):
        self.start("--name", "importer")
        result = self.run_mgrctl("models")
        self.assertEqual((result.returncode, result.stdout, result.stderr),
                         (0, "", "mgrctl: “importer” has no models\n"))
        self.assertEqual(self.check_json("models")["models"], [])
        self.assertIn("nor any other", self.check_fails(1, "models", "ranker"))


class TestOne(ModelsTestCase):
    def check_lines(self, name, *patterns):
        lines = self.check("models", name).splitlines()
        self.assertEqual(len(lines), len(patterns), lines)
        for line, pattern in zip(lines, patterns):
            self.assertRegex(line, f"^{pattern}$")

    def test_loaded(self):
        self.check_lines(
            "ranker", "ranker: loaded, charged to models",
            r"  size +1\.0 MiB  declared 1\.0 MiB; measured .* in the process, 0 B in the ledger",
            r"  charged +1\.0 MiB",
            r"  uses +2  2 in the last hour, 0 now",
            r"  hits +1  and 0 shared a load, 0 found what others had kept",
            r"  loads +1  1 in the last hour, and 0 failed",
            r"  unloads +0",
            r"  reload +0\.8 s  0\.8 s for all loads",
            r"  last use +0\.8 s  ago",
            r"  safety +safe",
            r"  priority +5",
            "", RANKER.replace(".", r"\."))

    def test_never_used(self):
        lines = self.check("models", "index").splitlines()
        self.assertEqual(lines[0], "index: unloaded, charged to models")
        self.assertRegex(lines[7], r"^  reload +-$")
        self.assertRegex(lines[8], r"^  last use +never$")
        self.assertEqual(len(lines), 11)

    def test_in_use(self):
        self.assertEqual(self.check("models", "speech").splitlines()[0],
                         "speech: in use, charged to nobody")

    def test_json(self):
        found = self.check_json("models", "ranker")
        self.assertEqual(found["model"], self.check_json("models")["models"][0])
        self.assertEqual(found["program"], "importer")

    def test_unknown_name(self):
        self.assertEqual(self.check_fails(1, "models", "rank"),
                         "mgrctl: There is no model “rank”, but ranker, speech, index\n")
        self.check_fails(2, "models", "ranker", "speech")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
