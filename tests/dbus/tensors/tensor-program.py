# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""tensor-program.c in Python."""

import struct
import sys

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Gio, GLib, Mgr  # noqa: E402

PATH = "/org/libmgr/Test"
INTERFACE = "org.libmgr.Test.Tensors"

XML = """
<node>
  <interface name='org.libmgr.Test.Tensors'>
    <method name='Give'><arg type='a{sv}' direction='out'/></method>
    <method name='Share'><arg type='a{sv}' direction='out'/></method>
    <method name='Figures'><arg type='t' direction='out'/><arg type='t' direction='out'/></method>
    <method name='Trim'><arg type='t' direction='out'/></method>
  </interface>
</node>"""


class Owner:
    def __init__(self, read_only):
        self.pool = Mgr.TensorPool(name="shared", capacity="1 MiB", read_only_sharing=read_only)
        self.shared = None

    def make_tensor(self):
        tensor = self.pool.allocate_tensor((3, 4), "float32", "halves")
        tensor.write(0, GLib.Bytes.new(struct.pack("=12f", *(i * 0.5 for i in range(12)))))
        return tensor

    def answer(self, _connection, _sender, _path, _interface, method, _parameters, invocation):
        if method == "Give":
            with self.make_tensor() as tensor:
                tensor.return_to_invocation(invocation)
        elif method == "Share":
            self.shared = self.shared or self.make_tensor()
            self.shared.return_to_invocation(invocation)
        elif method == "Figures":
            figures = (self.pool.get_used(), self.pool.get_charged())
            invocation.return_value(GLib.Variant("(tt)", figures))
        else:
            invocation.return_value(GLib.Variant("(t)", (self.pool.trim(),)))


def be_owner(connection, name, read_only):
    owner = Owner(read_only)
    info = Gio.DBusNodeInfo.new_for_xml(XML)
    connection.register_object(PATH, info.interfaces[0], owner.answer)
    Gio.bus_own_name_on_connection(connection, name, Gio.BusNameOwnerFlags.NONE,
                                   lambda *_: print("ready", flush=True), None)
    GLib.MainLoop().run()


def ask(connection, name, method):
    return Mgr.Tensor.new_from_export(*connection.call_with_unix_fd_list_sync(
        name, PATH, INTERFACE, method, None, GLib.VariantType("(a{sv})"),
        Gio.DBusCallFlags.NONE, -1, None, None))


def tell(tensor):
    numbers = struct.unpack("=12f", tensor.read(0, tensor.nbytes).get_data())
    print("%s: %s %s, sum %g, %s" % (
        tensor.description, "×".join(map(str, tensor.shape)), Mgr.DataType.get_name(tensor.dtype),
        sum(numbers), "writable" if tensor.writable else "read-only"), flush=True)


def be_reader(tensor):
    tell(tensor)
    for line in iter(sys.stdin.readline, ""):
        command = line.strip()
        if command == "read":
            tell(tensor)
        elif command == "write":
            try:
                tensor.write(0, GLib.Bytes.new(struct.pack("=f", 100)))
                print("written", flush=True)
            except GLib.Error:
                print("refused", flush=True)
        else:
            tensor.release()
            print("released", flush=True)


def fetch_later(connection, name, method):
    """The tensor, fetched while the main loop runs."""
    loop = GLib.MainLoop()
    results = []

    def fetched(_source, result):
        results.append(result)
        loop.quit()

    Mgr.Tensor.fetch_async(connection, name, PATH, INTERFACE, method, None, None, fetched)
    loop.run()
    try:
        return Mgr.Tensor.fetch_finish(results[0])
    except GLib.Error as error:
        print(error.message)
        sys.exit()


def main(role, name, *rest):
    connection = Gio.bus_get_sync(Gio.BusType.SESSION)
    if role == "owner":
        be_owner(connection, name, bool(rest))
    elif role == "reader":
        be_reader(ask(connection, name, rest[0]))
    else:
        be_reader(fetch_later(connection, name, rest[0]))


main(*sys.argv[1:])
