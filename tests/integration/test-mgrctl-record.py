#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""mgrctl record, of trees that stand in for a machine, and of this one."""

import csv
import io
import os
import resource
import signal
import subprocess
import time
import unittest

from mgrctl_case import MGRCTL, NO_LIMIT_V1, LocalTestCase

HEADER = (
    "t_ms,mem_total_kb,mem_free_kb,mem_avail_kb,buffers_kb,cached_kb,swap_total_kb,"
    "swap_free_kb,anon_kb,shmem_kb,active_file_kb,inactive_file_kb,sreclaimable_kb,"
    "psi_some_us,psi_full_us,psi_some_avg10,psi_full_avg10,psi_some_avg60,psi_full_avg60,"
    "io_some_us,io_full_us,pgscan_kswapd,pgscan_direct,pgsteal_kswapd,pgsteal_direct,"
    "allocstall,pgmajfault,refault_anon,refault_file,pswpin,pswpout,oom_kill,"
    "cg_current,cg_high,cg_max,cg_swap,cg_some_us,cg_full_us,cg_some_avg10,cg_full_avg10,"
    "cg_ev_high,cg_ev_max,cg_ev_oom,cg_ev_oom_kill,cg_anon,cg_file,cg_inactive_file,"
    "cg_refault_anon,cg_refault_file,cg_pgscan,cg_pgsteal,cg_pgmajfault")

# A row needs no longer than this.
ONE_ROW = ["--interval=3600000", "--duration=0.01"]

NOTHING_OF_A_GROUP = {
    "cg_current": "-1", "cg_high": "-1", "cg_max": "-1", "cg_swap": "-1",
    "cg_some_us": "0", "cg_full_us": "0", "cg_some_avg10": "0.00", "cg_full_avg10": "0.00",
    "cg_ev_high": "0", "cg_ev_max": "0", "cg_ev_oom": "0", "cg_ev_oom_kill": "0",
    "cg_anon": "0", "cg_file": "0", "cg_inactive_file": "0", "cg_refault_anon": "0",
    "cg_refault_file": "0", "cg_pgscan": "0", "cg_pgsteal": "0", "cg_pgmajfault": "0"}


class RecordTestCase(LocalTestCase):
    def setUp(self):
        super().setUp()
        self.tree.meminfo()

    def parse(self, text):
        self.assertTrue(text.endswith("\n"))
        return list(csv.DictReader(io.StringIO(text)))

    def record(self, *arguments):
        """The rows of a trace of the tree."""
        return self.parse(self.check("record", "-", *self.tree.options, *arguments))

    def record_row(self, *arguments):
        rows = self.record(*ONE_ROW, *arguments)
        self.assertEqual(len(rows), 1)
        return rows[0]

    def assert_row(self, row, **expected):
        self.assertEqual({key: row[key] for key in expected}, expected)


