# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""GPUs in Python, which a fake of NVIDIA's library stands for: 80 GiB each, of which 64,
32 and 16 GiB are free."""

import gc
import sys
import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

GIB = 1 << 30


class GpuTest(unittest.TestCase):
    def test_list(self):
        for _ in range(3):
            devices = Mgr.GpuDevice.list()
            gc.collect()
            self.assertEqual([(device.index, device.name, device.total, device.available)
                              for device in devices],
                             [(0, "Fake 0", 80 * GIB, 64 * GIB), (1, "Fake 1", 80 * GIB, 32 * GIB),
                              (2, "Fake 2", 80 * GIB, 16 * GIB)])

    def test_books(self):
        manager = Mgr.Manager(total_budget="64 MiB", proc_path="/nonexistent")
        gpu = manager.add_gpu(1, "20 GiB")
        part = gpu.add_component("weights", "8 GiB")
        with part.allocate("6 GiB", "layers"):
            self.assertEqual(gpu.component.used, 6 * GIB)
            self.assertEqual(manager.root.used, 0)
            with self.assertRaises(MemoryError):
                part.allocate("3 GiB")
        self.assertEqual((gpu.device, gpu.total, gpu.budget), (1, 80 * GIB, 20 * GIB))
        self.assertEqual(gpu.component.path, "gpu1")

    def test_whole_device(self):
        self.assertEqual(Mgr.GpuMemory.new(0).component.budget, 80 * GIB)
        with self.assertRaises(MemoryError):
            Mgr.GpuMemory.new(0, "81 GiB")
        self.assertRaises(GLib.Error, Mgr.GpuMemory.new, 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + ["-v"])
