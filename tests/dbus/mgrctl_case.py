# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the tests of mgrctl share: a bus, a program on it, and mgrctl itself.

Needs MGRCTL and MGR_TEST_PROGRAM in the environment.
"""

import json
import os
import subprocess
import tempfile
import time
import unittest

MGRCTL = os.environ["MGRCTL"]
PROGRAM = os.environ["MGR_TEST_PROGRAM"]

MIB = 1 << 20


class Bus:
    """A message bus of our own."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            ["dbus-daemon", "--nofork", "--print-address", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()
        self.environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS=self.address)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Program:
    """A program that holds memory, and does what the test says."""

    def __init__(self, environment, *arguments):
        self.process = subprocess.Popen(
            [PROGRAM, *arguments], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == "ready\n"

    @property
    def pid(self):
        return self.process.pid

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait() == 0


class MgrctlTestCase(unittest.TestCase):
    def setUp(self):
        self.bus = Bus("--session", "--address=unix:tmpdir=" + tempfile.gettempdir())
        self.addCleanup(self.bus.stop)
        self.environment = self.bus.environment

    def start(self, *arguments):
        program = Program(self.environment, *arguments)
        self.addCleanup(lambda: program.process.poll() is None and program.stop())
        self.wait_for(program)
        return program

    def wait_for(self, program):
        """The name comes a moment after the objects."""
        for _ in range(1000):
            listed = json.loads(self.run_mgrctl("list", "--json").stdout)["programs"]
            if program.pid in [entry["pid"] for entry in listed]:
                return
            time.sleep(0.01)
        self.fail("the program never came onto the bus")

    def run_mgrctl(self, *arguments, environment=None):
        return subprocess.run([MGRCTL, *arguments], env=environment or self.environment,
                              text=True, capture_output=True, timeout=60)

    def check(self, *arguments):
        """What it prints, where all is well and nothing is to be said."""
        result = self.run_mgrctl(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def check_json(self, *arguments):
        output = self.check(*arguments, "--json")
        self.assertEqual(output.count("\n"), 1)
        return json.loads(output)

    def check_fails(self, status, *arguments, environment=None):
        """What it says, where it fails with a status and prints no data."""
        result = self.run_mgrctl(*arguments, environment=environment)
        self.assertEqual((result.returncode, result.stdout), (status, ""))
        return result.stderr
