# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The job: spool the index, join the records, rank the packages."""

import array
import heapq
import itertools

from .allowance import BATCH
from .features import FeatureTable, features
from .graph import ROUNDS, Graph
from .records import DEPENDS
from .results import TOP, Centroids, Results
from .store import RecordCache, Spool

# What a stanza takes beside its text, while its batch is at work.
STANZA_SIZE = 64
# A name, its place in the file and its slot in the dict.
ROW_SIZE = 384


class Pipeline:
    """Runs in steps: each next() of steps() does one batch and says where."""

    def __init__(self, index, allowance):
        self._index = index
        self._allowance = allowance
        self.spool = Spool()
        self.cache = RecordCache(self.spool, allowance)
        self.features = FeatureTable(allowance)
        self.results = Results()
        self._graph = Graph()
        self._grants = []
        self._section_of = array.array("h")
        allowance.watch(self.cache, self.features, self.results)

    def steps(self):
        yield from self.read()
        yield from self.join()
        yield from self.rank()
        yield from self.compare()

    def close(self):
        self.spool.close()
        self.features.close()

    def read(self):
        """Spool the stanzas, so that any of them can be read again by row."""
        grant = self._allowance.take("index", ROW_SIZE, "names and places")
        self._grants.append(grant)
        stanzas = iter(self._index)
        while batch := list(itertools.islice(stanzas, self._allowance.batch_size)):
            self._allowance.grow(grant, len(batch) * ROW_SIZE)
            for stanza in batch:
                self.spool.add(stanza)
            yield "read", len(self.spool), 0

    def join(self):
        """Put each record beside those it depends on, and learn from both."""
        self.results.begin(self.spool.sections, self.spool.maintainers)
        self._grants.append(self._allowance.take(
            "results", self.results.size, "sums and counts"))
        first, total = 0, len(self.spool)
        self.features.begin(total)
        while first < total:
            last = min(first + self._allowance.batch_size, total)
            size = self.spool.size_of(first, last) + (last - first) * STANZA_SIZE
            with self._allowance.take("parser", size, f"{last - first} stanzas"):
                stanzas = self.spool.read_rows(first, last)
                for row, stanza in enumerate(stanzas, first):
                    self._join_one(self.cache.get(row, stanza))
            first = last
            yield "join", first, total

    def _join_one(self, record):
        targets = self._dependencies(record)
        dependencies = [self.cache.get(target) for target in targets]
        self.features.append(features(record, dependencies))
        self.results.count(record, dependencies)
        self._graph.append(targets)
        self._section_of.append(self.spool.sections[record.section])

    def _dependencies(self, record):
        found = {self.spool.resolve(one) for one in record.related(*DEPENDS)}
        found.discard(None)
        return sorted(found)

    def rank(self):
        """Find whom the others lean on, and who stands on the most floors."""
        names = self.spool.names
        for done, ranks in enumerate(self._graph.ranks(), 1):
            yield "rank", done, ROUNDS
        best = heapq.nlargest(TOP, range(len(names)),
                              key=lambda row: (ranks[row], -row))
        self.results.top = [[names[row], ranks[row]] for row in best]
        self.results.chain = [names[row] for row in self._graph.longest_chain()]
        yield "rank", ROUNDS, ROUNDS

    def compare(self):
        """Find the package of each section that is most like all the others."""
        centroids = Centroids()
        sections, names = self._section_of, self.spool.names
        total = len(names)
        for row, values in enumerate(self.features.rows()):
            centroids.add(sections[row], values)
            if row % BATCH == 0:
                yield "average", row, total
        centroids.settle()
        for row, values in enumerate(self.features.rows()):
            centroids.compare(sections[row], values, names[row])
            if row % BATCH == 0:
                yield "compare", row, total
        nearest = centroids.nearest()
        self.results.typical = {name: nearest[number] for name, number
                                in self.spool.sections.items() if number in nearest}
        yield "compare", total, total
