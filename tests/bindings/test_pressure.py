# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""That levels arrive: found in a thread, heard in Python, each once and in order.

And that sources written in Python may do what they like.
"""

import contextlib
import io
import os
import pathlib
import sys
import tempfile
import threading
import time
import unittest
import weakref

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr  # noqa: E402

CHANGES = 1000

# So far the clock moves at a time: longer than a level is held, and no longer than an
# answer of a source is fresh.
DWELL = 16 * 1000000
NORMAL = Mgr.PressureLevel.NORMAL
EMERGENCY = Mgr.PressureLevel.EMERGENCY


class Source(GObject.Object, Mgr.PressureSource):
    """A source whose answers the test decides."""

    def __init__(self, percent=10):
        super().__init__()
        self.percent = percent
        self.answer = None
        self.readers = []

    def do_get_name(self):
        return "mine"

    def do_read(self):
        self.readers.append(threading.current_thread())
        if self.answer is not None:
            return self.answer()
        return Mgr.PressureReading.new(self.percent, 100 - self.percent, 100, 0.0)


# The interface is named again, since PyGObject would otherwise make every Source
# thread-safe: it puts a method in the table of the class that named the interface.
class ThreadSafeSource(Source, Mgr.PressureSource):
    def do_is_thread_safe(self):
        return True


class FakeProc:
    """A /proc whose meminfo is written in place, as the kernel does."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory()
        self.path = self._directory.name
        self._file = open(pathlib.Path(self.path, "meminfo"), "wb", buffering=0)
        self.percent = 10

    @property
    def percent(self):
        return self._percent

    @percent.setter
    def percent(self, percent):
        self._percent = percent
        text = "MemTotal: %8d kB\nMemAvailable: %8d kB\n" % (100 << 20, (100 - percent) << 20)
        os.pwrite(self._file.fileno(), text.encode(), 0)

    def close(self):
        self._file.close()
        self._directory.cleanup()


def iterate():
    while GLib.MainContext.default().iteration(False):
        pass


