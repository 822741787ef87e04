# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the Python override makes of tensors. What all languages share is in
scenario-tensor.py, and what goes between processes in tests/dbus."""

import ctypes
import gc
import math
import multiprocessing
import os
import socket
import sys
import tempfile
import threading
import unittest
import warnings
import weakref

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Gio, GLib, Mgr  # noqa: E402

try:
    import numpy
except ImportError:
    numpy = None

MIB = 1 << 20

needs_numpy = unittest.skipIf(numpy is None, "NumPy is not installed (python3-numpy)")


def make_pool(**properties):
    return Mgr.TensorPool(name="tensors", capacity="16 MiB", segment_size="4 MiB", **properties)


class TensorTest(unittest.TestCase):
    def setUp(self):
        self.pool = make_pool()

    def assert_error(self, code, function, *arguments, **keywords):
        with self.assertRaises(GLib.Error) as raised:
            function(*arguments, **keywords)
        self.assertTrue(raised.exception.matches(Mgr.Error.quark(), code), raised.exception)
        return raised.exception.message


class PoolTest(TensorTest):
    def test_attributes(self):
        tensor = self.pool.allocate_tensor((2, 3), "int16", "ticks")
        self.assertEqual(tensor.shape, (2, 3))
        self.assertEqual(tensor.strides, (6, 2))
        self.assertEqual(tensor.dtype, Mgr.DataType.INT16)
        self.assertEqual(tensor.nbytes, 12)
        self.assertEqual(tensor.offset, 0)
        self.assertEqual(tensor.description, "ticks")
        self.assertEqual(tensor.device, Mgr.TensorDevice.CPU)
        self.assertTrue(tensor.writable)
        self.assertFalse(tensor.released)
        self.assertEqual(repr(tensor), "<Mgr.Tensor “ticks” of 2 × 3 int16>")
        tensor.release()
        self.assertFalse(tensor.writable)
        self.assertEqual(repr(tensor), "<Mgr.Tensor “ticks” of 2 × 3 int16, released>")

    def test_types(self):
        for given, expected in (("float32", "FLOAT32"), ("<f8", "FLOAT64"), (float, "FLOAT64"),
                                (int, "INT64"), (bool, "BOOL"), (complex, "COMPLEX128"),
                                (Mgr.DataType.BFLOAT16, "BFLOAT16"), ("bfloat16", "BFLOAT16")):
            tensor = self.pool.allocate_tensor(1, given)
            self.assertEqual(tensor.dtype, getattr(Mgr.DataType, expected))
        self.assertEqual(self.pool.allocate_tensor(1).dtype, Mgr.DataType.FLOAT32)

    def test_types_of_others(self):
        class Like:
            """As torch.float16, which has neither a name nor is it a type."""

            def __str__(self):
                return "torch.float16"

        self.assertEqual(self.pool.allocate_tensor(1, Like()).dtype, Mgr.DataType.FLOAT16)

    def test_unknown_dtype(self):
        self.assertIn("“float32”", self.assert_error(Mgr.Error.INVALID_ARGUMENT,
                                                     self.pool.allocate_tensor, 1, "flaot32"))
        self.assert_error(Mgr.Error.INVALID_ARGUMENT, self.pool.allocate_tensor, 1, object)
        self.assert_error(Mgr.Error.INVALID_ARGUMENT, self.pool.allocate_tensor, 1, None)

    def test_bad_shape(self):
        for shape in ((0,), (3, -1), -1, (1 << 62, 4)):
            self.assert_error(Mgr.Error.INVALID_ARGUMENT, self.pool.allocate_tensor, shape)
        for shape in ((2.5,), "ab", None, (1 << 80,)):
            self.assertRaises((TypeError, OverflowError, ValueError),
                              self.pool.allocate_tensor, shape)

    def test_refusal_is_a_memory_error(self):
        with self.assertRaises(MemoryError):
            self.pool.allocate_tensor((17, MIB), "int8")

    def test_constructors(self):
        manager = Mgr.Manager(total_budget="64 MiB", proc_path="/nonexistent")
        models = manager.add_component("models")
        pool = Mgr.TensorPool.new(models, "weights", "1 MiB")
        self.assertTrue(pool.props.active)
        pool.reserve("512 KiB")
        self.assertEqual(models.used, MIB // 2)
        self.assert_error(Mgr.Error.INVALID_ARGUMENT, Mgr.TensorPool, name="x", capacity="1 MiB",
                          alignment=3)
        self.assertEqual(make_pool(alignment=128).alignment, 128)
        self.assertFalse(pool.read_only_sharing)

    def test_page_locked(self):
        pool = make_pool(cuda_library="/nonexistent/libcuda.so.1")
        self.assert_error(Mgr.Error.NOT_AVAILABLE, pool.set_page_locked, True)
        self.assertFalse(pool.page_locked)

    def test_read_and_write(self):
        tensor = self.pool.allocate_tensor(4, "uint8")
        tensor.write(0, GLib.Bytes.new(b"abcd"))
        self.assertEqual(tensor.read(1, 2).get_data(), b"bc")

    def test_context_manager(self):
        with self.pool.allocate_tensor(16) as tensor:
            self.assertEqual(self.pool.get_used(), 64)
        self.assertTrue(tensor.released)
        self.assertEqual(self.pool.get_used(), 0)
        with self.pool.allocate_tensor(16) as tensor:
            tensor.release()
        self.assert_error(Mgr.Error.DOUBLE_RELEASE, tensor.release)
        self.assertEqual(self.pool.leak_count, 0)

    def test_leaks(self):
        self.pool.allocate_tensor(16)
        gc.collect()
        self.assertEqual(self.pool.leak_count, 1)
        self.assertEqual(self.pool.get_used(), 0)

    def test_pool_goes_first(self):
        tensor = self.pool.allocate_tensor(4, "uint8")
        self.pool = None
        gc.collect()
        tensor.write(0, GLib.Bytes.new(b"abcd"))
        self.assertEqual(tensor.read(0, 4).get_data(), b"abcd")


@needs_numpy
class NumpyTest(TensorTest):
    def test_no_copy(self):
        tensor = self.pool.allocate_tensor((4, 5), "float64")
        array = numpy.asarray(tensor)
        self.assertEqual(array.shape, (4, 5))
        self.assertEqual(array.dtype, numpy.float64)
        self.assertTrue(array.flags.writeable)
        self.assertTrue(array.flags.aligned)
        self.assertEqual(array.ctypes.data, tensor.get_data())
        self.assertEqual(array.ctypes.data % 64, 0)
        array[3, 4] = 2.5
        self.assertEqual(numpy.asarray(tensor)[3, 4], 2.5)

    def test_every_type(self):
        for name in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
                     "uint64", "float16", "float32", "float64", "complex64", "complex128"):
            tensor = self.pool.allocate_tensor(3, numpy.dtype(name))
            array = numpy.asarray(tensor)
            self.assertEqual(array.dtype, numpy.dtype(name))
            array[:] = 1
            self.assertEqual(array.sum(), 3)
            self.assertEqual(self.pool.allocate_tensor(3, array.dtype.type).dtype, tensor.dtype)
        self.assertEqual(numpy.asarray(self.pool.allocate_tensor(3, "bfloat16")).dtype.itemsize, 2)

    def test_single_number(self):
        array = numpy.asarray(self.pool.allocate_tensor((), "float32"))
        self.assertEqual(array.shape, ())
        array[...] = 3

    def test_array_keeps_memory(self):
        array = numpy.asarray(self.pool.allocate_tensor(MIB, "float32"))
        array[:] = 7
        gc.collect()
        self.assertEqual(self.pool.get_used(), 4 * MIB)
        numpy.asarray(self.pool.allocate_tensor(MIB, "float32"))[:] = 0
        self.assertEqual(array.sum(), 7 * MIB)
        part = array[5:10]
        del array
        gc.collect()
        self.assertEqual(part[0], 7)
        self.assertEqual(self.pool.get_used(), 4 * MIB)
        del part
        gc.collect()
        self.assertEqual(self.pool.get_used(), 0)

    def test_array_keeps_released_memory(self):
        with self.pool.allocate_tensor(16) as tensor:
            array = numpy.asarray(tensor)
            array[:] = 5
        other = self.pool.allocate_tensor(16)
        numpy.asarray(other)[:] = 0
        self.assertEqual(array.sum(), 80)
        self.assertEqual(self.pool.get_used(), 128)
        del array
        self.assertEqual(self.pool.get_used(), 64)

    def test_block_goes_back_at_once(self):
        with self.pool.allocate_tensor(16) as tensor:
            numpy.asarray(tensor)[:] = 1
        self.assertEqual(self.pool.get_used(), 0)

    def test_use_after_release(self):
        tensor = self.pool.allocate_tensor(16, description="gone")
        numpy.asarray(tensor)
        tensor.release()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            message = self.assert_error(Mgr.Error.NOT_FOUND, numpy.asarray, tensor)
        self.assertIn("“gone” of 16 float32 was released", message)
        self.assert_error(Mgr.Error.NOT_FOUND, tensor.__dlpack__)
        self.assert_error(Mgr.Error.NOT_FOUND, numpy.array, tensor)

    def test_use_after_release_of_a_copy(self):
        tensor = self.pool.allocate_tensor(16)
        other = tensor.copy()
        numpy.asarray(other)
        tensor.release()
        self.assert_error(Mgr.Error.NOT_FOUND, numpy.asarray, other)

    def test_array_method(self):
        tensor = self.pool.tensor_from([1, 2, 3])
        self.assertEqual(tensor.__array__().ctypes.data, tensor.get_data())
        self.assertEqual(tensor.__array__("float32").dtype, numpy.float32)
        self.assertNotEqual(tensor.__array__(copy=True).ctypes.data, tensor.get_data())

    def test_tensor_from(self):
        array = numpy.arange(12, dtype="int32").reshape(3, 4)[:, ::2]
        tensor = self.pool.tensor_from(array, "even")
        self.assertEqual((tensor.shape, tensor.dtype), ((3, 2), Mgr.DataType.INT32))
        self.assertTrue((numpy.asarray(tensor) == array).all())
        self.assert_error(Mgr.Error.INVALID_ARGUMENT, self.pool.tensor_from, ["text"])

    def test_read_only(self):
        pool = make_pool(read_only_sharing=True)
        tensor = pool.tensor_from([1.0, 2.0])
        imported = Mgr.Tensor.new_from_export(*tensor.export())
        array = numpy.asarray(imported)
        self.assertFalse(array.flags.writeable)
        with self.assertRaises(ValueError):
            array[0] = 5
        with self.assertRaises(ValueError):
            array.flags.writeable = True
        numpy.asarray(tensor)[0] = 9
        self.assertEqual(array[0], 9)
        with self.assertRaises(BufferError):
            numpy.from_dlpack(imported)


@needs_numpy
class DlpackTest(TensorTest):
    def test_no_copy(self):
        tensor = self.pool.tensor_from([[1.0, 2.0], [3.0, 4.0]])
        array = numpy.from_dlpack(tensor)
        self.assertEqual(array.ctypes.data, tensor.get_data())
        self.assertEqual(array.tolist(), [[1, 2], [3, 4]])
        self.assertEqual(tensor.__dlpack_device__(), (1, 0))

    def test_array_keeps_memory(self):
        with self.pool.tensor_from([1.0, 2.0]) as tensor:
            array = numpy.from_dlpack(tensor)
        self.assertEqual(self.pool.get_used(), 64)
        self.assertEqual(array.sum(), 3)
        del array
        gc.collect()
        self.assertEqual(self.pool.get_used(), 0)


class CapsuleTest(TensorTest):
    def test_dropped_capsule(self):
        tensor = self.pool.allocate_tensor(16)
        capsules = [tensor.__dlpack__(), tensor.__dlpack__(max_version=(1, 1))]
        tensor.release()
        self.assertEqual(self.pool.get_used(), 64)
        self.assertIn("dltensor_versioned", repr(capsules.pop()))
        self.assertEqual(self.pool.get_used(), 64)
        self.assertIn('"dltensor"', repr(capsules.pop()))
        self.assertEqual(self.pool.get_used(), 0)

    def test_read_only_flag(self):
        pool = make_pool(read_only_sharing=True)
        tensor = pool.allocate_tensor(16)
        imported = Mgr.Tensor.new_from_export(*tensor.export())
        self.assertRaises(BufferError, imported.__dlpack__)
        get = ctypes.pythonapi.PyCapsule_GetPointer
        get.restype, get.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
        for shared, flags in ((tensor, 0), (imported, 1)):
            capsule = shared.__dlpack__(max_version=(1, 0))
            address = get(capsule, b"dltensor_versioned")
            self.assertEqual(ctypes.c_uint64.from_address(address + 24).value, flags)

    def test_what_cannot_be_had(self):
        tensor = self.pool.allocate_tensor(16)
        self.assertRaises(BufferError, tensor.__dlpack__, copy=True)
        self.assertRaises(BufferError, tensor.__dlpack__, dl_device=(2, 0))
        tensor.__dlpack__(dl_device=(1, 0), copy=False, stream=None)


class SharingTest(TensorTest):
    def test_export(self):
        tensor = self.pool.allocate_tensor((2, 2), "uint8", "shared")
        description, fds = tensor.export()
        imported = Mgr.Tensor.new_from_export(description, fds)
        self.assertEqual((imported.shape, imported.description), ((2, 2), "shared"))
        tensor.write(0, GLib.Bytes.new(b"abcd"))
        self.assertEqual(imported.read(0, 4).get_data(), b"abcd")
        self.assertEqual(self.pool.lease_count, 1)
        tensor.release()
        imported.release()
        self.assertEqual(self.pool.get_used(), 64)
        del fds
        self.assertEqual(self.pool.lease_count, 0)
        self.assertEqual(self.pool.get_used(), 0)

    def test_more_exports_in_one_list(self):
        fds = Gio.UnixFDList()
        descriptions = [self.pool.allocate_tensor(n, "uint8").export(fds)[0] for n in (1, 2, 3)]
        self.assertEqual(fds.get_length(), 6)
        self.assertEqual([Mgr.Tensor.new_from_export(description, fds).nbytes
                          for description in descriptions], [1, 2, 3])

    def test_bad_export(self):
        self.assert_error(Mgr.Error.INVALID_ARGUMENT, Mgr.Tensor.new_from_export,
                          GLib.Variant("a{sv}", {}), None)

    @needs_numpy
    def test_shapes_and_types_of_numpy(self):
        for shape in (numpy.array([2, 3]), numpy.array(6), numpy.int64(6), [2, 3],
                      numpy.zeros((2, 3)).shape):
            tensor = self.pool.allocate_tensor(shape, numpy.dtype("float32"))
            self.assertEqual(math.prod(tensor.shape), 6)
        for shape in (numpy.array([2.5]), numpy.zeros((2, 2), int), None, 2.5):
            self.assertRaises(TypeError, self.pool.allocate_tensor, shape)

        for dtype in (">f4", numpy.dtype(">f4"), numpy.dtype("f4").newbyteorder()):
            self.assert_error(Mgr.Error.INVALID_ARGUMENT, self.pool.allocate_tensor, 6, dtype)
        self.assertEqual(self.pool.allocate_tensor(6, numpy.dtype("<f4")).dtype,
                         Mgr.DataType.FLOAT32)

    def test_bad_segment_size(self):
        for size in (0, -1, 1 << 63):
            with self.assertRaisesRegex(ValueError, "segment"):
                Mgr.TensorPool(name="tensors", capacity="16 MiB", segment_size=size)

    def test_sockets(self):
        one, other = socket.socketpair()
        with one, other:
            self.pool.allocate_tensor(4, "uint8", "sent").send(one)
            self.assertEqual(Mgr.Tensor.receive(other).description, "sent")
            # They go on as Python's own.
            one.sendall(b"plain")
            self.assertEqual(other.recv(5), b"plain")
            self.assertTrue(one.getblocking())
            one.shutdown(socket.SHUT_WR)
            self.assert_error(Mgr.Error.CLOSED, Mgr.Tensor.receive, other)

    def test_pipe_of_multiprocessing(self):
        one, other = multiprocessing.Pipe()
        with one, other:
            self.pool.allocate_tensor(4, "uint8", "piped").send(one)
            self.assertEqual(Mgr.Tensor.receive(other).description, "piped")
            one.send("text")
            self.assertEqual(other.recv(), "text")

    def test_wrong_thing_to_send_over(self):
        tensor = self.pool.allocate_tensor(4, "uint8")
        self.assertRaises(TypeError, tensor.send, "socket")
        self.assertRaises(TypeError, Mgr.Tensor.receive, None)
        with tempfile.TemporaryFile() as file:
            self.assertRaises(TypeError, tensor.send, file)

        reader, writer = multiprocessing.Pipe(duplex=False)
        with reader, writer:
            with self.assertRaisesRegex(TypeError, "duplex"):
                tensor.send(writer)
            self.assertRaises(TypeError, Mgr.Tensor.receive, reader)

        with socket.socket() as tcp:
            self.assertRaises(ValueError, tensor.send, tcp)
            self.assertRaises(ValueError, Mgr.Tensor.receive, tcp)
            gsocket = Gio.Socket.new_from_fd(os.dup(tcp.fileno()))
            self.assert_error(Mgr.Error.INVALID_ARGUMENT, tensor.send, gsocket)
            self.assert_error(Mgr.Error.INVALID_ARGUMENT, Mgr.Tensor.receive, gsocket)

    def test_sockets_of_both_kinds(self):
        tensor = self.pool.allocate_tensor(4, "uint8", "mixed")
        one, other = socket.socketpair()
        gsocket = Gio.Socket.new_from_fd(other.detach())
        with one:
            tensor.send(one)
            self.assertEqual(Mgr.Tensor.receive(gsocket).description, "mixed")
            tensor.send(gsocket)
            self.assertEqual(Mgr.Tensor.receive(one).description, "mixed")

    def test_socket_is_not_touched(self):
        one, other = multiprocessing.Pipe()
        received = []
        with one, other:
            receiver = threading.Thread(target=lambda: received.append(Mgr.Tensor.receive(one)))
            receiver.start()
            reader = threading.Thread(target=other.recv_bytes)
            reader.start()
            # More than fits into the socket at once.
            one.send_bytes(bytes(4 << 20))
            reader.join()
            self.assertTrue(os.get_blocking(one.fileno()))
            self.pool.allocate_tensor(4, "uint8", "there").send(other)
            receiver.join()
        self.assertEqual(received[0].description, "there")

    def test_socket_has_a_timeout(self):
        one, other = socket.socketpair()
        with one, other:
            other.settimeout(0.001)
            self.assertRaises(TimeoutError, Mgr.Tensor.receive, other)
            other.setblocking(False)
            self.assertRaises(BlockingIOError, Mgr.Tensor.receive, other)
            self.pool.allocate_tensor(4, "uint8", "at last").send(one)
            self.assertEqual(Mgr.Tensor.receive(other).description, "at last")

    def test_receiving_is_cancelled(self):
        for timeout in (None, 1000):
            one, other = socket.socketpair()
            cancellable = Gio.Cancellable()
            with one, other:
                other.settimeout(timeout)
                threading.Timer(0.001, cancellable.cancel).start()
                with self.assertRaises(GLib.Error) as caught:
                    Mgr.Tensor.receive(other, cancellable)
                self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                         Gio.IOErrorEnum.CANCELLED))
                self.assertEqual(other.gettimeout(), timeout)

    def test_default_timeout_of_sockets(self):
        one, other = multiprocessing.Pipe()
        socket.setdefaulttimeout(5)
        self.addCleanup(socket.setdefaulttimeout, None)
        with one, other:
            self.pool.allocate_tensor(4, "uint8", "piped").send(one)
            self.assertEqual(Mgr.Tensor.receive(other).description, "piped")
            self.assertTrue(os.get_blocking(one.fileno()))

    def test_no_tensor_comes(self):
        for data in (b"\xff\xff\xff\x7fabc", b"\x08\0\0\0abcdefgh"):
            one, other = socket.socketpair()
            with one, other:
                one.sendall(data)
                self.assert_error(Mgr.Error.INVALID_ARGUMENT, Mgr.Tensor.receive, other)
        one, other = socket.socketpair()
        with one, other:
            one.sendall(b"\x08\0\0\0abc")
            one.close()
            self.assert_error(Mgr.Error.CLOSED, Mgr.Tensor.receive, other)


class GpuTest(unittest.TestCase):
    def test_no_gpu_is_a_normal_state(self):
        for device in Mgr.GpuDevice.list():
            self.assertGreater(device.total, 0)
            self.assertGreaterEqual(device.total, device.available)
            self.assertIsInstance(device.name, str)
        manager = Mgr.Manager(total_budget="64 MiB", proc_path="/nonexistent")
        n_devices = len(Mgr.GpuDevice.list())
        with self.assertRaises(GLib.Error) as raised:
            manager.add_gpu(n_devices, "1 GiB")
        self.assertTrue(raised.exception.matches(Mgr.Error.quark(), Mgr.Error.NOT_AVAILABLE))


class LifetimeTest(TensorTest):
    def test_nothing_is_left(self):
        pool = weakref.ref(self.pool)
        for _ in range(100):
            with self.pool.allocate_tensor(16) as tensor:
                if numpy is not None:
                    numpy.asarray(tensor)
                tensor.__dlpack__()
                tensor.export()
        self.assertEqual(self.pool.lease_count, 0)
        self.assertEqual(self.pool.get_used(), 0)
        # The loop lets go of the sources of the leases.
        while GLib.MainContext.default().iteration(False):
            pass
        self.pool = tensor = None
        gc.collect()
        self.assertIsNone(pool())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + ["-v"])
