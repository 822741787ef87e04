#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Blocks in Python: memory without a copy that nobody takes away."""

import gc
import sys
import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

try:
    import numpy
except ImportError:
    numpy = None

KIB = 1024


class StandardPoolTest(unittest.TestCase):
    def setUp(self):
        self.manager = Mgr.Manager.new("64 MiB")
        self.component = self.manager.add_component("market", "1 MiB")
        self.pool = Mgr.StandardPool.new(self.component, "ticks", "256 KiB")

    def assert_code(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), code), caught.exception)
        return caught.exception

    def test_sizes_are_texts_too(self):
        block = self.pool.lookup(self.pool.allocate("10 KiB", "chain", 7, ["options"]))
        self.assertEqual((block.size, block.description, block.priority, block.tags,
                          block.pinned), (10 * KIB, "chain", 7, ["options"], False))
        aligned = self.pool.allocate(100, alignment="4 KiB")
        self.assertEqual(self.pool.lookup(aligned).offset % (4 * KIB), 0)
        self.assertEqual(len(self.pool), 2)

    def test_refusal_is_a_memory_error(self):
        with self.assertRaises(MemoryError):
            self.pool.allocate("257 KiB")
        with self.assertRaises(MemoryError):
            self.pool.allocate(257 * KIB, alignment=KIB)
        with self.assertRaises(MemoryError):
            Mgr.StandardPool.new(self.component, "vast", "2 MiB")
        self.assert_code(Mgr.Error.INVALID_ARGUMENT, self.pool.allocate, 64, None, 5, None, 3)

    def test_access(self):
        block = self.pool.allocate(100)
        with self.pool.access(block) as memory:
            self.assertEqual((len(memory), memory.format, memory.readonly), (128, "B", False))
            memory[:5] = b"hello"
            self.assert_code(Mgr.Error.BUSY, self.pool.free, block)
        with self.assertRaises(ValueError):
            memory[0]
        self.assertEqual(self.pool.read(block, 1, 3), b"ell")
        self.pool.free(block)

    def test_access_fails(self):
        block = self.pool.allocate(100)
        with self.assertRaises(KeyError):
            with self.pool.access(block):
                raise KeyError
        self.pool.free(block)
        self.assert_code(Mgr.Error.NOT_FOUND, self.pool.view, block)

    def test_memory_outlives_all_names(self):
        """What is left of the memory keeps the block, and the pool."""
        block = self.pool.allocate(64)
        with self.pool.access(block) as memory:
            part = memory[10:20]
        self.assertTrue(self.pool.lookup(block).pinned)
        pool, self.pool = self.pool, None
        reference = pool.weak_ref()
        del pool, memory
        gc.collect()
        part[:] = b"0123456789"
        self.assertEqual(bytes(part), b"0123456789")
        self.assertIsNotNone(reference())
        part.release()
        del part
        gc.collect()
        self.assertIsNone(reference())

    @unittest.skipIf(numpy is None, "NumPy is not installed")
    def test_numpy(self):
        block = self.pool.allocate(1000 * 8)
        array = numpy.asarray(self.pool.view(block))[:8000].view("float64")
        array[:] = numpy.arange(1000)
        self.assertTrue(array.flags.writeable)
        self.assert_code(Mgr.Error.BUSY, self.pool.free, block)
        with self.pool.access(block) as memory:
            self.assertEqual(memory[:8000].cast("d")[999], 999)
        del array
        gc.collect()
        self.pool.free(block)

    def test_read_and_write(self):
        block = self.pool.allocate(64)
        self.pool.write(block, b"abc", 61)
        self.assertEqual(self.pool.read(block, 61), b"abc")
        self.assertEqual(len(self.pool.read(block)), 64)
        self.assert_code(Mgr.Error.INVALID_ARGUMENT, self.pool.write, block, b"abcd", 61)
        self.assert_code(Mgr.Error.INVALID_ARGUMENT, self.pool.read, block, 65)

    def test_what_may_be_written(self):
        block = self.pool.allocate(4)
        for data in (b"ab", bytearray(b"ab"), memoryview(b"ab"), [97, 98], GLib.Bytes.new(b"ab")):
            self.pool.write(block, bytes(4))
            self.pool.write(block, data, 1)
            self.assertEqual(self.pool.read(block, 0, 4), b"\0ab\0")
        for wrong in (5, 0, None, "text", 1.5):
            self.assertRaises(TypeError, self.pool.write, block, wrong)
        self.assertEqual(self.pool.read(block, 0, 4), b"\0ab\0")

    def test_the_most_it_may_become(self):
        pool = Mgr.StandardPool.new(self.component, "book", "64 KiB", max_capacity="128 KiB")
        self.assertTrue(pool.active)
        self.assertEqual(pool.max_capacity, 128 * KIB)
        pool.capacity = "128 KiB"
        self.assert_code(Mgr.Error.INFEASIBLE, pool.set_capacity, "192 KiB")
        with self.assertRaises(MemoryError):
            Mgr.StandardPool.new(self.component, "much", 1 << 62, max_capacity=1 << 62)

    def test_view_keeps_its_block(self):
        block = self.pool.allocate(64)
        view = self.pool.view(block)
        self.assertEqual((view.id, view.size, len(view)), (block, 64, 64))
        self.assert_code(Mgr.Error.BUSY, self.pool.free, block)
        del view
        gc.collect()
        self.pool.free(block)
        error = self.assert_code(Mgr.Error.DOUBLE_RELEASE, self.pool.free, block)
        self.assertIn("was freed before", error.message)

    def test_lists(self):
        for i in range(4):
            self.pool.allocate(64, str(i), tags=["even"] if i % 2 == 0 else None)
        self.assertEqual([block.description for block in self.pool.list_blocks()],
                         ["0", "1", "2", "3"])
        self.assertEqual([block.description for block in self.pool.list_blocks("even")],
                         ["0", "2"])
        self.assertEqual([block.description for block in self.pool.list_blocks(offset=1, limit=2)],
                         ["1", "2"])

    def test_evict_and_move(self):
        pool = Mgr.StandardPool.new(None, "small", "4 KiB", Mgr.StandardPoolFlags.EVICT)
        blocks = [pool.allocate(KIB, str(i)) for i in range(4)]
        asked, moved = [], []
        pool.connect("evict", lambda _pool, block: asked.append(block.description)
                     or block.id == blocks[0])
        pool.connect("block-moved", lambda _pool, *move: moved.append(move))
        pool.allocate(KIB, "new")
        self.assertEqual(asked, ["0", "1"])
        pool.free(blocks[0])
        self.assertEqual(pool.statistics.evicted_count, 1)
        self.assertFalse(pool.compact())
        self.assertEqual(pool.get_histogram()[10], 1)
        self.assertEqual(pool.fragmentation, 0)

    def test_many_do_not_leak(self):
        for i in range(2000):
            block = self.pool.allocate(64, "text %d" % i)
            with self.pool.access(block) as memory:
                memory[0] = i % 256
            self.pool.free(block)
        self.assertEqual((self.pool.used, self.pool.peak, len(self.pool)), (0, 64, 0))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
