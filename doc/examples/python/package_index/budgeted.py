# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The allowance with a limit: a Mgr.Manager that the pipeline never sees.

Everything that the pipeline keeps is charged to a component before it is made.
What can be made again is registered as a resource, and goes when memory gets
short: the manager asks for it when pressure rises, and so does take() when a
request is refused.
"""

import gc
import sys

from gi.repository import Mgr

from .allowance import BATCH
from .memory import anonymous

# Of the whole budget, what each part may hold.  Together they are more than the
# whole: who comes first is served, and the cache makes room for the others.
SHARES = {
    "python": 1.0,
    "index": 1.0,
    "parser": 0.2,
    "cache": 0.6,
    "features": 0.15,
    "results": 0.1,
}

# What to do about a refusal, one after the other until the request fits.
REMEDIES = (
    (Mgr.CleanupStrategy.MODERATE, False),
    (Mgr.CleanupStrategy.AGGRESSIVE, True),
)


def empty_interpreter_caches():
    """Let go of the odd object that Python keeps for itself.

    Its free lists and its cache of attribute names hold single objects all
    over the heap, and each of them would keep a megabyte from going back.
    """
    sys._clear_type_cache()
    gc.collect()


class Budgeted:
    """Charges what the pipeline takes, and takes back what it can do without."""

    def __init__(self, budget):
        self.batch_size = BATCH
        self.batch_sizes = [BATCH]
        self.refusals = 0
        self.cleanups = []
        self.touched = 0
        self._sizes = []

        self.manager = Mgr.Manager(budget, track_process=True)
        for name, share in SHARES.items():
            self.manager.add_component(name, int(budget * share))
        self._python = self.take("python", anonymous(), "the interpreter, measured")

        self._monitor = self.manager.monitor
        self._monitor.connect("pressure-changed", self._pressure_changed)
        self.manager.connect("cleanup-finished", self._cleanup_finished)

    def take(self, part, size, description):
        """An allocation of the manager's, or a MemoryError if nothing helps."""
        return self._insist(
            lambda: self.manager.allocate(part, size, description, tags=[part]))

    def grow(self, grant, more):
        self._insist(lambda: grant.resize(grant.size + more))

    def _insist(self, ask):
        for strategy, force in REMEDIES:
            try:
                return ask()
            except MemoryError:
                self.refusals += 1
                self._update_sizes()
                self.manager.cleanup(strategy, force)
        return ask()

    def watch(self, cache, features, results):
        """Register what there is: by the rules _cache_* is SAFE to drop, and a
        name that no rule knows is CAUTIOUS, to be had by force alone."""
        self._register("_cache_records", cache, cache.shrink)
        self._register("feature_table", features, features.spill)
        self._register("results_table", results, self._touch, Mgr.Safety.PROTECTED)

    def after_batch(self):
        """Look at the pressure now; where there is none, dare larger batches.

        The manager looks twice a second by itself, and a few batches can fill
        a small budget in less.
        """
        self._update_sizes()
        usage = self._monitor.sample().usage
        if usage >= self._monitor.get_threshold(Mgr.PressureLevel.CRITICAL):
            self.manager.cleanup(Mgr.CleanupStrategy.AGGRESSIVE)
        elif usage < self._monitor.get_threshold(Mgr.PressureLevel.LOW):
            self._set_batch_size(self.batch_size * 2)

    def export(self):
        """Let others ask, over the session bus."""
        return self.manager.export_on_session()

    def figures(self):
        """What there is to tell, live and at the end."""
        return {
            "level": self._monitor.level.value_nick,
            "batch": self.batch_size,
            "batches": self.batch_sizes,
            "cleanups": len(self.cleanups),
            "refusals": self.refusals,
            "freed": sum(report.claimed for report in self.cleanups),
            "returned": sum(report.returned for report in self.cleanups),
            "touched": self.touched,
        }

    def _register(self, name, holder, reclaim, safety=None):
        def free(_resource, target):
            freed = reclaim(target)
            empty_interpreter_caches()
            return freed

        resource = Mgr.Resource(name, holder.size, free)
        if safety is not None:
            resource.safety = safety
        self.manager.register_resource(resource)
        self._sizes.append((resource, holder))

    def _update_sizes(self):
        for resource, holder in self._sizes:
            resource.size = holder.size

    def _touch(self, target):
        self.touched += 1
        return 0

    def _pressure_changed(self, monitor, level, sample):
        """Half the batch for each step that the pressure is above normal."""
        self._set_batch_size(BATCH >> level)

    def _set_batch_size(self, size):
        size = min(size, BATCH)
        if size != self.batch_size:
            self.batch_size = size
            self.batch_sizes.append(size)

    def _cleanup_finished(self, manager, report):
        self.cleanups.append(report)
