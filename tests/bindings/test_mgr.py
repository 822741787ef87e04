# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the Python override adds. What all languages share is in scenario.py."""

import asyncio
import contextlib
import io
import os
import signal
import socket
import sys
import tempfile
import threading
import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Gio, GLib, Mgr  # noqa: E402

MIB = 1 << 20


def make_manager():
    manager = Mgr.Manager(total_budget="64 MiB", proc_path="/nonexistent",
                          cgroup_path="/nonexistent")
    manager.monitor.stop()
    models = manager.add_component("ml-models", "16 MiB")
    manager.add_component("bert", "8 MiB", models)
    return manager


class ManagerTest(unittest.TestCase):
    def setUp(self):
        self.manager = make_manager()
        self.bert = self.manager.lookup_component("ml-models/bert")

    def test_total_budget(self):
        self.assertEqual(self.manager.total_budget, 64 * MIB)
        self.assertEqual(Mgr.Manager.new("1.5 MiB").total_budget, 3 * MIB // 2)
        self.assertEqual(Mgr.Manager.new(MIB).get_total_budget(), MIB)
        self.manager.total_budget = "32 MiB"
        self.assertEqual(self.manager.total_budget, 32 * MIB)

    def test_with(self):
        with self.manager.allocate("ml-models/bert", "1.5 MiB", "weights", priority=8,
                                   tags=["a"]) as allocation:
            self.assertIsInstance(allocation, Mgr.Allocation)
            self.assertEqual(self.bert.used, 3 * MIB // 2)
            self.assertEqual(allocation.priority, 8)
            self.assertEqual(allocation.tags, ["a"])
            self.assertEqual(allocation.description, "weights")
        self.assertTrue(allocation.is_released())
        self.assertEqual(self.bert.used, 0)

    def test_with_error(self):
        with self.assertRaises(ZeroDivisionError):
            with self.manager.allocate("ml-models/bert", MIB):
                1 / 0
        self.assertEqual(self.bert.used, 0)

    def test_with_released_inside(self):
        with self.manager.allocate("ml-models/bert", MIB) as allocation:
            allocation.release()
        self.assertEqual(self.bert.used, 0)

    def test_dropped(self):
        allocation = self.manager.allocate("ml-models/bert", MIB)
        self.assertEqual(self.bert.used, MIB)
        del allocation
        self.assertEqual(self.bert.used, 0)

    def test_component_for_path(self):
        for component in ("ml-models/bert", self.bert):
            with self.manager.allocate(component, 1), \
                    self.manager.allocate_adaptive(component, 2), \
                    self.manager.allocate_with_fallback(component, 3, 1):
                self.assertEqual(self.bert.used, 6)
                self.assertEqual(len(self.manager.list_allocations(component)), 3)

    def test_size_as_text(self):
        allocation = self.bert.allocate("1 KiB", "x", tags=["t"])
        self.assertEqual((allocation.size, allocation.description), (1024, "x"))
        allocation.resize("2 KiB")
        self.assertEqual(allocation.size, 2048)
        allocation.release()

        adaptive = self.manager.allocate_adaptive("ml-models/bert", "9 MiB", minimum="1 MiB")
        self.assertEqual(adaptive.size, 8 * MIB)
        adaptive.release()

        fallback = self.manager.allocate_with_fallback("ml-models/bert", "9 MiB", "1 KiB")
        self.assertEqual(fallback.size, 1024)
        fallback.release()

        self.bert.release(self.bert.reserve("1 KiB"))
        self.assertEqual(self.bert.used, 0)

    def test_bad_size(self):
        for size in ("", "many", "1 parsec"):
            with self.assertRaises(GLib.Error) as caught:
                self.manager.allocate("ml-models/bert", size)
            self.assertTrue(caught.exception.matches(Mgr.Error.quark(),
                                                     Mgr.Error.INVALID_ARGUMENT))
        with self.assertRaises(TypeError):
            self.manager.allocate("ml-models/bert", None)
        with self.assertRaises(TypeError):
            self.manager.allocate(17, 1)
        with self.assertRaises(OverflowError):
            self.manager.allocate("ml-models/bert", -1)

    def test_refusal_is_memory_error(self):
        cases = (
            (lambda: self.manager.allocate("ml-models/bert", 9 * MIB), Mgr.Error.INFEASIBLE),
            (lambda: self.manager.allocate("ml-models/bert", "9 MiB"), Mgr.Error.INFEASIBLE),
            (lambda: self.manager.allocate("ml-models/bert", 8 * MIB), Mgr.Error.NO_BUDGET),
            (lambda: self.manager.allocate(self.bert, 8 * MIB), Mgr.Error.NO_BUDGET),
            (lambda: self.bert.allocate(8 * MIB), Mgr.Error.NO_BUDGET),
            (lambda: self.bert.reserve(8 * MIB), Mgr.Error.NO_BUDGET),
            (lambda: self.manager.allocate_adaptive("ml-models/bert", 8 * MIB, minimum=8 * MIB),
             Mgr.Error.NO_BUDGET),
            (lambda: self.manager.allocate_with_fallback("ml-models/bert", 9 * MIB, 8 * MIB),
             Mgr.Error.NO_BUDGET),
        )

        with self.manager.allocate("ml-models/bert", 1, "the one that holds"):
            for function, code in cases:
                with self.assertRaises(MemoryError) as caught:
                    function()
                self.assertIsInstance(caught.exception, Mgr.BudgetError)
                self.assertIsInstance(caught.exception, GLib.Error)
                self.assertTrue(caught.exception.matches(Mgr.Error.quark(), code))
                self.assertIn("ml-models/bert", caught.exception.message)
                self.assertEqual(self.bert.used, 1)

    def test_other_errors_are_not(self):
        for component, size in (("nowhere", 1), ("ml-models/bert", 0)):
            with self.assertRaises(GLib.Error) as caught:
                self.manager.allocate(component, size)
            self.assertNotIsInstance(caught.exception, MemoryError)

    def test_components(self):
        self.manager.add_component("cache")
        self.manager.add_component("gpt", 1024, "ml-models")
        self.assertEqual([component.name for component in self.manager.components],
                         ["ml-models", "cache"])
        self.assertEqual(len(self.manager.components), 2)
        self.assertEqual([child.path for child in self.manager.components[0].children],
                         ["ml-models/bert", "ml-models/gpt"])
        self.manager.remove_component("ml-models/gpt")
        self.assertIsNone(self.manager.lookup_component("ml-models/gpt"))
        with self.assertRaises(GLib.Error) as caught:
            self.manager.add_component("x", 0, "nowhere")
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.NOT_FOUND))

    def test_attributes(self):
        self.bert.budget = "9 MiB"
        self.assertEqual(self.bert.get_budget(), 9 * MIB)
        self.bert.guaranteed = "1 MiB"
        self.assertEqual(self.bert.guaranteed, MIB)
        self.bert.priority = 7
        self.assertEqual(self.bert.get_priority(), 7)
        self.assertEqual(self.bert.parent.path, "ml-models")
        self.assertEqual(self.manager.level, Mgr.PressureLevel.NORMAL)
        self.assertEqual(self.manager.proc_path, "/nonexistent")
        with self.assertRaises(AttributeError):
            self.bert.used = 1
        self.assertEqual(self.manager.get_report().budget, 64 * MIB)

    def test_list_allocations(self):
        held = [self.manager.allocate("ml-models/bert", 1, tags=["odd" if i % 2 else "even"])
                for i in range(5)]
        self.assertEqual(len(self.manager.list_allocations()), 5)
        self.assertEqual(len(self.manager.list_allocations(tag="odd")), 2)
        self.assertEqual(len(self.manager.list_allocations("ml-models", offset=1, limit=3)), 3)
        del held


