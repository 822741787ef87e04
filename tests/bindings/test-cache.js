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

test('values stay what they are', () => {
    const cache = new Mgr.Cache();
    const values = [0, -0, 1.5, NaN, Infinity, 2 ** 31, -(2 ** 53), true, false, '', 'é', null, undefined,
        [1], new Uint8Array([1, 2]), () => 1, Symbol.iterator];

    for (const value of values) {
        cache.set('a', value);
        assertEqual(Object.is(cache.get('a'), value), true);
        assertEqual(cache.has('a'), true);
    }
});

test('what is undefined is loaded once too', async () => {
    const cache = new Mgr.Cache();
    let calls = 0;

    for (let i = 0; i < 2; i++)
        assertEqual(await cache.get_or_load('a', () => void calls++) === undefined, true);
    assertEqual(calls, 1);
});

test('keys of bytes', async () => {
    const cache = new Mgr.Cache({key_type: Mgr.CacheKeyType.BYTES});
    const keyOf = (...bytes) => new GLib.Bytes(bytes);
    const calls = [];
    const load = async key => {
        calls.push(key.toArray().length);
        await Promise.resolve();
        return {size: key.get_size()};
    };

    const loads = [keyOf(0, 1), keyOf(0, 1), keyOf(0, 2, 3)].map(key => cache.get_or_load(key, load));
    assertEqual(await Promise.all(loads), [{size: 2}, {size: 2}, {size: 3}]);
    assertEqual(calls, [2, 3]);
    assertEqual(cache.get(keyOf(0, 1)), {size: 2});
    assertEqual([cache.has(keyOf(1)), cache.delete(keyOf(0, 1)), cache.size], [false, true, 1]);
});

test('loaders that fail', async () => {
    const cache = new Mgr.Cache({max_bytes: 1000});
    const reasons = async load => (await Promise.allSettled([1, 2].map(() =>
        cache.get_or_load('a', load)))).map(({reason}) => reason.message);

    assertEqual(await reasons(() => {
        throw new Error('at once');
    }), ['at once', 'at once']);
    assertEqual(await reasons(() => Promise.reject(new Error('later'))), ['later', 'later']);
    assertEqual((await reasons(() => [1]))[0].includes('measure'), true);
    assertEqual(await cache.get_or_load('a', () => 'text'), 'text');
});

test('what is put meanwhile stays', async () => {
    const cache = new Mgr.Cache();
    const changes = {
        set: () => cache.set('a', 'new'),
        delete: () => cache.delete('a'),
        clear: () => cache.clear(),
    };

    for (const [name, change] of Object.entries(changes)) {
        const loaded = cache.get_or_load('a', async () => {
            await Promise.resolve();
            return 'old';
        });
        change();
        assertEqual(await loaded, 'old');
        assertEqual(cache.get('a') ?? null, name === 'set' ? 'new' : null);
        cache.clear();
    }
});

test('functions that remember', async () => {
    const clock = Mgr.ManualClock.new(0);
    const cache = new Mgr.Cache({clock});
    const calls = [];
    const double = cache.memoize(number => {
        calls.push(number);
        return 2 * number;
    }, {ttl: 1000});
    const named = cache.memoize(async () => 'text', {key: (_fn, [name]) => name});

    assertEqual(await Promise.all([double(2), double(2), double(3)]), [4, 4, 6]);
    assertEqual([await double(2), await named('x'), cache.get('x')], [4, 'text', 'text']);
    assertEqual(calls, [2, 3]);
    clock.advance(1000);
    assertEqual([await double(2), calls.length], [4, 3]);
});

test('iteration', () => {
    const cache = new Mgr.Cache({key_type: Mgr.CacheKeyType.INT64});

    cache.set(1, 'a').set(2, [2]);
    assertEqual([...cache.entries()].sort(), [[1, 'a'], [2, [2]]]);
    for (const [key] of cache)
        cache.delete(key);
    assertEqual([...cache], []);
});

runTests();
