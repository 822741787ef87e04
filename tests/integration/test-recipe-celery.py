#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The recipe for Celery: two workers, Redis, and a program that shares 200 MiB out."""

import gc
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from recipe_case import MIB, SOURCE, RecipeCase, blocks_of, die_with_parent, overlapping

REDIS = next(filter(None, map(shutil.which, ("redis-server", "valkey-server", "redis-check-rdb",
                                             "valkey-check-rdb"))), None)
MISSING = [name for name in ("celery", "redis") if importlib.util.find_spec(name) is None]
SECONDS = 120


def needs_celery(case):
    """A class that is skipped where something is missing, which it says."""
    server = unittest.skipIf(REDIS is None, "There is neither Redis nor Valkey: install redis-tools")
    modules = unittest.skipIf(MISSING, f"Not installed: {', '.join(MISSING)} "
                                       "(tools/packages-thorough.list)")
    return server(modules(case))


class CeleryCase(RecipeCase):
    """With a Redis that carries the tasks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        socket = f"{cls.folder}/redis"
        cls.spawn(["redis-server", "--port", "0", "--unixsocket", socket, "--dir", cls.folder,
                   "--save", "", "--appendonly", "no", "--daemonize", "no"],
                  executable=REDIS, stdout=subprocess.DEVNULL)
        cls.environment |= {"CELERY_BROKER_URL": f"redis+socket://{socket}",
                            "CELERY_RESULT_BACKEND": f"redis+socket://{socket}"}
        cls.wait_for_redis(socket)

    @staticmethod
    def wait_for_redis(socket):
        import redis

        client = redis.Redis(unix_socket_path=socket)
        end = time.monotonic() + 30
        while True:
            try:
                return client.ping()
            except redis.ConnectionError:
                assert time.monotonic() < end, "Redis never came"
                time.sleep(0.01)


@needs_celery
class TestCelery(CeleryCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workers = [cls.start_worker(name) for name in ("one", "two")]
        cls.import_tasks()

    @classmethod
    def start_worker(cls, name):
        """Two processes each: four could run at once."""
        log = open(f"{cls.folder}/{name}.log", "w", encoding="utf-8")
        cls.addClassCleanup(log.close)
        return cls.spawn([sys.executable, "-m", "celery", "--app", "recipe_celery_tasks", "worker",
                          "--hostname", name, "--concurrency", "2", "--pool", "prefork",
                          "--without-gossip", "--without-mingle", "--without-heartbeat",
                          "--loglevel", "INFO"],
                         env=cls.environment, cwd=cls.folder, stdout=log, stderr=log)

    @classmethod
    def import_tasks(cls):
        os.environ.update({name: cls.environment[name] for name in
                           ("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND")})
        sys.path[:0] = cls.environment["PYTHONPATH"].split(os.pathsep)
        global tasks
        import recipe_celery_tasks as tasks

        # What it still knows of results it asks Redis for when it goes.
        cls.addClassCleanup(gc.collect)
        cls.addClassCleanup(tasks.app.close)

    def tearDown(self):
        if any(error for _, error in getattr(self._outcome, "errors", [])):
            for name in ("one", "two"):
                with open(f"{self.folder}/{name}.log", encoding="utf-8") as log:
                    print(log.read()[-6000:], file=sys.stderr)

    def get(self, result):
        """What a task returned, and its states that were told meanwhile. Those of earlier tasks
        may be told late."""
        told = []
        value = result.get(timeout=SECONDS, on_message=told.append)
        return value, [(message["status"], message["result"]) for message in told
                       if message["task_id"] == result.id]

    def test_two_large_ones_never_run_at_once(self):
        results = [tasks.large.delay() for _ in range(20)]
        done = [result.get(timeout=SECONDS) for result in results]
        self.assertEqual(len(done), 20)
        self.assertEqual(overlapping([(begun, ended) for _, begun, ended, _ in done]), [])
        self.assertGreater(len({pid for pid, *_ in done}), 1, "the workers take turns")
        self.assertLessEqual(self.manager("Peak"), 200 * MIB)
        self.check_nothing_is_held()

    def test_small_ones_run_beside_each_other(self):
        """Three of 60 MiB fit, in the processes of both workers."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            results = [tasks.meet.delay(folder, number, 3) for number in range(3)]
            self.assertEqual(len({result.get(timeout=SECONDS) for result in results}), 3)

    def test_state_has_the_memory(self):
        (_, _, _, size), told = self.get(tasks.large.delay())
        states = [state for state, _ in told]
        self.assertEqual(size, 100 * MIB)
        self.assertEqual(states[0], "WAITING")
        self.assertEqual(told[0][1], {"declared": 150 * MIB})
        working = [meta for state, meta in told if state == "WORKING"]
        self.assertLess(working[0]["memory"], 50 * MIB, "none was taken yet")
        self.assertGreaterEqual(working[1]["memory"], 99 * MIB, "all of it is there")
        self.assertLess(working[1]["memory"], 150 * MIB)
        self.assertGreaterEqual(working[-1]["peak"], working[1]["memory"])
        self.assertEqual(states[-1], "SUCCESS")

    def test_scheduler_heard_of_it(self):
        tasks.large.delay().get(timeout=SECONDS)
        last = [task for task in self.tasks("finished") if task["name"].endswith(".large")][-1]
        self.assertEqual((last["memory"], last["reason"]), (150 * MIB, "done"))
        self.assertGreaterEqual(last["peak"], 99 * MIB)

    def test_what_never_fits(self):
        with self.assertRaisesRegex(MemoryError, "^Task.*300.0 MiB.*200.0 MiB"):
            tasks.never.delay().get(timeout=SECONDS)

    def test_no_such_priority(self):
        with self.assertRaisesRegex(ValueError, "There is no priority “urgent”"):
            tasks.misnamed.delay().get(timeout=SECONDS)

    def test_failure_gives_the_lease_back(self):
        with self.assertRaisesRegex(RuntimeError, "as it should"):
            tasks.fail.delay().get(timeout=SECONDS)
        self.check_nothing_is_held()

    def test_death_gives_the_lease_back(self):
        with self.assertRaisesRegex(Exception, "SIGKILL"):
            tasks.die.delay().get(timeout=SECONDS)
        self.check_nothing_is_held()
        tasks.large.delay().get(timeout=SECONDS)

    def test_process_that_stays_large_is_replaced(self):
        pids = [tasks.leak.delay().get(timeout=SECONDS) for _ in range(5)]
        self.assertEqual(len(set(pids)), 5)

    def test_process_that_cleans_up_stays(self):
        """Four processes can do it, so of six in a row some come again."""
        pids = [tasks.cached.delay().get(timeout=SECONDS) for _ in range(6)]
        self.assertLess(len(set(pids)), 6)

    def test_asked_to_end(self):
        """It gives the memory back, and is run again."""
        result = tasks.patient.delay()
        held = self.wait_until("the lease", lambda: self.tasks("running"))
        self.cancel(held[0])
        self.assertEqual(result.get(timeout=SECONDS), 1)
        self.check_nothing_is_held()

    def test_task_that_declares_nothing(self):
        before = len(self.tasks())
        tasks.free.delay().get(timeout=SECONDS)
        self.assertEqual(len(self.tasks()), before)

    def test_called_as_a_function(self):
        """Outside of workers there is no lease to wait for."""
        before = len(self.tasks())
        self.assertEqual(tasks.large()[3], 100 * MIB)
        self.assertEqual(len(self.tasks()), before)

    def test_nobody_shares_out(self):
        """The task is tried again until there is somebody."""
        self.end(self.budget)
        result = tasks.large.delay()
        self.wait_until("a retry", lambda: result.state == "RETRY")
        self.assertRegex(str(result.info), "run budget.py on the session bus")
        type(self).budget = self.start_budget()
        self.assertEqual(result.get(timeout=SECONDS)[3], 100 * MIB)


@needs_celery
class TestPage(CeleryCase):
    def test_commands_of_the_guide(self):
        """They are left running in the background there."""
        self.end(self.budget)
        commands, = blocks_of("recipes", "sh")
        process = subprocess.run(["bash", "-euc", commands + "kill $(jobs -p)\nwait"],
                                 cwd=SOURCE, env=self.environment, stdout=subprocess.PIPE,
                                 text=True, timeout=SECONDS, preexec_fn=die_with_parent)
        self.assertIn("100", process.stdout.splitlines())
        self.assertEqual(process.returncode, 0)


class TestProgram(RecipeCase):
    def test_warm_end(self):
        self.budget.send_signal(signal.SIGTERM)
        self.assertEqual(self.budget.wait(30), 0)

    def test_bad_input(self):
        for arguments in ([], ["200 MiB", "more"], ["much"]):
            process = subprocess.run([*self.budget.args[:2], *arguments], env=self.environment,
                                     capture_output=True, timeout=60)
            self.assertNotEqual(process.returncode, 0, arguments)


if __name__ == "__main__":
    unittest.main(verbosity=2)
