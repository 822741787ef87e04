/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes Mgr read like JavaScript. Wherever a size is asked for, a number of
 * bytes or a text such as '1.5 GiB' will do; wherever a component is asked for by
 * path, the component itself will do. Description, priority and tags may be given
 * as one object of options, or one after the other as in C. */

/* exported _init */

const {Gio, GLib, GObject} = imports.gi;

/* Parts that have a file of their own beside this one. */
const {overrideCacheMany} = imports.overrides.mgrCacheMany;
const {overrideCaches} = imports.overrides.mgrCaches;
const {overrideModel} = imports.overrides.mgrModel;
const {overridePool} = imports.overrides.mgrPool;
const {overridePoolClassic} = imports.overrides.mgrPoolClassic;
const {overridePoolObject} = imports.overrides.mgrPoolObject;
const {overridePoolStandard} = imports.overrides.mgrPoolStandard;
const {overridePoolRing} = imports.overrides.mgrPoolRing;
const {overridePoolTensor} = imports.overrides.mgrPoolTensor;
const {overrideTasks} = imports.overrides.mgrTasks;

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
    PhaseReport: ['alert', 'claimed', 'cleanup', 'cleanups', 'duration', 'ledger', 'level_after',
        'level_before', 'name', 'peak', 'process_after', 'process_before', 'returned', 'time',
        'used_after', 'used_before'],
    PressureReading: ['available', 'limit', 'scope', 'stall', 'usage', 'used'],
    PressureSample: ['available', 'forecast', 'level', 'limit', 'missing', 'reason', 'source',
        'stall', 'swap', 'time', 'usage'],
    PressureTrace: ['duration', 'n_rows', 'name'],
    ProtectionRule: ['pattern', 'safety'],
    ReclaimEstimate: ['bytes', 'lossy', 'rebuild_cost', 'walk_cost'],
    ReclaimRecord: ['can_restore', 'lossy', 'name', 'reason', 'safety', 'size', 'time'],
    Report: ['allocations', 'budget', 'claimed', 'cleanups', 'headroom', 'last_cleanup', 'ledger',
        'level', 'limit', 'peak', 'process', 'refused', 'returned', 'soft_limit', 'status', 'swap',
        'unmanaged', 'used'],
    SchedulerStatistics: ['backfilled', 'completion_rate', 'mean_wait', 'oom', 'overcommit',
        'preempted', 'reserved', 'running', 'submitted', 'waiting'],
    TaskAttempt: ['cancellable', 'grant', 'number', 'task'],
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

function addRecordAttributes(record, names) {
    for (const name of names) {
        Object.defineProperty(record.prototype, name, {
            configurable: true,
            get() {
                return this[`get_${name}`]();
            },
        });
    }
}

