# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A cache in Python; scenario-cache.js and test-scenario-cache.c say the same, line by line."""

import threading

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

SECOND = 1_000_000
CAUSES = (Mgr.CacheCause.EXPLICIT, Mgr.CacheCause.REPLACED, Mgr.CacheCause.EXPIRED,
          Mgr.CacheCause.SIZE, Mgr.CacheCause.PRESSURE, Mgr.CacheCause.COLLECTED)


def page(letter, size):
    return GLib.Bytes.new(letter.encode() * size)


def show(cache, key):
    value = cache.get(key)
    print("%s: %s" % (key, "nothing" if value is None else "%d bytes" % value.get_size()))


def attempt(what, function, *arguments, **terms):
    try:
        function(*arguments, **terms)
        print("%s: done" % what)
    except GLib.Error as error:
        print("%s: %s" % (what, Mgr.Error(error.code).value_nick))


def play_writing(cache, clock):
    print("# written")
    cache.put("a", page("a", 1000), ttl=SECOND)
    cache.put("b", page("b", 2000), tags=("site", "texts"))
    cache.put("c", page("c", 3000), tags="site")
    cache.put("a", page("A", 1500), ttl=SECOND)
    attempt("too large", cache.put, "d", page("d", 1 << 20))
    attempt("no size", cache.put, "d", page("d", 1), size=0)
    attempt("no key", cache.put, 1, page("d", 1))
    for key in "abcd":
        show(cache, key)

    print("# a second later")
    clock.advance(SECOND)
    show(cache, "a")
    print("invalidated: %s, %s" % ("yes" if cache.invalidate("texts") else "no",
                                   "yes" if cache.invalidate("images") else "no"))
    show(cache, "b")
    show(cache, "c")
    statistics = cache.get_statistics()
    print("hits %d, misses %d, ratio %.2f, expired %d" % (
        statistics.hits, statistics.misses, statistics.hit_ratio,
        statistics.get_removed(Mgr.CacheCause.EXPIRED)))


def play_loading(cache):
    print("# loaded")
    calls = []

    def load(key):
        calls.append(key)
        return page(key, 500)

    threads = [threading.Thread(target=cache.get_or_load, args=("e", load)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    show(cache, "e")
    print("loads: %d" % len(calls))
    try:
        cache.get_or_load("f", lambda _key: 1 / 0)
    except ZeroDivisionError:
        print("f: failed")
    show(cache, "f")


def play_end(cache, seen):
    print("# removed")
    cache.put("g", page("g", 100), pinned=True)
    print("trimmed: %s" % ("yes" if cache.trim(1 << 20) > 3500 else "no"))
    print("left: %s" % ", ".join(cache.keys()))
    print("removed: %s, %s" % ("yes" if cache.remove("g") else "no",
                               "yes" if cache.remove("g") else "no"))
    while GLib.MainContext.default().iteration(False):
        pass
    for cause in CAUSES:
        print("%s: %s" % (cause.value_nick, " ".join(sorted(seen.get(cause, ())))))
    print("entries %d, bytes %d" % (len(cache), cache.get_n_bytes()))


def main():
    clock, seen = Mgr.ManualClock.new(SECOND), {}
    cache = Mgr.Cache(name="pages", max_bytes=100_000, clock=clock)
    cache.connect("removed", lambda _cache, key, _value, cause:
                  seen.setdefault(cause, []).append(key))
    play_writing(cache, clock)
    play_loading(cache)
    play_end(cache, seen)


if __name__ == "__main__":
    main()
