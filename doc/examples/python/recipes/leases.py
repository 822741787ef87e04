# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Leases of memory, from the program on the session bus that shares a budget out.

    with desk().acquire("parse", "150 MiB") as lease:
        ...

How much the process holds is told ten times a second while it has a lease. When memory is
short there, what was handed to ``desk().register()`` is cleaned, in a thread of the desk's.
"""

import concurrent.futures
import gc
import os
import threading

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Gio, GLib, Mgr

BUS_NAME = "org.example.Budget"
SCHEDULER = "org.libmgr.Scheduler1"
MANAGER = "org.libmgr.Manager1"

PERIOD_MS = 100
STRATEGIES = {
    "medium": Mgr.CleanupStrategy.LIGHT,
    "high": Mgr.CleanupStrategy.MODERATE,
    "critical": Mgr.CleanupStrategy.AGGRESSIVE,
    "emergency": Mgr.CleanupStrategy.EMERGENCY,
}

_PAGE = os.sysconf("SC_PAGE_SIZE")


# A wait for a lease, which another thread may cancel.
Request = concurrent.futures.Future


class NoBudget(Exception):
    """Nobody is there who would give a lease."""


def bytes_of(size):
    return Mgr.size_parse(size).out_bytes if isinstance(size, str) else size


def anonymous():
    """The bytes of this process that no file is behind."""
    with open("/proc/self/statm", encoding="ascii") as file:
        words = file.read().split()
    return (int(words[1]) - int(words[2])) * _PAGE


class Lease:
    """Memory that is ours until release()."""

    def __init__(self, desk, number, declared):
        self._desk = desk
        self.number = number
        self.declared = declared
        self.memory = 0
        self.peak = 0

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.release()

    @property
    def ending(self):
        """Whether the work should end now, as others need its memory."""
        return self._desk.is_ending(self.number)

    def measure(self):
        """Tells how much it takes now. Returns the bytes."""
        self._desk.measure()
        return self.memory

    def release(self):
        self._desk.release(self)


class Desk:
    """Where one process gets its leases. ``kept`` says how many bytes it holds that belong
    to no lease; what it holds when the desk is made does not either."""

    def __init__(self, kept=lambda: 0):
        address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SESSION)
        self.connection = Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self._kept = kept
        self._base = anonymous()
        self._lock = threading.Lock()
        self._leases = {}
        self._ending = set()
        self._requests = set()
        self._closed = False
        self._context = GLib.MainContext()
        self._loop = GLib.MainLoop(self._context)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="leases", daemon=True)
        self._thread.start()
        ready.wait()

    def held(self):
        """How much this process has grown by, in bytes, less what is kept."""
        return max(0, anonymous() - self._base - self._kept())

    @property
    def n_leases(self):
        return len(self._leases)

    def acquire(self, name, memory, request=None, **options):
        """Waits until work of a name may begin, or until the request is cancelled. 0 bytes are
        learned from earlier ones of that name; the options are those of Acquire, as variants.
        Raises a MemoryError for what can never fit, and NoBudget where nobody is to be asked."""
        declared = bytes_of(memory)
        request = request or Request()
        with self._lock:
            self._check_open()
            self._requests.add(request)
        arguments = GLib.Variant("(sta{sv})", (name, declared, options))
        self.invoke(lambda: request.cancelled()
                    or self._call("Acquire", arguments, self._answered, request))
        try:
            number = request.result()
        except GLib.Error as error:
            raise self._explain(error) from None
        except BaseException:
            # A time limit, say. An answer that comes later is sent back.
            if not request.cancel() and request.exception() is None:
                self._send_back(request.result())
            raise
        finally:
            with self._lock:
                self._requests.discard(request)
        return self._take(number, declared)

    def is_ending(self, number):
        with self._lock:
            return number in self._ending

    def measure(self):
        """Tells how much the leases take. They share what the process holds by what they
        declared, as nobody can tell whose a page is."""
        held = self.held()
        with self._lock:
            leases = list(self._leases.values())
        total = sum(lease.declared for lease in leases)
        for lease in leases:
            lease.memory = held * lease.declared // total if total else held // len(leases)
            lease.peak = max(lease.peak, lease.memory)
            self._call("ReportMemory", GLib.Variant("(tt)", (lease.number, lease.memory)))

    def release(self, lease):
        with self._lock:
            self._leases.pop(lease.number, None)
            self._ending.discard(lease.number)
        self._send_back(lease.number)

    def register(self, name, size, reclaim, safety=Mgr.Safety.SAFE):
        """Has reclaim(resource, target) called when memory is short, in the thread of the
        desk's: that of the work is busy just then. Returns the resource."""
        made = Request()
        self._check_open()

        def make():
            try:
                resource = Mgr.Resource(name, size, safety=safety, reclaim=reclaim)
                self._manager.register_resource(resource)
                made.set_result(resource)
            except Exception as error:
                made.set_exception(error)

        self.invoke(make)
        return made.result()

    def clean(self, strategy=Mgr.CleanupStrategy.LIGHT):
        """Cleans what is registered. Does nothing where that is being done."""
        gc.collect()
        try:
            self._manager.cleanup(strategy)
        except GLib.Error as error:
            if not error.matches(Mgr.Error.quark(), Mgr.Error.BUSY):
                raise

    def invoke(self, called, delay_ms=0):
        """Calls it in the thread of the desk."""
        def once(*_data):
            called()
            return GLib.SOURCE_REMOVE

        source = GLib.Timeout(delay_ms)
        source.set_callback(once)
        source.attach(self._context)

    def close(self):
        """Gives up waiting, and gives all leases back: they end with the connection."""
        with self._lock:
            self._closed = True
            requests = list(self._requests)
        for request in requests:
            request.cancel()
        self.invoke(self._loop.quit)
        self._thread.join()
        if not self.connection.is_closed():
            self.connection.close_sync()

    def _check_open(self):
        if self._closed:
            raise NoBudget("The desk is closed")

    def _run(self, ready):
        self._context.push_thread_default()
        self._manager = Mgr.Manager()
        self._subscribe(SCHEDULER, "LeaseEnding", self._told_to_end)
        self._subscribe(MANAGER, "PressureChanged", self._pressed)
        timer = GLib.Timeout(PERIOD_MS)
        timer.set_callback(self._tick)
        timer.attach(self._context)
        ready.set()
        self._loop.run()
        timer.destroy()
        self._context.pop_thread_default()

    def _subscribe(self, interface, signal, called):
        self.connection.signal_subscribe(BUS_NAME, interface, signal, None, None,
                                         Gio.DBusSignalFlags.NONE,
                                         lambda *arguments: called(*arguments[5].unpack()))

    def _tick(self, *_data):
        if self._leases:
            self.measure()
        return GLib.SOURCE_CONTINUE

    def _told_to_end(self, number):
        # It may come before the lease is known here.
        with self._lock:
            self._ending.add(number)

    def _pressed(self, level, _sample):
        if level in STRATEGIES:
            self.clean(STRATEGIES[level])

    def _call(self, method, arguments, answered=None, *data):
        self.connection.call(BUS_NAME, "/org/libmgr/Scheduler", SCHEDULER, method, arguments, None,
                             Gio.DBusCallFlags.NO_AUTO_START, GLib.MAXINT, None, answered, *data)

    def _answered(self, connection, result, request):
        wanted = request.set_running_or_notify_cancel()
        try:
            number, = connection.call_finish(result).unpack()
        except GLib.Error as error:
            if wanted:
                request.set_exception(error)
            return
        if wanted:
            request.set_result(number)
        else:
            self._send_back(number)

    def _send_back(self, number):
        self._call("Release", GLib.Variant("(t)", (number,)))

    def _take(self, number, declared):
        lease = Lease(self, number, declared)
        with self._lock:
            self._leases[number] = lease
        return lease

    @staticmethod
    def _explain(error):
        remote = Gio.DBusError.get_remote_error(error) or ""
        text = error.message.removeprefix(f"GDBus.Error:{remote}: ")
        if remote == "org.libmgr.Error.Infeasible":
            return MemoryError(text)
        if remote.startswith("org.libmgr.Error."):
            return ValueError(text)
        return NoBudget(f"Nobody shares a budget out as {BUS_NAME}: run budget.py on the session "
                        f"bus ({text})")


_DESKS = {}
_DESKS_LOCK = threading.Lock()


def desk():
    """The desk of this process. It is made when it is first asked for, so that a process may
    fork before, and again where the bus went away."""
    with _DESKS_LOCK:
        found = _DESKS.get(os.getpid())
        if found is not None and not found.connection.is_closed():
            return found
        if found is not None:
            found.close()
        _DESKS[os.getpid()] = made = Desk()
        return made
