# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the Python override adds to tasks and the scheduler, and that nothing leaks there."""

import asyncio
import gc
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest
import weakref

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Gio, GLib, GObject, Mgr  # noqa: E402

MIB = 1 << 20
N_MANY = 2000

MODULE = '''
import asyncio

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Mgr


def add(a, b=1):
    return [a + b]


@Mgr.task(memory="1 MiB")
def decorated(text):
    return text.upper()


async def slowly(value):
    await asyncio.sleep(0)
    return value


def fail(text):
    raise ValueError(text)


def unpackable():
    return object()
'''


class CommandExecutor(GObject.Object, Mgr.Executor):
    """Runs commands, one after the other, in Python."""

    def do_get_name(self):
        return "commands"

    def do_get_flags(self):
        return Mgr.ExecutorFlags.COMMANDS

    def do_get_slots(self):
        return 1

    def do_start(self, attempt):
        task = attempt.task
        environment = dict(entry.split("=", 1) for entry in task.environment or [])
        done = subprocess.run(task.argv, env=environment or None, stderr=subprocess.DEVNULL)
        reason = Mgr.TaskReason.ERROR if done.returncode else Mgr.TaskReason.DONE
        attempt.report_finished(reason, done.returncode)
        return True


def settle():
    while GLib.MainContext.default().iteration(False):
        pass


class TaskCase(unittest.TestCase):
    def setUp(self):
        self.manager = Mgr.Manager.new("100 MiB")
        self.scheduler = self.manager.scheduler

    def tearDown(self):
        settle()
        self.assertEqual(self.manager.root.used, 0)

    def failure(self, task):
        with self.assertRaises(GLib.Error) as caught:
            task.result()
        return caught.exception.message

    def run_to_end(self, *arguments, **options):
        with self.scheduler as scheduler:
            task = scheduler.submit(*arguments, **options)
        return task


