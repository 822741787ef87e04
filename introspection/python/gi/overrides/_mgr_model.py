# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What makes models read like Python.

``Mgr.Model("ranker", load=read_ranker, size="1.2 GiB")`` calls a function when the model is
used for the first time; ``with model.use() as ranker:`` keeps it for the length of a block,
``with registry.use("ranker") as ranker:`` by name. ``Mgr.LazyModel(read_ranker)`` stands for
what the function returns: its attributes, calls and items are those of the object.

With ``in_thread=True`` the function is called in a thread of its own. An object of Python's own
that is no GObject travels in one; where somebody else keeps it after it was unloaded, and it can
be referred to weakly, it is found again. What the function raises is in the text of the error
that the use fails with.
"""

import sys
import weakref

from gi.repository import GLib, GObject

MICROSECONDS = 1_000_000


class Kept(GObject.Object):
    """What carries an object of Python's own: firmly while it is loaded, weakly after."""

    __gtype_name__ = "MgrPythonKept"

    def __init__(self, value):
        super().__init__()
        self._value = value
        self._reference = None
        self._finalizer = None

    def get(self):
        """The object, or None where it is gone."""
        if self._value is None and self._reference is not None:
            self._value = self._reference()
            self._finalizer.detach()
        return self._value

    def let_go(self):
        """Only others keep the object from now on, and this lives as long as it does."""
        try:
            self._reference = weakref.ref(self._value)
        except TypeError:
            return
        self._finalizer = weakref.finalize(self._value, lambda kept: None, self)
        self._finalizer.atexit = False
        self._value = None


def _pack(value):
    return value if isinstance(value, GObject.Object) else Kept(value)


def _unpack(value):
    return value.get() if isinstance(value, Kept) else value


def _loading(load):
    def handler(model):
        try:
            value = load()
        except Exception as error:
            model.fail_load(f"{type(error).__name__}: {error}")
            return None
        if value is None:
            model.fail_load("the function that loads it returned None")
            return None
        model._held = _pack(value)
        return model._held
    return handler


def _discarding(discard):
    def handler(_model, held):
        try:
            discard(_unpack(held))
        except Exception:
            sys.excepthook(*sys.exc_info())
    return handler


def _let_go(model):
    if model.is_loaded():
        return

    held, model._held = model._held, None
    if isinstance(held, Kept):
        held.let_go()


class LazyModel:
    """Stands for an object that is loaded when it is needed.

    Attributes, calls, items and operators of containers are forwarded, each as a use of its
    own. Whoever needs the object for longer says ``with lazy as model:``. The model itself is
    ``Mgr.LazyModel.model_of(lazy)``.
    """

    __slots__ = ("_lazy_model", "_lazy_uses", "__weakref__")

    def __init__(self, load, name=None, registry=None, **options):
        name = name or getattr(load, "__qualname__", type(load).__name__)
        model = LazyModel._model_class(name, load=load, **options)
        if registry is not None:
            registry.register(model)
        object.__setattr__(self, "_lazy_model", model)
        object.__setattr__(self, "_lazy_uses", [])

    @staticmethod
    def model_of(lazy):
        return object.__getattribute__(lazy, "_lazy_model")

    def __enter__(self):
        use = self._lazy_model.use()
        self._lazy_uses.append(use)
        return use.object

    def __exit__(self, *_exception):
        self._lazy_uses.pop().end()

    def __getattr__(self, name):
        with self._lazy_model.use() as value:
            return getattr(value, name)

    def __setattr__(self, name, attribute):
        with self._lazy_model.use() as value:
            setattr(value, name, attribute)

    def __call__(self, *arguments, **named):
        with self._lazy_model.use() as value:
            return value(*arguments, **named)

    def __getitem__(self, key):
        with self._lazy_model.use() as value:
            return value[key]

    def __len__(self):
        with self._lazy_model.use() as value:
            return len(value)

    def __contains__(self, item):
        with self._lazy_model.use() as value:
            return item in value

    def __iter__(self):
        with self._lazy_model.use() as value:
            yield from value

    def __bool__(self):
        return True

    def __repr__(self):
        model = self._lazy_model
        state = "loaded" if model.is_loaded() else "not loaded"
        return f"<LazyModel {model.get_name()}, {state}>"


def _override_use(use):
    get_object = use.get_object

    def used(self):
        return _unpack(get_object(self))

    def leave(self, *_exception):
        if not self.is_ended():
            self.end()

    use.get_held = get_object
    use.get_object = used
    use.object = property(used)
    use.__enter__ = used
    use.__exit__ = leave


def _override_model(Mgr, tools):
    model = Mgr.Model
    use, set_declared_size = model.use, model.set_declared_size
    get_held = Mgr.ModelUse.get_held

    def init(self, name, load=None, discard=None, size=0, component=None, in_thread=False,
             load_timeout=None, **properties):
        """Make a model that calls load() for the object, and discard(object) before it goes.

        A load_timeout is in seconds. With in_thread, both are called in any thread."""
        if load_timeout is not None:
            properties["load_timeout"] = max(int(load_timeout * MICROSECONDS), 1)
        self._held = None
        GObject.Object.__init__(self, name=name, component=component, thread_safe=in_thread,
                                declared_size=tools.size(size), **properties)
        self.connect("unloaded", _let_go)
        if load is not None:
            self.connect("load", _loading(load))
        if discard is not None:
            self.connect("discard", _discarding(discard))

    def use_found(self):
        """Pin the model: ``with model.use() as it:``, or end() what this returns."""
        while True:
            used = tools.charge(use, self)
            if used.object is not None:
                self._held = get_held(used)
                return used
            # What was found again has died before it could be referred to.
            used.end()
            self.unload()

    model.__init__ = init
    model.use = use_found
    model.set_declared_size = lambda self, size: set_declared_size(self, tools.size(size))


def _override_registry(Mgr, tools):
    registry = Mgr.ModelRegistry
    unload_unused, set_idle_timeout = registry.unload_unused, registry.set_idle_timeout

    def init(self, component=None, idle_timeout=None, **properties):
        """Make a registry; the idle_timeout is in seconds, 0 for ever."""
        GObject.Object.__init__(self, component=component, **properties)
        if idle_timeout is not None:
            set_idle_timeout(self, int(idle_timeout * MICROSECONDS))

    def add(self, name, load, **options):
        """Register a new model that load() loads, and return it."""
        model = Mgr.Model(name, load=load, **options)
        self.register(model)
        return model

    def use(self, name):
        """Pin a model by name: ``with registry.use("ranker") as ranker:``."""
        model = self.lookup(name)
        if model is None:
            raise GLib.Error(f"There is no model “{name}”: register it first",
                             tools.domain, Mgr.Error.NOT_FOUND)
        return model.use()

    registry.__init__ = init
    registry.add = add
    registry.use = use
    registry.unload_unused = lambda self, idle_time=0: unload_unused(self, idle_time)


def override(Mgr, tools):
    _override_use(Mgr.ModelUse)
    _override_model(Mgr, tools)
    _override_registry(Mgr, tools)
    LazyModel._model_class = Mgr.Model
    LazyModel.__module__ = Mgr.__name__
    Mgr.LazyModel = LazyModel
    tools.add_record_attributes(Mgr.ModelStatistics)
    tools.add_object_attributes(Mgr.Model)
    tools.add_object_attributes(Mgr.ModelRegistry)