function overrideRecords() {
    for (const [record, names] of Object.entries(RECORD_ATTRIBUTES))
        addRecordAttributes(Mgr[record], names);

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

/* Calls fn(held) and lets go when it has returned or thrown or, where it returned a
 * promise, when that is settled. */
function holding(held, release, fn) {
    let result;

    try {
        result = fn(held);
    } catch (error) {
        release();
        throw error;
    }

    if (typeof result?.then === 'function')
        return Promise.resolve(result).finally(release);

    release();
    return result;
}

/* Calls fn(allocation) and releases the allocation afterwards. */
function withAllocation(component, size, options, fn) {
    if (typeof options === 'function')
        [options, fn] = [{}, options];

    const allocation = this.allocate(component, size, options);
    return holding(allocation, () => {
        if (!allocation.is_released())
            allocation.release();
    }, fn);
}

/* Calls fn(phase) within a phase; phase.report says, once that has ended, what it did
 * to memory. */
function withPhase(name, fn) {
    const phase = {name, report: null};

    this.begin_phase(name);
    return holding(phase, () => {
        phase.report = this.end_phase(name);
    }, fn);
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
    prototype.withPhase = withPhase;
    overrideCleanup(prototype, manager => manager.cleaner);
    override(prototype, 'set_emergency_reserve', set => function (emergencyReserve) {
        set.call(this, toBytes(emergencyReserve));
    });
    override(prototype, 'set_emergency_signal', set => function (signum = USUAL_SIGNAL) {
        return set.call(this, signum);
    });
}

/* What stands for an object of the program's: GJS 1.74 never clears a WeakRef, and
 * calls no FinalizationRegistry, but a GObject that only the object leads to goes with
 * it, and what is bound to that is told. */
const keepers = new WeakMap();
const OWNER = Symbol('owner');

function keeperOf(owner) {
    if (owner instanceof GObject.Object)
        return owner;

    let keeper = keepers.get(owner);
    if (keeper === undefined) {
        keeper = new GObject.Object();
        keeper[OWNER] = owner;
        keepers.set(owner, keeper);
    }
    return keeper;
}

function ownerOf(keeper) {
    return keeper?.[OWNER] ?? keeper;
}

/* A function that is called with the owner first, if there is one: so it need not hold
 * on to it. */
function owned(fn, hasOwner) {
    if (!hasOwner)
        return fn;

    return (resource, ...rest) => {
        const owner = ownerOf(resource.get_bound_object());
        return owner === null ? null : fn(owner, resource, ...rest);
    };
}

/* A veto that fails keeps the resource: it did not say that it may go. */
function carefulVeto(veto) {
    return (...values) => {
        try {
            return Boolean(veto(...values));
        } catch (error) {
            logError(error, 'A veto failed');
            return true;
        }
    };
}

/* What was thrown, as an error of libmgr's tells it. */
function told(error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : `${error?.message ?? error}`;
}

function refuseThenable(answer) {
    if (typeof answer?.then === 'function') {
        throw new TypeError('the function returned a promise, and nobody awaits it here: ' +
            'give a function that is done when it returns');
    }
}

/* The bytes that a function says it freed or brought back. */
function toFreed(answer) {
    refuseThenable(answer);
    const bytes = Number(toBytes(answer ?? 0));
    if (!(bytes >= 0 && bytes < 2 ** 64))
        throw new RangeError(`the function returned ${answer}, which is no number of bytes`);
    return bytes;
}

/* A handler whose failure is told of where its answer would be. */
function careful(fn) {
    return (resource, ...rest) => {
        try {
            return toFreed(fn(resource, ...rest));
        } catch (error) {
            resource.fail(told(error));
            return 0;
        }
    };
}

function checkFunction(name, fn) {
    if (typeof fn !== 'function')
        throw new TypeError(`“${name}” has to be a function, not ${fn}`);
}

const RESOURCE_FUNCTIONS = ['reclaim', 'measure', 'rebuild', 'maintain', 'veto'];
const RESOURCE_OPTIONS = ['owner', ...RESOURCE_FUNCTIONS, 'limit', 'lossy', 'priority', 'safety',
    'maintenance_interval', 'rebuild_cost', 'walk_cost', 'component'];

function connectFunctions(resource, options) {
    const hasOwner = Boolean(options.owner);
    const asked = {};

    for (const name of RESOURCE_FUNCTIONS) {
        if (options[name])
            asked[name] = owned(options[name], hasOwner);
    }
    for (const name of ['reclaim', 'rebuild', 'maintain']) {
        if (asked[name])
            resource.connect(name, careful(asked[name]));
    }
    if (asked.measure)
        resource.connect('measure', (...values) => toBytes(asked.measure(...values) ?? 0));
    if (asked.veto)
        resource.connect('query-veto', carefulVeto(asked.veto));
}

/* The functions are called with the resource, after the owner if one is given: the
 * resource does not keep that alive, and leaves its cleaner when it goes. */
function newResource(create, name, size = 0, options = {}) {
    const unknown = Object.keys(options).find(key => !RESOURCE_OPTIONS.includes(key));
    if (unknown !== undefined)
        throw new TypeError(`There is no option “${unknown}”: use ${RESOURCE_OPTIONS.join(', ')}`);

    for (const key of RESOURCE_FUNCTIONS) {
        if (options[key] !== undefined && options[key] !== null)
            checkFunction(key, options[key]);
    }

    const resource = create(name, toBytes(size));
    if (options.owner)
        resource.bind_object(keeperOf(options.owner));
    for (const key of RESOURCE_OPTIONS) {
        if (key in options && key !== 'owner' && !RESOURCE_FUNCTIONS.includes(key))
            resource[`set_${key}`](options[key]);
    }
    connectFunctions(resource, options);
    return resource;
}

/* No cleanup touches the resource until fn has ended. */
function withAccess(fn) {
    this.begin_access();
    return holding(this, () => this.end_access(), fn);
}

/* How much a value holds, as far as can be told without looking at all of it: of many
 * parts it looks at a sample, and at each object once. */
const SIZE_BUDGET = 4096;
const SIZE_SAMPLE = 64;
const SIZE_OF_VALUE = 8;
const SIZE_OF_OBJECT = 64;

function partsOf(value) {
    if (value instanceof Map)
        return [...value].flat();
    if (value instanceof Set)
        return [...value];
    return Array.isArray(value) ? value : Object.values(value);
}

function sizeOf(value, budget = SIZE_BUDGET, seen = new Set()) {
    if (typeof value === 'string')
        return SIZE_OF_OBJECT + 2 * value.length;
    if (typeof value !== 'object' || value === null)
        return SIZE_OF_VALUE;
    if (seen.has(value))
        return SIZE_OF_VALUE;
    seen.add(value);

    if (value instanceof GLib.Bytes)
        return SIZE_OF_OBJECT + value.get_size();
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value))
        return SIZE_OF_OBJECT + value.byteLength;
    if (value instanceof GObject.Object)
        return SIZE_OF_OBJECT;

    const parts = partsOf(value);
    const step = Math.ceil(parts.length / Math.min(SIZE_SAMPLE, budget));
    const sample = parts.filter((_part, i) => i % step === 0);
    if (sample.length === 0 || budget === 0)
        return SIZE_OF_OBJECT;

    /* Halved at least: a chain is followed for a dozen links. */
    const rest = Math.floor(budget / Math.max(sample.length, 2));
    const inside = sample.reduce((sum, part) => sum + sizeOf(part, rest, seen), 0);
    return SIZE_OF_OBJECT + Math.round(inside * parts.length / sample.length);
}

