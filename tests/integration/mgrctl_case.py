# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the tests of mgrctl on this machine share: running it, and trees that stand
in for /proc and the cgroups.

Needs MGRCTL in the environment.
"""

import json
import os
import pty
import shutil
import subprocess
import tempfile
import unittest

MGRCTL = os.environ["MGRCTL"]

NO_LIMIT_V1 = 9223372036854771712

# What the library looks for there.
STAT_V2 = {"anon": 0, "file": 0, "shmem": 0, "inactive_file": 0, "active_file": 0,
           "slab_reclaimable": 0}


class FakeTree:
    """A root directory with the files that a test wants there to be."""

    def __init__(self):
        self.root = tempfile.mkdtemp(prefix="mgrctl-tree-")
        self.mounts = "23 28 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
        self.membership = "12:pids:/elsewhere\n1:name=systemd:/init.scope\n"
        self.v2_mount = "sys/fs/cgroup"
        self.write("proc/self/mountinfo", self.mounts)
        self.write("proc/self/cgroup", self.membership)

    def remove(self):
        shutil.rmtree(self.root)

    @property
    def options(self):
        return ["--proc-path", self.path("proc"), "--cgroup-path", self.root]

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text):
        """In place, as the kernel does: who keeps the file open sees it."""
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def write_keys(self, name, separator=" ", suffix="", **keys):
        self.write(name, "".join(f"{key}{separator}{value}{suffix}\n"
                                 for key, value in keys.items()))

    def meminfo(self, total=16 << 20, available=8 << 20, **more):
        keys = {"MemTotal": total, "MemFree": 64, "MemAvailable": available,
                "SwapTotal": 0, "SwapFree": 0, **more}
        self.write_keys("proc/meminfo", separator=":       ", suffix=" kB",
                        **{key.replace("_", "(").replace("END", ")"): value
                           for key, value in keys.items()})

    def pressure(self, name, total=0, full=0, avg10="0.00"):
        self.write(name, f"some avg10={avg10} avg60=1.25 avg300=0.00 total={total}\n"
                         f"full avg10=0.50 avg60=0.75 avg300=0.00 total={full}\n")

    def mount(self, version, group, root="/", pid=None):
        """Puts this process, or another, into a group, of which @root is mounted."""
        if version == 1:
            self.v2_mount = "sys/fs/cgroup/unified"
        point = "sys/fs/cgroup/memory" if version == 1 else self.v2_mount
        line = f"4:hugetlb,memory:{group}\n" if version == 1 else f"0::{group}\n"
        kind = "cgroup none rw,hugetlb,memory" if version == 1 else "cgroup2 none rw"
        os.makedirs(self.path(point), exist_ok=True)
        if pid is not None:
            self.write(f"proc/{pid}/cgroup", line)
            return
        self.membership += line
        self.mounts += f"35 31 0:32 {root} /{point} rw,relatime shared:9 master:1 - {kind}\n"
        self.write("proc/self/mountinfo", self.mounts)
        self.write("proc/self/cgroup", self.membership)

    def group_v1(self, name, usage=0, limit=NO_LIMIT_V1, failcnt=0, oom_kill=0, **stat):
        folder = os.path.join("sys/fs/cgroup/memory", name.lstrip("/"))
        self.write(f"{folder}/memory.usage_in_bytes", f"{usage}\n")
        self.write(f"{folder}/memory.limit_in_bytes", f"{limit}\n")
        self.write(f"{folder}/memory.failcnt", f"{failcnt}\n")
        self.write(f"{folder}/memory.oom_control",
                   f"oom_kill_disable 0\nunder_oom 0\noom_kill {oom_kill}\n")
        self.write_keys(f"{folder}/memory.stat", cache=1, rss=2,
                        hierarchical_memory_limit=limit, **stat)
        return self.path(folder)

    def group_v2(self, name, current=None, high="max", limit="max", swap=0, events=None, **stat):
        folder = os.path.join(self.v2_mount, name.lstrip("/"))
        self.write(f"{folder}/cgroup.controllers", "memory\n")
        self.write(f"{folder}/cgroup.type", "domain\n")
        if current is not None:
            self.write(f"{folder}/memory.current", f"{current}\n")
            self.write(f"{folder}/memory.high", f"{high}\n")
            self.write(f"{folder}/memory.max", f"{limit}\n")
            self.write(f"{folder}/memory.swap.current", f"{swap}\n")
            self.write_keys(f"{folder}/memory.events", **(events or {}))
            self.write_keys(f"{folder}/memory.stat", **{**STAT_V2, **stat})
        return self.path(folder)


class LocalTestCase(unittest.TestCase):
    def setUp(self):
        self.tree = FakeTree()
        self.addCleanup(self.tree.remove)
        self.environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent/bus")

    def run_mgrctl(self, *arguments, **more):
        return subprocess.run([MGRCTL, *arguments], env=self.environment, text=True,
                              capture_output=True, timeout=60, **more)

    def check(self, *arguments, status=0):
        """What it prints, where nothing is to be said."""
        result = self.run_mgrctl(*arguments)
        self.assertEqual((result.returncode, result.stderr), (status, ""))
        return result.stdout

    def check_json(self, *arguments, status=0):
        output = self.check(*arguments, "--json", status=status)
        self.assertEqual(output.count("\n"), 1)
        return json.loads(output)

    def check_fails(self, status, *arguments):
        """What it says, where it fails with a status and prints no data."""
        result = self.run_mgrctl(*arguments)
        self.assertEqual((result.returncode, result.stdout), (status, ""), result.stderr)
        self.assertTrue(result.stderr.startswith("mgrctl: "), result.stderr)
        return result.stderr

    def start(self, *arguments, **more):
        process = subprocess.Popen([MGRCTL, *arguments], env=self.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.addCleanup(lambda: (process.stdout.close(), process.stderr.close()))
        return process

    def run_in_terminal(self, columns, *arguments, status=0, **environment):
        parent, child = pty.openpty()
        subprocess.run(["stty", "cols", str(columns)], stdin=child, check=True)
        environment = dict(self.environment, **{"TERM": "xterm", **environment})
        process = subprocess.Popen([MGRCTL, *arguments], env=environment, stdout=child)
        os.close(child)
        output = b""
        while True:
            try:
                chunk = os.read(parent, 4096)
            except OSError:
                break
            if not chunk:
                break
            output += chunk
        os.close(parent)
        self.assertEqual(process.wait(), status)
        return output.decode().replace("\r\n", "\n")
