# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What makes resources read like Python:

    manager.register_resource(Mgr.Resource("_cache_rows", 0, cache.shrink, cache.measure))
    group = manager.watch(model, rebuild={"temp_rows": model.load_rows})

What a function raises is in the step of the report, or in the error of a restore, as its
type and text.
"""

import functools
import inspect
import itertools
import sys
import weakref

from gi.repository import GLib, GObject

from ._MgrSizes import sizeof

MAX_SIZE = (1 << 64) - 1


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


# What does not keep an object alive

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


# What fails

def _told(error):
    if isinstance(error, GLib.Error):
        return error.message
    return f"{type(error).__name__}: {error}"


def _refuse_awaitable(answer):
    if not inspect.isawaitable(answer):
        return
    if inspect.iscoroutine(answer):
        answer.close()
    raise TypeError("the function returned something to await, and nobody awaits it here: "
                    "give a function that is done when it returns")


def _check_functions(**functions):
    for name, function in functions.items():
        if function is not None and not callable(function):
            raise TypeError("“%s” has to be a function, not %r" % (name, function))


def _careful_veto(veto):
    """A veto that fails keeps the resource: it did not say that it may go."""
    def ask(resource, level):
        try:
            return bool(veto(resource, level))
        except Exception:
            sys.excepthook(*sys.exc_info())
            return True
    return ask


def _override_resource(Mgr, tools):
    resource_class = Mgr.Resource
    new, set_size, set_limit = \
        resource_class.new, resource_class.set_size, resource_class.set_limit

    def to_bytes(answer):
        """The bytes that a function says it freed or brought back."""
        _refuse_awaitable(answer)
        size = int(tools.size(answer or 0))
        if not 0 <= size <= MAX_SIZE:
            raise ValueError("the function returned %d, which is no number of bytes" % size)
        return size

    def careful(function):
        """A handler whose failure is told of where its answer would be."""
        def call(resource, *arguments):
            try:
                return to_bytes(function(resource, *arguments))
            except Exception as error:
                resource.fail(_told(error))
                return 0
        return call

    def init(self, name=None, size=0, reclaim=None, measure=None, rebuild=None, veto=None,
             maintain=None, limit=0, **properties):
        """Make a resource that asks functions instead of signals.

        reclaim(resource, target) returns the bytes it freed, measure(resource) those it
        holds, rebuild(resource) those that it brought back, maintain(resource) those of what
        was of no use any more, each or None; veto(resource, level) returns whether to keep
        it now. Methods are held weakly: the resource leaves its cleaner when their object
        goes.
        """
        _check_functions(reclaim=reclaim, measure=measure, rebuild=rebuild, veto=veto,
                         maintain=maintain)
        GObject.Object.__init__(self, name=name, size=tools.size(size), limit=tools.size(limit),
                                **properties)
        reclaim, measure, rebuild, veto, maintain = \
            _own_weakly(self, (reclaim, measure, rebuild, veto, maintain))
        for signal, function in (("reclaim", reclaim), ("rebuild", rebuild),
                                 ("maintain", maintain)):
            if function is not None:
                self.connect(signal, careful(function))
        if measure is not None:
            self.connect("measure", lambda resource: tools.size(measure(resource) or 0))
        if veto is not None:
            self.connect("query-veto", _careful_veto(veto))

    resource_class.__init__ = init
    resource_class.access = _access
    resource_class.new = staticmethod(lambda name, size=0: new(name, tools.size(size)))
    resource_class.set_size = lambda self, size: set_size(self, tools.size(size))
    resource_class.set_limit = lambda self, limit: set_limit(self, tools.size(limit))
    tools.add_object_attributes(resource_class)
    _override_reclaimer(Mgr, tools, to_bytes)


def _override_reclaimer(Mgr, tools, to_bytes):
    """Have do_reclaim() of Python classes fail with an error that C can take."""
    def careful(do_reclaim):
        @functools.wraps(do_reclaim)
        def call(*arguments):
            try:
                return to_bytes(do_reclaim(*arguments))
            except Exception as error:
                if isinstance(error, GLib.Error):
                    raise
                raise GLib.Error(_told(error), tools.domain, Mgr.Error.FAILED) from None
        return call

    def init_subclass(cls, **options):
        super(Mgr.Reclaimer, cls).__init_subclass__(**options)
        if callable(vars(cls).get("do_reclaim")):
            cls.do_reclaim = careful(cls.do_reclaim)

    Mgr.Reclaimer.__init_subclass__ = classmethod(init_subclass)


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
        obj, resource = self._obj(), group.lookup(item)
        if obj is None or resource is None or item not in vars(obj):
            return 0
        size = resource.get_size()
        try:
            delattr(obj, item)
        except Exception as error:
            resource.fail(_told(error))
            return 0
        return size

    def _added(self, _group, item, resource):
        if item in self._rebuild:
            resource.connect("rebuild", self._restore, item)

    def _restore(self, resource, item):
        try:
            return self._build(item)
        except Exception as error:
            resource.fail(_told(error))
            return 0

    def _build(self, item):
        obj = self._obj()
        if obj is None:
            return 0
        value = self._rebuild[item]()
        _refuse_awaitable(value)
        if value is not None:
            setattr(obj, item, value)
        elif item not in vars(obj):
            raise ValueError("the function returned None, and has not set the attribute")
        return self._measure(None, item)


def _check_rebuild(rebuild):
    if not hasattr(rebuild, "items"):
        raise TypeError("“rebuild” has to be a dict of functions by the names of attributes, "
                        "not %r" % (rebuild,))
    _check_functions(**{f"rebuild[{name!r}]": function for name, function in rebuild.items()})


def _override_group(Mgr, tools):
    group_class = Mgr.ResourceGroup
    add, set_minimum_size = group_class.add, group_class.set_minimum_size

    def item_access(self, item):
        """``with group.access("rows"):`` pins an item."""
        resource = self.lookup(item)
        if resource is None:
            raise KeyError(item)
        return _Access(resource)

    group_class.access = item_access
    group_class.add = lambda self, item, size=0: add(self, item, tools.size(size))
    group_class.set_minimum_size = \
        lambda self, minimum_size: set_minimum_size(self, tools.size(minimum_size))
    tools.add_object_attributes(group_class)


def _override_watch(Mgr, tools):
    def register_unique(manager, obj, name):
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

    def watch_attributes(self, obj, name=None, rebuild=None, minimum="4 KiB"):
        """Clean the attributes of an object: SAFE ones by default, CAUTIOUS ones by force.

        The rules tell them by their names; each is a resource NAME.ATTRIBUTE, and to clean
        one is to delete it. Those that hold less than the minimum are left alone: they are
        state rather than data. What rebuild has a function for comes back with
        manager.restore("NAME.ATTRIBUTE"); the function returns the value, or sets it. An
        attribute that is there again is not replaced.

        Returns the group of these resources. It does not keep the object alive, and goes
        with it.
        """
        if not hasattr(obj, "__dict__"):
            raise TypeError("%r has no attributes of its own to watch" % type(obj).__name__)
        _check_rebuild(rebuild or {})
        watch, minimum = _Watch(obj, rebuild or {}), tools.size(minimum)

        group = register_unique(self, obj, name)
        group.minimum_size = minimum
        watch.connect(group)
        if not isinstance(obj, GObject.Object):
            _leave_with(obj, group)
        group.update()
        return group

    watch_attributes.__name__ = "watch"
    Mgr.Manager.watch = watch_attributes


def override(Mgr, tools):
    _override_resource(Mgr, tools)
    _override_group(Mgr, tools)
    _override_watch(Mgr, tools)
