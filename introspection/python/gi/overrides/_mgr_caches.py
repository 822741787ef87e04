# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The part of the override of Mgr that is about caches: they read like dictionaries."""

import asyncio
import functools
import os
import sys

from gi.repository import GLib, GObject


# What PyGObject takes for an int by itself.
_INT_MAX = 0x7fffffff

_INT64_MIN, _INT64_MAX = -1 << 63, (1 << 63) - 1


def _as_key(key):
    if isinstance(key, (bytes, bytearray)):
        return GLib.Bytes.new(key)
    if isinstance(key, int) and not -_INT_MAX <= key <= _INT_MAX:
        return GObject.Value(GObject.TYPE_INT64, key)
    return key


def _with_key(method):
    """A method of a cache whose key may be bytes."""
    return lambda self, key, *arguments: method(self, _as_key(key), *arguments)


def _override_weak_cache(cls, key_types):
    plain_get = _with_key(cls.get)
    plain_remove = _with_key(cls.remove)
    plain_get_or_load = _with_key(cls.get_or_load)

    def init(self, key_type=str, **properties):
        """Make a cache whose keys are str, int or bytes."""
        GObject.Object.__init__(self, key_type=key_types.get(key_type, key_type), **properties)

    def get(self, key, default=None):
        value = plain_get(self, key)
        return default if value is None else value

    def getitem(self, key):
        value = plain_get(self, key)
        if value is None:
            raise KeyError(key)
        return value

    def delitem(self, key):
        if not plain_remove(self, key):
            raise KeyError(key)

    def get_or_load(self, key, loader, cancellable=None):
        """Get an object, made by loader(key) where it is not there."""
        failures = []

        def load(*_arguments):
            try:
                return loader(key)
            except BaseException as error:
                failures.append(error)
                return None

        try:
            return plain_get_or_load(self, key, load, cancellable)
        except GLib.Error:
            if failures:
                raise failures[0] from None
            raise

    cls.__init__ = init
    cls.get, cls.__getitem__ = get, getitem
    cls.put = cls.__setitem__ = _with_key(cls.put)
    cls.contains = cls.__contains__ = _with_key(cls.contains)
    cls.remove, cls.__delitem__ = plain_remove, delitem
    cls.get_or_load = get_or_load
    cls.__len__ = cls.get_n_entries
    cls.__bool__ = lambda _self: True


_MISSING = object()

# Values whose size the library knows, and which it hands back as they are.
_PLAIN = (str, GObject.Object, GLib.Variant, GLib.Bytes)

# Values that Python alone can measure.
_MEASURED = (type(None), bytes, bytearray, int, float, complex)


def _as_value(value):
    """What of a value is kept: Python's objects are kept as such.

    PyGObject does so by itself with those of which it knows no other type."""
    kind = type(value)
    if issubclass(kind, _PLAIN) or not (issubclass(kind, _MEASURED) or hasattr(kind, "__gtype__")):
        return value
    return GObject.Value(GObject.TYPE_PYOBJECT, value)


def _size_of(value):
    """The size of what Python alone can measure; None for what it cannot either."""
    return sys.getsizeof(value) if issubclass(type(value), _MEASURED) else None


# What is called for every value makes no call that it need not make.

def _make_terms(mgr, value, size=None, cost=0, ttl=-1, idle_ttl=-1, pinned=False, tags=()):
    size = _size_of(value) if size is None else size
    if size is None and cost == 0 and ttl == -1 and idle_ttl == -1 and not pinned and not tags:
        return None

    terms = mgr.CacheTerms.new()
    if size is not None:
        terms.set_size(size)
    if cost != 0:
        terms.set_cost(cost)
    if ttl != -1:
        terms.set_ttl(ttl)
    if idle_ttl != -1:
        terms.set_idle_ttl(idle_ttl)
    if pinned:
        terms.set_pinned(pinned)
    for tag in (tags,) if isinstance(tags, str) else tags:
        terms.add_tag(tag)
    return terms


def _memoize_key(function, arguments, named):
    """One text for one call, so that the keys of the cache are strings."""
    name = f"{function.__module__}.{function.__qualname__}"
    given = [repr(argument) for argument in arguments]
    given += [f"{key}={value!r}" for key, value in sorted(named.items())]
    return f"{name}({', '.join(given)})"


def _memoize_coroutine(cache, function, key_of, terms):
    """Calls that want the same at the same time await the same task."""
    flights = {}

    async def load(key, arguments, named):
        try:
            value = await function(*arguments, **named)
            cache.put(key, value, **terms)
            return value
        finally:
            del flights[key]

    @functools.wraps(function)
    async def call(*arguments, **named):
        key = key_of(function, arguments, named)
        value = cache.get(key, _MISSING)
        if value is not _MISSING:
            return value
        if key not in flights:
            flights[key] = asyncio.ensure_future(load(key, arguments, named))
        # Who stops waiting does not stop the others.
        return await asyncio.shield(flights[key])

    return call


def _memoize_function(cache, function, key_of, terms):
    @functools.wraps(function)
    def call(*arguments, **named):
        key = key_of(function, arguments, named)
        return cache.get_or_load(key, lambda _key: function(*arguments, **named), **terms)

    return call


def _add_key_kind(cls, key_types):
    """Of text and numbers it is known which call takes them as they are, at half the cost.

    What is no cache has no kind of keys, and the plain call refuses it."""
    kinds = {value: kind for kind, value in key_types.items()}
    cls._key_kind = functools.cached_property(lambda self: kinds[self.get_property("key_type")])
    cls._key_kind.__set_name__(cls, "_key_kind")


