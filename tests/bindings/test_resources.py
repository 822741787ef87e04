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

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr  # noqa: E402

EMERGENCY = Mgr.CleanupStrategy.EMERGENCY


def make_manager():
    manager = Mgr.Manager(total_budget="64 MiB", proc_path="/nonexistent",
                          cgroup_path="/nonexistent")
    manager.monitor.stop()
    return manager


class ManagerTest(unittest.TestCase):
    def setUp(self):
        self.manager = make_manager()

    def register(self, name, size=0, *functions, **options):
        resource = Mgr.Resource(name, size, *functions, **options)
        self.manager.register_resource(resource)
        return resource

    def registered(self):
        while GLib.MainContext.default().iteration(False):
            pass
        """The names of all that is registered but the manager's own."""
        return sorted({resource.get_name() for resource in self.manager.cleaner.resources}
                      - {"heap"})

    def clean(self, force=False):
        return self.manager.cleanup(EMERGENCY, force)

    def assert_error(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), code), caught.exception)
        return caught.exception.message


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

    def test_functions_that_raise(self):
        def fail(*arguments):
            raise RuntimeError("disk full")

        self.register("temp_veto", 10, lambda resource, target: 10, veto=fail)
        self.register("temp_measure", 20, lambda resource, target: 20, measure=fail)
        self.register("temp_rebuild", 30, lambda resource, target: 30, rebuild=fail)
        self.register("temp_reclaim", 40, fail)
        with contextlib.redirect_stderr(io.StringIO()) as output:
            report = self.clean(force=True)
            message = self.assert_error(Mgr.Error.FAILED, self.manager.restore, "temp_rebuild")
        self.assertEqual(report.cleaned, ["temp_rebuild"])
        self.assertEqual(sorted(report.kept), ["temp_measure", "temp_reclaim", "temp_veto"])
        self.assertIn("temp_rebuild", message)
        self.assertGreaterEqual(output.getvalue().count("disk full"), 4)

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


class Model:
    """What a program trains: results, and what they were made from."""

    def __init__(self):
        self.temp_rows = bytearray(20000)
        self.portfolio_weights = bytearray(10000)
        self.table = bytearray(5000)
        self.batch_size = 32

    def make_rows(self):
        return bytearray(8000)


class WatchTest(ManagerTest):
    def test_classifies(self):
        model = Model()
        group = self.manager.watch(model)
        self.assertEqual({resource.name: resource.safety for resource in group.list_resources()},
                         {"Model.temp_rows": Mgr.Safety.SAFE,
                          "Model.portfolio_weights": Mgr.Safety.PROTECTED,
                          "Model.table": Mgr.Safety.CAUTIOUS,
                          "Model.batch_size": Mgr.Safety.SAFE})

    def test_cleans(self):
        model = Model()
        self.manager.watch(model, "model")
        report = self.clean()
        self.assertEqual(report.cleaned, ["model.temp_rows"])
        self.assertEqual(report.protected, ["model.portfolio_weights"])
        self.assertEqual(report.kept, ["model.table", "model.batch_size"])
        self.assertGreater(report.claimed, 20000)
        self.assertEqual(set(vars(model)), {"portfolio_weights", "table", "batch_size"})

        forced = self.clean(force=True)
        self.assertEqual(forced.cleaned, ["model.table"])
        self.assertEqual(set(vars(model)), {"portfolio_weights", "batch_size"})

    def test_common_names(self):
        class Trainer:
            def __init__(self):
                for name in ("model", "result", "best_model", "prediction", "weight", "cfg",
                             "Weights", "tempRows", "temp", "cache_rows", "temporary_sums"):
                    setattr(self, name, bytearray(10000))

        trainer = Trainer()
        self.manager.watch(trainer)
        self.assertEqual(sorted(self.clean(force=True).cleaned),
                         ["Trainer.cache_rows", "Trainer.temp", "Trainer.tempRows",
                          "Trainer.temporary_sums"])
        self.assertEqual(sorted(vars(trainer)), ["Weights", "best_model", "cfg", "model",
                                                 "prediction", "result", "weight"])

    def test_added_later(self):
        model = Model()
        group = self.manager.watch(model)
        model.temp_late = bytearray(30000)
        del model.table
        self.assertEqual([step.name for step in self.manager.cleaner.plan(EMERGENCY).steps],
                         ["Model.temp_late", "Model.temp_rows"])
        self.assertEqual([resource.name for resource in group.list_resources()],
                         ["Model.temp_rows", "Model.portfolio_weights", "Model.batch_size",
                          "Model.temp_late"])

    def test_minimum(self):
        model = Model()
        self.manager.watch(model, minimum=0)
        self.assertEqual(self.clean().cleaned, ["Model.temp_rows", "Model.batch_size"])

    def test_pin(self):
        model = Model()
        group = self.manager.watch(model)
        with group.access("temp_rows"):
            self.assertEqual(self.clean().cleaned, [])
            self.assertTrue(hasattr(model, "temp_rows"))
        with self.assertRaises(KeyError):
            group.access("nothing")
        self.assertEqual(self.clean().cleaned, ["Model.temp_rows"])

    def test_restore(self):
        model = Model()
        self.manager.watch(model, rebuild={"temp_rows": model.make_rows,
                                           "temp_set": lambda: setattr(model, "temp_set",
                                                                       bytearray(9000))})
        model.temp_set = bytearray(7000)
        self.clean()
        self.assertFalse(hasattr(model, "temp_rows") or hasattr(model, "temp_set"))
        self.assertTrue(self.manager.restore("Model.temp_rows"))
        self.assertEqual(len(model.temp_rows), 8000)
        self.assertTrue(self.manager.restore("Model.temp_set"))
        self.assertEqual(len(model.temp_set), 9000)
        self.assert_error(Mgr.Error.EXISTS, self.manager.restore, "Model.temp_rows")

    def test_restore_without_function(self):
        model = Model()
        self.manager.watch(model)
        self.clean()
        self.assertIn("computed again", self.assert_error(
            Mgr.Error.NOT_AVAILABLE, self.manager.restore, "Model.temp_rows"))
        self.manager.cleaner.plan()
        self.assertIn("no longer registered", self.assert_error(
            Mgr.Error.NOT_AVAILABLE, self.manager.restore, "Model.temp_rows"))

    def test_object_dies(self):
        model = Model()
        group = self.manager.watch(model, rebuild={"temp_rows": model.make_rows})
        reference = weakref.ref(model)
        self.clean()
        self.manager.restore("Model.temp_rows")
        del model
        gc.collect()
        self.assertIsNone(reference())
        self.assertEqual(self.registered(), [])
        self.assertFalse(group.unregister())

    def test_gobject_dies(self):
        model = CacheObject()
        model.temp_rows = bytearray(20000)
        self.manager.watch(model)
        self.assertEqual(self.clean().cleaned, ["CacheObject.temp_rows"])
        reference = model.weak_ref()
        del model
        gc.collect()
        self.assertIsNone(reference())
        self.assertEqual(self.registered(), [])

    def test_names(self):
        models = [Model(), Model(), Model()]
        groups = [self.manager.watch(model) for model in models]
        self.assertEqual([group.name for group in groups], ["Model", "Model-2", "Model-3"])
        self.assert_error(Mgr.Error.EXISTS, self.manager.watch, Model(), "Model")

    def test_nothing_to_watch(self):
        for value in (17, [], SlottedCache()):
            with self.assertRaises(TypeError):
                self.manager.watch(value)
        self.assertEqual(self.registered(), [])

    def test_not_deletable(self):
        class Stubborn:
            def __delattr__(self, name):
                raise AttributeError("not " + name)

        stubborn = Stubborn()
        stubborn.temp_rows = bytearray(20000)
        self.manager.watch(stubborn)
        with contextlib.redirect_stderr(io.StringIO()) as output:
            self.assertEqual(self.clean().kept, ["Stubborn.temp_rows"])
        self.assertIn("not temp_rows", output.getvalue())

    def test_odd_names(self):
        model = Model()
        vars(model)["temp_\udcff"] = bytearray(20000)
        vars(model)[17] = bytearray(20000)
        setattr(model, "temp_größe", bytearray(20000))
        self.manager.watch(model)
        self.assertEqual(sorted(self.clean().cleaned), ["Model.temp_größe", "Model.temp_rows"])


