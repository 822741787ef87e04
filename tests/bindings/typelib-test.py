#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The typelib holds what is public, all of it, and nothing else."""

import os
import pathlib
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

import gi

gi.require_version("GIRepository", "2.0")
from gi.repository import GIRepository, GObject  # noqa: E402

BUILD = pathlib.Path(os.environ["MGR_BUILD_ROOT"])

CORE = "{http://www.gtk.org/introspection/core/1.0}"
C = "{http://www.gtk.org/introspection/c/1.0}"
GLIB = "{http://www.gtk.org/introspection/glib/1.0}"

CLASSES = {
    "BudgetSource", "Cache", "CgroupSource", "Cleaner", "Clock", "Component", "GpuMemory",
    "GpuSource", "HeapReclaimer", "Journal", "Manager", "ManualClock", "MeminfoSource",
    "MemoryLimits", "Model", "ModelRegistry", "ObjectPool", "Pool", "PressureMonitor",
    "PressureNotifier", "PressureWatch", "ProcessExecutor", "ProcessSource", "ProtectionRules",
    "PsiSource", "RedisStore", "ReplaySource", "Resource", "ResourceGroup", "RingPool", "Scheduler",
    "SlurmExecutor", "SpillStore", "StandardPool", "SwapSource", "SystemSource", "Task",
    "TensorPool", "ThreadExecutor", "UnitExecutor", "WeakCache",
}
INTERFACES = {"CacheStore", "Executor", "PressureSource", "Reclaimer"}
BOXED = {
    "Allocation", "Block", "BlockView", "CacheRecord", "CacheStatistics", "CacheStoreStatistics",
    "CacheTerms", "CleanupPlan", "CleanupReport", "CleanupStep", "Config", "GpuDevice",
    "JournalEntry", "Lease", "ModelStatistics", "ModelUse", "PhaseReport", "PoolStatistics",
    "PressureForecast", "PressureReading", "PressureSample", "PressureTrace", "ProtectionRule",
    "ReclaimEstimate", "ReclaimRecord", "Report", "SchedulerStatistics", "TaskAttempt", "Tensor",
    "WeakCacheStatistics",
}
CALLBACKS = {"CacheLoader", "TaskFunc", "WeakCacheLoader"}
FLAGS = {"CleanupFlags", "ExecutorFlags", "StandardPoolFlags"}
ENUMS = {
    "Arbitration", "CacheCause", "CacheEviction", "CacheKeyType", "CacheObjective",
    "CleanupStrategy", "DataType", "Error", "JournalKind", "JournalSeverity", "MemoryStatus",
    "PressureChannel", "PressureLevel", "PressureScope", "ReplayPart", "RingPolicy", "RingSharing",
    "Safety", "ScheduleStrategy", "SpillPolicy", "TaskPriority", "TaskReason", "TaskState",
    "TensorDevice",
}
FUNCTIONS = {
    "config_describe_key", "config_list_keys", "data_type_from_name", "data_type_get_dlpack_code",
    "data_type_get_name", "data_type_get_size", "data_type_get_typestr", "error_quark",
    "gpu_device_list", "size_format", "size_parse", "tensor_fetch", "tensor_fetch_async",
    "tensor_fetch_finish", "tensor_receive",
}
CONSTANTS = {
    "MAJOR_VERSION", "MINOR_VERSION", "MICRO_VERSION", "POOL_CELLS_MAX",
    "PRIORITY_DEFAULT", "PRIORITY_MAX", "PRIORITY_MIN", "TIME_NEVER",
}

# What other languages have no use for: text that is never copied or freed, addresses.
C_ONLY = {
    "mgr_block_view_get_data", "mgr_component_allocate_static", "mgr_ring_pool_abandon",
    "mgr_ring_pool_commit", "mgr_ring_pool_consume", "mgr_ring_pool_peek",
    "mgr_ring_pool_reserve", "mgr_ring_pool_try_read_into", "mgr_standard_pool_get_data",
    "MGR_CHECK_VERSION",
}


