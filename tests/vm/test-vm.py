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
    'vm-monitor': BUILD / 'tests/vm/vm-monitor',
    'mgrctl': BUILD / 'tools/mgrctl/mgrctl',
}

# Programs have so much time to give memory back before the kernel kills.
LEAST_LEAD = 5.0

# From when on a stall is felt, a monitor may take so long.
LONGEST_DELAY = 3.0

# What was critical is known to be over.
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
        self.assertLessEqual(log.fall_after(killed, 'normal'), LONGEST_RECOVERY)

    def test_leak_max(self):
        log, _ = self.run_scenario('leak-max')
        self.assert_told_of_kill(log)

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
        self.assertLessEqual(log.fall_after(stopped, 'normal'), LONGEST_RECOVERY)
        self.assertLess(log.processor_share(onset, stopped), MOST_WORK)

    def test_page_cache(self):
        log, _ = self.run_scenario('page-cache')
        highest = log.highest_between(0, log.time_of('cache', 'ended'))
        self.assertIn(highest, ('normal', 'low', 'medium'))


class MachineTest(unittest.TestCase):
    """The machine itself, in a second or two."""

    def test_status_and_streams(self):
        result = machine.run('echo out; echo err >&2; echo trace > "$TRACE"; exit 3', {})
        self.assertEqual((result['out'], result['err'], result['trace'], result.status),
                         ('out\n', 'err\n', 'trace\n', 3))

    def test_what_it_has(self):
        result = machine.run('grep -c memory /sys/fs/cgroup/cgroup.subtree_control &&'
                             'grep -c some /proc/pressure/memory &&'
                             'grep -c zram /proc/swaps && vm-load', PROGRAMS, swap=64)
        self.assertEqual((result['out'], result.status), ('1\n1\n1\n', 2))
        self.assertIn('Usage: vm-load', result['err'])

    def test_time_does_not_pass(self):
        """What a guest sleeps takes no time here."""
        result = machine.run('sleep 3600; cut -d. -f1 /proc/uptime', {}, timeout=120)
        self.assertGreaterEqual(int(result['out']), 3600)

    def test_never_ends(self):
        with self.assertRaises(TimeoutError):
            machine.run('while :; do :; done', {}, timeout=5)


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
