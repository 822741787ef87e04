#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Programs that know nothing of libmgr hear its warnings, through GMemoryMonitor.

Needs MGR_GIO_MODULE, MGR_LIBRARY, MGR_MEMORY_MONITOR_PROGRAM and MGR_GIO_QUERYMODULES
in the environment; MGR_FAST_CLOCK and MGR_GJS where they can be used.
"""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

MODULE = Path(os.environ["MGR_GIO_MODULE"])
LIBRARY = os.path.dirname(os.environ["MGR_LIBRARY"])
PROGRAM = os.environ["MGR_MEMORY_MONITOR_PROGRAM"]
QUERYMODULES = os.environ["MGR_GIO_QUERYMODULES"]
FAST_CLOCK = os.environ.get("MGR_FAST_CLOCK")
GJS = os.environ.get("MGR_GJS")
SCRIPT = Path(__file__).with_name("memory-monitor-program.js")

OURS = "MgrMemoryMonitor"
LOW, MEDIUM, CRITICAL = 50, 100, 255

# A level is held for 15 s after usage fell, and warnings repeat every 30 s: after this
# long there is either another one, or nothing to warn of.
SILENCE = 50

needs_fast_clock = unittest.skipUnless(
    FAST_CLOCK, "time cannot pass faster in a program with a sanitizer")
needs_plain_module = unittest.skipUnless(
    FAST_CLOCK, "GLib's own programs cannot load what has a sanitizer")
needs_gjs = unittest.skipUnless(GJS, "there is no GJS, or it cannot load what has a sanitizer")


class Machine:
    """A /proc and cgroups of one's own."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="libmgr-")
        self.root = Path(self.directory.name)
        self.proc = self.root / "proc"
        (self.proc / "self").mkdir(parents=True)

    def write(self, path, text):
        """Write all at once: a program may read at any time."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "r+" if target.exists() else "w", encoding="ascii") as file:
            file.write(text)

    def use(self, percent):
        self.write("proc/meminfo", "MemTotal:       16000000 kB\n"
                                   f"MemAvailable:   {160000 * (100 - percent):8} kB\n")

    def use_of_cgroup(self, percent):
        self.write("proc/self/cgroup", "0::/a\n")
        self.write("proc/self/mountinfo",
                   "35 31 0:32 / /sys/fs/cgroup rw - cgroup2 none rw\n")
        self.write("sys/fs/cgroup/a/memory.max", "1000000000\n")
        self.write("sys/fs/cgroup/a/memory.high", "max\n")
        self.write("sys/fs/cgroup/a/memory.stat", "file 0\ninactive_file 0\nactive_file 0\n"
                   "shmem 0\nslab_reclaimable 0\n")
        self.write("sys/fs/cgroup/a/memory.current", f"{percent * 10000000:9}\n")


class Program:
    """A program that runs with the module, a line of its output at a time."""

    def __init__(self, *command, machine, **environment):
        values = {
            "PATH": os.environ["PATH"],
            "GIO_EXTRA_MODULES": str(MODULE.parent),
            "MGR_PROC_PATH": str(machine.proc),
            "MGR_CGROUP_PATH": str(machine.root),
            "MGR_CONFIG": "",
            "MGR_MONITORING_INTERVAL": "0.5",
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent",
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
            "LC_ALL": "C.UTF-8",
            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")},
            **({"LD_PRELOAD": FAST_CLOCK} if FAST_CLOCK else {}),
            **environment,
        }
        self.process = subprocess.Popen(
            command, env={name: value for name, value in values.items() if value is not None},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("The program ended: " + self.process.stderr.read())
        return line.split()

    def type(self):
        kind, name = self.line()
        assert kind == "type"
        return name

    def warning(self):
        """The level of the next warning and when it came."""
        while True:
            kind, *values = self.line()
            if kind == "warning":
                return int(values[0]), float(values[1])

    def wait_for_silence(self):
        """Wait until so long no warning has come, by the program's own clock."""
        last = None
        while True:
            kind, *values = self.line()
            if kind == "warning" or (kind == "time" and last is None):
                last = float(values[-1])
            elif kind == "time" and float(values[0]) - last >= SILENCE:
                return

    def end(self):
        self.process.kill()
        output = self.process.communicate()[1]
        return output


