#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Shares a budget out among the programs of a session: tools/run budget.py 200MiB"""

import signal
import sys

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Gio, GLib, Mgr

from leases import BUS_NAME


def main():
    if len(sys.argv) != 2:
        print("usage: budget.py SIZE", file=sys.stderr)
        return 2

    loop = GLib.MainLoop()
    manager = Mgr.Manager.new(sys.argv[1])
    connection = Gio.bus_get_sync(Gio.BusType.SESSION)
    manager.export(connection)
    # Who finds the name finds the scheduler as well.
    Gio.bus_own_name_on_connection(connection, BUS_NAME, Gio.BusNameOwnerFlags.DO_NOT_QUEUE,
                                   lambda *_: print("ready", flush=True),
                                   lambda *_: loop.quit())
    for number in (signal.SIGINT, signal.SIGTERM):
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, number, loop.quit)
    loop.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
