# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tasks of Dask that begin when their memory is there.

    client.register_worker_plugin(dask_plugin.Leases())
    with dask.annotate(memory="150 MiB"):
        future = client.submit(parse, path)

Tasks with that annotation take a lease of it while they run; 0 has it learned. A thread of
the worker waits for it, and results that the worker keeps are left to Dask's own limit.
"""

import concurrent.futures
import contextlib
import inspect
import threading
import time

from dask.utils import key_split
from distributed import Reschedule, WorkerPlugin, get_worker
from distributed.threadpoolexecutor import ThreadPoolExecutor
from gi.repository import GLib

import leases

TOPIC = "leases"

# Seconds until a task is tried again that could not begin.
PAUSE = 1

SETTLE_MS = 500

_HERE = threading.local()


def checkpoint():
    """Says how much the calling task holds, and where others need that ends it: it is run
    again later."""
    lease = getattr(_HERE, "lease", None)
    if lease is None:
        return
    lease.measure()
    if lease.ending:
        raise Reschedule()


def register(name, size, reclaim):
    """Has reclaim(resource, target) called when memory is short in the worker of the calling
    task, which it may keep something in. Returns the resource."""
    return get_worker().plugins[Leases.name].desk.register(name, size, reclaim)


def _raise(error):
    raise error


class LeasingThreadPoolExecutor(ThreadPoolExecutor):
    """The threads of a worker, which wait for a lease before they begin what wants one. Only
    what is called a ThreadPoolExecutor is told the key of the task by Dask."""

    def __init__(self, plugin, n_threads):
        super().__init__(n_threads, thread_name_prefix="Dask-Default-Threads")
        self._plugin = plugin

    def submit(self, apply, *args, **kwargs):
        key = dict(zip(inspect.signature(apply).parameters, args)).get("key")
        memory = self._plugin.declared(key)
        if memory is None:
            return super().submit(apply, *args, **kwargs)
        request = self._plugin.expect(key)
        return super().submit(self._plugin.run, request, key, memory, apply, *args, **kwargs)


class Leases(WorkerPlugin):
    """Has a worker restarted that keeps more than ``keep`` beside its results, if that is
    given and the worker has a nanny."""

    name = "leases"

    def __init__(self, keep=None):
        self._keep = leases.bytes_of(keep)
        self.desk = None
        # By the key of its task.
        self.waiting = {}

    def setup(self, worker):
        self._worker = worker
        self.desk = leases.Desk(kept=self._results)
        worker.executors["default"].shutdown(wait=False)
        worker.executors["default"] = LeasingThreadPoolExecutor(self, worker.state.nthreads)

    def teardown(self, worker):
        if self.desk is not None:
            self.desk.close()

    def transition(self, key, start, finish, **_more):
        # Dask would wait for its end, and drop that.
        request = self.waiting.get(key) if finish == "released" else None
        if request is not None:
            request.cancel()

    def declared(self, key):
        """What a task declares, or None."""
        task = self._worker.state.tasks.get(key)
        memory = (task.annotations or {}).get("memory") if task is not None else None
        return leases.bytes_of(memory)

    def expect(self, key):
        """A request that may be cancelled even before a thread begins to wait."""
        request = self.waiting[key] = leases.Request()
        return request

    def run(self, request, key, memory, apply, function, *args):
        """Calls apply(function, …), which tells Dask how long it took and what it raised."""
        try:
            lease = self._acquire(request, key, memory)
        except Exception as error:
            return apply(_raise, (error,), {}, *args[2:])
        with lease:
            _HERE.lease = lease
            try:
                return apply(function, *args)
            finally:
                _HERE.lease = None
                lease.measure()
                self._worker.log_event(TOPIC, {"key": key, "declared": memory,
                                               "memory": lease.memory, "peak": lease.peak})
                # Only then has Dask taken the result over.
                self.desk.invoke(self._clean, SETTLE_MS)

    def _acquire(self, request, key, memory):
        try:
            return self.desk.acquire(key_split(key), memory, request=request)
        except (leases.NoBudget, GLib.Error):
            time.sleep(PAUSE)
            raise Reschedule() from None
        except concurrent.futures.CancelledError:
            # If it is wanted again by now, it begins anew.
            raise Reschedule() from None
        finally:
            self.waiting.pop(key, None)

    def _results(self):
        data = self._worker.data
        fast = getattr(data, "fast", None)
        if fast is not None:
            return int(fast.total_weight)
        tasks = [self._worker.state.tasks.get(key) for key in list(data)]
        return sum(task.get_nbytes() for task in tasks if task is not None)

    def _clean(self):
        if self._keep is None or self.desk.held() <= self._keep or self.desk.n_leases > 0:
            return
        self.desk.clean()
        if self.desk.held() > self._keep and self._worker.nanny:
            self._worker.loop.add_callback(self._worker.close_gracefully, restart=True,
                                           reason="it stays large")
