# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""How Python waits for tasks: blocking, and in asyncio.

Who awaits is answered at once, through a thread with a main context of its own. Beside
that signals are to be emitted, and functions called, in the main context of the program:
where nobody iterates that, a plain asyncio.run() does it while it awaits.
"""

import asyncio
import itertools
import threading

from gi.repository import Gio, GLib

from ._mgr_pending import pumping


class _Answers:
    """Hears of the end of tasks in a thread of its own, which runs while it waits for any."""

    def __init__(self):
        self._lock = threading.Lock()
        self._keys = itertools.count()
        self._waiting = {}
        self._context = None

    def wait(self, task, cancellable, answered):
        with self._lock:
            key = next(self._keys)
            self._waiting[key] = answered
            if self._context is None:
                self._context = GLib.MainContext()
                threading.Thread(target=self._run, args=(self._context,), name="mgr-answers",
                                 daemon=True).start()
            source = GLib.Idle()
            source.set_callback(self._ask, (task, cancellable, key))
            source.attach(self._context)

    def _ask(self, request):
        # A number and no object: gi forgets what belongs to a callback late, in any thread,
        # and two of them must not get in each other's way there.
        task, cancellable, key = request
        task.wait_async(cancellable, self._finished, key)
        return GLib.SOURCE_REMOVE

    def _finished(self, _task, _result, key):
        with self._lock:
            answered = self._waiting.pop(key)
        answered()

    def _ends(self):
        with self._lock:
            if self._waiting:
                return False
            self._context = None
            return True

    def _run(self, context):
        context.push_thread_default()
        while not self._ends():
            context.iteration(True)
        context.pop_thread_default()


_ANSWERS = _Answers()


def _check_submitted(task):
    if task.get_state().value_nick == "new":
        raise RuntimeError(f"Task “{task.get_name()}” was not submitted, so it would never end: "
                           "submit it first")


def _settle(future):
    if not future.done():
        future.set_result(None)


async def result_of(task):
    """Waits for a task without blocking. Where that is cancelled the task goes on."""
    _check_submitted(task)
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    cancellable = Gio.Cancellable()

    def answered():
        try:
            loop.call_soon_threadsafe(_settle, future)
        except RuntimeError:
            # The loop is closed, so that nobody waits any more.
            pass

    with pumping(loop):
        _ANSWERS.wait(task, cancellable, answered)
        try:
            await future
        except BaseException:
            cancellable.cancel()
            raise
    return task.result()


def iterate_until(task):
    """Blocks until a task is finished, however it ends. Whatever it needs the main context
    of this thread for is done meanwhile."""
    context = GLib.MainContext.ref_thread_default()
    finished = []

    _check_submitted(task)
    if not context.acquire():
        try:
            task.wait(None)
        except GLib.Error:
            # It is told to who asks for the result.
            pass
        return
    try:
        task.wait_async(None, lambda _task, _result: finished.append(True))
        while not finished:
            context.iteration(True)
    finally:
        context.release()
