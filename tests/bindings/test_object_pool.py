# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the Python override adds to pools of objects, and that nothing leaks there."""

import asyncio
import contextlib
import gc
import io
import threading
import unittest
import weakref

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, GObject, Mgr  # noqa: E402

N_MANY = 2000

# Seconds for what is done in a few milliseconds.
PATIENCE = 20


class Parser:
    """Something that is no GObject."""

    def __init__(self):
        self.text = None


class Connection(GObject.Object):
    pass


def settle():
    while GLib.MainContext.default().iteration(False):
        pass


def run_async(coroutine):
    """Runs it in a loop of its own, while this thread iterates the main context."""
    outcome = []

    def run():
        try:
            outcome.append(asyncio.run(coroutine))
        except BaseException as error:
            outcome.append(error)
        GLib.MainContext.default().wakeup()

    thread = threading.Thread(target=run)
    thread.start()
    while not outcome:
        GLib.MainContext.default().iteration(True)
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


class ObjectPoolTest(unittest.TestCase):
    def assert_error(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), code), caught.exception)
        return caught.exception.message

    def test_functions(self):
        def reset(parser):
            parser.text = None

        pool = Mgr.ObjectPool("parsers", max=2, create=Parser, reset=reset, object_size="2 KiB")
        with pool.lease() as parser:
            self.assertIsInstance(parser, Parser)
            parser.text = "some"
            self.assertEqual((pool.used, len(pool), pool.n_free), (2048, 1, 0))
        with pool.lease() as again:
            self.assertIs(again, parser)
            self.assertIsNone(again.text)
        self.assertEqual((pool.n_created, pool.n_leaked, pool.capacity), (1, 0, 4096))

    def test_gobject(self):
        pool = Mgr.ObjectPool.new_with_factory("connections", Connection, 1)
        lease = pool.acquire()
        self.assertIsInstance(lease.object, Connection)
        lease.release()
        self.assertIsNone(lease.object)
        self.assertIn("connections", self.assert_error(Mgr.Error.DOUBLE_RELEASE, lease.release))

    def test_release_to_a_pool(self):
        pool = Mgr.ObjectPool("parsers", max=1, create=Parser)
        other = Mgr.ObjectPool("others", max=1, create=Parser)
        lease = pool.acquire()
        self.assert_error(Mgr.Error.NOT_FOUND, other.release, lease)
        self.assertFalse(lease.is_released())
        pool.release(lease)
        self.assert_error(Mgr.Error.DOUBLE_RELEASE, pool.release, lease)
        self.assertEqual((pool.n_free, pool.n_leaked), (1, 0))

    def test_full(self):
        pool = Mgr.ObjectPool("parsers", max=1, create=Parser)
        with pool.acquire() as parser:
            with self.assertRaises(MemoryError) as caught:
                pool.try_acquire()
            self.assertIn("“parsers”", str(caught.exception))
            self.assertIsInstance(parser, Parser)
        self.assertIsNotNone(pool.try_acquire().object)

    def test_factory_raises(self):
        def fail():
            raise ValueError("no grammar")

        pool = Mgr.ObjectPool("parsers", max=1, create=fail)
        for _ in range(3):
            self.assertIn("ValueError: no grammar",
                          self.assert_error(Mgr.Error.FAILED, pool.acquire))
        self.assertEqual(pool.n_objects, 0)

        empty = Mgr.ObjectPool("empty", max=1, create=lambda: None)
        self.assertIn("returned None", self.assert_error(Mgr.Error.FAILED, empty.acquire))

    def test_reset_says_no_or_raises(self):
        answers = [False, None, 1 / 3]

        def reset(_parser):
            answer = answers.pop(0)
            if answer:
                raise ZeroDivisionError
            return answer

        pool = Mgr.ObjectPool("parsers", max=1, create=Parser, reset=reset)
        pool.acquire().release()
        self.assertEqual(pool.n_objects, 0)
        pool.acquire().release()
        self.assertEqual(pool.n_objects, 1)
        with contextlib.redirect_stderr(io.StringIO()) as said:
            pool.acquire().release()
        self.assertIn("ZeroDivisionError", said.getvalue())
        self.assertEqual((pool.n_objects, pool.n_created), (0, 2))

    def test_signals(self):
        pool = Mgr.ObjectPool.new("raw", max=1)
        back = []
        pool.connect("create", lambda _pool: Connection())
        lease = pool.acquire()
        pool.connect("reset", lambda _pool, connection: not back.append(connection))
        connection = lease.object
        lease.release()
        self.assertEqual(back, [connection])

    def test_subclass(self):
        class Pool(Mgr.ObjectPool):
            def do_create(self):
                if self.n_created:
                    raise GLib.Error("only one", "mgr-error-quark", Mgr.Error.BUSY)
                return Connection()

            def do_reset(self, connection):
                self.last = connection
                return True

        pool = Pool("own", max=2)
        with pool.lease() as connection:
            self.assertIn("only one", self.assert_error(Mgr.Error.BUSY, pool.acquire))
        self.assertIs(pool.last, connection)

    def test_subclass_that_fails(self):
        class Pool(Mgr.ObjectPool):
            def do_create(self):
                raise OSError("no such grammar")

        class Further(Pool):
            def do_create(self):
                return super().do_create()

        for kind in (Pool, Further):
            message = self.assert_error(Mgr.Error.FAILED, kind("own", max=1).acquire)
            self.assertIn("OSError: no such grammar", message)

    def test_bad_idle_timeout(self):
        for idle_timeout in (-1, 1 << 63):
            self.assertRaises(ValueError, Mgr.ObjectPool, "parsers", idle_timeout=idle_timeout)
        pool = Mgr.ObjectPool("parsers", max=1, create=Parser)
        with self.assertRaises(ValueError):
            pool.idle_timeout = -1
        pool.idle_timeout = 5
        self.assertEqual(pool.idle_timeout, 5)

    def test_limits(self):
        pool = Mgr.ObjectPool("parsers", max=4, min=1, create=Parser)
        pool.prepare(3)
        self.assertEqual((pool.min, pool.max, pool.n_free), (1, 4, 3))
        self.assertEqual(pool.trim(), 2 * 1024)
        pool.set_limits(min=0, max=2)
        self.assertEqual((pool.max, pool.capacity), (2, 2048))
        pool.idle_timeout = 5_000_000
        self.assertEqual(pool.idle_timeout, 5_000_000)
        with self.assertRaises(GLib.Error):
            Mgr.ObjectPool("none", max=0, create=Parser)

    def test_other_thread(self):
        makers = []

        def create():
            makers.append(threading.current_thread())
            return Parser()

        pool = Mgr.ObjectPool("parsers", max=1, create=create, reset=lambda _parser: None)
        done = []

        def work():
            for _ in range(5):
                with pool.lease() as parser:
                    done.append(parser)
            GLib.MainContext.default().wakeup()

        thread = threading.Thread(target=work)
        thread.start()
        while thread.is_alive():
            GLib.MainContext.default().iteration(False)
        settle()
        self.assertEqual(makers, [threading.main_thread()])
        self.assertEqual((len(done), len(set(done)), pool.n_free), (5, 1, 1))

    def test_await(self):
        pool = Mgr.ObjectPool("parsers", max=1, create=Parser)

        async def use(order, number):
            async with pool.lease_async() as parser:
                order.append((number, parser))
                await asyncio.sleep(0)

        async def main():
            order = []
            await asyncio.gather(*(use(order, number) for number in range(5)))
            lease = await pool.lease_async()
            lease.release()
            return order

        order = run_async(main())
        self.assertEqual([number for number, _parser in order], list(range(5)))
        self.assertEqual((pool.n_created, pool.n_leaked, pool.n_free), (1, 0, 1))

    def test_plain_asyncio(self):
        pool = Mgr.ObjectPool("parsers", max=1, create=Parser)

        async def use():
            async with pool.lease_async() as parser:
                await asyncio.sleep(0)
                return parser

        async def main():
            parsers = await asyncio.gather(*(use() for _ in range(3)))
            (await pool.lease_async()).release()
            return parsers

        parsers = asyncio.run(asyncio.wait_for(main(), PATIENCE))
        self.assertEqual(len({id(parser) for parser in parsers}), 1)
        self.assertEqual(len(pool), 0)

    def test_await_cancelled(self):
        pool = Mgr.ObjectPool("parsers", max=1, create=Parser)
        lease = pool.acquire()

        async def main():
            task = asyncio.ensure_future(pool.lease_async())
            await asyncio.sleep(0)
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(task, 0.001)

        run_async(main())
        settle()
        self.assertEqual(pool.n_waiting, 0)
        lease.release()


