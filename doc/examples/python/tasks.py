#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Three pieces of work that do not fit side by side, and one that can never fit."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

manager = Mgr.Manager.new("100 MiB")


@Mgr.task(memory="60 MiB", priority="low")
def parse(part):
    rows = bytearray(40 << 20)
    Mgr.checkpoint(memory=len(rows))
    print("parse", part)
    return part * part


with manager.scheduler as scheduler:
    tasks = [parse.submit(part) for part in (1, 2)]
    total = scheduler.submit(lambda: sum(task.result() for task in tasks), after=tasks)
print("total", total.result(), "at a peak of", tasks[0].peak >> 20, "MiB each")

try:
    scheduler.submit(parse.options(memory="1 GiB").task(3))
except MemoryError as error:
    print(error.message)

failing = scheduler.submit(lambda: 1 / 0)
try:
    failing.wait()
except GLib.Error as error:
    print(failing.reason.value_nick, "-", error.message)
