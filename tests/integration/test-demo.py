#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The parts of the demo: that giving memory back never changes a result."""

import collections
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

EXAMPLES = os.path.join(os.environ["MGR_SOURCE_ROOT"], "doc/examples/python")
sys.path.insert(0, EXAMPLES)

from package_index import records
from package_index.allowance import Unlimited
from package_index.backstop import Backstop, delegated_cgroup
from package_index.budgeted import Budgeted
from package_index.features import BLOCK_ROWS, BLOCK_SIZE, COLUMNS, FeatureTable
from package_index.graph import Graph
from package_index.memory import MIB, anonymous
from package_index.pipeline import Pipeline
from package_index.progress import opening
from package_index.stages import Stages
from package_index.store import SEGMENT_RECORDS, RecordCache, Spool
from package_index.summary import batch_history

STANZA = """Package: {name}
Section: {section}
Maintainer: Somebody <somebody@example.org>
Installed-Size: {row}
Size: 1000
Depends: {depends}
Description: the package of this number
Tag: role::program,
 use::testing
"""


def make_stanzas(count):
    return [STANZA.format(name=f"p{row}", row=row, section=("libs", "games")[row % 2],
                          depends=f"p{row * 7 % count} (>= 1), p{row * 3 % count} | none, none")
            .strip().encode() for row in range(count)]


class Restless(Unlimited):
    """Takes everything back after every batch."""

    batch_size = 100

    def watch(self, cache, features, results):
        self._holders = cache.shrink, features.spill

    def after_batch(self):
        for give_back in self._holders:
            give_back(sys.maxsize)


def run(allowance, stanzas):
    pipeline = Pipeline(stanzas, allowance)
    for _ in pipeline.steps():
        allowance.after_batch()
    pipeline.close()
    return pipeline


class Records(unittest.TestCase):
    def test_stanzas_do_not_depend_on_chunks(self):
        stream = io.BytesIO(b"\n\n\n".join(make_stanzas(5000)))
        self.assertEqual(list(records.stanzas(stream)), make_stanzas(5000))

    def test_a_record_is_parsed(self):
        record = records.Record(make_stanzas(5)[3])
        self.assertEqual(record.section, "games")
        self.assertEqual(record.number("Installed-Size"), 3)
        self.assertEqual(record.number("Epoch"), 0)
        self.assertEqual(record.related("Depends"), [("p1",), ("p4", "none"), ("none",)])
        self.assertEqual(record.tags, ["role::program", "use::testing"])

    def test_a_small_index_is_read_again_under_new_names(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"\n\n".join(make_stanzas(2)))
            file.flush()
            index = records.Index(file.name, at_least=3 * len(make_stanzas(1)[0]))
            names = [stanza.split(b"\n")[0] for stanza in index]
        self.assertEqual(names, [b"Package: p0", b"Package: p1",
                                 b"Package: p0~1", b"Package: p1~1"])

    def test_an_empty_index_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "names no package"):
            list(records.Index("/dev/null", at_least=1))


