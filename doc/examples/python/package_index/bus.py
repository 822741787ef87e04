# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A message bus of our own, and the question that another process asks on it."""

import os
import subprocess
import time

from gi.repository import Gio, GLib

from .memory import mib

PATH = "/org/libmgr/Manager"
INTERFACE = "org.libmgr.Manager1"
PATIENCE_MS = 10_000


class Bus:
    """Needs nothing of the session's, and ends with the with block."""

    def __enter__(self):
        self._daemon = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self._daemon.stdout.readline().strip()
        return self

    def __exit__(self, *_):
        self._daemon.terminate()
        self._daemon.wait()
        self._daemon.stdout.close()

    def environment(self):
        return {**os.environ, "DBUS_SESSION_BUS_ADDRESS": self.address}

    def ask(self, pid):
        """The report of the program with this pid, and how long that took."""
        connection = Gio.DBusConnection.new_for_address_sync(
            self.address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        begun = time.monotonic()
        answer = connection.call_sync(
            f"org.libmgr.Program.p{pid}", PATH, INTERFACE, "GetReport", None,
            GLib.VariantType("(a{sv})"), Gio.DBusCallFlags.NO_AUTO_START,
            PATIENCE_MS, None)
        took = time.monotonic() - begun
        connection.close_sync()
        return answer.unpack()[0], took


def report_lines(report):
    """The report as a person reads it."""
    yield (f"level {report['level']}, process {mib(report['process'])}, "
           f"charged {mib(report['used'])} of {mib(report['budget'])}, "
           f"{report['allocations']} allocations, {report['refused']} refused, "
           f"{report['cleanups']} cleanups")
    for component in report["components"]:
        yield (f"  {component['path']:<10} {mib(component['used']):>10} of "
               f"{mib(component['budget']):>10}, peak {mib(component['peak'])}")
