# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the Python override adds to resources, and how they treat its objects."""

import contextlib
import gc
import io
import sys
import threading
import unittest
import weakref

from manager_case import EMERGENCY, ManagerTest, make_manager

from gi.repository import GLib, GObject, Mgr


class ResourceTest(ManagerTest):
    def test_functions(self):
        held = {"size": 1000}

        def reclaim(resource, target):
            freed, held["size"] = held["size"], 0
            return freed

        def rebuild(resource):
            held["size"] = 1000
            return "1000 B"

        resource = self.register("temp_a", 0, reclaim, lambda resource: held["size"], rebuild,
                                 limit="0.5 KiB", lossy=False, priority=7)
        self.assertEqual((resource.limit, resource.lossy, resource.priority), (512, False, 7))
        report = self.clean()
        self.assertEqual((report.cleaned, report.claimed), (["temp_a"], 1000))

        record = self.manager.cleaner.list_records()[0]
        self.assertEqual((record.name, record.size, record.safety, record.lossy,
                          record.can_restore),
                         ("temp_a", 1000, Mgr.Safety.SAFE, False, True))
        self.assertEqual(record.reason,
                         "emergency cleanup at level normal, over its limit of 512 B")
        self.assertTrue(self.manager.restore("temp_a"))
        self.assertEqual(resource.size, 1000)

    def test_attributes(self):
        component = self.manager.add_component("cache")
        resource = self.register("temp_a", "2 KiB")
        resource.limit = "1 KiB"
        resource.rebuild_cost = 5
        resource.walk_cost = 6
        resource.component = component
        self.assertTrue(resource.is_over_limit())
        self.assertEqual((resource.rebuild_cost, resource.walk_cost), (5, 6))
        self.assertEqual(resource.component, component)
        self.assertIsNone(resource.reclaimer)

    def test_access(self):
        resource = self.register("temp_a", 10, lambda resource, target: 10)
        with resource.access() as held:
            self.assertIs(held, resource)
            self.assertTrue(resource.is_pinned())
            self.assertEqual(self.clean().kept, ["temp_a"])
        self.assertFalse(resource.is_pinned())

        with self.assertRaises(ZeroDivisionError):
            with resource.access():
                1 / 0
        self.assertFalse(resource.is_pinned())
        self.assertIn("temp_a", self.assert_error(Mgr.Error.DOUBLE_RELEASE, resource.end_access))
        self.assertEqual(self.clean().cleaned, ["temp_a"])

    def test_access_inside_reclaim(self):
        def reclaim(resource, target):
            self.assert_error(Mgr.Error.WOULD_DEADLOCK, resource.begin_access)
            return 10

        resource = self.register("temp_a", 10, reclaim)
        self.assertEqual(self.clean().cleaned, ["temp_a"])
        self.assertFalse(resource.is_pinned())

    def test_access_waits_for_reclaim(self):
        begun = threading.Event()
        order = []

        def use(resource):
            begun.wait()
            with resource.access():
                order.append("used")

        def reclaim(resource, target):
            begun.set()
            # The other thread runs Python meanwhile, and has to wait all the same.
            for _ in range(1000):
                order.append("cleaning")
            return 10

        resource = self.register("temp_a", 10, reclaim)
        thread = threading.Thread(target=use, args=(resource,))
        thread.start()
        self.clean()
        thread.join()
        self.assertEqual(order, ["cleaning"] * 1000 + ["used"])

    def test_veto(self):
        levels = []

        def veto(resource, level):
            levels.append(level)
            return len(levels) < 3

        self.register("temp_a", 10, lambda resource, target: 10, veto=veto)
        self.assertEqual(self.clean(force=True).kept, ["temp_a"])
        self.assertIn("vetoed by its owner",
                      [step.reason for step in self.manager.cleaner.plan().kept])
        self.assertEqual(self.clean().cleaned, ["temp_a"])
        self.assertEqual(set(levels), {Mgr.PressureLevel.NORMAL})

    def step_of(self, report, name):
        return next((step.reason, step.error) for step in report.steps if step.name == name)

    def test_functions_that_raise(self):
        def fail(*arguments):
            raise RuntimeError("disk full")

        self.register("temp_veto", 10, lambda resource, target: 10, veto=fail)
        self.register("temp_measure", 20, lambda resource, target: 20, measure=fail)
        self.register("temp_rebuild", 30, lambda resource, target: 30, rebuild=fail)
        self.register("temp_reclaim", 40, fail)
        with contextlib.redirect_stderr(io.StringIO()) as output:
            report = self.clean(force=True)
        self.assertEqual(report.cleaned, ["temp_rebuild"])
        self.assertEqual(sorted(report.kept), ["temp_measure", "temp_reclaim", "temp_veto"])
        self.assertGreaterEqual(output.getvalue().count("disk full"), 2)
        self.assertEqual(self.step_of(report, "temp_reclaim"),
                         ("failed", "RuntimeError: disk full"))
        self.assertEqual(self.assert_error(Mgr.Error.FAILED, self.manager.restore, "temp_rebuild"),
                         "“temp_rebuild” could not be brought back: RuntimeError: disk full")

    def test_reclaim_that_raises_is_no_flood(self):
        def fail(*arguments):
            raise OSError("disk full")

        self.register("temp_reclaim", 40, fail, maintain=fail)
        with contextlib.redirect_stderr(io.StringIO()) as output:
            for _ in range(3):
                self.assertEqual(self.step_of(self.clean(), "temp_reclaim"),
                                 ("failed", "OSError: disk full"))
                self.manager.maintain()
        self.assertEqual(output.getvalue(), "")

    def test_answers_that_are_no_size(self):
        async def later(*arguments):
            return 10

        for answer, says in ((-1, "ValueError: the function returned -1"),
                             (1 << 64, "ValueError: the function returned 18446744073709551616"),
                             ([1], "TypeError: "), ("nonsense", "“nonsense” is not a size"),
                             (float("nan"), "ValueError: "), (later(), "to await")):
            with self.subTest(says):
                resource = self.register("temp_a", 10, lambda resource, target: answer)
                reason, error = self.step_of(self.clean(), "temp_a")
                self.assertEqual((reason, resource.size), ("failed", 10))
                self.assertIn(says, error)
                self.manager.unregister_resource(resource)

    def test_no_functions(self):
        for name in ("reclaim", "measure", "rebuild", "veto", "maintain"):
            with self.assertRaisesRegex(TypeError, "“%s” has to be a function, not 5" % name):
                Mgr.Resource("temp_a", 10, **{name: 5})

    def test_fail(self):
        resource = self.register("temp_a", 10)
        resource.connect("reclaim", lambda resource, target: not resource.fail("no luck"))
        self.assertEqual(self.step_of(self.clean(), "temp_a"), ("failed", "no luck"))
        self.assertFalse(resource.fail("nobody asked"))

    def test_there_again(self):
        held = [10]
        self.register("temp_a", 0, lambda resource, target: held.pop(),
                      lambda resource: sum(held), lambda resource: held.append(99) or 99)
        self.clean()
        held.append(20)
        self.assertIn("“temp_a” is there again: it holds 20 B", self.assert_error(
            Mgr.Error.EXISTS, self.manager.restore, "temp_a"))
        self.assertEqual(held, [20])

    def test_restore_errors(self):
        self.register("temp_rows", "1 KiB", lambda resource, target: 1024)
        self.assertIn("1.0 KiB", self.assert_error(Mgr.Error.EXISTS, self.manager.restore,
                                                   "temp_rows"))
        self.assertIn("“temp_rows”?", self.assert_error(Mgr.Error.NOT_FOUND,
                                                        self.manager.restore, "temp_row"))
        self.clean()
        message = self.assert_error(Mgr.Error.NOT_AVAILABLE, self.manager.restore, "temp_rows")
        self.assertIn("1.0 KiB of it were cleaned just now (emergency cleanup", message)

    def test_claims_too_much(self):
        resource = self.register("temp_a", 10, lambda resource, target: "1 TiB")
        self.clean()
        self.assertEqual((resource.size, self.manager.cleaner.list_records()[0].size), (0, 10))

    def test_register_twice(self):
        resource = self.register("temp_a", 10)
        self.assert_error(Mgr.Error.EXISTS, self.manager.register_resource, resource)
        self.assert_error(Mgr.Error.EXISTS, self.register, "temp_a", 20)
        self.assertEqual(self.registered(), ["temp_a"])

    def test_reclaimed(self):
        seen = []
        resource = self.register("temp_a", 10, lambda resource, target: 10)
        resource.connect("reclaimed", lambda resource, record: seen.append(record.size))
        self.clean()
        self.assertEqual(seen, [10])

    def test_frees_itself(self):
        def reclaim(resource, target):
            self.assertTrue(resource.unregister())
            return 10

        self.register("temp_a", 10, reclaim)
        self.assertEqual(self.clean().cleaned, ["temp_a"])
        self.assertEqual(self.registered(), [])

    def test_drops_the_manager(self):
        held = {"manager": make_manager()}
        resource = Mgr.Resource("temp_a", 10, lambda *arguments: held.clear() or 10)
        held["manager"].register_resource(resource)
        report = held["manager"].cleanup(EMERGENCY)
        self.assertEqual((report.cleaned, held), (["temp_a"], {}))

    def test_names(self):
        # As the table in test-protection-rules.c says, and test-cleanup.js.
        safety_of = self.manager.cleaner.rules.classify
        for safety, names in (
                (Mgr.Safety.PROTECTED,
                 "model best_model BestModels result finalResult weight Weights portfolioWeights "
                 "prediction latestPredictions cfg config configuration raw_data rawData "
                 "model_cache temp_results tempResult"),
                (Mgr.Safety.SAFE,
                 "temp tempRows _temp_x temp1 tmp_x TEMP temporary_rows rowsTemporary cache "
                 "cache_prices _cache_x prices_cache HTTPCache batch trainBatch intermediateSums"),
                (Mgr.Safety.CAUTIOUS,
                 "template temperature my_temp_x caches cached minibatch table mode raw_data_2")):
            for name in names.split():
                with self.subTest(name):
                    self.assertEqual(safety_of(name), safety)

    def test_rules(self):
        rules = self.manager.cleaner.rules
        before = [(rule.pattern, rule.safety) for rule in rules.list_rules()]
        rules.insert(0, "temp_keep_*", Mgr.Safety.PROTECTED)
        rules.insert(-1, "b", Mgr.Safety.SAFE)
        self.assertEqual(rules.lookup("temp_keep_a").pattern, "temp_keep_*")
        self.assertEqual([rule.pattern for rule in rules.list_rules()][-2:],
                         ["b", before[-1][0]])
        rules.remove(0)
        rules.remove(len(before) - 1)
        self.assertEqual([(rule.pattern, rule.safety) for rule in rules.list_rules()], before)
        self.assertIn("empty", self.assert_error(Mgr.Error.INVALID_ARGUMENT, rules.insert, 0, "",
                                                 Mgr.Safety.SAFE))
        self.assertIn("“x”", self.assert_error(Mgr.Error.INVALID_ARGUMENT, rules.insert, 99, "x",
                                               Mgr.Safety.SAFE))
        self.assert_error(Mgr.Error.INVALID_ARGUMENT, rules.remove, 99)


