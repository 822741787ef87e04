# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The part of the override of Mgr that is about many values of a cache, and its second tier."""

import pickle

from gi.repository import GLib, GObject

# What pickle and its like raise for bytes that they did not write.
_UNREADABLE = (pickle.UnpicklingError, ValueError, EOFError, TypeError, AttributeError, LookupError,
               ImportError)


def _connect_codec(cache, codec):
    """Pickle, or whatever has loads() and dumps(), for what the library cannot write."""
    codec = pickle if codec == "pickle" else codec

    def encode(_cache, value):
        try:
            written = codec.dumps(value)
        except (pickle.PicklingError, TypeError, ValueError, AttributeError):
            return None
        return GLib.Bytes.new(written.encode() if isinstance(written, str) else written)

    def decode(_cache, written, terms):
        try:
            value = codec.loads(written.get_data())
        except _UNREADABLE:
            return False
        terms.set_value(GObject.Value(GObject.TYPE_PYOBJECT, value))
        return True

    cache.connect("encode", encode)
    cache.connect("decode", decode)


def _override_many(cls):
    def get_many(self, keys):
        """Get those values that are there, as a dictionary."""
        missing = object()
        found = ((key, self.get(key, missing)) for key in keys)
        return {key: value for key, value in found if value is not missing}

    def put_many(self, values, **terms):
        """Put all of a dictionary, on the same terms."""
        for key, value in values.items():
            self.put(key, value, **terms)

    def remove_many(self, keys):
        """Remove values, and get how many were there."""
        return sum(1 for key in keys if self.remove(key))

    cls.get_many, cls.put_many, cls.remove_many = get_many, put_many, remove_many


def override(mgr, _tools):
    """Change the classes of the namespace, after what caches are like else."""
    plain_init = mgr.Cache.__init__

    def init(self, *arguments, codec=None, **properties):
        plain_init(self, *arguments, **properties)
        if codec is not None:
            _connect_codec(self, codec)

    init.__doc__ = (plain_init.__doc__ or "") + """

        codec="pickle", or what has dumps() and loads() such as json, says how Python's objects
        are written for a store. Unpickling runs what the store says: it has to be trusted."""
    mgr.Cache.__init__ = init
    mgr.CacheStatistics.recalled = property(mgr.CacheStatistics.get_recalled)
    _override_many(mgr.Cache)
