#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Clean a model object and keep its results: by default, forced, unsafe, and back."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr

MIB = 1 << 20


class Model:
    """What a training run leaves behind."""

    def __init__(self):
        self.latest_ticker_predictions = bytearray(2 * MIB)
        self.portfolio_weights = bytearray(1 * MIB)
        self.training_table = bytearray(8 * MIB)
        self.compute()

    def compute(self):
        self.temp_rows = bytearray(4 * MIB)
        self.batch_input = bytearray(4 * MIB)
        self.intermediate_sums = self.sum_up()

    def sum_up(self):
        return bytearray(2 * MIB)


def short(names):
    return ", ".join(name.removeprefix("model.") for name in names
                     if name.startswith("model.")) or "nothing"


def show(title, report):
    print(f"{title}: cleaned {short(sorted(report.cleaned))} ({report.claimed >> 20} MiB)")
    print(f"  protected: {short(sorted(report.protected))}; kept: {short(sorted(report.kept))}")


def clean(manager, title, strategy=Mgr.CleanupStrategy.AGGRESSIVE, **how):
    show(title, manager.cleanup(strategy, **how))


manager = Mgr.Manager.new("256 MiB")
model = Model()
group = manager.watch(model, "model", rebuild={"intermediate_sums": model.sum_up})

clean(manager, "default")
clean(manager, "forced", force=True)
print("still there:", model.latest_ticker_predictions is not None)

print("cleaned so far:")
for record in reversed(manager.cleaner.list_records()):
    print(f"  {record.name}: {record.size >> 20} MiB, {record.safety.value_nick}")

manager.restore("model.intermediate_sums")
print("restored:", hasattr(model, "intermediate_sums"))
try:
    manager.restore("model.temp_rows")
except GLib.Error as error:
    print("not restored:", error.message.split(":")[0])

model.compute()
group.update()
clean(manager, "emergency", Mgr.CleanupStrategy.EMERGENCY, force=True)

clean(manager, "unsafe", force=True, safe_mode=False)
print("predictions left:", hasattr(model, "latest_ticker_predictions"))

report = manager.get_report().to_variant().unpack()
print(f"{report['cleanups']} cleanups, {report['claimed'] >> 20} MiB claimed, status {report['status']}")
