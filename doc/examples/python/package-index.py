#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Analyses this machine's package index twice: freely, then in a small budget.

Each run has a process of its own.  This one watches both from outside, asks the
second over D-Bus how it is doing, and compares what they found.
"""

import argparse
import json
import sys

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib

from package_index import summary
from package_index.backstop import Backstop
from package_index.bus import Bus, report_lines
from package_index.memory import MIB, mib
from package_index.progress import Progress, opening
from package_index.run import Run
from package_index.worker import Worker

INTERRUPTED = 130


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", metavar="FILE",
                        help="read FILE instead of apt-cache dumpavail")
    parser.add_argument("--at-least", metavar="MIB", type=int, default=32,
                        help="read a small index several times, up to MIB (32)")
    parser.add_argument("--share", type=float, default=0.25,
                        help="of what the free run takes, the budget (0.25)")
    parser.add_argument("--cgroup", metavar="FOLDER",
                        help="make a cgroup with a limit in this cgroup's folder")
    parser.add_argument("--budget", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--worker", metavar="RESULT", help=argparse.SUPPRESS)
    return parser.parse_args()


class Demo:
    def __init__(self, arguments):
        self._arguments = arguments
        self._progress = Progress()
        self._answer = None

    def run(self):
        """Returns whether every promise was kept."""
        self._progress.say(opening(self._arguments.index, self._arguments.share))
        free = self._start("freely")
        try:
            if not free.watch(lambda *step: self._progress.show(*step, 0)):
                return self._fail(free)
            # The interpreter takes its part in any case; the job gets a share.
            budget = free.base + int((free.peak - free.base) * self._arguments.share)
            self._progress.say(f"freely: {mib(free.peak)}, so the budget is {mib(budget)}")
            return self._run_budgeted(free, budget)
        finally:
            free.close()

    def _run_budgeted(self, free, budget):
        with Bus() as bus, Backstop(budget, self._arguments.cgroup) as backstop:
            run = self._start("budgeted", "--budget", str(budget),
                              environment=bus.environment())
            backstop.add(run.pid)
            if backstop.limit:
                self._progress.say(f"the kernel would stop it at {mib(backstop.limit)}")
            try:
                if not run.watch(lambda *step: self._progress.show(*step, budget),
                                 lambda run: self._ask(bus, run)):
                    return self._fail(run)
                return self._summarise(free, run, budget)
            finally:
                run.close()

    def _start(self, name, *arguments, environment=None):
        arguments = [*arguments, "--at-least", str(self._arguments.at_least)]
        if self._arguments.index:
            arguments += ["--index", self._arguments.index]
        return Run(name, arguments, environment)

    def _ask(self, bus, run):
        try:
            report, self._answer = bus.ask(run.pid)
        except GLib.Error as error:
            self._progress.say(f"asked over D-Bus in vain: {error.message}")
            return
        self._progress.say("\nasked over D-Bus, the running program says:")
        for line in report_lines(report):
            self._progress.say(f"  {line}")
        self._progress.say()

    def _fail(self, run):
        self._progress.say(f"the run “{run.name}” failed, see above")
        return False

    def _summarise(self, free, run, budget):
        say = self._progress.say
        say()
        for name, text in summary.details(free, run):
            say(f"{name:<10}{text}")
        say(f"{'largest':<10}{summary.sections(json.loads(run.result))}")
        say()
        checks = list(summary.checks(free, run, budget, self._answer))
        for kept, text in checks:
            say(f"{'✓' if kept else '✗'} {text}")
        return all(kept for kept, _ in checks)


def main():
    arguments = parse_arguments()
    if arguments.worker:
        Worker(arguments.index, arguments.budget, arguments.at_least * MIB,
               arguments.worker).run()
        return 0
    try:
        return 0 if Demo(arguments).run() else 1
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
