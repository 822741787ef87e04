# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The extension for caches: it does what the override does, and no reference is lost."""

import gc
import importlib.util
import os
import subprocess
import sys
import threading
import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr  # noqa: E402

SWITCH = "MGR_NO_PYTHON_EXTENSION"
ROUNDS = 200

# What is out of the ordinary, and what it led to, a line each.
ODD_CALLS = r"""
import re
import gi
gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr

class Text(str): pass
class Number(int): pass
class Data(bytes): pass
class Unmeasured(bytes):
    def __sizeof__(self):
        raise ZeroDivisionError("no size")
class Huge(bytes):
    def __sizeof__(self):
        return 1 << 60

KEYS = ["a", Text("a"), "", "a\0b", "\ud800", "é" * 300, 0, True, Number(1), 1 << 62, 1 << 64, -(1 << 70),
        1.5, b"", b"a", b"a\0b", Data(b"a"), bytearray(b"a"), None, (), []]
VALUES = ["v", Text("v"), "v\0w", 1, True, 1 << 80, 1.5, None, b"v\0w", bytearray(b"v"), [1], ("a", "b"),
          {}, Data(b"v"), Unmeasured(b"v"), Huge(b"v"), GLib.Bytes.new(b"v"), GLib.Variant("i", 1),
          Mgr.ManualClock.new(0), int, len]

def show(value):
    if isinstance(value, GLib.Bytes):
        return "GLib.Bytes " + repr(value.get_data())
    if isinstance(value, GObject.Object):
        return "%s %s" % (type(value).__name__, value in VALUES)
    return "%s %r" % (type(value).__name__, value)

def report(name, call, *arguments, **named):
    try:
        result = show(call(*arguments, **named))
    except Exception as error:
        message = error.message if isinstance(error, GLib.Error) else ""
        result = "%s %s" % (type(error).__name__, re.sub("0x[0-9a-f]+", "0x", message))
    print(name, [show(argument) for argument in arguments], sorted(named), "->", result)

for key_type in (str, int, bytes):
    cache = Mgr.Cache(key_type, name="odd", max_entries=100)
    for key in KEYS:
        for name in ("put", "__setitem__"):
            report(name, getattr(cache, name), key, "v")
        for name in ("get", "peek", "__getitem__", "contains", "__contains__", "remove", "__delitem__",
                     "remove", "__getitem__"):
            report(name, getattr(cache, name), key)

for cache in (Mgr.Cache(name="odd"), Mgr.Cache(name="odd", max_bytes=10000)):
    for value in VALUES:
        report("put", cache.put, "k", value)
        report("get", cache.get, "k")
        print(len(cache), cache.get_n_bytes())
    report("get", cache.get)
    report("get", cache.get, "x", 1, 2)
    report("get", cache.get, "x", default=7)
    report("get", cache.get, key="x")
    report("get", cache.get, "x", fallback=7)
    report("peek", cache.peek, "x", 8)
    report("put", cache.put, "x")
    report("put", cache.put, "x", 1, 2)
    report("put", cache.put, "x", [1], size=0)
    report("put", cache.put, "x", [1], size=10, ttl=5, tags="t")
    report("put", cache.put, key="x", value=1)
    report("contains", cache.contains)
    report("get", Mgr.Cache.get, "not a cache", "x")
    statistics = cache.get_statistics()
    print(statistics.hits, statistics.misses)
"""


class Thing:
    """A value that can be watched."""


def run(code, *arguments, **environment):
    return subprocess.run([sys.executable, "-c", code, *arguments], check=True, timeout=60,
                          capture_output=True, text=True, encoding="utf-8", errors="backslashreplace",
                          env={**os.environ, "PYTHONIOENCODING": "utf-8:backslashreplace",
                               "G_DEBUG": "", **environment})


THERE = importlib.util.find_spec("gi.overrides._mgr_extension") is not None
FAST = THERE and not os.environ.get(SWITCH)


