#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl run: a command that waits for its memory and is held to it, on this machine."""

import json
import os
import signal
import sys
import time
import unittest

from mgrctl_case import LocalTestCase

HOG = "{ head -c 200M /dev/zero; sleep 0.3; } | tail -n 1 > /dev/null"

FAILED, NO_COMMAND, INTERRUPTED, KILLED = 125, 127, 130, 137


class TestRun(LocalTestCase):
    def run_command(self, *command, options=(), **more):
        return self.run_mgrctl("run", "--memory=64M", *options, "--", *command, **more)

    def summary(self, result):
        return json.loads(result.stderr.splitlines()[-1])

    def test_streams(self):
        result = self.run_command("sh", "-c", "cat; echo err >&2", input="in\n")
        self.assertEqual((result.returncode, result.stdout), (0, "in\n"))
        lines = result.stderr.splitlines()
        self.assertEqual(lines[0], "err")
        self.assertRegex(lines[1], r"^mgrctl: done: took .* of 64\.0 MiB, waited 0\.\d s, ran \d+\.\d s$")
        self.assertEqual(len(lines), 2)

    def test_status(self):
        for status in (0, 1, 5, 126):
            result = self.run_command("sh", "-c", f"exit {status}")
            self.assertEqual(result.returncode, status, result.stderr)
        self.assertEqual(self.run_command("sh", "-c", "kill -SEGV $$").returncode,
                         128 + signal.SIGSEGV)

    def test_quiet(self):
        result = self.run_command("true", options=["--quiet"])
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_options_of_the_command(self):
        """They are its own, with the two dashes and without."""
        self.assertEqual(self.run_command("echo", "--memory=1", "-n").stdout, "--memory=1 -n\n")
        result = self.run_mgrctl("run", "--memory", "64M", "echo", "--json", "x")
        self.assertEqual((result.returncode, result.stdout), (0, "--json x\n"))

    def test_json(self):
        result = self.run_command("sh", "-c", "echo out; sleep 0.2", options=["--json"])
        self.assertEqual((result.returncode, result.stdout), (0, "out\n"))
        summary = self.summary(result)
        self.assertEqual((summary["reason"], summary["exit-status"], summary["granted"]),
                         ("done", 0, 64 << 20))
        self.assertGreaterEqual(summary["ran"], 200000)

    def test_no_such_command(self):
        result = self.run_command("no-such-program-anywhere")
        self.assertEqual((result.returncode, result.stdout), (NO_COMMAND, ""))
        self.assertIn("no-such-program-anywhere", result.stderr)

    def test_usage(self):
        for arguments in ((), ("--memory", "64M"), ("true",), ("--memory", "lots", "true"),
                          ("--memory", "0", "true"), ("--memory=1G", "--priority=urgent", "true")):
            result = self.run_mgrctl("run", *arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""), arguments)
            self.assertTrue(result.stderr.startswith("mgrctl: "))

    def test_no_such_executor(self):
        result = self.run_command("true", options=["--executor", "abacus"])
        self.assertEqual(result.returncode, FAILED)
        self.assertIn("abacus", result.stderr)

    def test_never_fits(self):
        result = self.run_mgrctl("run", "--memory=900T", "true")
        self.assertEqual(result.returncode, FAILED)
        self.assertIn("900.0 TiB", result.stderr)

    def test_takes_too_much(self):
        """It ends, and is not run again: who knows what it has done."""
        path = self.tree.path("runs")
        result = self.run_command("sh", "-c", f"echo run >> {path}; {HOG}", options=["--json"])
        self.assertEqual(result.returncode, KILLED, result.stderr)
        self.assertEqual(self.summary(result)["reason"], "oom")
        self.assertEqual(self.tree.read("runs"), b"run\n")

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            path = self.tree.path(f"started-{int(number)}")
            process = self.start("run", "--memory=64M", "--json", "--", "sh", "-c",
                                 f"trap 'echo asked; exit 9' TERM; touch {path}; "
                                 "while :; do sleep 0.01; done")
            while not os.path.exists(path):
                time.sleep(0.005)
            process.send_signal(number)
            output, errors = process.communicate(timeout=30)
            self.assertEqual((process.returncode, output), (9, "asked\n"), errors)
            self.assertEqual(json.loads(errors)["reason"], "cancelled")

    def start_that_waits(self, *options):
        self.tree.meminfo(available=6 << 20)
        process = self.start("run", "--memory=8G", *options, *self.tree.options, "--", "echo", "ran")
        self.addCleanup(process.kill)
        self.assertIn("8.0 GiB", process.stderr.readline())
        return process

    def test_waits(self):
        """Until memory is there; who waits long is told why."""
        process = self.start_that_waits("--json")
        self.assertIsNone(process.poll())
        self.tree.meminfo(available=15 << 20)
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, output), (0, "ran\n"), errors)
        self.assertGreaterEqual(json.loads(errors)["waited"], 900000)

    def test_interrupted_while_it_waits(self):
        process = self.start_that_waits()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, output), (INTERRUPTED, ""), errors)


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv)
