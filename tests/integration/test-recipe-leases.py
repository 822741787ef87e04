#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Leases of the recipes, without an engine: two desks, and a program that shares 200 MiB out."""

import os
import signal
import sys
import threading
import unittest
from concurrent.futures import CancelledError
from pathlib import Path

from recipe_case import MIB, RECIPES, RecipeCase

SECONDS = 60


class LeasesCase(RecipeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = cls.address
        sys.path.insert(0, str(RECIPES))
        global GLib, leases
        import leases
        from leases import GLib

    def setUp(self):
        self.desk, self.other = self.new_desk(), self.new_desk()

    def new_desk(self):
        desk = leases.Desk()
        self.addCleanup(desk.close)
        return desk


class TestLeases(LeasesCase):
    def in_thread(self, called):
        """Calls it beside this thread, and returns what waits for its end."""
        result = leases.Request()

        def call():
            try:
                result.set_result(called())
            except BaseException as error:
                result.set_exception(error)

        thread = threading.Thread(target=call)
        thread.start()
        self.addCleanup(thread.join)
        return result

    def test_others_wait(self):
        with self.desk.acquire("first", "150 MiB") as lease:
            self.assertEqual(lease.declared, 150 * MIB)
            self.assertEqual(self.manager("Used"), 150 * MIB)
            second = self.in_thread(lambda: self.other.acquire("second", "150 MiB"))
            self.wait_until("the wait", lambda: self.tasks("waiting"))
            self.assertFalse(second.done())
        second.result(SECONDS).release()
        self.check_nothing_is_held()

    def test_measures_what_grew(self):
        with self.desk.acquire("table", "150 MiB") as lease:
            self.assertLess(lease.measure(), 20 * MIB)
            table = bytearray(b"\1") * (80 * MIB)
            self.assertGreaterEqual(lease.measure(), 79 * MIB)
            del table
            self.assertLess(lease.measure(), 40 * MIB)
            self.assertGreaterEqual(lease.peak, 79 * MIB)

    def test_leases_share_what_is_held(self):
        """By what they declared."""
        with self.desk.acquire("large", "120 MiB") as large, \
                self.desk.acquire("small", "40 MiB") as small:
            table = bytearray(b"\1") * (80 * MIB)
            large.measure()
            self.assertAlmostEqual(large.memory / small.memory, 3, places=2)
            self.assertGreaterEqual(large.memory + small.memory, 79 * MIB)
            self.assertEqual(len(table), 80 * MIB)

    def test_learned(self):
        """What declares nothing gets what earlier ones took."""
        for _ in range(5):
            with self.desk.acquire("learned", "150 MiB") as lease:
                table = bytearray(b"\1") * (40 * MIB)
                lease.measure()
                del table
        with self.desk.acquire("learned", 0) as lease:
            self.assertEqual(lease.declared, 0)
            running, = self.tasks("running")
            self.assertGreaterEqual(running["grant"], 39 * MIB)
            self.assertLess(running["grant"], 150 * MIB)

    def test_refused(self):
        with self.assertRaisesRegex(MemoryError, "^Task “huge” needs 1.0 GiB"):
            self.desk.acquire("huge", "1 GiB")
        with self.assertRaisesRegex(ValueError, "There is no priority “urgent”"):
            self.desk.acquire("urgent", "1 MiB", priority=GLib.Variant("s", "urgent"))
        with self.assertRaises(GLib.Error):
            self.desk.acquire("much", "a lot")
        self.check_nothing_is_held()

    def test_cancelled_while_it_waits(self):
        with self.desk.acquire("holder", "150 MiB"):
            request = leases.Request()
            waiting = self.in_thread(
                lambda: self.other.acquire("waiting", "150 MiB", request=request))
            self.wait_until("the wait", lambda: self.tasks("waiting"))
            request.cancel()
            with self.assertRaises(CancelledError):
                waiting.result(SECONDS)
        self.check_nothing_is_held()

    def test_cancelled_before(self):
        request = leases.Request()
        request.cancel()
        with self.assertRaises(CancelledError):
            self.desk.acquire("cancelled", "150 MiB", request=request)
        self.check_nothing_is_held()

    def test_asked_to_end(self):
        with self.desk.acquire("asked", "150 MiB") as lease:
            self.assertFalse(lease.ending)
            self.cancel(self.tasks("running")[0])
            self.wait_until("the word", lambda: lease.ending)
        self.check_nothing_is_held()

    def test_close_gives_back(self):
        self.desk.acquire("held", "150 MiB")
        waiting = self.in_thread(lambda: self.desk.acquire("waiting", "150 MiB"))
        self.wait_until("the wait", lambda: self.tasks("waiting"))
        self.desk.close()
        with self.assertRaises(CancelledError):
            waiting.result(SECONDS)
        self.check_nothing_is_held()
        with self.assertRaisesRegex(leases.NoBudget, "The desk is closed"):
            self.desk.acquire("late", "1 MiB")
        with self.assertRaisesRegex(leases.NoBudget, "The desk is closed"):
            self.desk.register("late", MIB, print)

    def test_cleans_when_asked(self):
        """Also where nobody but the desk looks after a main context."""
        gone = []
        self.desk.register("temp_tables", MIB, lambda *_: gone.append(threading.current_thread()))
        self.desk.clean()
        self.assertEqual([thread.name for thread in gone], ["leases"])

    def test_registered_badly(self):
        with self.assertRaises((TypeError, ValueError, GLib.Error)):
            self.desk.register("temp_tables", "a lot", None)

    def test_one_desk_a_process(self):
        desk = leases.desk()
        self.addCleanup(desk.close)
        self.assertIs(leases.desk(), desk)
        desk.connection.close_sync()
        again = leases.desk()
        self.addCleanup(again.close)
        self.assertIsNot(again, desk)
        again.acquire("again", "1 MiB").release()
        self.check_nothing_is_held()

    def test_nobody_shares_out(self):
        self.end(self.budget)
        with self.assertRaisesRegex(leases.NoBudget, "run budget.py on the session bus"):
            self.desk.acquire("early", "1 MiB")
        type(self).budget = self.start_budget()
        self.desk.acquire("late", "1 MiB").release()


class TestPressed(LeasesCase):
    """Apart from the others, as who is pressed starts nothing for a while."""

    PROGRAM = Path(__file__).parent / "recipe_pressed_budget.py"

    def test_cleans_when_pressed(self):
        """What is registered goes when memory is short where the budget is."""
        gone = threading.Event()

        def reclaim(*_arguments):
            gone.set()
            return MIB

        self.desk.register("temp_tables", MIB, reclaim)
        self.budget.send_signal(signal.SIGUSR1)
        self.assertTrue(gone.wait(SECONDS), "nothing was cleaned")


if __name__ == "__main__":
    unittest.main(verbosity=2)