class GioModuleTest(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.directory.cleanup)
        self.machine.use(50)

    def start(self, *command, **environment):
        program = Program(*(command or [PROGRAM]), machine=self.machine, **environment)
        self.addCleanup(program.end)
        return program

    def start_gjs(self, **environment):
        return self.start(GJS, str(SCRIPT), **environment)

    def assert_warning(self, program, level):
        found, time = program.warning()
        self.assertEqual(found, level)
        return time

    def test_c(self):
        program = self.start()
        self.assertEqual(program.type(), OURS)
        self.machine.use(97)
        self.assert_warning(program, CRITICAL)

    def test_pressure_from_the_start(self):
        self.machine.use(97)
        program = self.start()
        self.assertEqual(program.type(), OURS)
        self.assert_warning(program, CRITICAL)

    def test_thread(self):
        """A monitor that is made in a thread warns there, in its main context."""
        program = self.start(PROGRAM, "thread")
        self.assertEqual(program.type(), OURS)
        self.machine.use(97)
        self.assert_warning(program, CRITICAL)

    @needs_gjs
    def test_gjs(self):
        program = self.start_gjs()
        self.assertEqual(program.type(), OURS)
        self.machine.use(97)
        self.assert_warning(program, CRITICAL)
        self.machine.use(50)
        program.wait_for_silence()
        self.machine.use(97)
        self.assert_warning(program, CRITICAL)

    @needs_fast_clock
    def test_low_is_no_warning(self):
        self.machine.use(75)
        self.start().wait_for_silence()

    def test_levels(self):
        for percent, level in ((82, LOW), (87, MEDIUM), (92, CRITICAL), (97, CRITICAL)):
            self.machine.use(percent)
            program = self.start()
            self.assert_warning(program, level)
            program.end()

    def test_rises(self):
        """A higher warning does not wait for the time of the next."""
        self.machine.use(82)
        program = self.start(LD_PRELOAD=None, MGR_MONITORING_INTERVAL="0.001")
        first = self.assert_warning(program, LOW)
        self.machine.use(97)
        second = self.assert_warning(program, CRITICAL)
        self.assertLess(second - first, 30)

    @needs_fast_clock
    def test_repeats(self):
        program = self.start()
        self.machine.use(92)
        times = [self.assert_warning(program, CRITICAL) for _ in range(4)]
        for before, after in zip(times, times[1:]):
            self.assertGreaterEqual(after - before, 29.999)

    @needs_fast_clock
    def test_falls(self):
        """A lower level is no news; what repeats then is the lower warning."""
        program = self.start()
        self.machine.use(92)
        last = self.assert_warning(program, CRITICAL)
        self.machine.use(78)
        level, time = program.warning()
        while level == CRITICAL:
            last = time
            level, time = program.warning()
        self.assertEqual(level, LOW)
        self.assertGreaterEqual(time - last, 29.999)
        self.machine.use(50)
        program.wait_for_silence()
        self.machine.use(82)
        self.assert_warning(program, LOW)

    def test_cgroup(self):
        """A container that is full, on a machine that is not."""
        self.machine.use_of_cgroup(50)
        program = self.start()
        self.assertEqual(program.type(), OURS)
        self.machine.use_of_cgroup(97)
        self.assert_warning(program, CRITICAL)

    def test_without_meminfo(self):
        """What cannot know anything leaves it to the next implementation."""
        (self.machine.proc / "meminfo").unlink()
        program = self.start()
        self.assertEqual(program.type(), "GMemoryMonitorDBus")
        self.assertIsNone(program.process.poll())

    def test_cgroup_without_meminfo(self):
        (self.machine.proc / "meminfo").unlink()
        self.machine.use_of_cgroup(50)
        self.assertEqual(self.start().type(), OURS)

    def test_another_is_wanted(self):
        program = self.start(GIO_USE_MEMORY_MONITOR="dbus")
        self.assertEqual(program.type(), "GMemoryMonitorDBus")

    def test_without_module(self):
        program = self.start(GIO_EXTRA_MODULES=None)
        self.assertNotEqual(program.type(), OURS)

    def test_real_proc(self):
        """The machine that the test runs on."""
        program = self.start(MGR_PROC_PATH=None, MGR_CGROUP_PATH=None,
                             MGR_MONITORING_INTERVAL=None)
        self.assertEqual(program.type(), OURS)

    def test_configuration(self):
        """A file that says when memory is short."""
        path = self.machine.root / "libmgr.conf"
        path.write_text("[libmgr]\npressure-thresholds=0.3, 0.4, 0.5, 0.6, 0.7\n")
        self.machine.use(55)
        program = self.start(MGR_CONFIG=str(path))
        self.assert_warning(program, MEDIUM)

    def test_bad_configuration(self):
        """What cannot be right is said once, and does not end a program that ends at warnings."""
        program = self.start(MGR_MONITORING_INTERVAL="fast", G_DEBUG="fatal-warnings")
        self.assertEqual(program.type(), OURS)
        self.machine.use(97)
        self.assert_warning(program, CRITICAL)
        self.assertEqual(program.end().count("MGR_MONITORING_INTERVAL"), 1)

    def test_interval(self):
        for interval in ("0.001", "2.5", "86400", "1 ms"):
            program = self.start(MGR_MONITORING_INTERVAL=interval)
            self.assertEqual(program.type(), OURS, interval)
            self.assertEqual(program.end(), "")

    @needs_plain_module
    def test_installed(self):
        """In GIO's folder of modules, with the cache that says what it is for."""
        directory = self.machine.root / "modules"
        directory.mkdir()
        shutil.copy(MODULE, directory)
        found = {"LD_LIBRARY_PATH": LIBRARY}
        subprocess.run([QUERYMODULES, directory], check=True, env={**os.environ, **found})
        self.assertIn("libgiomgr.so: gio-memory-monitor",
                      (directory / "giomodule.cache").read_text().splitlines())

        program = self.start(GIO_EXTRA_MODULES=None, GIO_MODULE_DIR=str(directory), **found)
        self.assertEqual(program.type(), OURS)
        self.machine.use(97)
        self.assert_warning(program, CRITICAL)


if __name__ == "__main__":
    unittest.main(verbosity=2)
