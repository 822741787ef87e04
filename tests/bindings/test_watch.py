# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What manager.watch() makes of the attributes of Python objects."""

import contextlib
import gc
import io
import sys
import unittest
import weakref

from manager_case import EMERGENCY, ManagerTest

from gi.repository import GObject, Mgr


class Holder(GObject.Object):
    """A GObject with attributes."""


class Slotted:
    """An object without attributes of its own."""

    __slots__ = ("size",)


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

    def test_restore_there_again(self):
        model = Model()
        group = self.manager.watch(model, rebuild={"temp_rows": model.make_rows})
        for looks in False, True:
            for value in b"new", bytearray(b"new" * 2000), bytearray(30000), None:
                with self.subTest(looks=looks, size=value and len(value)):
                    model.temp_rows = bytearray(20000)
                    self.clean()
                    model.temp_rows = value
                    if looks:
                        group.update()
                    self.assertIn("“Model.temp_rows” is there again: it holds", self.assert_error(
                        Mgr.Error.EXISTS, self.manager.restore, "Model.temp_rows"))
                    self.assertIs(model.temp_rows, value)
        del model.temp_rows
        self.assertTrue(self.manager.restore("Model.temp_rows"))

    def test_rebuild_that_fails(self):
        class Sealed(Model):
            def __setattr__(self, name, value):
                if "temp_rows" not in vars(self) and "table" in vars(self):
                    raise AttributeError("it is sealed")
                super().__setattr__(name, value)

        async def later():
            return bytearray(8000)

        def fail():
            raise OSError("disk full")

        for function, says in ((fail, "OSError: disk full"), (later, "something to await"),
                               (lambda: None, "returned None, and has not set the attribute"),
                               (lambda: bytearray(8000), "AttributeError: it is sealed")):
            with self.subTest(says):
                model = Sealed()
                self.manager.watch(model, "model", rebuild={"temp_rows": function})
                self.clean()
                with contextlib.redirect_stderr(io.StringIO()) as output:
                    message = self.assert_error(Mgr.Error.FAILED, self.manager.restore,
                                                "model.temp_rows")
                self.assertIn("“model.temp_rows” could not be brought back: ", message)
                self.assertIn(says, message)
                self.assertEqual(output.getvalue(), "")
                self.assertFalse(hasattr(model, "temp_rows"))
                del model
                gc.collect()

    def test_bad_options(self):
        model = Model()
        for options, says in (({"rebuild": {"temp_rows": 5}},
                               r"“rebuild\['temp_rows'\]” has to be a function, not 5"),
                              ({"rebuild": [1]}, "“rebuild” has to be a dict"),
                              ({"rebuild": 5}, "“rebuild” has to be a dict")):
            with self.assertRaisesRegex(TypeError, says):
                self.manager.watch(model, **options)
        self.assert_error(Mgr.Error.INVALID_ARGUMENT,
                          lambda: self.manager.watch(model, minimum="many"))
        self.assertEqual(self.registered(), [])

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
        model = Holder()
        model.temp_rows = bytearray(20000)
        self.manager.watch(model)
        self.assertEqual(self.clean().cleaned, ["Holder.temp_rows"])
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
        for value in (17, [], Slotted()):
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
        report = self.clean()
        self.assertEqual(report.kept, ["Stubborn.temp_rows"])
        self.assertEqual([(step.reason, step.error) for step in report.steps],
                         [("failed", "AttributeError: not temp_rows")])

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
