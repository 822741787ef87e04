/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What all kinds of pools have in common, in JavaScript; and the classic helpers. */

const {GLib, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, runTests, test} = imports.tap;

const KIB = 1 << 10;
const MIB = 1 << 20;

const context = GLib.MainContext.default();

function settle() {
    while (context.iteration(false))
        ;
}

function assertThrows(code, fn) {
    let thrown = null;

    try {
        fn();
    } catch (error) {
        thrown = error;
    }
    if (!thrown?.matches(Mgr.Error, code))
        throw new Error(`${thrown} is not an error with the code ${code}`);
}

function assertRange(fn) {
    let thrown = null;

    try {
        fn();
    } catch (error) {
        thrown = error;
    }
    assertEqual(thrown instanceof RangeError, true);
}

function makePool() {
    const manager = Mgr.Manager.new('64 MiB');
    const component = manager.add_component('market', '32 MiB');
    const pool = Mgr.StandardPool.new(component, 'ticks', MIB, Mgr.StandardPoolFlags.VIRTUAL);
    const ids = [0, 1, 2].map(() => pool.allocate(64 * KIB, null, 5, null));

    return {manager, component, pool, ids};
}

test('attributes', () => {
    const {component, pool} = makePool();

    assertEqual([pool.name, pool.capacity, pool.used, pool.peak, pool.charged, pool.available],
        ['ticks', MIB, 192 * KIB, 192 * KIB, 192 * KIB, 832 * KIB]);
    assertEqual([pool.allocation_count, pool.fragmentation, pool.low_water, pool.high_water],
        [3, 0, 0.7, 0.9]);
    assertEqual([pool.active, pool.flushing, pool.component === component], [true, false, true]);
});

test('statistics', () => {
    const {pool, ids} = makePool();

    pool.free(ids[1]);
    const {allocation_count: count, available, capacity, charged, evicted_bytes: evictedBytes,
        evicted_count: evicted, largest_free: largest, peak, refused_count: refused,
        total_count: total, trimmed_bytes: trimmed, used, fragmentation} = pool.statistics;
    assertEqual([count, available, capacity, charged, evictedBytes, evicted, largest, peak,
        refused, total, trimmed, used], [2, 896 * KIB, MIB, 128 * KIB, 0, 0, 832 * KIB, 192 * KIB,
        0, 3, 0, 128 * KIB]);
    assertEqual(Math.abs(fragmentation - (1 - 832 / 896)) < 1e-9, true);
});

test('occupancy', () => {
    const {pool, ids} = makePool();

    pool.free(ids[1]);
    assertEqual(pool.occupancy(8), [0.5, 0.5, 0, 0, 0, 0, 0, 0]);
    assertEqual(pool.occupancy().length, 64);
    for (const wrong of [0, -1, 4097, NaN])
        assertRange(() => pool.occupancy(wrong));
});

test('capacity as text', () => {
    const {pool} = makePool();

    pool.set_capacity('512 KiB');
    assertEqual(pool.capacity, 512 * KIB);
    assertThrows(Mgr.Error.INVALID_ARGUMENT, () => pool.set_capacity('0'));
});

test('properties that are set', () => {
    const {pool} = makePool();

    pool.capacity = '2 MiB';
    assertEqual(pool.capacity, 2 * MIB);
    pool.capacity = MIB;
    assertEqual(pool.capacity, MIB);
    assertThrows(Mgr.Error.BUSY, () => {
        pool.capacity = 64 * KIB;
    });
    pool.flushing = true;
    assertThrows(Mgr.Error.CLOSED, () => pool.allocate(1));
    pool.flushing = false;
    pool.active = false;
    assertEqual([pool.active, pool.flushing], [false, false]);
    assertThrows(Mgr.Error.CLOSED, () => pool.allocate(1));
});

test('state', () => {
    const {pool} = makePool();

    pool.flushing = true;
    assertThrows(Mgr.Error.CLOSED, () => pool.allocate(1, null, 5, null));
    pool.flushing = false;
    pool.set_active(false);
    assertThrows(Mgr.Error.CLOSED, () => pool.allocate(1, null, 5, null));
});

test('waters', () => {
    const {pool, ids} = makePool();
    const heard = [];

    pool.connect('high-water', (_pool, used) => heard.push(['high', used]));
    pool.connect('low-water', (_pool, used) => heard.push(['low', used]));
    pool.set_waters(0.1, 0.25);
    ids.push(pool.allocate(64 * KIB, null, 5, null));
    settle();
    ids.forEach(id => pool.free(id));
    settle();
    assertEqual(heard, [['high', 256 * KIB], ['low', 64 * KIB]]);
});

test('trim takes all by default', () => {
    const {pool} = makePool();

    assertEqual([pool.trim(), pool.trim('1 MiB')], [0, 0]);
});

test('manager', () => {
    const {manager, pool} = makePool();

    manager.add_pool(pool);
    assertEqual([manager.pools.get_n_items(), manager.pools.get_item(0) === pool], [1, true]);
    assertEqual(manager.lookup_pool('ticks') === pool, true);
    assertThrows(Mgr.Error.EXISTS, () => manager.add_pool(pool));
    assertEqual([manager.remove_pool(pool), manager.remove_pool(pool)], [true, false]);
});

test('classic helpers', () => {
    const manager = Mgr.Manager.new('1 GB');
    const tensors = Mgr.createMlTensorPool(100, {manager});
    const ticks = Mgr.createTradingDataPool(0.5, {manager, name: 'ticks', component: 'quotes'});

    assertEqual([tensors instanceof Mgr.TensorPool, tensors.component.path, tensors.name],
        [true, 'ml-models', 'ml-tensors']);
    assertEqual([ticks instanceof Mgr.StandardPool, ticks.component.path, ticks.name],
        [true, 'quotes', 'ticks']);
    assertEqual([tensors.capacity >= 100000000, ticks.capacity >= 500000], [true, true]);
    assertEqual(Boolean(ticks.get_flags() & Mgr.StandardPoolFlags.EVICT), true);
    assertEqual(manager.lookup_pool('ml-tensors') === tensors, true);
    for (const wrong of [0, -1, NaN])
        assertRange(() => Mgr.createTradingDataPool(wrong, {manager}));
});

runTests();
