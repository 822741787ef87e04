# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tasks for Celery, of which only so many run at once as there is memory for."""

import celery

import celery_worker

app = celery.Celery("tables", task_cls="celery_worker:MemoryTask")
celery_worker.prepare(app, keep="64 MiB")


@app.task(bind=True, memory="150 MiB")
def add_up(self, rows):
    table = bytearray(b"\1") * rows
    self.checkpoint()
    return sum(table[:: 1 << 20])
