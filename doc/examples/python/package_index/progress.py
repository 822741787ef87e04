# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""How far it is: one line that changes on a terminal, plain lines elsewhere."""

import shutil
import sys
import time

from .memory import mib

PLAIN_EVERY = 1.0
BAR = 24


class Progress:
    def __init__(self, stream=sys.stdout):
        self._stream = stream
        self._live = stream.isatty()
        self._shown = 0.0
        self._last = None

    def show(self, run, event, budget):
        if self._live:
            self._redraw(line(run, event, budget, bar(event)))
            return
        now = time.monotonic()
        step = run.name, event["phase"]
        if step != self._last or now - self._shown >= PLAIN_EVERY:
            print(line(run, event, budget), file=self._stream, flush=True)
            self._shown, self._last = now, step

    def say(self, text=""):
        """A line that stays."""
        if self._live:
            self._redraw("")
        print(text, file=self._stream, flush=True)

    def _redraw(self, text):
        width = shutil.get_terminal_size().columns - 1
        self._stream.write("\r\033[K" + text[:width])
        self._stream.flush()


def share(event):
    return event["done"] / event["total"] if event["total"] else 0.0


def bar(event):
    full = round(share(event) * BAR)
    return "█" * full + "░" * (BAR - full) + " "


def line(run, event, budget, picture=""):
    how_far = f"{share(event):4.0%}" if event["total"] else f"{event['done']:,}"
    text = f"{run.name:<9} {event['phase']:<8}{picture}{how_far:>7}  {mib(run.now):>9}"
    if budget:
        text += (f" of {mib(budget)}  {event['level']:<9} batch {event['batch']:>4}"
                 f"  cleanups {event['cleanups']}")
    return text
