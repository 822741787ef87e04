/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes Mgr read like JavaScript. Wherever a size is asked for, a number of
 * bytes or a text such as '1.5 GiB' will do; wherever a component is asked for by
 * path, the component itself will do. Description, priority and tags may be given
 * as one object of options, or one after the other as in C. */

/* exported _init */

const {Gio, GLib} = imports.gi;

let Mgr;

const USUAL_SIGNAL = -1;

/* The getters of records, which, other than the properties of objects, are no
 * attributes by themselves. */
const RECORD_ATTRIBUTES = {
    Allocation: ['component', 'created', 'description', 'id', 'priority', 'size', 'tags'],
    CleanupPlan: ['expected', 'flags', 'kept', 'protected', 'steps', 'strategy', 'target', 'time'],
    CleanupReport: ['claimed', 'cleaned', 'duration', 'expected', 'flags', 'heap_trimmed', 'kept',
        'ledger', 'protected', 'pss_after', 'pss_before', 'returned', 'steps', 'strategy', 'target',
        'time'],
    CleanupStep: ['claimed', 'duration', 'error', 'expected', 'ledger', 'name', 'priority',
        'reason', 'returned', 'safety'],
    PressureForecast: ['earliest', 'latest', 'r_squared', 'room', 'slope', 'slope_error',
        'smallest_slope', 'source', 'time', 'time_to_exhaustion', 'window'],
    Config: ['files', 'problems'],
    JournalEntry: ['cause', 'details', 'id', 'kind', 'monotonic_time', 'severity', 'summary',
        'time'],
    PressureReading: ['available', 'limit', 'scope', 'stall', 'usage', 'used'],
    PressureSample: ['available', 'forecast', 'level', 'limit', 'missing', 'reason', 'source',
        'stall', 'swap', 'time', 'usage'],
    PressureTrace: ['duration', 'n_rows', 'name'],
    ReclaimEstimate: ['bytes', 'lossy', 'rebuild_cost', 'walk_cost'],
    Report: ['allocations', 'budget', 'cleanups', 'freed', 'level', 'peak', 'process', 'refused',
        'returned', 'used'],
};

function toBytes(size) {
    return typeof size === 'string' ? Mgr.size_parse(size)[1] : size;
}

function toPath(component) {
    return typeof component === 'object' && component !== null ? component.path : component;
}