def load_infos():
    """What the typelib holds, by name; the structs of classes left out."""
    repository = GIRepository.Repository.get_default()
    repository.require("Mgr", "1.0", 0)
    infos = [repository.get_info("Mgr", i) for i in range(repository.get_n_infos("Mgr"))]
    return {info.get_name(): info for info in infos
            if not (info.get_type() == GIRepository.InfoType.STRUCT
                    and GIRepository.struct_info_is_gtype_struct(info))}


class TypelibTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.infos = load_infos()
        cls.namespace = ElementTree.parse(BUILD / "introspection" / "Mgr-1.0.gir") \
            .getroot().find(CORE + "namespace")

    def names(self, kind):
        return {name for name, info in self.infos.items() if info.get_type() == kind}

    def callables(self):
        """Every function, method and constructor with a C name."""
        return [node for tag in ("function", "method", "constructor")
                for node in self.namespace.iter(CORE + tag)]

    def test_holds_what_is_public(self):
        kinds = GIRepository.InfoType
        self.assertEqual(self.names(kinds.OBJECT), CLASSES)
        self.assertEqual(self.names(kinds.INTERFACE), INTERFACES)
        self.assertEqual(self.names(kinds.STRUCT), BOXED)
        self.assertEqual(self.names(kinds.CALLBACK), CALLBACKS)
        self.assertEqual(self.names(kinds.ENUM), ENUMS)
        self.assertEqual(self.names(kinds.FLAGS), FLAGS)
        self.assertEqual(self.names(kinds.FUNCTION), FUNCTIONS)
        self.assertEqual(self.names(kinds.CONSTANT), CONSTANTS)
        self.assertEqual(sum(map(len, (CLASSES, INTERFACES, BOXED, CALLBACKS, ENUMS, FLAGS,
                                       FUNCTIONS, CONSTANTS))),
                         len(self.infos))

    def test_types_are_what_they_seem(self):
        for name in CLASSES | INTERFACES | BOXED | ENUMS:
            gtype = GIRepository.registered_type_info_get_g_type(self.infos[name])
            self.assertEqual(gtype.name, "Mgr" + name)
            kind = (GObject.TYPE_OBJECT if name in CLASSES else
                    GObject.TYPE_INTERFACE if name in INTERFACES else
                    GObject.TYPE_BOXED if name in BOXED else GObject.TYPE_ENUM)
            self.assertEqual(gtype.fundamental, kind, name)

    def test_nothing_private_leaks(self):
        for node in self.namespace.iter():
            for attribute in ("name", C + "identifier", C + "type", GLIB + "type-name"):
                self.assertNotIn("private", node.get(attribute, "").lower())

    def test_nothing_is_left_to_c(self):
        skipped = {node.get(C + "identifier") for node in self.namespace.iter()
                   if node.get("introspectable") == "0"}
        self.assertEqual(skipped, C_ONLY)
        self.assertEqual(list(self.namespace.iter(CORE + "varargs")), [])

    def test_callbacks_can_be_freed(self):
        for node in self.callables():
            for parameter in node.iter(CORE + "parameter"):
                scope = parameter.get("scope")
                self.assertIn(scope, (None, "async", "call", "notified"), node.get(C + "identifier"))
                self.assertTrue(scope != "notified" or parameter.get("destroy"),
                                node.get(C + "identifier"))

    def test_library_exports_the_same(self):
        output = subprocess.run(["nm", "-D", "--defined-only", BUILD / "libmgr" / "libmgr-1.0.so"],
                                check=True, capture_output=True, text=True).stdout
        exported = {line.split()[-1] for line in output.splitlines()}
        described = {node.get(C + "identifier") for node in self.callables()}
        described |= {node.get(GLIB + "get-type") for node in self.namespace
                      if node.get(GLIB + "get-type")}
        self.assertEqual(exported - described, set())
        self.assertEqual(described - exported, set())

    def test_members_do_not_share_names(self):
        for node in self.namespace:
            members = [child.get("name").replace("-", "_") for child in node
                       if child.tag in (CORE + "property", CORE + "method")]
            self.assertEqual(len(members), len(set(members)), node.get("name"))
            self.assertNotIn("emit", members)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
