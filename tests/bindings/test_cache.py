# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Caches in Python: like a dictionary, and as the memory of functions."""

import asyncio
import gc
import threading
import unittest
import weakref

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr  # noqa: E402


def settle():
    while GLib.MainContext.default().iteration(False):
        pass


class Thing:
    """An object of Python's that can be watched."""


class CacheTest(unittest.TestCase):
    def test_like_a_dictionary(self):
        cache = Mgr.Cache()
        values = {"dict": {"x": 1}, "none": None, "int": 1 << 80, "text": "é", "bytes": b"a\0b"}
        for key, value in values.items():
            cache[key] = value
        self.assertTrue(cache)
        self.assertEqual(dict(cache.items()), values)
        self.assertEqual((set(cache), len(cache)), (set(values), 5))
        self.assertEqual(sorted(cache.keys()), sorted(values))
        self.assertEqual(len(cache.values()), 5)
        self.assertIs(cache["dict"], values["dict"])
        self.assertIsNone(cache["none"])
        self.assertEqual((cache.get("x"), cache.get("x", 7), cache.peek("x", 8)), (None, 7, 8))
        self.assertEqual(("int" in cache, "x" in cache), (True, False))
        with self.assertRaises(KeyError):
            cache["x"]
        del cache["int"]
        with self.assertRaises(KeyError):
            del cache["int"]
        self.assertEqual((cache.pop("text"), cache.pop("text", None)), ("é", None))
        with self.assertRaises(KeyError):
            cache.pop("text")

    def test_keys(self):
        for key_type, key, wrong in ((str, "é", 1), (int, -(1 << 63), "1"), (bytes, b"a\0b", "a")):
            cache = Mgr.Cache(key_type)
            cache[key] = "value"
            self.assertEqual((cache[key], list(cache)), ("value", [key]))
            for use in (cache.get, cache.peek, cache.remove, lambda k, c=cache: c.put(k, 1)):
                with self.assertRaises(GLib.Error) as caught:
                    use(wrong)
                self.assertTrue(caught.exception.matches(Mgr.Error.quark(),
                                                         Mgr.Error.INVALID_ARGUMENT))

    def test_bounds_and_sizes(self):
        cache = Mgr.Cache(max_bytes=100_000)
        with self.assertRaises(GLib.Error) as caught:
            cache["a"] = [1, 2]
        self.assertIn("measure", caught.exception.message)
        cache.put("a", [1, 2], size=1000)
        self.assertGreater(cache.get_n_bytes(), 1000)
        for number in range(500):
            cache[str(number)] = b"x" * 1000
        self.assertLessEqual(cache.get_n_bytes(), 100_000)
        self.assertLess(len(cache), 100)
        with self.assertRaises(GLib.Error) as caught:
            cache["large"] = b"x" * 100_000
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.INFEASIBLE))

        measured = Mgr.Cache(measure=lambda value: 100 * len(value), max_bytes=100_000)
        measured["a"] = [1, 2, 3]
        self.assertIn(measured.get_n_bytes() - 300, range(50, 200))
        with self.assertRaises(GLib.Error):
            measured["b"] = []

    def test_terms(self):
        clock = Mgr.ManualClock.new(0)
        cache = Mgr.Cache(clock=clock, max_entries=2)
        cache.put("a", 1, ttl=1000, tags="user")
        cache.put("b", 2, tags=("user", "other"), pinned=True)
        self.assertTrue(cache.invalidate("other"))
        self.assertEqual((cache.get("a"), cache.get("b")), (1, None))
        clock.advance(1000)
        self.assertIsNone(cache.get("a"))

    def test_values_are_let_go(self):
        cache, thing = Mgr.Cache(), Thing()
        gone = weakref.ref(thing)
        cache["a"] = thing
        del thing
        gc.collect()
        self.assertIsNotNone(gone())
        cache.clear()
        gc.collect()
        self.assertIsNone(gone())

    def test_removed(self):
        cache, seen = Mgr.Cache(), []
        cache.connect("removed", lambda _cache, key, value, cause: seen.append((key, value, cause)))
        cache["a"] = [1]
        cache["a"] = [2]
        del cache["a"]
        self.assertEqual(seen, [])
        settle()
        self.assertEqual(seen, [("a", [1], Mgr.CacheCause.REPLACED),
                                ("a", [2], Mgr.CacheCause.EXPLICIT)])

    def test_load(self):
        cache, calls = Mgr.Cache(), []

        def load(key):
            calls.append(key)
            return [key]

        self.assertEqual(cache.get_or_load("a", load), ["a"])
        self.assertIs(cache.get_or_load("a", load), cache["a"])
        self.assertEqual(calls, ["a"])
        with self.assertRaises(ZeroDivisionError):
            cache.get_or_load("b", lambda _key: 1 / 0)
        with self.assertRaises(GLib.Error) as caught:
            cache.get_or_load("c", lambda key: cache.get_or_load(key, load))
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.WOULD_DEADLOCK))
        self.assertEqual(cache.get_statistics().load_failures, 2)

    def test_one_load_for_many_threads(self):
        cache, calls, begin = Mgr.Cache(), [], threading.Event()

        def load(key):
            begin.wait()
            calls.append(key)
            return key

        threads = [threading.Thread(target=cache.get_or_load, args=("a", load)) for _ in range(20)]
        for thread in threads:
            thread.start()
        begin.set()
        for thread in threads:
            thread.join()
        self.assertEqual(calls, ["a"])

    def test_memoize(self):
        clock = Mgr.ManualClock.new(0)
        cache, calls = Mgr.Cache(clock=clock), []

        @cache.memoize(ttl=1000)
        def double(number, *, more=0):
            """Twice a number."""
            calls.append(number)
            return 2 * number + more

        self.assertEqual((double(2), double(2), double(2, more=1), double(3)), (4, 4, 5, 6))
        self.assertEqual(calls, [2, 2, 3])
        self.assertEqual(double.__doc__, "Twice a number.")
        clock.advance(1000)
        self.assertEqual((double(2), len(calls)), (4, 4))

    def test_memoize_coroutines(self):
        cache, calls = Mgr.Cache(), []

        @cache.memoize
        async def double(number):
            calls.append(number)
            await asyncio.sleep(0)
            if number < 0:
                raise ValueError(number)
            return 2 * number

        async def many(number):
            return await asyncio.gather(*(double(number) for _ in range(10)),
                                        return_exceptions=True)

        self.assertEqual(asyncio.run(many(2)), [4] * 10)
        self.assertEqual({str(error) for error in asyncio.run(many(-1))}, {"-1"})
        self.assertEqual(calls, [2, -1])

    def test_attributes(self):
        cache = Mgr.Cache(name="texts", max_entries=5, track_uses=True)
        cache["a"] = "text"
        cache["a"], cache.get("b")
        statistics = cache.get_statistics()
        self.assertEqual((statistics.hits, statistics.misses, statistics.hit_ratio), (1, 1, 0.5))
        self.assertEqual(statistics.get_removed(Mgr.CacheCause.SIZE), 0)
        record = cache.list()[0]
        self.assertEqual((record.key, record.value, record.uses), ("a", "text", 1))
        self.assertEqual((cache.name, cache.max_entries, cache.ttl), ("texts", 5, 0))
        self.assertEqual(Mgr.Cache.new_classic("classic").max_bytes, 500_000_000)
        self.assertTrue(issubclass(Mgr.Cache, GObject.Object))


if __name__ == "__main__":
    unittest.main()
