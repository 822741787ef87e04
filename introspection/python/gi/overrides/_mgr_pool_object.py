# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What makes the pools of objects read like Python.

``Mgr.ObjectPool("parsers", max=4, create=Parser)`` calls a function for each object that is
to be made, and ``reset=`` one for each that comes back. ``with pool.lease() as parser:``,
``async with pool.lease_async() as parser:`` and ``await pool.lease_async()`` take one.

An object of Python's own that is no GObject travels in a Mgr.Held, and is unpacked by the
lease. What a function raises is in the text of the error that the request fails with.
"""

import functools
import sys

from gi.repository import GLib, GObject

from ._mgr_pending import PendingHold


class Held(GObject.Object):
    """What carries an object of Python's own through a pool."""

    __gtype_name__ = "MgrPythonHeld"

    def __init__(self, value):
        super().__init__()
        self.value = value


def _pack(value):
    return value if isinstance(value, GObject.Object) else Held(value)


def _unpack(value):
    return value.value if isinstance(value, Held) else value


def _creating(create):
    def handler(pool):
        try:
            value = create()
        except Exception as error:
            pool.fail_create(f"{type(error).__name__}: {error}")
            return None
        if value is None:
            pool.fail_create("the function that makes one returned None")
            return None
        return _pack(value)
    return handler


def _resetting(reset):
    """The object may be used again unless the function says False, or fails."""
    def handler(_pool, held):
        try:
            return reset(_unpack(held)) is not False
        except Exception:
            sys.excepthook(*sys.exc_info())
            return False
    return handler


def _check_idle_timeout(idle_timeout):
    if not 0 <= idle_timeout <= GLib.MAXINT64:
        raise ValueError(f"A time to live has 0 (for ever) to {GLib.MAXINT64} µs, not "
                         f"{idle_timeout}")
    return idle_timeout


def _saying_why(do_create, domain, code):
    """What gi would print and drop is an error for who asked."""
    @functools.wraps(do_create)
    def create(self):
        try:
            return do_create(self)
        except GLib.Error:
            raise
        except Exception as error:
            raise GLib.Error(f"{type(error).__name__}: {error}", domain, code) from None
    return create


class _Leased:
    """An object for the length of a block."""

    def __init__(self, pool):
        self._pool = pool
        self._lease = None

    def __enter__(self):
        self._lease = self._pool.acquire()
        return self._lease.object

    def __exit__(self, *_exception):
        if not self._lease.is_released():
            self._lease.release()


class PendingLease(PendingHold):
    """A request of ObjectPool.lease_async() that waits its turn.

    ``await`` it for the lease, or let ``async with`` give the object, and release it at the
    end of the block. Where the task that waits is cancelled, so is the request.
    """

    def _finish(self, pool, result):
        return pool.acquire_finish(result)

    async def __aenter__(self):
        return (await self._enter()).object


def _override_lease(lease):
    get_object = lease.get_object

    def leased(self):
        return _unpack(get_object(self))

    def leave(self, *_exception):
        if not self.is_released():
            self.release()

    lease.get_object = leased
    lease.object = property(leased)
    lease.__enter__ = leased
    lease.__exit__ = leave


def _override_requests(pool, tools):
    acquire, try_acquire, acquire_finish = pool.acquire, pool.try_acquire, pool.acquire_finish
    prepare = pool.prepare

    def take(self, cancellable=None):
        return tools.charge(acquire, self, cancellable)

    def lease_async(self, cancellable=None):
        """Wait for an object without blocking: await it, or ``async with`` it."""
        pending = PendingLease(cancellable)
        self.acquire_async(pending._cancellable, pending._finished)
        return pending

    def lease(self):
        """``with pool.lease() as parser:`` takes an object for the length of a block."""
        return _Leased(self)

    pool.acquire = take
    pool.try_acquire = lambda self: tools.charge(try_acquire, self)
    pool.acquire_finish = lambda self, result: tools.charge(acquire_finish, self, result)
    pool.prepare = lambda self, n_objects: tools.charge(prepare, self, n_objects)
    pool.lease = lease
    pool.lease_async = lease_async


def _override_subclasses(Mgr):
    pool = Mgr.ObjectPool

    def init_subclass(cls, **keywords):
        super(pool, cls).__init_subclass__(**keywords)
        if "do_create" in vars(cls):
            cls.do_create = _saying_why(cls.do_create, "mgr-error-quark", int(Mgr.Error.FAILED))

    pool.__init_subclass__ = classmethod(init_subclass)


def override(Mgr, tools):
    pool = Mgr.ObjectPool
    connect, new, set_limits = pool.connect, pool.new, pool.set_limits
    set_idle_timeout = pool.set_idle_timeout

    def init(self, name=None, component=None, max=0, create=None, reset=None, object_size=0,
             **properties):
        """Make a pool that calls create() for a new object and reset(object) for one that
        comes back; reset returns False for what cannot be used again.

        An idle_timeout is in microseconds, as the property is."""
        _check_idle_timeout(properties.get("idle_timeout", 0))
        GObject.Object.__init__(self, name=name, component=component, max=max,
                                object_size=tools.size(object_size), **properties)
        if create is not None:
            self.connect("create", _creating(create))
        if reset is not None:
            self.connect("reset", _resetting(reset))
        self.init(None)

    def new_with_factory(name, create, max, reset=None, component=None, object_size=0):
        """As the class is called, with the function first."""
        return Mgr.ObjectPool(name, component, max, create, reset, object_size)

    def new_pool(name, component=None, max=0, object_size=0):
        return new(name, component, max, tools.size(object_size))

    def connect_noticed(self, signal, *arguments):
        handler = connect(self, signal, *arguments)
        if signal.partition("::")[0] == "reset":
            self.set_resets(True)
        return handler

    def set_timeout(self, idle_timeout):
        set_idle_timeout(self, _check_idle_timeout(idle_timeout))

    pool.__init__ = init
    pool.set_idle_timeout = set_timeout
    pool.new = staticmethod(new_pool)
    pool.new_with_factory = staticmethod(new_with_factory)
    pool.connect = connect_noticed
    pool.set_limits = lambda self, min=0, max=0: set_limits(self, min, max)

    _override_subclasses(Mgr)
    _override_requests(pool, tools)
    _override_lease(Mgr.Lease)
    tools.add_object_attributes(pool)
