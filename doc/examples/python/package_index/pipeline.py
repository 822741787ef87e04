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

# A stanza's text, its split fields and its lists, while a batch is at work:
# measured, as a multiple of the text.
BATCH_FACTOR = 6
# A name, its place in the file and its slot in the dict.
ROW_SIZE = 256


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
        self._sections = []
        self._section_of = array.array("h")
        allowance.watch(self.cache, self.features, self.results)

    def steps(self):
        yield from self._read()
        yield from self._join()
        yield from self._rank()
        yield from self._compare()

    def close(self):
        self.spool.close()
        self.features.close()
        self._index.close()

    def _read(self):
        """Spool the stanzas, so that any of them can be read again by row."""
        grant = self._allowance.take("index", ROW_SIZE, "names and places")
        stanzas = iter(self._index)
        while batch := list(itertools.islice(stanzas, self._allowance.batch_size)):
            grant.resize((len(self.spool) + len(batch)) * ROW_SIZE)
            for stanza in batch:
                self.spool.add(stanza)
            yield "read", len(self.spool), 0

    def _join(self):
        """Put each record beside those it depends on, and learn from both."""
        first, total = 0, len(self.spool)
        while first < total:
            last = min(first + self._allowance.batch_size, total)
            text = self.spool.size_of(first, last)
            with self._allowance.take("parser", text * BATCH_FACTOR,
                                      f"{last - first} records at work"):
                records = [self.cache.get(row) for row in range(first, last)]
                for record in records:
                    self._join_one(record)
            first = last
            yield "join", first, total

    def _join_one(self, record):
        targets = self._dependencies(record)
        dependencies = [self.cache.get(target) for target in targets]
        self.features.append(features(record, dependencies))
        self.results.count(record, dependencies)
        self._graph.append(targets)
        self._section_of.append(self._section_number(record.section))

    def _dependencies(self, record):
        found = {self.spool.resolve(one) for one in record.related(*DEPENDS)}
        found.discard(None)
        return sorted(found)

    def _section_number(self, section):
        if section not in self._sections:
            self._sections.append(section)
        return self._sections.index(section)

    def _rank(self):
        """Find whom the others lean on, and who stands on the most floors."""
        names = self.spool.names
        for done, ranks in enumerate(self._graph.ranks(), 1):
            yield "rank", done, ROUNDS
        best = heapq.nlargest(TOP, range(len(names)),
                              key=lambda row: (ranks[row], -row))
        self.results.top = [[names[row], ranks[row]] for row in best]
        self.results.chain = [names[row] for row in self._graph.longest_chain()]
        yield "rank", ROUNDS, ROUNDS

    def _compare(self):
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
        self.results.typical = {
            self._sections[section]: name
            for section, name in centroids.nearest().items()
        }
        yield "compare", total, total
