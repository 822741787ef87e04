#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl plot: the picture is well-formed, says what replay says, and is the same again."""

import json
import os
import re
import unittest
import xml.etree.ElementTree as ElementTree

from trace_case import TraceTestCase, available, leak, make_rows, real_traces, stall

SVG = "{http://www.w3.org/2000/svg}"
LEVELS = ["normal", "low", "medium", "high", "critical", "emergency"]
LEFT, RIGHT = 58, 784
STRIP_TOP = "62"
POINT = re.compile(r"([ML])(-?[\d.]+) (-?[\d.]+)")


class Picture:
    def __init__(self, text):
        self.text = text
        self.root = ElementTree.fromstring(text)
        _, _, self.width, self.height = map(float, self.root.get("viewBox").split())
        self.words = [node.text for node in self.root.iter(SVG + "text")]

    def of_class(self, tag, name):
        return [node for node in self.root.iter(SVG + tag) if node.get("class") == name]

    def points(self, name):
        """The points of the only path of a class, each with its command."""
        path, = self.of_class("path", name)
        found = POINT.findall(path.get("d"))
        assert "".join(f"{c}{x} {y}" for c, x, y in found) == path.get("d"), path.get("d")
        return [(command, float(x), float(y)) for command, x, y in found]

    def strip(self):
        """The level and the ends of each piece of the strip."""
        return [(node.get("class"), float(node.get("x")),
                 float(node.get("x")) + float(node.get("width")))
                for node in self.root.iter(SVG + "rect") if node.get("y") == STRIP_TOP]


