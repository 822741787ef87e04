# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The part of the override of Mgr that is about caches: they read like dictionaries."""

from gi.repository import GLib, GObject


# What PyGObject takes for an int by itself.
_INT_MAX = 0x7fffffff


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


def override(mgr):
    """Change the classes of the namespace."""
    key_types = {str: mgr.CacheKeyType.STRING, int: mgr.CacheKeyType.INT64,
                 bytes: mgr.CacheKeyType.BYTES}

    _override_weak_cache(mgr.WeakCache, key_types)
