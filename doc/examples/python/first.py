#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A budget, a refusal, and memory that comes back."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Mgr

manager = Mgr.Manager.new("256 MiB")
manager.add_component("models", "200 MiB")

with manager.allocate("models", "150 MiB", "weights", priority=8) as weights:
    print("holding", weights.size, "bytes of", weights.description)
    try:
        manager.allocate("models", "100 MiB", "more weights")
    except MemoryError as error:
        print(error.message)

pages = [bytearray(1 << 20) for _ in range(32)]


def drop_pages(resource, target):
    freed = sum(map(len, pages))
    pages.clear()
    return freed


manager.register_resource(Mgr.Resource("temp_pages", "32 MiB", reclaim=drop_pages))
report = manager.cleanup(Mgr.CleanupStrategy.AGGRESSIVE)
print("cleaned", *report.cleaned, "and got back", report.returned >> 20, "MiB")
