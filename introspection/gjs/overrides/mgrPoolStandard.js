/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes blocks read like JavaScript: sizes as text, options, typed arrays. */

/* exported overridePoolStandard */

const {toOctets} = imports.overrides.mgrPool;

const BLOCK_ATTRIBUTES = ['description', 'id', 'last_used', 'offset', 'pinned', 'priority',
    'size', 'tags'];
const VIEW_ATTRIBUTES = ['id', 'size'];

const NO_LIMIT = -1;

function overrideRequests(Mgr, {override, readOptions, toBytes}) {
    const prototype = Mgr.StandardPool.prototype;
    const names = ['description', 'priority', 'tags', 'alignment'];
    const defaults = {priority: Mgr.PRIORITY_DEFAULT, alignment: 1};

    /* Of the options there is maxCapacity: how large the pool may be made later. */
    override(Mgr.StandardPool, 'new', create => (component, name, capacity,
        flags = Mgr.StandardPoolFlags.NONE, options = {}) => {
        const [maxCapacity] = readOptions([options], ['maxCapacity'], {});
        if (maxCapacity === null)
            return create(component, name, toBytes(capacity), flags);

        const pool = new Mgr.StandardPool({
            component,
            name,
            flags,
            capacity: toBytes(capacity),
            max_capacity: toBytes(maxCapacity),
        });
        pool.init(null);
        return pool;
    });

    /* Options are description, priority, tags and alignment. */
    override(prototype, 'allocate', allocate => function (size, ...options) {
        if (options.length === 0)
            return allocate.call(this, toBytes(size), null, Mgr.PRIORITY_DEFAULT, null);

        const [description, priority, tags, alignment] = readOptions(options, names, defaults);
        return this.allocate_aligned(toBytes(size), toBytes(alignment), description, priority,
            tags);
    });
    override(prototype, 'list_blocks', list => function (tag = null, offset = 0, limit = 0) {
        return list.call(this, tag, offset, limit);
    });
    override(prototype, 'compact', compact => function (budget = NO_LIMIT) {
        return compact.call(this, budget);
    });
}

function overrideAccess(Mgr, {override}) {
    const prototype = Mgr.StandardPool.prototype;

    /* A copy of what is in a block, to its end unless a size is given. */
    override(prototype, 'read', read => function (block, offset = 0, size = null) {
        const length = size ?? Math.max(this.lookup(block).size - offset, 0);
        return read.call(this, block, offset, length).toArray();
    });
    override(prototype, 'write', write => function (block, data, offset = 0) {
        return write.call(this, block, offset, toOctets(data));
    });

    /* The memory itself. The block is pinned until the array has been collected: where that
     * matters read and write by copies. From GJS 1.81 on this is a copy as well. */
    Mgr.BlockView.prototype.toArray = function () {
        return this.get_bytes().toArray();
    };
}

function overridePoolStandard(Mgr, tools) {
    overrideRequests(Mgr, tools);
    overrideAccess(Mgr, tools);
    tools.addRecordAttributes(Mgr.Block, BLOCK_ATTRIBUTES);
    tools.addRecordAttributes(Mgr.BlockView, VIEW_ATTRIBUTES);
}
