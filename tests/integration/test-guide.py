#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The guide shows the examples of the ecosystem as they are, and what they really print."""

import os
import re
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(os.environ["MGR_SOURCE_ROOT"])
BUILD = Path(os.environ["MGR_BUILD_ROOT"])
GUIDE = (SOURCE / "doc/guide/ecosystem.md").read_text(encoding="utf-8")
EXAMPLES = SOURCE / "doc/examples"

BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def output_after(block):
    """The block of output that follows one of code."""
    language, text = BLOCKS[BLOCKS.index(block) + 1]
    assert language == "", "code is followed by what it prints"
    return text


def printed_by(*command):
    environment = {**os.environ, "BUILD": os.path.relpath(BUILD, SOURCE)}
    environment.pop("G_DEBUG", None)
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment, cwd=SOURCE,
                          encoding="utf-8", timeout=60).stdout


class Guide(unittest.TestCase):
    def block(self, language, path, start):
        """The block that shows the file from @start on."""
        text = (EXAMPLES / path).read_text(encoding="utf-8")
        block = (language, text[text.index(start):])
        self.assertIn(block, BLOCKS)
        return block

    def test_memory_monitor(self):
        self.block("js", "gjs/memory-monitor.js", "const {Gio")
        block = next(block for block in BLOCKS if block[0] == "sh")
        self.assertEqual(printed_by("bash", "-euc", block[1] + 'rm -r "$proc"\n'),
                         output_after(block))

    def assert_python(self, name):
        path = f"doc/examples/python/{name}.py"
        block = self.block("python", f"python/{name}.py", "import os")
        self.assertIn(f"`tools/run {path}`", GUIDE)
        self.assertEqual(printed_by("tools/run", path), output_after(block))

    def test_pressure_children(self):
        self.assert_python("pressure-children")

    def test_emergency_signal(self):
        self.assert_python("emergency-signal")

    def test_every_block_is_tested(self):
        self.assertEqual([language for language, _ in BLOCKS],
                         ["js", "sh", "", "python", "", "python", ""])


if __name__ == "__main__":
    unittest.main(verbosity=2)
