#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl config in folders of its own; and what is written about the keys is what they are.

Needs MGRCTL and MGR_SOURCE_ROOT in the environment.
"""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

MGRCTL = os.environ["MGRCTL"]
DOC = Path(os.environ["MGR_SOURCE_ROOT"]) / "doc"

KEYS = [
    "total-budget", "memory-alert", "memory-cleanup", "memory-critical", "monitoring-interval",
    "pressure-thresholds", "adaptive-thresholds", "automatic-cleanup", "track-process",
    "emergency-signal", "journal-path", "estimates-path", "emergency-reserve", "maintenance-interval",
    "cleanup-after-phase", "proc-path", "cgroup-path",
]


class ConfigTestCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="libmgr-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("MGR_", "XDG_"))}
        self.environment = dict(kept, HOME=folder.name,
                                XDG_CONFIG_DIRS=f"{folder.name}/near:{folder.name}/far")

    def write(self, name, *lines):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(("[libmgr]", *lines)), encoding="utf-8")
        return str(path)

    def run_mgrctl(self, *arguments, **variables):
        return subprocess.run([MGRCTL, *arguments], env=dict(self.environment, **variables),
                              text=True, capture_output=True, timeout=60, cwd=self.folder)

    def show(self, **variables):
        result = self.run_mgrctl("config", "--json", **variables)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return json.loads(result.stdout)

    def keys(self, **variables):
        return {key["name"]: key for key in self.show(**variables)["keys"]}


class TestShow(ConfigTestCase):
    def test_defaults(self):
        shown = self.show()
        self.assertEqual([key["name"] for key in shown["keys"]], KEYS)
        self.assertEqual((shown["files"], shown["problems"]), ([], []))
        self.assertEqual(shown["keys"][1], {
            "name": "memory-alert", "variable": "MGR_MEMORY_ALERT", "type": "size",
            "unit": "bytes", "range": "0 to 1.0 EiB", "default": "0",
            "documentation": shown["keys"][1]["documentation"],
            "value": 0, "text": "0", "set": False, "origin": "default"})

    def test_values(self):
        keys = self.keys(MGR_MEMORY_ALERT="1.5 GiB", MGR_TOTAL_BUDGET="75%",
                         MGR_MONITORING_INTERVAL="0.25", MGR_TRACK_PROCESS="on",
                         MGR_PRESSURE_THRESHOLDS="0.5,0.625,0.75,0.875,1")
        self.assertEqual(keys["memory-alert"]["value"], 3 << 29)
        self.assertEqual(keys["memory-alert"]["text"], "1.5 GiB")
        self.assertEqual(keys["memory-alert"]["origin"], "environment variable MGR_MEMORY_ALERT")
        self.assertEqual(keys["total-budget"]["value"], 0.75)
        self.assertEqual(keys["monitoring-interval"]["value"], 250000)
        self.assertEqual(keys["pressure-thresholds"]["value"], [0.5, 0.625, 0.75, 0.875, 1.0])
        self.assertIs(keys["track-process"]["value"], True)
        self.assertEqual(keys["emergency-signal"]["value"], "none")

    def test_order_of_folders(self):
        self.write("far/libmgr/libmgr.conf", "memory-alert=1 GB", "memory-cleanup=8 GB",
                   "memory-critical=9 GB", "total-budget=1 GB")
        self.write("near/libmgr/libmgr.conf", "memory-cleanup=2 GB", "memory-critical=8 GB",
                   "total-budget=2 GB")
        self.write(".config/libmgr/libmgr.conf", "memory-critical=3 GB", "total-budget=3 GB")
        late = self.write(".config/libmgr/libmgr.conf.d/late.conf", "total-budget=4 GB")

        shown = self.show()
        values = {key["name"]: key["value"] for key in shown["keys"]}
        self.assertEqual([values[key] // 10 ** 9 for key in
                          ("memory-alert", "memory-cleanup", "memory-critical", "total-budget")],
                         [1, 2, 3, 4])
        self.assertEqual(shown["keys"][0]["origin"], f"file {late}, line 2")
        self.assertEqual(len(shown["files"]), 4)
        self.assertEqual(shown["files"][-1], late)
        self.assertEqual(self.keys(MGR_TOTAL_BUDGET="5 GB")["total-budget"]["value"], 5 * 10 ** 9)

    def test_named_file(self):
        self.write(".config/libmgr/libmgr.conf", "memory-alert=1 GB")
        self.write("mine", "memory-cleanup=2 GB")
        keys = self.keys(MGR_CONFIG="mine")
        self.assertFalse(keys["memory-alert"]["set"])
        self.assertEqual(keys["memory-cleanup"]["origin"], "file mine, line 2")
        self.assertFalse(self.keys(MGR_CONFIG="")["memory-alert"]["set"])

    def test_text(self):
        self.write(".config/libmgr/libmgr.conf", "memory-alert=1000 MB")
        result = self.run_mgrctl("config", MGR_MEMORY_ALRT="1", MGR_TRACK_PROCESS="so")
        lines = result.stdout.splitlines()
        self.assertEqual(result.returncode, 0)
        self.assertRegex(lines[0], r"^KEY +VALUE +FROM$")
        self.assertEqual([line.split()[0] for line in lines[1:]], KEYS)
        self.assertRegex(lines[2], r"^memory-alert +1000 MB +file .*/libmgr\.conf, line 2$")
        self.assertRegex(lines[5], r"^monitoring-interval +500 ms +default$")
        self.assertEqual(sorted(result.stderr.splitlines()), [
            "mgrctl: MGR_TRACK_PROCESS: “so” is neither true nor false: write one of these",
            "mgrctl: There is no environment variable “MGR_MEMORY_ALRT”: "
            "did you mean “MGR_MEMORY_ALERT”?"])


class TestCheck(ConfigTestCase):
    def check(self, status, *arguments, **variables):
        result = self.run_mgrctl("config", "check", *arguments, **variables)
        self.assertEqual((result.returncode, result.stdout), (status, ""))
        return result.stderr

    def test_good(self):
        self.write(".config/libmgr/libmgr.conf", "memory-alert=1 GB")
        self.assertEqual(self.check(0), "")
        self.assertEqual(self.check(0, self.write("mine", "memory-alert=1 GB")), "")

    def test_bad_file(self):
        path = self.write("mine", "memory-alert=1 GB", "memory-clenup=1 GB", "track-process=so # far")
        self.assertEqual(self.check(1, path).splitlines(), [
            f"mgrctl: {path}:3: there is no key “memory-clenup”: did you mean “memory-cleanup”?",
            f"mgrctl: {path}:4: track-process: a comment has to stand on a line of its own"])
        result = self.run_mgrctl("config", "check", path, "--json")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(len(json.loads(result.stdout)["problems"]), 2)

        self.assertIn("No such file", self.check(1, "nowhere"))
        self.assertIn("cannot be read", self.check(1, "."))

    def test_file_alone(self):
        self.write(".config/libmgr/libmgr.conf", "colour=red")
        path = self.write("mine", "memory-alert=1 GB")
        self.assertEqual(self.check(0, path, MGR_COLOUR="red"), "")

    def test_sizes_that_fall(self):
        path = self.write(".config/libmgr/libmgr.conf", "memory-alert=2 GB")
        self.assertEqual(self.check(1, MGR_MEMORY_CRITICAL="1 GB"),
                         "mgrctl: memory-critical (environment variable MGR_MEMORY_CRITICAL) has "
                         f"to be above memory-alert (file {path}, line 2), or 0\n")

    def test_bad_places(self):
        path = self.write("near/libmgr/libmgr.conf.d/a.conf", "colour=red")
        message = self.check(1, MGR_MEMORY_ALERT="1000")
        self.assertIn(f"{path}:2: there is no key “colour”", message)
        self.assertIn("MGR_MEMORY_ALERT: “1000” means that many bytes: write “1000 MB”", message)

    def test_hostile(self):
        path = self.folder / "\033[31mred"
        path.write_bytes(b"[libmgr]\n\0\xff\n")
        message = self.check(1, str(path))
        self.assertIn(":2: this is not text in UTF-8", message)
        self.assertNotIn("\033", message)
        self.assertIn("is larger than", self.check(1, "/dev/zero"))

    def test_usage(self):
        for words, message in ((["chekc"], "“config” knows no “chekc”, but check"),
                               (["check", "a", "b"], "“config” takes [check [FILE]], and no “b”")):
            result = self.run_mgrctl("config", *words)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn(message, result.stderr)


class TestDocumentation(ConfigTestCase):
    def test_names(self):
        for key in self.show()["keys"]:
            self.assertEqual(key["variable"], "MGR_" + key["name"].upper().replace("-", "_"))
            self.assertRegex(key["documentation"], r"^[A-Z].*[^.]\.$")

    def test_man_page(self):
        text = (DOC / "man" / "libmgr.conf.5").read_text(encoding="utf-8")
        text = text.replace("\\(aq", "'").replace("\\-", "-")
        found = re.findall(r"^\.BR (\S+) \" \(\" (MGR_\S+) \)\n(.*)\n\.br\n"
                           r"Range: (.*)\.\nDefault: (.*)\.$", text, re.MULTILINE)
        self.assertEqual(found, [
            (key["name"], key["variable"], key["documentation"], key["range"], key["default"] or "nothing")
            for key in self.show()["keys"]])

    def test_guide(self):
        text = (DOC / "guide" / "configuration.md").read_text(encoding="utf-8")
        rows = [line for line in text.splitlines() if line.startswith("| `")]
        self.assertEqual(rows, [
            f"| `{key['name']}` | `{key['variable']}` | {key['range']} | {key['default'] or 'nothing'} "
            f"| {key['documentation']} |" for key in self.show()["keys"]])

    def test_examples_are_good(self):
        man = (DOC / "man" / "libmgr.conf.5").read_text(encoding="utf-8").replace("\\-", "-")
        guide = (DOC / "guide" / "configuration.md").read_text(encoding="utf-8")
        for text in (re.search(r"^\.EX\n(\[libmgr\]\n.*?)\.EE$", man, re.DOTALL | re.MULTILINE),
                     re.search(r"^```ini\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)):
            path = self.folder / "example"
            path.write_text(text.group(1), encoding="utf-8")
            result = self.run_mgrctl("config", "check", str(path))
            self.assertEqual((result.returncode, result.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