function connectWatch(group, rebuild) {
    const object = () => ownerOf(group.get_object());
    const measure = item => {
        const value = object()?.[item];
        return value === undefined ? 0 : sizeOf(value);
    };

    group.connect('list-items', () => Object.keys(object() ?? {}));
    group.connect('item-size', (_group, item) => measure(item));
    group.connect('drop-item', (_group, item) => {
        const resource = group.lookup(item);
        const drop = careful(() => {
            const own = object() ?? {};
            if (!Object.hasOwn(own, item))
                return 0;
            if (!Reflect.deleteProperty(own, item))
                throw new TypeError('the property cannot be deleted: it is frozen or sealed');
            return resource.size;
        });
        return resource === null ? 0 : drop(resource);
    });
    group.connect('item-added', (_group, item, resource) => {
        if (Object.hasOwn(rebuild, item)) {
            resource.connect('rebuild', careful(() => {
                build(object(), item, rebuild[item]);
                return measure(item);
            }));
        }
    });
}

function build(object, item, fn) {
    const value = fn(object);

    refuseThenable(value);
    if (value !== undefined && !Reflect.set(object, item, value))
        throw new TypeError('the property cannot be set: the object is frozen, or has no setter');
    if (object[item] === undefined)
        throw new TypeError('the function returned nothing, and has not set the property');
}

