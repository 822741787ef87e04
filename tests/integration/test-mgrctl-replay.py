#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl replay: what is said of a recorded run, and that it is always the same."""

import csv
import io
import json
import re
import unittest

from trace_case import TraceTestCase, available, leak, make_rows, real_traces, stall

LEVELS = ["normal", "low", "medium", "high", "critical", "emergency"]

DECISION = re.compile(
    r" *(?P<time>\d+\.\d{3}) s  (?P<before>\w+) +→ (?P<level>\w+) +(?P<usage>[\d.]+) % +"
    r"(?P<available>[\d.]+ \w+) +(?P<swap>[\d.]+ \w+) +(?P<stall>[\d.]+) % +(?P<left>[\d.]+ s|-)  "
    r"(?P<reason>.*)")


class ReplayTest(TraceTestCase):
    def setUp(self):
        super().setUp()
        self.leak = self.write_trace("leak", make_rows(100, leak(kill=90), stall(80, 90, 0.3)))
        self.idle = self.write_trace("idle", make_rows(20))

    def decisions(self, path):
        return [json.loads(line) for line in self.check("replay", path, "--json").splitlines()]

    def samples(self, path):
        return list(csv.DictReader(io.StringIO(self.check("replay", path, "--samples"))))

    def test_decisions(self):
        head, *lines = self.check("replay", self.leak).splitlines()
        self.assertEqual(head.split(), ["TIME", "LEVEL", "USED", "AVAILABLE", "SWAP", "STALL",
                                        "LEFT", "WHY"])
        printed = [DECISION.fullmatch(line) for line in lines]
        self.assertNotIn(None, printed, lines)
        told = self.decisions(self.leak)
        self.assertEqual([match["level"] for match in printed], [each["level"] for each in told])
        self.assertEqual([match["before"] for match in printed],
                         [each["before"] for each in told])
        for match, each in zip(printed, told):
            self.assertAlmostEqual(float(match["time"]), each["time"] / 1e6, places=3)
            self.assertAlmostEqual(float(match["usage"]), 100 * each["usage"], delta=0.06)
            self.assertEqual(match["reason"].strip(), each["reason"])

    def test_decisions_follow_each_other(self):
        told = self.decisions(self.leak)
        self.assertEqual(told[0]["before"], "normal")
        for earlier, later in zip(told, told[1:]):
            self.assertEqual(earlier["level"], later["before"])
            self.assertLess(earlier["time"], later["time"])
        self.assertIn("emergency", [each["level"] for each in told])
        self.assertTrue(all(each["before"] != each["level"] for each in told))
        self.assertTrue(all(each["time"] <= 100e6 for each in told))

    def test_forecast(self):
        """A steady leak is foreseen: 8 s before, within a second."""
        by_time = {int(each["time"]): each for each in self.samples(self.leak)}
        self.assertAlmostEqual(int(by_time[82000000]["time-to-exhaustion"]), 8e6, delta=1e6)
        self.assertEqual(by_time[0]["time-to-exhaustion"], "")

    def test_nothing_to_decide(self):
        result = self.run_mgrctl("replay", self.idle)
        self.assertEqual((result.returncode, result.stdout), (0, ""))
        self.assertEqual(result.stderr, "mgrctl: The level stays normal for all the 20.0 s of "
                                        "“idle”\n")

    def test_samples(self):
        samples = self.samples(self.leak)
        times = [int(each["time"]) for each in samples]
        self.assertEqual(times[0], 0)
        self.assertLessEqual(times[-1], 100e6)
        self.assertLessEqual(max(b - a for a, b in zip(times, times[1:])), 500000)
        self.assertGreaterEqual(min(b - a for a, b in zip(times, times[1:])), 250000)
        self.assertLessEqual({each["level"] for each in samples}, set(LEVELS))
        self.assertEqual({each["source"] for each in samples}, {"meminfo"})
        self.assertEqual({each["limit"] for each in samples}, {"1048576000"})
        at_60 = next(each for each in samples if int(each["time"]) == 60000000)
        self.assertAlmostEqual(int(at_60["available"]), 0.3375 * 1048576000, delta=1024)
        self.assertAlmostEqual(float(at_60["usage"]), 0.6625, places=4)

    def test_samples_as_json(self):
        lines = self.check("replay", self.leak, "--samples", "--json").splitlines()
        told = [json.loads(line) for line in lines]
        samples = self.samples(self.leak)
        self.assertEqual(len(told), len(samples))
        for each, sample in zip(told, samples):
            for name in ("time", "available", "limit", "swap"):
                self.assertEqual(each[name], int(sample[name]))
            for name in ("level", "source", "reason"):
                self.assertEqual(each[name], sample[name])
            for name in ("usage", "stall"):
                self.assertAlmostEqual(each[name], float(sample[name]), places=5)
            self.assertEqual(str(each.get("time-to-exhaustion", "")), sample["time-to-exhaustion"])

    def test_stall(self):
        stalls = {int(each["time"]): float(each["stall"]) for each in self.samples(self.leak)}
        self.assertEqual(stalls[70000000], 0)
        self.assertAlmostEqual(stalls[85000000], 0.3, places=3)

    def test_swap(self):
        path = self.write_trace("swap", make_rows(5, lambda time: {
            "swap_total_kb": 2048, "swap_free_kb": 1024}))
        self.assertEqual({each["swap"] for each in self.samples(path)}, {str(1 << 20)})

    def test_group(self):
        """The tighter limit counts, and not the one of the machine."""
        path = self.write_trace("group", make_rows(5, lambda time: {
            "cg_max": 100 << 20, "cg_current": 90 << 20, "cg_file": 20 << 20,
            "cg_inactive_file": 10 << 20}))
        samples = self.samples(path)
        self.assertEqual({each["source"] for each in samples}, {"cgroup"})
        self.assertEqual({each["available"] for each in samples}, {str(25 << 20)})

    def test_missing(self):
        path = self.write_trace("alone", make_rows(5, lambda time: {
            "cg_current": -1, "cg_some_us": -1}))
        lines = self.check("replay", path, "--samples", "--json").splitlines()
        for line in lines:
            self.assertEqual(json.loads(line)["missing"], ["cgroup", "psi-group"])

    def test_same_again(self):
        for options in ([], ["--json"], ["--samples"], ["--samples", "--json"]):
            self.assertEqual(self.check("replay", self.leak, *options),
                             self.check("replay", self.leak, *options))

    def test_one_row(self):
        path = self.write_trace("one", make_rows(0, lambda time: available(1)))
        self.assertEqual(len(self.samples(path)), 1)

    def test_ascii(self):
        self.environment["LC_ALL"] = "C"
        self.assertTrue(self.check("replay", self.leak).isascii())

    def test_errors(self):
        self.check_file_errors("replay")
        self.assertIn("takes FILE, and no", self.check_fails(2, "replay", self.idle, self.leak))
        self.assertIn("--session", self.check_fails(2, "--session", "replay", self.idle))

    def test_real_traces(self):
        """Each row that a recorder wrote is taken, and a replay is always the same."""
        for path in real_traces():
            with self.subTest(path):
                samples = self.check("replay", path, "--samples")
                self.assertEqual(samples, self.check("replay", path, "--samples"))
                self.assertGreater(samples.count("\n"), 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