class FunctionTest(TaskCase):
    def test_result(self):
        task = self.run_to_end(lambda a, b: {"sum": a + b}, 1, 2, memory="10 MiB",
                               priority="high", rank=7, tags=["x"], expected_duration=1000)
        self.assertEqual(task.result(), {"sum": 3})
        self.assertEqual((task.memory, task.grant, task.rank, task.tags), (10 * MIB, 10 * MIB, 7,
                                                                           ["x"]))
        self.assertEqual(task.priority, Mgr.TaskPriority.HIGH)
        self.assertEqual((task.state, task.reason), (Mgr.TaskState.FINISHED, Mgr.TaskReason.DONE))
        self.assertEqual((task.id, task.attempt), (1, 1))

    def test_none_and_threads(self):
        threads = []
        task = self.run_to_end(lambda: threads.append(threading.current_thread()))
        self.assertIsNone(task.result())
        here = self.run_to_end(threading.current_thread, in_owner=True)
        self.assertIsNot(threads[0], threading.main_thread())
        self.assertIs(here.result(), threading.main_thread())

    def test_batch_size(self):
        manager = Mgr.Manager.new("100 MiB")
        self.assertIn(manager.suggest_batch_size(1000, MIB), range(1, 51))
        self.assertEqual(manager.suggest_batch_size(1000, 1000 * MIB), 1)
        with self.assertRaises(OverflowError):
            manager.suggest_batch_size(-1, MIB)

    def test_name(self):
        self.assertEqual(self.run_to_end(len, (), name="counts").name, "counts")
        self.assertEqual(self.run_to_end(len, ()).name, "len")

    def test_exceptions_are_errors(self):
        def fail():
            raise ValueError("no grammar")

        def leave():
            sys.exit(3)

        for function, text in ((fail, "ValueError: no grammar (test_tasks.py:"),
                               (leave, "SystemExit: 3")):
            task = self.run_to_end(function)
            self.assertEqual(task.reason, Mgr.TaskReason.ERROR)
            self.assertIn(text, self.failure(task))

    def test_errors_keep_their_code(self):
        def fail():
            raise GLib.Error("not there", GLib.quark_to_string(Gio.io_error_quark()),
                             Gio.IOErrorEnum.NOT_FOUND)

        task = self.run_to_end(fail)
        with self.assertRaises(GLib.Error) as caught:
            task.result()
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND))

    def test_retries(self):
        tries = []

        def fail_once():
            tries.append(Mgr.current_task().attempt)
            if len(tries) == 1:
                raise ConnectionError("gone")
            return tries

        self.assertEqual(self.run_to_end(fail_once, max_retries=1).result(), [1, 2])

    def test_out_of_memory_gets_more(self):
        grants = []

        def hungry():
            grants.append(Mgr.current_task().grant)
            if len(grants) == 1:
                raise MemoryError
            return len(grants)

        task = self.run_to_end(hungry, memory="10 MiB")
        self.assertEqual((task.result(), grants), (2, [10 * MIB, 20 * MIB]))
        self.assertEqual(self.scheduler.statistics.oom, 1)

    def test_out_of_memory_for_good(self):
        def greedy():
            raise MemoryError("no table")

        task = self.run_to_end(greedy, memory="60 MiB")
        self.assertEqual((task.reason, task.attempt), (Mgr.TaskReason.OOM, 2))
        with self.assertRaises(MemoryError) as caught:
            task.result()
        self.assertIn("no table", str(caught.exception))
        self.assertNotIn("took", str(caught.exception))

    def test_what_can_never_fit(self):
        with self.assertRaises(MemoryError) as caught:
            self.scheduler.submit(len, (), memory="1 GiB")
        self.assertIn("1.0 GiB", str(caught.exception))

    def test_checkpoint(self):
        started = threading.Event()

        def work():
            Mgr.checkpoint(0.5, "half", 3 * MIB)
            started.set()
            while True:
                Mgr.checkpoint()

        said = []
        task = Mgr.Task.new("work", work, memory="4 MiB")
        task.connect("progress", lambda _task, *what: said.append(what))
        with self.scheduler:
            self.scheduler.submit(task)
            started.wait()
            self.scheduler.cancel(task)
        settle()
        self.assertEqual((task.reason, task.peak), (Mgr.TaskReason.CANCELLED, 3 * MIB))
        self.assertEqual(said, [(0.5, "half")])
        self.assertIsNone(Mgr.current_task())
        Mgr.checkpoint(memory=5)

    def test_dependencies(self):
        order = []
        first = Mgr.Task.new("first", order.append, 1)
        second = Mgr.Task.new("second", order.append, 2, after=first)
        third = Mgr.Task.new("third", lambda: 1 / 0, after=[first, second])
        fourth = Mgr.Task.new("fourth", order.append, 4, after=[third])
        with self.scheduler as scheduler:
            for task in (fourth, third, second, first):
                scheduler.submit(task)
        self.assertEqual(order, [1, 2])
        self.assertEqual(fourth.reason, Mgr.TaskReason.CANCELLED)
        self.assertIn("ZeroDivisionError", self.failure(fourth))
        last = Mgr.Task.new("last", len)
        with self.assertRaises(GLib.Error):
            last.add_dependency(Mgr.Task.new("circle", len, after=last))

    def test_dependency_refused(self):
        never = Mgr.Task.new("never", len, memory="1 GiB")
        last = self.scheduler.submit(Mgr.Task.new("last", len, after=never))
        self.assertIn("“never” (never submitted)", self.scheduler.explain(last))
        with self.assertRaises(MemoryError):
            self.scheduler.submit(never)
        self.assertEqual(last.reason, Mgr.TaskReason.CANCELLED)
        self.assertIn("“never” needs 1.0 GiB", self.failure(last))

    def test_dependency_of_another_scheduler(self):
        other = Mgr.Manager.new("100 MiB")
        gate = threading.Event()
        first = self.scheduler.submit(Mgr.Task.new("first", gate.wait))
        with self.assertRaises(GLib.Error) as caught:
            other.scheduler.submit(Mgr.Task.new("second", len, after=first))
        self.assertTrue(caught.exception.matches(Mgr.error_quark(), Mgr.Error.INVALID_ARGUMENT))
        gate.set()
        first.wait()

    def test_blocking_wait_keeps_time(self):
        said = []
        task = Mgr.Task.new_command("sleep", ["sleep", "20"], memory="1 MiB", timeout=20000)
        self.scheduler.connect("task-finished", lambda *_arguments: said.append("finished"))
        self.scheduler.submit(task)
        with self.assertRaises(GLib.Error) as caught:
            task.wait()
        self.assertTrue(caught.exception.matches(Mgr.error_quark(), Mgr.Error.TIMED_OUT))
        self.assertEqual(task.reason, Mgr.TaskReason.TIMEOUT)
        self.assertEqual(said, [])
        settle()
        self.assertEqual(said, ["finished"])

    def test_blocking_wait_starts_what_fits(self):
        others = self.manager.allocate(self.manager.root, "60 MiB", "others")
        task = self.scheduler.submit(lambda: "started", memory="50 MiB")
        timer = threading.Timer(0.02, others.release)
        give_up = Gio.Cancellable()
        giving_up = threading.Timer(20, give_up.cancel)
        for thread in (timer, giving_up):
            thread.start()
        task.wait(give_up)
        giving_up.cancel()
        self.assertEqual(task.result(), "started")

    def test_bad_input(self):
        with self.assertRaises(TypeError) as caught:
            Mgr.Task.new("a", len, memroy=1)
        self.assertIn("memroy", str(caught.exception))
        self.assertIn("memory", str(caught.exception))
        with self.assertRaises(TypeError):
            Mgr.Task.new("a", "no function")
        for priority in ("urgent", "HIGH", 7, -1):
            with self.assertRaises(ValueError) as caught:
                Mgr.Task.new("a", len, priority=priority)
            self.assertIn("critical, high, normal, low, deferred", str(caught.exception))
        with self.assertRaises(GLib.Error):
            Mgr.Task.new("a", len, memory="lots")
        with self.assertRaises(TypeError):
            self.scheduler.submit(Mgr.Task.new("a", len), memory=1)
        with self.assertRaises(RuntimeError):
            asyncio.run(self.wait_for(Mgr.Task.new("a", len)))
        with self.assertRaises(GLib.Error) as caught:
            Mgr.Task.new("a", len).wait()
        self.assertIn("was not submitted", str(caught.exception))
        task = self.run_to_end(len, ())
        with self.assertRaises(GLib.Error):
            self.scheduler.submit(task)

    def test_out_of_range(self):
        for name, value in (("rank", 0), ("rank", 11), ("timeout", -1), ("deadline", -1),
                            ("expected_duration", -1), ("max_retries", -1), ("memory", -1),
                            ("memory", 2 ** 64), ("timeout", float("nan"))):
            with self.assertRaises(ValueError, msg=name) as caught:
                Mgr.Task.new("a", len, **{name: value})
            self.assertIn(name, str(caught.exception))
        task = Mgr.Task.new("a", len, rank=10)
        with self.assertRaises(ValueError):
            task.rank = 11
        self.assertEqual(task.rank, 10)

    def test_argv(self):
        for made in (lambda argv: Mgr.Task.new_command("a", argv), self.set_argv):
            for argv in ("ls -l", b"ls -l"):
                with self.assertRaises(TypeError) as caught:
                    made(argv)
                self.assertIn("a list", str(caught.exception))
            for argv in ([], ()):
                with self.assertRaises(ValueError):
                    made(argv)
            self.assertEqual(made(("ls", "-l")).argv, ["ls", "-l"])

    def set_argv(self, argv):
        task = Mgr.Task.new_command("a", ["true"])
        task.argv = argv
        return task

    def test_no_memory_declared(self):
        """None and nothing are the same: what was learned."""
        self.assertEqual(Mgr.Task.new("a", len, memory=None).memory, 0)
        self.assertEqual(Mgr.task(memory=None)(len).task().memory, 0)
        declared = self.run_to_end(len, (), memory=None)
        self.assertEqual(declared.grant, self.run_to_end(len, ()).grant)

    async def wait_for(self, task):
        return await task

    def test_component(self):
        parsers = self.manager.add_component("parsers", "20 MiB")
        used = []
        task = self.run_to_end(lambda: used.append(parsers.used), component=parsers,
                               memory="15 MiB")
        self.assertEqual((used, task.component), ([15 * MIB], "parsers"))

    def test_component_removed(self):
        parsers = self.manager.add_component("parsers", "20 MiB")
        self.scheduler.pause()
        task = self.scheduler.submit(len, (), component=parsers, memory="15 MiB")
        self.manager.remove_component(parsers)
        self.assertIn("component “parsers” was removed", self.failure(task))
        self.scheduler.resume()

    def test_block_that_raises_cancels(self):
        with self.assertRaises(KeyError):
            with self.scheduler as scheduler:
                scheduler.pause()
                task = scheduler.submit(len, ())
                raise KeyError
        self.scheduler.resume()
        self.assertEqual(task.reason, Mgr.TaskReason.CANCELLED)