class LeakTest(unittest.TestCase):
    def test_objects(self):
        parsers = weakref.WeakSet()

        def create():
            parser = Parser()
            parsers.add(parser)
            return parser

        pool = Mgr.ObjectPool("parsers", max=8, create=create, reset=lambda _parser: False)
        for _ in range(N_MANY):
            with pool.lease():
                pass
        gc.collect()
        self.assertEqual((pool.n_created, pool.n_objects, len(parsers)), (N_MANY, 0, 0))

    def test_gobjects(self):
        gone = []

        def create():
            connection = Connection()
            connection.weak_ref(gone.append, True)
            return connection

        pool = Mgr.ObjectPool("connections", max=8, create=create)
        pool.prepare(8)
        for _ in range(N_MANY):
            pool.acquire().release()
        self.assertEqual((pool.n_created, len(gone)), (8, 0))
        pool.trim()
        gc.collect()
        self.assertEqual(len(gone), 8)

    def test_dropped_leases(self):
        pool = Mgr.ObjectPool("parsers", max=1, create=Parser, reset=lambda _parser: None)
        for _ in range(100):
            pool.acquire()
            settle()
        self.assertEqual((pool.n_leaked, pool.n_objects, pool.n_created), (100, 1, 1))

    def test_pool_that_its_functions_know(self):
        class Owner:
            def __init__(self):
                self.pool = Mgr.ObjectPool("parsers", max=2, create=self.create)
                self.pool.prepare(2)

            def create(self):
                parser = Parser()
                parser.owner = self
                parser.pool = self.pool if hasattr(self, "pool") else None
                return parser

        owners = [weakref.ref(Owner()) for _ in range(20)]
        pools = []
        for owner in owners:
            if owner() is not None:
                pools.append(owner().pool.weak_ref())
                owner().pool.set_active(False)
        gc.collect()
        settle()
        gc.collect()
        self.assertEqual([owner() for owner in owners], [None] * 20)
        self.assertEqual([pool() for pool in pools], [None] * len(pools))


if __name__ == "__main__":
    unittest.main(verbosity=2)
