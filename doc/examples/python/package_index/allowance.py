# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The allowance: whom the pipeline asks before it keeps anything.

This one says yes to everything; budgeted.Budgeted is the one with a limit.
"""

import contextlib

BATCH = 1024


class Unlimited:
    """Every request is granted, the batches stay large."""

    batch_size = BATCH

    def take(self, part, size, description):
        return Grant(size)

    def grow(self, grant, more):
        grant.resize(grant.size + more)

    def watch(self, cache, features, results):
        """Nothing needs to be given back."""

    def after_batch(self):
        """There is no pressure to look at."""

    def figures(self):
        return {}


class Grant(contextlib.AbstractContextManager):
    """The shape of a Mgr.Allocation, with nothing behind it."""

    __slots__ = ("size",)

    def __init__(self, size):
        self.size = size

    def resize(self, size):
        self.size = size

    def release(self):
        self.size = 0

    def __exit__(self, *_):
        return None
