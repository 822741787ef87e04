# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What makes blocks read like Python: sizes as text, ``with``, memory without a copy.

``with pool.access(block) as memory:`` gives a memoryview that can be written to, and
``numpy.asarray(pool.view(block))`` an array of bytes of the same memory: as long as
anything of it is held, the block is pinned, and neither moves nor goes. NumPy is not
needed for anything else.
"""

import contextlib
import ctypes

from gi.repository import GObject

from ._mgr_pool import octets

NO_LIMIT = -1


def _override_view(Mgr, tools):
    view = Mgr.BlockView

    def memory(self):
        """The memory as a memoryview that can be written to, and holds the view."""
        octets = (ctypes.c_ubyte * self.get_size()).from_address(self.get_address())
        # What memoryview.obj leads to keeps the block where it is.
        octets.view = self
        return memoryview(octets).cast("B")

    def array_interface(self):
        return {"version": 3, "shape": (self.get_size(),), "typestr": "|u1",
                "data": (self.get_address(), False)}

    view.memory = memory
    view.__array_interface__ = property(array_interface)
    view.__len__ = view.get_size
    # Other getters are functions of the memory.
    view.id = property(view.get_id)
    view.size = property(view.get_size)


def _override_requests(Mgr, tools):
    pool = Mgr.StandardPool
    new = pool.new
    allocate = pool.allocate
    allocate_aligned = pool.allocate_aligned
    list_blocks = pool.list_blocks
    compact = pool.compact

    def make(component, name, capacity, flags=Mgr.StandardPoolFlags.NONE, max_capacity=None):
        """Make and start a pool, which may be made as large as max_capacity later."""
        if max_capacity is None:
            return tools.charge(new, component, name, tools.size(capacity), flags)

        made = GObject.new(pool, component=component, name=name, flags=flags,
                           capacity=tools.size(capacity), max_capacity=tools.size(max_capacity))
        tools.charge(made.init, None)
        return made

    # A whole number without an alignment is the rule, and converts nothing.
    def take(self, size, description=None, priority=Mgr.PRIORITY_DEFAULT, tags=None,
             alignment=1):
        """Take a block, and return its id."""
        if alignment != 1 or isinstance(size, str):
            return tools.charge(allocate_aligned, self, tools.size(size), tools.size(alignment),
                                description, priority, tags)
        return tools.charge(allocate, self, size, description, priority, tags)

    def list_some(self, tag=None, offset=0, limit=0):
        return list_blocks(self, tag, offset, limit)

    def compact_for(self, budget=NO_LIMIT):
        """Move blocks, for so many microseconds at most. Returns whether there is more."""
        return compact(self, budget)

    pool.new = staticmethod(make)
    pool.allocate = take
    pool.list_blocks = list_some
    pool.compact = compact_for


def _override_access(Mgr):
    pool = Mgr.StandardPool
    read = pool.read
    write = pool.write

    @contextlib.contextmanager
    def access(self, block):
        """The memory of a block, which is pinned until the end of the ``with``.

        What is made of the memory, such as an array, keeps it pinned for longer.
        """
        memory = self.view(block).memory()
        try:
            yield memory
        finally:
            with contextlib.suppress(BufferError):
                memory.release()

    def read_some(self, block, offset=0, size=None):
        """A copy of what is in a block, to its end unless a size is given."""
        if size is None:
            size = max(self.lookup(block).get_size() - offset, 0)
        return read(self, block, offset, size).get_data()

    def write_some(self, block, data, offset=0):
        return write(self, block, offset, octets(data))

    pool.access = access
    pool.read = read_some
    pool.write = write_some


def override(Mgr, tools):
    _override_view(Mgr, tools)
    _override_requests(Mgr, tools)
    _override_access(Mgr)
    tools.add_object_attributes(Mgr.StandardPool)
    tools.add_record_attributes(Mgr.Block)
