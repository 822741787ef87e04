#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A cache that is looked through from time to time, on a clock that is moved by hand."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr

clock = Mgr.ManualClock.new(0)
manager = Mgr.Manager("100 MiB", clock=clock)
entries = {"a": 10, "b": 70, "c": 700}            # by when they expire, in seconds


def drop_expired(cache):
    now = clock.get_time() // 1000000
    expired = [key for key, expires in entries.items() if expires <= now]
    for key in expired:
        del entries[key]
    print(f"after {now} s:", *expired, "expired")
    return len(expired) << 20


cache = Mgr.Resource("_cache_rows", "3 MiB", maintain=drop_expired,
                     safety=Mgr.Safety.SAFE, maintenance_interval=60 * 1000000)
manager.register_resource(cache)

for _ in range(5):
    while GLib.MainContext.default().iteration(False):
        pass
    clock.advance(30 * 1000000)
print("it holds", cache.size >> 20, "MiB")