function isOptions(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function override(prototype, name, make) {
    prototype[name] = make(prototype[name]);
}

/* Takes (options) or (description, priority, tags, ...further in the order of
 * names), and returns the values in that order. */
function readOptions(given, names, defaults) {
    if (isOptions(given[0])) {
        const unknown = Object.keys(given[0]).find(key => !names.includes(key));
        if (unknown !== undefined)
            throw new TypeError(`There is no option “${unknown}”: use ${names.join(', ')}`);

        return names.map(name => given[0][name] ?? defaults[name] ?? null);
    }

    return names.map((name, i) => given[i] ?? defaults[name] ?? null);
}

function overrideRecords() {
    for (const [record, names] of Object.entries(RECORD_ATTRIBUTES)) {
        for (const name of names) {
            Object.defineProperty(Mgr[record].prototype, name, {
                configurable: true,
                get() {
                    return this[`get_${name}`]();
                },
            });
        }
    }

    override(Mgr.Allocation.prototype, 'resize', resize => function (size) {
        return resize.call(this, toBytes(size));
    });
}

function overrideComponent() {
    const prototype = Mgr.Component.prototype;
    const names = ['description', 'priority', 'tags'];
    const defaults = {priority: Mgr.PRIORITY_DEFAULT};

    override(prototype, 'allocate', allocate => function (size, ...options) {
        return allocate.call(this, toBytes(size), ...readOptions(options, names, defaults));
    });
    for (const name of ['reserve', 'set_budget', 'set_guaranteed']) {
        override(prototype, name, method => function (size) {
            return method.call(this, toBytes(size));
        });
    }
}

function overrideAllocate(prototype) {
    const names = ['description', 'priority', 'tags'];
    const defaults = {priority: Mgr.PRIORITY_DEFAULT};

    /* Written out: this one is called for every allocation. */
    override(prototype, 'allocate', allocate => function (component, size, options = null,
        priority = Mgr.PRIORITY_DEFAULT, tags = null) {
        if (isOptions(options)) {
            const values = readOptions([options], names, defaults);
            return allocate.call(this, toPath(component), toBytes(size), ...values);
        }
        return allocate.call(this, toPath(component), toBytes(size), options, priority, tags);
    });

    override(prototype, 'allocate_adaptive', allocate => function (component, size, ...options) {
        const [description, priority, tags, minimum] =
            readOptions(options, [...names, 'minimum'], {...defaults, minimum: 0});
        return allocate.call(this, toPath(component), toBytes(size), description, priority, tags,
            toBytes(minimum));
    });

    override(prototype, 'allocate_with_fallback', allocate => function (component, primary,
        fallback, ...options) {
        return allocate.call(this, toPath(component), toBytes(primary), toBytes(fallback),
            ...readOptions(options, names, defaults));
    });
}

/* Without a callback it returns a promise; the timeout is in microseconds. */
function overrideAllocateAsync(prototype) {
    const names = ['description', 'priority', 'tags', 'timeout', 'cancellable'];
    const defaults = {priority: Mgr.PRIORITY_DEFAULT, timeout: 0};

    Gio._promisify(prototype, 'allocate_async', 'allocate_finish');
    override(prototype, 'allocate_async', allocate => function (component, size, ...options) {
        const rest = isOptions(options[0]) ? options.slice(1) : options.slice(names.length);
        return allocate.call(this, toPath(component), toBytes(size),
            ...readOptions(options, names, defaults), ...rest);
    });
}

/* Calls fn(allocation) and releases the allocation when fn has returned or thrown
 * or, where it returned a promise, when that is settled. */
function withAllocation(component, size, options, fn) {
    if (typeof options === 'function')
        [options, fn] = [{}, options];

    const allocation = this.allocate(component, size, options);
    const release = () => {
        if (!allocation.is_released())
            allocation.release();
    };
    let result;

    try {
        result = fn(allocation);
    } catch (error) {
        release();
        throw error;
    }

    if (typeof result?.then === 'function')
        return Promise.resolve(result).finally(release);

    release();
    return result;
}

/* With allowProtected, what was called PROTECTED by hand is cleaned too; since that is
 * nothing to get wrong, it is planned first, and fails if the plan no longer holds. */
function overrideCleanup(prototype, cleanerOf) {
    override(prototype, 'cleanup', cleanup => function (strategy = Mgr.CleanupStrategy.MODERATE,
        force = false, safeMode = true, allowProtected = false) {
        if (!allowProtected)
            return cleanup.call(this, strategy, force, safeMode);

        const {FORCE, UNSAFE, ALLOW_PROTECTED, NONE} = Mgr.CleanupFlags;
        const cleaner = cleanerOf(this);
        return cleaner.execute(cleaner.plan(strategy,
            ALLOW_PROTECTED | (force ? FORCE : NONE) | (safeMode ? NONE : UNSAFE)));
    });
}

function overrideManager() {
    const prototype = Mgr.Manager.prototype;

    override(Mgr.Manager, 'new', create => (totalBudget = 0) => create(toBytes(totalBudget)));
    override(prototype, 'add_component', add => function (name, budget = 0, parent = null) {
        return add.call(this, name, toBytes(budget),
            typeof parent === 'string' ? this.lookup_component(parent) : parent);
    });
    override(prototype, 'set_total_budget', set => function (totalBudget) {
        return set.call(this, toBytes(totalBudget));
    });
    override(prototype, 'list_allocations', list => function (component = null, tag = null,
        offset = 0, limit = 0) {
        return list.call(this, toPath(component), tag, offset, limit);
    });

    overrideAllocate(prototype);
    overrideAllocateAsync(prototype);
    prototype.withAllocation = withAllocation;
    overrideCleanup(prototype, manager => manager.cleaner);
    override(prototype, 'set_emergency_signal', set => function (signum = USUAL_SIGNAL) {
        return set.call(this, signum);
    });
}

function overrideReclaim() {
    overrideCleanup(Mgr.Cleaner.prototype, cleaner => cleaner);
    override(Mgr.Cleaner.prototype, 'plan', plan => function (
        strategy = Mgr.CleanupStrategy.MODERATE, flags = Mgr.CleanupFlags.NONE) {
        return plan.call(this, strategy, flags);
    });

    override(Mgr.Resource, 'new', create => (name, size = 0) => create(name, toBytes(size)));
    override(Mgr.Resource.prototype, 'set_size', set => function (size) {
        set.call(this, toBytes(size));
    });
}

function overrideTelling() {
    override(Mgr.PressureWatch, 'new', create => (path, request = null, clock = null) =>
        create(path, request instanceof Uint8Array ? new GLib.Bytes(request) : request, clock));
    override(Mgr.PressureWatch, 'new_from_environment', create => (clock = null) => create(clock));
    override(Mgr.PressureNotifier, 'new', create => (monitor, directory,
        channel = Mgr.PressureChannel.FIFO) => create(monitor, directory, channel));
}

/* Pairs of a key and its value, as Object.fromEntries() takes them. */
function* configEntries() {
    for (const key of Mgr.Config.list_keys())
        yield [key, this.get_value(key).recursiveUnpack()];
}

function overrideConfig() {
    override(Mgr.Config, 'new_from_data', create => (data, name = 'text') => create(data, name));
    Mgr.Config.prototype[Symbol.iterator] = configEntries;
}

/* What a detail may be, and as what it is kept. */
function toDetail(value) {
    if (value instanceof GLib.Variant)
        return value;
    if (typeof value === 'boolean')
        return GLib.Variant.new_boolean(value);
    if (typeof value === 'number')
        return Number.isSafeInteger(value)
            ? GLib.Variant.new_int64(value) : GLib.Variant.new_double(value);
    if (Array.isArray(value))
        return new GLib.Variant('as', value);

    return GLib.Variant.new_string(String(value));
}

function overrideJournal() {
    const prototype = Mgr.Journal.prototype;

    override(prototype, 'add', add => function (kind, severity, summary, details = null,
        cause = 0) {
        if (isOptions(details) && !(details instanceof GLib.Variant)) {
            const entries = Object.entries(details).map(([key, value]) => [key, toDetail(value)]);
            details = new GLib.Variant('a{sv}', Object.fromEntries(entries));
        }
        return add.call(this, kind, severity, summary, details, cause);
    });
    override(prototype, 'list', list => function (kind = Mgr.JournalKind.ANY, limit = 0) {
        return list.call(this, kind, limit);
    });
}

function _init() {
    Mgr = this;

    overrideRecords();
    overrideComponent();
    overrideManager();
    overrideReclaim();
    overrideTelling();
    overrideConfig();
    overrideJournal();
}
