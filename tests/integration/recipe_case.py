# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the tests of the recipes share: a bus, a program that shares a budget out, and an
eye on what is left running.

Needs MGR_SOURCE_ROOT and MGR_BUILD_ROOT in the environment.
"""

import ctypes
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from gi.repository import Gio, GLib

SOURCE = Path(os.environ["MGR_SOURCE_ROOT"])
RECIPES = SOURCE / "doc/examples/python/recipes"
BUDGET = "org.example.Budget"
MIB = 1 << 20

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Nothing outlives the test, whatever becomes of that."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def running_in(folder):
    """The processes of which the environment names a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if folder.encode() in path.read_bytes() and path.parent.name != str(os.getpid()):
                found.append(int(path.parent.name))
        except OSError:
            # It ended, or is another user's.
            continue
    return found


def blocks_of(page, language):
    """What a page of the guide shows in a language, or as output."""
    text = (SOURCE / f"doc/guide/{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for its, block in blocks if its == language]


def overlapping(spans):
    """The pairs of (begun, ended) of which one begins before the other ends."""
    spans = sorted(spans)
    return [(one, other) for one, other in zip(spans, spans[1:]) if other[0] < one[1]]


class RecipeCase(unittest.TestCase):
    BUDGET = "200 MiB"
    PROGRAM = RECIPES / "budget.py"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="libmgr-recipe-")
        cls.addClassCleanup(cls.remove)
        cls.bus = cls.spawn(["dbus-daemon", "--session", "--nofork", "--print-address",
                             f"--address=unix:path={cls.folder}/bus"], stdout=subprocess.PIPE)
        cls.address = cls.bus.stdout.readline().strip()
        cls.environment = {
            **os.environ, "DBUS_SESSION_BUS_ADDRESS": cls.address, "RECIPE_FOLDER": cls.folder,
            "BUILD": os.path.relpath(os.environ["MGR_BUILD_ROOT"], SOURCE),
            "PYTHONPATH": os.pathsep.join([str(RECIPES), str(Path(__file__).parent),
                                           os.environ.get("PYTHONPATH", "")]),
        }
        cls.connection = Gio.DBusConnection.new_for_address_sync(
            cls.address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        cls.addClassCleanup(cls.connection.close_sync)
        cls.budget = cls.start_budget()

    @classmethod
    def remove(cls):
        """Nothing is left running, and the folder goes."""
        end = time.monotonic() + 30
        while (left := running_in(cls.folder)) and time.monotonic() < end:
            time.sleep(0.02)
        subprocess.run(["rm", "-r", cls.folder], check=True)
        assert not left, f"still running: {left}"

    @classmethod
    def spawn(cls, argv, ended_by=signal.SIGTERM, **options):
        options.setdefault("env", {**os.environ, "RECIPE_FOLDER": cls.folder})
        process = subprocess.Popen(argv, text=True, preexec_fn=die_with_parent, **options)
        cls.addClassCleanup(cls.end, process, ended_by)
        return process

    @staticmethod
    def end(process, number=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(number)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            if process.stdout is not None:
                process.stdout.close()

    @classmethod
    def start_budget(cls):
        process = cls.spawn([sys.executable, str(cls.PROGRAM), cls.BUDGET],
                            env=cls.environment, stdout=subprocess.PIPE)
        assert process.stdout.readline() == "ready\n"
        return process

    def ask(self, path, interface, method, arguments=None):
        answer = self.connection.call_sync(BUDGET, path, interface, method, arguments, None,
                                           Gio.DBusCallFlags.NONE, 30000, None)
        return answer.unpack()

    def tasks(self, state=""):
        """What the scheduler knows of its tasks."""
        tasks, _more = self.ask("/org/libmgr/Scheduler", "org.libmgr.Scheduler1", "ListTasks",
                                GLib.Variant("(suu)", (state, 0, 1000)))
        return tasks

    def manager(self, name):
        value, = self.ask("/org/libmgr/Manager", "org.freedesktop.DBus.Properties", "Get",
                          GLib.Variant("(ss)", ("org.libmgr.Manager1", name)))
        return value

    def cancel(self, task):
        self.ask(f"/org/libmgr/Task/{task['id']}", "org.libmgr.Task1", "Cancel")

    def wait_until(self, what, found):
        """Waits, as the other programs take their time, and returns what was found."""
        end = time.monotonic() + 60
        while not (result := found()):
            self.assertLess(time.monotonic(), end, f"never came: {what}")
            time.sleep(0.02)
        return result

    def check_nothing_is_held(self):
        self.wait_until("all leases are back", lambda: not self.unfinished())
        self.assertEqual(self.manager("Used"), 0)

    def unfinished(self):
        """Of one moment: what waits now may run when it is asked again."""
        return [task for task in self.tasks() if task["state"] in ("waiting", "running")]
