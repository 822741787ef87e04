/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A cache in JavaScript; scenario-cache.py and test-scenario-cache.c say the same, line by
 * line. */

const {GLib, Mgr} = imports.gi;

const SECOND = 1000000;
const CAUSES = ['EXPLICIT', 'REPLACED', 'EXPIRED', 'SIZE', 'PRESSURE', 'COLLECTED'];

/* The nick of a value of an enumeration: NO_BUDGET is no-budget. */
function nickOf(enumeration, value) {
    const name = Object.keys(enumeration).find(key => enumeration[key] === value);
    return name.toLowerCase().replaceAll('_', '-');
}

function page(letter, size) {
    return new GLib.Bytes(new TextEncoder().encode(letter.repeat(size)));
}

function yes(answer) {
    return answer ? 'yes' : 'no';
}

function show(cache, key) {
    const value = cache.get(key);
    print(`${key}: ${value === undefined ? 'nothing' : `${value.get_size()} bytes`}`);
}

function attempt(what, fn) {
    try {
        fn();
        print(`${what}: done`);
    } catch (error) {
        print(`${what}: ${nickOf(Mgr.Error, error.code)}`);
    }
}

function playWriting(cache, clock) {
    print('# written');
    cache.set('a', page('a', 1000), {ttl: SECOND});
    cache.set('b', page('b', 2000), {tags: ['site', 'texts']});
    cache.set('c', page('c', 3000), {tags: 'site'});
    cache.set('a', page('A', 1500), {ttl: SECOND});
    attempt('too large', () => cache.set('d', page('d', 2 ** 20)));
    attempt('no size', () => cache.set('d', page('d', 1), {size: 0}));
    attempt('no key', () => cache.set(1, page('d', 1)));
    for (const key of 'abcd')
        show(cache, key);

    print('# a second later');
    clock.advance(SECOND);
    show(cache, 'a');
    print(`invalidated: ${yes(cache.invalidate('texts'))}, ${yes(cache.invalidate('images'))}`);
    show(cache, 'b');
    show(cache, 'c');
    const statistics = cache.get_statistics();
    print(`hits ${statistics.hits}, misses ${statistics.misses}, ` +
        `ratio ${statistics.hit_ratio.toFixed(2)}, ` +
        `expired ${statistics.get_removed(Mgr.CacheCause.EXPIRED)}`);
}

async function playLoading(cache) {
    print('# loaded');
    const calls = [];
    const load = async key => {
        calls.push(key);
        await Promise.resolve();
        return page(key, 500);
    };

    await Promise.all([1, 2, 3].map(() => cache.get_or_load('e', load)));
    show(cache, 'e');
    print(`loads: ${calls.length}`);
    try {
        await cache.get_or_load('f', () => {
            throw new Error('there is none');
        });
    } catch (error) {
        print('f: failed');
    }
    show(cache, 'f');
}

function playEnd(cache, seen) {
    print('# removed');
    cache.set('g', page('g', 100), {pinned: true});
    print(`trimmed: ${yes(cache.trim(2 ** 20) > 3500)}`);
    print(`left: ${[...cache.keys()].join(', ')}`);
    print(`removed: ${yes(cache.delete('g'))}, ${yes(cache.delete('g'))}`);
    while (GLib.MainContext.default().iteration(false));
    for (const name of CAUSES) {
        const keys = seen.get(Mgr.CacheCause[name]) ?? [];
        print(`${name.toLowerCase()}: ${keys.sort().join(' ')}`);
    }
    print(`entries ${cache.size}, bytes ${cache.get_n_bytes()}`);
}

async function main() {
    const clock = Mgr.ManualClock.new(SECOND);
    const seen = new Map();
    const cache = new Mgr.Cache({name: 'pages', max_bytes: 100000, clock});

    cache.connect('removed', (_cache, key, _value, cause) =>
        seen.set(cause, [...seen.get(cause) ?? [], key]));
    playWriting(cache, clock);
    await playLoading(cache);
    playEnd(cache, seen);
}

const loop = GLib.MainLoop.new(null, false);
main().catch(error => printerr(error, error.stack)).finally(() => loop.quit());
loop.run();