class DecoratorTest(TaskCase):
    def test_plain_call(self):
        @Mgr.task
        def double(value):
            """Doubles."""
            return 2 * value

        self.assertEqual((double(3), double.__name__, double.__doc__), (6, "double", "Doubles."))
        with self.scheduler:
            task = double.submit(value=4)
        self.assertEqual(task.result(), 8)
        self.assertIn("double", task.name)

    def test_options(self):
        @Mgr.task(memory="1 MiB", priority="low", name="doubling")
        def double(value):
            return 2 * value

        task = double.options(memory="2 MiB").task(1)
        self.assertEqual((task.name, task.memory), ("doubling", 2 * MIB))
        self.assertEqual(task.priority, Mgr.TaskPriority.LOW)
        self.assertEqual(double.task(1).memory, MIB)


class AsyncTest(TaskCase):
    def test_plain_asyncio(self):
        async def double(value):
            await asyncio.sleep(0)
            return 2 * value

        async def main():
            async with self.scheduler as scheduler:
                tasks = [scheduler.submit(double, i, memory=MIB) for i in range(20)]
                here = scheduler.submit(threading.current_thread, in_owner=True)
                return await asyncio.gather(*tasks), await here

        values, thread = asyncio.run(main())
        self.assertEqual(values, [2 * i for i in range(20)])
        self.assertIs(thread, threading.main_thread())

    def test_signals_come_meanwhile(self):
        states = []

        async def main():
            task = Mgr.Task.new("a", asyncio.sleep, 0.1)
            task.connect("state-changed", lambda _task, state: states.append(state.value_nick))
            await self.scheduler.submit(task)

        asyncio.run(main())
        settle()
        self.assertEqual(states, ["waiting", "running", "finished"])

    def test_errors(self):
        async def main():
            with self.assertRaises(GLib.Error) as caught:
                await self.scheduler.submit(json.loads, "{")
            return caught.exception.message

        self.assertIn("JSONDecodeError", asyncio.run(main()))

    def test_cancelled_wait_leaves_the_task(self):
        go = threading.Event()

        async def main():
            task = self.scheduler.submit(go.wait)
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(self.wait_for(task), 0.001)
            go.set()
            return await task

        self.assertTrue(asyncio.run(main()))

    def test_cancelled_task_cancels_its_coroutine(self):
        ended = []

        async def body():
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                ended.append(True)

        async def main():
            task = self.scheduler.submit(body)
            self.scheduler.cancel(task)
            with self.assertRaises(GLib.Error) as caught:
                await task
            return caught.exception

        error = asyncio.run(main())
        self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED), error)

    async def wait_for(self, task):
        return await task


