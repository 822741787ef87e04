# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What a guest's log says of when a monitor noticed what.

The log has a JSON object a line: who it is from, what event it tells of, and when, in
microseconds of the guest's clock. What is asked for and is not in it raises Missing.
"""

import csv
import json

SECOND = 1_000_000

LEVELS = ['normal', 'low', 'medium', 'high', 'critical', 'emergency']

# A stall in which all tasks wait for a fifth of a second-long window is felt by whoever
# uses the program.
FELT_STALL = 0.2


class Missing(Exception):
    """The log does not tell."""


def severity(level):
    """Levels as numbers."""
    return LEVELS.index(level)


class Log:
    """The events of a log, in the order of their times."""

    def __init__(self, text):
        self.events = sorted((json.loads(line) for line in text.splitlines() if line.strip()),
                             key=lambda event: event['time'])

    def select(self, origin, event):
        """The events of one kind."""
        return [each for each in self.events
                if each['from'] == origin and each['event'] == event]

    def time_of(self, origin, event):
        """When the first event of a kind was."""
        found = self.select(origin, event)
        if not found:
            raise Missing(f'{origin} never said “{event}”')
        return found[0]['time']

    def changes(self):
        """The changes of the level, as pairs of time and level."""
        return [(each['time'], each['level']) for each in self.select('monitor', 'changed')]

    def level_at(self, time):
        """The level at a time, which is normal at the beginning."""
        return ([level for when, level in self.changes() if when <= time] or ['normal'])[-1]

    def highest_between(self, begin, end):
        """The highest level from one time to another."""
        inside = [level for when, level in self.changes() if begin < when <= end]
        return max([self.level_at(begin), *inside], key=severity)

    def rise_before(self, time, level):
        """When the level rose for the last time to one or above, to stay until a time."""
        if severity(self.level_at(time)) < severity(level):
            raise Missing(f'the level was {self.level_at(time)} and not {level} in the end')
        rise = None
        for when, each in self.changes():
            if when > time:
                break
            if severity(each) < severity(level):
                rise = None
            elif rise is None:
                rise = when
        return rise

    def lead(self, origin, event, level):
        """Seconds by which the level was there before an event."""
        time = self.time_of(origin, event)
        return (time - self.rise_before(time, level)) / SECOND

    def fall_after(self, time, level):
        """Seconds until the level was down at one or below, to stay, after a time."""
        fall = time if severity(self.level_at(time)) <= severity(level) else None
        for when, each in self.changes():
            if when <= time:
                continue
            if severity(each) > severity(level):
                fall = None
            elif fall is None:
                fall = when
        if fall is None:
            raise Missing(f'the level never fell to {level}')
        return (fall - time) / SECOND

    def delay(self, time, origin, event):
        """Seconds from a time until the next event of a kind."""
        later = [each['time'] for each in self.select(origin, event) if each['time'] >= time]
        if not later:
            raise Missing(f'{origin} never said “{event}” after {time / SECOND} s')
        return (later[0] - time) / SECOND

    def processor_share(self, begin, end):
        """The share of the time that the monitor was at work."""
        alive = [each for each in self.select('monitor', 'alive') if begin <= each['time'] <= end]
        if len(alive) < 2:
            raise Missing(f'the monitor was not alive from {begin / SECOND} to {end / SECOND} s')
        used = alive[-1]['processor'] - alive[0]['processor']
        return used / (alive[-1]['time'] - alive[0]['time'])


class Trace:
    """A recording as mgrctl record writes it."""

    def __init__(self, text, begin):
        """The time of its first row is taken from the log."""
        self.rows = list(csv.DictReader(text.splitlines()))
        self.begin = begin

    def time(self, row):
        """The time of a row, as in the log."""
        return self.begin + float(row['t_ms']) * SECOND / 1000

    def onset_of_stall(self):
        """When the first second began in which the group stalled to be felt."""
        for i, row in enumerate(self.rows):
            later = next((each for each in self.rows[i:]
                          if self.time(each) - self.time(row) >= SECOND), None)
            if later is None:
                break
            stalled = float(later['cg_full_us']) - float(row['cg_full_us'])
            if stalled / (self.time(later) - self.time(row)) >= FELT_STALL:
                return self.time(row)
        raise Missing('there was no stall to be felt')
