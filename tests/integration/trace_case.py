# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the tests of recorded runs share: making small ones, and finding real ones.

Needs MGRCTL and MGR_SOURCE_ROOT in the environment. MGR_TRACES names the folder of the
real ones, if it is not the usual one beside the source.
"""

import json
import os
import pathlib
import unittest

from mgrctl_case import LocalTestCase

TRACES = pathlib.Path(os.environ.get("MGR_TRACES")
                      or pathlib.Path(os.environ["MGR_SOURCE_ROOT"], "..", "shared", "traces",
                                      "pressure"))

# An idle machine of 1000 MiB, and a group without limits.
IDLE = {
    "mem_total_kb": 1024000, "mem_free_kb": 800000, "mem_avail_kb": 900000,
    "swap_total_kb": 0, "swap_free_kb": 0,
    "psi_some_us": 0, "psi_full_us": 0, "psi_some_avg10": 0, "oom_kill": 0,
    "cg_current": 0, "cg_high": -1, "cg_max": -1, "cg_swap": 0, "cg_some_us": 0, "cg_full_us": 0,
    "cg_full_avg10": 0, "cg_ev_max": 0, "cg_ev_oom_kill": 0, "cg_file": 0, "cg_inactive_file": 0,
}


def make_rows(seconds, *changes, step=0.1):
    """Rows of an idle machine, a tenth of a second apart. A change is a function of the
    time that gives the values that differ."""
    rows = []
    for index in range(round(seconds / step) + 1):
        time = index * step
        row = dict(IDLE, t_ms=round(time * 1000, 1))
        for change in changes:
            row.update(change(time) or {})
        rows.append(row)
    return rows


def available(percent):
    """The values of a machine of which so much is available."""
    kb = round(IDLE["mem_total_kb"] * percent / 100)
    return {"mem_avail_kb": kb, "mem_free_kb": kb}


def leak(kill, start=10, low=0):
    """From 90 % available down to @low, when something is killed."""
    def change(time):
        if time < start:
            return available(90)
        if time < kill:
            return available(90 - (90 - low) * (time - start) / (kill - start))
        return {**available(90), "oom_kill": 1, "cg_ev_oom_kill": 1}
    return change


def stall(begin, end, share=1.0):
    """Tasks wait, all of them, from one time to another."""
    def change(time):
        microseconds = round(1e6 * share * (min(max(time, begin), end) - begin))
        return {"psi_some_us": microseconds, "psi_full_us": microseconds}
    return change


class TraceTestCase(LocalTestCase):
    def write_trace(self, name, rows):
        columns = ["t_ms", *(column for column in rows[0] if column != "t_ms")]
        lines = [",".join(columns)]
        lines += [",".join(str(row[column]) for column in columns) for row in rows]
        self.tree.write(f"{name}.csv", "\n".join(lines) + "\n")
        return self.tree.path(f"{name}.csv")

    def write_labels(self, **labels):
        self.tree.write("labels.json", json.dumps(labels))

    def check_file_errors(self, *command):
        """What each command that takes a trace says of files that are none."""
        self.tree.write("broken.csv", "t_ms,mem_total_kb\n0,1\n")
        late = make_rows(1)
        late[-1]["t_ms"] = 90000000
        cases = [
            (self.tree.path("absent.csv"), "absent.csv"),
            (self.tree.root, "Is a directory"),
            (self.tree.path("broken.csv"), "broken.csv”, line 1, column “mem_avail_kb”"),
            (self.write_trace("late", late), "late.csv” lasts 25 hours, and no more than 24"),
        ]
        for path, part in cases:
            self.assertIn(part, self.check_fails(2, *command, path))
        self.assertIn("needs FILE", self.check_fails(2, *command))


def real_traces():
    """The paths of the real traces; skips the test where there are none."""
    found = sorted(str(path) for path in TRACES.glob("*.csv"))
    if not found:
        raise unittest.SkipTest(f"there are no recorded runs in {TRACES}: set MGR_TRACES")
    return found
