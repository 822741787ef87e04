/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A cache in JavaScript before a store in a folder of its own. */

const {Gio, GLib, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, runTests, test} = imports.tap;

const WAIT = 10 * 1000 * 1000;

function removeFolder(folder) {
    const children = Gio.File.new_for_path(folder).enumerate_children('standard::name', 0, null);
    for (let info = children.next_file(null); info !== null; info = children.next_file(null))
        children.get_child(info).delete(null);
    children.close(null);
    GLib.rmdir(folder);
}

/* Lets what was posted to this context be done. */
function settle(cache) {
    while (GLib.MainContext.default().iteration(false))
        ;
    cache.flush(WAIT);
}

function pushOut(cache) {
    cache.trim(2 ** 40);
    settle(cache);
}

function withStore(body) {
    return async () => {
        const folder = GLib.dir_make_tmp('libmgr-XXXXXX');
        const store = Mgr.SpillStore.new(folder, 1 << 20);
        try {
            await body(store);
        } finally {
            removeFolder(folder);
        }
    };
}

function never() {
    throw new Error('It is in the store');
}

test('comes back', withStore(async store => {
    const cache = new Mgr.Cache({store});

    cache.set('a', 'text');
    pushOut(cache);
    assertEqual(cache.get('a'), undefined);
    assertEqual(await Promise.all([cache.get_or_load('a', never), cache.get_or_load('a', never)]),
        ['text', 'text']);
    assertEqual(cache.get('a'), 'text');
    assertEqual(cache.get_statistics().recalled, 1);
    assertEqual(await cache.get_or_load('b', key => `loaded ${key}`), 'loaded b');
    assertEqual(cache.get('b'), 'loaded b');
}));

test('json', withStore(async store => {
    const cache = new Mgr.Cache({store, codec: 'json', max_bytes: 1 << 20});
    const values = {object: {x: [1, 2, {y: 'ä'}]}, number: 42, none: null};

    assertEqual(cache.max_bytes, 1 << 20);
    cache.put_many(values, {size: 100});
    cache.set('map', new Map([['a', 1]]), {size: 100});
    cache.set('nothing', undefined);
    pushOut(cache);
    for (const [key, value] of Object.entries(values))
        assertEqual(await cache.get_or_load(key, never), value);
    for (const key of ['map', 'nothing'])
        assertEqual(await cache.get_or_load(key, () => 'anew', {size: 100}), 'anew');
}));

test('what cannot be read is a miss', withStore(async store => {
    const cache = new Mgr.Cache({store, codec: 'json'});

    store.store(new GLib.Bytes(new TextEncoder().encode('a')),
        new GLib.Bytes(new TextEncoder().encode('x{no json')), 0, null);
    assertEqual(await cache.get_or_load('a', () => 'loaded'), 'loaded');
}));

test('a put is newer than what is being recalled', withStore(async store => {
    const cache = new Mgr.Cache({store});

    cache.set('a', 'old');
    pushOut(cache);
    const promise = cache.get_or_load('a', () => 'loaded');
    cache.set('a', 'new');
    await promise;
    assertEqual(cache.get('a'), 'new');

    pushOut(cache);
    cache.delete('a');
    assertEqual(await cache.get_or_load('a', () => 'loaded'), 'loaded');
}));

test('a codec of another kind', () => {
    let thrown = null;
    try {
        new Mgr.Cache({codec: 'pickle'});
    } catch (error) {
        thrown = error;
    }
    assertEqual(thrown instanceof TypeError, true);
});

runTests();
