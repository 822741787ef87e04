#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl doctor, of trees that stand in for machines, and of this one."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from mgrctl_case import MGRCTL, LocalTestCase

NAMES = ["memory", "cgroup", "limits", "rlimits", "swap", "overcommit", "stalls", "triggers",
         "bus", "gpu"]
NOBODY = 65534

LIMITS = """Limit                     Soft Limit           Hard Limit           Units
Max data size             unlimited            unlimited            bytes
Max address space         {:<20} unlimited            bytes
"""


class DoctorTestCase(LocalTestCase):
    def setUp(self):
        super().setUp()
        self.tree.meminfo()
        self.tree.pressure("proc/pressure/memory")
        self.tree.write("proc/self/limits", LIMITS.format("unlimited"))

    def examine(self, *arguments, status=0):
        report = self.check_json("doctor", *self.tree.options, *arguments, status=status)
        self.assertEqual([finding["name"] for finding in report["findings"]], NAMES)
        return {finding["name"]: finding for finding in report["findings"]}

    def assert_finding(self, name, state, found, mend=None):
        finding = self.examine()[name]
        self.assertEqual(finding["state"], state, finding)
        self.assertIn(found, finding["found"])
        if mend is None:
            self.assertIsNone(finding["mend"])
        else:
            self.assertIn(mend, finding["mend"])


class TestMemory(DoctorTestCase):
    def test_memory(self):
        self.assert_finding("memory", "ok", "16.0 GiB, of which 8.0 GiB are available")

    def test_needed(self):
        self.tree.write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 500 kB\n")
        finding = self.examine(status=1)["memory"]
        self.assertEqual((finding["state"], finding["needed"]), ("missing", True))
        os.remove(self.tree.path("proc/meminfo"))
        report = self.check_json("doctor", *self.tree.options, status=1)
        self.assertIs(report["works"], False)
        self.assertIn("lacks something it needs",
                      self.check("doctor", *self.tree.options, status=1))

    def test_lxcfs(self):
        self.tree.mounts += ("99 23 0:50 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n")
        self.tree.write("proc/self/mountinfo", self.tree.mounts)
        self.assert_finding("memory", "note", "16.0 GiB")

    def test_rlimits(self):
        self.assert_finding("rlimits", "ok", "No RLIMIT_AS")
        self.tree.write("proc/self/limits", LIMITS.format("1073741824"))
        self.assert_finding("rlimits", "note", "RLIMIT_AS is 1.0 GiB", "ulimit -v unlimited")

    def test_swap(self):
        self.assert_finding("swap", "note", "None", "zram")
        self.tree.meminfo(SwapTotal=2048, SwapFree=1024)
        self.tree.write("proc/swaps", "Filename Type Size Used Priority\n"
                                      "/dev/zram0 partition 1024 0 100\n"
                                      "/dev/sda2  partition 1024 1024 -2\n")
        self.assert_finding("swap", "ok", "2.0 MiB on zram0, sda2, of which 1.0 MiB are free")

    def test_swap_that_the_group_may_not_use(self):
        self.tree.mount(2, "/app")
        group = self.tree.group_v2("/app", current=1)
        self.tree.meminfo(SwapTotal=2048, SwapFree=1024)
        for limit, state in (("max", "ok"), ("0", "note"), ("4096", "ok")):
            self.tree.write(os.path.relpath(group, self.tree.root) + "/memory.swap.max",
                            limit + "\n")
            self.assertEqual(self.examine()["swap"]["state"], state)

    def test_overcommit(self):
        for mode, state in ((0, "ok"), (1, "ok"), (2, "note")):
            self.tree.write("proc/sys/vm/overcommit_memory", f"{mode}\n")
            self.assertEqual(self.examine()["overcommit"]["state"], state)