class Pool(GObject.Object, Mgr.Reclaimer):
    """A reclaimer in Python."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def do_get_name(self):
        return "temp_pool"

    def do_estimate(self):
        return Mgr.ReclaimEstimate.new(self.size, False, 3, 4)

    def do_reclaim(self, target, level, deadline):
        if self.size == 13:
            raise GLib.Error("the disk is full", GLib.quark_to_string(Mgr.Error.quark()),
                             Mgr.Error.FAILED)
        freed, self.size = self.size, 0
        return freed


class FailingPool(GObject.Object, Mgr.Reclaimer):
    """One that fails as Python does."""

    answer = None

    def do_estimate(self):
        return Mgr.ReclaimEstimate.new(10, False, 0, 0)

    def do_reclaim(self, target, level, deadline):
        if self.answer is None:
            raise OSError("disk full")
        return self.answer


class ReclaimerTest(ManagerTest):
    def test_forwards(self):
        pool = Pool(100)
        resource = Mgr.Resource.new_for_reclaimer(None, pool)
        self.manager.register_resource(resource)
        self.assertEqual((resource.name, resource.reclaimer), ("temp_pool", pool))
        report = self.clean()
        self.assertEqual((report.cleaned, report.claimed, pool.size), (["temp_pool"], 100, 0))
        self.assertEqual((resource.lossy, resource.rebuild_cost, resource.walk_cost),
                         (False, 3, 4))

    def test_fails(self):
        pools = [Pool(13), Pool(100)]
        for name, pool in zip(("temp_bad", "temp_good"), pools):
            self.manager.register_resource(Mgr.Resource.new_for_reclaimer(name, pool))
        report = self.clean()
        self.assertEqual((report.cleaned, report.kept), (["temp_good"], ["temp_bad"]))
        self.assertEqual([(step.reason, step.error) for step in report.steps
                          if step.name == "temp_bad"], [("failed", "the disk is full")])

    def test_raises(self):
        pool = FailingPool()
        self.manager.register_resource(Mgr.Resource.new_for_reclaimer("temp_bad", pool))
        with contextlib.redirect_stderr(io.StringIO()) as output:
            for answer, says in ((None, "OSError: disk full"),
                                 (-1, "ValueError: the function returned -1"),
                                 ([1], "TypeError: ")):
                pool.answer = answer
                step = self.clean().steps[0]
                self.assertEqual((step.name, step.reason), ("temp_bad", "failed"))
                self.assertIn(says, step.error)
        self.assertEqual(output.getvalue(), "")
        pool.answer = "10 B"
        self.assertEqual(self.clean().claimed, 10)

    def test_not_kept(self):
        pool = Pool(100)
        self.manager.register_resource(Mgr.Resource.new_for_reclaimer(None, pool))
        self.assertEqual(self.registered(), ["temp_pool"])
        del pool
        gc.collect()
        self.assertEqual(self.registered(), [])


class Cache:
    """A plain object of a program's, with methods for a resource."""

    def __init__(self):
        self.size = 100

    def reclaim(self, resource, target):
        freed, self.size = self.size, 0
        return freed

    def measure(self, resource):
        return self.size

    def rebuild(self, resource):
        self.size = 50
        return 50

    def veto(self, resource, level):
        return False