class TestColumns(RecordTestCase):
    def test_header(self):
        output = self.check("record", "-", *ONE_ROW)
        self.assertEqual(output.splitlines()[0], HEADER)

    def test_machine(self):
        self.tree.meminfo(1000, 800, Buffers=1, Cached=2, SwapCached=99, SwapTotal=3, SwapFree=4,
                          AnonPages=5, Shmem=6, Active_fileEND=7, Inactive_fileEND=8,
                          SReclaimable=9)
        self.tree.pressure("proc/pressure/memory", total=123456, full=65432, avg10="12.34")
        self.tree.pressure("proc/pressure/io", total=777, full=666)
        self.tree.write_keys(
            "proc/vmstat", allocstall_dma=1, allocstall_normal=20, allocstall_movable=300,
            pgmajfault=31, pgsteal_kswapd=33, pgsteal_direct=34, pgscan_kswapd=35,
            pgscan_direct=36, pgscan_direct_throttle=99, workingset_refault_anon=37,
            workingset_refault_file=18446744073709551615, pswpin=39, pswpout=40, oom_kill=41)
        self.assert_row(
            self.record_row(), mem_total_kb="1000", mem_free_kb="64",
            mem_avail_kb="800", buffers_kb="1", cached_kb="2", swap_total_kb="3",
            swap_free_kb="4", anon_kb="5", shmem_kb="6", active_file_kb="7",
            inactive_file_kb="8", sreclaimable_kb="9", psi_some_us="123456",
            psi_full_us="65432", psi_some_avg10="12.34", psi_full_avg10="0.50",
            psi_some_avg60="1.25", psi_full_avg60="0.75", io_some_us="777", io_full_us="666",
            pgscan_kswapd="35", pgscan_direct="36", pgsteal_kswapd="33", pgsteal_direct="34",
            allocstall="321", pgmajfault="31", refault_anon="37",
            refault_file="18446744073709551615", pswpin="39", pswpout="40", oom_kill="41",
            **NOTHING_OF_A_GROUP)

    def test_nothing_but_meminfo(self):
        row = self.record_row()
        shares = {key for key in row if "avg" in key}
        limits = {"cg_current", "cg_high", "cg_max", "cg_swap"}
        known = {"t_ms", "mem_total_kb", "mem_free_kb", "mem_avail_kb"}
        self.assertEqual({row[key] for key in shares}, {"0.00"})
        self.assertEqual({row[key] for key in limits}, {"-1"})
        self.assertEqual({row[key] for key in row.keys() - shares - limits - known}, {"0"})

    def test_v2(self):
        self.tree.mount(2, "/app/worker")
        self.tree.group_v2("/app/worker", current=1 << 20, high=3 << 20, limit=4 << 20, swap=5,
                           events={"low": 99, "high": 6, "max": 7, "oom": 8, "oom_kill": 9,
                                   "oom_group_kill": 99},
                           anon=10, file=11, file_mapped=99, inactive_file=12,
                           workingset_refault_anon=13, workingset_refault_file=14,
                           pgscan_direct=99, pgscan=15, pgsteal=16, pgmajfault=17)
        self.tree.pressure("sys/fs/cgroup/app/worker/memory.pressure", total=18, full=19,
                           avg10="2.50")
        self.assert_row(
            self.record_row(), cg_current="1048576", cg_high="3145728", cg_max="4194304",
            cg_swap="5", cg_some_us="18", cg_full_us="19", cg_some_avg10="2.50",
            cg_full_avg10="0.50", cg_ev_high="6", cg_ev_max="7", cg_ev_oom="8",
            cg_ev_oom_kill="9", cg_anon="10", cg_file="11", cg_inactive_file="12",
            cg_refault_anon="13", cg_refault_file="14", cg_pgscan="15", cg_pgsteal="16",
            cg_pgmajfault="17")

    def test_v2_without_limits(self):
        self.tree.mount(2, "/app")
        self.tree.group_v2("/app", current=7)
        self.assert_row(self.record_row(), cg_current="7", cg_high="-1", cg_max="-1", cg_swap="0",
                        cg_some_us="0", cg_some_avg10="0.00")

    def test_v2_root(self):
        self.tree.mount(2, "/")
        self.tree.pressure("sys/fs/cgroup/memory.pressure", total=5)
        self.assert_row(self.record_row(), **{**NOTHING_OF_A_GROUP, "cg_some_us": "5",
                                              "cg_full_avg10": "0.50"})

    def test_v1(self):
        self.tree.mount(1, "/app")
        self.tree.group_v1("/app", usage=100, limit=200, failcnt=3, oom_kill=4, total_cache=5,
                           total_rss=6, total_inactive_file=7, total_pgmajfault=8,
                           total_workingset_refault_anon=9, total_workingset_refault_file=10)
        self.assert_row(
            self.record_row(), **{**NOTHING_OF_A_GROUP, "cg_current": "100", "cg_max": "200",
                                  "cg_ev_max": "3", "cg_ev_oom_kill": "4", "cg_file": "5",
                                  "cg_anon": "6", "cg_inactive_file": "7", "cg_pgmajfault": "8",
                                  "cg_refault_anon": "9", "cg_refault_file": "10"})

    def test_v1_without_limit(self):
        self.tree.mount(1, "/app")
        for limit in (NO_LIMIT_V1, (1 << 63) - (1 << 16)):
            self.tree.group_v1("/app", usage=100, limit=limit)
            self.assert_row(self.record_row(), cg_current="100", cg_max="-1")

    def test_hybrid(self):
        """The group's memory is on v1, its stalls are on v2."""
        self.tree.mount(1, "/app")
        self.tree.mount(2, "/user/app")
        self.tree.group_v1("/app", usage=100, limit=200)
        self.tree.group_v2("/user/app")
        self.tree.pressure("sys/fs/cgroup/unified/user/app/memory.pressure", total=77)
        self.assert_row(self.record_row(), cg_current="100", cg_max="200", cg_some_us="77")

    def test_part_of_a_tree_is_mounted(self):
        self.tree.mount(2, "/docker/42/app", root="/docker/42")
        self.tree.group_v2("/app", current=5)
        self.assert_row(self.record_row(), cg_current="5")

    def test_ancestor_is_all_that_can_be_seen(self):
        self.tree.mount(2, "/", root="/../..")
        self.tree.group_v2("/", current=6)
        self.assert_row(self.record_row(), cg_current="6")

    def test_group_that_is_gone(self):
        self.tree.mount(2, "/app/gone")
        self.tree.group_v2("/app", current=7)
        self.assert_row(self.record_row(), cg_current="7")

    def test_lines_that_are_cut_off(self):
        self.tree.write("proc/meminfo", "MemTotal:   1000 kB\nMemFree: 64 kB\nMemAvailable:  80")
        self.tree.write("proc/pressure/memory", "some avg10=1.00 avg60=0.00 avg300=0.00 total=12")
        self.assert_row(self.record_row(), mem_total_kb="1000", mem_avail_kb="0", psi_some_us="0",
                        psi_some_avg10="0.00", psi_full_us="0")

    def test_names_that_begin_alike(self):
        self.tree.write("proc/meminfo", "MemTotal:  1 kB\nMemAvailableSoon: 2 kB\n"
                                        "NotMemAvailable: 3 kB\nMemAvailable:\t4 kB\n"
                                        "Active: 5 kB\nActive(anon): 6 kB\nActive(file): 7 kB\n")
        self.assert_row(self.record_row(), mem_avail_kb="4", active_file_kb="7")

    def test_files_that_take_several_reads(self):
        """The kernel gives a page at a time."""
        self.tree.write("proc/vmstat", "".join(f"nr_{i} {i}\n" for i in range(5000)) + "oom_kill 7\n")
        self.assert_row(self.record_row(), oom_kill="7", pgmajfault="0")

    def test_empty_files(self):
        for name in ("vmstat", "pressure/memory", "pressure/io"):
            self.tree.write("proc/" + name, "")
        self.assert_row(self.record_row(), oom_kill="0", psi_some_us="0", psi_some_avg10="0.00",
                        allocstall="0")

    def test_files_that_cannot_be_read(self):
        """As a pressure file, where the kernel keeps no account."""
        for name in ("vmstat", "pressure/memory", "pressure/io"):
            os.makedirs(self.tree.path("proc/" + name))
        self.assert_row(self.record_row(), oom_kill="0", psi_some_us="0", mem_total_kb="16777216")

    def test_rubbish(self):
        self.tree.mount(2, "/app")
        self.tree.group_v2("/app", current="lots", limit="")
        self.tree.write("proc/pressure/memory", "some of this\nfull total=x\n")
        self.tree.write("proc/meminfo", "MemTotal:   many kB\nMemFree\n")
        self.assert_row(self.record_row(), cg_current="-1", cg_max="-1", psi_some_us="0",
                        psi_full_us="0", mem_total_kb="0", mem_free_kb="0")

    def test_no_machine(self):
        os.remove(self.tree.path("proc/meminfo"))
        self.assertIn("meminfo", self.check_fails(1, "record", "-", *self.tree.options))

    def test_this_machine(self):
        row = self.parse(self.check("record", "-", *ONE_ROW))[0]
        with open("/proc/meminfo", encoding="utf-8") as meminfo:
            total = meminfo.readline().split()[1]
        self.assertEqual(row["mem_total_kb"], total)
        self.assertGreater(int(row["mem_avail_kb"]), 0)
        self.assertGreater(int(row["pgmajfault"]), 0)
        self.assertTrue(all(float(value) >= -1 for value in row.values()), row)


