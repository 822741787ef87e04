/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Blocks in JavaScript: sizes as text, options, typed arrays. */

imports.gi.versions.Mgr = '1.0';
const {GLib, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, assertThrows, runTests, test} = imports.tap;

const KIB = 1 << 10;

function makePool(capacity = '256 KiB', flags = undefined) {
    return Mgr.StandardPool.new(null, 'ticks', capacity, flags);
}

test('sizes and options', () => {
    const pool = makePool();
    const block = pool.lookup(pool.allocate('10 KiB',
        {description: 'chain', priority: 7, tags: ['options']}));

    assertEqual([block.size, block.description, block.priority, block.tags, block.pinned],
        [10 * KIB, 'chain', 7, ['options'], false]);
    assertEqual(pool.lookup(pool.allocate(100, {alignment: '4 KiB'})).offset % (4 * KIB), 0);
    assertEqual(pool.lookup(pool.allocate(100, 'book', 3)).priority, 3);
    assertEqual(pool.lookup(pool.allocate(100)).description, '');
    assertThrows(() => pool.allocate(100, {alignment: 3}), Mgr.Error,
        Mgr.Error.INVALID_ARGUMENT);
    assertThrows(() => pool.allocate('1 MiB'), Mgr.Error, Mgr.Error.INFEASIBLE);
});

test('read and write', () => {
    const pool = makePool();
    const block = pool.allocate(64);

    pool.write(block, new Uint8Array([1, 2, 3]), 61);
    assertEqual([...pool.read(block, 61)], [1, 2, 3]);
    assertEqual([...pool.read(block, 62, 1)], [2]);
    assertEqual(pool.read(block).length, 64);
    assertThrows(() => pool.write(block, new Uint8Array(4), 61), Mgr.Error,
        Mgr.Error.INVALID_ARGUMENT);
});

test('what may be written', () => {
    const pool = makePool();
    const block = pool.allocate(4);

    for (const data of [[1, 2], 'ab', new Uint16Array([1]), new Uint8Array([3, 4]).buffer,
        new GLib.Bytes('cd')])
        pool.write(block, data, 1);
    assertEqual([...pool.read(block, 1, 2)], [99, 100]);
    pool.write(block, new Uint16Array([1]), 1);
    assertEqual([...pool.read(block, 1, 2)], [1, 0]);
    for (const wrong of [5, {}, null]) {
        let name = null;
        try {
            pool.write(block, wrong);
        } catch (error) {
            name = error.name;
        }
        assertEqual([wrong, name], [wrong, 'TypeError']);
    }
});

test('the most it may become', () => {
    const pool = Mgr.StandardPool.new(null, 'ticks', '256 KiB', Mgr.StandardPoolFlags.EVICT,
        {maxCapacity: '1 MiB'});

    assertEqual([pool.max_capacity, pool.active], [1024 * KIB, true]);
    pool.capacity = '1 MiB';
    assertEqual(pool.capacity, 1024 * KIB);
    assertThrows(() => {
        pool.capacity = '2 MiB';
    }, Mgr.Error, Mgr.Error.INFEASIBLE);
});

test('a view pins until it is collected', () => {
    const pool = makePool();
    const block = pool.allocate(64);
    let view = pool.view(block);
    let array = view.toArray();

    assertEqual([view.id, view.size, array.length], [block, 64, 64]);
    assertThrows(() => pool.free(block), Mgr.Error, Mgr.Error.BUSY);
    pool.write(block, new Uint8Array([42]));
    assertEqual(array[0], 42);
    view = null;
    array = null;
    imports.system.gc();
    imports.system.gc();
    pool.free(block);
    assertThrows(() => pool.free(block), Mgr.Error, Mgr.Error.DOUBLE_RELEASE);
    assertThrows(() => pool.view(block), Mgr.Error, Mgr.Error.NOT_FOUND);
});

test('lists', () => {
    const pool = makePool();

    for (let i = 0; i < 4; i++)
        pool.allocate(64, {description: `${i}`, tags: i % 2 ? null : ['even']});
    assertEqual(pool.list_blocks().map(block => block.description), ['0', '1', '2', '3']);
    assertEqual(pool.list_blocks('even').map(block => block.description), ['0', '2']);
    assertEqual(pool.list_blocks(null, 1, 2).map(block => block.description), ['1', '2']);
});

test('evict and move', () => {
    const pool = makePool('4 KiB', Mgr.StandardPoolFlags.EVICT);
    const blocks = [0, 1, 2, 3].map(i => pool.allocate(KIB, `${i}`, 5));
    const asked = [];
    const moved = [];

    pool.connect('evict', (_pool, block) => {
        asked.push(block.description);
        return block.id === blocks[0];
    });
    pool.connect('block-moved', (_pool, block) => moved.push(block));
    pool.allocate(KIB, 'new', 5);
    assertEqual(asked, ['0', '1']);
    assertEqual(pool.statistics.evicted_count, 1);
    pool.free(blocks[2]);
    pool.free(blocks[0]);
    assertEqual(pool.compact(), false);
    assertEqual(moved.length > 0, true);
    assertEqual(pool.fragmentation, 0);
    assertEqual(pool.get_histogram()[11], 1);
});

test('a virtual pool', () => {
    const pool = makePool(1000, Mgr.StandardPoolFlags.VIRTUAL);
    const block = pool.allocate(1);

    assertEqual(pool.used, 1);
    assertThrows(() => pool.view(block), Mgr.Error, Mgr.Error.NOT_AVAILABLE);
    assertThrows(() => pool.read(block), Mgr.Error, Mgr.Error.NOT_AVAILABLE);
});

runTests();
