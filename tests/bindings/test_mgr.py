# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the Python override adds. What all languages share is in scenario.py."""

import asyncio
import contextlib
import io
import sys
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


class CleanupTest(unittest.TestCase):
    def setUp(self):
        self.manager = make_manager()

    def register(self, name, size, **properties):
        resource = Mgr.Resource(name, size, **properties)
        self.manager.register_resource(resource)
        return resource

    def test_defaults(self):
        asked = []

        def reclaim(resource, target):
            asked.append((resource.name, target))
            return resource.size

        self.register("temp_rows", "1 KiB", reclaim=reclaim)
        self.register("temp_sums", 512, reclaim=reclaim, priority=9)
        self.register("table", "1 MiB", reclaim=reclaim)
        self.register("temp_kept", 10, reclaim=reclaim, safety=Mgr.Safety.PROTECTED)

        plan = self.manager.cleaner.plan()
        self.assertEqual([step.name for step in plan.steps], ["temp_rows"])
        self.assertEqual([step.reason for step in plan.protected], ["PROTECTED by hand"])
        report = self.manager.cleanup()
        self.assertEqual(asked, [("temp_rows", 768)])
        self.assertEqual(report.strategy, Mgr.CleanupStrategy.MODERATE)
        self.assertEqual(report.cleaned, ["temp_rows"])
        self.assertEqual(report.protected, ["temp_kept"])
        self.assertEqual(report.kept, ["table", "temp_sums"])
        self.assertEqual(report.claimed, 1024)

        forced = self.manager.cleanup(Mgr.CleanupStrategy.EMERGENCY, force=True)
        self.assertEqual(forced.cleaned, ["temp_sums", "table"])

    def test_arbitration(self):
        bert = self.manager.lookup_component("ml-models/bert")
        rows = [bert.allocate(MIB, "rows") for _ in range(8)]

        def reclaim(resource, target):
            freed = 0
            while rows and freed < target:
                freed += rows[-1].size
                rows.pop().release()
            return freed

        self.register("temp_rows", "8 MiB", reclaim=reclaim, component=bert)
        self.assertEqual(self.manager.arbitration, Mgr.Arbitration.WAITING)
        with self.assertRaises(MemoryError):
            self.manager.allocate("ml-models/bert", "2 MiB")

        self.manager.arbitration = Mgr.Arbitration.ALWAYS
        with self.manager.allocate("ml-models/bert", "2 MiB") as allocation:
            self.assertEqual(allocation.size, 2 * MIB)
        self.assertEqual(len(rows), 6)
        self.assertEqual(self.manager.get_report().status, Mgr.MemoryStatus.NORMAL)

    def test_protected(self):
        for name in ("weights", "dear"):
            self.register(name, 10, reclaim=lambda resource, target: resource.size)
        rules = self.manager.get_cleaner().get_rules()
        rules.add("weights", Mgr.Safety.PROTECTED)
        dear = self.manager.cleaner.resources[-1]
        dear.safety = Mgr.Safety.PROTECTED

        report = self.manager.cleanup(Mgr.CleanupStrategy.LIGHT, allow_protected=True)
        self.assertEqual(report.cleaned, [])
        report = self.manager.cleanup(Mgr.CleanupStrategy.AGGRESSIVE, True, False)
        self.assertEqual((report.cleaned, report.protected), (["weights"], ["dear"]))
        report = self.manager.cleanup(Mgr.CleanupStrategy.AGGRESSIVE, True, False, True)
        self.assertEqual((report.cleaned, report.protected), (["dear"], []))
        self.assertEqual(report.flags, Mgr.CleanupFlags.FORCE | Mgr.CleanupFlags.UNSAFE
                         | Mgr.CleanupFlags.ALLOW_PROTECTED)
        self.assertEqual([(step.name, step.claimed, step.reason) for step in report.steps][0],
                         ("dear", 10, "PROTECTED by hand, and the cleanup allows for it"))

    def test_plan(self):
        self.register("temp_a", 10, reclaim=lambda resource, target: resource.size)
        cleaner = self.manager.cleaner
        plan = cleaner.plan(Mgr.CleanupStrategy.AGGRESSIVE)
        cleaner.resources[-1].size = 20
        with self.assertRaises(GLib.Error) as raised:
            cleaner.execute(plan)
        self.assertTrue(raised.exception.matches(Mgr.Error.quark(), Mgr.Error.STALE_PLAN))
        self.assertIn("temp_a", raised.exception.message)
        report = cleaner.execute(cleaner.plan(Mgr.CleanupStrategy.AGGRESSIVE))
        self.assertEqual(report.claimed, 20)
        self.assertEqual(report.to_variant().unpack()["steps"][0]["name"], "temp_a")

    def test_resource(self):
        resource = Mgr.Resource.new("temp_a", "2 KiB")
        self.assertEqual((resource.name, resource.size), ("temp_a", 2048))
        resource.size = "3 KiB"
        self.assertEqual(resource.size, 3072)
        self.assertFalse(resource.safety_set)
        resource.safety = Mgr.Safety.SAFE
        self.assertTrue(resource.safety_set)

    def test_reclaim_returns_none(self):
        self.register("temp_a", 10, reclaim=lambda resource, target: None)
        self.assertEqual(self.manager.cleanup().kept, ["temp_a"])

    def test_reclaim_raises(self):
        def fail(resource, target):
            raise RuntimeError("disk full")

        self.register("temp_a", 20, reclaim=fail)
        self.register("temp_b", 10, reclaim=lambda resource, target: 10)
        with contextlib.redirect_stderr(io.StringIO()) as output:
            report = self.manager.cleanup(Mgr.CleanupStrategy.EMERGENCY)
        self.assertIn("disk full", output.getvalue())
        self.assertEqual((report.cleaned, report.kept), (["temp_b"], ["temp_a"]))

    def test_nested(self):
        codes = []

        def reclaim(resource, target):
            try:
                self.manager.cleanup()
            except GLib.Error as error:
                codes.append(error.code)
            return 1

        self.register("temp_a", 10, reclaim=reclaim)
        self.manager.cleanup()
        self.assertEqual(codes, [Mgr.Error.WOULD_DEADLOCK])

    def test_from_another_thread(self):
        ran_in = []
        reports = []

        def reclaim(resource, target):
            ran_in.append(threading.current_thread())
            return resource.size

        self.register("temp_a", 10, reclaim=reclaim)
        worker = threading.Thread(target=lambda: reports.append(
            self.manager.cleanup(Mgr.CleanupStrategy.EMERGENCY)))
        worker.start()
        while not reports:
            GLib.MainContext.default().iteration(False)
        worker.join()
        self.assertEqual(ran_in, [threading.current_thread()])
        self.assertEqual(reports[0].claimed, 10)


class GLibThread:
    """Iterates the default main context in a thread, as a program with asyncio may."""

    def __enter__(self):
        self._loop = GLib.MainLoop()
        self._thread = threading.Thread(target=self._loop.run)
        self._thread.start()

    def __exit__(self, *_exception):
        GLib.idle_add(self._loop.quit)
        self._thread.join()


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
