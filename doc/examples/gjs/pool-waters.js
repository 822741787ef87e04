/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A pool of quotes that is told when it is nearly full, and lets the older ones go before
 * anybody is refused. */

imports.gi.versions.Mgr = '1.0';
const {GLib, Mgr} = imports.gi;

const KIB = 1 << 10;

const manager = Mgr.Manager.new('64 MiB');
const pool = Mgr.StandardPool.new(manager.add_component('trading-data'), 'quotes', KIB * KIB,
    Mgr.StandardPoolFlags.VIRTUAL);
manager.add_pool(pool);
pool.set_waters(0.5, 0.75);
const ids = [];

pool.connect('high-water', (_pool, used) => {
    print(`high water at ${used / KIB} KiB: the older ones go`);
    while (pool.used > pool.capacity / 4)
        pool.free(ids.shift());
});
pool.connect('low-water', (_pool, used) => print(`low water at ${used / KIB} KiB`));
for (let i = 0; i < 40; i++) {
    ids.push(pool.allocate(64 * KIB, 'quotes', Mgr.PRIORITY_DEFAULT, null));
    while (GLib.MainContext.default().iteration(false))
        ;
}

const {total_count: total, peak, refused_count: refused} = pool.statistics;
print(`${total} quotes, ${peak / KIB} KiB at most, ${refused} refused`);
