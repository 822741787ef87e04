# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The scenario of tensors in Python; scenario-tensor.js and test-scenario-tensor.c say the
same, line by line."""

import struct

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Gio, GLib, Mgr  # noqa: E402

MIB = 1 << 20


def attempt(what, function, *arguments):
    """Calls, and says how the error reads if there is one."""
    try:
        function(*arguments)
        print("%s: done" % what)
    except GLib.Error as error:
        print("%s: %s: %s" % (what, Mgr.Error(error.code).value_nick, error.message))


def show(pool, component):
    # First: it gives back what nobody holds any more.
    leases = pool.get_lease_count()
    print("used %d, charged %d, %d tensors, %d leases, component %d" % (
        pool.get_used(), pool.get_charged(), pool.get_allocation_count(), leases,
        component.get_used()))


def describe(tensor):
    print("“%s”: shape %s, strides %s, %s, %d bytes at %d, %s" % (
        tensor.description, " ".join(map(str, tensor.shape)), " ".join(map(str, tensor.strides)),
        Mgr.DataType.get_name(tensor.dtype), tensor.nbytes, tensor.offset,
        "writable" if tensor.writable else "read-only"))


def sum_of(tensor):
    return sum(struct.unpack("=6f", tensor.read(0, 24).get_data()))


def play_tensors(pool, component):
    print("# tensors")
    tensor = pool.allocate_tensor([2, 3], Mgr.DataType.FLOAT32, "weights")
    describe(tensor)
    tensor.write(0, GLib.Bytes.new(struct.pack("=6f", *(i * 0.5 for i in range(6)))))
    print("sum %g" % sum_of(tensor))
    second = pool.allocate_tensor([1], Mgr.DataType.COMPLEX128, None)
    describe(second)
    show(pool, component)
    second.release()
    return tensor


def play_bad_input(pool, component):
    print("# bad input")
    flat = Mgr.DataType.FLOAT32
    attempt("empty", pool.allocate_tensor, [3, 0], flat, None)
    attempt("negative", pool.allocate_tensor, [-1], flat, None)
    attempt("overflowing", pool.allocate_tensor, [1 << 40, 1 << 40], flat, None)
    attempt("type", Mgr.DataType.from_name, "flaot32")
    attempt("too much for ever", pool.allocate_tensor, [7 * MIB], Mgr.DataType.INT8, None)
    attempt("too much now", pool.allocate_tensor, [6 * MIB], Mgr.DataType.INT8, None)
    attempt("no pool", Mgr.TensorPool.new, component, "little", 1)
    attempt("no tensor", Mgr.Tensor.new_from_export, GLib.Variant("a{sv}", {}), None)
    show(pool, component)


def play_sharing(pool, component, tensor):
    print("# sharing")
    fds = Gio.UnixFDList()
    description, fds = tensor.export(fds)
    imported = Mgr.Tensor.new_from_export(description, fds)
    describe(imported)
    for fd in fds.steal_fds():
        GLib.close(fd)
    show(pool, component)
    tensor.write(0, GLib.Bytes.new(struct.pack("=f", 2)))
    tensor.release()
    attempt("stale", tensor.read, 0, 4)
    attempt("again", tensor.release)
    print("sum %g" % sum_of(imported))
    show(pool, component)
    imported.release()
    show(pool, component)


def play_end(pool, component):
    print("# end")
    print("trimmed %d" % pool.trim(16 * MIB))
    show(pool, component)
    pool.set_active(False)
    attempt("inactive", pool.allocate_tensor, [1], Mgr.DataType.INT8, None)
    print("leaks %d" % pool.get_leak_count())


def main():
    manager = Mgr.Manager(total_budget=64 * MIB, proc_path="/nonexistent",
                          cgroup_path="/nonexistent")
    component = manager.add_component("models", 8 * MIB)
    pool = Mgr.TensorPool.new(component, "weights", 6 * MIB)
    tensor = play_tensors(pool, component)
    play_bad_input(pool, component)
    play_sharing(pool, component, tensor)
    play_end(pool, component)


main()
