# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The raw index on disk, and the records parsed from it in a cache."""

import array
import collections
import contextlib
import re
import tempfile

from .memory import deep_size
from .records import Record, parse_relation

KEYS = re.compile(rb"^(Package|Section|Maintainer|Provides): *(.*)$", re.MULTILINE)

# Dropped as a whole: the neighbours of an object in the heap are as old as it
# is, so a segment that goes leaves whole pages behind, and they go back.
SEGMENT_RECORDS = 512
# Measuring one record takes as long as parsing it: a sample must do.
MEASURE_EVERY = 16
# A first guess, until the first segment has been measured.
RECORD_SIZE = 4096


class Spool:
    """The stanzas in an unnamed temporary file, and the names they go by.

    The names are all made before the first record is cached.  Made later, each
    would sit among records in the heap and keep its whole page when they go.
    """

    def __init__(self):
        self._file = tempfile.TemporaryFile()
        self._offsets = array.array("q", [0])
        self.rows = {}
        self.names = []
        self.providers = {}
        self.sections = {}
        self.maintainers = {}

    def __len__(self):
        return len(self.names)

    def add(self, stanza):
        keys = dict(KEYS.findall(stanza))
        name = keys[b"Package"].decode()
        if name in self.rows:
            return
        row = self.rows[name] = len(self.names)
        self.names.append(name)
        self._file.write(stanza)
        self._offsets.append(self._offsets[-1] + len(stanza))
        number(self.sections, keys.get(b"Section", b""))
        number(self.maintainers, keys.get(b"Maintainer", b""))
        for virtual, *_ in parse_relation(keys.get(b"Provides", b"").decode()):
            self.providers.setdefault(virtual, row)

    def read(self, row):
        start, end = self._offsets[row:row + 2]
        self._file.seek(start)
        return self._file.read(end - start)

    def read_rows(self, first, last):
        """Neighbours in one go; read() is for one of any place."""
        self._file.seek(self._offsets[first])
        return [self._file.read(self._offsets[row + 1] - self._offsets[row])
                for row in range(first, last)]

    def size_of(self, first, last):
        return self._offsets[last] - self._offsets[first]

    def resolve(self, alternatives):
        """The row of the first package that is there, real or virtual."""
        for name in alternatives:
            row = self.rows.get(name, self.providers.get(name))
            if row is not None:
                return row
        return None

    def close(self):
        self._file.close()


def number(numbers, name):
    return numbers.setdefault(name.decode("utf-8", "replace"), len(numbers))


class Segment:
    """Records that came together and go together, under one grant."""

    def __init__(self, grant, size):
        self.grant = grant
        self.size = size
        self.rows = []
        self._measured = []

    def add(self, row, record):
        if len(self.rows) % MEASURE_EVERY == 0:
            self._measured.append(deep_size(record))
        self.rows.append(row)

    def settle(self):
        """Replace the estimate by what the records turned out to take."""
        size = sum(self._measured) * len(self.rows) // len(self._measured)
        # Where there is no room for the difference, the estimate has to do.
        with contextlib.suppress(MemoryError):
            self.grant.resize(size)
            self.size = size


class RecordCache:
    """Parsed records by row; a miss parses again, so it may always shrink."""

    def __init__(self, spool, allowance):
        self._spool = spool
        self._allowance = allowance
        self._records = {}
        self._segments = collections.deque()
        self._segment_size = SEGMENT_RECORDS * RECORD_SIZE
        self.hits = self.misses = 0

    @property
    def size(self):
        return sum(segment.size for segment in self._segments)

    def get(self, row, stanza=None):
        """The record of a row; whoever has its text at hand may say so."""
        record = self._records.get(row)
        if record is not None:
            self.hits += 1
            return record
        self.misses += 1
        record = Record(stanza or self._spool.read(row))
        self._put(row, record)
        return record

    def shrink(self, target):
        """Drop the oldest segments until target bytes are free; say how many."""
        freed = 0
        while freed < target and self._segments:
            segment = self._segments.popleft()
            for row in segment.rows:
                del self._records[row]
            segment.grant.release()
            freed += segment.size
        return freed

    def _put(self, row, record):
        segment = self._segments[-1] if self._segments else None
        if segment is None or len(segment.rows) == SEGMENT_RECORDS:
            try:
                segment = self._begin_segment()
            except MemoryError:
                return
        segment.add(row, record)
        self._records[row] = record
        if len(segment.rows) == SEGMENT_RECORDS:
            segment.settle()
            self._segment_size = segment.size

    def _begin_segment(self):
        grant = self._allowance.take(
            "cache", self._segment_size, f"{SEGMENT_RECORDS} parsed records")
        segment = Segment(grant, self._segment_size)
        self._segments.append(segment)
        return segment
