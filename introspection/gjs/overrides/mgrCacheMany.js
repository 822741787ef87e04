/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Many values of a cache at a time:
 *
 *     cache.put_many({a: 1, b: 2}, {ttl: 60 * 1000 * 1000});
 *     const found = cache.get_many(['a', 'c']); */

/* exported overrideCacheMany */

function overrideCacheMany(Mgr, tools) {
    const prototype = Mgr.Cache.prototype;

    /* Those that are there, as a Map. */
    prototype.get_many = function (keys) {
        return new Map([...keys].map(key => [key, this.get(key)])
            .filter(([, value]) => value !== undefined));
    };

    /* All of a Map, or of an object's own properties, on the same terms. */
    prototype.put_many = function (values, terms = undefined) {
        const entries = values instanceof Map ? values : Object.entries(values);

        for (const [key, value] of entries)
            this.set(key, value, terms);
        return this;
    };

    /* Says how many were there. */
    prototype.remove_many = function (keys) {
        return [...keys].filter(key => this.delete(key)).length;
    };

    tools.addRecordAttributes(Mgr.CacheStatistics, ['recalled']);
}
