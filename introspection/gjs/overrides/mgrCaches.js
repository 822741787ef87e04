/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes caches read like a Map, with promises for loads:
 *
 *     const cache = new Mgr.Cache({max_bytes: 64 * 1024 * 1024});
 *     cache.set('answer', {text: '42'}, {ttl: 60 * 1000 * 1000, tags: ['answers']});
 *     const page = await cache.get_or_load(url, async url => fetch(url));
 *     const stored = new Mgr.Cache({store, codec: 'json'});
 *     const weather = cache.memoize(async town => …, {ttl: 5 * 1000 * 1000});
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

/* What a box keeps, by a name that no other object has: asking for its class takes longer. */
const CONTENT = Symbol('content');
const NOTHING = Symbol('undefined');

/* What keeps a value of JavaScript's alive for as long as a cache has it. */
const Box = GObject.registerClass(class MgrBox extends GObject.Object {
    constructor(content) {
        super();
        this[CONTENT] = content === undefined ? NOTHING : content;
    }
});

function toCached(value) {
    const isPlain = ['string', 'number', 'boolean'].includes(typeof value) ||
        value instanceof GObject.Object || value instanceof GLib.Bytes;
    return isPlain ? value : new Box(value);
}

function fromCached(value) {
    if (typeof value !== 'object' || value === null)
        return value;

    const content = value[CONTENT];
    if (content === undefined)
        return value;
    return content === NOTHING ? undefined : content;
}

/* The size of what JavaScript alone can measure. */
function sizeOf(value) {
    if (value instanceof Uint8Array)
        return value.length + 1;
    return value === null || value === undefined ? 8 : null;
}

/* Each call takes longer than what it does, so that none is made that need not be. */
function toTerms(Mgr, toBytes, value, options) {
    const {size = sizeOf(value), cost = 0, ttl = -1, idle_ttl = -1, pinned = false, tags = []} = options ?? {};
    if (size === null && (options ?? null) === null)
        return null;

    const terms = Mgr.CacheTerms.new();
    if (size !== null)
        terms.set_size(toBytes(size));
    if (cost !== 0)
        terms.set_cost(cost);
    if (ttl !== -1)
        terms.set_ttl(ttl);
    if (idle_ttl !== -1)
        terms.set_idle_ttl(idle_ttl);
    if (pinned)
        terms.set_pinned(true);
    for (const tag of typeof tags === 'string' ? [tags] : tags)
        terms.add_tag(tag);
    return terms;
}

function cacheEntries(cache) {
    return cache.list().map(record => [record.key, fromCached(record.value)]);
}

/* The type of the keys of a cache, asked for once. */
const KEY_TYPE = Symbol('key type');

/* Names of the file itself are looked up at each use, which takes half as long as to get the
 * value: here they are the function's own. Nor is what is got taken apart as an array would be.
 * Text and numbers go by calls that take them as they are. */
function makeGet({get, get_string: getText, get_int64: getNumber}, {STRING, INT64}) {
    const [content, keyType, nothing] = [CONTENT, KEY_TYPE, NOTHING];

    function look(cache, key) {
        const type = cache[keyType] ??= cache.key_type;

        if (type === STRING && typeof key === 'string')
            return getText.call(cache, key);
        if (type === INT64 && Number.isSafeInteger(key))
            return getNumber.call(cache, key);
        return get.call(cache, key);
    }

    return function (key) {
        const result = look(this, key);
        if (!result[0])
            return void 0;

        const value = result[1];
        const inside = typeof value === 'object' && value !== null ? value[content] : void 0;
        if (inside === void 0)
            return value;
        return inside === nothing ? void 0 : inside;
    };
}

function overrideAccess(Mgr, {override, toBytes}) {
    const prototype = Mgr.Cache.prototype;
    const {STRING} = Mgr.CacheKeyType;
    const {put_string: putText} = prototype;

    prototype.get = makeGet(prototype, Mgr.CacheKeyType);
    override(prototype, 'peek', peek => function (key) {
        const result = peek.call(this, key);
        return result[0] ? fromCached(result[1]) : undefined;
    });
    override(prototype, 'put', put => function (key, value, terms = undefined) {
        const isText = typeof key === 'string' && (this[KEY_TYPE] ??= this.key_type) === STRING;
        const call = isText ? putText : put;
        call.call(this, key, toCached(value), toTerms(Mgr, toBytes, value, terms));
        return this;
    });
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
}

/* Keys that are bytes are the same if what they hold is. */
function toIdentity(key) {
    return typeof key === 'object' && key instanceof GLib.Bytes ? key.toArray().join() : key;
}

/* The loads of each cache, by the identity of the key. */
const flightsOf = new WeakMap();

function supersede(cache, key) {
    const flights = flightsOf.get(cache);
    const flight = flights?.size > 0 ? flights.get(toIdentity(key)) : undefined;
    if (flight)
        flight.superseded = true;
}

async function load(cache, flight, key, loader, keep) {
    try {
        const loaded = await loader(key);
        if (!flight.superseded)
            keep(loaded);
        return loaded;
    } finally {
        flightsOf.get(cache).delete(toIdentity(key));
    }
}

