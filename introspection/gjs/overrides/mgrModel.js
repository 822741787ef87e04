/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes models read like JavaScript:
 *
 *     const ranker = Mgr.Model.withLoader('ranker', () => readRanker(), {size: '1.2 GiB'});
 *     ranker.using(it => it.rank(items));
 *     registry.using('ranker', it => it.rank(items));
 *     const lazy = Mgr.lazyModel(() => readRanker());
 *     lazy.rank(items);
 *
 * Scripts run in one thread, so loaders always do where the model was made. An object of the
 * program's that is no GObject travels in one. What a function throws is in the text of the
 * error that the use fails with. */

/* exported overrideModel */

const {Gio} = imports.gi;
const {pack, unpack} = imports.overrides.mgrCarry;

const OPTIONS = ['discard', 'size', 'component', 'clock', 'safety', 'priority', 'loadTimeout'];

function loading(load) {
    return model => {
        try {
            const value = load();
            if (value !== undefined && value !== null)
                return pack(value);
            model.fail_load('the function that loads it returned nothing');
        } catch (error) {
            model.fail_load(`${error.name}: ${error.message}`);
        }
        return null;
    };
}

function discarding(discard) {
    return (_model, object) => {
        try {
            discard(unpack(object));
        } catch (error) {
            logError(error, 'What was loaded could not be discarded');
        }
    };
}

/* The options are discard, a function that is given what goes; size, the bytes that are
 * declared; and those of the properties, the timeout in microseconds. */
function newWithLoader(Mgr, toBytes, name, load, options) {
    const unknown = Object.keys(options).find(key => !OPTIONS.includes(key));
    if (unknown !== undefined)
        throw new TypeError(`There is no option “${unknown}”: use ${OPTIONS.join(', ')}`);

    const properties = {
        name,
        component: options.component ?? null,
        clock: options.clock ?? null,
        declared_size: toBytes(options.size ?? 0),
    };
    for (const [key, property] of [['safety', 'safety'], ['priority', 'priority'],
        ['loadTimeout', 'load_timeout']]) {
        if (options[key] !== undefined)
            properties[property] = options[key];
    }

    const model = new Mgr.Model(properties);
    model.connect('load', loading(load));
    if (options.discard)
        model.connect('discard', discarding(options.discard));
    return model;
}

/* A method of what stands for the object is called on the object, which stays meanwhile. */
function forward(model, name) {
    return model.using(object => {
        const value = object[name];
        if (typeof value !== 'function')
            return value;
        return (...rest) => model.using(held => held[name](...rest));
    });
}

function standFor(model) {
    return new Proxy(function () {}, {
        apply: (_target, _self, rest) => model.using(object => object(...rest)),
        get: (_target, name) => forward(model, name),
        has: (_target, name) => model.using(object => name in object),
        set: (_target, name, value) => model.using(object => {
            object[name] = value;
            return true;
        }),
    });
}

function overrideUse(Mgr, override) {
    const prototype = Mgr.ModelUse.prototype;

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

function overrideModel(Mgr, {holding, override, toBytes}) {
    const prototype = Mgr.Model.prototype;
    const end = use => {
        if (!use.is_ended())
            use.end();
    };

    Mgr.Model.withLoader = (name, load, options = {}) =>
        newWithLoader(Mgr, toBytes, name, load, options);
    override(Mgr.Model, 'new', create => (name, component = null, size = 0) =>
        create(name, component, toBytes(size)));
    Gio._promisify(prototype, 'acquire_async', 'acquire_finish');

    /* Calls fn(object), and ends the use once it has ended, also where that is a promise. */
    prototype.using = function (fn) {
        const use = this.use();
        return holding(use.object, () => end(use), fn);
    };
    /* The same without blocking for the load. */
    prototype.usingAsync = async function (fn, cancellable = null) {
        const use = await this.acquire_async(cancellable);
        return holding(use.object, () => end(use), fn);
    };
    Mgr.ModelRegistry.prototype.using = function (name, fn) {
        const use = this.use(name);
        return holding(use.object, () => end(use), fn);
    };
    /* What stands for the object that load() gives: each access loads it where it has to. */
    Mgr.lazyModel = (load, {name = load.name || 'lazy', registry = null, ...options} = {}) => {
        const model = Mgr.Model.withLoader(name, load, options);
        registry?.register(model);
        return standFor(model);
    };

    overrideUse(Mgr, override);
}
