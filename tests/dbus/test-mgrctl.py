#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl against a real program on a private bus.

Needs MGRCTL, MGR_LIBRARY, MGR_TEST_PROGRAM and MGRCTL_MAN in the environment.
"""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from mgrctl_case import MGRCTL, MIB, Bus, MgrctlTestCase, Program

LIBRARY = os.path.realpath(os.environ["MGR_LIBRARY"])
MAN = os.environ["MGRCTL_MAN"]

# As in the test of the report itself.
REPORT_FIELDS = {
    "allocations", "budget", "caches", "claimed", "cleanups", "components", "holders", "largest",
    "last-cleanup", "ledger", "level", "limits", "models", "peak", "pools", "process", "refused",
    "returned", "status", "unmanaged", "used"}
NOBODY = 65534

BUS_FOR_EVERYBODY = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={path}</listen>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
"""


class TestStatus(MgrctlTestCase):
    def test_text(self):
        program = self.start("--name", "importer")
        program.ask("hold models/bert 10485760")
        program.ask("hold models/bert 99999999")
        lines = self.check("status").splitlines()
        self.assertEqual(lines[0], f"importer ({program.pid}): pressure is normal")
        self.assertRegex(lines[1], r"^  budget +100\.0 MiB$")
        self.assertRegex(lines[2], r"^  used +30\.0 MiB +30 %  █{6}░{14}$")
        self.assertRegex(lines[3], r"^  peak +30\.0 MiB +30 %  █{6}░{14}$")
        self.assertRegex(lines[4], r"^  allocations +4  1 refused$")
        self.assertRegex(lines[5], r"^  cleanups +0$")
        self.assertEqual(len(lines), 6)

    def test_json(self):
        program = self.start("--name", "importer")
        status = self.check_json("status")
        self.assertEqual((status["program"], status["pid"]), ("importer", program.pid))
        self.assertEqual(status["level"], "normal")
        self.assertEqual((status["budget"], status["used"]), (100 * MIB, 20 * MIB))
        self.assertEqual(status["components"][0]["path"], "cache")
        self.assertEqual(status["status"], "normal")

    def test_json_has_the_fields_of_the_report(self):
        self.start()
        self.check("cleanup", "--strategy=aggressive")
        status = self.check_json("status")
        self.assertEqual(set(status), REPORT_FIELDS | {"program", "pid"})
        self.assertEqual(set(status["limits"]),
                         {"limit", "soft-limit", "headroom", "swap", "explanation"})
        self.assertEqual(status["unmanaged"],
                         status["process"] - status["used"] if status["process"] else 0)
        self.assertEqual(status["last-cleanup"]["strategy"], "aggressive")
        self.assertEqual(sum(holders["count"] for holders in status["holders"]),
                         len(status["largest"]))
        self.assertAlmostEqual(sum(component["share"] for component in status["components"]
                                   if "/" not in component["path"]), 1.0)

    def test_after_cleanup(self):
        self.start()
        self.check("cleanup", "--strategy=aggressive")
        self.assertRegex(self.check("status"),
                         r"1  10\.0 MiB claimed, .* off the ledger, .* returned\n")

    def test_control_characters(self):
        self.start("--name", "evil\033[31m\u202e")
        first = self.check("status").splitlines()[0]
        self.assertNotIn("\033", first)
        self.assertIn("evil\ufffd[31m", first)


