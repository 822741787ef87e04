# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Cleanups in Python: plans, reports, and whom they ask."""

import sys
import threading
import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

MIB = 1 << 20


def make_manager():
    manager = Mgr.Manager(total_budget="64 MiB", proc_path="/nonexistent",
                          cgroup_path="/nonexistent")
    manager.monitor.stop()
    models = manager.add_component("ml-models", "16 MiB")
    manager.add_component("bert", "8 MiB", models)
    return manager


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

    def test_in_the_background(self):
        slices = []
        reports = []

        def reclaim(resource, target):
            slices.append(target)
            return target

        self.register("temp_a", "16 MiB", reclaim=reclaim)
        self.manager.cleaner.cleanup_async(
            Mgr.CleanupStrategy.AGGRESSIVE, Mgr.CleanupFlags.NONE, None,
            lambda cleaner, result: reports.append(cleaner.cleanup_finish(result)))
        self.assertEqual(slices, [])
        while not reports:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(reports[0].claimed, 16 << 20)
        self.assertGreater(len(slices), 1)
        self.assertEqual(sum(slices), 16 << 20)

    def test_plan_bytes(self):
        self.register("temp_a", "1 KiB", reclaim=lambda resource, target: target)
        report = self.manager.cleaner.execute(self.manager.cleaner.plan_bytes("0.5 KiB"))
        self.assertEqual((report.target, report.claimed), (512, 512))

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
        report = self.manager.cleanup(Mgr.CleanupStrategy.EMERGENCY)
        self.assertEqual((report.cleaned, report.kept), (["temp_b"], ["temp_a"]))
        self.assertEqual([step.error for step in report.steps if step.name == "temp_a"],
                         ["RuntimeError: disk full"])

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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + ["-v"])