def iterate_until(condition):
    while not condition():
        GLib.MainContext.default().iteration(True)


class JournalTest(unittest.TestCase):
    def setUp(self):
        self.manager = make_manager()
        self.journal = self.manager.journal

    def test_details(self):
        number = self.journal.add(Mgr.JournalKind.OTHER, Mgr.JournalSeverity.INFO, "It began", {
            "flag": True, "rows": -5, "share": 0.5, "name": "rows", "names": ["a", "b"],
            "size": GLib.Variant("t", 7)})
        entry = self.journal.lookup(number)
        self.assertEqual(entry.details.unpack(), {
            "flag": True, "rows": -5, "share": 0.5, "name": "rows", "names": ["a", "b"],
            "size": 7})
        self.assertEqual((entry.kind, entry.severity, entry.summary, entry.cause),
                         (Mgr.JournalKind.OTHER, Mgr.JournalSeverity.INFO, "It began", 0))
        self.assertEqual(entry.to_variant().unpack()["id"], number)
        with self.assertRaises(TypeError):
            self.journal.add(Mgr.JournalKind.OTHER, Mgr.JournalSeverity.INFO, "x", {"bad": None})

    def test_refusal(self):
        component = self.manager.add_component("small", "1 MiB")
        with self.assertRaises(MemoryError):
            self.manager.allocate("small", "2 MiB")
        entries = self.journal.list(Mgr.JournalKind.REFUSAL)
        self.assertEqual(len(entries), 1)
        self.assertEqual(entries[0].summary, "A request of 2.0 MiB for “small” was refused")
        self.assertIn("What would help: a budget of 2.0 MiB for “small”",
                      self.journal.explain(entries[0].id))
        with self.assertRaises(GLib.Error) as caught:
            self.journal.explain(4711)
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.NOT_FOUND))
        self.assertEqual(component.refused_count, 1)

    def test_restart(self):
        folder = tempfile.TemporaryDirectory(prefix="libmgr-")
        self.addCleanup(folder.cleanup)
        path = folder.name + "/journal.db"
        journal = Mgr.Journal.new(None, path)
        problem = journal.dup_problem()
        if problem is not None:
            self.skipTest(problem)
        self.assertEqual((journal.path, journal.capacity), (path, 1000))
        journal.add(Mgr.JournalKind.LEVEL, Mgr.JournalSeverity.CRITICAL, "It rose")
        journal.flush()
        self.assertEqual([entry.summary for entry in Mgr.Journal.new_from_file(path).list()],
                         ["It rose"])
        del journal
        again = Mgr.Journal(path=path, capacity=5)
        self.assertEqual(again.add(Mgr.JournalKind.OTHER, Mgr.JournalSeverity.INFO, "again"), 2)


