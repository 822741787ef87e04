# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What all kinds of pools have in common, in Python; and the classic helpers."""

import sys
import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

KIB = 1 << 10
MIB = 1 << 20
VIRTUAL = Mgr.StandardPoolFlags.VIRTUAL


def settle():
    """Have all that was posted be heard."""
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass


class TestPool(unittest.TestCase):
    def setUp(self):
        self.manager = Mgr.Manager.new("64 MiB")
        self.component = self.manager.add_component("market", "32 MiB")
        self.pool = Mgr.StandardPool.new(self.component, "ticks", MIB, VIRTUAL)
        self.ids = [self.pool.allocate(64 * KIB, None, 5, None) for _ in range(3)]

    def test_attributes(self):
        pool = self.pool
        self.assertEqual((pool.name, pool.component, pool.capacity),
                         ("ticks", self.component, MIB))
        self.assertEqual((pool.used, pool.peak, pool.charged, pool.available),
                         (192 * KIB, 192 * KIB, 192 * KIB, 832 * KIB))
        self.assertEqual((pool.allocation_count, pool.fragmentation), (3, 0))
        self.assertEqual((pool.low_water, pool.high_water), (0.7, 0.9))
        self.assertTrue(pool.active)
        self.assertFalse(pool.flushing)
        self.assertEqual(self.component.used, 192 * KIB)

    def test_len_is_the_number_of_blocks(self):
        self.assertEqual(len(self.pool), 3)
        for block in self.ids:
            self.pool.free(block)
        self.assertEqual(len(self.pool), 0)
        self.assertTrue(self.pool, "one that is empty is a pool all the same")

    def test_statistics(self):
        self.pool.free(self.ids[1])
        statistics = self.pool.statistics
        self.assertEqual((statistics.used, statistics.peak), (128 * KIB, 192 * KIB))
        self.assertEqual((statistics.allocation_count, statistics.total_count), (2, 3))
        self.assertEqual((statistics.available, statistics.largest_free), (896 * KIB, 832 * KIB))
        self.assertAlmostEqual(statistics.fragmentation, 1 - 832 / 896)
        self.assertEqual((statistics.refused_count, statistics.evicted_count,
                          statistics.evicted_bytes), (0, 0, 0))
        self.assertEqual(statistics.to_variant().unpack()["largest-free"], 832 * KIB)
        with self.assertRaises(AttributeError):
            statistics.used = 0

    def test_occupancy(self):
        self.pool.free(self.ids[1])
        self.assertEqual(self.pool.occupancy(8), [0.5, 0.5, 0, 0, 0, 0, 0, 0])
        self.assertEqual(len(self.pool.occupancy()), 64)
        for wrong in (0, -1, 4097):
            with self.assertRaises(ValueError):
                self.pool.occupancy(wrong)

    def test_capacity_as_text(self):
        self.pool.capacity = "512 KiB"
        self.assertEqual(self.pool.capacity, 512 * KIB)
        with self.assertRaises(GLib.Error) as caught:
            self.pool.capacity = "0"
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.INVALID_ARGUMENT))
        self.assertEqual(self.pool.capacity, 512 * KIB)

    def test_state(self):
        self.pool.flushing = True
        with self.assertRaises(GLib.Error) as caught:
            self.pool.allocate(1, None, 5, None)
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.CLOSED))
        self.pool.flushing = False

    def test_waters(self):
        heard = []
        self.pool.connect("high-water", lambda pool, used: heard.append(("high", used)))
        self.pool.connect("low-water", lambda pool, used: heard.append(("low", used)))
        self.pool.set_waters(0.1, 0.25)
        self.ids.append(self.pool.allocate(64 * KIB, None, 5, None))
        settle()
        for block in self.ids:
            self.pool.free(block)
        self.assertEqual(heard, [("high", 256 * KIB)])
        settle()
        self.assertEqual(heard, [("high", 256 * KIB), ("low", 64 * KIB)])
        with self.assertRaises(GLib.Error):
            self.pool.set_waters(0.8, 0.5)

    def test_trim_takes_all_by_default(self):
        self.assertEqual(self.pool.trim(), 0)
        self.assertEqual(self.pool.trim("1 MiB"), 0)

    def test_manager(self):
        self.assertTrue(self.manager.add_pool(self.pool))
        self.assertEqual(list(self.manager.pools), [self.pool])
        self.assertEqual(self.manager.lookup_pool("ticks"), self.pool)
        self.assertIsNone(self.manager.lookup_pool("nothing"))
        report = self.manager.get_report().to_variant().unpack()
        self.assertEqual((report["pools"][0]["name"], report["pools"][0]["kind"]),
                         ("ticks", "standard"))
        with self.assertRaises(GLib.Error) as caught:
            self.manager.add_pool(self.pool)
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.EXISTS))
        self.assertTrue(self.manager.remove_pool(self.pool))
        self.assertEqual(list(self.manager.pools), [])


class TestClassic(unittest.TestCase):
    def setUp(self):
        self.manager = Mgr.Manager.new("1 GB")

    def test_tensor_pool(self):
        self.manager.add_classic_components()
        pool = Mgr.create_ml_tensor_pool(100, manager=self.manager)
        self.assertIsInstance(pool, Mgr.TensorPool)
        self.assertEqual(pool.component.path, "ml-models")
        self.assertGreaterEqual(pool.capacity, 100 * 1000000)
        self.assertEqual(self.manager.lookup_pool("ml-tensors"), pool)

    def test_trading_data_pool(self):
        pool = Mgr.create_trading_data_pool(0.5, manager=self.manager, name="ticks",
                                            component="quotes")
        self.assertIsInstance(pool, Mgr.StandardPool)
        self.assertEqual((pool.component.path, pool.name), ("quotes", "ticks"))
        self.assertGreaterEqual(pool.capacity, 500000)
        self.assertTrue(pool.get_flags() & Mgr.StandardPoolFlags.EVICT)

    def test_wrong_sizes(self):
        for size in (0, -1, float("nan")):
            with self.assertRaises(ValueError):
                Mgr.create_trading_data_pool(size, manager=self.manager)
        self.assertEqual(list(self.manager.pools), [])
        self.assertEqual(list(self.manager.components), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
