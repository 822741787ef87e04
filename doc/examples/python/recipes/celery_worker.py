# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tasks of Celery that begin when their memory is there.

A task that declares its memory takes a lease of it while it runs, so that all workers of a
session keep inside one budget; 0 has it learned. Its state says what it holds. A process of
the pool that stays large after a task, and after a cleanup, is replaced.
"""

import billiard.pool
import celery
from celery import signals
from gi.repository import GLib

import leases

WAITING = "WAITING"
WORKING = "WORKING"

# Seconds until a task is tried again that could not begin, or had to end.
PAUSE = 1


class MemoryTask(celery.Task):
    """``@app.task(bind=True, memory="150 MiB", priority_class="low")``"""

    abstract = True
    memory = None
    priority_class = "normal"

    def __call__(self, *args, **kwargs):
        if self.memory is None or self.request.called_directly:
            return super().__call__(*args, **kwargs)
        with self._acquire() as lease:
            self.request.lease = lease
            self._tell()
            try:
                return self.run(*args, **kwargs)
            finally:
                self._tell()

    def checkpoint(self):
        """Says how much is held, and where others need it ends the task, which is run again."""
        lease = getattr(self.request, "lease", None)
        if lease is None:
            return
        self._tell()
        if lease.ending:
            raise self.retry(countdown=PAUSE, max_retries=None)

    def _acquire(self):
        declared = leases.bytes_of(self.memory)
        self.update_state(state=WAITING, meta={"declared": declared})
        try:
            return leases.desk().acquire(self.name, declared,
                                         priority=GLib.Variant("s", self.priority_class))
        except (leases.NoBudget, GLib.Error) as error:
            raise self.retry(exc=error, countdown=PAUSE, max_retries=None)

    def _tell(self):
        lease = self.request.lease
        self.update_state(state=WORKING, meta={"declared": lease.declared,
                                               "memory": lease.measure(), "peak": lease.peak})


def prepare(app, keep="64 MiB"):
    """Has processes replaced that keep more than that between tasks."""
    app.conf.worker_max_memory_per_child = leases.bytes_of(keep) >> 10
    app.conf.worker_prefetch_multiplier = 1
    app.conf.task_acks_late = True
    # The pool would look at the most that a process ever held, which one large task is
    # enough for.
    billiard.pool.mem_rss = _kept_kib


def _kept_kib():
    """What a process keeps, after the cleanup behind a task. The pool takes 0 for a failure."""
    try:
        return (leases.desk().held() >> 10) + 1
    except GLib.Error:
        # The bus is gone, and with it what is known of the beginning.
        return 1


@signals.worker_process_init.connect
def _begin(**_arguments):
    leases.desk()


@signals.task_postrun.connect
def _clean(task=None, **_arguments):
    if isinstance(task, MemoryTask) and task.memory is not None:
        leases.desk().clean()
