/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes the pools of Mgr read like JavaScript, as far as all kinds have it in common.
 * Capacities may be texts; pool.statistics has all figures at one moment, and
 * pool.occupancy() the shares in use, from the start of the pool to its end. */

/* exported overridePool, toOctets */

const {GLib} = imports.gi;

/* More than any pool holds, and a number that JavaScript can count. */
const ALL = Number.MAX_SAFE_INTEGER;
const CELLS = 64;

const STATISTICS = ['allocation_count', 'available', 'capacity', 'charged', 'evicted_bytes',
    'evicted_count', 'fragmentation', 'largest_free', 'peak', 'refused_count', 'total_count',
    'trimmed_bytes', 'used'];

/* What is written to a pool: text, bytes, or numbers from 0 to 255. */
function toOctets(data) {
    if (typeof data === 'string')
        return new TextEncoder().encode(data);
    if (data instanceof GLib.Bytes)
        return data.toArray();
    if (ArrayBuffer.isView(data))
        return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (data instanceof ArrayBuffer)
        return new Uint8Array(data);
    if (Array.isArray(data))
        return Uint8Array.from(data);

    throw new TypeError(`Write a text, an array, an ArrayBuffer or GLib.Bytes, not ${data}`);
}

/* GObject lets nobody set these but when the pool is made. */
function overrideSetters(prototype) {
    for (const name of ['active', 'capacity', 'flushing']) {
        Object.defineProperty(prototype, name, {
            configurable: true,
            get() {
                return this[`get_${name}`]();
            },
            set(value) {
                this[`set_${name}`](value);
            },
        });
    }
}

function overridePool(Mgr, {addRecordAttributes, override, toBytes}) {
    const prototype = Mgr.Pool.prototype;

    override(prototype, 'set_capacity', set => function (capacity) {
        return set.call(this, toBytes(capacity));
    });
    override(prototype, 'trim', trim => function (target = ALL) {
        return trim.call(this, toBytes(target));
    });
    overrideSetters(prototype);
    prototype.occupancy = function (nCells = CELLS) {
        if (!(nCells >= 1 && nCells <= Mgr.POOL_CELLS_MAX))
            throw new RangeError(`A picture has 1 to ${Mgr.POOL_CELLS_MAX} cells, not ${nCells}`);
        return this.get_occupancy(nCells);
    };

    addRecordAttributes(Mgr.PoolStatistics, STATISTICS);
    Object.defineProperty(prototype, 'statistics', {
        configurable: true,
        get() {
            return this.get_statistics();
        },
    });
}
