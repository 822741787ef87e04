/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The scenario of tensors in JavaScript; scenario-tensor.py and test-scenario-tensor.c say
 * the same, line by line. */

imports.gi.versions.Mgr = '1.0';
const {Gio, GLib, Mgr} = imports.gi;

const MIB = 1 << 20;

const nicks = Object.fromEntries(Object.entries(Mgr.Error)
    .filter(([, code]) => typeof code === 'number')
    .map(([name, code]) => [code, name.toLowerCase().replace(/_/g, '-')]));

/* Calls, and says how the error reads if there is one. */
function attempt(what, fn) {
    try {
        fn();
        print(`${what}: done`);
    } catch (error) {
        print(`${what}: ${nicks[error.code]}: ${error.message}`);
    }
}

function show(pool, component) {
    /* First: it gives back what nobody holds any more. */
    const leases = pool.get_lease_count();
    print(`used ${pool.used}, charged ${pool.charged}, ${pool.allocation_count} tensors, ${
        leases} leases, component ${component.get_used()}`);
}

function describe(tensor) {
    print(`“${tensor.description}”: shape ${tensor.shape.join(' ')}, strides ${
        tensor.strides.join(' ')}, ${Mgr.DataType.get_name(tensor.dtype)}, ${
        tensor.nbytes} bytes at ${tensor.offset}, ${tensor.writable ? 'writable' : 'read-only'}`);
}

function sumOf(tensor) {
    return tensor.readArray(0, 6).reduce((sum, value) => sum + value, 0);
}

function playTensors(pool, component) {
    print('# tensors');
    const tensor = pool.allocate_tensor([2, 3], Mgr.DataType.FLOAT32, 'weights');
    describe(tensor);
    tensor.writeArray([0, 0.5, 1, 1.5, 2, 2.5]);
    print(`sum ${sumOf(tensor)}`);
    const second = pool.allocate_tensor([1], Mgr.DataType.COMPLEX128, null);
    describe(second);
    show(pool, component);
    second.release();
    return tensor;
}

function playBadInput(pool, component) {
    print('# bad input');
    const flat = Mgr.DataType.FLOAT32;
    attempt('empty', () => pool.allocate_tensor([3, 0], flat, null));
    attempt('negative', () => pool.allocate_tensor([-1], flat, null));
    attempt('overflowing', () => pool.allocate_tensor([2 ** 40, 2 ** 40], flat, null));
    attempt('type', () => Mgr.DataType.from_name('flaot32'));
    attempt('too much for ever', () => pool.allocate_tensor([7 * MIB], Mgr.DataType.INT8, null));
    attempt('too much now', () => pool.allocate_tensor([6 * MIB], Mgr.DataType.INT8, null));
    attempt('no pool', () => Mgr.TensorPool.new(component, 'little', 1));
    attempt('no tensor', () => Mgr.Tensor.new_from_export(new GLib.Variant('a{sv}', {}), null));
    show(pool, component);
}

function playSharing(pool, component, tensor) {
    print('# sharing');
    const [description, fds] = tensor.export(new Gio.UnixFDList());
    const imported = Mgr.Tensor.new_from_export(description, fds);
    describe(imported);
    for (const fd of fds.steal_fds())
        GLib.close(fd);
    show(pool, component);
    tensor.writeArray([2]);
    tensor.release();
    attempt('stale', () => tensor.read(0, 4));
    attempt('again', () => tensor.release());
    print(`sum ${sumOf(imported)}`);
    show(pool, component);
    imported.release();
    show(pool, component);
}

function playEnd(pool, component) {
    print('# end');
    print(`trimmed ${pool.trim(16 * MIB)}`);
    show(pool, component);
    pool.set_active(false);
    attempt('inactive', () => pool.allocate_tensor([1], Mgr.DataType.INT8, null));
    print(`leaks ${pool.get_leak_count()}`);
}

const manager = new Mgr.Manager({
    total_budget: 64 * MIB,
    proc_path: '/nonexistent',
    cgroup_path: '/nonexistent',
});
const models = manager.add_component('models', 8 * MIB);
const weights = Mgr.TensorPool.new(models, 'weights', 6 * MIB);
const shared = playTensors(weights, models);
playBadInput(weights, models);
playSharing(weights, models, shared);
playEnd(weights, models);
