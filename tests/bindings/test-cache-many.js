/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Many values of a cache at a time in JavaScript, and the classic helper. */

const {GLib, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, runTests, test} = imports.tap;

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

runTests();
