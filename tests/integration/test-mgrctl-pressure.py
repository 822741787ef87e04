#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl pressure, of trees that stand in for a machine, and of this one."""

import json
import os
import re
import signal
import subprocess
import time
import unittest

from mgrctl_case import LocalTestCase

GIB = 1 << 30
TOTAL_KIB = 16 << 20


class PressureTestCase(LocalTestCase):
    def setUp(self):
        super().setUp()
        self.tree.pressure("proc/pressure/memory")
        self.use(0.5)

    def use(self, share):
        self.tree.meminfo(TOTAL_KIB, round(TOTAL_KIB * (1 - share)))

    def pressure(self, *arguments):
        return self.check("pressure", *self.tree.options, *arguments)

    def pressure_json(self, *arguments):
        output = self.pressure("--json", *arguments)
        return [json.loads(line) for line in output.splitlines()]


class TestLines(PressureTestCase):
    def test_text(self):
        self.tree.mount(2, "/app")
        self.tree.group_v2("/app", current=1 << 30, limit=4 << 30)
        self.assertRegex(
            self.pressure("--count=1"),
            r"^\d\d:\d\d:\d\d  normal      50\.0 % used  stall  0\.0 %     3\.0 GiB available  "
            r"limit 16\.0 GiB \(meminfo\)  missing: psi-group\n$")

    def test_cgroup_is_the_tightest(self):
        self.tree.mount(2, "/app")
        self.tree.group_v2("/app", current=3 << 30, limit=4 << 30)
        sample = self.pressure_json("--count=1")[0]
        self.assertEqual((sample["source"], sample["limit"]), ("cgroup", 4 * GIB))
        self.assertAlmostEqual(sample["usage"], 0.75)

    def test_json(self):
        sample = self.pressure_json("--count=1")[0]
        self.assertEqual((sample["level"], sample["usage"], sample["source"]),
                         ("normal", 0.5, "meminfo"))
        self.assertEqual((sample["limit"], sample["available"]), (16 * GIB, 8 * GIB))
        self.assertEqual((sample["stall"], sample["missing"]), (0, ["cgroup", "psi-group"]))
        self.assertGreater(sample["time"], 0)

    def test_missing(self):
        os.remove(self.tree.path("proc/pressure/memory"))
        self.assertTrue(self.pressure("--count=1").endswith("  missing: cgroup, psi-group, psi\n"))

    def test_no_limit(self):
        os.remove(self.tree.path("proc/meminfo"))
        self.assertRegex(self.pressure("--count=1"),
                         r"  no limit is known  stall  0\.0 %  "
                         r"missing: meminfo, cgroup, swap, psi-group\n$")

    def test_this_machine(self):
        sample = self.check_json("pressure", "--count=1")
        with open("/proc/meminfo", encoding="utf-8") as meminfo:
            total = int(meminfo.readline().split()[1]) * 1024
        self.assertTrue(0 < sample["limit"] <= total)
        self.assertTrue(0 < sample["usage"] <= 1)
        self.assertNotIn("meminfo", sample["missing"])

    def test_v1(self):
        self.tree.mount(1, "/app")
        self.tree.group_v1("/app", usage=3 << 30, limit=4 << 30, total_cache=0,
                           total_inactive_file=0, total_active_file=0)
        sample = self.pressure_json("--count=1")[0]
        self.assertEqual((sample["source"], sample["limit"]), ("cgroup", 4 * GIB))
        self.assertEqual(sample["missing"], ["psi-group"])

    def test_reason(self):
        """It is said in a line where the level asks for it."""
        self.use(0.97)
        line, other = self.pressure("--count=2", "--interval=0.25").splitlines()
        reason = self.pressure_json("--count=1")[0]["reason"]
        self.assertTrue(reason)
        self.assertTrue(line.endswith("  " + reason), line)
        self.assertTrue(other.endswith("  " + reason), other)

    def leak(self, is_enough, *arguments):
        """Loses 128 MiB at each look, until a line has what is waited for."""
        process = self.start("pressure", *self.tree.options, "--interval=0.25", *arguments)
        available = 9 << 20
        line = ""
        while not is_enough(line):
            self.tree.meminfo(TOTAL_KIB, max(available, 1 << 20))
            available -= 128 << 10
            line = process.stdout.readline()
        process.terminate()
        process.stdout.read()
        self.assertEqual(process.wait(), 0)
        return line

    def test_forecast(self):
        line = self.leak(lambda line: "exhausted in" in line)
        self.assertRegex(line, r" available  exhausted in \d+ s  limit ")

    def test_forecast_json(self):
        sample = json.loads(self.leak(lambda line: "time-to-exhaustion" in line, "--json"))
        self.assertTrue(sample["earliest"] <= sample["time-to-exhaustion"] <= sample["latest"])

    def test_count_and_interval(self):
        begun = time.monotonic()
        samples = self.pressure_json("--count=3", "--interval=0.25")
        elapsed = time.monotonic() - begun
        self.assertEqual(len(samples), 3)
        self.assertGreaterEqual(elapsed, 0.5)
        self.assertTrue(400000 < samples[2]["time"] - samples[0]["time"])

    def test_change_of_the_level_waits_for_no_interval(self):
        process = self.start("pressure", *self.tree.options, "--json", "--interval=3600",
                             "--count=2")
        self.assertEqual(json.loads(process.stdout.readline())["level"], "normal")
        self.use(0.87)
        sample = json.loads(process.stdout.readline())
        self.assertEqual(process.wait(), 0)
        self.assertEqual(sample["level"], "high")
        self.assertAlmostEqual(sample["usage"], 0.87, places=3)

    def test_stall(self):
        """A counter that grows like that tells of a stall of 20 %."""
        process = self.start("pressure", *self.tree.options, "--json", "--interval=0.25")
        begun = time.monotonic()
        stalls = []
        while not any(0.1 < stall < 0.3 for stall in stalls):
            stalls.append(json.loads(process.stdout.readline())["stall"])
            grown = round((time.monotonic() - begun) * 200000)
            self.tree.pressure("proc/pressure/memory", total=grown)
        self.assertEqual(stalls[0], 0)
        process.terminate()
        process.stdout.read()
        self.assertEqual(process.wait(), 0)


