#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The picture of hits shows what the benchmark found."""

import json
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "doc/guide/hits-picture"
SVG = "{http://www.w3.org/2000/svg}"
COLUMNS = ["libmgr", "LRU", "S3-FIFO", "Caffeine 3.2.4", "more than Caffeine"]


def bench(*rows):
    return json.dumps({"bench": "cache-hits", "columns": COLUMNS,
                       "rows": [dict(zip(["case", *COLUMNS], row), ok=True) for row in rows]})


HITS = bench(("oltp/100", 40, 30, 39, 38, 2), ("oltp/10000", 70.5, 60, 69, 70.4, 0.1),
             ("p3/10", 5, 1, 4, 4.5, 0.5), ("p3/100", 50, 50, 50, 50, 0),
             ("alone/10", 5, 1, 4, 4.5, 0.5), ("mean", 57, 48, 54, 55.6, 1.4))


class HitsPicture(unittest.TestCase):
    def run_tool(self, *traces, lines=HITS):
        return subprocess.run([TOOL, *traces], input=lines, text=True, capture_output=True,
                              timeout=60)

    def draw(self, *traces):
        result = self.run_tool(*traces)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return ElementTree.fromstring(result.stdout)

    def check_fails(self, mention, *traces, lines=HITS):
        result = self.run_tool(*traces, lines=lines)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn(mention, result.stderr)

    def points(self, root, kind):
        return [[tuple(map(float, point.split(","))) for point in line.get("points").split()]
                for line in root.iter(SVG + "polyline") if line.get("class") == f"line {kind}"]

    def test_lines_are_to_scale(self):
        root = self.draw("oltp")
        (ours,), (lru,) = self.points(root, "ours"), self.points(root, "lru")
        self.assertEqual([x for x, _ in ours], [x for x, _ in lru])
        point = (ours[0][1] - ours[1][1]) / (70.5 - 40)
        self.assertAlmostEqual((lru[0][1] - ours[0][1]) / point, 40 - 30, places=1)

    def test_everything_is_in_the_picture(self):
        root = self.draw("oltp", "p3")
        width, height = map(float, root.get("viewBox").split()[2:])
        for kind in ("ours", "caffeine", "fifo", "lru"):
            lines = self.points(root, kind)
            self.assertEqual(len(lines), 2)
            for x, y in sum(lines, []):
                self.assertTrue(0 <= x <= width and 0 <= y <= height)

    def test_labels_do_not_cover_each_other(self):
        root = self.draw("p3")
        labels = [float(node.get("y")) for node in root.iter(SVG + "text")
                  if node.get("class").startswith("on-")]
        self.assertEqual(len(labels), 4)
        self.assertTrue(all(below - above >= 16 for above, below in zip(labels, labels[1:])))

    def test_nothing_to_draw(self):
        self.check_fails("no two sizes of other: there are oltp", "oltp", "other")
        self.check_fails("no two sizes of alone", "alone")
        self.check_fails("there are no traces", "oltp", lines="")
        self.check_fails("Usage")


if __name__ == "__main__":
    unittest.main(verbosity=2)