class TestGroups(DoctorTestCase):
    def test_none(self):
        self.assert_finding("cgroup", "missing", "No memory cgroup", "/sys/fs/cgroup")
        self.assert_finding("limits", "note", "16.0 GiB, MemTotal", "mgr_manager_new()")

    def test_v1(self):
        self.tree.mount(1, "/app")
        group = self.tree.group_v1("/app")
        self.assert_finding("cgroup", "ok", "v1: " + group)

    def test_v2(self):
        self.tree.mount(2, "/app")
        group = self.tree.group_v2("/app", current=1, limit=1 << 30)
        self.assert_finding("cgroup", "ok", "v2: " + group)
        self.assert_finding("limits", "ok", "1.0 GiB, memory.max of ")

    def test_soft_limit(self):
        self.tree.mount(2, "/app")
        self.tree.group_v2("/app", current=1, high=1 << 29, limit=1 << 30)
        self.assert_finding("limits", "note", "; soft limit 512.0 MiB, memory.high of ")

    def test_hybrid(self):
        self.tree.mount(1, "/app")
        self.tree.mount(2, "/")
        group = self.tree.group_v1("/app")
        self.assert_finding("cgroup", "ok", "Hybrid, memory on v1 and stalls on v2: " + group)

    def test_not_visible(self):
        self.tree.mount(2, "/app/hidden")
        group = self.tree.group_v2("/app", current=1)
        self.assert_finding("cgroup", "note", group, "namespace")

    def test_controller_is_off(self):
        self.tree.mount(2, "/app")
        self.tree.group_v2("/app")
        self.assert_finding("cgroup", "missing", "v2", "cgroup.subtree_control")


class TestStalls(DoctorTestCase):
    def test_of_the_machine(self):
        self.assert_finding("stalls", "note", "/proc/pressure/memory", "cgroup.pressure")

    def test_of_the_group(self):
        self.tree.mount(2, "/app")
        group = self.tree.group_v2("/app")
        self.tree.pressure("sys/fs/cgroup/app/memory.pressure")
        self.assert_finding("stalls", "ok", group + "/memory.pressure")

    def test_of_a_group_without_account(self):
        self.tree.mount(2, "/app")
        self.tree.group_v2("/app")
        os.mkdir(self.tree.path("sys/fs/cgroup/app/memory.pressure"))
        self.assert_finding("stalls", "note", "/proc/pressure/memory", "cgroup.pressure")

    def test_none(self):
        os.remove(self.tree.path("proc/pressure/memory"))
        self.assert_finding("stalls", "missing", "keeps no figures", "CONFIG_PSI, and Linux 4.20")
        self.tree.write("proc/sys/kernel/osrelease", "6.1.0-test\n")
        self.tree.write("boot/config-6.1.0-test",
                        "CONFIG_PSI=y\nCONFIG_PSI_DEFAULT_DISABLED=y\n")
        self.assert_finding("stalls", "missing", "keeps no figures", "boot it with psi=1")
        self.tree.write("boot/config-6.1.0-test", "# CONFIG_PSI is not set\n")
        self.assert_finding("stalls", "missing", "keeps no figures", "without CONFIG_PSI: use")
        self.tree.write("proc/cmdline", "quiet psi=0\n")
        self.assert_finding("stalls", "missing", "keeps no figures", "Take psi=0 off")

    def test_rubbish(self):
        self.tree.write("proc/pressure/memory", "some day\n")
        self.assert_finding("stalls", "missing", "keeps no figures", "psi=1")


class TestTriggers(DoctorTestCase):
    def test_what_is_written(self):
        """The byte after the text has to be there, as the kernel writes over the last."""
        self.tree.write("proc/pressure/memory", "")
        self.assert_finding("triggers", "ok", "Any window from 0.5 to 10 s")
        self.assertEqual(self.tree.read("proc/pressure/memory"), b"some 100000 1000000\0")

    def test_own_group_comes_first(self):
        self.tree.mount(2, "/app")
        self.tree.group_v2("/app")
        self.tree.pressure("sys/fs/cgroup/app/memory.pressure")
        self.assert_finding("triggers", "ok", "/sys/fs/cgroup/app/memory.pressure")
        self.assertTrue(self.tree.read("proc/pressure/memory").startswith(b"some avg10"))

    def test_nothing_to_arm(self):
        os.remove(self.tree.path("proc/pressure/memory"))
        self.assert_finding("triggers", "missing", "No such file", "Linux 5.2")

    def test_not_allowed(self):
        if os.getuid() == 0:
            self.skipTest("root may write what is not to be written")
        os.chmod(self.tree.path("proc/pressure/memory"), 0o444)
        self.assert_finding("triggers", "missing", "may not arm", "CAP_SYS_RESOURCE")

    def test_not_allowed_to_nobody(self):
        if os.getuid() != 0:
            self.skipTest("only root can act as another user")
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        os.chmod(self.tree.root, 0o755)
        library = os.path.realpath(os.environ["MGR_LIBRARY"])
        for path in (MGRCTL, library):
            shutil.copy(path, folder)
        os.symlink(os.path.basename(library), folder + "/libmgr-1.0.so.0")
        result = subprocess.run(
            [folder + "/mgrctl", "doctor", *self.tree.options], text=True, capture_output=True,
            check=False, env=dict(self.environment, LD_LIBRARY_PATH=folder), cwd="/",
            user=NOBODY, group=NOBODY, extra_groups=[])
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("This user may not arm one", result.stdout)

    def test_this_machine(self):
        """The kernel's answer is one of those that it is known to give."""
        finding = {finding["name"]: finding for finding
                   in self.check_json("doctor")["findings"]}["triggers"]
        self.assertRegex(finding["found"], "^(Windows of 2, 4|Any window|This user may not|"
                                           "None can be armed)")


