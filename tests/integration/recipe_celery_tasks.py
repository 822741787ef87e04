# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the test of the recipe for Celery has done in the workers."""

import os
import signal
import time
from pathlib import Path

import celery
import celery_worker
import leases

MIB = 1 << 20
KEPT = []
CACHED = []

app = celery.Celery("test", task_cls="celery_worker:MemoryTask")
celery_worker.prepare(app, keep="64 MiB")


@app.task(bind=True, memory="150 MiB")
def large(self):
    """From when to when it ran, and where."""
    begun = time.monotonic()
    table = bytearray(b"\1") * (100 * MIB)
    self.checkpoint()
    return os.getpid(), begun, time.monotonic(), len(table)


@app.task(bind=True, memory="60 MiB")
def meet(self, folder, number, wanted):
    """Ends well only where so many run at once."""
    Path(folder, f"{number}").touch()
    end = time.monotonic() + 60
    while len(os.listdir(folder)) < wanted:
        if time.monotonic() > end:
            raise TimeoutError("the others never came")
        time.sleep(0.01)
    return os.getpid()


@app.task(bind=True, memory="300 MiB")
def never(self):
    return "ran"


@app.task(bind=True, memory="150 MiB")
def die(self):
    os.kill(os.getpid(), signal.SIGKILL)


@app.task(bind=True, memory="1 MiB", priority_class="urgent")
def misnamed(self):
    return "ran"


@app.task(bind=True, memory="150 MiB")
def fail(self):
    raise RuntimeError("as it should")


@app.task(bind=True, memory="150 MiB")
def leak(self):
    KEPT.append(bytearray(b"\1") * (100 * MIB))
    return os.getpid()


@app.task(bind=True, memory="150 MiB")
def cached(self):
    """Keeps as much, where a cleanup finds it."""
    CACHED.append(bytearray(b"\1") * (100 * MIB))
    leases.desk().register(f"temp_tables_{time.monotonic_ns()}", 100 * MIB,
                           lambda *_: CACHED.clear())
    return os.getpid()


@app.task(bind=True, memory="150 MiB")
def patient(self):
    """Works until it is asked to end; the next time it does not have to."""
    while not self.request.retries:
        self.checkpoint()
        time.sleep(0.02)
    return self.request.retries


@app.task(bind=True)
def free(self):
    self.checkpoint()
    return os.getpid()