class Parts(unittest.TestCase):
    def test_a_cache_drops_its_oldest_and_parses_again(self):
        spool = Spool()
        self.addCleanup(spool.close)
        for stanza in make_stanzas(2 * SEGMENT_RECORDS):
            spool.add(stanza)
        cache = RecordCache(spool, Unlimited())
        for row in range(len(spool)):
            cache.get(row)

        freed = cache.shrink(1)
        self.assertGreater(freed, 0)
        self.assertGreater(cache.size, 0)
        self.assertEqual(cache.get(0).text("Package"), "p0")
        self.assertEqual((cache.hits, cache.misses), (0, 2 * SEGMENT_RECORDS + 1))
        cache.get(SEGMENT_RECORDS)
        self.assertEqual(cache.hits, 1)

    def test_a_feature_table_reads_back_what_it_spilled(self):
        table = FeatureTable(Unlimited())
        self.addCleanup(table.close)
        rows = [[float(row)] * COLUMNS for row in range(2 * BLOCK_ROWS + 5)]
        table.begin(len(rows))
        for row in rows:
            table.append(row)

        self.assertEqual(table.size, 2 * BLOCK_SIZE)
        self.assertEqual(table.spill(1), BLOCK_SIZE)
        self.assertEqual(table.spilled_blocks, 1)
        self.assertEqual(table.spill(sys.maxsize), BLOCK_SIZE)
        self.assertEqual(table.size, 0)
        self.assertEqual([list(row) for row in table.rows()], rows)

    def test_the_longest_chain_counts_a_cycle_once(self):
        graph = Graph()
        for targets in ([1], [2], [1, 3], [4], [], [4]):
            graph.append(targets)
        self.assertEqual(graph.longest_chain(), [0, 1, 3, 4])

    def test_ranks_follow_the_dependencies(self):
        graph = Graph()
        for targets in ([2], [2], []):
            graph.append(targets)
        *_, ranks = graph.ranks()
        self.assertEqual(ranks[0], ranks[1])
        self.assertGreater(ranks[2], 2 * ranks[0])

    def test_a_history_shows_where_it_turns(self):
        self.assertEqual(batch_history([8]), "8")
        self.assertEqual(batch_history([8, 4, 2, 4, 8, 1]), "8 ↘ 2 ↗ 8 ↘ 1")


class Opening(unittest.TestCase):
    def test_it_says_what_is_analysed_and_in_what(self):
        self.assertEqual(opening(None, 0.25), "This machine's package index analysed twice: "
                                              "freely and on 25 % of the memory")
        self.assertEqual(opening("Packages", 1.5), "The given package index analysed twice: "
                                                   "freely and on 150 % of the memory")

    def test_it_fits_in_a_terminal(self):
        for share in (1 / 8, 1 / 3, 0.001):
            self.assertLessEqual(len(opening(None, share)), 80)

    def test_it_comes_first(self):
        program = os.path.join(EXAMPLES, "package-index.py")
        demo = subprocess.run([sys.executable, program, "--index", "/nonexistent"],
                              capture_output=True, encoding="utf-8", check=False)
        self.assertEqual(demo.returncode, 1)
        self.assertEqual(demo.stdout.splitlines(),
                         [opening("/nonexistent", 0.25), "the run “freely” failed, see above"])


class Results(unittest.TestCase):
    def test_giving_memory_back_changes_nothing(self):
        stanzas = make_stanzas(3000)
        free, restless = run(Unlimited(), stanzas), run(Restless(), stanzas)
        self.assertEqual(free.features.spilled_blocks, 0)
        self.assertGreater(restless.features.spilled_blocks, 0)
        self.assertGreater(restless.cache.misses, free.cache.misses)
        self.assertEqual(free.results.as_json(), restless.results.as_json())

    def test_a_budget_changes_nothing_and_spares_the_results(self):
        stanzas = make_stanzas(3000)
        allowance = Budgeted(anonymous() + 5 * MIB)
        budgeted = run(allowance, stanzas)
        self.assertEqual(budgeted.results.as_json(), run(Unlimited(), stanzas).results.as_json())

        figures = allowance.figures()
        self.assertGreater(figures["refusals"], 0)
        self.assertEqual(figures["touched"], 0)
        with self.assertRaises(MemoryError):
            allowance.take("cache", 1 << 40, "more than there is")


