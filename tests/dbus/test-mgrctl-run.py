#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl run where a program on the bus grants the memory: it is asked, and told."""

import os
import signal
import subprocess
import sys
import threading
import unittest

from mgrctl_case import Bus, MGRCTL, MgrctlTestCase

try:
    from gi.repository import Gio, GLib
except ImportError:
    Gio = None

MANAGER = """<node><interface name='org.libmgr.Manager1'>
<property name='Program' type='s' access='read'/><property name='Pid' type='u' access='read'/>
</interface></node>"""

SCHEDULER = """<node><interface name='org.libmgr.Scheduler1'>
<method name='Acquire'><arg type='s' direction='in'/><arg type='t' direction='in'/>
<arg type='a{sv}' direction='in'/><arg type='t' direction='out'/></method>
<method name='Release'><arg type='t' direction='in'/></method>
<method name='ReportMemory'><arg type='t' direction='in'/><arg type='t' direction='in'/></method>
<method name='ListTasks'><arg type='s' direction='in'/><arg type='u' direction='in'/>
<arg type='u' direction='in'/><arg type='aa{sv}' direction='out'/><arg type='b' direction='out'/>
</method>
<signal name='LeaseEnding'><arg type='t'/></signal>
</interface></node>"""

TASK = """<node><interface name='org.libmgr.Task1'>
<method name='Explain'><arg type='s' direction='out'/></method></interface></node>"""

LEASE = 7


class Granter:
    """A program that says what the test wants it to say, in a thread of its own."""

    def __init__(self, address, schedules=True):
        self.calls = []
        self.held = []
        self.grants = True
        self.tasks = None
        self.changed = threading.Condition()
        self.schedules = schedules
        self.context = GLib.MainContext()
        self.loop = GLib.MainLoop.new(self.context, False)
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(address,))
        self.thread.start()
        self.ready.wait()

    def run(self, address):
        self.context.push_thread_default()
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self.connection = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.export("/org/libmgr/Manager", MANAGER)
        if self.schedules:
            self.export("/org/libmgr/Scheduler", SCHEDULER)
        self.connection.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
            GLib.Variant("(su)", ("org.libmgr.Program.Granter", 0)), None, 0, -1, None)
        self.ready.set()
        self.loop.run()
        self.connection.close_sync(None)
        self.context.pop_thread_default()

    def export(self, path, xml):
        info = Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0]
        self.connection.register_object(path, info, self.called, self.get, None)

    def list_task(self, number, name, age):
        """That one waits, which was submitted so many seconds ago."""
        values = {"id": GLib.Variant("t", number), "name": GLib.Variant("s", name),
                  "memory": GLib.Variant("t", 64 << 20),
                  "submitted": GLib.Variant("x", GLib.get_monotonic_time() - age * 1_000_000)}
        self.tasks = [*(self.tasks or []), values]
        self.export(f"/org/libmgr/Task/{number}", TASK)

    def answer(self, path, method, invocation):
        if method == "Explain":
            invocation.return_value(GLib.Variant("(s)", (f"This is {path}",)))
        elif method == "ListTasks" and self.tasks is not None:
            invocation.return_value(GLib.Variant("(aa{sv}b)", (self.tasks, False)))
        elif method == "ListTasks":
            invocation.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied", "no")
        else:
            invocation.return_value(None)

    def get(self, _connection, _sender, _path, _interface, name):
        return (GLib.Variant("s", "granter") if name == "Program"
                else GLib.Variant("u", os.getpid()))

    def called(self, _connection, _sender, path, _interface, method, arguments, invocation):
        with self.changed:
            self.calls.append((method, *arguments.unpack()))
            self.changed.notify_all()
        if method != "Acquire":
            self.answer(path, method, invocation)
        elif self.grants is True:
            invocation.return_value(GLib.Variant("(t)", (LEASE,)))
        elif self.grants is None:
            self.held.append(invocation)
        else:
            invocation.return_dbus_error("org.libmgr.Error.Infeasible", self.grants)

    def do(self, func):
        """In its thread."""
        self.context.invoke_full(GLib.PRIORITY_DEFAULT, lambda: func() and False)

    def wait_for(self, method):
        with self.changed:
            self.changed.wait_for(lambda: any(call[0] == method for call in self.calls), 30)
            return next(call for call in self.calls if call[0] == method)

    def stop(self):
        self.do(self.loop.quit)
        self.thread.join()


