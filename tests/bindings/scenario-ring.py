# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The ring in Python; scenario-ring.js and test-scenario-ring.c say the same, line by line."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

PAGES = 4096


def show(ring):
    statistics = ring.statistics
    print("used %d, frames %d, dropped %d of %d bytes" % (
        statistics.used, statistics.allocation_count, ring.dropped_frames, ring.dropped_bytes))


def attempt(what, function, *arguments):
    try:
        function(*arguments)
        print("%s: done" % what)
    except GLib.Error as error:
        print("%s: %s" % (what, Mgr.Error(error.code).value_nick))


def read(ring):
    frame = ring.try_read()
    print("nothing" if frame is None else "%d bytes, the first is %s" % (
        len(frame), chr(frame[0]) if frame else "none"))


def play(policy):
    print("# %s" % policy.value_nick)
    ring = Mgr.RingPool.new(None, "ring", PAGES, policy, Mgr.RingSharing.ANY)

    attempt("too large", ring.write, b"x" * PAGES)
    for letter in "abcde":
        attempt(letter, ring.write, letter.encode() * 1000, 1000)
    show(ring)
    attempt("empty", ring.write, b"")
    read(ring)
    with ring.peek() as frame:
        print("peek %d" % len(frame))
    show(ring)
    while len(ring) > 0:
        read(ring)
    read(ring)


def play_end(ring):
    print("# end")
    ring.write("last")
    ring.set_flushing(True)
    attempt("flushing", ring.write, "x")
    attempt("flushing", ring.try_read)
    ring.set_flushing(False)
    attempt("larger", ring.set_capacity, 3 * PAGES - 1)
    print("capacity %d, charged %d" % (ring.capacity, ring.charged))
    ring.set_active(False)
    attempt("stopped", ring.write, "x")
    read(ring)
    attempt("stopped", ring.try_read)
    print("charged %d" % ring.charged)


def main():
    for policy in (Mgr.RingPolicy.BLOCK, Mgr.RingPolicy.DROP_OLDEST, Mgr.RingPolicy.DROP_NEWEST,
                   Mgr.RingPolicy.FAIL):
        play(policy)
    play_end(Mgr.RingPool.new(None, "end", PAGES, Mgr.RingPolicy.BLOCK, Mgr.RingSharing.PAIR))


if __name__ == "__main__":
    main()
