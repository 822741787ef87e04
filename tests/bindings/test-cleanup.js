/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Cleanups and resources in JavaScript. What all languages share is in scenario.js. */

const {Gio, GLib, GObject, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, assertRejects, assertThrows, runTests, test} = imports.tap;

const MIB = 1 << 20;

function makeManager() {
    const manager = new Mgr.Manager({
        total_budget: 64 * MIB,
        proc_path: '/nonexistent',
        cgroup_path: '/nonexistent',
    });

    manager.monitor.stop();
    const models = manager.add_component('ml-models', '16 MiB');
    manager.add_component('bert', '8 MiB', models);
    return manager;
}

test('cleanup', () => {
    const manager = makeManager();

    for (const [name, size] of [['temp_rows', '1 KiB'], ['table', 500], ['temp_sums', 100]]) {
        const resource = Mgr.Resource.new(name, size);
        resource.connect('reclaim', source => source.size);
        manager.register_resource(resource);
    }

    const plan = manager.cleaner.plan();
    assertEqual([plan.steps.map(step => step.name), plan.expected], [['temp_rows'], 1024]);
    const report = manager.cleanup();
    assertEqual([report.strategy, report.cleaned, report.kept, report.protected],
        [Mgr.CleanupStrategy.MODERATE, ['temp_rows'], ['table', 'temp_sums'], []]);
    assertEqual(manager.cleanup(Mgr.CleanupStrategy.EMERGENCY, true).cleaned,
        ['temp_sums', 'table']);

    const dear = Mgr.Resource.new('dear', 10);
    dear.connect('reclaim', source => source.size);
    dear.set_safety(Mgr.Safety.PROTECTED);
    manager.register_resource(dear);
    const {EMERGENCY} = Mgr.CleanupStrategy;
    assertEqual(manager.cleanup(EMERGENCY, true, true, true).protected, ['dear']);
    assertEqual(manager.cleanup(EMERGENCY, true, false, true).cleaned, ['dear']);
    dear.set_size(20);
    const stale = manager.cleaner.plan(EMERGENCY,
        Mgr.CleanupFlags.FORCE | Mgr.CleanupFlags.UNSAFE | Mgr.CleanupFlags.ALLOW_PROTECTED);
    dear.set_size(30);
    assertThrows(() => manager.cleaner.execute(stale), Mgr.Error, Mgr.Error.STALE_PLAN);
});

function registerResource(manager, ...values) {
    const resource = Mgr.Resource.new(...values);
    manager.register_resource(resource);
    return resource;
}

function clean(manager, force = false) {
    return manager.cleanup(Mgr.CleanupStrategy.EMERGENCY, force);
}

function stepOf(report, name) {
    const {reason, error} = report.steps.find(step => step.name === name);
    return [reason, error];
}

function registered(manager) {
    while (GLib.MainContext.default().iteration(false))
        continue;
    /* All but the manager's own. */
    return [...manager.cleaner.resources].map(resource => resource.name)
        .filter(name => name !== 'heap').sort();
}

test('resource functions', () => {
    const manager = makeManager();
    let size = 1000;

    const resource = registerResource(manager, 'temp_a', 0, {
        reclaim: () => {
            const freed = size;
            size = 0;
            return freed;
        },
        measure: () => size,
        rebuild: () => {
            size = 1024;
            return '1 KiB';
        },
        limit: '0.5 KiB',
        lossy: false,
        priority: 7,
    });
    assertEqual([resource.limit, resource.lossy, resource.priority], [512, false, 7]);
    assertEqual(clean(manager).claimed, 1000);
    const [record] = manager.cleaner.list_records();
    assertEqual([record.name, record.size, record.safety, record.lossy, record.can_restore,
        record.reason], ['temp_a', 1000, Mgr.Safety.SAFE, false, true,
        'emergency cleanup at level normal, over its limit of 512 B']);
    assertEqual([manager.restore('temp_a'), resource.size], [true, 1024]);
    assertThrows(() => manager.restore('temp_a'), Mgr.Error, Mgr.Error.EXISTS);
    assertThrows(() => manager.restore('tmp_a'), Mgr.Error, Mgr.Error.NOT_FOUND);

    let message = '';
    try {
        Mgr.Resource.new('temp_b', 1, {reclam: () => 0});
    } catch (error) {
        message = error.message;
    }
    assertEqual(message.startsWith('There is no option “reclam”'), true);
});