class TestWait(PressureTestCase):
    def test_reached(self):
        process = self.start("pressure", *self.tree.options, "--json", "--wait=medium")
        self.use(0.97)
        lines = process.stdout.read().splitlines()
        self.assertEqual((process.wait(), process.stderr.read()), (0, ""))
        self.assertEqual([json.loads(line)["level"] for line in lines], ["emergency"])

    def test_already_there(self):
        self.assertEqual(self.pressure("--wait=normal").count("\n"), 1)

    def test_not_reached(self):
        self.use(0.87)
        message = self.check_fails(1, "pressure", *self.tree.options, "--wait=critical",
                                   "--timeout=1.3")
        self.assertIn("“critical” was not reached within 1.3 s: it is “high”", message)

    def test_timeout_without_wait(self):
        output = self.pressure("--timeout=0.01", "--interval=3600")
        self.assertLessEqual(output.count("\n"), 1)

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("pressure", *self.tree.options)
            process.stdout.readline()
            process.send_signal(number)
            self.assertEqual((process.wait(), process.stderr.read()), (0, ""))

    def test_usage(self):
        for options in (["--count=-1"], ["--interval=0.2"], ["--interval=nan"],
                        ["--timeout=-1"], ["--timeout=inf"], ["--wait=low", "--count=1"]):
            self.check_fails(2, "pressure", *options)
        self.assertIn("medium, high", self.check_fails(2, "pressure", "--wait=awful"))
        self.assertIn("“awful”", self.check_fails(2, "pressure", "awful"))


class TestProgram(PressureTestCase):
    """What a program says is tested with one, on a bus; here there is none."""

    def test_no_bus(self):
        for options in (["--session"], ["--program=1"], ["--address=unix:path=/nonexistent"]):
            self.assertIn("No bus", self.check_fails(3, "pressure", *options))


class TestTerminal(PressureTestCase):
    def look(self, columns, *arguments, **environment):
        return self.run_in_terminal(columns, "pressure", *self.tree.options, *arguments,
                                    **environment)

    def test_one_line_is_written_again(self):
        output = self.look(120, "--count=3", "--interval=0.25")
        self.assertEqual(output.count("\r\033[K"), 3)
        self.assertEqual(output.count("\n"), 1)
        self.assertIn("\033[32mnormal", output)

    def test_width(self):
        for columns in (90, 60, 40, 20):
            output = self.look(columns, "--count=1")
            shown = re.sub(r"\033\[[0-9;]*[mK]", "", output).strip("\r\n")
            self.assertTrue(18 <= len(shown) < columns, (columns, shown))
        self.assertTrue(shown.endswith("normal   "), shown)

    def test_a_level_that_is_left_stays_to_be_seen(self):
        self.use(0.97)
        output = self.look(120, "--count=2", "--no-color", "--interval=0.25")
        self.assertRegex(output, r"emergency [^\n\r]*\r\033\[K[^\n\r]*emergency [^\n]*\n$")
        self.use(0.87)
        output = self.look(120, "--count=2", "--no-color", "--interval=0.25")
        self.assertRegex(output, r"normal [^\n]*\n\r\033\[K[^\n]*high [^\n]*\n$")

    def test_no_cursor(self):
        output = self.look(120, "--count=2", "--interval=0.25", TERM="dumb")
        self.assertNotIn("\033", output)
        self.assertEqual(output.count("\n"), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
