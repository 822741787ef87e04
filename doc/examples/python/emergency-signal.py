#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A program that cleans when somebody sends it SIGUSR1."""

import os
import signal

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr

loop = GLib.MainLoop()
manager = Mgr.Manager("256 MiB")
manager.set_emergency_signal()

for name in ("temp_rows", "table"):
    manager.register_resource(Mgr.Resource(name, "8 MiB", reclaim=lambda *_: 8 << 20))


def on_finished(manager, report):
    print("cleaned", *report.cleaned)
    loop.quit()


manager.connect("emergency", lambda manager, sample: print("emergency"))
manager.connect("cleanup-finished", on_finished)
os.kill(os.getpid(), signal.SIGUSR1)
loop.run()
