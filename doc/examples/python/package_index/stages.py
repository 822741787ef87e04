# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The stages of the pipeline as tasks, each of which runs when its memory is there."""

import sys

from gi.repository import Mgr

from .allowance import Grant, Unlimited
from .pipeline import Pipeline

# What the stages take for each byte of the index, and in any case.
READ_SHARE, JOIN_SHARE, RANK_SHARE, COMPARE_SHARE = 0.5, 2.5, 0.2, 1.0
AT_LEAST = 1 << 20


class Granted(Unlimited):
    """Counts what is taken. The cache has what the rest leaves of its task’s grant."""

    def __init__(self):
        self._grants = []

    @property
    def taken(self):
        return sum(grant.size for grant in self._grants)

    def take(self, part, size, description):
        if part == "cache" and self.taken + size > Mgr.current_task().grant:
            raise MemoryError(f"{description}: the task was granted no more")
        self._grants = [grant for grant in self._grants if grant.size > 0]
        self._grants.append(Grant(size))
        return self._grants[-1]


class Stages:
    """Runs a pipeline in the tasks of a scheduler."""

    def __init__(self, index, size):
        self._size = size
        self._allowance = Granted()
        self._pipeline = Pipeline(index, self._allowance)

    def submit(self, scheduler):
        """Submits all of them. The last one’s result is that of the pipeline."""
        pipeline = self._pipeline

        def submit(steps, share, **options):
            return scheduler.submit(self.run, steps, name=steps.__name__,
                                    memory=AT_LEAST + int(self._size * share), **options)

        read = submit(pipeline.read(), READ_SHARE)
        join = submit(pipeline.join(), JOIN_SHARE, after=read)
        rank = submit(pipeline.rank(), RANK_SHARE, after=join)
        compare = submit(pipeline.compare(), COMPARE_SHARE, after=join)
        write = scheduler.submit(pipeline.results.as_json, name="write", memory=AT_LEAST,
                                 after=[rank, compare])
        return [read, join, rank, compare, write]

    def run(self, steps):
        """One stage. Where it has to make room and is run again, it goes on from there."""
        if steps.gi_frame is None:
            raise RuntimeError(f"“{steps.__name__}” failed within a step and cannot go on")
        try:
            for _phase, done, total in steps:
                Mgr.checkpoint(done / total if total else None, memory=self._fit(steps))
        finally:
            # What is parsed can be parsed again.
            self._pipeline.cache.shrink(sys.maxsize)

    def close(self):
        self._pipeline.close()

    def _fit(self, steps):
        """What a stage takes, with no more in the cache than was granted."""
        if steps.__name__ not in ("read", "join"):
            # What these look at was taken by the others.
            return None
        excess = self._allowance.taken - Mgr.current_task().grant
        if excess > 0:
            self._pipeline.cache.shrink(excess)
        return self._allowance.taken
