#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What is judged of a guest's log is what stands in it."""

import json
import unittest

from judge import SECOND, Log, Missing, Trace


def event(origin, name, seconds, **more):
    return json.dumps({'from': origin, 'event': name, 'time': int(seconds * SECOND), **more})


def change(seconds, level):
    return event('monitor', 'changed', seconds, level=level)


def log(*lines):
    return Log('\n'.join(lines) + '\n')


class LogTest(unittest.TestCase):
    def test_lead(self):
        seen = log(change(1, 'high'), change(2, 'critical'), change(3, 'emergency'),
                   event('leak', 'killed', 7.5))
        self.assertEqual(seen.lead('leak', 'killed', 'critical'), 5.5)
        self.assertEqual(seen.lead('leak', 'killed', 'high'), 6.5)
        self.assertEqual(seen.lead('leak', 'killed', 'emergency'), 4.5)

    def test_lead_counts_from_the_rise_that_lasted(self):
        seen = log(change(1, 'critical'), change(2, 'low'), change(3, 'critical'),
                   event('leak', 'killed', 4), change(5, 'normal'))
        self.assertEqual(seen.lead('leak', 'killed', 'critical'), 1)

    def test_no_lead(self):
        for lines in ([event('leak', 'killed', 4)],
                      [change(1, 'critical'), change(2, 'high'), event('leak', 'killed', 4)],
                      [change(5, 'critical'), event('leak', 'killed', 4)],
                      [change(1, 'critical')]):
            with self.subTest(lines=lines), self.assertRaises(Missing):
                log(*lines).lead('leak', 'killed', 'critical')

    def test_order_of_times_and_not_of_lines(self):
        seen = log(event('leak', 'killed', 4), change(3, 'critical'))
        self.assertEqual(seen.lead('leak', 'killed', 'critical'), 1)

    def test_fall(self):
        seen = log(change(1, 'emergency'), change(8, 'low'), change(9, 'normal'))
        self.assertEqual(seen.fall_after(5 * SECOND, 'normal'), 4)
        self.assertEqual(seen.fall_after(5 * SECOND, 'low'), 3)
        self.assertEqual(seen.fall_after(10 * SECOND, 'low'), 0)

    def test_no_fall(self):
        seen = log(change(1, 'emergency'), change(8, 'normal'), change(9, 'medium'))
        self.assertEqual(seen.fall_after(0, 'medium'), 8)
        with self.assertRaises(Missing):
            seen.fall_after(0, 'low')

    def test_highest(self):
        seen = log(change(1, 'high'), change(2, 'critical'), change(3, 'low'))
        self.assertEqual(seen.highest_between(0, SECOND // 2), 'normal')
        self.assertEqual(seen.highest_between(0, 9 * SECOND), 'critical')
        self.assertEqual(seen.highest_between(int(1.5 * SECOND), int(1.9 * SECOND)), 'high')
        self.assertEqual(seen.highest_between(4 * SECOND, 5 * SECOND), 'low')

    def test_delay(self):
        seen = log(event('monitor', 'limits', 1), event('monitor', 'limits', 3))
        self.assertEqual(seen.delay(2 * SECOND, 'monitor', 'limits'), 1)
        with self.assertRaises(Missing):
            seen.delay(4 * SECOND, 'monitor', 'limits')

    def test_processor_share(self):
        seen = log(*(event('monitor', 'alive', second, processor=second * 5000)
                     for second in range(10)))
        self.assertEqual(seen.processor_share(2 * SECOND, 7 * SECOND), 0.005)
        with self.assertRaises(Missing):
            seen.processor_share(20 * SECOND, 30 * SECOND)


class TraceTest(unittest.TestCase):
    @staticmethod
    def trace(stalls):
        rows = [f'{100 * i}.0,{stall}' for i, stall in enumerate(stalls)]
        return Trace('\n'.join(['t_ms,cg_full_us', *rows]), 5 * SECOND)

    def test_onset(self):
        quiet = [7] * 20
        stalled = [7 + 30_000 * i for i in range(20)]
        self.assertEqual(self.trace(quiet + stalled).onset_of_stall(), 6.7 * SECOND)

    def test_no_onset(self):
        for stalls in ([7] * 30, [10_000 * i for i in range(30)], []):
            with self.subTest(stalls=stalls), self.assertRaises(Missing):
                self.trace(stalls).onset_of_stall()


if __name__ == '__main__':
    unittest.main()