class PlotTest(TraceTestCase):
    def plot(self, path):
        output = self.tree.path("picture.svg")
        self.assertEqual(self.check("plot", path, "--output", output), "")
        with open(output, encoding="utf-8") as file:
            return Picture(file.read())

    def plot_rows(self, *changes, seconds=100, label=None, name="run"):
        path = self.write_trace(name, make_rows(seconds, *changes))
        if label is not None:
            self.write_labels(**{name: label})
        return self.plot(path)

    def test_leak(self):
        picture = self.plot_rows(leak(kill=90), stall(80, 90, 0.3), label={"kind": "oom"})
        told = [json.loads(line)
                for line in self.check("replay", self.tree.path("run.csv"), "--json").splitlines()]
        critical = next(each["time"] for each in told if each["level"] == "critical") / 1e6

        self.assertEqual((picture.width, picture.words[0]), (800, "run"))
        self.assertIn(f"critical {90 - critical:.1f} s before the OOM kill", picture.words)
        self.assertIn("OOM kill", picture.words)
        self.assertEqual(picture.root.get("aria-label"), f"run: {picture.words[1]}")
        self.assertEqual(picture.root.get("role"), "img")
        for name in ("line room", "line stall", "line left", "area room-area"):
            self.assertGreater(len(picture.points(name)), 2, name)
        self.assertEqual(picture.of_class("path", "line swap"), [])

    def test_strip(self):
        picture = self.plot_rows(leak(kill=90))
        told = [json.loads(line)
                for line in self.check("replay", self.tree.path("run.csv"), "--json").splitlines()]
        strip = picture.strip()
        self.assertEqual([level for level, _, _ in strip],
                         ["normal"] + [each["level"] for each in told])
        self.assertEqual((strip[0][1], strip[-1][2]), (LEFT, RIGHT))
        for (_, _, end), (_, begin, _) in zip(strip, strip[1:]):
            self.assertAlmostEqual(end, begin, delta=0.21)
        for each, (_, begin, _) in zip(told, strip[1:]):
            self.assertAlmostEqual(begin, LEFT + each["time"] / 100e6 * (RIGHT - LEFT), delta=0.06)

    def test_legend(self):
        picture = self.plot_rows(seconds=10)
        for word in LEVELS + ["stall", "below the tightest limit", "seconds"]:
            self.assertIn(word, picture.words)
        self.assertNotIn("swap", picture.words)
        self.assertIn("no forecast below 120 s", picture.words)

    def test_room(self):
        """500 MiB are where they belong between the marks."""
        picture = self.plot_rows(lambda time: available(50), seconds=10)
        marks = {node.text: float(node.get("y")) - 4 for node in picture.of_class("text", "mark")
                 if node.get("x") == "50"}
        (_, x, y), *_, (_, last, _) = picture.points("line room")
        self.assertEqual(x, LEFT)
        self.assertAlmostEqual(last, RIGHT, delta=20)
        self.assertAlmostEqual(y, marks["400"] + (marks["600"] - marks["400"]) / 2, delta=0.11)

    def test_swap(self):
        picture = self.plot_rows(lambda time: {"swap_total_kb": 2048000, "swap_free_kb": 1024000},
                                 seconds=10)
        self.assertIn("swap", picture.words)
        self.assertEqual(len({y for _, _, y in picture.points("line swap")}), 1)

    def test_forecast_is_broken_where_there_is_none(self):
        def twice(time):
            return available(90 - 4 * (time % 20) if 20 <= time < 40 or 60 <= time < 80 else 90)

        points = self.plot_rows(twice).points("line left")
        self.assertGreaterEqual([command for command, _, _ in points].count("M"), 2)

    def test_words_about_harm(self):
        leak_90 = leak(kill=90)
        cases = [
            ([leak_90], None, "before the OOM kill"),
            ([], None, "never critical"),
            ([], {"kind": "benign"}, "never critical, and nothing is wrong"),
            ([lambda time: {"oom_kill": int(time > 50)}], {"kind": "oom"},
             "never critical, in spite of the OOM kill"),
            ([lambda time: available(2)], {"kind": "benign"}, " s on, and nothing is wrong"),
        ]
        for changes, label, part in cases:
            self.tree.write("labels.json", "{}")
            picture = self.plot_rows(*changes, label=label)
            self.assertTrue(picture.words[1].endswith(part), picture.words[1])

    def test_stall(self):
        def full(time):
            return {**available(3 if time > 20 else 90), **stall(20, 60)(time)}

        picture = self.plot_rows(full, label={"kind": "stall", "harm_s": 20})
        self.assertRegex(picture.words[1], r"^critical \d+\.\d s after the onset of the stall$")
        self.assertIn("stall sets in", picture.words)
        for node in picture.of_class("line", "harm"):
            self.assertAlmostEqual(float(node.get("x1")), LEFT + 0.2 * (RIGHT - LEFT), delta=0.06)

    def test_light_and_dark(self):
        text = self.plot_rows(seconds=5).text
        light, dark = text.split("@media (prefers-color-scheme: dark) {")
        for name in (".room", ".stall", ".left", ".swap", ".harm", ".mark", "text"):
            self.assertIn(f"\n{name} {{ ", light)
            self.assertIn(f"\n{name} {{ ", dark)

    def test_strange_name(self):
        picture = self.plot_rows(seconds=5, name="a<b> & “c”\x01")
        self.assertEqual(picture.words[0], "a<b> & “c”\ufffd")

    def test_long_trace(self):
        """An hour, with something new at every moment, needs no more points than there
        are halves of pixels."""
        path = self.write_trace("hour", make_rows(
            3600, lambda time: available(50 + round(time * 10) % 7 * 5), step=0.5))
        picture = self.plot(path)
        self.assertLess(len(picture.points("line room")), 2 * (RIGHT - LEFT) + 2)
        self.assertLess(len(picture.text), 200000)

    def test_one_row(self):
        picture = self.plot_rows(seconds=0)
        self.assertIn("never critical", picture.words)

    def test_same_again(self):
        path = self.write_trace("run", make_rows(100, leak(kill=90)))
        self.assertEqual(self.plot(path).text, self.plot(path).text)

    def test_errors(self):
        output = ["--output", self.tree.path("picture.svg")]
        self.check_file_errors("plot", *output)
        self.assertFalse(os.path.exists(output[1]))
        path = self.write_trace("run", make_rows(1))
        self.assertIn("Say with “--output”", self.check_fails(2, "plot", path))
        self.assertIn("cannot be written",
                      self.check_fails(1, "plot", path, "--output", "/nonexistent/picture.svg"))

    def test_real_traces(self):
        for path in real_traces():
            with self.subTest(path):
                picture = self.plot(path)
                self.assertLess(len(picture.text), 100000)
                self.assertNotRegex(picture.text, r"nan|inf[^o]")
                for node in picture.root.iter():
                    for name in ("x", "x1", "x2"):
                        self.assertTrue(0 <= float(node.get(name, 0)) <= picture.width)
                    for name in ("y", "y1", "y2"):
                        self.assertTrue(0 <= float(node.get(name, 0)) <= picture.height)


if __name__ == "__main__":
    unittest.main(verbosity=2)
