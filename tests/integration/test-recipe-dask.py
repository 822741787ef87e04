#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The recipe for Dask: a cluster of two processes, and a program that shares 200 MiB out."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest
from multiprocessing import resource_tracker

from recipe_case import MIB, SOURCE, RecipeCase, blocks_of, die_with_parent, overlapping

MISSING = importlib.util.find_spec("distributed") is None
SECONDS = 120


def keys_that_wait(dask_worker):
    return list(dask_worker.plugins["leases"].waiting)


@unittest.skipIf(MISSING, "python3-distributed is not installed (tools/packages-thorough.list)")
class TestDask(RecipeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.environ.update({name: cls.environment[name] for name in
                           ("DBUS_SESSION_BUS_ADDRESS", "PYTHONPATH", "RECIPE_FOLDER")})
        # What watches over the shared memory of such a cluster stays until the program ends.
        cls.addClassCleanup(resource_tracker._resource_tracker._stop)
        sys.path[:0] = cls.environment["PYTHONPATH"].split(os.pathsep)
        global dask, dask_plugin, distributed, tasks
        import dask
        import distributed

        import dask_plugin
        import recipe_dask_tasks as tasks

        cls.start_cluster()

    @classmethod
    def start_cluster(cls):
        """Two processes of two threads: four could run at once."""
        cls.cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, processes=True, host="127.0.0.1",
            dashboard_address="127.0.0.1:0", worker_dashboard_address="127.0.0.1:0",
            local_directory=cls.folder)
        cls.addClassCleanup(cls.cluster.close)
        cls.client = distributed.Client(cls.cluster)
        cls.addClassCleanup(cls.client.close)
        cls.client.register_worker_plugin(dask_plugin.Leases(keep="64 MiB"))

    def test_program_of_the_guide(self):
        environment = {**self.environment, "DASK_TEMPORARY_DIRECTORY": self.folder}
        process = subprocess.run(["tools/run", "doc/examples/python/recipes/dask_tasks.py"],
                                 cwd=SOURCE, env=environment, stdout=subprocess.PIPE, text=True,
                                 timeout=SECONDS, preexec_fn=die_with_parent)
        self.assertEqual([process.stdout], blocks_of("recipes", ""))
        ended = [task for task in self.tasks("finished") if task["name"] == "add_up"]
        self.assertEqual([task["reason"] for task in ended], ["done"] * 4)

    def submit(self, memory, func, *args, **options):
        with dask.annotate(memory=memory):
            return self.client.submit(func, *args, pure=False, **options)

    def events_of(self, future):
        return [event for _, event in self.client.get_events("leases")
                if event["key"] == future.key]

    def test_two_large_ones_never_run_at_once(self):
        futures = [self.submit("150 MiB", tasks.large, number) for number in range(20)]
        done = [future.result(SECONDS) for future in futures]
        self.assertEqual(len(done), 20)
        self.assertEqual(overlapping([(begun, ended) for _, begun, ended, _ in done]), [])
        self.assertEqual(len({pid for pid, *_ in done}), 2, "both workers take turns")
        self.assertLessEqual(self.manager("Peak"), 200 * MIB)
        self.check_nothing_is_held()

    def test_small_ones_run_beside_each_other(self):
        """Three of 60 MiB fit, in the threads of both workers."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            futures = [self.submit("60 MiB", tasks.meet, folder, number, 3)
                       for number in range(3)]
            self.assertEqual([future.result(SECONDS) for future in futures], [0, 1, 2])

    def test_events_have_the_memory(self):
        future = self.submit("150 MiB", tasks.large, 0)
        future.result(SECONDS)
        event, = self.wait_until("the event", lambda: self.events_of(future))
        self.assertEqual(event["declared"], 150 * MIB)
        self.assertGreaterEqual(event["peak"], 99 * MIB)
        self.assertLess(event["peak"], 150 * MIB)
        self.assertLess(event["memory"], event["peak"], "the table is gone at the end")

    def test_scheduler_heard_of_it(self):
        self.submit("150 MiB", tasks.large, 0).result(SECONDS)
        last = self.wait_until("its end", lambda: [task for task in self.tasks("finished")
                                                   if task["name"] == "large"])[-1]
        self.assertEqual((last["memory"], last["reason"]), (150 * MIB, "done"))
        self.assertGreaterEqual(last["peak"], 99 * MIB)

    def test_results_are_not_of_tasks(self):
        """What a worker keeps of earlier ones is not told as memory of later ones."""
        worker = min(self.workers())
        kept = self.submit("150 MiB", bytes, 100 * MIB, workers=[worker])
        distributed.wait(kept, timeout=SECONDS)
        future = self.submit("60 MiB", tasks.free, workers=[worker])
        future.result(SECONDS)
        event, = self.wait_until("the event", lambda: self.events_of(future))
        self.assertLess(event["peak"], 50 * MIB)

    def test_what_never_fits(self):
        with self.assertRaisesRegex(MemoryError, "^Task.*300.0 MiB.*200.0 MiB"):
            self.submit("300 MiB", tasks.large, 0).result(SECONDS)

    def test_failure_gives_the_lease_back(self):
        with self.assertRaisesRegex(RuntimeError, "as it should"):
            self.submit("150 MiB", tasks.fail).result(SECONDS)
        self.check_nothing_is_held()

    def test_given_up_while_it_waits(self):
        """It never runs, and keeps nobody from running."""
        go, ran = f"{self.folder}/go", f"{self.folder}/ran"
        holder = self.submit("150 MiB", tasks.wait_for, go)
        self.wait_until("the holder", lambda: self.tasks("running"))
        waiting = self.submit("150 MiB", tasks.touch, ran)
        self.wait_until("the other", lambda: self.tasks("waiting"))
        self.assertEqual(self.waiting_keys(), [waiting.key])
        waiting.cancel()
        self.wait_until("the word of it", lambda: not self.waiting_keys())
        tasks.touch(go)
        holder.result(SECONDS)
        self.check_nothing_is_held()
        self.assertFalse(os.path.exists(ran))

    def test_given_up_and_wanted_again(self):
        go = f"{self.folder}/go-again"
        holder = self.submit("150 MiB", tasks.wait_for, go)
        self.wait_until("the holder", lambda: self.tasks("running"))
        given_up = self.submit("150 MiB", tasks.large, 0, key="large-again")
        self.wait_until("the other", lambda: self.tasks("waiting"))
        given_up.cancel()
        wanted = self.submit("150 MiB", tasks.large, 1, key="large-again")
        tasks.touch(go)
        holder.result(SECONDS)
        self.assertEqual(wanted.result(SECONDS)[3], 100 * MIB)
        self.check_nothing_is_held()

    def waiting_keys(self):
        return sum(self.client.run(keys_that_wait).values(), [])

    def test_asked_to_end(self):
        """It gives the memory back, and is run again."""
        future = self.submit("150 MiB", tasks.patient, f"{self.folder}/patient")
        held = self.wait_until("the lease", lambda: self.tasks("running"))
        self.cancel(held[0])
        self.assertEqual(future.result(SECONDS), "again")
        self.check_nothing_is_held()

    def test_worker_that_stays_large_is_restarted(self):
        before = self.workers()
        self.submit("150 MiB", tasks.leak).result(SECONDS)
        new = self.wait_until("another worker", lambda: self.workers() - before)
        done = self.submit("150 MiB", tasks.large, 0, workers=list(new))
        self.assertEqual(done.result(SECONDS)[3], 100 * MIB)

    def test_worker_that_cleans_up_stays(self):
        worker = min(self.workers())
        pid = self.submit("150 MiB", tasks.cached, workers=[worker]).result(SECONDS)
        self.wait_until("the cleanup", lambda: not self.client.run(
            tasks.n_cached, workers=[worker])[worker])
        again = self.submit("150 MiB", tasks.large, 0, workers=[worker])
        self.assertEqual(again.result(SECONDS)[0], pid)

    def workers(self):
        return set(self.client.scheduler_info()["workers"])

    def test_task_that_declares_nothing(self):
        before = len(self.tasks())
        self.client.submit(tasks.free, pure=False).result(SECONDS)
        self.assertEqual(len(self.tasks()), before)

    def test_nobody_shares_out(self):
        """The task is tried again until there is somebody."""
        self.end(self.budget)
        future = self.submit("150 MiB", tasks.large, 0)
        with self.assertRaises(distributed.TimeoutError):
            future.result(2)
        type(self).budget = self.start_budget()
        self.assertEqual(future.result(SECONDS)[3], 100 * MIB)


if __name__ == "__main__":
    unittest.main(verbosity=2)
