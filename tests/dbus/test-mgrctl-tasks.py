#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl tasks and mgrctl task against a real program on a private bus.

Needs MGRCTL and MGR_TEST_PROGRAM in the environment.
"""

import unittest

from mgrctl_case import MIB, MgrctlTestCase


class TasksTestCase(MgrctlTestCase):
    """A program that took 60 MiB for one task, and cannot take them for the other."""

    def setUp(self):
        super().setUp()
        self.program = self.start("--name", "importer")
        for command in ("task import 62914560", "task later 62914560"):
            self.assertEqual(self.program.ask(command), "ok", command)


class TestTasks(TasksTestCase):
    def test_text(self):
        lines = self.check("tasks").splitlines()
        self.assertRegex(lines[0], r"^1 waiting, 1 running, 60\.0 MiB reserved; ")
        self.assertRegex(lines[1], r"^ +ID  TASK .* STATE +PRIORITY +GRANT +PEAK TRIES  COMPONENT")
        self.assertRegex(lines[2], r"^ +1  import +running +normal +60\.0 MiB +0 B +1")
        self.assertRegex(lines[3], r"^ +2  later +waiting +normal +60\.0 MiB +0 B +0")

    def test_state(self):
        self.assertEqual(len(self.check("tasks", "--state=waiting").splitlines()), 3)
        self.check_fails(1, "tasks", "--state=asleep")

    def test_json(self):
        found = self.check_json("tasks")
        self.assertEqual((found["program"], found["pid"]), ("importer", self.program.pid))
        self.assertEqual([task["name"] for task in found["tasks"]], ["import", "later"])
        self.assertEqual(found["tasks"][0]["grant"], 60 * MIB)
        self.assertEqual((found["statistics"]["running"], found["statistics"]["overcommit"]), (1, 0))


class TestTask(TasksTestCase):
    def test_text(self):
        lines = self.check("task", "2").splitlines()
        self.assertIn("“later”, waits", lines[0])
        self.assertTrue(any(line.split() == ["state", "waiting"] for line in lines[1:]), lines)

    def test_json(self):
        task = self.check_json("task", "2")["task"]
        self.assertEqual((task["id"], task["state"], task["memory"]), (2, "waiting", 60 * MIB))
        self.assertIn("60.0 MiB", task["explanation"])

    def test_bad_input(self):
        for argument, status in (("7", 1), ("later", 2), ("0", 2)):
            self.check_fails(status, "task", argument)


if __name__ == "__main__":
    unittest.main()