class SystemTest(unittest.TestCase):
    """What the kernel tells, on a machine of 16 GiB with a limit of 1 GiB."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="libmgr-")
        self.addCleanup(directory.cleanup)
        self.root = directory.name
        self.write("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 8388608 kB\n"
                                   "SwapTotal: 2048 kB\nSwapFree: 1024 kB\n")
        self.write("proc/self/cgroup", "0::/a\n")
        self.write("proc/self/mountinfo", "1 2 0:3 / /groups rw - cgroup2 none rw\n")
        self.write("groups/a/memory.current", f"{768 * MIB}\n")
        self.write("groups/a/memory.high", "max\n")
        self.write("groups/a/memory.stat", "inactive_file 0\nactive_file 0\n")
        self.limit(1024 * MIB)
        self.paths = {"proc_path": os.path.join(self.root, "proc"), "cgroup_path": self.root}

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def limit(self, size):
        self.write("groups/a/memory.max", f"{size}\n")

    def test_monitor(self):
        monitor = Mgr.PressureMonitor()
        monitor.add_system_sources(self.paths["proc_path"], self.paths["cgroup_path"])
        sample = monitor.sample()
        self.assertEqual((sample.limit, sample.available), (1024 * MIB, 256 * MIB))
        self.assertEqual((sample.swap, sample.missing), (MIB, ["psi-group", "psi"]))
        self.assertTrue(monitor.trigger)
        monitor.trigger = False
        self.assertFalse(monitor.trigger)

    def test_limits(self):
        changed = []
        monitor = Mgr.PressureMonitor()
        limits = Mgr.MemoryLimits(**self.paths)
        monitor.limits = limits
        self.assertEqual(monitor.limits, limits)
        self.assertEqual((limits.limit, limits.headroom, limits.swap),
                         (1024 * MIB, 256 * MIB, MIB))
        self.assertIn("Limit: 1.0 GiB, memory.max of ", limits.explain())

        monitor.connect("limits-changed", lambda _monitor, which: changed.append(which.limit))
        self.limit(2048 * MIB)
        monitor.sample()
        while GLib.MainContext.default().iteration(False):
            pass
        self.assertEqual(changed, [2048 * MIB])

    def test_budget_follows(self):
        manager = Mgr.Manager(total_budget_share=0.5, **self.paths)
        manager.monitor.stop()
        self.assertEqual(manager.total_budget, 512 * MIB)
        self.limit(2048 * MIB)
        manager.monitor.sample()
        self.assertEqual(manager.total_budget, 1024 * MIB)
        manager.total_budget_share = 0.25
        self.assertEqual(manager.total_budget, 512 * MIB)

    def test_sources(self):
        group = Mgr.PsiSource(scope=Mgr.PressureScope.GROUP, **self.paths)
        swap = Mgr.SwapSource(**self.paths)
        self.assertEqual((group.get_name(), group.scope), ("psi-group", Mgr.PressureScope.GROUP))
        self.assertEqual(swap.cgroup_path, self.root)
        self.assertEqual((swap.read().used, swap.read().scope), (MIB, Mgr.PressureScope.SWAP))
        with self.assertRaises(GLib.Error) as caught:
            group.read()
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.NOT_AVAILABLE))
        with self.assertRaises(TypeError):
            Mgr.SystemSource()


class OutsideTest(unittest.TestCase):
    """What comes from outside the process, and what it tells its children."""

    def setUp(self):
        self.manager = make_manager()
        self.directory = tempfile.TemporaryDirectory(prefix="libmgr-")
        self.addCleanup(self.directory.cleanup)

    def press(self):
        """Fill the total budget to 90 %, so that the level is critical."""
        allocation = self.manager.add_component("rest").allocate("57.6 MiB")
        for _ in range(2):
            self.manager.monitor.sample()
        return allocation

    def test_emergency_signal(self):
        emergencies = []
        reports = []
        self.manager.connect("emergency", lambda manager, sample: emergencies.append(sample.level))
        self.manager.connect("cleanup-finished", lambda manager, report: reports.append(report))
        self.manager.register_resource(Mgr.Resource("table", 10, reclaim=lambda *_: 10))

        self.assertEqual(self.manager.emergency_signal, 0)
        self.manager.set_emergency_signal()
        self.assertEqual(self.manager.emergency_signal, signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGUSR1)
        iterate_until(lambda: reports)
        self.assertEqual(emergencies, [Mgr.PressureLevel.NORMAL])
        self.assertEqual(reports[0].strategy, Mgr.CleanupStrategy.EMERGENCY)
        self.assertEqual(reports[0].cleaned, ["table"])

        self.manager.emergency_signal = signal.SIGUSR2
        self.assertEqual(self.manager.props.emergency_signal, signal.SIGUSR2)
        with self.assertRaises(GLib.Error) as caught:
            self.manager.emergency_signal = signal.SIGTERM
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.INVALID_ARGUMENT))
        self.manager.emergency_signal = 0

    def test_emergency_handler_raises(self):
        def fail(manager, sample):
            raise RuntimeError("not now")

        reports = []
        self.manager.connect("emergency", fail)
        self.manager.connect("cleanup-finished", lambda manager, report: reports.append(report))
        self.manager.set_emergency_signal(signal.SIGUSR2)
        with contextlib.redirect_stderr(io.StringIO()) as output:
            os.kill(os.getpid(), signal.SIGUSR2)
            iterate_until(lambda: reports)
        self.assertIn("not now", output.getvalue())
        self.manager.emergency_signal = 0

    def test_notifier_and_watch(self):
        for channel in (Mgr.PressureChannel.FIFO, Mgr.PressureChannel.SOCKET):
            notifier = Mgr.PressureNotifier.new(self.manager.monitor, self.directory.name, channel)
            self.assertEqual(notifier.environment,
                             [f"MEMORY_PRESSURE_WATCH={notifier.path}", "MEMORY_PRESSURE_WRITE="])
            self.assertEqual((notifier.channel, notifier.monitor),
                             (channel, self.manager.monitor))

            heard = []
            watch = Mgr.PressureWatch.new(notifier.path)
            watch.connect("pressure", lambda watch: heard.append(watch.path))
            notifier.threshold = Mgr.PressureLevel.HIGH
            with self.press():
                iterate_until(lambda: heard)
            self.assertEqual((heard, watch.active), ([notifier.path], True))
            self.manager.remove_component("rest")
        del notifier, watch

    def test_notifier_defaults_to_a_fifo(self):
        notifier = Mgr.PressureNotifier.new(self.manager.monitor, self.directory.name)
        self.assertEqual(notifier.channel, Mgr.PressureChannel.FIFO)
        self.assertEqual(notifier.threshold, Mgr.PressureLevel.MEDIUM)

    def test_watch_request(self):
        path = os.path.join(self.directory.name, "socket")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
            server.listen()
            watch = Mgr.PressureWatch.new(path, b"some 1 2")
            with server.accept()[0] as client:
                self.assertEqual(client.recv(100), b"some 1 2")
            self.assertEqual(watch.request.get_data(), b"some 1 2")
            iterate_until(lambda: not watch.active)

    def test_watch_errors(self):
        for make, code in (
                (lambda: Mgr.PressureWatch.new_from_environment(), Mgr.Error.NOT_AVAILABLE),
                (lambda: Mgr.PressureWatch.new("relative"), Mgr.Error.INVALID_ARGUMENT),
                (lambda: Mgr.PressureNotifier.new(self.manager.monitor, "/nonexistent"),
                 Mgr.Error.NOT_FOUND)):
            with self.assertRaises(GLib.Error) as caught:
                make()
            self.assertTrue(caught.exception.matches(Mgr.Error.quark(), code))


class ConfigTest(unittest.TestCase):
    TEXT = """[libmgr]