test('restore without a handler', () => {
    const manager = makeManager();

    registerResource(manager, 'temp_rows', '1 KiB', {reclaim: () => 1024});
    clean(manager);
    const error = assertThrows(() => manager.restore('temp_rows'),
        Mgr.Error, Mgr.Error.NOT_AVAILABLE);
    assertEqual(error.message.includes('1.0 KiB of it were cleaned just now'), true);
});

test('withAccess', async () => {
    const manager = makeManager();
    const resource = registerResource(manager, 'temp_a', 10, {reclaim: () => 10});

    assertEqual(resource.withAccess(held => [held === resource, held.is_pinned(),
        clean(manager).kept]), [true, true, ['temp_a']]);
    assertEqual(resource.is_pinned(), false);

    let caught = '';
    try {
        resource.withAccess(() => {
            throw new Error('inside');
        });
    } catch (error) {
        caught = error.message;
    }
    assertEqual([caught, resource.is_pinned()], ['inside', false]);

    const during = resource.withAccess(async () => {
        await null;
        return resource.is_pinned();
    });
    assertEqual([await during, resource.is_pinned()], [true, false]);
    assertThrows(() => resource.end_access(), Mgr.Error, Mgr.Error.DOUBLE_RELEASE);
});

test('handlers of a cleanup', () => {
    const manager = makeManager();
    const codes = [];
    const attempt = run => {
        try {
            run();
        } catch (error) {
            codes.push(error.code);
        }
    };

    const resource = registerResource(manager, 'temp_a', 10, {
        reclaim: () => {
            attempt(() => resource.begin_access());
            attempt(() => manager.cleanup());
            attempt(() => manager.restore('temp_a'));
            resource.unregister();
            return 10;
        },
    });
    assertEqual([clean(manager).cleaned, registered(manager)], [['temp_a'], []]);
    assertEqual(codes, [0, 0, 0].fill(Mgr.Error.WOULD_DEADLOCK));
});

test('handlers that claim too much, and drop the manager', () => {
    const held = {manager: makeManager()};
    const {cleaner} = held.manager;
    const resource = registerResource(held.manager, 'temp_a', 10, {
        reclaim: () => {
            delete held.manager;
            return '1 TiB';
        },
    });

    assertEqual(clean(held.manager).cleaned, ['temp_a']);
    assertEqual([resource.size, cleaner.list_records()[0].size], [0, 10]);
});

test('handlers that throw', () => {
    const manager = makeManager();
    const fail = () => {
        throw new Error('disk full');
    };

    for (const [name, functions] of [
        ['temp_veto', {reclaim: () => 10, veto: fail}],
        ['temp_measure', {reclaim: () => 10, measure: fail}],
        ['temp_rebuild', {reclaim: () => 10, rebuild: fail}],
        ['temp_reclaim', {reclaim: fail}],
    ])
        registerResource(manager, name, 10, functions);
    /* The measure and the veto, which have nowhere to say it; then the step, once. */
    const {LEVEL_CRITICAL, LEVEL_MESSAGE, LEVEL_WARNING} = GLib.LogLevelFlags;
    GLib.test_expect_message('Gjs', LEVEL_CRITICAL, '*disk full*');
    GLib.test_expect_message('Gjs', LEVEL_WARNING, '*disk full*');
    GLib.test_expect_message('libmgr', LEVEL_MESSAGE, '“temp_reclaim” failed*Error: disk full');
    const report = clean(manager, true);
    GLib.test_assert_expected_messages_internal('Gjs', 'test-mgr.js', 0, 'handlers that throw');
    assertEqual([report.cleaned, report.kept.sort()],
        [['temp_rebuild'], ['temp_measure', 'temp_reclaim', 'temp_veto']]);
    assertEqual(stepOf(report, 'temp_reclaim'), ['failed', 'Error: disk full']);
    assertEqual(assertThrows(() => manager.restore('temp_rebuild'),
        Mgr.Error, Mgr.Error.FAILED).message,
    '“temp_rebuild” could not be brought back: Error: disk full');
});

