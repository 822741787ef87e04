#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl score: what each rule says of small runs in which that is known, of what is
wrong with labels, and, of real ones, the same as the reference of the rules does."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from trace_case import IDLE, TRACES, TraceTestCase, available, leak, make_rows, real_traces, stall

MARKS = {"first_high_s", "first_critical_s", "lead_high_s", "lead_s", "false_high_s",
         "false_critical_s", "alarm_seconds", "recovery_s"}
PSUTIL = "percent > 90 (psutil)"

# The candidates that the reference tries out besides are nobody's rules.
SKETCH = "first sketch"


class ScoreTestCase(TraceTestCase):
    def score(self, *paths, status=0):
        return self.check_json("score", *paths, status=status)

    def marks(self, name, rows, rule, **label):
        """What one rule does with one run; the goals of libmgr do not matter."""
        path = self.write_trace(name, rows)
        self.write_labels(**{name: label})
        result = self.run_mgrctl("score", path, "--json")
        self.assertEqual(result.stderr, "")
        return json.loads(result.stdout)["traces"][name]["rules"][rule]

    def assert_marks(self, marks, **expected):
        self.assertEqual({name: marks[name] for name in expected}, expected)


class RulesTest(ScoreTestCase):
    def test_lead(self):
        """Available falls by 1.125 % of the memory a second: to 10 % after 81.1 s."""
        marks = self.marks("leak", make_rows(100, leak(kill=90)), PSUTIL, kind="oom")
        self.assertEqual(set(marks), MARKS)
        self.assert_marks(marks, first_high_s=82, first_critical_s=82, lead_high_s=8, lead_s=8,
                          false_high_s=None, false_critical_s=None, alarm_seconds=8,
                          recovery_s=0)

    def test_only_low(self):
        marks = self.marks("leak", make_rows(100, leak(kill=90)), "GLib 2.86 poll low", kind="oom")
        self.assert_marks(marks, first_high_s=60, first_critical_s=None, lead_high_s=30,
                          lead_s=None, alarm_seconds=3, recovery_s=0)

    def test_never(self):
        marks = self.marks("leak", make_rows(100, leak(kill=90)), "lmkd PSI full 700ms/1s",
                           kind="oom")
        self.assert_marks(marks, first_high_s=None, first_critical_s=None, lead_high_s=None,
                          lead_s=None, alarm_seconds=0, recovery_s=None)

    def test_late(self):
        """The kernel tells of it 0.7 s after tasks came to a stop, and is late by as much."""
        marks = self.marks("stop", make_rows(40, stall(20, 30)), "lmkd PSI full 700ms/1s",
                           kind="stall", harm_s=20)
        self.assertAlmostEqual(marks["first_critical_s"], 20.7, delta=0.101)
        self.assertAlmostEqual(marks["lead_s"], -0.7, delta=0.101)

    def test_false_alarms(self):
        def hold(time):
            return available(5) if 10 <= time < 20 else None

        rows = make_rows(60, hold)
        marks = self.marks("hold", rows, PSUTIL, kind="benign")
        self.assert_marks(marks, first_high_s=10, first_critical_s=10, lead_high_s=None,
                          lead_s=None, false_high_s=10, false_critical_s=10, alarm_seconds=10,
                          recovery_s=None)
        marks = self.marks("hold", rows, "GLib 2.86 poll low", kind="benign")
        self.assert_marks(marks, false_high_s=10, false_critical_s=0, alarm_seconds=1)
        marks = self.marks("hold", rows, "earlyoom 1.7 KILL (5%,5%)", kind="benign")
        self.assertAlmostEqual(marks["false_high_s"], 10, delta=0.101)

    def test_false_alarm_ends_with_the_trace(self):
        marks = self.marks("hold", make_rows(14, lambda time: available(5)), "GLib 2.86 poll low",
                           kind="benign")
        self.assert_marks(marks, false_high_s=14, alarm_seconds=2)

    def test_recovery(self):
        def slow(time):
            return {**available(4 if 40 < time < 67 else 90), "oom_kill": int(time > 60)}

        marks = self.marks("slow", make_rows(80, slow), PSUTIL, kind="oom")
        self.assertAlmostEqual(marks["recovery_s"], 67 - 60.1, delta=0.001)

    def test_no_recovery(self):
        """After the trace its last row holds, for 30 seconds and no longer."""
        def stuck(time):
            return {**available(4 if time > 40 else 90), "oom_kill": int(time > 60)}

        marks = self.marks("stuck", make_rows(62, stuck), PSUTIL, kind="oom")
        self.assert_marks(marks, recovery_s=None)

        def held(time):
            return {**stuck(time), "psi_full_us": round(1e6 * max(time - 40, 0))}

        marks = self.marks("held", make_rows(62, held), "lmkd PSI full 700ms/1s", kind="oom")
        self.assertLess(marks["recovery_s"], 3)

    def test_kill_in_the_group_only(self):
        def kill(time):
            return {"cg_ev_oom_kill": 3 if time > 5 else 2}

        path = self.write_trace("group", make_rows(8, kill))
        self.write_labels(group={"kind": "oom"})
        told = self.score(path, status=1)["traces"]["group"]
        self.assertAlmostEqual(told["oom_s"], 5.1, delta=0.001)
        self.assertEqual(told["harm_end_s"], told["oom_s"])

    def test_stall(self):
        """Harm ends with the last second in which tasks stood still for 20 % of it."""
        path = self.write_trace("stop", make_rows(40, stall(20, 30)))
        self.write_labels(stop={"kind": "stall", "harm_s": 19.5})
        told = self.run_mgrctl("score", path, "--json").stdout
        told = json.loads(told)["traces"]["stop"]
        self.assertEqual((told["kind"], told["oom_s"], told["harm_s"]), ("stall", None, 19.5))
        self.assertAlmostEqual(told["harm_end_s"], 30.8, delta=0.101)

    def test_own_rule(self):
        """The level of libmgr, as replay tells it."""
        path = self.write_trace("leak", make_rows(100, leak(kill=90)))
        self.write_labels(leak={"kind": "oom"})
        marks = self.score(path)["traces"]["leak"]["rules"]["libmgr"]
        told = [json.loads(line) for line in self.check("replay", path, "--json").splitlines()]
        for name, levels in (("first_high_s", ("high", "critical", "emergency")),
                             ("first_critical_s", ("critical", "emergency"))):
            first = next(each["time"] for each in told if each["level"] in levels)
            self.assertEqual(marks[name], first / 1e6)
        self.assertAlmostEqual(marks["lead_s"], 90 - marks["first_critical_s"], places=6)


