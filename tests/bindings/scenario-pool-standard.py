# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The scenario of the standard pool in Python; scenario-pool-standard.js and
test-scenario-pool-standard.c say the same, line by line."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

KIB = 1024


def attempt(what, function, *arguments):
    """Calls and says how it went; the ids are no two times the same."""
    try:
        value = function(*arguments)
    except GLib.Error as error:
        print("%s: %s" % (what, Mgr.Error(error.code).value_nick))
        return 0

    print("%s: done" % what)
    return value


def show(pool):
    statistics = pool.statistics
    print("used %d, charged %d, blocks %d, largest free %d" % (
        statistics.used, statistics.charged, statistics.allocation_count,
        statistics.largest_free))
    for block in pool.list_blocks():
        print("  %s at %d, %d bytes, priority %d%s" % (
            block.description, block.offset, block.size, block.priority,
            ", pinned" if block.pinned else ""))


def play_blocks(pool):
    print("# blocks")
    quotes = pool.allocate(100 * KIB, "quotes", 5, ["SPY"])
    trades = pool.allocate_aligned(10 * KIB, 4 * KIB, "trades", 3, None)
    book = pool.allocate(50 * KIB, "book", 5)
    show(pool)
    print("tagged: %s" % " ".join(block.description for block in pool.list_blocks("SPY")))

    pool.write(quotes, b"1 2 3")
    print("read: %s" % pool.read(quotes, 2, 3).decode())
    attempt("read beyond", pool.read, quotes, 100 * KIB, 1)
    pool.pin(quotes)
    attempt("free what is pinned", pool.free, quotes)
    pool.unpin(quotes)
    pool.free(trades)
    attempt("free twice", pool.free, trades)
    attempt("use after free", pool.pin, trades)
    show(pool)
    return quotes, book


def play_compact(pool, quotes):
    print("# compact")
    pool.connect("block-moved", lambda pool, block, old, new: print(
        "%s moved from %d to %d" % (pool.lookup(block).description, old, new)))
    pool.free(quotes)
    print("more to do: %s" % ("yes" if pool.compact(-1) else "no"))
    show(pool)


def play_evict(pool, book):
    print("# evict")
    ticks = pool.allocate(128 * KIB, "ticks", 2)

    def keep(_pool, block):
        print("asked for %s" % block.description)
        return block.id == book

    pool.connect("evict", keep)
    attempt("not for less", pool.allocate, 150 * KIB, "less", 1, None)
    attempt("for more", pool.allocate, 150 * KIB, "more", 8, None)
    attempt("what was evicted", pool.lookup, ticks)
    attempt("never fits", pool.allocate, 300 * KIB, "never", 5, None)
    show(pool)


def play_close(pool, component):
    print("# close")
    print("trimmed %d" % pool.trim(1 << 40))
    pool.set_active(False)
    attempt("closed", pool.allocate, 1, "closed", 5, None)
    for block in pool.list_blocks():
        pool.free(block.id)
    show(pool)
    print("component has used %d" % component.used)


def play():
    manager = Mgr.Manager.new(1024 * KIB)
    component = manager.add_component("market", 512 * KIB)
    attempt("beyond the budget", Mgr.StandardPool.new, component, "vast", 513 * KIB,
            Mgr.StandardPoolFlags.NONE)
    pool = Mgr.StandardPool.new(component, "ticks", 256 * KIB, Mgr.StandardPoolFlags.EVICT)
    quotes, book = play_blocks(pool)
    play_compact(pool, quotes)
    play_evict(pool, book)
    play_close(pool, component)


play()
