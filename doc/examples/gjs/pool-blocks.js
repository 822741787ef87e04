#!/usr/bin/gjs
// SPDX-FileCopyrightText: 2026 The libmgr contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

// The last prices of many symbols in a small pool: those that nobody looks at give way.

imports.gi.versions.Mgr = '1.0';
const {Mgr} = imports.gi;

const KIB = 1 << 10;
const N_PRICES = 1000;
const N_SYMBOLS = 40;

const manager = Mgr.Manager.new('64 MiB');
const pool = Mgr.StandardPool.new(manager.add_component('trading-data'), 'prices', '128 KiB',
    Mgr.StandardPoolFlags.EVICT);
const blocks = new Map();
let evicted = 0;

pool.connect('evict', (_pool, block) => {
    for (const [symbol, id] of blocks) {
        if (id === block.id)
            blocks.delete(symbol);
    }
    evicted++;
    return false;
});

for (let symbol = 0; symbol < N_SYMBOLS; symbol++) {
    const prices = Float64Array.from({length: N_PRICES}, (_value, i) => symbol + i);
    blocks.set(symbol, pool.allocate(prices.byteLength));
    pool.write(blocks.get(symbol), new Uint8Array(prices.buffer));
    pool.touch(blocks.get(0));
}

const octets = pool.read(blocks.get(0), 8 * (N_PRICES - 1), 8).slice();
const last = new Float64Array(octets.buffer)[0];
print(`${blocks.size} symbols are kept, ${evicted} gave way`);
print(`the first one was always of use: its last price is ${last}`);
print(`used ${Math.floor(pool.used / KIB)} KiB of ${pool.capacity / KIB}`);
