#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A cache of features that shrinks while a table of the same program grows, and grows again."""

from array import array
from itertools import pairwise

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr

KIB = 1 << 10
QUOTA = 8 << 20
ROOM = 4 << 20
ROWS = 256 << 10
N_TEXTS = 2000
N_FEATURES = 1024
REQUESTS = 2000

KEPT = {
    Mgr.PressureLevel.NORMAL: 1.0,
    Mgr.PressureLevel.LOW: 1.0,
    Mgr.PressureLevel.MEDIUM: 0.75,
    Mgr.PressureLevel.HIGH: 0.5,
    Mgr.PressureLevel.CRITICAL: 0.25,
    Mgr.PressureLevel.EMERGENCY: 0.125,
}

manager = Mgr.Manager.new("64 MiB")
table = manager.add_component("table", QUOTA)
cache = Mgr.Cache(int, name="features", max_bytes=ROOM,
                  component=manager.add_component("features", ROOM))
rows = []
wanted = 1


class Growth(GObject.Object, Mgr.PressureSource):
    """How far the table has grown. Did the features count too, giving way would look like room."""

    def do_get_name(self):
        return "table"

    def do_read(self):
        return Mgr.PressureReading.new(table.used, QUOTA - table.used, QUOTA, 0.0)


def on_pressure_changed(_monitor, level, _sample):
    cache.max_bytes = int(ROOM * KEPT[level])
    print(f"{level.value_nick}: room for {cache.max_bytes // KIB} KiB of features")


def compute(number):
    """How often which pairs of letters are in a text."""
    counts = array("I", bytes(4 * N_FEATURES))
    for left, right in pairwise(f"text number {number} of {N_TEXTS}".encode()):
        counts[(31 * left + right) % N_FEATURES] += 1
    return counts.tobytes()


def ask():
    """Get the features of a text: a few texts are wanted much more often than the rest."""
    global wanted
    wanted = wanted * 1103515245 + 12345 & 0x7FFFFFFF
    share = wanted / 0x80000000
    return cache.get_or_load(int(N_TEXTS * share * share * share), compute)


def work(what, rounds, grow):
    before = cache.get_statistics()
    for _ in range(rounds):
        grow()
        for _ in range(REQUESTS // rounds):
            ask()
        clock.advance(GLib.USEC_PER_SEC)
        monitor.sample()
        GLib.MainContext.default().iteration(False)
    after = cache.get_statistics()
    hits, misses = after.hits - before.hits, after.misses - before.misses
    print(f"{what}: {hits / (hits + misses):.0%} hits, {cache.get_n_bytes() // KIB} KiB of features, "
          f"{table.used // KIB} KiB of the table")


def grow():
    rows.append(table.allocate(ROWS))


clock = Mgr.ManualClock.new(0)
monitor = Mgr.PressureMonitor.new(clock)
monitor.add_source(Growth())
monitor.connect("pressure-changed", on_pressure_changed)

work("at first", 20, lambda: None)
work("calm", 20, lambda: None)
work("the table grows", 31, grow)
work("the table is large", 20, lambda: None)
rows.clear()
work("the table is gone", 20, lambda: None)
work("calm again", 20, lambda: None)
