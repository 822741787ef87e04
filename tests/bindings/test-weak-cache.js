/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A weak cache in JavaScript reads like a Map of what somebody else holds. */

const {GLib, GObject, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, runTests, test} = imports.tap;

const Thing = GObject.registerClass(class TestThing extends GObject.Object {
    constructor(name) {
        super();
        this.name = name;
    }
});

test('like a map', () => {
    const cache = new Mgr.WeakCache({key_type: Mgr.CacheKeyType.STRING});
    const [a, b] = [new Thing('a'), new Thing('b')];

    assertEqual(cache.set('a', a).set('b', b) === cache, true);
    assertEqual([cache.get('a') === a, cache.get('x') === undefined], [true, true]);
    assertEqual([cache.has('a'), cache.has('x'), cache.size], [true, false, 2]);
    assertEqual([cache.delete('a'), cache.delete('a'), cache.size], [true, false, 1]);
    cache.clear();
    assertEqual([cache.size, b.name], [0, 'b']);
});

test('keys', () => {
    const thing = new Thing('a');
    const keys = [
        [Mgr.CacheKeyType.STRING, 'é', 1], [Mgr.CacheKeyType.INT64, 2 ** 53, '1'],
        [Mgr.CacheKeyType.BYTES, new GLib.Bytes([0, 1]), 'a'],
    ];

    for (const [key_type, key, wrong] of keys) {
        const cache = new Mgr.WeakCache({key_type});
        let code = null;
        cache.set(key, thing);
        assertEqual(cache.get(key) === thing, true);
        try {
            cache.get(wrong);
        } catch (error) {
            code = error.code;
        }
        assertEqual(code, Mgr.Error.INVALID_ARGUMENT);
    }
});

test('one load for many', async () => {
    const cache = new Mgr.WeakCache({key_type: Mgr.CacheKeyType.BYTES});
    const calls = [];
    const load = async key => {
        calls.push(key.get_size());
        await Promise.resolve();
        if (key.get_size() === 1)
            throw new Error('too short');
        return new Thing('loaded');
    };

    const loads = [1, 2].map(() => cache.get_or_load(new GLib.Bytes([7, 8]), load));
    const [one, other] = await Promise.all(loads);
    assertEqual([one === other, one.name], [true, 'loaded']);
    assertEqual(await cache.get_or_load(new GLib.Bytes([7, 8]), load) === one, true);
    const failed = await Promise.allSettled([1, 2].map(() => cache.get_or_load(new GLib.Bytes([7]), load)));
    assertEqual(failed.map(({reason}) => reason.message), ['too short', 'too short']);
    assertEqual(calls, [2, 1]);
});

test('what is put meanwhile stays', async () => {
    const cache = new Mgr.WeakCache({key_type: Mgr.CacheKeyType.STRING});
    const thing = new Thing('new');
    const loaded = cache.get_or_load('a', async () => {
        await Promise.resolve();
        return new Thing('old');
    });

    cache.set('a', thing);
    assertEqual((await loaded).name, 'old');
    assertEqual(cache.get('a') === thing, true);
});

test('what nobody holds goes with the collector', () => {
    const cache = new Mgr.WeakCache({key_type: Mgr.CacheKeyType.INT64});
    const kept = new Thing('kept');

    cache.set(0, kept);
    (() => {
        for (let i = 1; i <= 100; i++)
            cache.set(i, new Thing(`${i}`));
    })();
    imports.system.gc();
    while (GLib.MainContext.default().iteration(false));
    assertEqual(cache.size < 100, true);
    assertEqual(cache.get(0).name, 'kept');
    assertEqual(cache.get_statistics().collected > 0, true);
});

runTests();
