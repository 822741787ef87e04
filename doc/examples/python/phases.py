#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A program that says which phase it is in."""

import os

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Mgr

manager = Mgr.Manager("100 MiB", proc_path=os.devnull, cgroup_path=os.devnull)
manager.add_component("models")
manager.register_resource(
    Mgr.Resource("temp_batches", "8 MiB", reclaim=lambda resource, target: target))

with manager.phase("loading") as loading:
    with manager.allocate("models", "40 MiB", "raw records"):
        pass

with manager.phase("training") as training:
    weights = manager.allocate("models", "25 MiB", "weights")

for report in (loading.report, training.report):
    print(report.name, "needed", report.peak >> 20, "MiB and left",
          report.used_after >> 20, "MiB behind")
    if report.alert:
        print(report.alert)
    if report.cleanup:
        print("cleaned", *report.cleanup.cleaned)