MIB = 1 << 20


def free(percent):
    return {"mem_free_kb": IDLE["mem_total_kb"] * percent // 100}


def group(current, inactive=0, limit=100):
    return {"cg_current": current * MIB, "cg_inactive_file": inactive * MIB,
            "cg_max": limit * MIB if limit > 0 else -1}


def swap(percent):
    return {"swap_total_kb": 100000, "swap_free_kb": 1000 * percent}


class EachRuleTest(ScoreTestCase):
    """Every rule just above its threshold from the 20th to the 40th second of a minute,
    and just below."""

    def assert_speaks(self, rule, first, seconds, change, delta=0.001):
        rows = make_rows(60, lambda time: change(20 <= time < 40))
        marks = self.marks("run", rows, rule, kind="benign")
        self.assertIsNotNone(marks["first_high_s"], rule)
        self.assertAlmostEqual(marks["first_high_s"], first, delta=delta, msg=rule)
        self.assertEqual(marks["alarm_seconds"], seconds, rule)

    def assert_silent(self, rule, change):
        rows = make_rows(60, lambda time: change(20 <= time < 40))
        self.assert_marks(self.marks("run", rows, rule, kind="benign"),
                          first_high_s=None, alarm_seconds=0, false_high_s=0)

    def test_used(self):
        for percent in (80, 85, 90):
            rule = f"percent > {percent} (psutil)"
            self.assert_speaks(rule, 20, 20, lambda now: available(99.9 - percent if now else 90))
            self.assert_silent(rule, lambda now: available(100.1 - percent if now else 90))

    def test_group(self):
        rule = "cgroup current/max > 90%"
        self.assert_speaks(rule, 20, 20, lambda now: group(91 if now else 50))
        self.assert_silent(rule, lambda now: group(90 if now else 50))
        self.assert_silent(rule, lambda now: group(91 if now else 50, limit=-1))
        self.assert_speaks(rule, 20, 20, lambda now: group(901 if now else 50, limit=-1))

    def test_working_set(self):
        rule = "k8s working set/max > 90%"
        self.assert_speaks(rule, 20, 20, lambda now: group(96 if now else 50, inactive=5))
        self.assert_silent(rule, lambda now: group(95 if now else 50, inactive=5))

    def test_free(self):
        for name, percent in (("low", 40), ("critical", 20)):
            rule = f"GLib 2.86 poll {name}"
            self.assert_speaks(rule, 20, 2, lambda now: free(percent - 1 if now else 90))
            self.assert_silent(rule, lambda now: free(percent if now else 90))

    def test_memory_and_swap(self):
        for rule, percent in (("earlyoom 1.7 TERM (10%,10%)", 10), ("earlyoom 1.7 KILL (5%,5%)", 5)):
            short = available(percent)
            self.assert_speaks(rule, 20, 20, lambda now: short if now else available(90), delta=0.101)
            self.assert_speaks(rule, 20, 20, lambda now: {
                **swap(percent), **(short if now else available(90))}, delta=0.101)
            self.assert_silent(rule, lambda now: {**swap(percent + 1), **short})
            self.assert_silent(rule, lambda now: {**swap(percent), **available(percent + 1)})

    def test_oomd_swap(self):
        rule = "systemd-oomd swap 90%"
        short = {**swap(9), **available(9)}
        self.assert_speaks(rule, 20, 20, lambda now: short if now else swap(90), delta=0.151)
        self.assert_silent(rule, lambda now: {**short, **swap(10)})
        self.assert_silent(rule, lambda now: {**short, **available(10)})
        self.assert_silent(rule, lambda now: available(9))

    def test_oomd_stall(self):
        """It has to last."""
        def stalls(percent, begin, end):
            return make_rows(60, lambda time: {
                "cg_full_avg10": percent if begin <= time < end else 0})

        for rule, percent, duration in (("systemd-oomd 60%/30s", 60, 30),
                                        ("systemd-oomd Debian 50%/20s", 50, 20)):
            above, below = stalls(percent + 0.1, 5, 50), stalls(percent, 5, 50)
            short = stalls(percent + 0.1, 5, 5 + duration)
            self.assert_marks(self.marks("run", above, rule, kind="benign"),
                              first_high_s=5 + duration, alarm_seconds=45 - duration)
            for rows in (below, short):
                self.assert_marks(self.marks("run", rows, rule, kind="benign"), first_high_s=None)

    def test_average(self):
        rule = "PSI some avg10 > 10 (folk rule)"
        self.assert_speaks(rule, 20, 20, lambda now: {"psi_some_avg10": 10.1 if now else 0})
        self.assert_silent(rule, lambda now: {"psi_some_avg10": 10})

    def test_limit_was_hit(self):
        rule = "memory.events max/oom rises"
        self.assert_speaks(rule, 20, 20, lambda now: {"cg_ev_max": 8 if now else 7})
        self.assert_silent(rule, lambda now: {"cg_ev_max": 7})

    def assert_trigger(self, rule, column, threshold, window, **more):
        """Tasks wait steadily, a little more or less than the rule asks for."""
        def waits(share):
            return make_rows(60, lambda time: {
                column: round(1e6 * share * min(max(time - 20, 0), 20)), **more})

        share = threshold / window
        marks = self.marks("run", waits(share * 1.01), rule, kind="benign")
        self.assertAlmostEqual(marks["first_high_s"], 20 + window, delta=window / 10 + 0.001,
                               msg=rule)
        self.assertEqual(marks["alarm_seconds"], 20 / window, rule)
        self.assertAlmostEqual(marks["false_high_s"], 20, delta=0.001, msg=rule)
        self.assert_marks(self.marks("run", waits(share * 0.98), rule, kind="benign"),
                          first_high_s=None, alarm_seconds=0)

    def test_triggers(self):
        self.assert_trigger("low-memory-monitor 2.1 low", "psi_some_us", 0.07, 1)
        self.assert_trigger("low-memory-monitor 2.1 critical", "psi_full_us", 0.07, 1)
        self.assert_trigger("lmkd PSI some 70ms/1s", "psi_some_us", 0.07, 1)
        self.assert_trigger("lmkd PSI full 700ms/1s", "psi_full_us", 0.7, 1)
        self.assert_trigger("GLib 2.86 PSI low (own cgroup)", "cg_some_us", 0.07, 2, **free(50))
        self.assert_trigger("GLib 2.86 PSI critical (own cgroup)", "cg_full_us", 0.1, 2, **free(50))

    def test_trigger_of_a_machine_that_is_half_free(self):
        for column, name in (("cg_some_us", "low"), ("cg_full_us", "critical")):
            rows = make_rows(60, lambda time: {column: round(5e5 * time), **free(51)})
            self.assert_marks(self.marks("run", rows, f"GLib 2.86 PSI {name} (own cgroup)",
                                         kind="benign"), first_high_s=None)


class GoalsTest(ScoreTestCase):
    def goals(self, status):
        paths = sorted(os.path.join(self.tree.root, name) for name in os.listdir(self.tree.root)
                       if name.endswith(".csv"))
        told = self.score(*paths, status=status)["goals"]
        return {name: goal["met"] for name, goal in told.items()}

    def test_all_met(self):
        self.write_trace("leak", make_rows(100, leak(kill=90)))
        self.write_trace("idle", make_rows(30))
        self.write_labels(leak={"kind": "oom"}, idle={"kind": "benign"})
        self.assertEqual(self.goals(status=0), {
            "warning": True, "onset": True, "false-critical": True, "false-high": True,
            "recovery": True})

    def test_no_warning(self):
        """Nobody can foresee a kill out of the blue."""
        self.write_trace("blue", make_rows(20, lambda time: {"oom_kill": int(time > 10)}))
        self.write_labels(blue={"kind": "oom"})
        told = self.score(self.tree.path("blue.csv"), status=1)["goals"]
        self.assertEqual(told["warning"], {
            "text": "critical at least 5 s before each kill", "traces": 1, "met": False,
            "worst": None, "where": "blue"})
        self.assertEqual(told["onset"], {
            "text": "critical within 3 s of the onset of each stall", "traces": 0, "met": True,
            "worst": None})

    def test_false_alarm(self):
        """What is called benign although it is no such thing."""
        self.write_trace("full", make_rows(60, lambda time: available(2)))
        self.write_labels(full={"kind": "benign"})
        self.assertEqual(self.goals(status=1), {
            "warning": True, "onset": True, "false-critical": False, "false-high": False,
            "recovery": True})

    def test_no_recovery(self):
        def stuck(time):
            return {**available(max(90 - 2 * time, 1)), "oom_kill": int(time > 60)}

        self.write_trace("stuck", make_rows(65, stuck))
        self.write_labels(stuck={"kind": "oom"})
        self.assertEqual(self.goals(status=1)["recovery"], False)

    def test_worst_counts(self):
        for name, low in (("far", 0), ("near", 8)):
            self.write_trace(name, make_rows(100, leak(kill=90, low=low)))
        self.write_labels(far={"kind": "oom"}, near={"kind": "oom"})
        told = json.loads(self.run_mgrctl("score", "--json", self.tree.path("far.csv"),
                                          self.tree.path("near.csv")).stdout)
        worst = min((trace["rules"]["libmgr"]["lead_s"], name)
                    for name, trace in told["traces"].items())
        self.assertEqual(told["goals"]["warning"]["where"], worst[1])
        self.assertAlmostEqual(told["goals"]["warning"]["worst"], worst[0], places=5)


class TableTest(ScoreTestCase):
    def setUp(self):
        super().setUp()
        self.paths = [
            self.write_trace("b_leak", make_rows(100, leak(kill=90))),
            self.write_trace("a_stop_long", make_rows(40, stall(20, 30))),
            self.write_trace("hold", make_rows(60, lambda time: available(15))),
        ]
        self.write_labels(b_leak={"kind": "oom"}, a_stop_long={"kind": "stall", "harm_s": 20},
                          hold={"kind": "benign"})

    def table(self):
        return self.run_mgrctl("score", *self.paths).stdout

    def row(self, block, rule):
        text = self.table().split("\n\n")[block]
        line = next(line for line in text.splitlines() if line.startswith(rule))
        return [cell.strip() for cell in line.split("│")[1:]]

    def test_cells(self):
        self.assertEqual(self.row(1, PSUTIL), ["+8.0", "-", "ok"])
        self.assertEqual(self.row(1, "percent > 80"), ["+17.0", "-", "F 60s"])
        self.assertEqual(self.row(1, "lmkd PSI full"), ["-", "-0.7", "ok"])
        self.assertEqual(self.row(3, "GLib 2.86 poll low"), ["+30.0", "-", "F 60s"])

    def test_shape(self):
        parts = self.table().split("\n\n")
        critical, high, goals = parts[1].splitlines(), parts[3].splitlines(), parts[5].splitlines()
        self.assertEqual(critical[0].split("│")[1].strip(), "out of memory")
        self.assertEqual([part.strip() for part in critical[1].split("│")[1:]], ["b", "a", "hold"])
        self.assertEqual([part.strip() for part in critical[3].split("│")[1:]], ["", "long", ""])
        self.assertTrue(critical[5].startswith("libmgr "))
        self.assertTrue(high[5].startswith("libmgr "))
        self.assertNotIn("low-memory-monitor 2.1 low", parts[1])
        self.assertIn("low-memory-monitor 2.1 low", parts[3])
        self.assertEqual(len(high) - len(critical), 3)
        for block in (critical, high):
            self.assertEqual(len({line.replace("┼", "│").index("│") for line in block}), 1)
            self.assertEqual(len({len(line) for line in block[4:]}), 1)
        self.assertEqual(len(goals), 5)
        self.assertTrue(all(re.match(r"(met|MISSED) ", line) for line in goals))

    def test_status_is_that_of_the_goals(self):
        result = self.run_mgrctl("score", *self.paths)
        self.assertEqual(result.returncode, 1 if "MISSED" in result.stdout else 0)

    def test_same_again(self):
        self.assertEqual(self.table(), self.table())
        self.assertEqual(self.run_mgrctl("score", "--json", *self.paths).stdout,
                         self.run_mgrctl("score", "--json", *self.paths).stdout)

    def test_ascii(self):
        self.environment["LC_ALL"] = "C"
        self.assertTrue(self.table().isascii())

    def test_colors(self):
        output = self.run_in_terminal(200, "score", *self.paths, status=1)
        self.assertIn("\033[32m", output)
        self.assertIn("\033[31m", output)
        self.assertEqual(re.sub(r"\033\[\d+m", "", output), self.table())


class LabelsTest(ScoreTestCase):
    def setUp(self):
        super().setUp()
        self.path = self.write_trace("run", make_rows(10))

    def fails(self, labels):
        if labels is not None:
            self.tree.write("labels.json", labels)
        return self.check_fails(2, "score", self.path)

    def test_files(self):
        self.write_labels(broken={"kind": "oom"}, late={"kind": "oom"})
        self.check_file_errors("score")

    def test_no_labels(self):
        message = self.fails(None)
        self.assertIn("run.csv” has no label", message)
        self.assertIn("labels.json", message)

    def test_broken_labels(self):
        for labels in ("", "{", "[]", "null", '"run"', '{"run": "oom"}', '{"other": {"kind": "oom"}}'):
            self.assertIn("run.csv” has no label", self.fails(labels), labels)

    def test_kind(self):
        for kind in ('"bad"', "5", "[]", "null", '""'):
            self.assertIn("use oom, stall or benign", self.fails('{"run": {"kind": %s}}' % kind))
        self.assertIn("use oom, stall or benign", self.fails('{"run": {}}'))

    def test_oom_without_a_kill(self):
        self.assertIn("labelled “oom”, but neither", self.fails('{"run": {"kind": "oom"}}'))

    def test_stall_without_harm(self):
        for harm in ("", ', "harm_s": null', ', "harm_s": "x"', ', "harm_s": -1', ', "harm_s": 11',
                     ', "harm_s": []'):
            self.assertIn("needs “harm_s”", self.fails('{"run": {"kind": "stall"%s}}' % harm), harm)
        self.assertIn("no second of it has 20 %", self.fails('{"run": {"kind": "stall", "harm_s": 5}}'))

    def test_missing_column(self):
        rows = make_rows(5)
        for row in rows:
            del row["psi_some_avg10"]
        self.write_trace("run", rows)
        self.assertIn("“run” has no column “psi_some_avg10”", self.fails('{"run": {"kind": "benign"}}'))

    def test_same_name(self):
        self.write_labels(run={"kind": "benign"})
        self.assertIn("are called “run”", self.check_fails(2, "score", self.path, self.path))

    def test_columns_of_a_kill(self):
        """Without them there is none."""
        rows = make_rows(5)
        for row in rows:
            del row["oom_kill"], row["cg_ev_oom_kill"]
        self.write_trace("run", rows)
        self.assertIn("labelled “oom”, but neither", self.fails('{"run": {"kind": "oom"}}'))


class RealTracesTest(ScoreTestCase):
    def test_like_the_reference(self):
        """First alarms and seconds with alarms, as the reference of the rules has them."""
        paths = real_traces()
        reference = TRACES / "baselines.py"
        if not reference.is_file():
            self.skipTest(f"there is no {reference}")
        with tempfile.NamedTemporaryFile("r", suffix=".json") as output:
            subprocess.run(["/usr/bin/python3", reference, "--json", output.name, *paths],
                           check=True, stdout=subprocess.DEVNULL)
            expected = {rule: traces for rule, traces in json.load(output).items()
                        if not rule.startswith(SKETCH)}

        told = json.loads(self.run_mgrctl("score", "--json", *paths).stdout)["traces"]
        self.assertEqual({rule for trace in told.values() for rule in trace["rules"]},
                         set(expected) | {"libmgr"})
        for rule, traces in expected.items():
            for name, (kind, value) in traces.items():
                marks = told[name]["rules"][rule]
                found = marks["alarm_seconds"] if kind == "false" else marks["lead_high_s"]
                if found is not None and kind != "false":
                    found = round(found, 1)
                self.assertEqual(found, value, f"{rule} of {name}")

    def test_goals(self):
        """libmgr meets its goals in all of them."""
        result = self.run_mgrctl("score", *real_traces())
        self.assertEqual((result.returncode, result.stderr), (0, ""), result.stdout)


class OwnTracesTest(ScoreTestCase):
    """The runs that are recorded in the tree."""

    def test_goals(self):
        """libmgr meets its goals in all of them, and there are some of each kind."""
        folder = pathlib.Path(os.environ["MGR_SOURCE_ROOT"], "tests", "data", "pressure")
        paths = sorted(str(path) for path in folder.glob("*.csv"))
        result = self.run_mgrctl("score", "--json", *paths)
        self.assertEqual(result.stderr, "")
        told = json.loads(result.stdout)
        self.assertEqual({trace["kind"] for trace in told["traces"].values()},
                         {"oom", "stall", "benign"})
        self.assertEqual([goal for goal in told["goals"].values() if not goal["met"]], [])
        self.assertEqual(result.returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
