# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What makes the pools of Mgr read like Python, as far as all kinds have it in common.

Capacities may be texts, as in ``pool.capacity = "2 GiB"``; ``len(pool)`` is the number of
blocks that are handed out; ``pool.statistics`` has all figures at one moment, and
``pool.occupancy()`` a list of the shares in use, from the start of the pool to its end.
"""

from gi.repository import GLib

ALL = (1 << 64) - 1
CELLS = 64


def octets(data):
    """What is written to a pool: whatever has a buffer, or numbers from 0 to 255.

    A number alone would be that many zeros to bytes()."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, GLib.Bytes):
        return data.get_data() or b""
    return bytes(data if isinstance(data, (list, tuple)) else memoryview(data))


def override(Mgr, tools):
    pool = Mgr.Pool
    set_capacity = pool.set_capacity
    trim = pool.trim

    def resize(self, capacity):
        return set_capacity(self, tools.size(capacity))

    def trim_some(self, target=ALL):
        """Give free memory back: all of it, or about as many bytes as are wanted."""
        return trim(self, tools.size(target))

    def occupancy(self, n_cells=CELLS):
        """The share in use of each of so many equal cells, from 0 to 1."""
        if not 1 <= n_cells <= Mgr.POOL_CELLS_MAX:
            raise ValueError(f"A picture has 1 to {Mgr.POOL_CELLS_MAX} cells, not {n_cells}")
        return self.get_occupancy(n_cells)

    pool.set_capacity = resize
    pool.trim = trim_some
    pool.occupancy = occupancy
    pool.statistics = property(pool.get_statistics)
    pool.__len__ = pool.get_allocation_count
    # One that is empty is a pool all the same.
    pool.__bool__ = lambda self: True

    tools.add_object_attributes(pool)
    tools.add_record_attributes(Mgr.PoolStatistics)