class TestComponents(MgrctlTestCase):
    def test_text(self):
        program = self.start()
        program.ask("hold models/bert 17825792")
        lines = self.check("components").splitlines()
        self.assertEqual([line[:11].rstrip() for line in lines],
                         ["COMPONENT", "cache", "models", "├─ bert", "└─ gpt", "models-old"])
        self.assertRegex(lines[1], r" 20\.0 MiB +60\.0 MiB +33 %  █{7}░{13} +20\.0 MiB +0$")
        self.assertRegex(lines[3], r" 17\.0 MiB +20\.0 MiB +85 %  █{17}░{3} +17\.0 MiB +0$")
        self.assertRegex(lines[4], r" 0 B +- +0 B +0$")
        self.assertEqual(len({len(line) for line in lines}), 1, "the columns are straight")

    def test_ascii(self):
        self.start()
        self.environment = dict(self.environment, LC_ALL="C")
        output = self.check("components")
        self.assertTrue(output.isascii())
        self.assertIn("|- bert", output)
        self.assertIn("#######.............", output)

    def test_json(self):
        program = self.start()
        program.ask("hold models/gpt 1000")
        components = self.check_json("components")["components"]
        self.assertEqual([component["path"] for component in components],
                         ["cache", "models", "models/bert", "models/gpt", "models-old"])
        self.assertEqual(components[3], {
            "path": "models/gpt", "name": "gpt", "budget": 0, "guaranteed": 0, "used": 1000,
            "peak": 1000, "priority": 5, "allocations": 1, "refused": 0})


class TestWatch(MgrctlTestCase):
    def watch(self, *arguments):
        process = subprocess.Popen([MGRCTL, "watch", *arguments], env=self.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(lambda: (process.stdout.close(), process.stderr.close()))
        return process

    def test_json(self):
        program = self.start()
        process = self.watch("--json", "--count=3")
        events = [json.loads(process.stdout.readline())]
        program.ask("hold models 41943040")
        program.ask("hold cache 26214400")
        program.ask("sense")
        self.check("cleanup", "--strategy=emergency")
        events += [json.loads(line) for line in process.stdout]
        self.assertEqual(process.wait(), 0)

        self.assertEqual(events[0], {"event": "watching", "level": "normal",
                                     "used": 20 * MIB, "budget": 100 * MIB})
        self.assertEqual([event["event"] for event in events[1:]],
                         ["pressure-changed", "cleanup-finished", "cleanup-finished"])
        self.assertEqual((events[1]["level"], events[1]["source"]), ("high", "budget"))
        self.assertAlmostEqual(events[1]["usage"], 0.85)
        self.assertEqual((events[2]["strategy"], events[2]["cleaned"]), ("moderate", ["parsed"]))
        self.assertEqual(events[3]["strategy"], "emergency")

    def test_text(self):
        program = self.start()
        process = self.watch("--count=2")
        process.stdout.readline()
        program.ask("hold models 41943040")
        program.ask("hold cache 26214400")
        program.ask("sense")
        lines = process.stdout.read().splitlines()
        self.assertEqual(process.wait(), 0)
        self.assertRegex(lines[0], r"^\d\d:\d\d:\d\d  pressure  high        "
                                   r"85\.0 % used, 15\.0 MiB available \(budget\)$")
        self.assertRegex(lines[1], r"^\d\d:\d\d:\d\d  cleanup   moderate    "
                                   r"1 cleaned: 10\.0 MiB claimed, .* off the ledger, .* returned$")

    def test_timeout(self):
        self.start()
        self.assertRegex(self.check("watch", "--timeout=0.01"),
                         r"^\S+  watching  normal      20\.0 MiB of 100\.0 MiB charged\n$")

    def test_interrupted(self):
        self.start()
        process = self.watch()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 0)

    def test_program_ends(self):
        program = self.start()
        process = self.watch()
        process.stdout.readline()
        program.stop()
        self.assertEqual(process.wait(), 3)
        self.assertIn("has ended", process.stderr.read())

    def test_wrong_numbers(self):
        self.assertIn("above 0", self.check_fails(2, "watch", "--count=-1"))
        self.check_fails(2, "watch", "--count=many")