/* Loads are promises here, since a loader of JavaScript's cannot run in another thread:
 * those who want the same at the same time get the same promise. What is put or removed
 * meanwhile is not undone by what has been loaded. */
function share(cache, key, loader, keep) {
    if (!flightsOf.has(cache))
        flightsOf.set(cache, new Map());

    const flights = flightsOf.get(cache);
    const identity = toIdentity(key);
    let flight = flights.get(identity);
    if (flight === undefined) {
        flight = {superseded: false};
        flights.set(identity, flight);
        /* It may have ended by the time it is known. */
        flight.promise = load(cache, flight, key, loader, keep);
    }
    return flight.promise;
}

function overrideChanges(prototype, {override}) {
    for (const name of ['put', 'remove']) {
        override(prototype, name, method => function (key, ...rest) {
            supersede(this, key);
            return method.call(this, key, ...rest);
        });
    }
    override(prototype, 'clear', clear => function () {
        for (const flight of flightsOf.get(this)?.values() ?? [])
            flight.superseded = true;
        clear.call(this);
    });
    prototype.set = prototype.put;
    prototype.has = prototype.contains;
    prototype.delete = prototype.remove;
    Object.defineProperty(prototype, 'size', {get() {
        return this.get_n_entries();
    }});
}

/* One text for one call, so that the keys of the cache are strings. */
function memoizeKey(fn, args) {
    return `${fn.name}(${JSON.stringify(args)})`;
}

/* Whether the store has it, and what. */
function recall(cache, key) {
    return new Promise((resolve, reject) => {
        cache.recall_async(key, null, (_cache, result) => {
            try {
                resolve(cache.recall_finish(result));
            } catch (error) {
                reject(error);
            }
        });
    });
}

/* JSON would make something else of these, and say nothing. */
function isForJson(value) {
    return !(value instanceof GObject.Object || value instanceof Map || value instanceof Set ||
        value instanceof Date || ArrayBuffer.isView(value));
}

/* JSON, or whatever has stringify() and parse(), for what the library cannot write. */
function connectCodec(cache, codec) {
    const {stringify, parse} = codec === 'json' ? JSON : codec;

    cache.connect('encode', (_cache, cached) => {
        const value = fromCached(cached);
        try {
            const text = isForJson(value) ? stringify(value) : undefined;
            return text === undefined ? null : new GLib.Bytes(new TextEncoder().encode(text));
        } catch (error) {
            return null;
        }
    });
    cache.connect('decode', (_cache, written, terms) => {
        try {
            terms.set_value(toCached(parse(new TextDecoder().decode(written.toArray()))));
            return true;
        } catch (error) {
            return false;
        }
    });
}

/* Reads the codec out of what a cache is made with. */
function overrideCodec(prototype, {override}) {
    override(prototype, '_init', init => function (options = {}, ...rest) {
        const {codec = null, ...properties} = options;
        if (codec !== null && codec !== 'json' && typeof codec?.parse !== 'function')
            throw new TypeError("The codec of a cache is 'json', or has stringify() and parse()");

        init.call(this, properties, ...rest);
        if (codec !== null)
            connectCodec(this, codec);
    });
}

function overrideLoading(prototype, lookUp) {
    prototype.get_or_load = function (key, loader, terms = undefined) {
        const [found, value] = lookUp.call(this, key);
        if (found)
            return Promise.resolve(fromCached(value));
        if (this.store === null)
            return share(this, key, loader, loaded => this.put(key, loaded, terms));

        let recalled = null;
        const recallOrLoad = async () => {
            recalled = await recall(this, key);
            return recalled[0] ? fromCached(recalled[1]) : loader(key);
        };
        /* What came of the store is in memory already. */
        return share(this, key, recallOrLoad,
            loaded => recalled[0] || this.put(key, loaded, terms));
    };

    /* Makes a function that remembers what fn gave for which arguments, as promises. */
    prototype.memoize = function (fn, {key = memoizeKey, ...terms} = {}) {
        return (...args) => this.get_or_load(key(fn, args), () => fn(...args), terms);
    };
}

function overrideWeakLoading(prototype) {
    prototype.get_or_load = function (key, loader) {
        const value = this.get(key);
        return value !== undefined
            ? Promise.resolve(value)
            : share(this, key, loader, loaded => this.put(key, loaded));
    };
}

/* Like a WeakMap it cannot be iterated: what is in it may go at any time. */
function overrideWeakCache(prototype, tools) {
    tools.override(prototype, 'get', get => function (key) {
        return get.call(this, key) ?? undefined;
    });
    tools.override(prototype, 'put', put => function (key, value) {
        put.call(this, key, value);
        return this;
    });
    overrideChanges(prototype, tools);
    overrideWeakLoading(prototype);
}

function overrideCaches(Mgr, tools) {
    const {prototype} = Mgr.Cache;
    const lookUp = prototype.get;

    for (const [record, names] of Object.entries(RECORD_ATTRIBUTES))
        tools.addRecordAttributes(Mgr[record], names);

    overrideAccess(Mgr, tools);
    overrideChanges(prototype, tools);
    overrideIteration(prototype);
    overrideLoading(prototype, lookUp);
    overrideCodec(prototype, tools);
    overrideWeakCache(Mgr.WeakCache.prototype, tools);
}
