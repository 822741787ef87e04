/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a pool of objects does; in every language it says the same. */

imports.gi.versions.Mgr = '1.0';
const {GLib, GObject, Mgr} = imports.gi;

const NICKS = {
    [Mgr.Error.CLOSED]: 'closed',
    [Mgr.Error.DOUBLE_RELEASE]: 'double-release',
    [Mgr.Error.FAILED]: 'failed',
    [Mgr.Error.NOT_FOUND]: 'not-found',
    [Mgr.Error.NO_BUDGET]: 'no-budget',
};

const nick = error => NICKS[error.code];

function refused(fn) {
    try {
        fn();
    } catch (error) {
        return error;
    }
    throw new Error('it was not refused');
}

let fails = false;

const pool = Mgr.ObjectPool.new('things', null, 2, 1024);
const other = Mgr.ObjectPool.new('others', null, 1, 1024);
pool.connect('create', self => {
    if (!fails)
        return new GObject.Object();
    self.fail_create('no more today');
    return null;
});
print(`made ${pool.n_created}, free ${pool.n_free}`);

const first = pool.acquire();
print(`first lease: made ${pool.n_created}, leased ${pool.allocation_count}`);
const second = pool.acquire();
print(`second lease: made ${pool.n_created}, leased ${pool.allocation_count}`);
print('third:', nick(refused(() => pool.try_acquire())));
second.release();
print(`second back: free ${pool.n_free}`);
const third = pool.try_acquire();
print(`third: made ${pool.n_created}, leased ${pool.allocation_count}`);
print('released twice:', nick(refused(() => second.release())));
print('released elsewhere:', nick(refused(() => other.release(third))));
first.release();
pool.release(third);
print(`all back: free ${pool.n_free}`);

const held = [pool.acquire(), pool.acquire()];
pool.set_limits(1, 3);
fails = true;
const failure = refused(() => pool.acquire());
print(`a failure: ${nick(failure)}, ${failure.message}`);
held.forEach(lease => lease.release());
print(`limits ${pool.min} to ${pool.max}: capacity ${pool.capacity}`);
print(`trimmed ${pool.trim()}: free ${pool.n_free}`);

/* What nobody refers to goes when the garbage is collected, and the stack forgets late. */
(() => void pool.acquire())();
for (let i = 0; i < 10 && pool.n_leaked === 0; i++) {
    [...Array(100).keys()].map(String).join();
    imports.system.gc();
}
while (GLib.MainContext.default().iteration(false));
print(`dropped without release: leaked ${pool.n_leaked}`);
pool.set_active(false);
print(`stopped: ${nick(refused(() => pool.acquire()))}, made ${pool.n_created}`);
