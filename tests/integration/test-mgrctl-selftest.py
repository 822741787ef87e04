#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl selftest: real stalls where this machine offers them."""

import json
import os
import threading
import time
import unittest

from mgrctl_case import LocalTestCase

GOAL = 500000
NOT_AVAILABLE = 4


class TestPressure(LocalTestCase):
    def selftest(self, *arguments):
        """One that is done here, or the test is skipped with the reason."""
        result = self.run_mgrctl("selftest", "pressure", *arguments)
        if result.returncode == NOT_AVAILABLE:
            self.assertEqual(result.stdout.count("passed"), 0)
            self.skipTest(result.stderr.strip())
        self.assertEqual(result.stderr, "")
        self.assertIn(result.returncode, (0, 1))
        return result

    def test_json(self):
        result = self.selftest("--json", "--runs=2", "--duration=1")
        report = json.loads(result.stdout)
        self.assertEqual((report["stall-to-see"], report["goal"]), (0.1, GOAL))
        self.assertEqual(len(report["runs"]), 2)
        for run in report["runs"]:
            self.assertTrue(0.1 <= run["stall"] <= 1.1, run)
            self.assertTrue(0 < run["seen-after"] < 1000000, run)
            self.assertEqual(run["passed"], run["seen-after"] <= GOAL)
        self.assertEqual(report["passed"], all(run["passed"] for run in report["runs"]))
        self.assertEqual(result.returncode, 0 if report["passed"] else 1)
        self.check_level(report["highest-level"])

    def check_level(self, level):
        """A stall alone is no reason for alarm, where there is room."""
        with open("/proc/meminfo", encoding="utf-8") as meminfo:
            figures = {line.split(":")[0]: int(line.split()[1]) for line in meminfo}
        if figures["MemAvailable"] > figures["MemTotal"] / 2:
            self.assertEqual(level, "normal")

    def test_text(self):
        lines = self.selftest("--duration=1").stdout.splitlines()
        self.assertRegex(lines[0], r"^run 1 +\d+ % stall  (seen after \d\.\d\d s|not seen)  "
                                   r"the level was \w+$")
        self.assertRegex(lines[1], r"^A stall of 10 % was seen within 0\.5 s in [01] of 1 runs$")
        self.assertEqual(len(lines), 3)

    def test_no_figures(self):
        message = self.check_fails(NOT_AVAILABLE, "selftest", "pressure", *self.tree.options)
        self.assertIn("pressure/memory", message)
        self.assertIn("mgrctl doctor", message)
        self.tree.write("proc/pressure/memory", "full avg10=0.00 total=1\n")
        self.assertIn("no line", self.check_fails(NOT_AVAILABLE, "selftest", "pressure",
                                                  *self.tree.options))

    def test_own_group_comes_first(self):
        """The figures of the machine are not asked, though they are wrong."""
        self.tree.mount(2, "/app")
        self.tree.group_v2("/app")
        self.tree.pressure("sys/fs/cgroup/app/memory.pressure")
        self.tree.write("proc/pressure/memory", "rubbish\n")
        message = self.check_fails(NOT_AVAILABLE, "selftest", "pressure", "--duration=1",
                                   *self.tree.options)
        self.assertNotIn("no line", message)

    def test_figures_that_stand_still(self):
        self.tree.meminfo()
        self.tree.pressure("proc/pressure/memory")
        result = self.run_mgrctl("selftest", "pressure", "--duration=1", *self.tree.options)
        self.assertEqual((result.returncode, result.stdout), (NOT_AVAILABLE, ""))
        if "paged out" not in result.stderr:
            self.assertIn("Only 0 % stall could be made", result.stderr)

    def test_machine_that_stalls_already(self):
        """Half of the time is lost to somebody else."""
        self.tree.meminfo()
        self.tree.pressure("proc/pressure/memory")
        done = threading.Event()

        def stall():
            begun = time.monotonic()
            with open(self.tree.path("proc/pressure/memory"), "r+b", buffering=0) as file:
                while not done.wait(0.01):
                    total = round((time.monotonic() - begun) * 500000)
                    os.pwrite(file.fileno(), b"some total=%020d\n" % total, 0)

        writer = threading.Thread(target=stall)
        writer.start()
        self.addCleanup(lambda: (done.set(), writer.join()))
        result = self.run_mgrctl("selftest", "pressure", "--duration=1", *self.tree.options)
        self.assertEqual((result.returncode, result.stdout), (NOT_AVAILABLE, ""))
        if "paged out" not in result.stderr:
            self.assertIn("at rest", result.stderr)

    def test_no_disk(self):
        if not os.path.ismount("/dev/shm") or not os.access("/dev/shm", os.W_OK):
            self.skipTest("there is no file system in memory to try")
        before = os.listdir("/dev/shm")
        message = self.check_fails(NOT_AVAILABLE, "selftest", "pressure", "--directory=/dev/shm")
        if "pressure/memory" not in message:
            self.assertIn("name a folder on a disk", message)
        self.assertEqual(os.listdir("/dev/shm"), before)

    def test_no_directory(self):
        message = self.check_fails(NOT_AVAILABLE, "selftest", "pressure",
                                   "--directory=" + self.tree.path("no"))
        self.assertRegex(message, "No file can be made in|pressure/memory")

    def test_usage(self):
        for option in ("--duration=0.9", "--duration=61", "--duration=nan", "--runs=0",
                       "--runs=101"):
            self.check_fails(2, "selftest", "pressure", option)
        self.assertIn("needs SUBJECT", self.check_fails(2, "selftest"))
        self.assertIn("“cpu”, but pressure", self.check_fails(2, "selftest", "cpu"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
