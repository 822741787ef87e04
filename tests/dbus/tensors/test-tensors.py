#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tensors between processes, of every language with every other, over a private bus.

MGR_TENSOR_PROGRAM names the program in C; those in Python and JavaScript stand beside
this file.
"""

import ast
import itertools
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = {
    "C": [os.environ["MGR_TENSOR_PROGRAM"]],
    "Python": ["/usr/bin/python3", HERE / "tensor-program.py"],
    "JavaScript": ["gjs", HERE / "tensor-program.js"],
}
PATH = "/org/libmgr/Test"
INTERFACE = "org.libmgr.Test.Tensors"

WRITABLE = "halves: 3×4 float32, sum 33, writable"
READ_ONLY = "halves: 3×4 float32, sum 33, read-only"
CHANGED = "halves: 3×4 float32, sum 133, writable"

BLOCK = 64
SEGMENT = 1 << 20
PATIENCE = 20


class Bus:
    """A message bus of our own."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.environment = dict(
            os.environ, DBUS_SESSION_BUS_ADDRESS=self.process.stdout.readline().strip())

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Program:
    """One of the programs, which says a line for each that it is told."""

    def __init__(self, bus, language, *arguments):
        self.process = subprocess.Popen(
            [*PROGRAMS[language], *arguments], env=bus.environment, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.said = self.process.stdout.readline().strip()

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.stop()

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Owner(Program):
    def __init__(self, bus, language, *options):
        self.bus = bus
        self.name = "org.libmgr.Test." + language
        super().__init__(bus, language, "owner", self.name, *options)
        assert self.said == "ready", self.said

    def call(self, method):
        output = subprocess.run(
            ["gdbus", "call", "--session", "--dest", self.name, "--object-path", PATH,
             "--method", "%s.%s" % (INTERFACE, method)],
            env=self.bus.environment, check=True, capture_output=True, text=True).stdout
        return ast.literal_eval(output.replace("uint64 ", ""))

    def wait_for(self, *figures):
        """Until its main loop has heard that a reader is gone."""
        deadline = time.monotonic() + PATIENCE
        while self.call("Figures") != figures and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.call("Figures")


class TensorsTest(unittest.TestCase):
    def setUp(self):
        self.bus = Bus()
        self.addCleanup(self.bus.stop)

    def start_owner(self, language, *options):
        owner = Owner(self.bus, language, *options)
        self.addCleanup(lambda: owner.process.poll() is None and owner.kill())
        return owner

    def start_reader(self, language, owner, method="Give", role="reader"):
        reader = Program(self.bus, language, role, owner.name, method)
        self.addCleanup(lambda: reader.process.poll() is None and reader.stop())
        return reader

    def each_owner(self):
        for language in PROGRAMS:
            with self.subTest(owner=language):
                owner = self.start_owner(language)
                yield language, owner
                owner.kill()

    def test_every_language_with_every_other(self):
        for _language, owner in self.each_owner():
            for language in PROGRAMS:
                with self.subTest(reader=language):
                    reader = self.start_reader(language, owner)
                    self.assertEqual(reader.said, WRITABLE)
                    self.assertEqual(owner.call("Figures"), (BLOCK, SEGMENT))
                    self.assertEqual(reader.ask("release"), "released")
                    self.assertEqual(owner.wait_for(0, SEGMENT), (0, SEGMENT))
                    reader.stop()

    def test_fetched_without_blocking(self):
        owner = self.start_owner("C")
        for language, role in (("JavaScript", "promised-reader"),
                               ("JavaScript", "called-back-reader"),
                               ("Python", "called-back-reader")):
            with self.subTest(language, role=role):
                reader = self.start_reader(language, owner, role=role)
                self.assertEqual(reader.said, WRITABLE)
                self.assertEqual(reader.ask("release"), "released")

    def test_not_fetched_without_blocking(self):
        owner = self.start_owner("C")
        for language, role in (("JavaScript", "promised-reader"),
                               ("Python", "called-back-reader")):
            with self.subTest(language):
                reader = self.start_reader(language, owner, "NoSuchMethod", role)
                self.assertIn("NoSuchMethod", reader.said)
                reader.stop()

    def test_reader_is_killed(self):
        for _language, owner in self.each_owner():
            readers = [self.start_reader(language, owner) for language in PROGRAMS]
            self.assertEqual(owner.call("Figures"), (3 * BLOCK, SEGMENT))
            for left, reader in zip((2, 1, 0), readers):
                reader.kill()
                self.assertEqual(owner.wait_for(left * BLOCK, SEGMENT), (left * BLOCK, SEGMENT))
            self.assertEqual(owner.call("Trim"), (SEGMENT,))
            self.assertEqual(owner.call("Figures"), (0, 0))

    def test_owner_is_killed(self):
        for language in PROGRAMS:
            with self.subTest(owner=language):
                owner = self.start_owner(language)
                readers = [self.start_reader(reader, owner) for reader in PROGRAMS]
                owner.kill()
                for reader in readers:
                    self.assertEqual(reader.ask("read"), WRITABLE)
                    self.assertEqual(reader.ask("release"), "released")

    def test_last_reader_counts(self):
        owner = self.start_owner("C")
        first, second = (self.start_reader(language, owner, "Share")
                         for language in ("Python", "JavaScript"))
        first.ask("release")
        self.assertEqual(owner.wait_for(BLOCK, SEGMENT), (BLOCK, SEGMENT))
        self.assertEqual(second.ask("read"), WRITABLE)

    def test_what_one_writes_the_others_read(self):
        owner = self.start_owner("Python")
        readers = [self.start_reader(language, owner, "Share") for language in PROGRAMS]
        for writer, reader in itertools.permutations(readers, 2):
            self.assertEqual(writer.ask("write"), "written")
            self.assertEqual(reader.ask("read"), CHANGED)

    def test_blocks_are_not_used_twice(self):
        owner = self.start_owner("C")
        first, second = (self.start_reader("C", owner) for _ in range(2))
        self.assertEqual(first.ask("write"), "written")
        self.assertEqual(second.ask("read"), WRITABLE)
        first.ask("release")
        owner.wait_for(BLOCK, SEGMENT)
        self.assertEqual(self.start_reader("C", owner).said, WRITABLE)
        self.assertEqual(second.ask("read"), WRITABLE)

    def test_read_only(self):
        for language in PROGRAMS:
            with self.subTest(owner=language):
                owner = self.start_owner(language, "read-only")
                for reader in [self.start_reader(other, owner) for other in PROGRAMS]:
                    self.assertEqual(reader.said, READ_ONLY)
                    self.assertEqual(reader.ask("write"), "refused")
                    self.assertEqual(reader.ask("read"), READ_ONLY)
                owner.kill()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + ["-v"] + sys.argv[1:])