class TestGroup(RecordTestCase):
    def assert_found(self, current, *arguments):
        self.assert_row(self.record_row(*arguments), cg_current=str(current))

    def write_mounts(self, *mounts):
        """Each is the root, the mount point and what follows the dash."""
        lines = [f"35 31 0:32 {root} {point} rw shared:9 master:1 - {rest}\n"
                 for root, point, rest in mounts]
        self.tree.write("proc/self/mountinfo", "".join(lines))

    def test_mount_point_with_a_space(self):
        self.tree.write("proc/self/cgroup", "0::/a\n")
        self.write_mounts(("/", "/my\\040groups", "cgroup2 none rw"))
        self.tree.v2_mount = "my groups"
        self.tree.group_v2("/a", current=1)
        self.assert_found(1)

    def test_several_mounts(self):
        """Of them the first that shows the group."""
        self.tree.write("proc/self/cgroup", "0::/a/b\n")
        self.write_mounts(("/", "/proc", "proc proc rw"), ("/x", "/one", "cgroup2 none rw"),
                          ("/a", "/two", "cgroup2 none rw"), ("/", "/three", "cgroup2 none rw"))
        self.tree.v2_mount = "two"
        self.tree.group_v2("/b", current=2)
        self.assert_found(2)

    def test_name_that_begins_alike(self):
        """A mount of /a shows nothing of /ab."""
        self.tree.write("proc/self/cgroup", "0::/ab\n")
        self.write_mounts(("/a", "/one", "cgroup2 none rw"), ("/", "/two", "cgroup2 none rw"))
        os.makedirs(self.tree.path("one"))
        self.tree.v2_mount = "two"
        self.tree.group_v2("/ab", current=3)
        self.assert_found(3)

    def test_name_with_a_colon(self):
        self.tree.mount(2, "/a:b")
        self.tree.group_v2("/a:b", current=4)
        self.assert_found(4)

    def test_v1_without_memory_is_not_asked(self):
        self.tree.write("proc/self/cgroup", "3:cpu:/a\n2:memory_recursiveprot:/a\n")
        self.write_mounts(("/", "/cpu", "cgroup none rw,cpu"),
                          ("/", "/other", "cgroup none rw,memory_recursiveprot"))
        self.tree.write("cpu/a/memory.usage_in_bytes", "5\n")
        self.assert_found(-1)

    def test_rubbish(self):
        self.write_mounts(("/", "/one", "cgroup2"))
        for text in ("", "0::\n", "0:\n", "::\n", "0::/\n", "x:memory\n", "4:memory:/a\n"):
            self.tree.write("proc/self/cgroup", text)
            self.assert_found(-1)
        self.tree.write("proc/self/mountinfo", "- -\n\n35 31 0:32 / /x rw - cgroup2 none\n-\n")
        self.assert_found(-1)
        os.remove(self.tree.path("proc/self/mountinfo"))
        self.assert_found(-1)

    def test_other_process_beside_the_namespace(self):
        self.tree.mount(2, "/", root="/")
        self.tree.group_v2("/", current=None)
        self.tree.write("proc/4711/statm", "1 1\n")
        self.tree.mount(2, "/../other", pid=4711)
        self.assert_found(-1, "--pid=4711")

    def test_named(self):
        v1 = self.tree.group_v1("/other", usage=1, limit=2)
        v2 = self.tree.group_v2("/other", current=3, limit=4)
        self.tree.pressure("sys/fs/cgroup/other/memory.pressure", total=5)
        self.assert_row(self.record_row("--group", v1), cg_current="1", cg_some_us="0")
        self.assert_row(self.record_row("--group", v2), cg_current="3", cg_some_us="5")
        self.assert_row(self.record_row("--group", v2, "--group", v1),
                        cg_current="1", cg_max="2", cg_some_us="5")

    def test_wrong(self):
        v1 = self.tree.group_v1("/other")
        v2 = self.tree.group_v2("/other")
        for group in (v1, v2):
            self.assertIn("name one of them", self.check_fails(
                1, "record", "-", "--group", group, "--group", group))
        self.assertIn("is no cgroup", self.check_fails(
            1, "record", "-", "--group", self.tree.root))