class TestPressure(MgrctlTestCase):
    """Of a program; this machine's is tested in tests/integration."""

    def start_pressure(self, *arguments):
        process = subprocess.Popen([MGRCTL, "pressure", "--session", *arguments],
                                   env=self.environment, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(lambda: (process.stdout.close(), process.stderr.close()))
        return process

    def press(self, program):
        program.ask("hold models 41943040")
        program.ask("hold cache 26214400")
        program.ask("sense")

    def test_text(self):
        self.start()
        self.assertRegex(self.check("pressure", "--session", "--count=1"),
                         r"^\S+  normal      20\.0 % used    80\.0 MiB available  "
                         r"limit 100\.0 MiB \(budget\)\n$")

    def test_json(self):
        program = self.start()
        process = self.start_pressure("--json", "--interval=3600", "--count=2")
        samples = [json.loads(process.stdout.readline())]
        self.press(program)
        samples.append(json.loads(process.stdout.readline()))
        self.assertEqual(process.wait(), 0)
        self.assertEqual(samples[0], {
            "level": "normal", "usage": 0.2, "available": 80 * MIB, "limit": 100 * MIB,
            "source": "budget"})
        self.assertEqual((samples[1]["level"], samples[1]["source"]), ("high", "budget"))
        self.assertAlmostEqual(samples[1]["usage"], 0.85)
        self.assertIn("stall", samples[1])

    def test_looks_again(self):
        program = self.start("--name", "importer")
        process = self.start_pressure("--json", "--program=importer", "--interval=0.25")
        while json.loads(process.stdout.readline())["usage"] < 0.3:
            if program.ask("used") == str(20 * MIB):
                program.ask("hold models 10485760")
        process.terminate()
        process.stdout.read()
        self.assertEqual(process.wait(), 0)

    def test_wait(self):
        program = self.start()
        process = self.start_pressure("--json", "--wait=medium", "--timeout=60")
        self.press(program)
        lines = process.stdout.read().splitlines()
        self.assertEqual((process.wait(), process.stderr.read()), (0, ""))
        self.assertEqual([json.loads(line)["level"] for line in lines], ["high"])
        self.assertIn("it is “high”", self.check_fails(
            1, "pressure", "--session", "--wait=emergency", "--timeout=0.5"))

    def test_program_ends(self):
        program = self.start()
        process = self.start_pressure("--interval=0.25")
        process.stdout.readline()
        program.stop()
        process.stdout.read()
        self.assertEqual(process.wait(), 3)
        self.assertTrue(process.stderr.read().startswith("mgrctl: "))


class TestCleanup(MgrctlTestCase):
    def test_dry_run_changes_nothing(self):
        program = self.start()
        for strategy in ("light", "moderate", "aggressive", "emergency"):
            report = self.check_json("cleanup", "--dry-run", "--force", "--strategy", strategy)
            self.assertTrue(report["dry-run"])
            self.assertEqual(report["strategy"], strategy)
        self.assertEqual(report["cleaned"], ["parsed", "features"])
        self.assertEqual(program.ask("used"), str(20 * MIB))
        self.assertEqual(self.check_json("status")["cleanups"], 0)

    def test_text(self):
        program = self.start()
        self.assertEqual(self.check("cleanup", "--dry-run", "--strategy=aggressive"),
                         "A cleanup would free 10.0 MiB\n"
                         "  name      class      expected  why\n"
                         "  parsed    SAFE       10.0 MiB  SAFE\n"
                         "  features  CAUTIOUS    5.0 MiB  "
                         "CAUTIOUS, and the cleanup is not forced\n"
                         "  results   PROTECTED   5.0 MiB  PROTECTED by hand\n")
        self.assertEqual(program.ask("used"), str(20 * MIB))
        lines = self.check("cleanup", "--strategy=aggressive").splitlines()
        self.assertRegex(lines[0], r"^10\.0 MiB claimed, 10\.0 MiB off the ledger, .* returned$")
        self.assertEqual(lines[1].split(),
                         ["name", "class", "claimed", "ledger", "returned", "why"])
        self.assertRegex(lines[2], r"^  parsed    SAFE       10\.0 MiB  10\.0 MiB +\S+ B  SAFE$")
        self.assertRegex(lines[3], r"^  features  CAUTIOUS        0 B +CAUTIOUS, and the")
        self.assertRegex(lines[4], r"^  results   PROTECTED       0 B +PROTECTED by hand$")
        self.assertEqual(program.ask("used"), str(10 * MIB))

    def test_force(self):
        program = self.start()
        report = self.check_json("cleanup", "--force", "--strategy=emergency")
        self.assertEqual(report["protected"], ["results"])
        self.assertEqual(report["flags"], ["force"])
        self.assertEqual([step["name"] for step in report["steps"]],
                         ["parsed", "features", "results"])
        self.assertEqual([step["ledger"] for step in report["steps"]], [10 * MIB, 5 * MIB, 0])
        self.assertEqual(report["ledger"], 15 * MIB)
        self.assertEqual(report["steps"][2]["reason"], "PROTECTED by hand")
        self.assertEqual(program.ask("used"), str(5 * MIB))

    def test_unknown_strategy(self):
        program = self.start()
        message = self.check_fails(2, "cleanup", "--strategy=brutal")
        self.assertIn("“brutal”", message)
        self.assertIn("light, moderate, aggressive or emergency", message)
        self.assertEqual(program.ask("used"), str(20 * MIB))


class TestJournal(MgrctlTestCase):
    def press(self, program):
        """A refusal, then a level with a cleanup that comes of it: entries 1 to 4."""
        program.ask("hold models/bert 99999999")
        program.ask("hold models 41943040")
        program.ask("hold cache 26214400")
        program.ask("sense")
        for _ in range(1000):
            if len(self.check_lines("journal", "--json")) == 4:
                return
            time.sleep(0.01)
        self.fail("the cleanup never came")

    def check_lines(self, *arguments):
        return self.check(*arguments).splitlines()

    def test_text(self):
        program = self.start()
        self.press(program)
        lines = self.check_lines("journal")
        time_of_day = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  "
        self.assertRegex(lines[0], time_of_day +
                         r"    1  refusal    A request of 95\.4 MiB for “models/bert” was refused$")
        self.assertRegex(lines[1], time_of_day + r"    2  level      Pressure rose from normal to high")
        self.assertRegex(lines[2], time_of_day + r"    3  plan       .* \(because of #2\)$")
        self.assertRegex(lines[3], time_of_day + r"    4  report     .* \(because of #3\)$")
        self.assertEqual(self.check_lines("journal", "--count=1"), lines[3:])
        self.assertEqual(self.check_lines("journal", "--kind=level"), lines[1:2])
        self.assertEqual(self.check("journal", "--kind=phase"), "")

    def test_upkeep(self):
        program = self.start()
        self.assertEqual(program.ask("begin training"), "ok")
        self.assertEqual(program.ask("end training"), "ok")
        self.check("cleanup", "--strategy=aggressive")
        self.assertEqual(program.ask("restore parsed"), "failed")
        self.assertEqual(program.ask("emergency"), "ok")
        for _ in range(1000):
            lines = self.check_lines("journal")
            if len(lines) == 8:
                break
            time.sleep(0.01)
        kinds = [line.split()[3] for line in lines]
        self.assertEqual(kinds, ["phase", "phase", "plan", "report", "restore", "emergency", "plan",
                                 "report"])
        self.assertRegex(lines[1], r"  phase      The phase “training” ended after 0\.0 ms: .* "
                                   r"\(because of #1\)$")
        self.assertRegex(lines[4], r"  restore    “parsed” cannot be brought back: 10\.0 MiB of it "
                                   r".* \(because of #3\)$")
        self.assertRegex(lines[5], r"  emergency  An emergency was declared")
        story = self.check("why", "5")
        self.assertRegex(story, r"\n#5 restore, .* because of #3: “parsed” cannot be brought back")
        self.assertIn("\n  What would help: a registered resource of this name with a handler of "
                      "“rebuild”\n", story)
        self.assertRegex(self.check("why"), r"^#6 emergency, ")

    def test_json(self):
        program = self.start()
        self.press(program)
        entries = [json.loads(line) for line in self.check_lines("journal", "--json")]
        self.assertEqual([entry["kind"] for entry in entries], ["refusal", "level", "plan", "report"])
        self.assertEqual([entry.get("cause") for entry in entries], [None, None, 2, 3])
        refusal = entries[0]["details"]
        self.assertEqual((refusal["component"], refusal["size"], refusal["error"]),
                         ("models/bert", 99999999, "infeasible"))
        self.assertEqual(refusal["obstacle"], "models/bert")
        self.assertAlmostEqual(entries[1]["details"]["usage"], 0.85)
        self.assertIn("cache 45.0 MiB", entries[1]["details"]["holders"])
        self.assertEqual(entries[2]["details"]["flags"], [])
        self.assertEqual(entries[2]["details"]["steps"],
                         [{"name": "parsed", "reason": "SAFE", "expected": 10 * MIB}])
        self.assertEqual(entries[2]["details"]["kept"],
                         [{"name": "features", "reason": "CAUTIOUS, and the cleanup is not forced"}])
        self.assertEqual(entries[2]["details"]["protected"],
                         [{"name": "results", "reason": "PROTECTED by hand"}])
        self.assertEqual(entries[3]["details"]["cleaned"],
                         [{"name": "parsed", "reason": "SAFE", "claimed": 10 * MIB}])
        self.assertEqual(entries[3]["details"]["claimed"], 10 * MIB)

    def test_follow(self):
        program = self.start()
        process = subprocess.Popen([MGRCTL, "journal", "--follow", "--json"], env=self.environment,
                                   text=True, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        program.ask("hold models/bert 99999999")
        self.assertEqual(json.loads(process.stdout.readline())["id"], 1)
        program.ask("hold models 41943040")
        program.ask("hold cache 26214400")
        program.ask("sense")
        self.assertEqual([json.loads(process.stdout.readline())["id"] for _ in range(3)], [2, 3, 4])
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(), 0)

    def test_why(self):
        program = self.start()
        self.assertIn("Nothing was refused so far", self.run_mgrctl("why").stderr)
        program.ask("hold models/bert 99999999")
        story = self.check("why")
        self.assertRegex(story, r"^#1 refusal, .*: A request of 95\.4 MiB for “models/bert” was refused\n"
                         r"  Rule: no request may be larger than the budgets above it, and that of "
                         r"“models/bert” is 20\.0 MiB\n  Largest holders: none\n"
                         r"  What would help: a budget of 95\.4 MiB for “models/bert”, or a smaller request\n$")
        self.assertEqual(self.check_json("why", "#1")["id"], 1)
        program.ask("hold models 41943040")
        program.ask("hold cache 26214400")
        program.ask("sense")
        self.assertRegex(self.check("why", "4"), r"(?s)^#2 level.*\n#3 plan, .*because of #2: .*"
                         r"\n  To be asked: parsed 10\.0 MiB \(SAFE\)"
                         r"\n  Kept: features \(CAUTIOUS, and the cleanup is not forced\)"
                         r"\n  Protected: results \(PROTECTED by hand\)\n.*"
                         r"\n#4 report, .*because of #3: 1 were cleaned")
        self.assertEqual(self.check("why"), self.check("why", "2"))

    def test_wrong(self):
        self.start()
        self.assertIn("There is no entry #7", self.check_fails(1, "why", "7"))
        self.assertIn("is no number", self.check_fails(2, "why", "seven"))
        message = self.check_fails(2, "journal", "--kind=gossip")
        self.assertIn("There is no kind “gossip”: use any, refusal, level, plan, report, restore, phase, "
                      "limits, emergency, task or other\n", message)
        with open(MAN, encoding="utf-8") as man:
            text = man.read().partition("\n.BI \\-\\-kind= KIND\n")[2].partition("\n.TP\n")[0]
        in_man = set(re.findall(r"^\.BR? ([a-z]+)", text, re.M))
        self.assertEqual(in_man, set(re.findall(r"[a-z]+", message.partition("use")[2])) - {"or"})
        self.assertIn("1 to 1000", self.check_fails(2, "journal", "--count=0"))
        self.assertIn("“--follow” asks a program",
                      self.check_fails(2, "journal", "--follow", "--file=x"))
        self.assertIn("asks no program", self.check_fails(2, "why", "--session", "--file=x"))

    def test_file(self):
        folder = tempfile.mkdtemp(prefix="libmgr-")
        self.addCleanup(shutil.rmtree, folder)
        path = folder + "/journal.db"
        missing = self.run_mgrctl("journal", "--file", path)
        if missing.returncode == 4:
            self.skipTest("built without SQLite")
        self.assertEqual((missing.returncode, missing.stdout), (1, ""))
        self.assertIn("There is no file", missing.stderr)
        self.assertIn("“/etc/passwd” is no journal: it is no SQLite database. Name the file",
                      self.check_fails(1, "journal", "--file", "/etc/passwd"))
        self.environment = dict(self.environment, MGR_JOURNAL_PATH=path)
        program = self.start()
        self.press(program)
        shown = self.check("journal")
        program.stop()
        self.environment = dict(self.environment, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
        self.assertEqual(self.check("journal", "--file", path), shown)
        self.assertEqual(self.check("journal", "--file", path, "--kind=plan", "--json").count("\n"), 1)
        self.assertTrue(self.check("why", "--file", path).startswith("#2 level, "))
        self.assertEqual(os.listdir(folder), ["journal.db"])


class TestChoice(MgrctlTestCase):
    def test_several_programs(self):
        first = self.start("--name", "first")
        second = self.start("--name", "second")
        message = self.check_fails(2, "status")
        for text in ("--program", "first", "second", str(first.pid), str(second.pid)):
            self.assertIn(text, message)

        for choice in ("second", str(second.pid), f"org.libmgr.Program.p{second.pid}"):
            self.assertEqual(self.check_json("status", "--program", choice)["pid"], second.pid)
            self.assertEqual(self.check_json("--program", choice, "status")["pid"], second.pid)
        self.assertIn("“third”", self.check_fails(3, "--program=third", "status"))

    def test_list(self):
        program = self.start("--name", "importer")
        self.assertEqual(self.check_json("list")["programs"], [{
            "program": "importer", "pid": program.pid, "level": "normal",
            "bus-name": f"org.libmgr.Program.p{program.pid}",
            "used": 20 * MIB, "budget": 100 * MIB}])
        self.assertRegex(self.check("list").splitlines()[1],
                         rf"^ *{program.pid}  normal +20\.0 MiB +100\.0 MiB  importer$")

    def test_no_program(self):
        self.assertIn("mgr_manager_export_on_session()", self.check_fails(3, "status"))
        self.assertEqual(self.check_json("list"), {"programs": []})

    def test_no_bus(self):
        environment = dict(self.environment, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent/bus")
        for verb in ("status", "components", "watch", "cleanup", "list"):
            self.check_fails(3, verb, environment=environment)

    def test_peer(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        address = f"unix:path={folder}/socket"
        program = Program(self.environment, "--peer", address)
        self.addCleanup(program.stop)
        self.assertEqual(self.check_json("--address", address, "status")["pid"], program.pid)
        self.check("--address", address, "cleanup", "--strategy=aggressive")
        self.assertEqual(program.ask("used"), str(10 * MIB))

    def test_address_of_a_bus(self):
        program = self.start()
        environment = dict(self.environment, DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent/bus")
        result = self.run_mgrctl("--address", self.bus.address, "status", "--json",
                                 environment=environment)
        self.assertEqual(json.loads(result.stdout)["pid"], program.pid)


class TestOtherUser(MgrctlTestCase):
    """What another user may ask, through copies that this user can run."""

    def setUp(self):
        if os.getuid() != 0:
            self.skipTest("only root can act as another user")
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o755)
        with open(self.folder + "/bus.conf", "w", encoding="utf-8") as config:
            config.write(BUS_FOR_EVERYBODY.format(path=self.folder + "/bus"))
        self.bus = Bus("--config-file=" + self.folder + "/bus.conf")
        self.addCleanup(self.bus.stop)
        self.environment = self.bus.environment
        for path in (MGRCTL, LIBRARY):
            shutil.copy(path, self.folder)
        os.symlink(os.path.basename(LIBRARY), self.folder + "/libmgr-1.0.so.0")

    def run_as_nobody(self, *arguments):
        return subprocess.run(
            [self.folder + "/mgrctl", "--address", self.bus.address, *arguments],
            env=dict(self.environment, LD_LIBRARY_PATH=self.folder), cwd="/",
            text=True, capture_output=True, timeout=60,
            user=NOBODY, group=NOBODY, extra_groups=[])

    def test_reads_but_does_not_clean(self):
        program = self.start()
        status = self.run_as_nobody("status", "--json")
        self.assertEqual((status.returncode, status.stderr), (0, ""))
        self.assertEqual(json.loads(status.stdout)["used"], 20 * MIB)

        for arguments in ([], ["--dry-run"], ["--force", "--strategy=emergency"]):
            refused = self.run_as_nobody("cleanup", *arguments)
            self.assertEqual((refused.returncode, refused.stdout), (1, ""))
            self.assertTrue(refused.stderr.startswith("mgrctl: Only the user that runs"))
            self.assertIn(f"you are {NOBODY}", refused.stderr)
        self.assertEqual(program.ask("used"), str(20 * MIB))
        self.assertEqual(self.check_json("status")["cleanups"], 0)


class TestCommandLine(MgrctlTestCase):
    def test_usage(self):
        for arguments in ([], ["clean"], ["--jsno", "status"], ["status", "--force"],
                          ["status", "extra"], ["status", "--", "extra"],
                          ["--session", "--address=x:", "status"]):
            message = self.check_fails(2, *arguments)
            self.assertTrue(message.startswith("mgrctl: "), message)

    def test_help_and_version(self):
        self.assertIn("cleanup", self.check("--help"))
        self.assertIn("--dry-run", self.check("cleanup", "--help"))
        self.assertRegex(self.check("--version"), r"^mgrctl \d+\.\d+\.\d+\n$")
        self.assertRegex(self.check("status", "--version"), r"^mgrctl \d+\.\d+\.\d+\n$")

    def test_every_command_has_help(self):
        listed = self.check("--help")
        for verb in self.complete(""):
            self.assertIn(f"  {verb} ", listed)
            text = self.check(verb, "--help")
            self.assertTrue(text.startswith(f"Usage:\n  mgrctl {verb} [OPTION…]"), text)
            for option in self.complete(verb, "--"):
                self.assertIn(option, text)

    def complete(self, *words):
        return self.check("--complete", *words).split()

    def test_completion(self):
        program = self.start("--name", "importer")
        self.assertEqual(self.complete(""), ["status", "components", "pools", "caches", "models",
                                             "tasks", "task", "watch", "cleanup", "journal",
                                             "why", "run", "list", "config", "pressure",
                                             "record", "replay", "score", "plot", "selftest",
                                             "doctor"])
        self.assertEqual(self.complete("c"), ["components", "caches", "cleanup", "config"])
        self.assertEqual(self.complete("cleanup", "--d"), ["--dry-run"])
        self.assertEqual(self.complete("status", "--d"), [])
        self.assertEqual(self.complete("--program", ""), [str(program.pid), "importer"])
        self.assertEqual(self.complete("--program", "importer", "wat"), ["watch"])
        self.assertEqual(self.complete("cleanup", "--strategy", "a"), ["aggressive"])
        self.assertEqual(self.complete("--address", ""), [])
        self.assertEqual(self.complete("journal", "--kind", "r"), ["refusal", "report", "restore"])
        self.assertEqual(self.complete("pressure", "--wait", "m"), ["medium"])

    def test_completion_of_arguments(self):
        """What may be a file is left to the shell."""
        self.assertEqual(self.complete("record", ""), [])
        self.assertEqual(self.complete("record", "trace.csv", "--f"), ["--force"])
        self.assertEqual(self.complete("replay", "trace.csv", "--s"), ["--samples"])
        self.assertEqual(self.complete("score", "a.csv", ""), [])
        self.assertEqual(self.complete("plot", "--output", ""), [])
        self.assertEqual(self.complete("selftest", ""), ["pressure"])
        self.assertEqual(self.complete("selftest", "--runs", "2", "p"), ["pressure"])
        self.assertEqual(self.complete("config", "c"), ["check"])
        self.assertEqual(self.complete("config", "check", ""), [])
        self.assertIn("--json", self.complete("status", ""))
        for verb in ("config", "record", "replay", "score", "plot", "selftest", "doctor"):
            self.assertFalse({"--program", "--address", "--session", "--proc-path"}
                             & set(self.complete(verb, "--")))
        self.assertIn("--program", self.complete("pressure", "--"))

    def test_completion_in_bash(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        os.symlink(MGRCTL, folder + "/mgrctl")
        script = (f'PATH="{folder}:$PATH"; . "$1"; COMP_WORDS=(mgrctl selftest p); COMP_CWORD=2; '
                  '_mgrctl; echo "${COMPREPLY[@]}"; complete -p mgrctl')
        output = subprocess.run(
            ["bash", "-c", script, "bash", os.path.dirname(MAN) + "/../../tools/mgrctl/mgrctl.bash"],
            env=self.environment, text=True, capture_output=True, check=True).stdout
        self.assertEqual(output.splitlines(), ["pressure", "complete -o default -F _mgrctl mgrctl"])

    def test_man_page_is_complete(self):
        with open(MAN, encoding="utf-8") as man:
            text = man.read().replace("\\-", "-")
        for verb in self.complete(""):
            self.assertRegex(text, rf'(?m)^\.(B {verb}|BI {verb} " \[?[A-Z…]+\]?")$')
            for option in self.complete(verb, "--"):
                self.assertIn(option, text)
        for status in range(5):
            self.assertRegex(text, rf"(?m)^\.B {status}$")


class TestTerminal(MgrctlTestCase):
    def run_in_terminal(self, *arguments, **environment):
        parent, child = pty.openpty()
        environment = dict(self.environment, TERM="xterm", **environment)
        process = subprocess.Popen([MGRCTL, *arguments], env=environment, stdout=child)
        os.close(child)
        output = b""
        while True:
            try:
                chunk = os.read(parent, 4096)
            except OSError:
                break
            if not chunk:
                break
            output += chunk
        os.close(parent)
        self.assertEqual(process.wait(), 0)
        return output.decode().replace("\r\n", "\n")

    def test_colors(self):
        self.start()
        plain = self.check("components")
        colored = self.run_in_terminal("components")
        self.assertIn("\033[32m", colored)
        self.assertEqual(re.sub(r"\033\[\d+m", "", colored), plain)
        self.assertEqual(self.run_in_terminal("components", "--no-color"), plain)
        self.assertEqual(self.run_in_terminal("components", NO_COLOR="1"), plain)
        self.assertIn("\033[32m", self.run_in_terminal("components", NO_COLOR=""))

    def test_json_is_indented(self):
        self.start()
        output = self.run_in_terminal("status", "--json")
        self.assertGreater(output.count("\n"), 10)
        self.assertEqual(json.loads(output), self.check_json("status"))


if __name__ == "__main__":
    if shutil.which("dbus-daemon") is None:
        sys.exit(77)
    unittest.main(verbosity=2)