class CommandTest(TaskCase):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        pathlib.Path(self.folder.name, "mgr_called.py").write_text(MODULE)
        sys.path.insert(0, self.folder.name)
        self.addCleanup(sys.path.remove, self.folder.name)
        self.scheduler.add_executor(CommandExecutor())
        import mgr_called
        self.module = mgr_called

    def call(self, function, *arguments, **named):
        with self.scheduler:
            task = Mgr.task(memory="1 MiB")(function).submit_command(
                *arguments, results=self.folder.name, **named)
        return task

    def test_returns(self):
        self.assertEqual(self.call(self.module.add, 2, b=3).result(), [5])
        self.assertEqual(self.call(self.module.slowly, {"a": None}).result(), {"a": None})
        with self.scheduler:
            task = self.module.decorated.submit_command("text")
        self.assertEqual(task.result(), "TEXT")
        self.assertEqual(task.exit_status, 0)

    def test_raises(self):
        task = self.call(self.module.fail, "no luck")
        self.assertEqual((self.failure(task), task.exit_status), ("ValueError: no luck", 1))
        self.assertIn("TypeError", self.failure(self.call(self.module.unpackable)))
        self.assertIn("TypeError", self.failure(self.call(self.module.add)))

    def test_refused(self):
        with self.assertRaises(ValueError) as caught:
            self.call(lambda: None)
        self.assertIn("module", str(caught.exception))
        with self.assertRaises(ValueError) as caught:
            self.call(self.module.add, object())
        self.assertIn("JSON", str(caught.exception))
        with self.assertRaises(ValueError) as caught:
            self.call(self.module.add, "x" * 200_000)
        self.assertIn("200", str(caught.exception))

    def test_results_go_with_the_task(self):
        task = self.call(self.module.add, 1)
        before = os.listdir(self.folder.name)
        reference = task.weak_ref()
        del task
        self.scheduler = self.manager = None
        settle()
        gc.collect()
        self.assertIsNone(reference())
        self.assertEqual(len([name for name in before if name.startswith("libmgr-call")]), 1)
        self.assertEqual([name for name in os.listdir(self.folder.name)
                          if name.startswith("libmgr-call")], [])
        self.setUp()

    def test_program(self):
        result = os.path.join(self.folder.name, "result")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

        def run(*arguments):
            done = subprocess.run([sys.executable, "-m", "libmgr.call", *arguments],
                                  env=environment, capture_output=True, text=True)
            return done.returncode, done.stderr

        self.assertEqual(run("mgr_called:add", "[[1], {}]", result), (0, ""))
        self.assertEqual(json.loads(pathlib.Path(result).read_text()), {"value": [2]})
        for path, text in (("mgr_called:absent", "absent"), ("no_such_module:a", "no_such_module"),
                           ("mgr_called", "MODULE:FUNCTION")):
            status, said = run(path, "[[1], {}]", result)
            self.assertEqual(status, 2)
            self.assertIn(text, said)
        self.assertEqual(run("mgr_called:add", "{", result)[0], 2)
        self.assertEqual(run("mgr_called:add")[0], 2)


