/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes caches read like a Map, with promises for loads:
 *
 *     const cache = new Mgr.Cache({max_bytes: 64 * 1024 * 1024});
 *     cache.set('answer', {text: '42'}, {ttl: 60 * 1000 * 1000, tags: ['answers']});
 *     const page = await cache.get_or_load(url, async url => fetch(url));
 *     for (const [key, value] of cache)
 *         print(key, value); */

/* exported overrideCaches */

const {GLib, GObject} = imports.gi;

const RECORD_ATTRIBUTES = {
    CacheRecord: ['age', 'idle', 'key', 'size', 'uses', 'value'],
    CacheStatistics: ['bytes', 'entries', 'eviction_age', 'hit_ratio', 'hits', 'joins',
        'load_failures', 'load_time', 'loads', 'misses', 'stale'],
    CacheStoreStatistics: ['bytes', 'connects', 'entries', 'evicted', 'expired', 'failures', 'hits',
        'misses', 'refused', 'stored', 'timeouts'],
    WeakCacheStatistics: ['collected', 'entries', 'hit_ratio', 'hits', 'joins', 'load_failures',
        'load_time', 'loads', 'misses', 'removed', 'replaced'],
};

/* What keeps a value of JavaScript's alive for as long as a cache has it. */
const Box = GObject.registerClass(class MgrBox extends GObject.Object {
    constructor(content) {
        super();
        this.content = content;
    }
});

function toCached(value) {
    const isPlain = typeof value === 'string' || value instanceof GObject.Object ||
        value instanceof GLib.Bytes;
    return isPlain ? value : new Box(value);
}

function fromCached(value) {
    return typeof value === 'object' && value instanceof Box ? value.content : value;
}

/* The size of what JavaScript alone can measure: a number takes 8 bytes. */
function sizeOf(value) {
    if (value instanceof Uint8Array)
        return value.length + 1;
    return value === null || ['boolean', 'number', 'undefined'].includes(typeof value) ? 8 : null;
}

function toTerms(Mgr, toBytes, value, {size = sizeOf(value), cost = 0, ttl = -1, idle_ttl = -1, pinned = false,
    tags = []} = {}) {
    const terms = Mgr.CacheTerms.new();
    if (size !== null)
        terms.set_size(toBytes(size));
    terms.set_cost(cost);
    terms.set_ttl(ttl);
    terms.set_idle_ttl(idle_ttl);
    terms.set_pinned(pinned);
    for (const tag of tags)
        terms.add_tag(tag);
    return terms;
}

function cacheEntries(cache) {
    return cache.list().map(record => [record.key, fromCached(record.value)]);
}

/* What is got is not taken apart as an array would be, which takes longer than to get it. */
function overrideAccess(Mgr, {override, toBytes}) {
    const prototype = Mgr.Cache.prototype;

    override(prototype, 'get', get => function (key) {
        const result = get.call(this, key);
        return result[0] ? fromCached(result[1]) : undefined;
    });
    override(prototype, 'peek', peek => function (key) {
        const result = peek.call(this, key);
        return result[0] ? fromCached(result[1]) : undefined;
    });
    override(prototype, 'put', put => function (key, value, terms = undefined) {
        put.call(this, key, toCached(value), toTerms(Mgr, toBytes, value, terms));
        return this;
    });
    prototype.set = prototype.put;
    prototype.has = prototype.contains;
    prototype.delete = prototype.remove;
}

function overrideIteration(prototype) {
    prototype.entries = function () {
        return cacheEntries(this)[Symbol.iterator]();
    };
    prototype.keys = function () {
        return cacheEntries(this).map(([key]) => key)[Symbol.iterator]();
    };
    prototype.values = function () {
        return cacheEntries(this).map(([, value]) => value)[Symbol.iterator]();
    };
    prototype.forEach = function (callback) {
        for (const [key, value] of cacheEntries(this))
            callback(value, key, this);
    };
    prototype[Symbol.iterator] = prototype.entries;
    Object.defineProperty(prototype, 'size', {get() {
        return this.get_n_entries();
    }});
}

/* Loads are promises here, since a loader of JavaScript's cannot run in another thread:
 * those who want the same at the same time get the same promise. */
function overrideLoading(prototype) {
    const flights = new WeakMap();

    prototype.get_or_load = function (key, loader, terms = undefined) {
        const value = this.get(key);
        if (value !== undefined)
            return Promise.resolve(value);

        if (!flights.has(this))
            flights.set(this, new Map());
        const mine = flights.get(this);
        if (!mine.has(key)) {
            mine.set(key, (async () => {
                try {
                    const loaded = await loader(key);
                    this.put(key, loaded, terms);
                    return loaded;
                } finally {
                    mine.delete(key);
                }
            })());
        }
        return mine.get(key);
    };
}

function overrideCaches(Mgr, tools) {
    for (const [record, names] of Object.entries(RECORD_ATTRIBUTES))
        tools.addRecordAttributes(Mgr[record], names);

    overrideAccess(Mgr, tools);
    overrideIteration(Mgr.Cache.prototype);
    overrideLoading(Mgr.Cache.prototype);
}
