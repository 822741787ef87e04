#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The README shows the first programs as they are, and what they really print."""

import os
import re
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(os.environ["MGR_SOURCE_ROOT"])
BUILD = Path(os.environ["MGR_BUILD_ROOT"])
README = (SOURCE / "README.md").read_text(encoding="utf-8")
EXAMPLES = SOURCE / "doc" / "examples"


def block(language):
    return re.search(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE).group(1)


def promised_output():
    return re.search(r"may say 34:\n\n```\n(.*?)^```$", README, re.DOTALL | re.MULTILINE).group(1)


def printed_by(*command):
    environment = {name: value for name, value in os.environ.items() if name != "G_DEBUG"}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment,
                          encoding="utf-8", timeout=60).stdout


class Readme(unittest.TestCase):
    def assert_shown(self, language, path, start):
        text = (EXAMPLES / path).read_text(encoding="utf-8")
        self.assertEqual(block(language), text[text.index(start):])

    def assert_prints(self, *command):
        promised, printed = promised_output().splitlines(), printed_by(*command).splitlines()
        self.assertEqual(printed[:2], promised[:2])
        self.assertRegex(printed[2], r"^cleaned temp_pages and got back 3\d MiB$")
        self.assertEqual(len(printed), 3)

    def test_python_is_shown(self):
        self.assert_shown("python", "python/first.py", "import gi")

    def test_c_is_shown(self):
        self.assert_shown("c", "c/first.c", "#include <mgr.h>")

    def test_javascript_is_shown(self):
        self.assert_shown("js", "gjs/first.js", "imports.gi.versions")

    def test_python_prints_it(self):
        self.assert_prints("/usr/bin/python3", EXAMPLES / "python/first.py")

    def test_c_prints_it(self):
        self.assert_prints(BUILD / "doc/examples/first")

    def test_javascript_prints_it(self):
        self.assert_prints("gjs", EXAMPLES / "gjs/first.js")

    def test_commands_are_there(self):
        for command in re.findall(r"tools/[\w.]+\b", README):
            self.assertTrue((SOURCE / command).is_file(), command)


class Guide(unittest.TestCase):
    def test_safe_cleanup_prints_what_is_shown(self):
        guide = (SOURCE / "doc/guide/cleanup.md").read_text(encoding="utf-8")
        shown = re.search(r"It prints:\n\n```\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE).group(1)
        self.assertEqual(printed_by("/usr/bin/python3", EXAMPLES / "python/safe-cleanup.py"), shown)


if __name__ == "__main__":
    unittest.main(verbosity=2)
