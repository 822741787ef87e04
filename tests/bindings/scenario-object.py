# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What a pool of objects does; in every language it says the same."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr  # noqa: E402


def nick(error):
    return Mgr.Error(error.code).value_nick


def refused(function, *arguments):
    try:
        function(*arguments)
    except GLib.Error as error:
        return error
    raise AssertionError("it was not refused")


state = {"fails": False}


def create(pool):
    if state["fails"]:
        pool.fail_create("no more today")
        return None
    return GObject.Object()


pool = Mgr.ObjectPool.new("things", None, 2, 1024)
other = Mgr.ObjectPool.new("others", None, 1, 1024)
pool.connect("create", create)
print(f"made {pool.n_created}, free {pool.n_free}")

first = pool.acquire()
print(f"first lease: made {pool.n_created}, leased {pool.allocation_count}")
second = pool.acquire()
print(f"second lease: made {pool.n_created}, leased {pool.allocation_count}")
print("third:", nick(refused(pool.try_acquire)))
second.release()
print(f"second back: free {pool.n_free}")
third = pool.try_acquire()
print(f"third: made {pool.n_created}, leased {pool.allocation_count}")
print("released twice:", nick(refused(second.release)))
print("released elsewhere:", nick(refused(other.release, third)))
first.release()
pool.release(third)
print(f"all back: free {pool.n_free}")

held = [pool.acquire(), pool.acquire()]
pool.set_limits(1, 3)
state["fails"] = True
error = refused(pool.acquire)
print(f"a failure: {nick(error)}, {error.message}")
for lease in held:
    lease.release()
print(f"limits {pool.min} to {pool.max}: capacity {pool.capacity}")
print(f"trimmed {pool.trim()}: free {pool.n_free}")

lease = pool.acquire()
del lease
print(f"dropped without release: leaked {pool.n_leaked}")
pool.set_active(False)
print(f"stopped: {nick(refused(pool.acquire))}, made {pool.n_created}")
