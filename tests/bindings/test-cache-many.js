/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Many values of a cache at a time in JavaScript, and the classic helper. */

const {GLib, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, assertThrows, runTests, test} = imports.tap;

test('many', () => {
    const cache = new Mgr.Cache();

    cache.put_many({a: 1, b: {x: 2}}, {ttl: 60 * 1000 * 1000}).put_many(new Map([['c', 'text']]));
    assertEqual([...cache.get_many(['a', 'b', 'none'])], [['a', 1], ['b', {x: 2}]]);
    assertEqual(cache.remove_many(new Set(['a', 'c', 'none'])), 2);
    assertEqual([...cache.keys()], ['b']);
    assertEqual(cache.get_statistics().recalled, 0);
});

test('classic', () => {
    const cache = Mgr.Cache.new_classic('classic');

    assertEqual([cache.max_bytes, cache.max_entries, cache.ttl], [500000000, 1000, 3600000000]);
    cache.set('key', 'value');
    assertEqual(cache.get('key'), 'value');
});

test('keys of each type, and of none', () => {
    const texts = new Mgr.Cache();
    const numbers = new Mgr.Cache({key_type: Mgr.CacheKeyType.INT64});
    const value = {text: 'value'};

    texts.set('1', value).set('null', null).set('undefined', undefined);
    numbers.set(1, value).set(-(2 ** 40), 'far');
    assertEqual(texts.get('1') === value, true);
    assertEqual([texts.get('null'), texts.get('undefined'), texts.has('undefined')],
        [null, undefined, true]);
    assertEqual(numbers.get(1) === value, true);
    assertEqual([numbers.get(-(2 ** 40)), numbers.get(2)], ['far', undefined]);
    assertEqual([texts.get_string('x'), numbers.get_int64(7)], [[false, null], [false, null]]);
    for (const [cache, key] of [[texts, 1], [texts, null], [numbers, '1']]) {
        assertThrows(() => cache.get(key), Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
        assertThrows(() => cache.set(key, value), Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
    }
    assertEqual([texts.get_statistics().misses, numbers.get_statistics().misses], [1, 2]);
});

runTests();