test('handlers that throw time and again', () => {
    const manager = makeManager();
    const fail = () => {
        throw new Error('disk full');
    };

    registerResource(manager, 'temp_reclaim', 10, {reclaim: fail, maintain: fail});
    for (let i = 0; i < 3; i++) {
        assertEqual(stepOf(clean(manager), 'temp_reclaim'), ['failed', 'Error: disk full']);
        manager.maintain();
    }
});

test('handlers that return no size', () => {
    const manager = makeManager();

    for (const [answer, says] of [[-1, 'RangeError: the function returned -1'],
        [NaN, 'RangeError: the function returned NaN'], [Infinity, 'RangeError'], [{}, 'RangeError'],
        ['zz', '“zz” is not a size'], [Promise.resolve(10), 'TypeError: the function returned a pro']]) {
        const resource = registerResource(manager, 'temp_a', 10, {reclaim: () => answer});
        const [reason, error] = stepOf(clean(manager), 'temp_a');
        assertEqual([reason, error.startsWith(says), resource.size], ['failed', true, 10]);
        resource.unregister();
    }
    for (const answer of [null, undefined, 0]) {
        const resource = registerResource(manager, 'temp_a', 10, {reclaim: () => answer});
        assertEqual(stepOf(clean(manager), 'temp_a'), ['gave nothing back', null]);
        resource.unregister();
    }
});

test('handlers that throw no error', () => {
    const manager = makeManager();

    for (const [thrown, says] of [['a text', 'a text'], [null, 'null'],
        [new GLib.Error(Mgr.Error, Mgr.Error.FAILED, 'of GLib'), 'of GLib']]) {
        const resource = registerResource(manager, 'temp_a', 10, {
            reclaim: () => {
                throw thrown;
            },
        });
        assertEqual(stepOf(clean(manager), 'temp_a'), ['failed', says]);
        resource.unregister();
    }
});

function assertTypeError(run, says) {
    try {
        run();
    } catch (error) {
        assertEqual([error.name, error.message], ['TypeError', says]);
        return;
    }
    throw new Error(`nothing was thrown instead of ${says}`);
}

test('functions that are none', () => {
    for (const name of ['reclaim', 'measure', 'rebuild', 'maintain', 'veto']) {
        assertTypeError(() => Mgr.Resource.new('temp_a', 10, {[name]: 5}),
            `“${name}” has to be a function, not 5`);
    }
});

test('fail', () => {
    const manager = makeManager();
    const resource = registerResource(manager, 'temp_a', 10);

    resource.connect('reclaim', source => source.fail('no luck') ? 0 : 10);
    assertEqual(stepOf(clean(manager), 'temp_a'), ['failed', 'no luck']);
    assertEqual(resource.fail('nobody asked'), false);
});

test('veto', () => {
    const manager = makeManager();
    const levels = [];

    registerResource(manager, 'temp_a', 10, {
        reclaim: () => 10,
        veto: (resource, level) => levels.push(level) < 2,
    });
    assertEqual(clean(manager, true).kept, ['temp_a']);
    assertEqual(clean(manager).cleaned, ['temp_a']);
    assertEqual(levels, [0, 0, 0].fill(Mgr.PressureLevel.NORMAL));
});

test('names that are taken', () => {
    const manager = makeManager();
    const resource = registerResource(manager, 'temp_a', 10);

    assertThrows(() => manager.register_resource(resource), Mgr.Error, Mgr.Error.EXISTS);
    assertThrows(() => registerResource(manager, 'temp_a', 20), Mgr.Error, Mgr.Error.EXISTS);
    assertEqual(registered(manager), ['temp_a']);
});