class Tasks(unittest.TestCase):
    def setUp(self):
        self.stanzas = make_stanzas(3000)
        self.expected = run(Unlimited(), self.stanzas).results.as_json()
        self.manager = Mgr.Manager.new("64 MiB")
        self.manager.monitor.stop()

    def run_stages(self, size):
        stages = Stages(self.stanzas, size)
        self.addCleanup(stages.close)
        with self.manager.scheduler as scheduler:
            tasks = stages.submit(scheduler)
        return {task.name: task for task in tasks}

    def test_tasks_change_nothing(self):
        tasks = self.run_stages(MIB)
        self.assertEqual(list(tasks), ["read", "join", "rank", "compare", "write"])
        self.assertEqual(tasks["write"].result(), self.expected)

    def test_stages_wait_for_each_other(self):
        told = {name: task.to_variant().unpack() for name, task in self.run_stages(MIB).items()}
        for before, after in (("read", "join"), ("join", "rank"), ("join", "compare"),
                              ("rank", "write"), ("compare", "write")):
            self.assertLessEqual(told[before]["ended"], told[after]["started"])

    def test_the_cache_stays_within_the_grant(self):
        tasks = self.run_stages(2 * MIB)
        self.assertEqual(tasks["write"].result(), self.expected)
        self.assertLessEqual(tasks["join"].peak, tasks["join"].grant)
        self.assertGreater(tasks["join"].peak, tasks["join"].grant // 2)

    def interrupt(self, steps):
        """Has every stage fail for want of memory, once."""
        told = collections.Counter()

        def checkpoint(*_arguments, **_options):
            name = Mgr.current_task().name
            told[name] += 1
            if told[name] == steps:
                raise MemoryError("others need it")

        return unittest.mock.patch.object(Mgr, "checkpoint", checkpoint)

    def test_one_that_is_run_again_goes_on(self):
        with self.interrupt(1):
            tasks = self.run_stages(MIB)
        self.assertEqual(tasks["write"].result(), self.expected)
        self.assertEqual([task.attempt for task in tasks.values()], [2, 2, 2, 2, 1])
        self.assertGreater(tasks["join"].grant, 3.5 * MIB)

    def test_one_that_failed_within_a_step_does_not(self):
        def fail():
            yield "read", 0, 0
            raise MemoryError("in the middle")

        stages = Stages(self.stanzas, MIB)
        self.addCleanup(stages.close)
        with self.manager.scheduler as scheduler:
            task = scheduler.submit(stages.run, fail(), memory=MIB)
        with self.assertRaisesRegex(GLib.Error, "cannot go on"):
            task.result()


class Cgroups(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def make_proc(self, path):
        (self.folder / "cgroup").write_text(f"4:memory:/other\n0::{path}\n")
        (self.folder / "mountinfo").write_text(
            f"30 29 0:26 / {self.folder} rw - cgroup2 cgroup2 rw\n")

    def test_the_root_of_our_namespace_is_ours(self):
        self.make_proc("/")
        (self.folder / "memory.max").touch()
        self.assertEqual(delegated_cgroup(self.folder), self.folder)

    def test_the_root_of_all_is_not(self):
        self.make_proc("/")
        self.assertIsNone(delegated_cgroup(self.folder))

    def test_that_of_others_is_not(self):
        self.make_proc("/theirs")
        (self.folder / "theirs").mkdir()
        (self.folder / "theirs" / "memory.max").touch()
        self.assertIsNone(delegated_cgroup(self.folder))

    def make_v1_proc(self):
        (self.folder / "cgroup").write_text("9:name=systemd:/\n4:cpu,memory:/ours\n0::/\n")
        (self.folder / "mountinfo").write_text(
            f"30 29 0:26 / {self.folder}/cpu rw - cgroup cgroup rw,cpu\n"
            f"31 29 0:27 / {self.folder} rw shared:1 - cgroup cgroup rw,memory\n")
        (self.folder / "ours").mkdir()

    def test_our_own_of_version_1_is_ours_to_write(self):
        self.make_v1_proc()
        (self.folder / "ours" / "memory.limit_in_bytes").touch()
        self.assertEqual(delegated_cgroup(self.folder), self.folder / "ours")

    def test_without_a_memory_controller_it_is_not(self):
        self.make_v1_proc()
        self.assertIsNone(delegated_cgroup(self.folder))

    def test_where_there_is_no_limit_nothing_is_left(self):
        with Backstop(MIB, self.folder) as backstop:
            backstop.add(os.getpid())
        self.assertEqual(backstop.limit, 0)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
