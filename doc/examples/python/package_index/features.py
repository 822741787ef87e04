# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The feature table: a row of doubles for each package, in blocks."""

import array
import math
import os
import re
import tempfile
import zlib

from .records import CONFLICTS, DEPENDS, WISHES

WORD = re.compile(r"[a-z]{3,}")
WORD_COLUMNS = 52
COLUMNS = 12 + WORD_COLUMNS
BLOCK_ROWS = 256
BLOCK_SIZE = BLOCK_ROWS * COLUMNS * array.array("d").itemsize
IN_MEMORY = -1


def features(record, dependencies):
    """What a package looks like: its sizes, its ties, its words."""
    row = [
        math.log1p(record.number("Size")),
        math.log1p(record.number("Installed-Size")),
        math.log1p(sum(one.number("Installed-Size") for one in dependencies)),
        len({one.section for one in dependencies}),
        sum(one.text("Maintainer") == record.text("Maintainer")
            for one in dependencies),
        len(record.related(*DEPENDS)),
        len(record.related(*WISHES)),
        len(record.related(*CONFLICTS)),
        len(record.related("Provides")),
        len(record.tags),
        len(record.text("Version")),
        len(record.text("Description")),
    ]
    words = [0.0] * WORD_COLUMNS
    text = record.text("Description") + " " + record.text("Tag")
    for word in WORD.findall(text.lower()):
        words[zlib.crc32(word.encode()) % WORD_COLUMNS] += 1.0
    return row + words


class FeatureTable:
    """Rows that are only ever appended; full blocks may be spilled to disk.

    The blocks are made empty beforehand, for the same reason as the names in
    the spool: an object that stays must not lie among those that go.
    """

    def __init__(self, allowance):
        self._allowance = allowance
        self._blocks = []
        self._places = array.array("q")
        self._file = tempfile.TemporaryFile()
        self._row = 0

    def begin(self, rows):
        count = -(-rows // BLOCK_ROWS)
        self._blocks = [array.array("d") for _ in range(count)]
        self._places = array.array("q", [IN_MEMORY]) * count
        self._grant = self._allowance.take("features", BLOCK_SIZE, "feature rows")

    @property
    def size(self):
        """The bytes that spilling would free."""
        return len(self._full_blocks()) * BLOCK_SIZE

    @property
    def spilled_blocks(self):
        return len(self._places) - self._places.count(IN_MEMORY)

    def append(self, row):
        block, place = divmod(self._row, BLOCK_ROWS)
        if block > 0 and place == 0:
            self._allowance.grow(self._grant, BLOCK_SIZE)
        self._blocks[block].extend(row)
        self._row += 1

    def rows(self):
        for number in range(len(self._blocks)):
            block = self._load(number)
            for start in range(0, len(block), COLUMNS):
                yield block[start:start + COLUMNS]

    def spill(self, target):
        """Write full blocks to disk until target bytes are free; say how many."""
        freed = 0
        for number in self._full_blocks():
            if freed >= target:
                break
            self._places[number] = self._file.seek(0, os.SEEK_END)
            self._blocks[number].tofile(self._file)
            del self._blocks[number][:]
            freed += BLOCK_SIZE
        if freed:
            self._grant.resize(self._grant.size - freed)
        return freed

    def close(self):
        self._file.close()

    def _full_blocks(self):
        """The numbers of those before the one at work that are in memory."""
        at_work = max(self._row - 1, 0) // BLOCK_ROWS
        return [number for number in range(at_work)
                if self._places[number] == IN_MEMORY]

    def _load(self, number):
        if self._places[number] == IN_MEMORY:
            return self._blocks[number]
        block = array.array("d")
        self._file.seek(self._places[number])
        block.fromfile(self._file, BLOCK_ROWS * COLUMNS)
        return block
