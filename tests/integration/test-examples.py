#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""An example says the same in every language, and shows what it is there to show."""

import importlib.util
import os
import re
import subprocess
import unittest
from pathlib import Path

EXAMPLES = Path(os.environ["MGR_SOURCE_ROOT"]) / "doc" / "examples"
BUILD = Path(os.environ["MGR_BUILD_ROOT"]) / "doc" / "examples"
LINE = re.compile(r"(\w+), (\d+) pages are kept: \S.* \(quota\)")


def lines_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8",
                          timeout=60).stdout.splitlines()


class PressureChanged(unittest.TestCase):
    def setUp(self):
        self.lines = lines_of(BUILD / "pressure-changed")

    def test_javascript_says_the_same(self):
        self.assertEqual(lines_of("gjs", EXAMPLES / "gjs/pressure-changed.js"), self.lines)

    def test_python_says_the_same(self):
        self.assertEqual(lines_of("/usr/bin/python3", EXAMPLES / "python/pressure-changed.py"),
                         self.lines)

    def test_gives_way_and_grows_again(self):
        matches = [LINE.match(line) for line in self.lines]
        self.assertTrue(all(matches), self.lines)
        levels = [match.group(1) for match in matches]
        self.assertIn("medium", levels)
        self.assertIn("normal", levels[levels.index("medium"):])
        self.assertTrue(all(0 < int(match.group(2)) < 90 for match in matches), self.lines)


class PoolBlocks(unittest.TestCase):
    def test_all_languages_say_the_same(self):
        lines = lines_of(BUILD / "pool-blocks")
        self.assertEqual(lines_of("gjs", EXAMPLES / "gjs/pool-blocks.js"), lines)
        self.assertEqual(lines_of("/usr/bin/python3", EXAMPLES / "python/pool-blocks.py"), lines)
        self.assertEqual(lines, ["16 symbols are kept, 24 gave way",
                                 "the first one was always of use: its last price is 999",
                                 "used 125 KiB of 128"])


class SharedTensor(unittest.TestCase):
    def setUp(self):
        self.lines = lines_of(BUILD / "shared-tensor")

    def test_javascript_says_the_same(self):
        self.assertEqual(lines_of("gjs", EXAMPLES / "gjs/shared-tensor.js"), self.lines)

    @unittest.skipUnless(importlib.util.find_spec("numpy"), "NumPy is not installed")
    def test_python_says_the_same(self):
        self.assertEqual(lines_of("/usr/bin/python3", EXAMPLES / "python/shared-tensor.py"),
                         self.lines)

    def test_works_where_the_numbers_are(self):
        self.assertEqual(self.lines, [
            "owner: 8388608 bytes are charged to models",
            "worker: 250 × 1000 prices, 1000000 bytes",
            "owner: the mean change is 0.0100",
            "owner: 0 leases are left, and 0 bytes in use",
        ])


class LazyModels(unittest.TestCase):
    @unittest.skipUnless(importlib.util.find_spec("sklearn"), "scikit-learn is not installed")
    def test_three_in_a_budget_for_two(self):
        """Two are there at the end, the one used last among them.

        Which one goes for the third follows from how long their loads took, and a busy
        machine makes any of them the longest.
        """
        lines = lines_of("/usr/bin/python3", EXAMPLES / "python/lazy-models.py")
        loaded = [line.split()[1] for line in lines if line.startswith("loading")]
        states = dict(line.split(": ", 1) for line in lines if ", loads: " in line)
        self.assertEqual(loaded[:3], ["forest", "trees", "neighbours"])
        self.assertIn(loaded[3:], ([], ["forest"]))
        self.assertEqual(list(states), ["forest", "trees", "neighbours"])
        for name, state in states.items():
            self.assertIn(state, [f"{where}, loads: {loaded.count(name)}"
                                  for where in ("there", "gone")])
        self.assertEqual(sum(state.startswith("there") for state in states.values()), 2)
        self.assertTrue(states["forest"].startswith("there"))
        scores = [int(re.search(r"reads (\d+)% of 597", line).group(1))
                  for line in lines if "reads" in line]
        self.assertEqual(len(scores), 5)
        self.assertGreater(min(scores), 85, "trained models know most digits")


