#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Rings in Python."""

import asyncio
import gc
import threading
import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Gio, GLib, Mgr  # noqa: E402

# Seconds for what is done in a few milliseconds.
PATIENCE = 20


def new_ring(policy=Mgr.RingPolicy.FAIL, sharing=Mgr.RingSharing.ANY):
    return Mgr.RingPool.new(None, "ring", "4 KiB", policy, sharing)


def run_with_loop(coroutine):
    """Runs it while another thread iterates the default main context."""
    context = GLib.MainContext.default()
    ended = threading.Event()

    def iterate():
        while not ended.is_set():
            context.iteration(True)

    thread = threading.Thread(target=iterate)
    thread.start()
    try:
        return asyncio.run(coroutine)
    finally:
        ended.set()
        context.wakeup()
        thread.join()


class RingTest(unittest.TestCase):
    def assert_code(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), code), caught.exception)

    def test_bytes_and_text(self):
        ring = new_ring()
        for data in (b"bytes", "täxt", bytearray(b"array"), memoryview(b"view"), b""):
            self.assertTrue(ring.write(data))
        self.assertEqual([ring.read() for _ in range(5)],
                         [b"bytes", "täxt".encode(), b"array", b"view", b""])
        self.assertIsNone(ring.try_read())

    def test_attributes(self):
        ring = new_ring(Mgr.RingPolicy.DROP_OLDEST)
        for i in range(1000):
            ring.write(b"12345678")
        self.assertEqual(ring.policy, Mgr.RingPolicy.DROP_OLDEST)
        self.assertEqual(ring.sharing, Mgr.RingSharing.ANY)
        self.assertEqual(ring.dropped_frames, 1000 - len(ring))
        self.assertEqual(ring.dropped_bytes, 8 * ring.dropped_frames)

    def test_refusals(self):
        ring = new_ring()
        ring.write(bytes(4000))
        with self.assertRaises(MemoryError):
            ring.write(bytes(200))
        self.assert_code(Mgr.Error.INFEASIBLE, ring.write, bytes(5000))
        self.assert_code(Mgr.Error.TIMED_OUT, ring.wait, GLib.IOCondition.OUT, 1000)
        self.assert_code(Mgr.Error.INVALID_ARGUMENT, ring.read, -1)
        for wrong in (object(), 5, 0, None, 1.5):
            self.assertRaises(TypeError, ring.write, wrong)
        self.assertEqual(len(ring), 1)

    def test_peeks_in_place(self):
        ring = new_ring()
        with ring.peek() as view:
            self.assertIsNone(view)
        ring.write(b"frame")
        ring.write(b"")
        with ring.peek() as view:
            self.assertEqual(view, b"frame")
            self.assertTrue(view.readonly)
            self.assertEqual(len(ring), 2)
            kept = view[1:]
        with ring.peek() as view:
            self.assertEqual(bytes(view), b"")
        self.assertEqual(len(ring), 0)

        # Nothing can go wrong with what somebody keeps.
        ring.set_active(False)
        del ring, view
        gc.collect()
        self.assertEqual(len(bytes(kept)), 4)

    def test_peek_ends_where_the_block_fails(self):
        ring = new_ring()
        ring.write(b"frame")
        with self.assertRaises(ZeroDivisionError), ring.peek():
            1 / 0
        self.assertEqual(len(ring), 0)

    def test_iterates_until_it_ends(self):
        for sharing in (Mgr.RingSharing.ANY, Mgr.RingSharing.PAIR):
            ring = new_ring(Mgr.RingPolicy.BLOCK, sharing)

            def write():
                for i in range(3000):
                    ring.write(str(i))
                ring.set_active(False)

            thread = threading.Thread(target=write)
            thread.start()
            self.assertEqual([int(frame) for frame in ring], list(range(3000)))
            thread.join()
            self.assert_code(Mgr.Error.CLOSED, ring.write, b"late")

    def test_source(self):
        ring = new_ring()
        seen = []
        source = ring.create_source()
        source.set_callback(lambda *_data: seen.append(ring.try_read()) or True)
        source.attach(None)
        ring.write(b"one")
        ring.write(b"two")
        while len(seen) < 2:
            GLib.MainContext.default().iteration(True)
        source.destroy()
        self.assertEqual(seen, [b"one", b"two"])

    def test_awaits(self):
        ring = new_ring()

        async def play():
            pending = ring.read_async()
            ring.write(b"late")
            return await pending

        self.assertEqual(run_with_loop(play()), b"late")

    def test_plain_asyncio(self):
        ring = new_ring()

        async def write():
            await asyncio.sleep(0.001)
            ring.write(b"later")
            ring.set_active(False)

        async def play():
            ring.write(b"there")
            frames = [await ring.read_async()]
            task = asyncio.ensure_future(write())
            frames += [frame async for frame in ring]
            await task
            return frames

        self.assertEqual(asyncio.run(asyncio.wait_for(play(), PATIENCE)), [b"there", b"later"])

    def test_iterates_without_stopping_the_loop(self):
        ring = new_ring()

        async def play():
            ring.write(b"first")
            frames = []
            async for frame in ring:
                frames.append(frame)
                if len(frames) < 3:
                    ring.write(b"next")
                else:
                    ring.set_active(False)
            return frames

        self.assertEqual(run_with_loop(play()), [b"first", b"next", b"next"])

    def test_cancelled_task_leaves_the_frame(self):
        ring = new_ring()

        async def play():
            async def read():
                return await ring.read_async()
            task = asyncio.create_task(read())
            await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            return True

        self.assertTrue(run_with_loop(play()))
        while GLib.MainContext.default().iteration(False):
            pass
        ring.write(b"stays")
        self.assertEqual(ring.read(), b"stays")

    def test_callback(self):
        ring = new_ring()
        frames = []
        ring.read_async(Gio.Cancellable(),
                        lambda ring, result: frames.append(ring.read_finish(result)))
        ring.write(b"frame")
        while not frames:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(frames, [b"frame"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
