# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What this process really takes, and what its objects take."""

import pathlib
import resource
import sys

MIB = 1 << 20


def anonymous(pid="self"):
    """Anonymous resident bytes: what the program itself made, no files."""
    fields = pathlib.Path(f"/proc/{pid}/statm").read_text().split()
    return (int(fields[1]) - int(fields[2])) * resource.getpagesize()


def deep_size(thing):
    """The bytes of an object and all it holds; shared ones count each time."""
    size = sys.getsizeof(thing)
    if isinstance(thing, dict):
        return size + sum(deep_size(value) for value in thing.values())
    if isinstance(thing, (list, tuple)):
        return size + sum(deep_size(value) for value in thing)
    slots = getattr(type(thing), "__slots__", ())
    return size + sum(deep_size(getattr(thing, slot)) for slot in slots)


def mib(size):
    return f"{size / MIB:.1f} MiB"
