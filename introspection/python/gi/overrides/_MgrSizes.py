# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""How much an object holds, as far as can be told without looking at all of it."""

import itertools
import sys
import types

from gi.repository import GObject

SIZE_BUDGET = 4096
SIZE_SAMPLE = 64

# What is not an object's own, or has no parts.
_CLOSED = (str, bytes, bytearray, memoryview, int, float, complex, type, types.ModuleType,
           types.FunctionType, types.BuiltinFunctionType, types.MethodType, GObject.Object)


def _array_size(value):
    """The bytes of what says so itself, such as an array or a table; else None."""
    kind = type(value)
    try:
        if hasattr(kind, "nbytes"):
            return int(value.nbytes)
        if hasattr(kind, "memory_usage"):
            usage = value.memory_usage()
            return int(usage.sum() if hasattr(usage, "sum") else usage)
    except Exception:
        pass
    return None


def _parts(value):
    """How many parts a value has, and some of them."""
    if isinstance(value, _CLOSED):
        return 0, ()
    if isinstance(value, dict):
        items = itertools.islice(value.items(), SIZE_SAMPLE)
        return 2 * len(value), list(itertools.chain.from_iterable(items))
    if isinstance(value, (list, tuple)):
        return len(value), value[::len(value) // SIZE_SAMPLE + 1]
    if isinstance(value, (set, frozenset)):
        return len(value), list(itertools.islice(value, SIZE_SAMPLE))
    inside = getattr(value, "__dict__", None)
    return (1, [inside]) if isinstance(inside, dict) else (0, ())


def sizeof(value, budget=SIZE_BUDGET, seen=None):
    """An estimate: of many parts it looks at a sample, and at each value once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return 0
    seen.add(id(value))

    own = sys.getsizeof(value, 0)
    array = _array_size(value)
    if array is not None:
        return max(array, own)

    n_parts, sample = _parts(value)
    sample = sample[:budget]
    if not sample:
        return own
    # Halved at least: a chain is followed for a dozen links.
    rest = budget // max(len(sample), 2)
    inside = sum(sizeof(part, rest, seen) for part in sample)
    return own + inside * n_parts // len(sample)