@unittest.skipIf(Gio is None, "there is no PyGObject")
class TestLease(unittest.TestCase):
    def setUp(self):
        self.bus = Bus("--session")
        self.addCleanup(self.bus.stop)

    def make_granter(self, **more):
        granter = Granter(self.bus.address, **more)
        self.addCleanup(granter.stop)
        return granter

    def start(self, *arguments, options=()):
        process = subprocess.Popen([MGRCTL, "run", "--memory=64M", *options, "--", *arguments],
                                   env=self.bus.environment, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(lambda: (process.kill(), process.stdout.close(), process.stderr.close()))
        return process

    def run_command(self, *arguments, options=()):
        process = self.start(*arguments, options=options)
        output, errors = process.communicate(timeout=30)
        return process.returncode, output, errors

    def test_granted(self):
        granter = self.make_granter()
        status, output, errors = self.run_command("echo", "ran", options=["--priority=high"])
        self.assertEqual((status, output), (0, "ran\n"), errors)
        self.assertEqual(granter.wait_for("Acquire"),
                         ("Acquire", "echo", 64 << 20, {"priority": "high"}))
        self.assertEqual(granter.wait_for("Release"), ("Release", LEASE))

    def test_reports(self):
        granter = self.make_granter()
        process = self.start("sleep", "100")
        self.assertEqual(granter.wait_for("ReportMemory")[:2], ("ReportMemory", LEASE))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

    def test_waits(self):
        """The command does not start before it is granted."""
        granter = self.make_granter()
        granter.grants = None
        process = self.start("echo", "ran")
        granter.wait_for("Acquire")
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(0.2)
        granter.do(lambda: granter.held[0].return_value(GLib.Variant("(t)", (LEASE,))))
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, output), (0, "ran\n"), errors)

    def test_says_that_it_waits(self):
        """Where the program does not say why."""
        granter = self.make_granter()
        granter.grants = None
        process = self.start("echo", "ran")
        self.assertEqual(process.stderr.readline(),
                         "mgrctl: The command waits until “granter” has 64.0 MiB for it\n")
        granter.do(lambda: granter.held[0].return_value(GLib.Variant("(t)", (LEASE,))))
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, output), (0, "ran\n"), errors)

    def test_says_why_of_its_own(self):
        """Others wait as well, for a command of the same name too."""
        granter = self.make_granter()
        granter.grants = None
        listed = threading.Event()
        granter.do(lambda: (granter.list_task(1, "echo", 60), granter.list_task(2, "other", 0),
                            granter.list_task(3, "echo", 0), granter.list_task(4, "echo", -60),
                            listed.set()))
        listed.wait()
        process = self.start("echo", "ran")
        self.assertEqual(process.stderr.readline(), "mgrctl: This is /org/libmgr/Task/3\n")
        self.assertIn(("ListTasks", "waiting", 0, 1000), granter.calls)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

    def test_interrupted_while_it_waits(self):
        granter = self.make_granter()
        granter.grants = None
        process = self.start("echo", "ran")
        granter.wait_for("Acquire")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, output), (130, ""), errors)

    def test_refused(self):
        granter = self.make_granter()
        granter.grants = "It can never fit"
        status, output, errors = self.run_command("echo", "ran")
        self.assertEqual((status, output), (125, ""))
        self.assertEqual(errors, "mgrctl: It can never fit\n")

    def test_needed_back(self):
        granter = self.make_granter()
        process = self.start("sleep", "100")
        granter.wait_for("ReportMemory")
        granter.do(lambda: granter.connection.emit_signal(
            None, "/org/libmgr/Scheduler", "org.libmgr.Scheduler1", "LeaseEnding",
            GLib.Variant("(t)", (LEASE,))))
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, output), (128 + signal.SIGTERM, ""), errors)
        self.assertIn("asks for the memory back", errors)

    def test_program_without_scheduler(self):
        """It is as good as none, unless it is meant."""
        self.make_granter(schedules=False)
        status, output, errors = self.run_command("echo", "ran")
        self.assertEqual((status, output), (0, "ran\n"), errors)
        status, output, _errors = self.run_command("echo", "ran", options=["--program=granter"])
        self.assertEqual((status, output), (125, ""))

    def test_local(self):
        granter = self.make_granter()
        status, output, errors = self.run_command("echo", "ran", options=["--local"])
        self.assertEqual((status, output), (0, "ran\n"), errors)
        self.assertEqual(granter.calls, [])

    def test_nobody(self):
        status, output, errors = self.run_command("echo", "ran")
        self.assertEqual((status, output), (0, "ran\n"), errors)


class TestProgram(MgrctlTestCase):
    """With a real program, of which a task took most of the memory."""

    def setUp(self):
        super().setUp()
        self.program = self.start("--name", "importer")
        self.assertEqual(self.program.ask("task import 62914560"), "ok")

    def start_run(self, *arguments, memory="60M"):
        process = subprocess.Popen([MGRCTL, "run", f"--memory={memory}", *arguments],
                                   env=self.environment, text=True, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        return process

    def wait_for_waiting(self, count):
        while True:
            found = [task["id"] for task in self.check_json("tasks", "--state=waiting")["tasks"]]
            if len(found) == count:
                return found

    def test_says_why(self):
        """It is the program that knows what the command waits for."""
        process = self.start_run("--", "echo", "ran")
        line = process.stderr.readline()
        self.assertRegex(line, "^mgrctl: .*“echo”.*waits")
        self.assertIn("60.0 MiB", line)
        self.assertEqual(self.program.ask("cancel 1"), "ok")
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, output), (0, "ran\n"), errors)
        self.assertEqual(len(errors.splitlines()), 1)

    def cancel_task(self, number):
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        bus = Gio.DBusConnection.new_for_address_sync(self.bus.address, flags, None, None)
        self.addCleanup(bus.close_sync, None)
        names = bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                              "org.freedesktop.DBus", "ListNames", None, None, 0, -1, None)
        program = next(name for name in names.unpack()[0] if name.startswith("org.libmgr.Program."))
        bus.call_sync(program, f"/org/libmgr/Task/{number}", "org.libmgr.Task1", "Cancel", None,
                      None, 0, -1, None)

    @unittest.skipIf(Gio is None, "there is no PyGObject")
    def test_ended_by_the_program(self):
        process = self.start_run("--", "sh", "-c", "echo started; exec sleep 100", memory="10M")
        self.assertEqual(process.stdout.readline(), "started\n")
        self.cancel_task(2)
        _output, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM, errors)
        self.assertRegex(errors, "^mgrctl: The program asks for the memory back: .*\n"
                                 "mgrctl: cancelled: .*\n$")

    def test_quiet(self):
        process = self.start_run("--quiet", "--", "echo", "ran")
        self.wait_for_waiting(1)
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(1.3)
        self.assertEqual(self.program.ask("cancel 1"), "ok")
        output, errors = process.communicate(timeout=30)
        self.assertEqual((process.returncode, output, errors), (0, "ran\n", ""))


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv)
