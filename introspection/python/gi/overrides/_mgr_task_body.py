# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What runs of a task that is a function of Python's, and how it tells its end."""

import asyncio
import atexit
import concurrent.futures
import inspect
import os
import threading
import traceback

from gi.repository import Gio, GLib, GObject

_HERE = threading.local()

# How many functions run, and the schedulers (as weak references) that may start more.
_STATE = threading.Condition()
_RUNNING = []
_SCHEDULERS = {}

_GIVEN_UP = (asyncio.CancelledError, concurrent.futures.CancelledError)
_IO_DOMAIN = GLib.quark_to_string(Gio.io_error_quark())


def know(scheduler):
    """The scheduler has tasks that are Python's."""
    with _STATE:
        _SCHEDULERS.setdefault(hash(scheduler), scheduler.weak_ref())


@atexit.register
def _end():
    """As pools of threads do, the program waits at its end for what runs: a thread must not
    come back from C to a Python that is gone. What waits is not started any more."""
    with _STATE:
        schedulers = list(_SCHEDULERS.values())
    for reference in schedulers:
        scheduler = reference()
        if scheduler is not None:
            scheduler.pause()
    with _STATE:
        _STATE.wait_for(lambda: not _RUNNING)


def current_task():
    """The task that the calling function is, or None where it is none."""
    return getattr(_HERE, "task", None)


def checkpoint(progress=None, message=None, memory=None):
    """Tells how far the task is, and how many bytes it holds, and raises a CancelledError
    where it should end now: it was cancelled, or others need its memory. The latter is run
    again later. Does nothing outside of tasks."""
    task = current_task()
    if task is None:
        return
    if progress is not None:
        task.set_progress(progress, message)
    if memory is not None:
        task.report_memory(memory)
    if task.should_yield():
        raise concurrent.futures.CancelledError(f"“{task.get_name()}” was asked to end")


async def _cancel_with(coroutine, cancellable):
    """Awaits a coroutine, which is cancelled as its task is."""
    inner = asyncio.ensure_future(coroutine)
    loop = asyncio.get_running_loop()
    handler = cancellable.connect(lambda *_: loop.call_soon_threadsafe(inner.cancel))
    try:
        return await inner
    finally:
        cancellable.disconnect(handler)


def _place(error):
    """Where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""


class Body:
    """A function and its arguments, which go once it has got done: the scheduler lists
    tasks for a while after their end."""

    def __init__(self, Mgr, func, args, kwargs):
        if not callable(func):
            raise TypeError(f"A task calls a function, and {func!r} is none")
        self._Mgr = Mgr
        self._call = (func, args, kwargs)

    def _run(self, cancellable):
        func, args, kwargs = self._call
        value = func(*args, **kwargs)
        if inspect.iscoroutine(value):
            value = asyncio.run(_cancel_with(value, cancellable))
        return value

    def _tell(self, error):
        """The error as which C hears of an exception."""
        if isinstance(error, GLib.Error):
            return GLib.Error(error.message, error.domain, error.code)
        text = f"{type(error).__name__}: {error}{_place(error)}"
        if isinstance(error, _GIVEN_UP):
            return GLib.Error(text, _IO_DOMAIN, Gio.IOErrorEnum.CANCELLED)
        code = self._Mgr.Error.NO_BUDGET if isinstance(error, MemoryError) \
            else self._Mgr.Error.FAILED
        return GLib.Error(text, GLib.quark_to_string(self._Mgr.Error.quark()), code)

    def __call__(self, task, cancellable, *_user_data):
        _HERE.task = task
        told = None
        with _STATE:
            _RUNNING.append(self)
        try:
            task.set_result(GObject.Value(GObject.TYPE_PYOBJECT, self._run(cancellable)))
        except BaseException as error:
            # SystemExit as well: a task does not end the program.
            told = self._tell(error)
        finally:
            _HERE.task = None
            with _STATE:
                _RUNNING.remove(self)
                _STATE.notify_all()
        if told is not None:
            raise told
        self._call = None
        return True
