# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What makes Mgr read like Python: sizes as text, ``with``, ``await``, MemoryError.

The classes stay those of the typelib; methods get defaults and take more kinds
of arguments, but none changes its signature. Wherever a size is asked for, an
int of bytes or a text such as "1.5 GiB" will do; wherever a component is asked
for by path, the component itself will do. Every property of an object, and
every getter of a record, is also an attribute: ``component.used``,
``allocation.size``, ``report.claimed``.
"""

import types

from gi.repository import Gio, GLib, GObject

from ..module import get_introspection_module
from . import (
    _mgr_cache_tier, _mgr_caches, _mgr_model, _mgr_pool, _mgr_pool_classic, _mgr_pool_object,
    _mgr_pool_ring, _mgr_pool_standard, _mgr_pool_tensor, _mgr_resources, _mgr_tasks)
from ._mgr_pending import PendingHold

Mgr = get_introspection_module("Mgr")

__all__ = []

DEFAULT = Mgr.PRIORITY_DEFAULT
MODERATE = Mgr.CleanupStrategy.MODERATE
USUAL_SIGNAL = -1


class BudgetError(GLib.Error, MemoryError):
    """A request that does not fit: a MemoryError, and the GLib.Error it came as."""


BudgetError.__module__ = Mgr.__name__
__all__.append("BudgetError")

_DOMAIN = GLib.quark_to_string(Mgr.Error.quark())
_REFUSALS = (Mgr.Error.NO_BUDGET, Mgr.Error.INFEASIBLE)


def _refined(error):
    """The BudgetError for a refusal; any other error as it is."""
    if error.domain == _DOMAIN and error.code in _REFUSALS:
        return BudgetError(error.message, error.domain, error.code)
    return error


def _size(size):
    return Mgr.size_parse(size).out_bytes if isinstance(size, str) else size


def _path(component):
    return component.get_path() if isinstance(component, Mgr.Component) else component


def _charge(function, *arguments):
    try:
        return function(*arguments)
    except GLib.Error as error:
        raise _refined(error) from None


# Allocations

def _allocation_enter(self):
    return self


def _allocation_exit(self, *_exception):
    if not self.is_released():
        self.release()


_allocation_resize = Mgr.Allocation.resize


def _resize(self, size):
    return _charge(_allocation_resize, self, _size(size))


Mgr.Allocation.__enter__ = _allocation_enter
Mgr.Allocation.__exit__ = _allocation_exit
Mgr.Allocation.resize = _resize


class PendingAllocation(PendingHold):
    """A request of Manager.allocate_async() that waits its turn.

    ``await`` it for the allocation, or let ``async with`` release that at the
    end of the block. Where the task that waits is cancelled, so is the request.
    """

    def _finish(self, manager, result):
        return manager.allocate_finish(result)


# Components

_component_allocate = Mgr.Component.allocate
_component_reserve = Mgr.Component.reserve
_component_set_budget = Mgr.Component.set_budget
_component_set_guaranteed = Mgr.Component.set_guaranteed


# What is called for every allocation converts nothing before it has to: an int,
# and a path, are the rule.

def _allocate_from_component(self, size, description=None, priority=DEFAULT, tags=None):
    try:
        return _component_allocate(self, size, description, priority, tags)
    except TypeError:
        return _charge(_component_allocate, self, _size(size), description, priority, tags)
    except GLib.Error as error:
        raise _refined(error) from None


def _reserve(self, size):
    try:
        return _component_reserve(self, size)
    except TypeError:
        return _charge(_component_reserve, self, _size(size))
    except GLib.Error as error:
        raise _refined(error) from None


def _set_budget(self, budget):
    return _component_set_budget(self, _size(budget))


def _set_guaranteed(self, guaranteed):
    return _component_set_guaranteed(self, _size(guaranteed))


Mgr.Component.allocate = _allocate_from_component
Mgr.Component.reserve = _reserve
Mgr.Component.set_budget = _set_budget
Mgr.Component.set_guaranteed = _set_guaranteed


# Manager

_manager_new = Mgr.Manager.new
_manager_add_component = Mgr.Manager.add_component
_manager_allocate = Mgr.Manager.allocate
_manager_allocate_adaptive = Mgr.Manager.allocate_adaptive
_manager_allocate_with_fallback = Mgr.Manager.allocate_with_fallback
_manager_allocate_async = Mgr.Manager.allocate_async
_manager_allocate_finish = Mgr.Manager.allocate_finish
_manager_list_allocations = Mgr.Manager.list_allocations
_manager_remove_component = Mgr.Manager.remove_component
_manager_set_total_budget = Mgr.Manager.set_total_budget
_manager_cleanup = Mgr.Manager.cleanup
_manager_set_emergency_reserve = Mgr.Manager.set_emergency_reserve
_manager_set_emergency_signal = Mgr.Manager.set_emergency_signal


def _manager_init(self, total_budget=0, **properties):
    GObject.Object.__init__(self, total_budget=_size(total_budget), **properties)


def _new(total_budget=0):
    return _manager_new(_size(total_budget))


def _component(manager, component):
    """The component of a path, or the component itself."""
    if not isinstance(component, str):
        return component

    found = manager.lookup_component(component)
    if found is None:
        raise GLib.Error("There is no component “%s”: add it first" % component,
                         _DOMAIN, Mgr.Error.NOT_FOUND)
    return found


def _add_component(self, name, budget=0, parent=None):
    return _manager_add_component(self, name, _size(budget), _component(self, parent))


def _remove_component(self, component):
    return _manager_remove_component(self, _component(self, component))


def _set_total_budget(self, total_budget):
    return _manager_set_total_budget(self, _size(total_budget))


def _allocate(self, component, size, description=None, priority=DEFAULT, tags=None):
    try:
        return _manager_allocate(self, component, size, description, priority, tags)
    except TypeError:
        return _charge(_manager_allocate, self, _path(component), _size(size),
                       description, priority, tags)
    except GLib.Error as error:
        raise _refined(error) from None


def _allocate_adaptive(self, component, size, description=None, priority=DEFAULT, tags=None,
                       minimum=0):
    return _charge(_manager_allocate_adaptive, self, _path(component), _size(size),
                   description, priority, tags, _size(minimum))


def _allocate_with_fallback(self, component, primary, fallback, description=None,
                            priority=DEFAULT, tags=None):
    return _charge(_manager_allocate_with_fallback, self, _path(component), _size(primary),
                   _size(fallback), description, priority, tags)


def _allocate_async(self, component, size, description=None, priority=DEFAULT, tags=None,
                    timeout=0, cancellable=None, callback=None, *user_data):
    """Wait until it fits. With a callback as in C; without one, await what it returns.

    The timeout is in microseconds, 0 for none.
    """
    arguments = (self, _path(component), _size(size), description, priority, tags, timeout)
    if callback is not None:
        return _manager_allocate_async(*arguments, cancellable, callback, *user_data)

    pending = PendingAllocation(cancellable)
    _manager_allocate_async(*arguments, pending._cancellable, pending._finished)
    return pending


def _allocate_finish(self, result):
    return _charge(_manager_allocate_finish, self, result)


def _list_allocations(self, component=None, tag=None, offset=0, limit=0):
    return _manager_list_allocations(self, _path(component), tag, offset, limit)


def _cleanup(self, strategy=MODERATE, force=False, safe_mode=True, allow_protected=False):
    if allow_protected:
        return self.get_cleaner().cleanup(strategy, force, safe_mode, allow_protected)
    return _manager_cleanup(self, strategy, force, safe_mode)


def _set_emergency_reserve(self, emergency_reserve):
    return _manager_set_emergency_reserve(self, _size(emergency_reserve))


def _set_emergency_signal(self, signum=USUAL_SIGNAL):
    return _manager_set_emergency_signal(self, signum)


Mgr.Manager.__init__ = _manager_init
Mgr.Manager.new = staticmethod(_new)
Mgr.Manager.add_component = _add_component
Mgr.Manager.remove_component = _remove_component
Mgr.Manager.set_total_budget = _set_total_budget
Mgr.Manager.allocate = _allocate
Mgr.Manager.allocate_adaptive = _allocate_adaptive
Mgr.Manager.allocate_with_fallback = _allocate_with_fallback
Mgr.Manager.allocate_async = _allocate_async
Mgr.Manager.allocate_finish = _allocate_finish
Mgr.Manager.list_allocations = _list_allocations
Mgr.Manager.cleanup = _cleanup
Mgr.Manager.set_emergency_reserve = _set_emergency_reserve
Mgr.Manager.set_emergency_signal = _set_emergency_signal


# Cleanup

_cleaner_cleanup = Mgr.Cleaner.cleanup
_cleaner_plan = Mgr.Cleaner.plan
_cleaner_plan_bytes = Mgr.Cleaner.plan_bytes
_rules_insert = Mgr.ProtectionRules.insert


def _cleaner_cleanup_with_defaults(self, strategy=MODERATE, force=False, safe_mode=True,
                                   allow_protected=False):
    """Clean. With allow_protected, what was called PROTECTED by hand is cleaned too.

    Since that is nothing to get wrong, it is planned first, and fails with STALE_PLAN
    where the plan no longer holds when its turn comes.
    """
    if not allow_protected:
        return _cleaner_cleanup(self, strategy, force, safe_mode)

    flags = Mgr.CleanupFlags.ALLOW_PROTECTED
    if force:
        flags |= Mgr.CleanupFlags.FORCE
    if not safe_mode:
        flags |= Mgr.CleanupFlags.UNSAFE
    return self.execute(self.plan(strategy, flags))


def _plan(self, strategy=MODERATE, flags=Mgr.CleanupFlags.NONE):
    return _cleaner_plan(self, strategy, flags)


def _plan_bytes(self, target, strategy=MODERATE, flags=Mgr.CleanupFlags.NONE):
    return _cleaner_plan_bytes(self, _size(target), strategy, flags)


def _insert_rule(self, position, pattern, safety):
    # Python counts from the end as well.
    if position < 0:
        position = max(len(self.list_rules()) + position, 0)
    return _rules_insert(self, position, pattern, safety)


Mgr.Cleaner.cleanup = _cleaner_cleanup_with_defaults
Mgr.Cleaner.plan = _plan
Mgr.Cleaner.plan_bytes = _plan_bytes
Mgr.ProtectionRules.insert = _insert_rule


# Phases

class Phase:
    """A phase of Manager.phase(): ``report`` says, once it has ended, what it did to memory."""

    def __init__(self, manager, name):
        self._manager = manager
        self.name = name
        self.report = None

    def __enter__(self):
        self._manager.begin_phase(self.name)
        self.report = None
        return self

    def __exit__(self, *_exception):
        self.report = self._manager.end_phase(self.name)


def _phase(self, name):
    """``with manager.phase("training") as phase:`` begins a phase and ends it."""
    return Phase(self, name)


Mgr.Manager.phase = _phase


# Telling and being told of pressure

_pressure_watch_new = Mgr.PressureWatch.new
_pressure_notifier_new = Mgr.PressureNotifier.new


def _new_pressure_watch(path, request=None, clock=None):
    if isinstance(request, (bytes, bytearray)):
        request = GLib.Bytes.new(request)
    return _pressure_watch_new(path, request, clock)


def _new_pressure_notifier(monitor, directory, channel=Mgr.PressureChannel.FIFO):
    return _pressure_notifier_new(monitor, directory, channel)


Mgr.PressureWatch.new = staticmethod(_new_pressure_watch)
Mgr.PressureNotifier.new = staticmethod(_new_pressure_notifier)


# Configuration

_config_new_from_data = Mgr.Config.new_from_data


def _new_config_from_data(data, name="text"):
    return _config_new_from_data(data.encode() if isinstance(data, str) else data, name)


def _config_keys(_self):
    return Mgr.Config.list_keys()


def _config_iter(self):
    return iter(self.keys())


def _config_getitem(self, key):
    if Mgr.Config.describe_key(key) is None:
        raise KeyError(key)
    return self.get_value(key).unpack()


Mgr.Config.new_from_data = staticmethod(_new_config_from_data)
Mgr.Config.keys = _config_keys
Mgr.Config.__iter__ = _config_iter
Mgr.Config.__getitem__ = _config_getitem


# Journal

_journal_add = Mgr.Journal.add
_journal_list = Mgr.Journal.list

# What a detail may be, and as what it is kept; bool before int, which it is as well.
_DETAIL_TYPES = ((bool, "b"), (int, "x"), (float, "d"), (str, "s"), ((list, tuple), "as"))


def _detail(value):
    if isinstance(value, GLib.Variant):
        return value
    for kind, signature in _DETAIL_TYPES:
        if isinstance(value, kind):
            return GLib.Variant(signature, value)
    raise TypeError("A detail is a bool, int, float, str, list of str or GLib.Variant, not %r"
                    % (value,))


def _add_to_journal(self, kind, severity, summary, details=None, cause=0):
    """Add an entry; details are a dict. Returns its number."""
    if isinstance(details, dict):
        details = GLib.Variant("a{sv}", {key: _detail(value) for key, value in details.items()})
    return _journal_add(self, kind, severity, summary, details, cause)


def _list_journal(self, kind=Mgr.JournalKind.ANY, limit=0):
    return _journal_list(self, kind, limit)


Mgr.Journal.add = _add_to_journal
Mgr.Journal.list = _list_journal


# Attributes

def _add_record_attributes(record):
    for name in [name for name in vars(record) if name.startswith("get_")]:
        setattr(record, name[len("get_"):], property(getattr(record, name)))


def _property_of(cls, name, pspec):
    getter, setter = getattr(cls, "get_" + name, None), getattr(cls, "set_" + name, None)
    may_change = pspec.flags & GObject.ParamFlags.WRITABLE \
        and not pspec.flags & GObject.ParamFlags.CONSTRUCT_ONLY

    if getter is None:
        def getter(self):
            return self.get_property(name)
    if setter is None and may_change:
        def setter(self, value):
            self.set_property(name, value)
    return property(getter, setter)


def _add_object_attributes(cls):
    for pspec in cls.list_properties():
        name = pspec.name.replace("-", "_")
        if pspec.owner_type == cls.__gtype__ and not hasattr(cls, name):
            setattr(cls, name, _property_of(cls, name, pspec))


for _record in (Mgr.Allocation, Mgr.CleanupPlan, Mgr.CleanupReport, Mgr.CleanupStep,
                Mgr.JournalEntry, Mgr.PhaseReport, Mgr.PressureForecast, Mgr.PressureReading,
                Mgr.PressureSample, Mgr.PressureTrace, Mgr.ProtectionRule, Mgr.ReclaimEstimate,
                Mgr.ReclaimRecord, Mgr.Report, Mgr.SchedulerStatistics, Mgr.TaskAttempt):
    _add_record_attributes(_record)

# Its other getters are told which key is meant.
Mgr.Config.files = property(Mgr.Config.get_files)
Mgr.Config.problems = property(Mgr.Config.get_problems)

for _class in (Mgr.BudgetSource, Mgr.CgroupSource, Mgr.Cleaner, Mgr.Component, Mgr.GpuSource,
               Mgr.HeapReclaimer, Mgr.Journal, Mgr.Manager, Mgr.MeminfoSource, Mgr.MemoryLimits,
               Mgr.PressureMonitor, Mgr.PressureNotifier, Mgr.PressureWatch, Mgr.ProcessExecutor,
               Mgr.PsiSource, Mgr.ReplaySource, Mgr.Scheduler,
               Mgr.SlurmExecutor, Mgr.SystemSource, Mgr.Task, Mgr.ThreadExecutor,
               Mgr.UnitExecutor):
    _add_object_attributes(_class)


# Parts that have a file of their own beside this one

_TOOLS = types.SimpleNamespace(
    add_object_attributes=_add_object_attributes, add_record_attributes=_add_record_attributes,
    charge=_charge, component=_component, domain=_DOMAIN, refined=_refined, size=_size)

for _part in (_mgr_pool, _mgr_pool_standard, _mgr_pool_tensor, _mgr_pool_ring, _mgr_pool_object,
              _mgr_pool_classic, _mgr_caches, _mgr_cache_tier, _mgr_model,
              _mgr_resources, _mgr_tasks):
    _part.override(Mgr, _TOOLS)
