# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What Python awaits of GLib's asynchronous functions.

Those answer in the main context of the thread that calls them. Where nobody iterates
that, a plain asyncio.run() does it while somebody awaits.
"""

import asyncio
import contextlib
import weakref

from gi.repository import Gio, GLib

# Seconds between two looks at a main context that nobody else iterates.
PAUSE = 0.02

_PUMPS = weakref.WeakKeyDictionary()


class _Pump:
    """Iterates the main context of a thread in its event loop, while somebody awaits."""

    def __init__(self):
        self._n_users = 0
        self._task = None

    def enter(self):
        self._n_users += 1
        if self._n_users == 1:
            self._task = asyncio.ensure_future(self._run())

    def leave(self):
        self._n_users -= 1
        if self._n_users == 0:
            self._task.cancel()

    async def _run(self):
        context = GLib.MainContext.ref_thread_default()
        while True:
            # Within a dispatch the loop of asyncio is one of GLib's.
            if GLib.main_depth() == 0 and context.acquire():
                try:
                    context.iteration(False)
                finally:
                    context.release()
            await asyncio.sleep(0 if context.pending() else PAUSE)


def _pump_of(loop):
    return _PUMPS.setdefault(loop, _Pump())


@contextlib.contextmanager
def pumping(loop):
    """Has the main context iterated for the length of a block."""
    pump = _pump_of(loop)
    pump.enter()
    try:
        yield
    finally:
        pump.leave()


class Pending:
    """A request that waits its turn, to be awaited.

    Where the task that waits is cancelled, so is the request.
    """

    def __init__(self, cancellable):
        self._cancellable = cancellable or Gio.Cancellable()
        self._loop = asyncio.get_running_loop()
        self._future = self._loop.create_future()
        self._pump = _pump_of(self._loop)
        self._pump.enter()
        self._future.add_done_callback(self._ended)

    def _ended(self, future):
        self._pump.leave()
        if future.cancelled():
            self._cancellable.cancel()

    def _finish(self, source, result):
        """What came of it, or a GLib.Error."""
        raise NotImplementedError

    def _discard(self, value):
        """Nobody waits for the value any more."""

    def _settle(self, value, error):
        if self._future.done():
            if error is None:
                self._discard(value)
        elif error is not None:
            self._future.set_exception(error)
        else:
            self._future.set_result(value)

    def _finished(self, source, result):
        try:
            self._deliver(self._finish(source, result), None)
        except GLib.Error as error:
            # The traceback would keep the result, and what was granted, alive.
            self._deliver(None, error.with_traceback(None))

    def _deliver(self, value, error):
        # The main context may be iterated by another thread than the loop's.
        try:
            self._loop.call_soon_threadsafe(self._settle, value, error)
        except RuntimeError:
            # The loop is closed, so that nobody waits any more.
            if error is None:
                self._discard(value)

    def cancel(self):
        """Withdraw the request. Returns whether it was still waiting."""
        return self._future.cancel()

    def __await__(self):
        return self._future.__await__()


class PendingHold(Pending):
    """A request for something that is to be released, which ``async with`` does."""

    _held = None

    def _discard(self, value):
        value.release()

    async def _enter(self):
        self._held = await self._future
        return self._held

    async def __aenter__(self):
        return await self._enter()

    async def __aexit__(self, *_exception):
        if not self._held.is_released():
            self._held.release()