class Usage(list):
    def sum(self):
        return sum(self)


class Table:
    """What pandas has instead of nbytes: the bytes of each column."""

    def memory_usage(self):
        return Usage([3000, 4000])


class Column:
    def memory_usage(self):
        return 7000


class Lying:
    @property
    def nbytes(self):
        raise RuntimeError("not loaded")


class SizeTest(ManagerTest):
    def size_of(self, value):
        class Holder:
            pass

        holder = Holder()
        holder.temp_value = value
        group = self.manager.watch(holder, minimum=0)
        self.manager.cleaner.plan()
        size = group.lookup("temp_value").size
        group.unregister()
        return size

    def assert_about(self, value, expected, error=0.05):
        self.assertAlmostEqual(self.size_of(value) / expected, 1, delta=error)

    def test_flat(self):
        self.assert_about(bytearray(100000), 100000)
        self.assert_about("x" * 100000, 100000)

    def test_containers(self):
        rows = [bytes(1000) for _ in range(5000)]
        self.assert_about(rows, 5000 * (1033 + 8))
        self.assert_about(tuple(rows), 5000 * (1033 + 8))
        self.assert_about({str(i): row for i, row in enumerate(rows)}, 5000 * 1180, 0.1)
        self.assert_about([[bytes(1000) for _ in range(10)] for _ in range(500)],
                          5000 * (1033 + 18), 0.1)

    def test_objects(self):
        class Row:
            def __init__(self):
                self.data = bytes(5000)

        self.assert_about([Row() for _ in range(100)], 100 * 5300, 0.1)

    def test_shared_counts_once(self):
        shared = bytes(100000)
        self.assert_about([shared, shared, shared], 100000)

    def test_cycle_and_depth(self):
        deep = []
        for _ in range(10000):
            deep = [deep]
        deep.append(deep)
        self.assertGreater(self.size_of(deep), 0)

    def test_tables(self):
        self.assertEqual(self.size_of(Table()), 7000)
        self.assertEqual(self.size_of(Column()), 7000)

    def test_attribute_that_fails(self):
        self.assertGreater(self.size_of(Lying()), 0)

    def test_numpy(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("numpy is not installed")
        self.assert_about(numpy.zeros((1000, 1000)), 8000000)
        self.assert_about({"a": numpy.zeros(100000), "b": numpy.zeros(100000)}, 1600000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + ["-v"])