class PoolWaters(unittest.TestCase):
    def test_all_languages_say_the_same(self):
        lines = lines_of(BUILD / "pool-waters")
        self.assertEqual(lines_of("gjs", EXAMPLES / "gjs/pool-waters.js"), lines)
        self.assertEqual(lines_of("/usr/bin/python3", EXAMPLES / "python/pool-waters.py"), lines)
        self.assertEqual(lines[:2], ["high water at 768 KiB: the older ones go",
                                     "low water at 448 KiB"])
        self.assertEqual(lines[-1], "40 quotes, 768 KiB at most, 0 refused")


class ParserPool(unittest.TestCase):
    SAID = ["Budgets: 12 pages", "Pools: 30 pages", "Pressure: 8 pages",
            "3 documents, parsers made: 1"]

    def test_one_parser_does(self):
        self.assertEqual(lines_of(BUILD / "parser-pool"), self.SAID)
        self.assertEqual(lines_of("gjs", EXAMPLES / "gjs/parser-pool.js"), self.SAID)
        self.assertEqual(lines_of("/usr/bin/python3", EXAMPLES / "python/parser-pool.py"),
                         self.SAID)


class ApiClient(unittest.TestCase):
    def test_asks_once_for_what_many_want(self):
        self.assertEqual(lines_of("/usr/bin/python3", EXAMPLES / "python/api-client.py"), [
            "Bern: 21, asked 1 times for 100",
            "Bern a minute later: 21, asked 2 times",
            "Bern after a change: 21, asked 3 times",
            "Atlantis: HTTPError, then Error of the cache, asked 1 times for 10",
        ])


class FeatureCache(unittest.TestCase):
    LEVELS = [("low", 4096), ("medium", 3072), ("high", 2048), ("critical", 1024),
              ("emergency", 512), ("normal", 4096)]

    def check(self, *command):
        """The cache is as large as the level lets it be, and a smaller one finds less."""
        lines = "\n".join(lines_of(*command))
        levels = re.findall(r"(\w+): room for (\d+) KiB of features", lines)
        self.assertEqual([(name, int(room)) for name, room in levels], self.LEVELS)
        phases = {what: (int(hits), int(size)) for what, hits, size in
                  re.findall(r"([\w ]+): (\d+)% hits, (\d+) KiB of features", lines)}
        self.assertEqual(list(phases), ["at first", "calm", "the table grows",
                                        "the table is large", "the table is gone", "calm again"])
        self.assertTrue(all(0 < size <= 4096 for _, size in phases.values()), phases)
        self.assertLessEqual(phases["the table is large"][1], 512)
        self.assertGreater(phases["calm again"][1], 3500, "it grows again")
        self.assertLess(phases["the table is large"][0], phases["calm"][0] - 20)
        self.assertGreater(phases["calm again"][0], phases["the table is large"][0] + 15)

    def test_in_c(self):
        self.check(BUILD / "feature-cache")

    def test_in_python(self):
        self.check("/usr/bin/python3", EXAMPLES / "python/feature-cache.py")


class Tasks(unittest.TestCase):
    def check(self, failure, *command):
        lines = lines_of(*command)
        self.assertEqual(lines[:3], ["parse 1", "parse 2",
                                     "total 5 at a peak of 40 MiB each"])
        self.assertRegex(lines[3], "^Task “parse” needs 1.0 GiB in “/”, "
                                   "and the budget of all .*100.0 MiB")
        self.assertEqual(lines[4:], [f"error - {failure}"])

    def test_in_c(self):
        self.check("nothing to divide by", BUILD / "tasks")

    def test_in_javascript(self):
        self.check("RangeError: BigInt division by zero", "gjs", EXAMPLES / "gjs/tasks.js")

    def test_in_python(self):
        self.check("ZeroDivisionError: division by zero (tasks.py:33)",
                   "/usr/bin/python3", EXAMPLES / "python/tasks.py")


class Ring(unittest.TestCase):
    def test_loses_nothing_uncounted(self):
        for command in ((BUILD / "ring",), ("gjs", EXAMPLES / "gjs/ring.js"),
                        ("/usr/bin/python3", EXAMPLES / "python/ring.py")):
            self.assertEqual(lines_of(*command),
                             ["20000 ticks seen or dropped, the last was number 20000"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