class TestSystem(DoctorTestCase):
    def test_bus(self):
        self.assert_finding("bus", "missing", "None: ", "dbus-run-session")
        if shutil.which("dbus-daemon") is None:
            self.skipTest("there is no dbus-daemon")
        with subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address",
                               "--address=unix:tmpdir=" + self.tree.root], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as bus:
            self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
            self.assert_finding("bus", "ok", "Reachable")
            bus.terminate()

    def test_gpu(self):
        finding = self.examine()["gpu"]
        self.assertIn("libnvidia-ml.so.1", finding["found"])
        self.assertEqual(finding["state"] == "note", finding["mend"] is not None)

    def test_this_machine(self):
        report = self.check_json("doctor")
        self.assertIs(report["works"], True)
        for finding in report["findings"]:
            self.assertIn(finding["state"], ("ok", "note", "missing"))
            self.assertTrue(finding["found"] and finding["means"], finding)
            self.assertEqual(finding["mend"] == "", False)
            if finding["state"] == "missing":
                self.assertTrue(finding["mend"], finding)


class TestText(DoctorTestCase):
    def setUp(self):
        """What is armed for a try is gone the next time, in a file that is none of the
        kernel's."""
        super().setUp()
        os.remove(self.tree.path("proc/pressure/memory"))

    def look(self, columns=100, *arguments, **environment):
        return self.run_in_terminal(columns, "doctor", *self.tree.options, *arguments,
                                    **environment)

    def test_lines(self):
        lines = self.check("doctor", *self.tree.options).splitlines()
        self.assertEqual(lines[0], "✓ memory      16.0 GiB, of which 8.0 GiB are available")
        self.assertEqual(lines[1], "              libmgr sees how full this machine is")
        self.assertIn("✗ cgroup      No memory cgroup can be seen", lines)
        self.assertIn("• swap        None", lines)
        self.assertIn("              → A little swap, such as zram, gives more time", lines)
        self.assertRegex(lines[-1], r"^libmgr has what it needs on this machine: \d well, "
                                    r"\d to note, \d missing$")

    def test_ascii(self):
        self.environment["LC_ALL"] = "C"
        output = self.check("doctor", *self.tree.options)
        self.assertTrue(output.isascii())
        for start in ("+ memory ", "- swap ", "x cgroup "):
            self.assertIn("\n" + start, "\n" + output)

    def test_width(self):
        wide = self.look(200, "--no-color")
        for columns in (60, 80):
            lines = self.look(columns, "--no-color").splitlines()
            words = max(len(word) for line in lines for word in line.split())
            self.assertLessEqual(max(map(len, lines[:-1])), max(columns, 16 + words))
            self.assertEqual(" ".join(" ".join(lines).split()), " ".join(wide.split()))

    def test_colors(self):
        output = self.look(100)
        self.assertIn("\033[32m✓\033[0m \033[1mmemory", output)
        self.assertIn("\033[33m✗\033[0m \033[1mcgroup", output)
        plain = self.look(100, "--no-color")
        self.assertEqual(re.sub(r"\033\[\d+m", "", output), plain)

    def test_json_is_indented(self):
        self.assertGreater(self.look(100, "--json").count("\n"), 20)

    def test_usage(self):
        self.assertIn("“more”", self.check_fails(2, "doctor", "more"))
        self.assertIn("this machine", self.check_fails(2, "--program=1", "doctor"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
