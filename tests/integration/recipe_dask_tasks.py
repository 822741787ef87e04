# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the test of the recipe for Dask has done in the workers."""

import os
import time
from pathlib import Path

import dask_plugin

MIB = 1 << 20
KEPT = []
CACHED = []


def large(_number):
    """From when to when it ran, and where."""
    begun = time.monotonic()
    table = bytearray(b"\1") * (100 * MIB)
    dask_plugin.checkpoint()
    return os.getpid(), begun, time.monotonic(), len(table)


def meet(folder, number, wanted):
    """Ends well only where so many run at once."""
    Path(folder, f"{number}").touch()
    end = time.monotonic() + 60
    while len(os.listdir(folder)) < wanted:
        if time.monotonic() > end:
            raise TimeoutError("the others never came")
        time.sleep(0.01)
    return number


def wait_for(path):
    """Holds its memory until a file is there."""
    end = time.monotonic() + 60
    while not os.path.exists(path):
        if time.monotonic() > end:
            raise TimeoutError(f"{path} never came")
        time.sleep(0.01)


def touch(path):
    Path(path).touch()


def fail():
    raise RuntimeError("as it should")


def leak():
    KEPT.append(bytearray(b"\1") * (100 * MIB))
    return os.getpid()


def cached():
    """Keeps as much, where a cleanup finds it."""
    CACHED.append(bytearray(b"\1") * (100 * MIB))
    dask_plugin.register("temp_tables", 100 * MIB, lambda *_: CACHED.clear())
    return os.getpid()


def n_cached():
    return len(CACHED)


def patient(path):
    """Works until it is asked to end; the next time it does not have to."""
    if os.path.exists(path):
        return "again"
    Path(path).touch()
    while True:
        dask_plugin.checkpoint()
        time.sleep(0.02)


def free():
    dask_plugin.checkpoint()
    return os.getpid()
