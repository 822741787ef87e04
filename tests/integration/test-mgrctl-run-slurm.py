#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl run --executor slurm: against programs that act like Slurm's, and against a real
cluster of this machine alone."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from mgrctl_case import LocalTestCase

FAILED, INTERRUPTED = 125, 130
CLUSTER = Path(os.environ["MGR_SOURCE_ROOT"]) / "tests" / "support" / "slurm-cluster"
SKIPPED = 77

# They run the jobs on this machine; how one ends is told as squeue tells it.
SBATCH = """\
if test "$1" = --version; then echo slurm-wlm 22.05.8; exit; fi
for word; do
  echo "$word" >> arguments
  case $word in
    --comment=*) comment=${word#*=};;
    --output=*) output=${word#*=};;
    --chdir=*) directory=${word#*=};;
  esac
done
echo x >> submitted
id=$(wc -l < submitted)
cat > script-$id
root=$PWD
cd "$directory"
setsid sh -c '
  echo "$2|RUNNING|0|$3|" > "$1/job-$2"
  sh "$1/script-$2" > "$4" 2>&1
  code=$?
  state=FAILED
  test $code -gt 0 || state=COMPLETED
  test ! -e "$1/ends-as" || state=$(cat "$1/ends-as")
  test $code -gt 128 && code=$((code - 128)) || code=$((code * 256))
  echo "$2|$state|$code|$3|" > "$1/part-$2"
  mv "$1/part-$2" "$1/job-$2"
' sh "$root" $id "$comment" "$output" > /dev/null 2>&1 < /dev/null &
echo $! > "$root/pid-$id"
echo $id
"""
SQUEUE = "cat job-* 2> /dev/null || true\n"
SCANCEL = """\
for word; do
  test -e "pid-$word" || continue
  IFS='|' read -r id state code comment rest < "job-$word"
  kill -KILL -$(cat pid-$word)
  echo "$id|CANCELLED|0|$comment|" > job-$word
done
"""


class SlurmTestCase(LocalTestCase):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory(prefix="mgrctl-slurm-")
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.records = self.root / "records"

    def arguments(self, *command, memory="64M"):
        return ("run", f"--memory={memory}", "--executor=slurm", f"--directory={self.records}",
                "--json", "--", *command)

    def run_job(self, *command, **more):
        return self.run_mgrctl(*self.arguments(*command, **more))

    def summary(self, text):
        return json.loads(text.splitlines()[-1])


class TestPrograms(SlurmTestCase):
    def setUp(self):
        super().setUp()
        programs = self.root / "bin"
        programs.mkdir()
        for name, text in (("sbatch", SBATCH), ("squeue", SQUEUE), ("scancel", SCANCEL)):
            path = programs / name
            path.write_text(f"#!/bin/sh\ncd '{self.root}' || exit 9\n{text}")
            path.chmod(0o755)
        self.environment["PATH"] = f"{programs}:{os.environ['PATH']}"

    def submitted(self):
        path = self.root / "submitted"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def test_streams(self):
        result = self.run_job("sh", "-c", "cat; echo out; echo err >&2; pwd")
        self.assertEqual((result.returncode, result.stdout), (0, f"out\nerr\n{os.getcwd()}\n"),
                         result.stderr)
        summary = self.summary(result.stderr)
        self.assertEqual((summary["reason"], summary["exit-status"], summary["granted"]),
                         ("done", 0, 64 << 20))
        arguments = (self.root / "arguments").read_text().splitlines()
        self.assertIn("--mem=64M", arguments)
        self.assertIn("--no-requeue", arguments)
        self.assertEqual(list(self.records.glob("*.out")), [])

    def test_flood(self):
        result = self.run_job("sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x")
        self.assertEqual((result.returncode, result.stdout), (0, "x" * 3000000))

    def test_while_it_runs(self):
        flag = self.root / "flag"
        process = self.start(*self.arguments(
            "sh", "-c", f"echo one; while ! test -e '{flag}'; do sleep 0.02; done; echo two"))
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "one\n")
        flag.touch()
        output, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, output), (0, "two\n"), errors)

    def test_status(self):
        self.assertEqual(self.run_job("sh", "-c", "exit 5").returncode, 5)
        self.assertEqual(self.run_job("sh", "-c", "kill -SEGV $$").returncode,
                         128 + signal.SIGSEGV)

    def test_more_than_there_is_here(self):
        result = self.run_job("echo", "there", memory="900T")
        self.assertEqual((result.returncode, result.stdout), (0, "there\n"), result.stderr)

    def test_takes_too_much(self):
        """It is not run again: who knows what it has done."""
        (self.root / "ends-as").write_text("OUT_OF_MEMORY")
        result = self.run_job("sh", "-c", "kill -KILL $$")
        self.assertEqual(self.summary(result.stderr)["reason"], "oom")
        self.assertIn("may not be run again", result.stderr)
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(self.submitted(), 1)

    def test_interrupted(self):
        process = self.start(*self.arguments("sh", "-c", "echo started; sleep 100"))
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "started\n")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(self.summary(errors)["reason"], "cancelled")
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertIn("CANCELLED", (self.root / "job-1").read_text())
        self.assertEqual(list(self.records.glob("*.out")), [])

    def test_refused(self):
        (self.root / "bin" / "sbatch").write_text(
            "#!/bin/sh\ntest \"$1\" = --version && echo slurm-wlm 22.05.8 && exit\n"
            "echo 'sbatch: error: Batch job submission failed: Access/permission denied' >&2\n"
            "exit 1\n")
        result = self.run_job("true")
        self.assertEqual((result.returncode, result.stdout), (FAILED, ""))
        self.assertIn("permission denied", result.stderr)

    def test_no_folder(self):
        self.records.write_text("a file")
        result = self.run_job("true")
        self.assertEqual((result.returncode, result.stdout), (FAILED, ""))
        self.assertIn("--directory", result.stderr)
        self.assertEqual(self.submitted(), 0)


class TestAbsent(SlurmTestCase):
    def test_absent(self):
        self.environment["PATH"] = str(self.root)
        result = self.run_job("true")
        self.assertEqual((result.returncode, result.stdout), (FAILED, ""))
        self.assertIn("sbatch", result.stderr)


class TestCluster(SlurmTestCase):
    def cluster(self, verb):
        return subprocess.run([CLUSTER, verb, self.root / "cluster"], text=True,
                              capture_output=True, check=False)

    def setUp(self):
        super().setUp()
        self.root.chmod(0o755)
        lacks = subprocess.run([CLUSTER, "check"], text=True, capture_output=True, check=False)
        if lacks.returncode == SKIPPED:
            self.skipTest(lacks.stdout + lacks.stderr)
        (self.root / "cluster").mkdir()
        self.addCleanup(self.cluster, "stop")
        started = self.cluster("start")
        self.assertEqual(started.returncode, 0, started.stderr)
        self.environment.update(line.split("=", 1) for line in started.stdout.splitlines())

    def test_runs(self):
        result = self.run_job("sh", "-c", "echo job $SLURM_JOB_ID; exit 3")
        self.assertEqual((result.returncode, result.stdout), (3, "job 1\n"), result.stderr)
        self.assertEqual(self.summary(result.stderr)["reason"], "error")


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv)
