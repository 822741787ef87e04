# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""How far it is: one line that changes on a terminal, plain lines elsewhere."""

import shutil
import sys
import time

from .memory import MIB, mib

PLAIN_EVERY = 1.0
LONGEST_BAR = 30


class Progress:
    def __init__(self, stream=sys.stdout):
        self._stream = stream
        self._live = stream.isatty()
        self._shown = 0.0
        self._last = None

    def show(self, run, event, budget):
        where, figures = place(run, event), state(run, event, budget)
        if self._live:
            self._redraw(where, figures, event)
            return
        now = time.monotonic()
        step = run.name, event["phase"]
        if step != self._last or now - self._shown >= PLAIN_EVERY:
            print(where, figures, file=self._stream, flush=True)
            self._shown, self._last = now, step

    def say(self, text=""):
        """A line that stays."""
        start = "\r\033[K" if self._live else ""
        print(start + text, file=self._stream, flush=True)

    def _redraw(self, where, figures, event):
        width = shutil.get_terminal_size().columns - 1
        room = width - len(where) - len(figures) - 2
        line = f"{where} {bar(event, min(room, LONGEST_BAR))} {figures}"
        self._stream.write("\r\033[K" + line[:width])
        self._stream.flush()


def opening(index, budget_share):
    """What is going to be done."""
    what = "The given package index" if index else "This machine's package index"
    return (f"{what} analysed twice: freely "
            f"and on {round(100 * budget_share, 1):g} % of the memory")


def share(event):
    return event["done"] / event["total"] if event["total"] else 0.0


def bar(event, width):
    full = round(share(event) * width)
    return "█" * full + "░" * (width - full)


def place(run, event):
    how_far = f"{share(event):.0%}" if event["total"] else f"{event['done']:,}"
    return f"{run.name:<8} {event['phase']:<7} {how_far:>6}"


def state(run, event, budget):
    if not budget:
        return mib(run.now)
    return (f"{run.now / MIB:.1f}/{mib(budget)}  {event['level']:<9} "
            f"batch {event['batch']:<4}  cleanups {event['cleanups']}")
