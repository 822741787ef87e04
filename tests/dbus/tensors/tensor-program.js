/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* tensor-program.c in JavaScript. */

imports.gi.versions.Mgr = '1.0';
const {Gio, GLib, Mgr} = imports.gi;

const PATH = '/org/libmgr/Test';
const INTERFACE = 'org.libmgr.Test.Tensors';

const XML = `
<node>
  <interface name='org.libmgr.Test.Tensors'>
    <method name='Give'><arg type='a{sv}' direction='out'/></method>
    <method name='Share'><arg type='a{sv}' direction='out'/></method>
    <method name='Figures'><arg type='t' direction='out'/><arg type='t' direction='out'/></method>
    <method name='Trim'><arg type='t' direction='out'/></method>
  </interface>
</node>`;

class Owner {
    constructor(readOnly) {
        this.pool = new Mgr.TensorPool({
            name: 'shared',
            capacity: 1 << 20,
            read_only_sharing: readOnly,
        });
        this.pool.init(null);
        this.shared = null;
    }

    makeTensor() {
        const tensor = this.pool.allocate_tensor([3, 4], 'float32', 'halves');
        tensor.writeArray(Array.from({length: 12}, (_value, i) => i * 0.5));
        return tensor;
    }

    GiveAsync(_parameters, invocation) {
        const tensor = this.makeTensor();
        tensor.return_to_invocation(invocation);
        tensor.release();
    }

    ShareAsync(_parameters, invocation) {
        this.shared ??= this.makeTensor();
        this.shared.return_to_invocation(invocation);
    }

    Figures() {
        return [this.pool.used, this.pool.charged];
    }

    Trim() {
        return this.pool.trim();
    }
}

function beOwner(connection, name, readOnly) {
    const exported = Gio.DBusExportedObject.wrapJSObject(XML, new Owner(readOnly));
    exported.export(connection, PATH);
    Gio.bus_own_name_on_connection(connection, name, Gio.BusNameOwnerFlags.NONE,
        () => print('ready'), null);
    GLib.MainLoop.new(null, false).run();
}

function tell(tensor) {
    const sum = tensor.readArray().reduce((total, value) => total + value, 0);
    print(`${tensor.description}: ${tensor.shape.join('×')} ${
        Mgr.DataType.get_name(tensor.dtype)}, sum ${sum}, ${
        tensor.writable ? 'writable' : 'read-only'}`);
}

function obey(tensor, command) {
    if (command === 'read') {
        tell(tensor);
    } else if (command === 'write') {
        try {
            tensor.writeArray([100]);
            print('written');
        } catch (error) {
            print('refused');
        }
    } else {
        tensor.release();
        print('released');
    }
}

function beReader(tensor) {
    const input = Gio.DataInputStream.new(new Gio.UnixInputStream({fd: 0}));

    tell(tensor);
    for (;;) {
        const [line] = input.read_line_utf8(null);
        if (line === null)
            return;
        obey(tensor, line);
    }
}

/* Calls back with a tensor that was fetched while the main loop ran. */
function fetchLater(connection, name, method, promised, callback) {
    const loop = GLib.MainLoop.new(null, false);
    const address = [connection, name, PATH, INTERFACE, method];
    const obtain = get => {
        try {
            callback(get());
        } finally {
            loop.quit();
        }
    };

    if (promised) {
        Mgr.Tensor.fetch_async(...address).then(tensor => obtain(() => tensor), error => {
            print(error.message);
            loop.quit();
        });
    } else {
        Mgr.Tensor.fetch_async(...address, null, null,
            (_source, result) => obtain(() => Mgr.Tensor.fetch_finish(result)));
    }
    loop.run();
}

const [role, name, ...rest] = ARGV;
const connection = Gio.bus_get_sync(Gio.BusType.SESSION, null);
if (role === 'owner')
    beOwner(connection, name, rest.length > 0);
else if (role === 'reader')
    beReader(Mgr.Tensor.fetch(connection, name, PATH, INTERFACE, rest[0]));
else
    fetchLater(connection, name, rest[0], role === 'promised-reader', beReader);
