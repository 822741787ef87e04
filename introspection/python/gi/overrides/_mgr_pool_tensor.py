# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What makes tensors read like Python: arrays without a copy, ``with``, sockets.

A tensor is what NumPy takes for an array: ``numpy.asarray(tensor)`` is the same
memory, which does not go back to the pool before the last array of it is gone. NumPy
is not needed for anything else.

Mgr.py imports this once it has what is needed here.
"""

import contextlib
import ctypes
import operator
import os

from gi.repository import Gio, GLib, GObject

from ..module import get_introspection_module
from .Mgr import _charge, _size

Mgr = get_introspection_module("Mgr")


# DLPack, which hands memory to other libraries in a capsule

class _DLTensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device_type", ctypes.c_int32),
                ("device_id", ctypes.c_int32), ("ndim", ctypes.c_int32),
                ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
                ("shape", ctypes.c_void_p), ("strides", ctypes.c_void_p),
                ("byte_offset", ctypes.c_uint64)]


class _DLManagedTensor(ctypes.Structure):
    _fields_ = [("tensor", _DLTensor), ("manager_context", ctypes.c_void_p),
                ("deleter", ctypes.CFUNCTYPE(None, ctypes.c_void_p))]


class _DLManagedTensorVersioned(ctypes.Structure):
    _fields_ = [("major", ctypes.c_uint32), ("minor", ctypes.c_uint32),
                ("manager_context", ctypes.c_void_p),
                ("deleter", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
                ("flags", ctypes.c_uint64), ("tensor", _DLTensor)]


# By the name of the capsule, which changes once somebody has taken what is in it.
_CAPSULES = {b"dltensor": _DLManagedTensor, b"dltensor_versioned": _DLManagedTensorVersioned}

# A library of its own: others may have declared the same functions in another way.
_python = ctypes.PyDLL(None)
_capsule_new = _python.PyCapsule_New
_capsule_new.restype = ctypes.py_object
_capsule_new.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
_capsule_is_valid = _python.PyCapsule_IsValid
_capsule_is_valid.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
_capsule_get = _python.PyCapsule_GetPointer
_capsule_get.restype = ctypes.c_void_p
_capsule_get.argtypes = (ctypes.c_void_p, ctypes.c_char_p)


@ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
def _drop_capsule(capsule):
    """Nobody took what is in it. The capsule is half gone, so it stays an address."""
    for name, kind in _CAPSULES.items():
        if _capsule_is_valid(capsule, name):
            pointer = _capsule_get(capsule, name)
            kind.from_address(pointer).deleter(pointer)


_tensor_export_dlpack = Mgr.Tensor.export_dlpack


def _dlpack(self, *, stream=None, max_version=None, dl_device=None, copy=None):
    if dl_device is not None and tuple(dl_device) != _dlpack_device(self):
        raise BufferError("The tensor is on the device %r alone" % (_dlpack_device(self),))
    if copy:
        raise BufferError("A tensor is shared and not copied: copy it first")

    versioned = max_version is not None and max_version[0] >= 1
    try:
        pointer = _tensor_export_dlpack(self, versioned)
    except GLib.Error as error:
        if error.matches(Mgr.Error.quark(), Mgr.Error.NOT_AVAILABLE):
            raise BufferError(error.message) from None
        raise
    return _capsule_new(pointer, b"dltensor_versioned" if versioned else b"dltensor",
                        ctypes.cast(_drop_capsule, ctypes.c_void_p))


def _dlpack_device(self):
    return int(self.get_device()), 0


Mgr.Tensor.__dlpack__ = _dlpack
Mgr.Tensor.__dlpack_device__ = _dlpack_device


# Data types

_MEMBERS = [Mgr.DataType(value) for value in range(Mgr.DataType.COMPLEX128 + 1)]
_TYPESTRS = {member: Mgr.DataType.get_typestr(member) for member in _MEMBERS}
_TYPES = {Mgr.DataType.get_name(member): member for member in _MEMBERS}
_TYPES.update((typestr, member) for member, typestr in _TYPESTRS.items()
              if member != Mgr.DataType.BFLOAT16)

# What Python itself has.
_PYTHON_TYPES = {bool: "bool", int: "int64", float: "float64", complex: "complex128"}


def _name_of_type(dtype):
    """What a type is called that somebody else has made, such as numpy.float32."""
    if isinstance(dtype, str):
        return dtype
    if isinstance(dtype, type) and dtype in _PYTHON_TYPES:
        return _PYTHON_TYPES[dtype]

    name = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
    # As numpy.bool_ and torch.float32.
    return name.rpartition(".")[2].rstrip("_")


def _to_dtype(dtype):
    if isinstance(dtype, Mgr.DataType):
        return dtype

    name = _name_of_type(dtype)
    return _TYPES[name] if name in _TYPES else Mgr.DataType.from_name(name).out_type


# Tensors

_tensor_release = Mgr.Tensor.release
_tensor_is_released = Mgr.Tensor.is_released
_tensor_is_writable = Mgr.Tensor.is_writable
_tensor_new_view = Mgr.Tensor.new_view
_tensor_get_data = Mgr.Tensor.get_data
_tensor_export = Mgr.Tensor.export
_tensor_send = Mgr.Tensor.send
_tensor_receive = Mgr.Tensor.receive
_char = ctypes.c_char


def _make_interface(self):
    # An array refers to the buffer, and that to a view, which keeps the memory.
    view = _tensor_new_view(self)
    memory = (_char * self.nbytes).from_address(_tensor_get_data(view))
    memory.view = view

    self._interface = interface = {
        "version": 3,
        "shape": self.shape,
        "typestr": _TYPESTRS[self.dtype],
        "data": memory if self.writable else memoryview(memory).toreadonly(),
    }
    return interface


def _array_interface(self):
    interface = self.__dict__.get("_interface")
    if interface is not None and not _tensor_is_released(self):
        return interface

    try:
        return _make_interface(self)
    except GLib.Error as error:
        # NumPy drops any other and goes on to __array__, which says why.
        raise AttributeError(error.message) from None


def _array(self, dtype=None, copy=None):
    import numpy

    _tensor_get_data(self)
    result = numpy.asarray(self)
    if dtype is not None and dtype != result.dtype:
        return result.astype(dtype)
    return result.copy() if copy else result


def _release(self):
    released = _tensor_release(self)
    self.__dict__.pop("_interface", None)
    self._writable = False
    return released


def _tensor_enter(self):
    return self


def _tensor_exit(self, *_exception):
    if not _tensor_is_released(self):
        self.release()


def _export(self, fds=None):
    """The description, and the Gio.UnixFDList that it belongs to."""
    fds = Gio.UnixFDList() if fds is None else fds
    return _tensor_export(self, fds), fds


@contextlib.contextmanager
def _as_gsocket(sock):
    """A Gio.Socket for whatever has a file descriptor, which stays as it was."""
    if isinstance(sock, Gio.Socket):
        yield sock
        return

    blocking = os.get_blocking(sock.fileno())
    duplicate = Gio.Socket.new_from_fd(os.dup(sock.fileno()))
    try:
        yield duplicate
    finally:
        # GIO makes its descriptors non-blocking, and the duplicate shares that.
        os.set_blocking(sock.fileno(), blocking)


def _send(self, sock, cancellable=None):
    """Share the tensor with whoever receives it from a connected Unix socket.

    That may be a socket, a connection of multiprocessing.Pipe(), or a Gio.Socket.
    """
    with _as_gsocket(sock) as gsocket:
        return _tensor_send(self, gsocket, cancellable)


def _receive(sock, cancellable=None):
    """Wait for a tensor that another process sends over a connected Unix socket."""
    with _as_gsocket(sock) as gsocket:
        return _tensor_receive(gsocket, cancellable)


def _represent(self):
    return "<Mgr.Tensor “%s” of %s %s%s>" % (
        self.description, " × ".join(map(str, self.shape)) or "1",
        Mgr.DataType.get_name(self.dtype), ", released" if self.released else "")


def _constant(name, get):
    """A property that never changes is asked for once."""
    def ask(self):
        try:
            return self.__dict__[name]
        except KeyError:
            return self.__dict__.setdefault(name, get(self))
    return property(ask)


_tensor_get_shape = Mgr.Tensor.get_shape

Mgr.Tensor.__array_interface__ = property(_array_interface)
Mgr.Tensor.__array__ = _array
Mgr.Tensor.__enter__ = _tensor_enter
Mgr.Tensor.__exit__ = _tensor_exit
Mgr.Tensor.__repr__ = _represent
Mgr.Tensor.release = _release
Mgr.Tensor.export = _export
Mgr.Tensor.send = _send
Mgr.Tensor.receive = staticmethod(_receive)
Mgr.Tensor.shape = _constant("_shape", lambda self: tuple(_tensor_get_shape(self)))
Mgr.Tensor.dtype = _constant("_dtype", Mgr.Tensor.get_dtype)
Mgr.Tensor.nbytes = _constant("_nbytes", Mgr.Tensor.get_nbytes)
Mgr.Tensor.strides = property(lambda self: tuple(self.get_strides()))
Mgr.Tensor.offset = property(Mgr.Tensor.get_offset)
Mgr.Tensor.description = property(Mgr.Tensor.get_description)
Mgr.Tensor.device = property(Mgr.Tensor.get_device)
Mgr.Tensor.writable = _constant("_writable", _tensor_is_writable)
Mgr.Tensor.released = property(_tensor_is_released)


# The pool

_pool_new = Mgr.TensorPool.new
_pool_allocate_tensor = Mgr.TensorPool.allocate_tensor
_pool_reserve = Mgr.TensorPool.reserve


def _pool_init(self, component=None, name=None, capacity=0, **properties):
    if "segment_size" in properties:
        properties["segment_size"] = _size(properties["segment_size"])
    GObject.Object.__init__(self, component=component, name=name, capacity=_size(capacity),
                            **properties)
    _charge(self.init, None)


def _new_pool(component, name, capacity):
    return _charge(_pool_new, component, name, _size(capacity))


def _allocate_tensor(self, shape, dtype="float32", description=None):
    """Take memory for a tensor: what is in it is what was there before.

    The shape is a number or a sequence of them; the type is one of Mgr.DataType, its
    name, or what NumPy, PyTorch or Python have for it.
    """
    shape = (shape,) if hasattr(shape, "__index__") else tuple(map(operator.index, shape))
    dtype = _to_dtype(dtype)
    tensor = _charge(_pool_allocate_tensor, self, shape, dtype, description)
    # Known already; what is asked for once costs as much as all the rest.
    tensor._shape, tensor._dtype, tensor._writable = shape, dtype, True
    return tensor


def _tensor_from(self, array, description=None):
    """A tensor with a copy of an array of NumPy, or of what it takes for one."""
    import numpy

    array = numpy.asarray(array)
    tensor = self.allocate_tensor(array.shape, array.dtype, description)
    numpy.copyto(numpy.asarray(tensor), array)
    return tensor


def _reserve(self, size):
    return _charge(_pool_reserve, self, _size(size))


Mgr.TensorPool.__init__ = _pool_init
Mgr.TensorPool.new = staticmethod(_new_pool)
Mgr.TensorPool.allocate_tensor = _allocate_tensor
Mgr.TensorPool.tensor_from = _tensor_from
Mgr.TensorPool.reserve = _reserve


# GPUs

_gpu_memory_new = Mgr.GpuMemory.new
_gpu_memory_add_component = Mgr.GpuMemory.add_component
_manager_add_gpu = Mgr.Manager.add_gpu


def _new_gpu_memory(device, budget=0):
    return _charge(_gpu_memory_new, device, _size(budget))


def _add_gpu_component(self, name, budget=0):
    return _gpu_memory_add_component(self, name, _size(budget))


def _add_gpu(self, device=0, budget=0):
    return _charge(_manager_add_gpu, self, device, _size(budget))


Mgr.GpuMemory.new = staticmethod(_new_gpu_memory)
Mgr.GpuMemory.add_component = _add_gpu_component
Mgr.Manager.add_gpu = _add_gpu
