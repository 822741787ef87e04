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

import inspect
import itertools
import sys
import types
import weakref

from gi.repository import Gio, GLib, GObject

from ..module import get_introspection_module
from . import (
    _mgr_cache_tier, _mgr_caches, _mgr_model, _mgr_pool, _mgr_pool_classic, _mgr_pool_object,
    _mgr_pool_ring, _mgr_pool_standard, _mgr_pool_tensor, _mgr_tasks)
from ._MgrSizes import sizeof
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
_resource_new = Mgr.Resource.new
_resource_set_size = Mgr.Resource.set_size
_resource_set_limit = Mgr.Resource.set_limit
_group_set_minimum_size = Mgr.ResourceGroup.set_minimum_size
_group_add = Mgr.ResourceGroup.add
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


class _Access:
    """A pin for the length of a block."""

    def __init__(self, resource):
        self._resource = resource

    def __enter__(self):
        self._resource.begin_access()
        return self._resource

    def __exit__(self, *_exception):
        self._resource.end_access()


def _access(self):
    """``with resource.access():`` keeps every cleanup from touching the resource."""
    return _Access(self)


def _leave(reference):
    """Unregister what is referred to, if it is still there."""
    registered = reference()
    if registered is not None:
        registered.unregister()


def _leave_with(owner, registered):
    """Have a resource or a group leave its cleaner when its owner goes."""
    finalizer = weakref.finalize(owner, _leave, registered.weak_ref())
    finalizer.atexit = False


def _reference(owner):
    """What refers to an object and does not keep it alive.

    The Python side of a GObject may go before it does.
    """
    return owner.weak_ref() if isinstance(owner, GObject.Object) else weakref.ref(owner)


def _is_method(function):
    return inspect.ismethod(function) and not isinstance(function.__self__, type)


def _weak_method(function, missing=0):
    """A method as a function that does not keep its object alive."""
    reference, plain = _reference(function.__self__), function.__func__

    def call(*arguments):
        owner = reference()
        return missing if owner is None else plain(owner, *arguments)
    return call


def _own_weakly(resource, functions):
    """The functions, methods weakly; the resource goes with what those belong to."""
    owners = {id(function.__self__): function.__self__ for function in functions
              if _is_method(function)}

    for owner in owners.values():
        if isinstance(owner, GObject.Object):
            resource.bind_object(owner)
        else:
            _leave_with(owner, resource)
    return [_weak_method(function) if _is_method(function) else function
            for function in functions]


def _careful_veto(veto):
    """A veto that fails keeps the resource: it did not say that it may go."""
    def ask(resource, level):
        try:
            return bool(veto(resource, level))
        except Exception:
            sys.excepthook(*sys.exc_info())
            return True
    return ask


def _resource_init(self, name=None, size=0, reclaim=None, measure=None, rebuild=None, veto=None,
                   maintain=None, limit=0, **properties):
    """Make a resource that asks functions instead of signals.

    reclaim(resource, target) returns the bytes it freed, measure(resource) those it
    holds, rebuild(resource) those that it brought back, maintain(resource) those of what
    was of no use any more, each or None; veto(resource, level) returns whether to keep
    it now. Methods are held weakly: the resource leaves its cleaner when their object
    goes.
    """
    GObject.Object.__init__(self, name=name, size=_size(size), limit=_size(limit), **properties)
    reclaim, measure, rebuild, veto, maintain = \
        _own_weakly(self, (reclaim, measure, rebuild, veto, maintain))
    if reclaim is not None:
        self.connect("reclaim", lambda resource, target: _size(reclaim(resource, target) or 0))
    if measure is not None:
        self.connect("measure", lambda resource: _size(measure(resource) or 0))
    if rebuild is not None:
        self.connect("rebuild", lambda resource: _size(rebuild(resource) or 0))
    if maintain is not None:
        self.connect("maintain", lambda resource: _size(maintain(resource) or 0))
    if veto is not None:
        self.connect("query-veto", _careful_veto(veto))


def _new_resource(name, size=0):
    return _resource_new(name, _size(size))


def _set_size(self, size):
    _resource_set_size(self, _size(size))


def _set_limit(self, limit):
    _resource_set_limit(self, _size(limit))


def _set_minimum_size(self, minimum_size):
    _group_set_minimum_size(self, _size(minimum_size))


def _add_item(self, item, size=0):
    return _group_add(self, item, _size(size))


def _item_access(self, item):
    """``with group.access("rows"):`` pins an item."""
    resource = self.lookup(item)
    if resource is None:
        raise KeyError(item)
    return _Access(resource)


