#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A target without libFuzzer tries what becomes of its files, and names what fails.

Needs the target that is there to fail as the argument.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROBE = sys.argv.pop()

# What is no target but serves them.
HELPERS = {'main', 'probe'}


class MainTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_probe(self, *paths):
        return subprocess.run([PROBE, *paths], check=False, capture_output=True, text=True)

    def test_fails(self):
        """A changed byte is enough, and it is told which."""
        path = self.folder / 'five'
        path.write_text('1 5 0')
        done = self.run_probe(path)
        self.assertLess(done.returncode, 0)
        self.assertIn(f'{path}, byte 0 made 0x39', done.stderr)
        self.assertNotIn('ok 1', done.stdout)

    def test_fails_as_it_is(self):
        (self.folder / 'both').write_text('5 9')
        done = self.run_probe(self.folder)
        self.assertIn('both as it is', done.stderr)

    def test_passes(self):
        for name in ('a', 'b'):
            (self.folder / name).write_text('1 2 3')
        done = self.run_probe(self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        self.assertEqual(done.stdout.splitlines()[-1], '1..2')

    def test_no_files(self):
        """An empty folder is no success, nor is one that is not there."""
        self.assertEqual(self.run_probe(self.folder).returncode, 1)
        self.assertLess(self.run_probe(self.folder / 'absent').returncode, 0)


class TargetsTest(unittest.TestCase):
    def test_list(self):
        """Each target has seeds, and tools/fuzz knows it."""
        done = subprocess.run([HERE.parents[1] / 'tools' / 'fuzz', '--list'], check=True,
                              capture_output=True, text=True)
        programs = {path.stem.removeprefix('fuzz-') for path in HERE.glob('fuzz-*.c')} - HELPERS
        corpora = {path.name for path in (HERE / 'corpus').iterdir() if any(path.iterdir())}
        self.assertEqual(done.stdout.split(), sorted(programs))
        self.assertEqual(corpora, programs)


if __name__ == '__main__':
    unittest.main()