class CacheObject(GObject.Object):
    """The same as a GObject."""

    size = 100
    reclaim = Cache.reclaim
    measure = Cache.measure
    rebuild = Cache.rebuild
    veto = Cache.veto


class SlottedCache:
    """One that nothing can refer to weakly, so that it would be kept for ever."""

    __slots__ = ("size",)

    def reclaim(self, resource, target):
        return 0


class LifetimeTest(ManagerTest):
    def register_methods(self, owner):
        self.register("temp_a", 0, owner.reclaim, owner.measure, owner.rebuild, owner.veto)

    def play(self, kind):
        owner = kind()
        self.register_methods(owner)
        self.assertEqual(self.clean().claimed, 100)
        self.assertTrue(self.manager.restore("temp_a"))
        self.assertEqual(owner.size, 50)
        return owner

    def test_plain_object_dies(self):
        reference = weakref.ref(self.play(Cache))
        gc.collect()
        self.assertIsNone(reference())
        self.assertEqual(self.registered(), [])

    def test_gobject_dies(self):
        reference = self.play(CacheObject).weak_ref()
        gc.collect()
        self.assertIsNone(reference())
        self.assertEqual(self.registered(), [])

    def test_dies_in_a_cycle(self):
        owner = self.play(Cache)
        owner.itself = owner
        reference = weakref.ref(owner)
        del owner
        self.assertEqual(self.registered(), ["temp_a"])
        gc.collect()
        self.assertIsNone(reference())
        self.assertEqual(self.registered(), [])

    def test_dies_in_a_thread(self):
        owners = [self.play(Cache)]
        thread = threading.Thread(target=owners.clear)
        thread.start()
        thread.join()
        self.assertEqual(self.registered(), [])

    def test_resource_goes_first(self):
        owner = self.play(Cache)
        resource = self.manager.cleaner.resources[-1]
        reference = resource.weak_ref()
        self.manager.unregister_resource(resource)
        del resource
        gc.collect()
        while GLib.MainContext.default().iteration(False):
            pass
        self.assertIsNone(reference())
        del owner

    def test_owner_lives_on(self):
        owner = self.play(Cache)
        gc.collect()
        self.assertEqual(self.registered(), ["temp_a"])
        self.assertEqual(self.clean().claimed, 50)
        del owner

    def test_no_weak_references(self):
        with self.assertRaises(TypeError):
            self.register("temp_a", 0, SlottedCache().reclaim)
        self.assertEqual(self.registered(), [])

    def test_class_method_is_a_function(self):
        class Holder:
            @classmethod
            def reclaim(cls, resource, target):
                return 10

        self.register("temp_a", 10, Holder.reclaim)
        self.assertEqual(self.clean().cleaned, ["temp_a"])

    def test_bound_object(self):
        owner = CacheObject()
        resource = self.register("temp_a", 10)
        resource.bind_object(owner)
        self.assertIs(resource.get_bound_object(), owner)
        del owner
        gc.collect()
        self.assertIsNone(resource.get_bound_object())
        self.assertEqual(self.registered(), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + ["-v"])
