#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The guide shows examples as they are, and what they really print."""

import os
import re
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(os.environ["MGR_SOURCE_ROOT"])
BUILD = Path(os.environ["MGR_BUILD_ROOT"])
EXAMPLES = SOURCE / "doc/examples"

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def printed_by(*command):
    environment = {**os.environ, "BUILD": os.path.relpath(BUILD, SOURCE)}
    environment.pop("G_DEBUG", None)
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, cwd=SOURCE,
                          encoding="utf-8", timeout=60).stdout


class Page:
    """A page of the guide, of which the languages of all blocks are listed."""

    NAME = ""
    LANGUAGES = []

    def setUp(self):
        self.text = (SOURCE / f"doc/guide/{self.NAME}.md").read_text(encoding="utf-8")
        self.blocks = BLOCK.findall(self.text)

    def output_after(self, block):
        """The block of output that follows one of code."""
        language, text = self.blocks[self.blocks.index(block) + 1]
        self.assertEqual(language, "", "code is followed by what it prints")
        return text

    def block(self, language, path, start):
        """The block that shows the file from @start on."""
        text = (EXAMPLES / path).read_text(encoding="utf-8")
        block = (language, text[text.index(start):])
        self.assertIn(block, self.blocks)
        return block

    def assert_prints(self, block, command):
        self.assertIn(f"`tools/run {command}`", self.text)
        self.assertEqual(printed_by("tools/run", command), self.output_after(block))

    def assert_python(self, name, start):
        block = self.block("python", f"python/{name}.py", start)
        self.assert_prints(block, f"doc/examples/python/{name}.py")

    def test_every_block_is_tested(self):
        self.assertEqual([language for language, _ in self.blocks], self.LANGUAGES)


class Ecosystem(Page, unittest.TestCase):
    NAME = "ecosystem"
    LANGUAGES = ["js", "sh", "", "python", "", "python", ""]

    def test_memory_monitor(self):
        self.block("js", "gjs/memory-monitor.js", "const {Gio")
        block = next(block for block in self.blocks if block[0] == "sh")
        self.assertEqual(printed_by("bash", "-euc", block[1] + 'rm -r "$proc"\n'),
                         self.output_after(block))

    def test_pressure_children(self):
        self.assert_python("pressure-children", "import os")

    def test_emergency_signal(self):
        self.assert_python("emergency-signal", "import os")


class Maintenance(Page, unittest.TestCase):
    NAME = "maintenance"
    LANGUAGES = ["python", "", "python", "", "c", ""]

    def test_phases(self):
        self.assert_python("phases", "import os")

    def test_maintenance(self):
        self.assert_python("maintenance", "import gi")

    def test_emergency(self):
        block = self.block("c", "c/emergency.c", "#include")
        self.assertIn("`tools/run build/doc/examples/emergency`", self.text)
        self.assertEqual(printed_by("tools/run", str(BUILD / "doc/examples/emergency")),
                         self.output_after(block))


class Scheduling(Page, unittest.TestCase):
    NAME = "scheduling"
    LANGUAGES = ["python", ""]

    def test_tasks(self):
        self.assert_python("tasks", "import gi")


class Recipes(Page, unittest.TestCase):
    """The tests of the recipes run what is shown."""

    NAME = "recipes"
    LANGUAGES = ["python", "sh", "python", ""]

    def test_celery(self):
        self.block("python", "python/recipes/celery_tasks.py", "import celery")

    def test_dask(self):
        block = self.block("python", "python/recipes/dask_tasks.py", "import dask")
        self.assertIn("`tools/run doc/examples/python/recipes/dask_tasks.py`", self.text)
        self.assertEqual(self.output_after(block), f"{[100] * 4}\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
