#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A pool of quotes that is told when it is nearly full, and lets the older ones go before
anybody is refused."""

import collections

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr

KIB = 1 << 10

manager = Mgr.Manager.new("64 MiB")
pool = Mgr.StandardPool.new(manager.add_component("trading-data"), "quotes", KIB * KIB,
                            Mgr.StandardPoolFlags.VIRTUAL)
manager.add_pool(pool)
pool.set_waters(0.5, 0.75)
ids = collections.deque()


def on_high_water(pool, used):
    print("high water at", used // KIB, "KiB: the older ones go")
    while pool.used > pool.capacity / 4:
        pool.free(ids.popleft())


pool.connect("high-water", on_high_water)
pool.connect("low-water", lambda pool, used: print("low water at", used // KIB, "KiB"))
for _ in range(40):
    ids.append(pool.allocate(64 * KIB, "quotes", Mgr.PRIORITY_DEFAULT, None))
    while GLib.MainContext.default().iteration(False):
        pass

figures = pool.statistics
print(f"{figures.total_count} quotes, {figures.peak // KIB} KiB at most, "
      f"{figures.refused_count} refused")
