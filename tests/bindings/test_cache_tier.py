# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Many values of a cache at a time in Python, its second tier, and loaders that misbehave."""

import json
import os
import tempfile
import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

WAIT = 10_000_000


def settle():
    while GLib.MainContext.default().iteration(False):
        pass


class ManyTest(unittest.TestCase):
    def test_many(self):
        cache = Mgr.Cache(int)
        cache.put_many({1: "a", 2: None, 3: [3]}, ttl=60_000_000)
        self.assertEqual(cache.get_many(range(5)), {1: "a", 2: None, 3: [3]})
        self.assertEqual(cache.remove_many([1, 2, 9]), 2)
        self.assertEqual(list(cache), [3])
        with self.assertRaises(GLib.Error):
            cache.put_many({1: "a", "text": "b"})

    def test_classic(self):
        cache = Mgr.Cache.new_classic("classic")
        self.assertEqual((cache.max_bytes, cache.max_entries, cache.props.ttl),
                         (500_000_000, 1000, 3_600_000_000))
        cache["key"] = "value"
        self.assertEqual(cache["key"], "value")

    def test_keys_of_each_type(self):
        """What is not of the type of the keys is an error, and nothing is looked for twice."""
        far = 1 << 40
        texts, numbers, codes = Mgr.Cache(str), Mgr.Cache(int), Mgr.Cache(bytes)
        texts["1"], numbers[1], numbers[far], codes[b"1"] = None, ["one"], "far", "code"
        self.assertEqual(texts.look_up("1"), (True, None))
        self.assertEqual((numbers[1], numbers[far], codes[b"1"]), (["one"], "far", "code"))
        self.assertEqual((texts.get("2", 7), numbers.get(-far, 8), codes.get(b"2")), (7, 8, None))
        for cache, key in ((texts, 1), (texts, b"1"), (numbers, "1"), (codes, "1")):
            for attempt in (cache.get, cache.look_up, cache.__getitem__):
                with self.assertRaises(GLib.Error):
                    attempt(key)
            with self.assertRaises(GLib.Error):
                cache.put(key, None)
        self.assertEqual(texts.get_string("2"), (False, None))
        self.assertEqual(texts.get_statistics().misses, 2)
        self.assertEqual((numbers.get_statistics().hits, numbers.get_statistics().misses), (2, 1))

    def test_attributes(self):
        """What may change can be set by its name, and nothing else."""
        cache = Mgr.Cache(max_entries=3)
        cache["a"], cache["b"], cache["c"] = "one", "two", "three"
        cache.max_entries = 1
        self.assertEqual((cache.max_entries, len(cache)), (1, 1))
        cache.ttl = 60_000_000
        self.assertEqual(cache.props.ttl, 60_000_000)
        with self.assertRaises(AttributeError):
            cache.key_type = Mgr.CacheKeyType.BYTES
        with self.assertRaises(TypeError):
            cache.max_entries = "many"
        self.assertEqual(cache.max_entries, 1)

    def test_loader_asks_for_the_same_key(self):
        cache = Mgr.Cache()
        with self.assertRaises(GLib.Error) as caught:
            cache.get_or_load("a", lambda key: cache.get_or_load(key, len))
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.WOULD_DEADLOCK))
        self.assertEqual(cache.get_or_load("a", len), 1)

    def test_loader_throws(self):
        cache = Mgr.Cache()
        for error in (ValueError("bad"), KeyboardInterrupt()):
            def load(_key, error=error):
                raise error
            with self.assertRaises(type(error)):
                cache.get_or_load("a", load)
        self.assertEqual(cache.get_statistics().load_failures, 2)
        self.assertNotIn("a", cache)


class TierTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "store")
        os.mkdir(self.path)
        self.store = Mgr.SpillStore.new(self.path, 1 << 20)

    def push_out(self, cache):
        cache.trim(1 << 40)
        self.assertEqual(len(cache), 0)
        settle()
        self.assertTrue(cache.flush(WAIT))

    def fail(self, key):
        raise AssertionError(f"{key} was to be in the store")

    def test_plain_values(self):
        cache = Mgr.Cache(store=self.store)
        self.assertIs(cache.get_store(), self.store)
        variant = GLib.Variant("(si)", ("x", 3))
        cache.put_many({"text": "é", "variant": variant})
        self.push_out(cache)
        self.assertEqual(cache.get_or_load("text", self.fail), "é")
        self.assertEqual(cache.get_or_load("variant", self.fail).unpack(), ("x", 3))
        self.assertEqual(cache.get_statistics().recalled, 2)
        self.assertIsNone(cache.get("other"))

    def test_nothing_is_pickled_unasked(self):
        cache = Mgr.Cache(store=self.store)
        cache["a"] = {"x": 1}
        self.push_out(cache)
        self.assertEqual(cache.get_or_load("a", len), 1)

    def test_pickle(self):
        cache = Mgr.Cache(int, store=self.store, codec="pickle")
        values = {1: {"x": (1, 2)}, 2: None, 3: b"a\0b", 4: 1 << 80}
        cache.put_many(values)
        cache.put(5, lambda: None, size=1)
        self.push_out(cache)
        self.assertEqual({key: cache.get_or_load(key, self.fail) for key in values}, values)
        self.assertEqual(cache.get_or_load(5, lambda key: "anew"), "anew")

    def test_json(self):
        cache = Mgr.Cache(store=self.store, codec=json)
        cache["a"] = {"x": [1, None]}
        cache["set"] = {1}
        self.push_out(cache)
        self.assertEqual(cache.get_or_load("a", self.fail), {"x": [1, None]})
        self.assertEqual(cache.get_or_load("set", len), 3)

    def test_what_cannot_be_read_is_loaded(self):
        cache = Mgr.Cache(store=self.store, codec="pickle")
        for number, rubbish in enumerate((b"x", b"xrubbish", b"x\x80\x05.", b"\xff", b"xcno_such\nX\n.")):
            key = str(number)
            self.store.store(GLib.Bytes.new(key.encode()), GLib.Bytes.new(rubbish), 0, None)
            self.assertEqual(cache.get_or_load(key, lambda _key: "loaded"), "loaded")


if __name__ == "__main__":
    unittest.main()
