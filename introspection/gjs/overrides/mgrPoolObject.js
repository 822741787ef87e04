/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes the pools of objects read like JavaScript:
 *
 *     const pool = Mgr.ObjectPool.withFactory('parsers', {max: 4, create: () => new Parser()});
 *     pool.using(parser => parser.parse(text));
 *     await pool.usingAsync(async parser => {…});
 *
 * An object of the program's that is no GObject travels in one, and is unpacked by the
 * lease. What a function throws is in the text of the error that the request fails with. */

/* exported overridePoolObject */

const {Gio} = imports.gi;
const {pack, unpack} = imports.overrides.mgrCarry;

const OPTIONS = ['create', 'reset', 'min', 'max', 'component', 'objectSize', 'idleTimeout', 'clock'];

function creating(create) {
    return pool => {
        try {
            const value = create();
            if (value !== undefined && value !== null)
                return pack(value);
            pool.fail_create('the function that makes one returned nothing');
        } catch (error) {
            pool.fail_create(`${error.name}: ${error.message}`);
        }
        return null;
    };
}

/* The object may be used again unless the function says false, or fails. */
function resetting(reset) {
    return (_pool, object) => {
        try {
            return reset(unpack(object)) !== false;
        } catch (error) {
            logError(error, 'A reset failed');
            return false;
        }
    };
}

/* The options are create, a function that makes an object; reset, one that is given what
 * comes back, and says false of what cannot be used again; and those of the properties. */
function newWithFactory(Mgr, toBytes, name, options) {
    const unknown = Object.keys(options).find(key => !OPTIONS.includes(key));
    if (unknown !== undefined)
        throw new TypeError(`There is no option “${unknown}”: use ${OPTIONS.join(', ')}`);

    const pool = new Mgr.ObjectPool({
        name,
        min: options.min ?? 0,
        max: options.max ?? 0,
        component: options.component ?? null,
        clock: options.clock ?? null,
        object_size: toBytes(options.objectSize ?? 0),
        idle_timeout: options.idleTimeout ?? 0,
    });
    if (options.create)
        pool.connect('create', creating(options.create));
    if (options.reset)
        pool.connect('reset', resetting(options.reset));
    pool.init(null);
    return pool;
}

function overrideLease(Mgr, override) {
    const prototype = Mgr.Lease.prototype;

    override(prototype, 'get_object', get => function () {
        return unpack(get.call(this));
    });
    Object.defineProperty(prototype, 'object', {
        configurable: true,
        get() {
            return this.get_object();
        },
    });
}

function overridePoolObject(Mgr, {holding, override, toBytes}) {
    const prototype = Mgr.ObjectPool.prototype;
    const release = lease => {
        if (!lease.is_released())
            lease.release();
    };

    Mgr.ObjectPool.withFactory = (name, options) => newWithFactory(Mgr, toBytes, name, options);
    override(Mgr.ObjectPool, 'new', create => (name, component = null, max = 0, objectSize = 0) =>
        create(name, component, max, toBytes(objectSize)));
    override(prototype, 'connect', connect => function (signal, handler) {
        const id = connect.call(this, signal, handler);
        if (signal === 'reset')
            this.set_resets(true);
        return id;
    });
    override(prototype, 'acquire', acquire => function (cancellable = null) {
        return acquire.call(this, cancellable);
    });
    Gio._promisify(prototype, 'acquire_async', 'acquire_finish');
    override(prototype, 'acquire_async', acquire => function (cancellable = null, ...rest) {
        return acquire.call(this, cancellable, ...rest);
    });

    /* Calls fn(object), and releases the lease once it has ended, also where that is a
     * promise. */
    prototype.using = function (fn) {
        const lease = this.acquire();
        return holding(lease.object, () => release(lease), fn);
    };
    /* The same without blocking. */
    prototype.usingAsync = async function (fn, cancellable = null) {
        const lease = await this.acquire_async(cancellable);
        return holding(lease.object, () => release(lease), fn);
    };

    overrideLease(Mgr, override);
}