memory-alert=1000 MB
total-budget=75 %
monitoring-interval=30 s
track-process=yes
"""

    def tearDown(self):
        os.environ.pop("MGR_MEMORY_ALERT", None)
        os.environ.pop("MGR_MEMORY_ALRT", None)

    def test_getters(self):
        config = Mgr.Config.new_from_data(self.TEXT.encode(), "here")
        self.assertEqual(config.get_size("memory-alert"), 1000 * 1000 * 1000)
        self.assertEqual(config.get_share("total-budget"), 0.75)
        self.assertEqual(config.get_duration("monitoring-interval"), 30 * 1000 * 1000)
        self.assertEqual([round(ratio, 9) for ratio in config.get_ratios("pressure-thresholds")],
                         [0.7, 0.8, 0.85, 0.9, 0.95])
        self.assertIs(config.get_boolean("track-process"), True)
        self.assertEqual(config.get_string("emergency-signal"), "none")
        self.assertEqual(config.get_origin("memory-alert"), "file here, line 2")
        self.assertTrue(config.is_set("memory-alert"))
        self.assertFalse(config.is_set("memory-cleanup"))
        self.assertEqual((config.files, config.problems), ([], []))

    def test_mapping(self):
        config = Mgr.Config.new_from_data(self.TEXT)
        self.assertEqual(list(config), Mgr.Config.list_keys())
        self.assertEqual(config["monitoring-interval"], 30 * 1000 * 1000)
        values = dict(config)
        self.assertEqual(values["memory-alert"], 1000 * 1000 * 1000)
        self.assertEqual(values["total-budget"], 0.75)
        self.assertEqual(values["proc-path"], "/proc")
        self.assertEqual(len(values["pressure-thresholds"]), 5)
        with self.assertRaises(KeyError):
            config["memory-alrt"]

    def test_describe(self):
        description = Mgr.Config.describe_key("memory-alert").unpack()
        self.assertEqual(description["variable"], "MGR_MEMORY_ALERT")
        self.assertEqual(description["type"], "size")
        self.assertIsNone(Mgr.Config.describe_key("memory-alrt"))

    def test_bad_text(self):
        for text in ("memory-alert=1 GB", "[libmgr]\nmemory-alert=1000\n", "[libmgr]\0",
                     b"[libmgr]\nproc-path=/\xff", "[memory]"):
            with self.assertRaises(GLib.Error) as caught:
                Mgr.Config.new_from_data(text, "here")
            self.assertTrue(caught.exception.matches(Mgr.Error.quark(),
                                                     Mgr.Error.INVALID_ARGUMENT))
            self.assertRegex(caught.exception.message, r"^here:\d: ")
        with self.assertRaises(GLib.Error) as caught:
            Mgr.Config.new_from_file("/nonexistent")
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.NOT_FOUND))

    def test_environment(self):
        os.environ["MGR_MEMORY_ALERT"] = "2 GiB"
        os.environ["MGR_MEMORY_ALRT"] = "2 GiB"
        config = Mgr.Config.new()
        self.assertEqual(config["memory-alert"], 2 << 30)
        self.assertEqual(config.get_origin("memory-alert"), "environment variable MGR_MEMORY_ALERT")
        self.assertEqual(len(config.problems), 1)
        self.assertIn("“MGR_MEMORY_ALERT”?", config.problems[0])

    def test_manager(self):
        config = Mgr.Config.new_from_data(self.TEXT)
        manager = Mgr.Manager("1 GiB", config=config)
        self.assertEqual(manager.total_budget, 1 << 30)
        self.assertTrue(manager.track_process)
        self.assertEqual(manager.monitor.interval, 30 * 1000 * 1000)
        self.assertEqual(manager.config["memory-alert"], 1000 * 1000 * 1000)
        manager.monitor.stop()


class GLibThread:
    """Iterates the default main context in a thread, as a program with asyncio may."""

    def __enter__(self):
        self._loop = GLib.MainLoop()
        self._thread = threading.Thread(target=self._loop.run)
        self._thread.start()

    def __exit__(self, *_exception):
        GLib.idle_add(self._loop.quit)
        self._thread.join()


class TraceTest(unittest.TestCase):
    NAMES = ("t_ms,mem_total_kb,mem_avail_kb,swap_total_kb,swap_free_kb,psi_some_us,cg_current,"
             "cg_high,cg_max,cg_file,cg_inactive_file,cg_some_us\n")

    def load(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "run.csv")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            return Mgr.PressureTrace.new_from_file(path)

    def test_replay(self):
        trace = self.load(self.NAMES + "0,1000,900,0,0,0,0,-1,-1,0,0,0\n"
                                       "2000,1000,10,0,0,0,0,-1,-1,0,0,0\n")
        self.assertEqual((trace.name, trace.duration, trace.n_rows), ("run", 2000000, 2))
        column = trace.find_column("mem_avail_kb")
        self.assertEqual((trace.value_at(column, 1000000), trace.interpolate_at(column, 1000000)),
                         (900, 455))

        clock = Mgr.ManualClock.new(0)
        monitor = Mgr.PressureMonitor.new(clock)
        trace.add_sources(monitor)
        self.assertEqual(monitor.sample().usage, 0.1)
        clock.advance(trace.duration)
        self.assertEqual(monitor.sample().available, 10240)

    def test_source(self):
        trace = self.load(self.NAMES + "0,1000,900,8,2,0,0,-1,-1,0,0,0\n")
        source = Mgr.ReplaySource.new(trace, Mgr.ReplayPart.SWAP, None, -1)
        self.assertEqual((source.part, source.trace.name), (Mgr.ReplayPart.SWAP, "run"))
        reading = source.read()
        self.assertEqual((reading.scope, reading.used), (Mgr.PressureScope.SWAP, 6144))

    def test_error(self):
        with self.assertRaises(GLib.Error) as caught:
            self.load(self.NAMES + "0,1000,900,0,0,x,0,-1,-1,0,0,0\n")
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.INVALID_ARGUMENT))
        self.assertIn("line 2, column “psi_some_us”", caught.exception.message)


class AsyncTest(unittest.TestCase):
    def setUp(self):
        self.manager = make_manager()
        self.bert = self.manager.lookup_component("ml-models/bert")

    def play(self, coroutine):
        with GLibThread():
            return asyncio.run(asyncio.wait_for(coroutine, 20))

    def test_fits(self):
        async def play():
            allocation = await self.manager.allocate_async("ml-models/bert", "1 KiB", "x",
                                                           priority=7, tags=["t"])
            self.assertEqual((allocation.size, allocation.priority), (1024, 7))
            return allocation

        self.play(play()).release()

    def test_waits_its_turn(self):
        async def play():
            order = []

            async def wait(name, priority):
                async with self.manager.allocate_async(self.bert, 8 * MIB, name, priority):
                    order.append(name)

            holder = self.manager.allocate(self.bert, 8 * MIB)
            tasks = [asyncio.ensure_future(wait("low", 2)), asyncio.ensure_future(wait("high", 9))]
            await asyncio.sleep(0)
            holder.release()
            await asyncio.gather(*tasks)
            return order

        self.assertEqual(self.play(play()), ["high", "low"])
        self.assertEqual(self.bert.used, 0)

    def test_infeasible(self):
        async def play():
            with self.assertRaises(MemoryError) as caught:
                await self.manager.allocate_async("ml-models/bert", "1 GiB")
            self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.INFEASIBLE))

        self.play(play())

    def test_timeout(self):
        async def play():
            with self.manager.allocate(self.bert, 8 * MIB):
                with self.assertRaises(GLib.Error) as caught:
                    await self.manager.allocate_async(self.bert, 1, timeout=1000)
                self.assertTrue(caught.exception.matches(Mgr.Error.quark(), Mgr.Error.TIMED_OUT))

        self.play(play())

    def test_cancelled_with_its_task(self):
        async def play():
            cancellable = Gio.Cancellable()
            with self.manager.allocate(self.bert, 8 * MIB):
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(
                        self.manager.allocate_async(self.bert, 1, cancellable=cancellable), 0.01)
            self.assertTrue(cancellable.is_cancelled())

        self.play(play())
        self.assertEqual(self.bert.used, 0)

    def test_cancelled_too_late(self):
        async def play():
            pending = self.manager.allocate_async(self.bert, 1)
            while self.bert.used == 0:
                await asyncio.sleep(0)
            if not pending.cancel():
                (await pending).release()
            while self.bert.used != 0:
                await asyncio.sleep(0.001)

        self.play(play())

    def test_cancellable(self):
        async def play():
            cancellable = Gio.Cancellable()
            with self.manager.allocate(self.bert, 8 * MIB):
                pending = self.manager.allocate_async(self.bert, 1, cancellable=cancellable)
                cancellable.cancel()
                with self.assertRaises(GLib.Error) as caught:
                    await pending
            self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                     Gio.IOErrorEnum.CANCELLED))

        self.play(play())

    def test_loop_in_a_thread(self):
        sizes = []

        async def play():
            async with self.manager.allocate_async(self.bert, 5) as allocation:
                sizes.append(allocation.size)

        thread = threading.Thread(target=lambda: asyncio.run(play()))
        thread.start()
        while thread.is_alive():
            GLib.MainContext.default().iteration(False)
        thread.join()
        self.assertEqual(sizes, [5])

    def test_plain_asyncio(self):
        held = self.manager.allocate(self.bert, 8 * MIB)

        async def play():
            pending = self.manager.allocate_async(self.bert, 8 * MIB)
            await asyncio.sleep(0.001)
            held.release()
            async with pending as allocation:
                return allocation.size

        self.assertEqual(asyncio.run(asyncio.wait_for(play(), 20)), 8 * MIB)

    def test_no_loop(self):
        with self.assertRaises(RuntimeError):
            self.manager.allocate_async(self.bert, 1)

    def test_callback(self):
        seen = []

        def finished(manager, result, data=None):
            seen.append((manager.allocate_finish(result).size, data))

        self.manager.allocate_async(self.bert, "1 KiB", callback=finished)
        self.manager.allocate_async("ml-models/bert", 2, None, 5, None, 0, None, finished, "data")
        while len(seen) < 2:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(seen, [(1024, None), (2, "data")])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + ["-v"])
