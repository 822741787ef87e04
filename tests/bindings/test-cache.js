/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A cache in JavaScript is like a Map, and its loads are promises. */

const {GLib, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, runTests, test} = imports.tap;

function assertFails(run, code) {
    try {
        run();
    } catch (error) {
        assertEqual(error.matches(Mgr.Error.quark(), code), true);
        return;
    }
    throw new Error('nothing was thrown');
}

test('like a map', () => {
    const cache = new Mgr.Cache();
    const object = {x: 1};

    cache.set('object', object).set('text', 'é').set('number', 1.5).set('null', null);
    assertEqual(cache.get('object') === object, true);
    assertEqual([cache.get('text'), cache.get('number'), cache.get('null')], ['é', 1.5, null]);
    assertEqual(cache.get('x') === undefined, true);
    assertEqual(cache.peek('x') === undefined, true);
    assertEqual([cache.has('text'), cache.has('x'), cache.size], [true, false, 4]);
    assertEqual([...cache.keys()].sort(), ['null', 'number', 'object', 'text']);
    assertEqual([...cache.values()].length, 4);
    assertEqual(new Map(cache).get('object'), {x: 1});

    const seen = [];
    cache.forEach((value, key) => seen.push(key));
    assertEqual(seen.length, 4);
    assertEqual([cache.delete('text'), cache.delete('text')], [true, false]);
    cache.clear();
    assertEqual(cache.size, 0);
});

test('objects stay themselves', () => {
    const cache = new Mgr.Cache({key_type: Mgr.CacheKeyType.INT64});

    for (let i = 0; i < 1000; i++)
        cache.set(i, {i});
    imports.system.gc();
    for (let i = 0; i < 1000; i++)
        assertEqual(cache.get(i), {i});
});

test('sizes and errors', () => {
    const cache = new Mgr.Cache({max_bytes: 100000});

    assertFails(() => cache.set('a', [1, 2]), Mgr.Error.INVALID_ARGUMENT);
    cache.set('a', [1, 2], {size: 1000});
    assertEqual(cache.get_n_bytes() > 1000, true);
    assertFails(() => cache.set('b', new Uint8Array(100000)), Mgr.Error.INFEASIBLE);
    assertFails(() => cache.get(1), Mgr.Error.INVALID_ARGUMENT);
    for (let i = 0; i < 500; i++)
        cache.set(`${i}`, new Uint8Array(1000));
    assertEqual(cache.get_n_bytes() <= 100000, true);
});

test('terms', () => {
    const clock = Mgr.ManualClock.new(0);
    const cache = new Mgr.Cache({clock});

    cache.set('a', 1, {ttl: 1000, tags: ['user']});
    cache.set('b', 2, {tags: ['user', 'other']});
    assertEqual(cache.invalidate('other'), true);
    assertEqual([cache.get('a'), cache.get('b') === undefined], [1, true]);
    clock.advance(1000);
    assertEqual(cache.get('a') === undefined, true);
});

test('one load for many', async () => {
    const cache = new Mgr.Cache();
    const calls = [];
    const load = async key => {
        calls.push(key);
        await Promise.resolve();
        if (key === 'bad')
            throw new Error('no such key');
        return {key};
    };

    const loaded = await Promise.all([1, 2, 3].map(() => cache.get_or_load('a', load)));
    assertEqual(loaded, [{key: 'a'}, {key: 'a'}, {key: 'a'}]);
    assertEqual(await cache.get_or_load('a', load), {key: 'a'});
    const failed = await Promise.allSettled([1, 2].map(() => cache.get_or_load('bad', load)));
    assertEqual(failed.map(({reason}) => reason.message), ['no such key', 'no such key']);
    assertEqual(calls, ['a', 'bad']);
    assertEqual(cache.has('bad'), false);
});

test('figures', () => {
    const cache = new Mgr.Cache({name: 'texts', max_entries: 5});

    cache.set('a', 'text');
    cache.get('a');
    cache.get('b');
    const {hits, misses, hit_ratio} = cache.get_statistics();
    assertEqual([hits, misses, hit_ratio], [1, 1, 0.5]);
    assertEqual(cache.get_statistics().get_removed(Mgr.CacheCause.SIZE), 0);
    assertEqual([cache.name, cache.max_entries], ['texts', 5]);
});

runTests();
