#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What tools/check counts is what ran."""

import json
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "tools" / "test-summary"


def record(result, stdout="", stderr="", returncode=0):
    return {"name": "a/test", "result": result, "returncode": returncode,
            "command": ["./test"], "stdout": stdout, "stderr": stderr}


class SummaryTest(unittest.TestCase):
    def summary(self, *records):
        """The three numbers, and what is shown of failures."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as log:
            log.write("".join(json.dumps(each) + "\n" for each in records))
            log.flush()
            done = subprocess.run([PROGRAM, log.name], check=True, capture_output=True, text=True)
        return tuple(map(int, done.stdout.split())), done.stderr

    def assert_counts(self, counts, *records):
        self.assertEqual(self.summary(*records)[0], counts)

    def test_subtests(self):
        self.assert_counts((3, 0, 0), record("OK", "1..3\nok 1 /a\nok 2 /b\n# said\nok 3 /c\n"))

    def test_skipped(self):
        self.assert_counts((2, 0, 1), record("OK", "ok 1 /a\nok 2 /b # SKIP no bus\nok 3 /c\n"))
        self.assert_counts((0, 0, 1), record("SKIP", "1..0 # SKIP nothing to do\n", returncode=77))

    def test_failed(self):
        log = record("FAIL", "ok 1 /a\nnot ok 2 /b\nok 3 /c\nnot ok 4 /d\n", "why it failed\n", 1)
        counts, shown = self.summary(log)
        self.assertEqual(counts, (2, 2, 0))
        self.assertIn("why it failed", shown)

    def test_crashed(self):
        self.assert_counts((1, 1, 0), record("ERROR", "1..9\nok 1 /a\n", returncode=-11))
        self.assert_counts((0, 1, 0), record("TIMEOUT", returncode=-15))

    def test_ended_badly_after_its_last_subtest(self):
        self.assert_counts((1, 1, 0), record("FAIL", "1..1\nok 1 /a\n", "leaks\n", 23))

    def test_other_programs(self):
        self.assert_counts((2, 0, 0), record("OK", "hello\n"), record("EXPECTEDFAIL", returncode=66))
        self.assert_counts((0, 1, 0), record("UNEXPECTEDPASS"))

    def test_unittest(self):
        ran = "Ran 7 tests in 0.1s\n\n"
        self.assert_counts((7, 0, 0), record("OK", stderr=ran + "OK\n"))
        self.assert_counts((5, 0, 2), record("OK", stderr=ran + "OK (skipped=2)\n"))
        self.assert_counts((3, 3, 1),
                           record("FAIL", returncode=1,
                                  stderr=ran + "FAILED (failures=2, errors=1, skipped=1)\n"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