def _insert_rule(self, position, pattern, safety):
    # Python counts from the end as well.
    if position < 0:
        position = max(len(self.list_rules()) + position, 0)
    return _rules_insert(self, position, pattern, safety)


Mgr.Cleaner.cleanup = _cleaner_cleanup_with_defaults
Mgr.Cleaner.plan = _plan
Mgr.Cleaner.plan_bytes = _plan_bytes
Mgr.ProtectionRules.insert = _insert_rule
Mgr.Resource.__init__ = _resource_init
Mgr.Resource.access = _access
Mgr.Resource.new = staticmethod(_new_resource)
Mgr.Resource.set_limit = _set_limit
Mgr.Resource.set_size = _set_size
Mgr.ResourceGroup.access = _item_access
Mgr.ResourceGroup.add = _add_item
Mgr.ResourceGroup.set_minimum_size = _set_minimum_size


# Watching

def _is_name(name):
    try:
        return isinstance(name, str) and bool(name.encode())
    except UnicodeEncodeError:
        return False


class _Watch:
    """The attributes of an object as the items of a group. It keeps neither alive."""

    def __init__(self, obj, rebuild):
        self._obj = _reference(obj)
        self._rebuild = {name: _weak_method(function, None) if _is_method(function) else function
                         for name, function in rebuild.items()}

    def connect(self, group):
        group.connect("list-items", self._list)
        group.connect("item-size", self._measure)
        group.connect("drop-item", self._drop)
        group.connect("item-added", self._added)

    def _attributes(self):
        obj = self._obj()
        return {} if obj is None else vars(obj)

    def _list(self, _group):
        return [name for name in list(self._attributes()) if _is_name(name)]

    def _measure(self, _group, item):
        attributes = self._attributes()
        return sizeof(attributes[item]) if item in attributes else 0

    def _drop(self, group, item):
        obj = self._obj()
        if obj is None or item not in vars(obj):
            return 0
        size = group.lookup(item).get_size()
        delattr(obj, item)
        return size

    def _added(self, _group, item, resource):
        if item in self._rebuild:
            resource.connect("rebuild", lambda _resource: self._build(item))

    def _build(self, item):
        obj = self._obj()
        if obj is None:
            return 0
        value = self._rebuild[item]()
        if value is not None:
            setattr(obj, item, value)
        return self._measure(None, item)


def _register_unique(manager, obj, name):
    """A registered group, called as the class of the object if no name is given."""
    part_of = obj if isinstance(obj, GObject.Object) else None
    for number in itertools.count(1):
        chosen = name or type(obj).__name__ + ("-%d" % number if number > 1 else "")
        group = Mgr.ResourceGroup.new(chosen, part_of)
        try:
            manager.register_group(group)
            return group
        except GLib.Error as error:
            if name or not error.matches(Mgr.Error.quark(), Mgr.Error.EXISTS):
                raise


def _watch(self, obj, name=None, rebuild=None, minimum="4 KiB"):
    """Clean the attributes of an object: SAFE ones by default, CAUTIOUS ones by force.

    The rules tell them by their names; each is a resource NAME.ATTRIBUTE, and to clean
    one is to delete it. Those that hold less than the minimum are left alone: they are
    state rather than data. What rebuild has a function for comes back with
    manager.restore("NAME.ATTRIBUTE"); the function returns the value, or sets it.

    Returns the group of these resources. It does not keep the object alive, and goes
    with it.
    """
    if not hasattr(obj, "__dict__"):
        raise TypeError("%r has no attributes of its own to watch" % type(obj).__name__)
    watch = _Watch(obj, rebuild or {})

    group = _register_unique(self, obj, name)
    group.minimum_size = minimum
    watch.connect(group)
    if not isinstance(obj, GObject.Object):
        _leave_with(obj, group)
    group.update()
    return group


Mgr.Manager.watch = _watch


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
               Mgr.PsiSource, Mgr.ReplaySource, Mgr.Resource, Mgr.ResourceGroup, Mgr.Scheduler,
               Mgr.SlurmExecutor, Mgr.SystemSource, Mgr.Task, Mgr.ThreadExecutor,
               Mgr.UnitExecutor):
    _add_object_attributes(_class)


# Parts that have a file of their own beside this one

_TOOLS = types.SimpleNamespace(
    add_object_attributes=_add_object_attributes, add_record_attributes=_add_record_attributes,
    charge=_charge, component=_component, domain=_DOMAIN, refined=_refined, size=_size)

for _part in (_mgr_pool, _mgr_pool_standard, _mgr_pool_tensor, _mgr_pool_ring, _mgr_pool_object,
              _mgr_pool_classic, _mgr_caches, _mgr_cache_tier, _mgr_model,
              _mgr_tasks):
    _part.override(Mgr, _TOOLS)
