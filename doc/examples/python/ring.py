# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A thread reads a feed as fast as it comes; the main loop looks at what it gets to.

The ring between them holds a page, and keeps what came last.
"""

import struct
import threading

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

N_TICKS = 20000
TICK = struct.Struct("Qd")

ring = Mgr.RingPool.new(None, "ticks", "4 KiB", Mgr.RingPolicy.DROP_OLDEST, Mgr.RingSharing.PAIR)
loop = GLib.MainLoop()
numbers = []


def read_feed():
    for i in range(1, N_TICKS + 1):
        ring.write(TICK.pack(i, 100 + i % 100 / 100))
    # What is in the ring can be read, still.
    ring.set_active(False)


def look(*_data):
    try:
        while (tick := ring.try_read()) is not None:
            numbers.append(TICK.unpack(tick)[0])
        return GLib.SOURCE_CONTINUE
    except GLib.Error:
        loop.quit()
        return GLib.SOURCE_REMOVE


source = ring.create_source()
source.set_callback(look)
source.attach(None)
thread = threading.Thread(target=read_feed)
thread.start()
loop.run()
thread.join()
print("%d ticks seen or dropped, the last was number %d"
      % (len(numbers) + ring.dropped_frames, numbers[-1]))