def _override_reading(cls):
    plain_get, plain_peek, get_text, get_number = cls.get, cls.peek, cls.get_string, cls.get_int64

    def look_up(self, key):
        """Get whether a value is there, and the value."""
        kind = type(key)
        if kind is not getattr(self, "_key_kind", None) or kind is bytes:
            return plain_get(self, _as_key(key))
        if kind is str:
            return get_text(self, key)
        return get_number(self, key) if _INT64_MIN <= key <= _INT64_MAX else plain_get(self, key)

    def get(self, key, default=None):
        if type(key) is str is getattr(self, "_key_kind", None):
            found, value = get_text(self, key)
        else:
            found, value = look_up(self, key)
        return value if found else default

    def peek(self, key, default=None):
        found, value = plain_peek(self, _as_key(key))
        return value if found else default

    def getitem(self, key):
        found, value = look_up(self, key)
        if not found:
            raise KeyError(key)
        return value

    def items(self):
        """Get the keys and values that are there at one time."""
        return [(_from_key(record.get_key()), record.get_value()) for record in self.list()]

    cls.look_up, cls.get, cls.peek, cls.items = look_up, get, peek, items
    cls.__getitem__ = getitem
    cls.contains = cls.__contains__ = _with_key(cls.contains)
    cls.keys = lambda self: [key for key, _value in self.items()]
    cls.values = lambda self: [value for _key, value in self.items()]
    cls.__iter__ = lambda self: iter(self.keys())
    cls.__len__ = cls.get_n_entries
    cls.__bool__ = lambda _self: True


def _override_writing(mgr, cls):
    plain_put, put_text, plain_remove = cls.put, cls.put_string, _with_key(cls.remove)

    def put(self, key, value, **terms):
        """Put a value: size, cost, ttl, idle_ttl, pinned and tags may be said of it."""
        made = _make_terms(mgr, value, **terms)
        if type(key) is str is getattr(self, "_key_kind", None):
            return put_text(self, key, _as_value(value), made)
        return plain_put(self, _as_key(key), _as_value(value), made)

    def setitem(self, key, value):
        put(self, key, value)

    def delitem(self, key):
        if not plain_remove(self, key):
            raise KeyError(key)

    def pop(self, key, default=_MISSING):
        value = self.peek(key, _MISSING)
        if plain_remove(self, key) and value is not _MISSING:
            return value
        if default is _MISSING:
            raise KeyError(key)
        return default

    cls.put, cls.remove, cls.pop = put, plain_remove, pop
    cls.__setitem__, cls.__delitem__ = setitem, delitem
    cls.set_pinned = _with_key(cls.set_pinned)


def _override_loading(mgr, cls):
    plain_get_or_load = _with_key(cls.get_or_load)

    def get_or_load(self, key, loader, cancellable=None, **terms):
        """Get a value, made by loader(key) where it is not there."""
        failures = []

        def load(_self, _key, result, *_arguments):
            try:
                value = loader(key)
                made = _make_terms(mgr, value, **terms)
            except BaseException as error:
                failures.append(error)
                return False
            if made is not None:
                result.assign(made)
            result.set_value(_as_value(value))
            return True

        try:
            return plain_get_or_load(self, key, load, cancellable)[1]
        except GLib.Error:
            if failures:
                raise failures[0] from None
            raise

    def memoize(self, function=None, *, key=_memoize_key, **terms):
        """Make a function, or a coroutine, remember what it gave for which arguments.

        key(function, arguments, named) gives another key than the text of the call."""
        def decorate(function):
            if asyncio.iscoroutinefunction(function):
                return _memoize_coroutine(self, function, key, terms)
            return _memoize_function(self, function, key, terms)

        return decorate if function is None else decorate(function)

    cls.get_or_load, cls.memoize = get_or_load, memoize


def _override_without_introspection(cls):
    """Put the extension in the place of what is called most, where there is one."""
    if os.environ.get("MGR_NO_PYTHON_EXTENSION"):
        return
    try:
        from . import _mgr_extension
    except ImportError:
        return
    _mgr_extension.override_cache(cls, _PLAIN, _MEASURED, sys.getsizeof)


def _override_cache(mgr, cls, key_types):
    def init(self, key_type=str, measure=None, **properties):
        """Make a cache whose keys are str, int or bytes.

        measure(value) says how many bytes a value takes whose size is not given."""
        GObject.Object.__init__(self, key_type=key_types.get(key_type, key_type), **properties)
        if measure is not None:
            self.connect("measure", lambda _self, value: measure(value))

    cls.__init__ = init
    _add_key_kind(cls, key_types)
    _override_reading(cls)
    _override_writing(mgr, cls)
    _override_loading(mgr, cls)
    _override_without_introspection(cls)


def _from_key(key):
    return key.get_data() if isinstance(key, GLib.Bytes) else key


def _add_attributes(mgr, tools):
    for record in (mgr.CacheRecord, mgr.CacheStoreStatistics, mgr.WeakCacheStatistics):
        tools.add_record_attributes(record)
    # Its other getters are told which cause is meant.
    for name in ("bytes", "entries", "eviction_age", "hit_ratio", "hits", "joins",
                 "load_failures", "load_time", "loads", "misses", "stale"):
        setattr(mgr.CacheStatistics, name, property(getattr(mgr.CacheStatistics, "get_" + name)))
    for cls in (mgr.Cache, mgr.RedisStore, mgr.SpillStore, mgr.WeakCache):
        tools.add_object_attributes(cls)


def override(mgr, tools):
    """Change the classes of the namespace."""
    key_types = {str: mgr.CacheKeyType.STRING, int: mgr.CacheKeyType.INT64,
                 bytes: mgr.CacheKeyType.BYTES}

    _override_weak_cache(mgr.WeakCache, key_types)
    _override_cache(mgr, mgr.Cache, key_types)
    _add_attributes(mgr, tools)
