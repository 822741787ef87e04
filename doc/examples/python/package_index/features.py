# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The feature table: a row of doubles for each package, in blocks."""

import array
import math
import re
import tempfile
import zlib

from .records import CONFLICTS, DEPENDS, WISHES

WORD = re.compile(r"[a-z]{3,}")
WORD_COLUMNS = 52
BLOCK_ROWS = 256
DOUBLE = 8


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
    """Rows that are only ever appended; full blocks may be spilled to disk."""

    def __init__(self, allowance):
        self._allowance = allowance
        self._width = 0
        self._blocks = []
        self._grants = {}
        self._spill_file = tempfile.TemporaryFile()
        self._spilled = {}

    @property
    def size(self):
        """The bytes that spilling would free."""
        return sum(len(self._blocks[i]) * DOUBLE for i in self._full_blocks())

    @property
    def spilled_blocks(self):
        return len(self._spilled)

    def append(self, row):
        self._width = len(row)
        full = self._width * BLOCK_ROWS
        if not self._blocks or self._is_full(-1):
            grant = self._allowance.take(
                "features", full * DOUBLE, f"{BLOCK_ROWS} feature rows")
            self._grants[len(self._blocks)] = grant
            self._blocks.append(array.array("d"))
        self._blocks[-1].extend(row)

    def rows(self):
        for number in range(len(self._blocks)):
            block = self._load(number)
            for start in range(0, len(block), self._width):
                yield block[start:start + self._width]

    def spill(self, target):
        """Write full blocks to disk until target bytes are free; say how many."""
        freed = 0
        for number in self._full_blocks():
            if freed >= target:
                break
            freed += self._spill_block(number)
        return freed

    def close(self):
        self._spill_file.close()

    def _is_full(self, number):
        block = self._blocks[number]
        return block is None or len(block) == self._width * BLOCK_ROWS

    def _full_blocks(self):
        return [number for number, block in enumerate(self._blocks)
                if block is not None and self._is_full(number)]

    def _spill_block(self, number):
        block = self._blocks[number]
        self._spilled[number] = self._spill_file.seek(0, 2)
        block.tofile(self._spill_file)
        self._blocks[number] = None
        self._grants.pop(number).release()
        return len(block) * DOUBLE

    def _load(self, number):
        block = self._blocks[number]
        if block is None:
            block = array.array("d")
            self._spill_file.seek(self._spilled[number])
            block.fromfile(self._spill_file, self._width * BLOCK_ROWS)
        return block
