# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The table of results: what the run is for, and what nothing may touch."""

import collections
import json
import math
import operator

TOP = 25


class Results:
    def __init__(self):
        self.packages = 0
        self.sections = collections.defaultdict(collections.Counter)
        self.maintainers = collections.defaultdict(collections.Counter)
        self.needs = collections.Counter()
        self.top = []
        self.chain = []
        self.typical = {}

    def count(self, record, dependencies):
        weight = {"packages": 1, "bytes": record.number("Size"),
                  "installed": record.number("Installed-Size") * 1024}
        self.packages += 1
        self.sections[record.section].update(weight)
        self.maintainers[record.text("Maintainer")].update(weight)
        for one in dependencies:
            self.needs[record.section, one.section] += 1

    def as_json(self):
        return json.dumps({
            "packages": self.packages,
            "sections": self.sections,
            "maintainers": most(self.maintainers, "packages"),
            "needs": [[*pair, count] for pair, count in
                      sorted(self.needs.items(), key=lambda item: (-item[1], item[0]))],
            "top": self.top,
            "chain": self.chain,
            "typical": self.typical,
        }, sort_keys=True, indent=1).encode()


def most(counters, key):
    names = sorted(counters, key=lambda name: (-counters[name][key], name))
    return [[name, counters[name]] for name in names[:TOP]]


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