class TestProcess(RecordTestCase):
    def test_columns(self):
        page = os.sysconf("SC_PAGESIZE")
        self.tree.write("proc/4711/statm", "1000 200 30 1 0 50 0\n")
        self.tree.mount(2, "/own")
        self.tree.mount(2, "/other", pid=4711)
        self.tree.group_v2("/own", current=1)
        self.tree.group_v2("/other", current=2)
        row = self.record_row("--pid=4711")
        self.assertEqual(",".join(row), HEADER + ",statm_size,statm_rss")
        self.assert_row(row, statm_size=str(1000 * page), statm_rss=str(200 * page),
                        cg_current="2")

    def test_ends_with_the_process(self):
        with subprocess.Popen(["sleep", "60"]) as sleeper:
            recorder = self.start("record", "-", "--interval=10", f"--pid={sleeper.pid}")
            recorder.stdout.readline()
            row = recorder.stdout.readline().split(",")
            sleeper.kill()
            rows = recorder.stdout.read()
            self.assertEqual(recorder.wait(), 0)
        self.assertGreater(int(row[-2]), int(row[-1]))
        self.assertTrue(rows.endswith("\n") or not rows)
        self.assertEqual({line.count(",") for line in rows.splitlines()} | {53}, {53})

    def test_ended_before(self):
        self.tree.write("proc/4711/statm", "0 0 0 0 0 0 0\n")
        self.assertEqual(self.record("--pid=4711"), [])

    def test_no_process(self):
        self.assertIn("4711/statm", self.check_fails(1, "record", "-", *self.tree.options,
                                                     "--pid=4711"))


