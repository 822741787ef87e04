# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The table of results: what the run is for, and what nothing may touch."""

import array
import collections
import json
import math
import operator

TOP = 25
DOUBLE = 8


class Tally:
    """Sums by group, in one flat array: numbers made one by one would lie
    scattered among what comes and goes."""

    COLUMNS = ("packages", "bytes", "installed")

    def __init__(self, groups):
        self._groups = groups
        self._sums = array.array("q", bytes(DOUBLE * len(groups) * len(self.COLUMNS)))

    def add(self, group, *values):
        start = self._groups[group] * len(self.COLUMNS)
        for column, value in enumerate(values, start):
            self._sums[column] += value

    def rows(self):
        """Name and sums of each group, the one with most packages first."""
        width = len(self.COLUMNS)
        rows = [(name, self._sums[number * width:(number + 1) * width].tolist())
                for name, number in self._groups.items()]
        return sorted(rows, key=lambda row: (-row[1][0], row[0]))


class Results:
    """Who makes what, who needs whom, and what stands out."""

    def __init__(self):
        self.size = 0
        self.top = []
        self.chain = []
        self.typical = {}

    def begin(self, sections, maintainers):
        self._section_numbers = sections
        self._sections = Tally(sections)
        self._maintainers = Tally(maintainers)
        self._needs = array.array("q", bytes(DOUBLE * len(sections) ** 2))
        self.size = DOUBLE * (len(self._needs) + len(Tally.COLUMNS)
                              * (len(sections) + len(maintainers)))

    def count(self, record, dependencies):
        weight = (1, record.number("Size"), record.number("Installed-Size") * 1024)
        self._sections.add(record.section, *weight)
        self._maintainers.add(record.text("Maintainer"), *weight)
        start = self._section_numbers[record.section] * len(self._section_numbers)
        for one in dependencies:
            self._needs[start + self._section_numbers[one.section]] += 1

    def needs(self):
        """How often a section needs another: from, to, count, most first."""
        names = list(self._section_numbers)
        pairs = [(*divmod(place, len(names)), count)
                 for place, count in enumerate(self._needs) if count]
        named = [(names[origin], names[target], count)
                 for origin, target, count in pairs]
        return sorted(named, key=lambda row: (-row[2], row))

    def as_json(self):
        return json.dumps({
            "columns": Tally.COLUMNS,
            "sections": self._sections.rows(),
            "maintainers": self._maintainers.rows()[:TOP],
            "needs": self.needs(),
            "top": self.top,
            "chain": self.chain,
            "typical": self.typical,
        }, sort_keys=True, indent=1).encode()


class Centroids:
    """The mean row of each group, then the row that lies nearest to it."""

    def __init__(self):
        self._sums = {}
        self._counts = collections.Counter()
        self._nearest = {}

    def add(self, group, row):
        so_far = self._sums.get(group)
        self._sums[group] = (list(map(operator.add, so_far, row))
                             if so_far else list(row))
        self._counts[group] += 1

    def settle(self):
        for group, sums in self._sums.items():
            self._sums[group] = [value / self._counts[group] for value in sums]

    def compare(self, group, row, name):
        distance = math.dist(self._sums[group], row)
        best = self._nearest.get(group)
        if best is None or (distance, name) < best:
            self._nearest[group] = (distance, name)

    def nearest(self):
        return {group: name for group, (_, name) in self._nearest.items()}
