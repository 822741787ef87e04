#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A cache that gives way when its quota runs short, and grows again afterwards."""

from collections import deque

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr

PAGE = 64 << 10
QUOTA = 100 * PAGE

KEPT = {
    Mgr.PressureLevel.NORMAL: 1.0,
    Mgr.PressureLevel.LOW: 1.0,
    Mgr.PressureLevel.MEDIUM: 0.75,
    Mgr.PressureLevel.HIGH: 0.5,
    Mgr.PressureLevel.CRITICAL: 0.25,
    Mgr.PressureLevel.EMERGENCY: 0.0,
}

pages = deque()


class Quota(GObject.Object, Mgr.PressureSource):
    """A source of one's own: how much of the quota the pages take."""

    def do_get_name(self):
        return "quota"

    def do_read(self):
        used = len(pages) * PAGE
        return Mgr.PressureReading.new(used, QUOTA - used, QUOTA, 0.0)


def on_pressure_changed(monitor, level, sample):
    keep = int(len(pages) * KEPT[level])
    while len(pages) > keep:
        pages.popleft()
    print(f"{level.value_nick}, {len(pages)} pages are kept: {sample.reason}")


# A clock that the program moves itself, so that this one need not wait. Without it the
# monitor goes by the system's, and start() lets it take samples by itself.
clock = Mgr.ManualClock.new(0)
monitor = Mgr.PressureMonitor.new(clock)
monitor.add_source(Quota())
monitor.connect("pressure-changed", on_pressure_changed)

for second in range(200):
    pages.append(bytearray(PAGE))
    clock.advance(GLib.USEC_PER_SEC)
    monitor.sample()
    GLib.MainContext.default().iteration(False)
