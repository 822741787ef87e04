#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl tasks and mgrctl task against a real program on a private bus.

Needs MGRCTL and MGR_TEST_PROGRAM in the environment.
"""

import os
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree

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


SVG = "{http://www.w3.org/2000/svg}"


class Picture:
    """What mgrctl drew, in pixels."""

    def __init__(self, path):
        self.root = ElementTree.parse(path).getroot()
        self.texts = [node.text for node in self.root.iter(SVG + "text")]

    def find(self, kind, style):
        return [node for node in self.root.iter(SVG + kind) if style in node.get("class").split()]

    def lines(self, style):
        """From where to where."""
        return [((float(node.get("x1")), float(node.get("y1"))),
                 (float(node.get("x2")), float(node.get("y2")))) for node in self.find("line", style)]

    def areas(self, style):
        """Left, top, right and bottom of each."""
        boxes = []
        for node in self.find("path", style):
            corners = [tuple(map(float, point.split())) for point in
                       node.get("d").replace("M", "L").split("L")[1:]]
            columns, rows = zip(*corners)
            boxes.append((min(columns), min(rows), max(columns), max(rows)))
        return boxes


class TestPlot(TasksTestCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "tasks.svg")
        self.ask("pass 2")

    def ask(self, command):
        self.assertEqual(self.program.ask(command), "ok", command)

    def draw(self, *options):
        self.check("tasks", "--plot=" + self.path, *options)
        return Picture(self.path)

    def wait_until_running(self, number):
        end = time.monotonic() + 30
        while self.check_json("tasks")["tasks"][number]["state"] != "running":
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def test_the_height_is_the_grant(self):
        picture = self.draw()
        (begin, base), (end, _) = picture.lines("axis")[0]
        ((_, limit), _), = picture.lines("budget")
        (left, top, right, bottom), = picture.areas("grant")
        self.assertAlmostEqual((bottom - top) / (base - limit), 0.6, places=2)
        self.assertEqual((left, bottom), (begin, base))
        self.assertAlmostEqual(right, end, delta=2)
        self.assertEqual(picture.areas("peak"), [], "nobody knows what a function takes")

    def test_who_waits_is_below(self):
        picture = self.draw()
        (begin, base), (end, _) = picture.lines("axis")[0]
        ((left, y), (right, _)), = picture.lines("wait")
        self.assertEqual((left, right), (begin, end))
        self.assertGreater(y, base)
        self.assertIn("waiting", picture.texts)

    def test_one_after_the_other(self):
        self.ask("cancel 1")
        self.wait_until_running(1)
        self.ask("pass 1")
        picture = self.draw()
        (begin, _), (end, _) = picture.lines("axis")[0]
        first, second = picture.areas("grant")
        self.assertAlmostEqual((second[0] - begin) / (end - begin), 2 / 3, places=2)
        self.assertLess(first[2], second[0])
        self.assertEqual((first[1], first[3]), (second[1], second[3]))
        failed, = [line for line in picture.lines("failed") if line[0][1] > first[1] - 1]
        self.assertAlmostEqual(failed[0][0], first[2], delta=1)
        self.assertEqual(picture.texts[:3], [
            "importer", "tasks over time", "2 tasks, of which 1 ended without being done; "
            "60.0 MiB at once at most; the longest wait 2.0 s"])

    def test_everything_is_in_the_picture(self):
        self.ask("task a<b>&“c” 1048576")
        picture = self.draw()
        width, height = map(float, picture.root.get("viewBox").split()[2:])
        for left, top, right, bottom in picture.areas("grant"):
            self.assertTrue(0 <= left <= right <= width and 0 <= top <= bottom <= height)
        for line in sum((picture.lines(style) for style in ("grid", "wait", "budget")), []):
            self.assertTrue(all(0 <= x <= width and 0 <= y <= height for x, y in line))

    def test_only_some(self):
        picture = self.draw("--state=waiting")
        self.assertEqual(picture.areas("grant"), [])
        self.assertEqual(len(picture.lines("wait")), 1)

    def test_nothing_to_draw(self):
        self.assertIn("has no such tasks", self.check_fails(
            1, "tasks", "--state=finished", "--plot=" + self.path))
        self.assertFalse(os.path.exists(self.path))

    def test_cannot_be_written(self):
        self.assertIn("cannot be written",
                      self.check_fails(1, "tasks", "--plot=/nonexistent/tasks.svg"))


if __name__ == "__main__":
    unittest.main()
