#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Models, as Python programs use them."""

import gc
import sys
import threading
import unittest
import weakref

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr  # noqa: E402

MIB = 1 << 20


class Ranker:
    """Something of Python's own to load."""

    def __init__(self):
        self.factor = 2
        self.thread = threading.current_thread()

    def rank(self, number):
        return self.factor * number

    def __call__(self, number):
        return self.rank(number) + 1

    def __len__(self):
        return 3

    def __getitem__(self, key):
        return [5, 6, 7][key]


class Models(unittest.TestCase):
    def setUp(self):
        self.manager = Mgr.Manager.new("1 GiB")
        self.component = self.manager.add_component("models", "250 MiB")
        self.registry = Mgr.ModelRegistry(self.component)
        self.n_loads = 0

    def load(self):
        self.n_loads += 1
        return Ranker()

    def test_loads_once(self):
        model = Mgr.Model("ranker", load=self.load, size="100 MiB", component=self.component)
        self.assertEqual(self.component.used, 0)
        with model.use() as ranker, model.use() as same:
            self.assertIs(ranker, same)
            self.assertEqual(ranker.rank(4), 8)
            self.assertGreaterEqual(self.component.used, 100 * MIB)
            with self.assertRaises(GLib.Error) as caught:
                model.unload()
            self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.BUSY))
        model.unload()
        self.assertEqual((self.n_loads, self.component.used), (1, 0))
        statistics = model.get_statistics()
        self.assertEqual((statistics.n_hits, statistics.n_unloads), (1, 1))
        self.assertEqual(statistics.declared_size, 100 * MIB)

    def test_gone_after_unloading(self):
        gone = []
        model = Mgr.Model("ranker", load=self.load)
        with model.use() as ranker:
            finalizer = weakref.finalize(ranker, gone.append, True)
        del ranker
        model.unload()
        self.assertEqual(gone, [True])
        self.assertFalse(finalizer.alive)

    def test_gone_with_the_model(self):
        gone = []
        model = Mgr.Model("ranker", load=self.load)
        with model.use() as ranker:
            weakref.finalize(ranker, gone.append, True)
        del ranker
        del model
        gc.collect()
        while GLib.MainContext.default().iteration(False):
            pass
        gc.collect()
        self.assertEqual(gone, [True])

    def test_found_again(self):
        model = Mgr.Model("ranker", load=self.load)
        with model.use() as kept:
            pass
        for n_found in (1, 2):
            model.unload()
            with model.use() as ranker:
                self.assertIs(ranker, kept)
            del ranker
            self.assertEqual(model.get_statistics().n_found_again, n_found)
        self.assertEqual(self.n_loads, 1)
        model.unload()
        del kept
        with model.use():
            self.assertEqual(self.n_loads, 2)

    def test_what_has_no_weak_reference(self):
        model = Mgr.Model("numbers", load=lambda: [1, 2, 3])
        with model.use() as numbers:
            self.assertEqual(numbers, [1, 2, 3])
        model.unload()
        with model.use() as numbers:
            self.assertEqual(numbers, [1, 2, 3])
        self.assertEqual(model.get_statistics().n_loads, 2)

    def test_a_gobject_is_itself(self):
        thing = GObject.Object()
        with Mgr.Model("thing", load=lambda: thing).use() as used:
            self.assertIs(used, thing)

    def test_discard(self):
        discarded = []
        model = Mgr.Model("ranker", load=self.load, discard=discarded.append)
        with model.use() as ranker:
            pass
        model.unload()
        self.assertEqual(discarded, [ranker])

    def test_loader_that_raises(self):
        def fail():
            raise ValueError("the file is cut off")

        model = Mgr.Model("broken", load=fail)
        with self.assertRaisesRegex(GLib.Error, "broken.*ValueError: the file is cut off"):
            model.use()
        self.assertEqual(model.get_statistics().n_failures, 1)

    def test_discard_that_raises(self):
        """What it raises is shown, and the object goes all the same."""
        shown = []
        self.addCleanup(setattr, sys, "excepthook", sys.excepthook)
        sys.excepthook = lambda kind, error, traceback: shown.append(str(error))

        def discard(_ranker):
            raise OSError("the device is gone")

        model = Mgr.Model("ranker", load=self.load, discard=discard, size=MIB,
                          component=self.component)
        with model.use():
            pass
        model.unload()
        self.assertEqual(shown, ["the device is gone"])
        self.assertFalse(model.is_loaded())
        self.assertEqual(self.component.used, 0)
        with model.use() as ranker:
            self.assertEqual(ranker.rank(4), 8)

    def test_loader_that_raises_in_thread(self):
        def load():
            raise ValueError("the file is cut off")

        model = Mgr.Model("broken", load=load, in_thread=True, component=self.component)
        with self.assertRaisesRegex(GLib.Error, "ValueError: the file is cut off"):
            model.use()
        self.assertEqual((model.get_statistics().n_failures, self.component.used), (1, 0))

    def test_budget_too_small_for_any(self):
        model = Mgr.Model("ranker", load=self.load, size="300 MiB", component=self.component)
        lazy = Mgr.LazyModel(self.load, size="300 MiB", component=self.component)
        for ask in (model.use, lambda: lazy.rank(4), lambda: len(lazy)):
            with self.assertRaises(GLib.Error) as caught:
                ask()
            self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.INFEASIBLE))
        self.assertEqual(self.n_loads, 0)

    def test_loader_that_returns_none(self):
        with self.assertRaisesRegex(GLib.Error, "returned None"):
            Mgr.Model("empty", load=lambda: None).use()

    def test_loader_that_uses_itself(self):
        def load():
            with self.assertRaisesRegex(GLib.Error, "would wait for itself"):
                model.use()
            return self.load()

        model = Mgr.Model("snake", load=load)
        with model.use():
            pass

    def test_in_thread(self):
        model = Mgr.Model("ranker", load=self.load, in_thread=True)
        with model.use() as ranker:
            self.assertIsNot(ranker.thread, threading.current_thread())

    def test_loader_that_does_not_end(self):
        may_end = threading.Event()
        model = Mgr.Model("slow", load=may_end.wait, in_thread=True, load_timeout=0.02)
        with self.assertRaisesRegex(GLib.Error, "20 ms"):
            model.use()
        may_end.set()

    def test_too_large(self):
        model = Mgr.Model("huge", load=self.load, size="1 GiB", component=self.component)
        with self.assertRaises(MemoryError):
            model.use()
        self.assertEqual(self.n_loads, 0)

    def test_registry(self):
        for name in ("a", "b", "c"):
            self.registry.add(name, self.load, size="100 MiB")
        for name in ("a", "b", "c"):
            with self.registry.use(name) as ranker:
                self.assertEqual(ranker.rank(1), 2)
        self.assertEqual([model.is_loaded() for model in self.registry].count(True), 2)
        self.assertLessEqual(self.component.used, 250 * MIB)
        with self.assertRaisesRegex(GLib.Error, "no model “d”"):
            self.registry.use("d")
        self.assertEqual(self.registry.unload_unused(), 2)
        self.assertEqual(self.component.used, 0)

    def test_dropped_use(self):
        model = Mgr.Model("ranker", load=self.load)
        use = model.use()
        del use
        gc.collect()
        self.assertEqual(model.get_statistics().n_dropped, 1)
        self.assertFalse(model.is_pinned())

    def test_ended_twice(self):
        use = Mgr.Model("ranker", load=self.load).use()
        use.end()
        self.assertIsNone(use.object)
        with self.assertRaisesRegex(GLib.Error, "ended before"):
            use.end()