class TestTime(RecordTestCase):
    def test_interval_and_duration(self):
        rows = self.record("--interval=10", "--duration=0.2")
        times = [float(row["t_ms"]) for row in rows]
        self.assertGreaterEqual(times[0], 0)
        self.assertTrue(2 <= len(times) <= 20, times)
        self.assertEqual(len({int(time / 10) for time in times}), len(times))
        self.assertLess(times[-1], 200)

    def test_files_are_read_again(self):
        process = self.start("record", "-", "--interval=10", *self.tree.options)
        process.stdout.readline()
        self.assertIn(",8388608,", process.stdout.readline())
        self.tree.meminfo(available=4711)
        while ",4711," not in process.stdout.readline():
            self.assertIsNone(process.poll())
        process.terminate()
        process.stdout.read()
        self.assertEqual(process.wait(), 0)

    def test_rows_that_were_overslept_are_left_out(self):
        process = self.start("record", "-", "--interval=10", *self.tree.options)
        lines = [process.stdout.readline() for _ in range(4)]
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.15)
        process.send_signal(signal.SIGCONT)
        lines += [process.stdout.readline() for _ in range(8)]
        process.terminate()
        process.stdout.read()
        self.assertEqual(process.wait(), 0)
        times = [float(line.split(",")[0]) for line in lines[1:]]
        self.assertGreaterEqual(max(b - a for a, b in zip(times, times[1:])), 100)
        self.assertEqual(len({int(time / 10) for time in times}), len(times))

    def test_reader_that_goes_away(self):
        process = self.start("record", "-", "--interval=10", *self.tree.options)
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), -signal.SIGPIPE)

    def check_stops_by(self, number):
        path = self.tree.path("trace.csv")
        process = self.start("record", path, "--interval=10", *self.tree.options)
        while not os.path.exists(path) or os.path.getsize(path) < 2000:
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        process.send_signal(number)
        self.assertEqual((process.wait(), process.stderr.read()), (0, ""))
        rows = self.parse(self.tree.read("trace.csv").decode())
        self.assertEqual({None in row or None in row.values() for row in rows}, {False})

    def test_interrupted(self):
        self.check_stops_by(signal.SIGINT)

    def test_terminated(self):
        self.check_stops_by(signal.SIGTERM)


