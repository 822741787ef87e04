#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A parent that is short of memory, and a child that is told."""

import os
import subprocess
import sys
import tempfile

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr

CHILD = """
import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr

loop = GLib.MainLoop()
rows = [bytearray(1 << 20) for _ in range(8)]
manager = Mgr.Manager()
manager.register_resource(Mgr.Resource("temp_rows", "8 MiB", reclaim=lambda *_: rows.clear()))
manager.connect("cleanup-finished", lambda manager, report: loop.quit())
print("child: holding", len(rows), "MiB", flush=True)
loop.run()
print("child: told of pressure, holding", len(rows), "MiB", flush=True)
"""

manager = Mgr.Manager("256 MiB")
manager.add_component("models")

with tempfile.TemporaryDirectory() as directory:
    notifier = Mgr.PressureNotifier.new(manager.monitor, directory)
    environment = dict(line.split("=", 1) for line in notifier.environment)
    child = subprocess.Popen([sys.executable, "-c", CHILD], env={**os.environ, **environment})

    with manager.allocate("models", "220 MiB"):
        while child.poll() is None:
            GLib.MainContext.default().iteration(True)