class LazyModels(unittest.TestCase):
    def test_stands_for_the_object(self):
        lazy = Mgr.LazyModel(Ranker)
        model = Mgr.LazyModel.model_of(lazy)
        self.assertEqual(repr(lazy), "<LazyModel Ranker, not loaded>")
        self.assertEqual(lazy.rank(4), 8)
        self.assertEqual(lazy(4), 9)
        lazy.factor = 3
        self.assertEqual((lazy.rank(4), len(lazy), lazy[1], list(lazy)), (12, 3, 6, [5, 6, 7]))
        self.assertIn(7, lazy)
        with lazy as ranker:
            self.assertIsInstance(ranker, Ranker)
            self.assertTrue(model.is_pinned())
        self.assertEqual(repr(lazy), "<LazyModel Ranker, loaded>")
        self.assertEqual(model.get_statistics().n_loads, 1)
        with self.assertRaises(AttributeError):
            lazy.nothing_of_the_kind

    def test_loads_again(self):
        lazy = Mgr.LazyModel(Ranker)
        lazy.factor = 3
        Mgr.LazyModel.model_of(lazy).unload()
        self.assertEqual(lazy.factor, 2)

    def test_in_a_registry(self):
        registry = Mgr.ModelRegistry()
        lazy = Mgr.LazyModel(Ranker, name="ranker", registry=registry)
        with registry.use("ranker") as ranker:
            self.assertEqual(ranker.rank(1), lazy.rank(1))


if __name__ == "__main__":
    unittest.main()
