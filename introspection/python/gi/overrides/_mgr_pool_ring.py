# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What makes rings read like Python: bytes, ``for``, ``with ring.peek()`` and ``await``.

``ring.write(b"frame")`` takes whatever has a buffer, or text; ``ring.read()`` waits for
bytes, and ``ring.try_read()`` gives None where there are none. ``for frame in ring`` waits
for one frame after the other until the ring is stopped and empty, ``async for`` does so
without stopping the loop. Timeouts are in microseconds, 0 for none.
"""

import ctypes

from gi.repository import GLib

from ._mgr_pending import Pending
from ._mgr_pool import octets


class Peek:
    """The next frame in place, for the length of a ``with`` block; None if there is none.

    The view can be read only. What is kept of it beyond the block is safe to look at, but
    holds something else by then.
    """

    def __init__(self, ring):
        self._ring = ring
        self._bytes = None

    def __enter__(self):
        self._bytes = self._ring.peek_bytes()
        if self._bytes is None:
            return None

        size = self._bytes.get_size()
        if size == 0:
            return memoryview(b"")
        frame = (ctypes.c_ubyte * size).from_address(self._bytes.get_region(1, 0, size))
        # A view keeps the frame, and that the memory.
        frame.bytes = self._bytes
        return memoryview(frame).cast("B").toreadonly()

    def __exit__(self, *_exception):
        if self._bytes is not None:
            self._ring.consume_bytes(self._bytes)
        self._bytes = None


class PendingFrame(Pending):
    """A frame of RingPool.read_async() to be awaited.

    Where the task that waits is cancelled, so is the read.
    """

    def _finish(self, ring, result):
        return ring.read_finish(result)


def _data(frame):
    return None if frame is None else frame.get_data() or b""


def _buffer(data):
    return data.encode() if isinstance(data, str) else octets(data)


def _is_closed(Mgr, error):
    return error.matches(Mgr.Error.quark(), Mgr.Error.CLOSED)


def _override_reading(Mgr, ring):
    read, try_read = ring.read, ring.try_read
    read_async, read_finish = ring.read_async, ring.read_finish

    def read_waiting(self, timeout=0, cancellable=None):
        """Wait for the next frame, as bytes."""
        return _data(read(self, timeout, cancellable))

    def read_at_once(self):
        """The next frame as bytes, or None if there is none."""
        return _data(try_read(self))

    def read_later(self, cancellable=None, callback=None, *user_data):
        """Read without waiting. With a callback as in C; else await what it returns."""
        if callback is not None:
            return read_async(self, cancellable, callback, *user_data)

        pending = PendingFrame(cancellable)
        read_async(self, pending._cancellable, pending._finished)
        return pending

    def finish(self, result):
        return _data(read_finish(self, result))

    ring.read = read_waiting
    ring.try_read = read_at_once
    ring.read_async = read_later
    ring.read_finish = finish
    ring.peek = lambda self: Peek(self)


def _override_iteration(Mgr, ring):
    def frames(self):
        while True:
            try:
                yield self.read()
            except GLib.Error as error:
                if not _is_closed(Mgr, error):
                    raise
                return

    async def later_frames(self):
        while True:
            try:
                frame = await self.read_async()
            except GLib.Error as error:
                if not _is_closed(Mgr, error):
                    raise
                return
            yield frame

    ring.__iter__ = frames
    ring.__aiter__ = later_frames


def override(Mgr, tools):
    ring = Mgr.RingPool
    new, write = ring.new, ring.write
    wait, create_source = ring.wait, ring.create_source

    def make(component, name, capacity, policy=Mgr.RingPolicy.BLOCK,
             sharing=Mgr.RingSharing.ANY):
        return tools.charge(new, component, name, tools.size(capacity), policy, sharing)

    def write_frame(self, data, timeout=0, cancellable=None):
        """Write a frame; what happens where there is no room is up to the policy."""
        return tools.charge(write, self, _buffer(data), timeout, cancellable)

    def wait_for(self, condition=GLib.IOCondition.IN, timeout=0, cancellable=None):
        return wait(self, condition, timeout, cancellable)

    def make_source(self, condition=GLib.IOCondition.IN, cancellable=None):
        return create_source(self, condition, cancellable)

    ring.new = staticmethod(make)
    ring.write = write_frame
    ring.wait = wait_for
    ring.create_source = make_source
    _override_reading(Mgr, ring)
    _override_iteration(Mgr, ring)
    tools.add_object_attributes(ring)
