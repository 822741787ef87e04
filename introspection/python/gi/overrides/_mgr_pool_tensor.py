# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What makes tensors read like Python: arrays without a copy, ``with``, sockets.

A tensor is what NumPy takes for an array: ``numpy.asarray(tensor)`` is the same
memory, which does not go back to the pool before the last array of it is gone. NumPy
is not needed for anything else.
"""

import ctypes
import math
import operator

from gi.repository import Gio, GLib, GObject

from . import _mgr_tensor_socket

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


def _override_dlpack(Mgr):
    tensor = Mgr.Tensor
    export_dlpack = tensor.export_dlpack
    drop = ctypes.cast(_drop_capsule, ctypes.c_void_p)

    def dlpack_device(self):
        return int(self.get_device()), 0

    def dlpack(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        if dl_device is not None and tuple(dl_device) != dlpack_device(self):
            raise BufferError("The tensor is on the device %r alone" % (dlpack_device(self),))
        if copy:
            raise BufferError("A tensor is shared and not copied: copy it first")

        versioned = max_version is not None and max_version[0] >= 1
        try:
            pointer = export_dlpack(self, versioned)
        except GLib.Error as error:
            if error.matches(Mgr.Error.quark(), Mgr.Error.NOT_AVAILABLE):
                raise BufferError(error.message) from None
            raise
        return _capsule_new(pointer, b"dltensor_versioned" if versioned else b"dltensor", drop)

    tensor.__dlpack__ = dlpack
    tensor.__dlpack_device__ = dlpack_device


# Data types

# What Python itself has.
_PYTHON_TYPES = {bool: "bool", int: "int64", float: "float64", complex: "complex128"}


def _name_of_type(dtype):
    """What a type is called that somebody else has made, such as numpy.float32."""
    if isinstance(dtype, str):
        return dtype
    if isinstance(dtype, type) and dtype in _PYTHON_TYPES:
        return _PYTHON_TYPES[dtype]

    if not getattr(dtype, "isnative", True):
        # Its name does not say that its bytes are the other way round.
        return dtype.str

    name = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
    # As numpy.bool_ and torch.float32.
    return name.rpartition(".")[2].rstrip("_")


def _type_reader(Mgr):
    """A function that makes a member of Mgr.DataType of whatever names one."""
    members = [Mgr.DataType(value) for value in range(Mgr.DataType.COMPLEX128 + 1)]
    known = {Mgr.DataType.get_name(member): member for member in members}
    known.update((Mgr.DataType.get_typestr(member), member) for member in members
                 if member != Mgr.DataType.BFLOAT16)

    def read(dtype):
        if isinstance(dtype, Mgr.DataType):
            return dtype

        name = _name_of_type(dtype)
        return known[name] if name in known else Mgr.DataType.from_name(name).out_type
    return read


# Tensors

def _constant(name, get):
    """A property that never changes is asked for once."""
    def ask(self):
        try:
            return self.__dict__[name]
        except KeyError:
            return self.__dict__.setdefault(name, get(self))
    return property(ask)


def _add_attributes(tensor):
    get_shape, get_strides = tensor.get_shape, tensor.get_strides

    tensor.shape = _constant("_shape", lambda self: tuple(get_shape(self)))
    tensor.dtype = _constant("_dtype", tensor.get_dtype)
    tensor.nbytes = _constant("_nbytes", tensor.get_nbytes)
    tensor.writable = _constant("_writable", tensor.is_writable)
    tensor.strides = property(lambda self: tuple(get_strides(self)))
    tensor.offset = property(tensor.get_offset)
    tensor.description = property(tensor.get_description)
    tensor.device = property(tensor.get_device)
    tensor.released = property(tensor.is_released)


def _override_arrays(Mgr):
    tensor = Mgr.Tensor
    new_view, get_data, is_released = tensor.new_view, tensor.get_data, tensor.is_released
    get_typestr = Mgr.DataType.get_typestr
    typestrs = {Mgr.DataType(value): get_typestr(Mgr.DataType(value))
                for value in range(Mgr.DataType.COMPLEX128 + 1)}
    char = ctypes.c_char

    def make_interface(self):
        # An array refers to the buffer, and that to a view, which keeps the memory.
        view = new_view(self)
        memory = (char * self.nbytes).from_address(get_data(view))
        memory.view = view

        self._interface = interface = {
            "version": 3,
            "shape": self.shape,
            "typestr": typestrs[self.dtype],
            "data": memory if self.writable else memoryview(memory).toreadonly(),
        }
        return interface

    def array_interface(self):
        interface = self.__dict__.get("_interface")
        if interface is not None and not is_released(self):
            return interface

        try:
            return make_interface(self)
        except GLib.Error as error:
            # NumPy drops any other and goes on to __array__, which says why.
            raise AttributeError(error.message) from None

    def array(self, dtype=None, copy=None):
        import numpy

        get_data(self)
        result = numpy.asarray(self)
        if dtype is not None and dtype != result.dtype:
            return result.astype(dtype)
        return result.copy() if copy else result

    tensor.__array_interface__ = property(array_interface)
    tensor.__array__ = array


def _override_lifetime(Mgr):
    tensor = Mgr.Tensor
    release, is_released = tensor.release, tensor.is_released

    def release_with_buffer(self):
        released = release(self)
        self.__dict__.pop("_interface", None)
        self._writable = False
        return released

    def leave(self, *_exception):
        if not is_released(self):
            self.release()

    def represent(self):
        return "<Mgr.Tensor “%s” of %s %s%s>" % (
            self.description, " × ".join(map(str, self.shape)) or "1",
            Mgr.DataType.get_name(self.dtype), ", released" if self.released else "")

    tensor.__enter__ = lambda self: self
    tensor.__exit__ = leave
    tensor.__repr__ = represent
    tensor.release = release_with_buffer


def _override_sharing(Mgr):
    tensor = Mgr.Tensor
    export, send, receive = tensor.export, tensor.send, tensor.receive
    fetch = tensor.fetch

    def error_of(code):
        return lambda text: GLib.Error.new_literal(Mgr.Error.quark(), text, code)

    def export_with_fds(self, fds=None):
        """The description, and the Gio.UnixFDList that it belongs to."""
        fds = Gio.UnixFDList() if fds is None else fds
        return export(self, fds), fds

    def send_over(self, sock, cancellable=None):
        """Share the tensor with whoever receives it from a connected Unix socket.

        That may be a socket, a connection of multiprocessing.Pipe(), or a Gio.Socket. The
        timeout of a socket counts, and one that does not block is not waited for.
        """
        if isinstance(sock, Gio.Socket):
            return send(self, sock, cancellable)

        _mgr_tensor_socket.send(sock, *export_with_fds(self), cancellable)
        return True

    def receive_from(sock, cancellable=None):
        """Wait for a tensor that another process sends over a connected Unix socket."""
        if isinstance(sock, Gio.Socket):
            return receive(sock, cancellable)

        return tensor.new_from_export(*_mgr_tensor_socket.receive(
            sock, cancellable, error_of(Mgr.Error.CLOSED), error_of(Mgr.Error.INVALID_ARGUMENT)))

    def fetch_from(connection, bus_name, object_path, interface_name, method_name,
                   parameters=None, cancellable=None):
        """Call a method of a service that answers with return_to_invocation()."""
        return fetch(connection, bus_name, object_path, interface_name, method_name, parameters,
                     cancellable)

    tensor.fetch = staticmethod(fetch_from)
    tensor.export = export_with_fds
    tensor.send = send_over
    tensor.receive = staticmethod(receive_from)


# The pool

def _read_shape(shape):
    if isinstance(shape, (tuple, list)):
        return tuple(map(operator.index, shape))
    try:
        return (operator.index(shape),)
    except TypeError:
        # An array looks like a number, until it is asked which.
        return tuple(map(operator.index, shape))


def _override_pool(Mgr, tools, read_type):
    pool = Mgr.TensorPool
    allocate, reserve = pool.allocate_tensor, pool.reserve
    sizes = [Mgr.DataType.get_size(Mgr.DataType(value))
             for value in range(Mgr.DataType.COMPLEX128 + 1)]

    def allocate_tensor(self, shape, dtype="float32", description=None):
        """Take memory for a tensor: what is in it is what was there before.

        The shape is a number or a sequence of them; the type is one of Mgr.DataType, its
        name, or what NumPy, PyTorch or Python have for it.
        """
        shape = _read_shape(shape)
        dtype = read_type(dtype)
        tensor = tools.charge(allocate, self, shape, dtype, description)
        # Known already; what is asked for once costs as much as all the rest.
        tensor._shape, tensor._dtype, tensor._writable = shape, dtype, True
        tensor._nbytes = math.prod(shape) * sizes[dtype]
        return tensor

    def tensor_from(self, array, description=None):
        """A tensor with a copy of an array of NumPy, or of what it takes for one."""
        import numpy

        array = numpy.asarray(array)
        tensor = self.allocate_tensor(array.shape, array.dtype, description)
        numpy.copyto(numpy.asarray(tensor), array)
        return tensor

    def reserve_size(self, size):
        return tools.charge(reserve, self, tools.size(size))

    pool.allocate_tensor = allocate_tensor
    pool.tensor_from = tensor_from
    pool.reserve = reserve_size


def _check_segment_size(size):
    if not 1 <= size <= GLib.MAXINT64:
        raise ValueError(f"A segment has 1 to {GLib.MAXINT64} bytes, not {size}")
    return size


def _override_constructors(pool, tools):
    new = pool.new

    def init(self, component=None, name=None, capacity=0, **properties):
        if "segment_size" in properties:
            properties["segment_size"] = _check_segment_size(tools.size(properties["segment_size"]))
        GObject.Object.__init__(self, component=component, name=name,
                                capacity=tools.size(capacity), **properties)
        tools.charge(self.init, None)

    def new_with_size(component, name, capacity):
        return tools.charge(new, component, name, tools.size(capacity))

    pool.__init__ = init
    pool.new = staticmethod(new_with_size)


# GPUs

def _override_gpu(Mgr, tools):
    memory = Mgr.GpuMemory
    new, add_component, add_gpu = memory.new, memory.add_component, Mgr.Manager.add_gpu

    def new_with_size(device, budget=0):
        return tools.charge(new, device, tools.size(budget))

    def add_part(self, name, budget=0):
        return add_component(self, name, tools.size(budget))

    def add_device(self, device=0, budget=0):
        return tools.charge(add_gpu, self, device, tools.size(budget))

    memory.new = staticmethod(new_with_size)
    memory.add_component = add_part
    Mgr.Manager.add_gpu = add_device

    tools.add_object_attributes(memory)
    tools.add_record_attributes(Mgr.GpuDevice)


def override(Mgr, tools):
    _add_attributes(Mgr.Tensor)
    _override_arrays(Mgr)
    _override_dlpack(Mgr)
    _override_lifetime(Mgr)
    _override_sharing(Mgr)

    _override_pool(Mgr, tools, _type_reader(Mgr))
    _override_constructors(Mgr.TensorPool, tools)
    tools.add_object_attributes(Mgr.TensorPool)

    _override_gpu(Mgr, tools)
