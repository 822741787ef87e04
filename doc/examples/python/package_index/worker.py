# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""One run of the job in a process of its own, with or without a budget.

It tells on standard output how far it is, a line of JSON each, and stays until
its standard input ends, so that there is somebody to ask.
"""

import json
import sys
import time

from gi.repository import GLib

from .allowance import Unlimited
from .budgeted import Budgeted
from .memory import anonymous
from .pipeline import Pipeline
from .records import Index

TELL_EVERY = 0.1


class Worker:
    def __init__(self, index, budget, at_least, result):
        self._result = result
        self._begun = time.monotonic()
        self._told = 0.0
        self._phase = ""
        self._halfway = False
        self._error = None
        self._tell(ready=anonymous())
        self._allowance = Budgeted(budget) if budget else Unlimited()
        if budget:
            self._allowance.export()
        self._index = Index(index, at_least)
        self._pipeline = Pipeline(self._index, self._allowance)

    def run(self):
        """A batch whenever the main loop has nothing more urgent: between two
        of them it hands out pressure, cleanups and questions from outside."""
        loop = GLib.MainLoop()
        steps = self._pipeline.steps()

        def step():
            try:
                self._tell_step(*next(steps))
                self._allowance.after_batch()
                return GLib.SOURCE_CONTINUE
            except StopIteration:
                self._finish()
            except Exception as error:
                self._error = error
                loop.quit()
            return GLib.SOURCE_REMOVE

        GLib.idle_add(step)
        GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT,
                          GLib.IOCondition.IN | GLib.IOCondition.HUP,
                          lambda *_: loop.quit())
        loop.run()
        self._pipeline.close()
        if self._error is not None:
            raise self._error

    def _finish(self):
        with open(self._result, "wb") as file:
            file.write(self._pipeline.results.as_json())
        cache = self._pipeline.cache
        self._tell(finished={
            **self._allowance.figures(),
            "index": self._index.name,
            "rounds": self._index.rounds,
            "packages": len(self._pipeline.spool),
            "hits": cache.hits,
            "misses": cache.misses,
            "spilled": self._pipeline.features.spilled_blocks,
            "seconds": time.monotonic() - self._begun,
        })

    def _tell_step(self, phase, done, total):
        halfway = phase == "join" and done * 2 >= total and not self._halfway
        now = time.monotonic()
        if halfway or phase != self._phase or now - self._told >= TELL_EVERY:
            self._tell(phase=phase, done=done, total=total, halfway=halfway,
                       **self._allowance.figures())
            self._told, self._phase = now, phase
        self._halfway = self._halfway or halfway

    @staticmethod
    def _tell(**event):
        print(json.dumps(event), flush=True)