class TestFile(RecordTestCase):
    def test_is_not_overwritten(self):
        path = self.tree.path("trace.csv")
        self.tree.write("trace.csv", "precious\n")
        self.assertIn("--force", self.check_fails(1, "record", path, *ONE_ROW))
        self.assertEqual(self.tree.read("trace.csv"), b"precious\n")
        self.check("record", path, *ONE_ROW, "--force")
        self.assertTrue(self.tree.read("trace.csv").startswith(HEADER.encode() + b"\n"))

    def test_name_with_a_dash(self):
        result = self.run_mgrctl("record", *ONE_ROW, "--", "-trace.csv", cwd=self.tree.root)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
        self.assertTrue(self.tree.read("-trace.csv"))

    def test_folder(self):
        self.assertIn("cannot be written", self.check_fails(
            1, "record", self.tree.root, *ONE_ROW, "--force"))

    def test_no_folder(self):
        self.assertIn("No such file", self.check_fails(
            1, "record", self.tree.path("no/trace.csv"), *ONE_ROW))

    def test_full_disk(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run([MGRCTL, "record", "-", *ONE_ROW], stdout=full,
                                    stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("“standard output” cannot be written: No space left", result.stderr)

    def record_in_small_space(self, path, stdout=None):
        """As on a disk with room for so many bytes: a line is written in part."""
        return subprocess.run(
            [MGRCTL, "record", path, "--interval=10", *self.tree.options], stdout=stdout,
            stderr=subprocess.PIPE, text=True, check=False, timeout=60, restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500)))

    def test_disk_becomes_full(self):
        result = self.record_in_small_space(self.tree.path("trace.csv"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("trace.csv” cannot be written", result.stderr)
        text = self.tree.read("trace.csv").decode()
        rows = self.parse(text)
        self.assertGreater(len(rows), 1)
        self.assertEqual(len(rows[-1]), 52)
        self.assertNotIn(None, rows[-1].values())

    def test_what_others_wrote_stays(self):
        """Standard output may lead to the end of a file."""
        self.tree.write("log", "precious\n" * 10)
        with open(self.tree.path("log"), "a", encoding="utf-8") as log:
            self.assertEqual(self.record_in_small_space("-", stdout=log).returncode, 1)
        self.assertTrue(self.tree.read("log").startswith(b"precious\n" * 10 + HEADER.encode()))


class TestUsage(RecordTestCase):
    def test_numbers(self):
        for option in ("--interval=9", "--interval=-5", "--interval=3600001", "--interval=often",
                       "--duration=-1", "--duration=nan", "--duration=inf", "--pid=-1"):
            self.check_fails(2, "record", self.tree.path("trace.csv"), option)
        self.assertFalse(os.path.exists(self.tree.path("trace.csv")))

    def test_words(self):
        self.assertIn("needs FILE", self.check_fails(2, "record"))
        self.assertIn("“two”", self.check_fails(2, "record", "one", "two"))
        self.assertIn("“two”", self.check_fails(2, "record", "--", "one", "two"))
        self.assertIn("JSON", self.check_fails(2, "record", "one", "--json"))
        for option in ("--session", "--address=x:", "--program=1"):
            self.assertIn("--address", self.check_fails(2, option, "record", "-"))
            self.check_fails(2, "record", option, "-")
        self.assertNotIn("--program", self.check("record", "--help"))
        self.assertIn("[OPTION…] FILE", self.check("record", "--help"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
