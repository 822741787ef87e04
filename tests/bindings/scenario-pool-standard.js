// SPDX-FileCopyrightText: 2026 The libmgr contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The scenario of the standard pool in JavaScript; scenario-pool-standard.py and
// test-scenario-pool-standard.c say the same, line by line.

imports.gi.versions.Mgr = '1.0';
const ByteArray = imports.byteArray;
const {Mgr} = imports.gi;

const KIB = 1024;

const NICKS = Object.fromEntries(Object.entries(Mgr.Error)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => [value, name.toLowerCase().replaceAll('_', '-')]));

/* Calls and says how it went; the ids are no two times the same. */
function attempt(what, fn) {
    try {
        const value = fn();
        print(`${what}: done`);
        return value;
    } catch (error) {
        print(`${what}: ${NICKS[error.code]}`);
        return 0;
    }
}

function show(pool) {
    const {used, charged, allocation_count: count, largest_free: largest} = pool.statistics;
    print(`used ${used}, charged ${charged}, blocks ${count}, largest free ${largest}`);
    for (const block of pool.list_blocks()) {
        print(`  ${block.description} at ${block.offset}, ${block.size} bytes, ` +
            `priority ${block.priority}${block.pinned ? ', pinned' : ''}`);
    }
}

function playBlocks(pool) {
    print('# blocks');
    const quotes = pool.allocate(100 * KIB, {description: 'quotes', tags: ['SPY']});
    const trades = pool.allocate(10 * KIB, {
        description: 'trades', priority: 3, alignment: '4 KiB',
    });
    const book = pool.allocate(50 * KIB, 'book', 5);
    show(pool);
    print(`tagged: ${pool.list_blocks('SPY').map(block => block.description).join(' ')}`);

    pool.write(quotes, ByteArray.fromString('1 2 3'));
    print(`read: ${ByteArray.toString(pool.read(quotes, 2, 3))}`);
    attempt('read beyond', () => pool.read(quotes, 100 * KIB, 1));
    pool.pin(quotes);
    attempt('free what is pinned', () => pool.free(quotes));
    pool.unpin(quotes);
    pool.free(trades);
    attempt('free twice', () => pool.free(trades));
    attempt('use after free', () => pool.pin(trades));
    show(pool);
    return [quotes, book];
}

function playCompact(pool, quotes) {
    print('# compact');
    pool.connect('block-moved', (_pool, block, oldOffset, newOffset) => {
        print(`${pool.lookup(block).description} moved from ${oldOffset} to ${newOffset}`);
    });
    pool.free(quotes);
    print(`more to do: ${pool.compact() ? 'yes' : 'no'}`);
    show(pool);
}

function playEvict(pool, book) {
    print('# evict');
    const ticks = pool.allocate(128 * KIB, 'ticks', 2);
    pool.connect('evict', (_pool, block) => {
        print(`asked for ${block.description}`);
        return block.id === book;
    });
    attempt('not for less', () => pool.allocate(150 * KIB, 'less', 1));
    attempt('for more', () => pool.allocate(150 * KIB, 'more', 8));
    attempt('what was evicted', () => pool.lookup(ticks));
    attempt('never fits', () => pool.allocate(300 * KIB, 'never', 5));
    show(pool);
}

function playClose(pool, component) {
    print('# close');
    print(`trimmed ${pool.trim(2 ** 40)}`);
    pool.set_active(false);
    attempt('closed', () => pool.allocate(1, 'closed', 5));
    for (const block of pool.list_blocks())
        pool.free(block.id);
    show(pool);
    print(`component has used ${component.used}`);
}

function play() {
    const manager = Mgr.Manager.new(1024 * KIB);
    const component = manager.add_component('market', 512 * KIB);
    attempt('beyond the budget', () => Mgr.StandardPool.new(component, 'vast', 513 * KIB));
    const pool = Mgr.StandardPool.new(component, 'ticks', 256 * KIB,
        Mgr.StandardPoolFlags.EVICT);
    const [quotes, book] = playBlocks(pool);
    playCompact(pool, quotes);
    playEvict(pool, book);
    playClose(pool, component);
}

play();