/* As the table in test-protection-rules.c says, and test_resources.py. */
test('names', () => {
    const {rules} = makeManager().cleaner;

    for (const [safety, names] of [
        [Mgr.Safety.PROTECTED, `model best_model BestModels result finalResult weight Weights
            portfolioWeights prediction latestPredictions cfg config configuration raw_data rawData
            model_cache temp_results tempResult`],
        [Mgr.Safety.SAFE, `temp tempRows _temp_x temp1 tmp_x TEMP temporary_rows rowsTemporary
            cache cache_prices _cache_x prices_cache HTTPCache batch trainBatch intermediateSums`],
        [Mgr.Safety.CAUTIOUS, `template temperature my_temp_x caches cached minibatch table mode
            raw_data_2`],
    ]) {
        for (const name of names.split(/\s+/))
            assertEqual([name, rules.classify(name)], [name, safety]);
    }
});

test('rules', () => {
    const {rules} = makeManager().cleaner;
    const patterns = () => rules.list_rules().map(rule => rule.pattern);
    const before = patterns();

    rules.insert(0, 'temp_keep_*', Mgr.Safety.PROTECTED);
    assertEqual(rules.lookup('temp_keep_a').safety, Mgr.Safety.PROTECTED);
    rules.remove(0);
    assertEqual(patterns(), before);
    assertThrows(() => rules.insert(99, 'x', Mgr.Safety.SAFE),
        Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
    assertThrows(() => rules.insert(0, '', Mgr.Safety.SAFE),
        Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
});

const Pool = GObject.registerClass({
    Implements: [Mgr.Reclaimer],
}, class Pool extends GObject.Object {
    vfunc_get_name() {
        return 'temp_pool';
    }

    vfunc_estimate() {
        return Mgr.ReclaimEstimate.new(this.size, false, 3, 4);
    }

    vfunc_reclaim(_target, _level, _deadline) {
        if (this.size === 13)
            throw new Error('disk full');
        const freed = this.size;
        this.size = 0;
        return freed;
    }
});

test('a reclaimer', () => {
    const manager = makeManager();
    const pool = new Pool();

    pool.size = 100;
    const resource = Mgr.Resource.new_for_reclaimer(null, pool);
    manager.register_resource(resource);
    assertEqual([clean(manager).claimed, pool.size, resource.reclaimer === pool], [100, 0, true]);
    assertEqual([resource.lossy, resource.rebuild_cost, resource.walk_cost], [false, 3, 4]);

    pool.size = 13;
    const [reason, error] = stepOf(clean(manager), 'temp_pool');
    assertEqual([reason, error.includes('disk full')], ['failed', true]);
});

/* Whether an object is gone can only be seen by what goes with it, once no frame of a
 * function holds it any more. */
async function collect() {
    for (let i = 0; i < 3; i++) {
        await new Promise(resolve => GLib.idle_add(GLib.PRIORITY_LOW, () => resolve()));
        imports.system.gc();
    }
}

function makeOwned(manager, name) {
    const owner = {size: 100, buffer: new Uint8Array(1000)};

    registerResource(manager, name, 0, {
        owner,
        reclaim: (own, resource, target) => {
            own.size -= target;
            return target;
        },
        measure: own => own.size,
        rebuild: own => (own.size = 50),
        veto: own => own.size < 10,
    });
    return owner;
}

test('owners', async () => {
    const manager = makeManager();
    const kept = makeOwned(manager, 'temp_kept');

    makeOwned(manager, 'temp_gone');
    assertEqual(clean(manager).claimed, 200);
    assertEqual([kept.size, manager.restore('temp_kept'), kept.size], [0, true, 50]);
    await collect();
    assertEqual([registered(manager), kept.size], [['temp_kept'], 50]);
    assertEqual(clean(manager).claimed, 50);
});

test('an owner that is a GObject', async () => {
    const manager = makeManager();
    const seen = [];
    const make = owner => registerResource(manager, 'temp_a', 10, {
        owner,
        reclaim: own => seen.push(own instanceof GObject.Object) && 10,
    });

    (() => make(new GObject.Object()))();
    await collect();
    assertEqual(registered(manager), []);

    const kept = new GObject.Object();
    make(kept);
    await collect();
    assertEqual([clean(manager).cleaned, seen], [['temp_a'], [true]]);
});

class Model {
    constructor() {
        this.temp_rows = new Uint8Array(20000);
        this.portfolio_weights = new Uint8Array(10000);
        this.table = new Uint8Array(5000);
        this.batch_size = 32;
    }
}

function makeModel(manager, options) {
    const model = new Model();
    return [model, manager.watch(model, options)];
}

test('watch', () => {
    const manager = makeManager();
    const [model, group] = makeModel(manager);

    assertEqual(group.list_resources().map(resource => [resource.name, resource.safety]),
        [['Model.temp_rows', Mgr.Safety.SAFE], ['Model.portfolio_weights', Mgr.Safety.PROTECTED],
            ['Model.table', Mgr.Safety.CAUTIOUS], ['Model.batch_size', Mgr.Safety.SAFE]]);
    model.batch_late = 'x'.repeat(20000);
    const report = clean(manager);
    assertEqual([report.cleaned, report.protected],
        [['Model.batch_late', 'Model.temp_rows'], ['Model.portfolio_weights']]);
    assertEqual(Object.keys(model), ['portfolio_weights', 'table', 'batch_size']);
    assertEqual(clean(manager, true).cleaned, ['Model.table']);
    assertEqual(Object.keys(model), ['portfolio_weights', 'batch_size']);
});

test('watch common names', () => {
    const manager = makeManager();
    const trainer = {};

    for (const name of ['model', 'result', 'portfolioWeights', 'latestPredictions', 'rawData',
        'tempRows', 'rowsCache'])
        trainer[name] = new Uint8Array(10000);
    manager.watch(trainer, {name: 'trainer'});
    assertEqual(clean(manager, true).cleaned.sort(), ['trainer.rowsCache', 'trainer.tempRows']);
    assertEqual(Object.keys(trainer),
        ['model', 'result', 'portfolioWeights', 'latestPredictions', 'rawData']);
});

test('watch and restore', () => {
    const manager = makeManager();
    const [model, group] = makeModel(manager, {
        name: 'model',
        rebuild: {temp_rows: own => new Uint8Array(own.portfolio_weights.length)},
    });

    group.lookup('temp_rows').withAccess(() => assertEqual(clean(manager).cleaned, []));
    clean(manager, true);
    assertEqual(model.temp_rows, undefined);
    assertEqual([manager.restore('model.temp_rows'), model.temp_rows.length], [true, 10000]);
    assertThrows(() => manager.restore('model.table'), Mgr.Error, Mgr.Error.NOT_AVAILABLE);
});

test('watch and restore what is there again', () => {
    const manager = makeManager();
    const [model] = makeModel(manager, {rebuild: {temp_rows: () => new Uint8Array(8000)}});
    const restore = () => manager.restore('Model.temp_rows');

    for (const value of [new Uint8Array([1, 2, 3]), new Uint8Array(9000), new Uint8Array(50000),
        null]) {
        model.temp_rows = new Uint8Array(20000);
        clean(manager);
        model.temp_rows = value;
        const {message} = assertThrows(restore, Mgr.Error, Mgr.Error.EXISTS);
        assertEqual([message.startsWith('“Model.temp_rows” is there again: it holds'),
            model.temp_rows === value], [true, true]);
    }
    delete model.temp_rows;
    assertEqual([restore(), model.temp_rows.length], [true, 8000]);
});

test('watch and a rebuild that fails', () => {
    const fail = () => {
        throw new Error('disk full');
    };

    for (const [fn, says] of [[fail, 'Error: disk full'],
        [async () => new Uint8Array(8000), 'TypeError: the function returned a promise, and nobody ' +
            'awaits it here: give a function that is done when it returns'],
        [() => undefined, 'TypeError: the function returned nothing, and has not set the property'],
        [own => Object.preventExtensions(own) && 5,
            'TypeError: the property cannot be set: the object is frozen, or has no setter']]) {
        const manager = makeManager();
        const [model] = makeModel(manager, {rebuild: {temp_rows: fn}});

        clean(manager);
        const {message} = assertThrows(() => manager.restore('Model.temp_rows'),
            Mgr.Error, Mgr.Error.FAILED);
        assertEqual(message, `“Model.temp_rows” could not be brought back: ${says}`);
        assertEqual('temp_rows' in model, false);
    }
});

test('watch what is frozen', () => {
    const manager = makeManager();
    const frozen = Object.freeze({temp_rows: new Uint8Array(20000)});

    manager.watch(frozen, {name: 'frozen'});
    const report = clean(manager);
    assertEqual([report.kept, stepOf(report, 'frozen.temp_rows')], [['frozen.temp_rows'],
        ['failed', 'TypeError: the property cannot be deleted: it is frozen or sealed']]);
});

test('watch what has no properties', () => {
    const manager = makeManager();

    for (const [value, kind] of [[5, 'number'], ['abc', 'string'], [null, 'null'],
        [undefined, 'undefined'], [true, 'boolean']]) {
        assertTypeError(() => manager.watch(value),
            `“${kind}” has no properties of its own to watch`);
    }
    const model = new Model();
    assertTypeError(() => manager.watch(model, {rebuild: {temp_rows: 5}}),
        '“rebuild.temp_rows” has to be a function, not 5');
    assertTypeError(() => manager.watch(model, {rebuild: [1]}),
        '“rebuild” has to be an object of functions by the names of properties, not 1');
    assertThrows(() => manager.watch(model, {minimum: 'many'}),
        Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
    assertEqual(registered(manager), []);
});

test('watched objects go', async () => {
    const manager = makeManager();
    const groups = [makeModel(manager), makeModel(manager, {rebuild: {temp_rows: () => []}})]
        .map(([_model, group]) => group);

    assertEqual(groups.map(group => group.name), ['Model', 'Model-2']);
    clean(manager);
    await collect();
    assertEqual([registered(manager), groups.map(group => group.unregister())],
        [[], [false, false]]);
});

test('watch measures', () => {
    const manager = makeManager();
    const shared = new Uint8Array(100000);
    const values = {
        rows: Array.from({length: 5000}, () => 'x'.repeat(100)),
        map: new Map([['a', new ArrayBuffer(50000)], ['b', new ArrayBuffer(50000)]]),
        shared: [shared, shared, shared],
        bytes: new GLib.Bytes(new Uint8Array(30000)),
        nothing: null,
    };
    values.itself = values;

    const group = manager.watch(values, {minimum: 0});
    manager.cleaner.plan();
    const about = (item, expected) =>
        Math.abs(group.lookup(item).size / expected - 1) < 0.1;
    assertEqual([about('rows', 5000 * 264), about('map', 100000), about('shared', 100000),
        about('bytes', 30000), group.lookup('nothing').size], [true, true, true, true, 8]);
});

function registerSliced(manager, slices) {
    const resource = Mgr.Resource.new('temp_sliced', '16 MiB');

    resource.connect('reclaim', (_resource, target) => {
        slices.push(target);
        return target;
    });
    manager.register_resource(resource);
}

test('cleanup in the background', async () => {
    const manager = makeManager();
    const slices = [];

    registerSliced(manager, slices);
    const report = await manager.cleaner.cleanup_async(Mgr.CleanupStrategy.AGGRESSIVE);
    assertEqual([report.claimed, slices.length > 1], [16 * MIB, true]);

    const cancellable = new Gio.Cancellable();
    const cancelled = manager.cleaner.cleanup_async(Mgr.CleanupStrategy.LIGHT,
        Mgr.CleanupFlags.NONE, cancellable);
    cancellable.cancel();
    await assertRejects(cancelled, Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);

    manager.cleaner.resources.get_item(1).set_size(1024);
    const planned = manager.cleaner.execute(manager.cleaner.plan_bytes('0.5 KiB'));
    assertEqual([planned.target, planned.claimed], [512, 512]);
});

runTests();
