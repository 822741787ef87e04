// SPDX-FileCopyrightText: 2026 The libmgr contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

// Two processes work on one array of numbers, which is nowhere copied.

imports.gi.versions.Mgr = '1.0';
const {Gio, GLib, Mgr} = imports.gi;

const DAYS = 250;
const STOCKS = 1000;

/* In the other process: makes changes of prices, where they are. */
function work(path) {
    const socket = Gio.Socket.new(Gio.SocketFamily.UNIX, Gio.SocketType.STREAM, 0);
    socket.connect(Gio.UnixSocketAddress.new(path), null);

    const tensor = Mgr.Tensor.receive(socket);
    const prices = tensor.toArray();
    print(`worker: ${tensor.shape.join(' × ')} prices, ${tensor.nbytes} bytes`);
    for (let i = prices.length - 1; i >= STOCKS; i--)
        prices[i] = prices[i] / prices[i - STOCKS] - 1;
    tensor.release();
}

/* A socket in a folder of its own, which the worker connects to. */
function runWorker(tensor) {
    const folder = GLib.Dir.make_tmp('shared-tensor-XXXXXX');
    const path = GLib.build_filenamev([folder, 'socket']);
    const listener = Gio.Socket.new(Gio.SocketFamily.UNIX, Gio.SocketType.STREAM, 0);

    listener.bind(Gio.UnixSocketAddress.new(path), false);
    listener.listen();
    const worker = Gio.Subprocess.new(['gjs', imports.system.programInvocationName, path],
        Gio.SubprocessFlags.NONE);
    tensor.send(listener.accept(null));
    worker.wait_check(null);
    GLib.unlink(path);
    GLib.rmdir(folder);
}

function main() {
    const manager = Mgr.Manager.new('64 MiB');
    const models = manager.add_component('models', '16 MiB');
    const pool = Mgr.TensorPool.new(models, 'prices', '8 MiB');
    const tensor = pool.allocate_tensor([DAYS, STOCKS], 'float32', 'prices');

    /* Written and read by copies, as an array would hold the memory until it is collected. */
    for (let day = 0; day < DAYS; day++)
        tensor.writeArray(new Float32Array(STOCKS).fill(100 * 1.01 ** day), day * STOCKS);
    print(`owner: ${models.used} bytes are charged to ${models.path}`);

    runWorker(tensor);
    const changes = tensor.readArray(STOCKS);
    const sum = changes.reduce((total, change) => total + change, 0);
    print(`owner: the mean change is ${(sum / changes.length).toFixed(4)}`);
    tensor.release();
    print(`owner: ${pool.lease_count} leases are left, and ${pool.used} bytes in use`);
}

if (ARGV.length > 0)
    work(ARGV[0]);
else
    main();
