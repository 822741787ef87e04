# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Weak caches and second tiers in Python, and what becomes of its objects in them."""

import gc
import pathlib
import tempfile
import threading
import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr  # noqa: E402


class Thing(GObject.Object):
    """An object of Python's, with something of its own."""

    def __init__(self, name):
        super().__init__()
        self.name = name


def settle():
    while GLib.MainContext.default().iteration(False):
        pass


class WeakCacheTest(unittest.TestCase):
    def test_like_a_dictionary(self):
        cache = Mgr.WeakCache()
        thing = Thing("a")
        self.assertTrue(cache)
        cache["a"] = thing
        self.assertIs(cache["a"], thing)
        self.assertIs(cache.get("a"), thing)
        self.assertEqual((len(cache), "a" in cache, "b" in cache), (1, True, False))
        self.assertIsNone(cache.get("b"))
        self.assertIs(cache.get("b", thing), thing)
        with self.assertRaises(KeyError):
            cache["b"]
        del cache["a"]
        with self.assertRaises(KeyError):
            del cache["a"]
        self.assertEqual(cache.get_statistics().hits, 2)

    def test_keys(self):
        thing = Thing("a")
        for key_type, key, wrong in ((str, "é", 1), (int, -(1 << 63), "1"), (bytes, b"a\0b", "a")):
            cache = Mgr.WeakCache(key_type)
            cache[key] = thing
            self.assertIs(cache[key], thing)
            with self.assertRaises(GLib.Error) as caught:
                cache[wrong]
            self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.INVALID_ARGUMENT))

    def test_goes_with_its_last_name(self):
        cache, causes = Mgr.WeakCache(), []
        cache.connect("removed", lambda _cache, key, cause: causes.append((key, cause)))
        thing = Thing("a")
        cache["a"] = thing
        gc.collect()
        self.assertEqual(cache["a"].name, "a")
        del thing
        self.assertNotIn("a", cache)
        settle()
        self.assertEqual(causes, [("a", Mgr.CacheCause.COLLECTED)])

    def test_cycle_goes_with_the_collector(self):
        cache = Mgr.WeakCache()
        thing = Thing("a")
        thing.own = thing
        cache["a"] = thing
        del thing
        gc.collect()
        self.assertNotIn("a", cache)

    def test_load(self):
        cache, loaded = Mgr.WeakCache(int), []

        def load(key):
            loaded.append(key)
            return Thing(str(key))

        thing = cache.get_or_load(7, load)
        self.assertIs(cache.get_or_load(7, load), thing)
        self.assertEqual((thing.name, loaded), ("7", [7]))

    def test_load_fails(self):
        cache = Mgr.WeakCache()

        def load(_key):
            raise FileNotFoundError("there is none")

        with self.assertRaises(FileNotFoundError):
            cache.get_or_load("a", load)
        with self.assertRaises(GLib.Error) as caught:
            cache.get_or_load("a", lambda key: cache.get_or_load(key, Thing))
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.WOULD_DEADLOCK))

    def test_threads(self):
        """Objects come and go in some threads while others look for them."""
        cache, ended = Mgr.WeakCache(int), threading.Event()
        kept = Thing("kept")
        cache[0] = kept

        def look():
            while not ended.is_set():
                found = cache.get(1)
                self.assertTrue(found is None or found.name == "thing")
                self.assertEqual(cache[0].name, "kept")

        threads = [threading.Thread(target=look) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(2000):
            thing = Thing("thing")
            cache[1] = thing
            del thing
        ended.set()
        for thread in threads:
            thread.join(60)
            self.assertFalse(thread.is_alive())


class OwnStore(GObject.Object, Mgr.CacheStore):
    """A second tier of a program's own."""

    def __init__(self):
        super().__init__()
        self.values = {}

    def do_load(self, key, _cancellable):
        value, ttl = self.values.get(key.get_data(), (None, 0))
        return (None if value is None else GLib.Bytes.new(value)), ttl

    def do_store(self, key, value, ttl, _cancellable):
        self.values[key.get_data()] = (value.get_data(), ttl)
        return True

    def do_get_statistics(self):
        return Mgr.CacheStoreStatistics.new(
            GLib.Variant("a{sv}", {"entries": GLib.Variant("t", len(self.values))}))


class StoreTest(unittest.TestCase):
    KEY, VALUE = GLib.Bytes.new(b"key"), GLib.Bytes.new(b"value\0")

    def check(self, store):
        self.assertTrue(store.store(self.KEY, self.VALUE, 1000000000, None))
        value, ttl = store.load(self.KEY, None)
        self.assertEqual(value.get_data(), b"value\0")
        self.assertTrue(0 < ttl <= 1000000000)
        self.assertIsNone(store.load(self.VALUE, None)[0])
        self.assertEqual(store.get_statistics().entries, 1)
        self.assertIsNone(store.dup_problem())

    def test_own_store(self):
        self.check(OwnStore())

    def test_spill_store(self):
        with tempfile.TemporaryDirectory() as folder:
            store = Mgr.SpillStore.new(folder, 1 << 20)
            self.assertEqual((store.directory, store.max_bytes), (folder, 1 << 20))
            self.check(store)
            self.assertEqual(store.get_statistics().hits, 1)
            self.assertTrue((pathlib.Path(folder) / "libmgr-spill.db").exists())

    def test_async(self):
        with tempfile.TemporaryDirectory() as folder:
            store, found, loop = Mgr.SpillStore.new(folder, 1 << 20), [], GLib.MainLoop()

            def loaded(store, result):
                found.append(store.load_finish(result))
                loop.quit()

            store.store(self.KEY, self.VALUE, 0, None)
            store.load_async(self.KEY, None, loaded)
            loop.run()
            self.assertEqual((found[0][0].get_data(), found[0][1]), (b"value\0", 0))

    def test_redis_store(self):
        store = Mgr.RedisStore.new("unix:///nonexistent/socket", None)
        self.assertEqual((store.prefix, store.timeout), ("mgr:", 100000))
        store.timeout = 50000
        self.assertEqual(store.timeout, 50000)
        self.assertIsNone(store.load(self.KEY, None)[0])
        self.assertFalse(store.store(self.KEY, self.VALUE, 0, None))
        self.assertIn("out of reach", store.dup_problem())
        self.assertEqual(store.get_statistics().misses, 1)
        with self.assertRaises(GLib.Error):
            Mgr.RedisStore.new("http://localhost", None)


if __name__ == "__main__":
    unittest.main(verbosity=2)