class ExtensionTest(unittest.TestCase):
    def test_switch(self):
        code = ("import gi; gi.require_version('Mgr', '1.0'); from gi.repository import Mgr; "
                "print(hasattr(Mgr.Cache.get, '__code__'))")
        self.assertEqual(run(code, **{SWITCH: "1"}).stdout, "True\n")
        self.assertEqual(run(code, **{SWITCH: ""}).stdout, f"{not THERE}\n")
        self.assertEqual(hasattr(Mgr.Cache.get, "__code__"), not FAST)

    def test_says_the_same(self):
        fast = run(ODD_CALLS, **{SWITCH: ""})
        slow = run(ODD_CALLS, **{SWITCH: "1"})
        self.assertGreater(len(slow.stdout.splitlines()), 600)
        self.assertEqual(fast.stdout.splitlines(), slow.stdout.splitlines())

    def test_goes_both_ways(self):
        cache, seen, value = Mgr.Cache(), [], Thing()
        cache.connect("removed", lambda _cache, _key, value, _cause: seen.append(value))
        cache["fast"] = value
        self.assertIs(cache.look_up("fast")[1], value)
        self.assertIs(cache.list()[0].value, value)
        self.assertIs(cache.get_or_load("fast", lambda _key: None), value)
        cache.put("plain", value, cost=5)
        self.assertIs(cache["plain"], value)
        cache.get_or_load("loaded", lambda _key: value)
        self.assertIs(cache.get("loaded"), value)
        cache.clear()
        while GLib.MainContext.default().iteration(False):
            pass
        self.assertEqual(seen, [value] * 3)

    def test_references_of_values(self):
        cache, value, other = Mgr.Cache(max_entries=100), Thing(), Thing()
        before = sys.getrefcount(value), sys.getrefcount(other)
        for number in range(ROUNDS):
            cache["a"] = value
            cache.put("a", other)
            cache.put(str(number), value)
            cache.get("a"), cache["a"], cache.peek("a"), cache.get("x", value), "a" in cache
            with self.assertRaises(KeyError):
                cache["x"]
        self.assertIs(cache["a"], other)
        self.assertEqual(sys.getrefcount(other), before[1] + 1)
        del cache["a"]
        cache.clear()
        self.assertEqual((sys.getrefcount(value), sys.getrefcount(other)), before)

    def test_references_of_keys(self):
        for key_type, key in ((str, "a key of its own"), (int, 1 << 50), (bytes, b"a key of its own")):
            cache = Mgr.Cache(key_type)
            before = sys.getrefcount(key)
            for _ in range(ROUNDS):
                cache[key] = None
                cache[key], cache.get(key), key in cache, cache.peek(key)
                del cache[key]
                cache.get(key), cache.remove(key)
                with self.assertRaises(KeyError):
                    cache[key]
            self.assertEqual(sys.getrefcount(key), before)

    def test_references_of_failures(self):
        cache, value = Mgr.Cache(max_bytes=1000), Thing()
        before = sys.getrefcount(value), sys.getrefcount(None)
        for _ in range(ROUNDS):
            with self.assertRaises(GLib.Error):
                cache["a"] = value
            with self.assertRaises(GLib.Error):
                cache[1]
        gc.collect()
        self.assertEqual(sys.getrefcount(value), before[0])
        self.assertLess(abs(sys.getrefcount(None) - before[1]), ROUNDS // 2)

    def test_objects_are_collected(self):
        cache, gone = Mgr.Cache(), []

        class Watched:
            def __del__(self):
                gone.append(len(cache))

        for number in range(ROUNDS):
            cache["a"] = Watched()
        self.assertEqual(len(gone), ROUNDS - 1)
        cache.clear()
        self.assertEqual((len(gone), gone[-1]), (ROUNDS, 0))

    def test_end_of_a_value_uses_the_cache(self):
        cache = Mgr.Cache(max_entries=10)

        class Restless:
            def __init__(self, number):
                self.number = number

            def __del__(self):
                if self.number > 0:
                    cache[f"again {self.number}"] = Restless(self.number - 1)

        for number in range(100):
            cache[str(number)] = Restless(3)
        self.assertLessEqual(len(cache), 10)

    def test_measure_raises(self):
        def fail(_value):
            raise ZeroDivisionError

        cache, hook = Mgr.Cache(max_bytes=1000, measure=fail), sys.excepthook
        sys.excepthook = lambda *_arguments: None
        try:
            with self.assertRaises(GLib.Error):
                cache["a"] = [1]
        finally:
            sys.excepthook = hook
        self.assertEqual(len(cache), 0)

    def test_threads(self):
        manager = Mgr.Manager.new(1 << 20)
        component = manager.add_component("cache", 0, None)
        for properties in ({}, {"component": component}):
            cache = Mgr.Cache(int, max_entries=50, measure=lambda _value: 100, **properties)
            wrong, barrier = [], threading.Barrier(4)

            def work(seed, cache=cache, wrong=wrong, barrier=barrier):
                barrier.wait()
                for number in range(3000):
                    key = (number * 7 + seed) % 97
                    cache[key] = [key]
                    found = cache.get((key + 1) % 97, [(key + 1) % 97])
                    if found != [(key + 1) % 97]:
                        wrong.append(found)
                    if number % 500 == seed:
                        cache.clear()

            threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
                self.assertFalse(thread.is_alive())
            self.assertEqual(wrong, [])
            self.assertLessEqual(len(cache), 50)

    def test_budget(self):
        manager = Mgr.Manager.new(100_000)
        component = manager.add_component("cache", 0, None)
        cache = Mgr.Cache(component=component)
        for number in range(500):
            cache.put(str(number), b"x" * 1000)
        self.assertLess(len(cache), 100)
        self.assertLessEqual(component.used, 100_000)

    def test_end_of_the_interpreter(self):
        code = r"""
import sys, threading, gi
gi.require_version("Mgr", "1.0")
from gi.repository import Mgr
class Late:
    def __del__(self):
        cache.get("a")
cache = Mgr.Cache()
cache["a"], cache["late"] = [cache], Late()
other = Mgr.Cache(max_entries=2)
for number in range(5):
    other[str(number)] = Late()
def busy():
    while True:
        other["x"] = Late()
if sys.argv[1] == "busy":
    threading.Thread(target=busy, daemon=True).start()
print("done")
"""
        for how in ("idle", "busy"):
            for off in ("", "1"):
                self.assertEqual(run(code, how, **{SWITCH: off}).stdout, "done\n")


class MisuseTest(unittest.TestCase):
    def setUp(self):
        if not FAST:
            self.skipTest("the extension is not there, or switched off")

    def test_only_caches_and_once(self):
        from gi.overrides import _mgr_extension
        for arguments in ((int, (), (), len), (Mgr.Cache, (), (), len), (Mgr.Cache, [], (), len), ()):
            with self.assertRaises(TypeError):
                _mgr_extension.override_cache(*arguments)
        with self.assertRaises(TypeError):
            Mgr.Cache.get(Mgr.WeakCache(), "a")

    def test_cache_that_was_not_made(self):
        with self.assertRaises((TypeError, RuntimeError)):
            GObject.Object.__new__(Mgr.Cache).get("a")

    def test_signatures(self):
        for name in ("get", "peek", "put", "contains", "remove"):
            self.assertTrue(getattr(Mgr.Cache, name).__doc__)
            self.assertTrue(getattr(Mgr.Cache, name).__text_signature__.startswith("($self, key"))


if __name__ == "__main__":
    unittest.main()
