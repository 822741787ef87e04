/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes the pools of Mgr read like JavaScript, as far as all kinds have it in common.
 * Capacities may be texts; pool.statistics has all figures at one moment, and
 * pool.occupancy() the shares in use, from the start of the pool to its end. */

/* exported overridePool */

/* More than any pool holds, and a number that JavaScript can count. */
const ALL = Number.MAX_SAFE_INTEGER;
const CELLS = 64;

const STATISTICS = ['allocation_count', 'available', 'capacity', 'charged', 'evicted_bytes',
    'evicted_count', 'fragmentation', 'largest_free', 'peak', 'refused_count', 'total_count',
    'trimmed_bytes', 'used'];

function overridePool(Mgr, {addRecordAttributes, override, toBytes}) {
    const prototype = Mgr.Pool.prototype;

    override(prototype, 'set_capacity', set => function (capacity) {
        return set.call(this, toBytes(capacity));
    });
    override(prototype, 'trim', trim => function (target = ALL) {
        return trim.call(this, toBytes(target));
    });
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
