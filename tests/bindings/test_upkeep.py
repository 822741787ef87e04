# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Phases, maintenance and emergencies in Python."""

import sys
import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

MIB = 1 << 20


def make_manager():
    manager = Mgr.Manager(total_budget="64 MiB", proc_path="/nonexistent",
                          cgroup_path="/nonexistent")
    manager.monitor.stop()
    manager.add_component("ml-models", "16 MiB")
    return manager


def iterate_until(condition):
    while not condition():
        GLib.MainContext.default().iteration(True)


class MaintenanceTest(unittest.TestCase):
    def setUp(self):
        self.manager = make_manager()

    def test_maintain(self):
        asked = []
        expired = Mgr.Resource("temp_a", "8 KiB", maintain=lambda resource: asked.append(1) or "1 KiB",
                               maintenance_interval=1000)
        self.manager.register_resource(expired)
        self.assertEqual((self.manager.maintain(), expired.size), (1024, 7168))
        iterate_until(lambda: len(asked) >= 3)
        self.assertEqual(expired.maintenance_interval, 1000)
        expired.maintenance_interval = 0
        self.assertEqual(self.manager.maintenance_interval, 300 * 1000 * 1000)

    def test_limit(self):
        over = Mgr.Resource("temp_a", "8 KiB", reclaim=lambda resource, target: target,
                            limit="5 KiB")
        self.manager.register_resource(over)
        self.assertEqual((self.manager.maintain(), over.size), (3072, 5120))

    def test_raises(self):
        def fail(resource):
            raise RuntimeError("disk full")

        self.manager.register_resource(Mgr.Resource("temp_a", 10, maintain=fail))
        GLib.test_expect_message("libmgr", GLib.LogLevelFlags.LEVEL_MESSAGE,
                                 "The maintenance of “temp_a” failed: RuntimeError: disk full")
        for _ in range(3):
            self.assertEqual(self.manager.maintain(), 0)
        GLib.test_assert_expected_messages_internal("libmgr", __file__, 0, "test_raises")

    def test_emergency(self):
        emergencies = []
        self.manager.connect("emergency", lambda manager, sample: emergencies.append(sample))
        self.manager.set_emergency_reserve("1 MiB")
        self.assertEqual(self.manager.emergency_reserve, MIB)
        self.assertEqual(self.manager.declare_emergency(), MIB)
        self.assertEqual(emergencies, [])
        iterate_until(lambda: emergencies)


class PhaseTest(unittest.TestCase):
    def setUp(self):
        self.manager = make_manager()

    def test_with(self):
        with self.manager.allocate("ml-models", "1 MiB"):
            with self.manager.phase("loading") as phase:
                self.assertIsNone(phase.report)
                with self.manager.allocate("ml-models", "2 MiB"):
                    pass
        report = phase.report
        self.assertEqual((phase.name, report.name), ("loading", "loading"))
        self.assertEqual((report.used_before, report.used_after, report.peak),
                         (MIB, MIB, 3 * MIB))
        self.assertEqual((report.level_before, report.level_after),
                         (Mgr.PressureLevel.NORMAL, Mgr.PressureLevel.NORMAL))
        self.assertIsNone(report.alert)
        self.assertIsNone(report.cleanup)
        self.assertEqual(report.cleanups, 0)

    def test_growth(self):
        temp = Mgr.Resource("temp_a", "8 MiB", reclaim=lambda resource, target: target)
        self.manager.register_resource(temp)
        finished = []
        self.manager.connect("phase-finished", lambda manager, report: finished.append(report))
        with self.manager.phase("training") as phase:
            held = self.manager.allocate("ml-models", "7 MiB")
        self.assertEqual(phase.report.cleanup.cleaned, ["temp_a"])
        self.assertEqual(phase.report.claimed, 2 * MIB)
        self.assertEqual(phase.report.alert,
                         "After “training” components hold 7.0 MiB more than when it began")
        iterate_until(lambda: finished)
        self.assertEqual(finished[0].name, "training")
        held.release()

    def test_raises(self):
        with self.assertRaises(ZeroDivisionError):
            with self.manager.phase("training") as phase:
                1 / 0
        self.assertEqual(phase.report.name, "training")
        self.manager.begin_phase("outer")
        with self.assertRaises(GLib.Error) as caught:
            self.manager.end_phase("training")
        self.assertEqual(caught.exception.code, Mgr.Error.NOT_FOUND)
        self.assertIn("“outer”", caught.exception.message)
        self.manager.cleanup_after_phase = False
        self.assertFalse(self.manager.get_cleanup_after_phase())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