function checkWatch(object, rebuild) {
    if (object === null || !['object', 'function'].includes(typeof object)) {
        const kind = object === null ? 'null' : typeof object;
        throw new TypeError(`“${kind}” has no properties of its own to watch`);
    }
    if (!isOptions(rebuild)) {
        throw new TypeError('“rebuild” has to be an object of functions by the names of ' +
            `properties, not ${rebuild}`);
    }
    for (const [item, fn] of Object.entries(rebuild))
        checkFunction(`rebuild.${item}`, fn);
}

/* A registered group, called as the class of the object if no name is given. */
function registerUnique(manager, object, name) {
    for (let number = 1; ; number++) {
        const suffix = number > 1 ? `-${number}` : '';
        const chosen = name ?? `${object.constructor?.name || 'Object'}${suffix}`;
        const group = Mgr.ResourceGroup.new(chosen, keeperOf(object));

        try {
            manager.register_group(group);
            return group;
        } catch (error) {
            if (name || !error.matches(Mgr.Error, Mgr.Error.EXISTS))
                throw error;
        }
    }
}

/* Cleans the own enumerable properties of an object: SAFE ones by default, CAUTIOUS
 * ones by force, as the rules tell by their names. Each is a resource NAME.PROPERTY,
 * and to clean one is to delete it. Those that hold less than the minimum are left
 * alone: they are state rather than data. What options.rebuild has a function of the
 * object for comes back with manager.restore('NAME.PROPERTY'); a property that is there
 * again is not replaced.
 *
 * The group that is returned does not keep the object alive, and goes with it. */
function watch(object, options = {}) {
    const [name, rebuild, minimum] =
        readOptions([options], ['name', 'rebuild', 'minimum'], {minimum: '4 KiB', rebuild: {}});
    const minimumSize = toBytes(minimum);

    checkWatch(object, rebuild);
    const group = registerUnique(this, object, name);
    group.set_minimum_size(minimumSize);
    connectWatch(group, rebuild);
    group.update();
    return group;
}

function overrideReclaim() {
    overrideCleanup(Mgr.Cleaner.prototype, cleaner => cleaner);
    override(Mgr.Cleaner.prototype, 'plan', plan => function (
        strategy = Mgr.CleanupStrategy.MODERATE, flags = Mgr.CleanupFlags.NONE) {
        return plan.call(this, strategy, flags);
    });
    override(Mgr.Cleaner.prototype, 'plan_bytes', plan => function (target,
        strategy = Mgr.CleanupStrategy.MODERATE, flags = Mgr.CleanupFlags.NONE) {
        return plan.call(this, toBytes(target), strategy, flags);
    });
    Gio._promisify(Mgr.Cleaner.prototype, 'cleanup_async', 'cleanup_finish');
    override(Mgr.Cleaner.prototype, 'cleanup_async', cleanup => function (
        strategy = Mgr.CleanupStrategy.MODERATE, flags = Mgr.CleanupFlags.NONE,
        cancellable = null, ...rest) {
        return cleanup.call(this, strategy, flags, cancellable, ...rest);
    });

    override(Mgr.Resource, 'new', create => (...values) => newResource(create, ...values));
    for (const name of ['set_size', 'set_limit']) {
        override(Mgr.Resource.prototype, name, set => function (size) {
            set.call(this, toBytes(size));
        });
    }
    override(Mgr.ResourceGroup.prototype, 'add', add => function (item, size = 0) {
        return add.call(this, item, toBytes(size));
    });
    Mgr.Resource.prototype.withAccess = withAccess;
    Mgr.Manager.prototype.watch = watch;
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

    const tools = {addRecordAttributes, holding, override, readOptions, toBytes};
    overridePool(Mgr, tools);
    overridePoolStandard(Mgr, tools);
    overridePoolRing(Mgr, tools);
    overridePoolTensor(Mgr, tools);
    overridePoolClassic(Mgr, tools);
    overridePoolObject(Mgr, tools);
    overrideCaches(Mgr, tools);
    overrideCacheMany(Mgr, tools);
    overrideModel(Mgr, tools);
    overrideTasks(Mgr, tools);
}