class ProgramEndTest(unittest.TestCase):
    def test_waits_for_what_runs(self):
        program = """
import time
import gi
gi.require_version("Mgr", "1.0")
from gi.repository import Mgr
manager = Mgr.Manager.new("100 MiB")
started = []
def work():
    started.append(True)
    time.sleep(0.05)
    print("done", flush=True)
manager.scheduler.submit(work, memory="60 MiB")
manager.scheduler.submit(work, memory="60 MiB")
while not started:
    time.sleep(0.001)
"""
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "done\n", ""))


class LeakTest(TaskCase):
    def test_bodies_and_results(self):
        class Thing:
            pass

        arguments, results = weakref.WeakSet(), weakref.WeakSet()

        def body(_argument):
            result = Thing()
            results.add(result)
            return result

        with self.scheduler as scheduler:
            for _ in range(N_MANY):
                argument = Thing()
                arguments.add(argument)
                scheduler.submit(body, argument, memory=1)
                del argument
        settle()
        gc.collect()
        # What got done has let go of its arguments; the results of the last are listed.
        self.assertEqual(len(arguments), 0)
        self.assertLessEqual(len(results), 257)
        reference = self.scheduler.weak_ref()
        self.scheduler = scheduler = self.manager = None
        settle()
        gc.collect()
        self.assertIsNone(reference())
        self.assertEqual(len(results), 0)
        self.setUp()


if __name__ == "__main__":
    unittest.main()
