#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A monitor notices in time what a real kernel does to programs that take memory.

Each scenario is a script in the folder guest, which runs in a virtual machine of its
own; what its log has to say is asserted here.
"""

import os
import pathlib
import sys
import unittest

import kernel
import machine
from judge import SECOND, Log, Trace

HERE = pathlib.Path(__file__).parent
BUILD = pathlib.Path(os.environ.get('MGR_BUILD_ROOT', HERE.parents[1] / 'build'))

PROGRAMS = {
    'vm-load': BUILD / 'tests/vm/vm-load',
    'vm-managed': BUILD / 'tests/vm/vm-managed',
    'vm-monitor': BUILD / 'tests/vm/vm-monitor',
    'mgrctl': BUILD / 'tools/mgrctl/mgrctl',
}

MIB = 1 << 20

# Programs have so much time to give memory back before the kernel kills.
LEAST_LEAD = 5.0

# A change is seen by the next sample, and told right after.
LONGEST_TICK = 0.6

# From when on a stall is felt, a monitor may take so long.
LONGEST_DELAY = 3.0

# After so long what was critical is known to be over.
LONGEST_RECOVERY = 20.0

# Of the time, a monitor is at work no more than this share.
MOST_WORK = 0.01


class VmTest(unittest.TestCase):
    def run_scenario(self, name, **options):
        """Runs a script of the folder guest and returns its log and its result."""
        script = (HERE / 'guest' / f'{name}.sh').read_text(encoding='utf-8')
        result = machine.run(script, PROGRAMS, {'lib.sh': HERE / 'guest/lib.sh'}, **options)
        for line in result['out'].splitlines():
            if '"alive"' not in line:
                print(line)
        print(result['err'], result['console'], sep='\n', flush=True)
        self.assertEqual(result.status, 0)
        return Log(result['out']), result

    def assert_told_of_kill(self, log):
        """Critical in time, and over in time; nothing is said before there is a leak."""
        killed = log.time_of('leak', 'killed')
        self.assertEqual(log.level_at(log.time_of('leak', 'begun')), 'normal')
        self.assertGreaterEqual(log.lead('leak', 'killed', 'critical'), LEAST_LEAD)
        self.assertLessEqual(log.fall_after(killed, 'medium'), LONGEST_RECOVERY)

    def test_leak_max(self):
        log, _ = self.run_scenario('leak-max')
        told = log.time_of('guest', 'told')
        self.assert_told_of_kill(log)
        self.assertGreaterEqual(log.time_of('leak', 'killed') - told, LEAST_LEAD * SECOND)

    def test_leak_system(self):
        log, _ = self.run_scenario('leak-system')
        self.assert_told_of_kill(log)

    def test_leak_swap(self):
        log, _ = self.run_scenario('leak-system', swap=256)
        self.assert_told_of_kill(log)

    def test_leak_high(self):
        log, result = self.run_scenario('leak-high')
        onset = Trace(result['trace'], log.time_of('guest', 'recording')).onset_of_stall()
        stopped = log.time_of('leak', 'stopped')

        self.assertEqual(log.level_at(log.time_of('leak', 'begun')), 'normal')
        self.assertLessEqual(log.rise_before(stopped, 'critical') - onset, LONGEST_DELAY * SECOND)
        self.assertLessEqual(log.fall_after(stopped, 'medium'), LONGEST_RECOVERY)
        self.assertLess(log.processor_share(onset, stopped), MOST_WORK)

    def test_page_cache(self):
        log, _ = self.run_scenario('page-cache')
        highest = log.highest_between(0, log.time_of('cache', 'ended'))
        self.assertIn(highest, ('normal', 'low', 'medium'))

    def test_move(self):
        """What was armed on the files of a group that is gone has no event for ever."""
        log, _ = self.run_scenario('move')
        moved, removed, waited = (log.time_of('guest', event)
                                  for event in ('moved', 'removed', 'waited'))
        self.assertLessEqual(log.delay(moved, 'monitor', 'limits'), LONGEST_TICK)
        self.assertLess(log.processor_share(removed, waited), MOST_WORK)
        self.assertEqual(log.highest_between(0, waited), 'normal')
        self.assert_told_of_kill(log)

    def test_limits(self):
        log, _ = self.run_scenario('limits')
        seen = log.select('monitor', 'limits')
        expected = [('above/load/memory.max=150M', 150, 0), ('above/load/memory.high=100M', 150, 100),
                    ('above/memory.max=120M', 120, 100), ('above/load/memory.high=max', 120, 0)]
        for event, (mark, limit, soft_limit) in zip(seen, expected):
            self.assertEqual((event['limit'], event['soft-limit']), (limit * MIB, soft_limit * MIB))
            self.assertLessEqual(log.delay(log.time_of('guest', mark), 'monitor', 'limits'),
                                 LONGEST_TICK)

        # That the group has no limit of its own any more changes nothing.
        freed = log.time_of('guest', 'above/memory.max=max')
        self.assertEqual(len(seen), len(expected) + 1)
        self.assertLessEqual(log.delay(freed, 'monitor', 'limits'), LONGEST_TICK)
        self.assertGreater(seen[-1]['limit'], 300 * MIB)

    def test_managed(self):
        """Twenty leaks in a row: nobody is killed, nothing PROTECTED touched. Without
        cleanups the same leak is the end."""
        log, _ = self.run_scenario('managed')
        intact = log.select('managed', 'intact')
        self.assertEqual([event['bytes'] for event in intact], [40 * MIB])
        cleaned = [event['bytes'] for event in log.select('managed', 'cleaned')]
        self.assertEqual(len(cleaned), 20)
        self.assertGreaterEqual(min(cleaned), MIB)
        log.time_of('guest', 'kills-0')
        alive = log.time_of('guest', 'neighbour-lives')

        self.assertGreater(log.time_of('neighbour', 'killed'), alive)
        log.time_of('guest', 'status-137')
        log.time_of('guest', 'kills-2')

    def test_trigger(self):
        """The kernel wakes who asks for it, while others notice nothing."""
        log, result = self.run_scenario('trigger')
        onset = Trace(result['trace'], log.time_of('guest', 'recording')).onset_of_stall()
        stopped = log.time_of('leak', 'stopped')
        self.assertEqual(log.level_at(onset - 2 * SECOND), 'normal')
        self.assertLessEqual(log.rise_before(stopped, 'critical') - onset, LONGEST_DELAY * SECOND)
        self.assertEqual(log.select('other', 'changed'), [])
        self.assertTrue(log.select('other', 'alive'))


class MachineTest(unittest.TestCase):
    """The machine itself, in a few seconds."""

    def test_all_it_has(self):
        """Its streams and its status; memory groups, stall figures and swap; programs
        with their libraries; and time that what it sleeps does not take here."""
        result = machine.run('grep -c memory /sys/fs/cgroup/cgroup.subtree_control\n'
                             'grep -c some /proc/pressure/memory\n'
                             'grep -c zram /proc/swaps\n'
                             'sleep 600\n'
                             'cut -d . -f 1 /proc/uptime\n'
                             'echo trace > "$TRACE"\n'
                             'vm-load', PROGRAMS, swap=64, timeout=110)
        self.assertEqual(result.status, 2)
        *found, uptime = result['out'].splitlines()
        self.assertEqual(found, ['1', '1', '1'])
        self.assertGreaterEqual(int(uptime), 600)
        self.assertIn('Usage: vm-load', result['err'])
        self.assertEqual(result['trace'], 'trace\n')

    def test_never_ends(self):
        with self.assertRaises(TimeoutError):
            machine.run('while :; do :; done', {}, timeout=1)


def setUpModule():
    reason = machine.why_not()
    if reason:
        raise unittest.SkipTest(reason)
    try:
        # Only the long tests may take as long as a download does.
        if 'MachineTest' in sys.argv and not kernel.is_cached():
            raise unittest.SkipTest('there is no kernel yet: the long tests download one')
        kernel.get()
    except kernel.Unavailable as error:
        raise unittest.SkipTest(str(error)) from error


if __name__ == '__main__':
    unittest.main()
