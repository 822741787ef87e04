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
        return Grant()

    def watch(self, cache, features, results):
        """Nothing needs to be given back."""


class Grant(contextlib.AbstractContextManager):
    """The shape of a Mgr.Allocation, with nothing behind it."""

    def resize(self, size):
        return True

    def release(self):
        return True

    def __exit__(self, *_):
        return None