class PressureTest(unittest.TestCase):
    def setUp(self):
        self.proc = FakeProc()
        self.addCleanup(self.proc.close)
        self.clock = Mgr.ManualClock.new(0)
        self.monitor = Mgr.PressureMonitor.new(self.clock)
        self.monitor.interval = DWELL
        self.heard = []

    def tearDown(self):
        if self.monitor is not None:
            self.monitor.stop()
        iterate()

    def listen(self):
        self.monitor.connect("pressure-changed", self.on_changed)

    def on_changed(self, monitor, level, sample):
        self.assertIs(threading.current_thread(), threading.main_thread())
        self.assertEqual(level, sample.level)
        self.heard.append(level)

    def start_on_proc(self):
        self.monitor.add_source(Mgr.MeminfoSource(proc_path=self.proc.path))
        self.monitor.start()

    def reach(self, level):
        """Let the monitor's thread find what memory is at, without the main loop."""
        self.proc.percent = 10 if level == NORMAL else 97
        while self.monitor.level != level:
            self.clock.advance(DWELL)
            time.sleep(0.00005)

    def turn_until(self, done):
        while not done():
            self.clock.advance(DWELL)
            iterate()
            time.sleep(0.00005)

    def alternating(self, n):
        return [EMERGENCY, NORMAL] * (n // 2)

    def test_thousand_changes(self):
        self.listen()
        self.start_on_proc()
        for i, level in enumerate(self.alternating(CHANGES)):
            self.reach(level)
            if i % 7 == 0:
                iterate()

        iterate()
        self.assertEqual(self.heard, self.alternating(CHANGES))
        self.monitor.stop()
        iterate()
        self.assertEqual(len(self.heard), CHANGES)

    def test_thousand_changes_of_own_source(self):
        source = Source()
        self.listen()
        self.monitor.add_source(source)
        self.monitor.start()
        for i, level in enumerate(self.alternating(CHANGES)):
            source.percent = 10 if level == NORMAL else 97
            self.turn_until(lambda: len(self.heard) > i)

        self.assertEqual(self.heard, self.alternating(CHANGES))
        self.assertEqual(set(source.readers), {threading.main_thread()})

    def test_thread_safe_source(self):
        source = ThreadSafeSource(97)
        self.listen()
        self.monitor.add_source(source)
        self.monitor.start()
        self.turn_until(lambda: self.heard)
        self.assertEqual(self.heard, [EMERGENCY])
        self.assertNotIn(threading.main_thread(), source.readers)
        self.assertEqual(len(set(source.readers)), 1)

    def test_handler_raises(self):
        def fail(monitor, level, sample):
            raise RuntimeError("this handler fails")

        self.monitor.connect("pressure-changed", fail)
        self.listen()
        self.start_on_proc()
        with contextlib.redirect_stderr(io.StringIO()) as output:
            for level in self.alternating(4):
                self.reach(level)
                iterate()
        self.assertEqual(output.getvalue().count("RuntimeError: this handler fails"), 4)
        self.assertEqual(self.heard, self.alternating(4))

    def test_handler_blocks(self):
        def block(monitor, level, sample):
            if level == EMERGENCY:
                time.sleep(0.05)
                self.reach(NORMAL)

        self.monitor.connect("pressure-changed", block)
        self.listen()
        self.start_on_proc()
        self.reach(EMERGENCY)
        iterate()
        self.assertEqual(self.heard, self.alternating(2))

    def test_handler_enters_again(self):
        depths = []

        def enter(monitor, level, sample):
            depths.append(len(depths) + 1)
            self.assertEqual(monitor.sample().source, "meminfo")
            if level == EMERGENCY:
                self.reach(NORMAL)
                iterate()
            depths.pop()

        self.monitor.connect("pressure-changed", enter)
        self.listen()
        self.start_on_proc()
        self.reach(EMERGENCY)
        iterate()
        self.assertEqual(depths, [])
        self.assertEqual(sorted(self.heard), [NORMAL, EMERGENCY])

    def test_handler_disconnects_itself(self):
        once = []

        def disconnect(monitor, level, sample):
            once.append(level)
            monitor.disconnect(handler)

        handler = self.monitor.connect("pressure-changed", disconnect)
        self.listen()
        self.start_on_proc()
        for level in self.alternating(4):
            self.reach(level)
            iterate()
        self.assertEqual(once, [EMERGENCY])
        self.assertEqual(self.heard, self.alternating(4))

    def test_handler_drops_monitor(self):
        dropped = []

        def drop(monitor, level, sample):
            dropped.append(level)
            self.monitor = None

        self.monitor.connect("pressure-changed", drop)
        gone = weakref.ref(self.monitor)
        self.start_on_proc()
        self.reach(EMERGENCY)
        iterate()
        self.assertEqual(dropped, [EMERGENCY])
        self.assertIsNone(gone())


class SourceTest(unittest.TestCase):
    def setUp(self):
        self.monitor = Mgr.PressureMonitor.new(Mgr.ManualClock.new(0))
        self.source = Source(40)
        self.monitor.add_source(self.source)

    def sample(self):
        with contextlib.redirect_stderr(io.StringIO()):
            return self.monitor.sample()

    def assert_missing(self):
        sample = self.sample()
        self.assertEqual((sample.missing, sample.source), (["mine"], None))

    def test_reads(self):
        sample = self.sample()
        self.assertEqual((sample.usage, sample.source, sample.missing), (0.4, "mine", []))

    def test_raises(self):
        def fail():
            raise ValueError("no idea")

        self.source.answer = fail
        self.assert_missing()

    def test_raises_error(self):
        def fail():
            raise GLib.Error("busy", GLib.quark_to_string(Mgr.Error.quark()), Mgr.Error.BUSY)

        self.source.answer = fail
        self.assert_missing()

    def test_returns_something_else(self):
        for answer in (None, 17, "much", object()):
            self.source.answer = lambda answer=answer: answer
            self.assert_missing()

    def test_returns_the_same(self):
        reading = Mgr.PressureReading.new(30, 70, 100, 0.0)
        self.source.answer = lambda: reading
        for _ in range(100):
            self.assertEqual(self.sample().usage, 0.3)
        self.assertEqual(reading.used, 30)

    def test_samples_within(self):
        inner = []

        def enter():
            inner.append(self.monitor.sample().missing)
            return Mgr.PressureReading.new(20, 80, 100, 0.0)

        self.source.answer = enter
        self.assertEqual(self.sample().usage, 0.2)
        self.assertEqual(inner, [["mine"]])

    def test_removes_itself(self):
        self.source.answer = lambda: self.monitor.remove_source(self.source) and None
        self.assert_missing()
        self.assertEqual(self.sample().missing, [])
        self.assertEqual(len(self.source.readers), 1)

    def test_drops_monitor(self):
        def drop():
            self.monitor = None

        self.source.answer = drop
        self.monitor.start()
        while not self.source.readers:
            GLib.MainContext.default().iteration(False)
        iterate()
        self.assertEqual(len(self.source.readers), 1)

    def test_ends_in_main_thread(self):
        ended = []
        weakref.finalize(self.source, lambda: ended.append(threading.current_thread()))
        self.monitor.start()
        del self.source
        dropper = threading.Thread(target=lambda: setattr(self, "monitor", None))
        dropper.start()
        dropper.join()
        while not ended:
            GLib.MainContext.default().iteration(False)
        self.assertEqual(ended, [threading.main_thread()])

    def test_other_thread_samples(self):
        samples = []

        def sample():
            samples.append(self.monitor.sample())

        for _ in range(2):
            thread = threading.Thread(target=sample)
            thread.start()
            thread.join()
            iterate()
        self.assertEqual([sample.missing for sample in samples], [["mine"], []])
        self.assertEqual(self.source.readers, [threading.main_thread()] * 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
