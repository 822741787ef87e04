/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the GJS override adds. What all languages share is in scenario.js. */

const {Gio, GLib, GObject, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, runTests, test} = imports.tap;

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

function assertThrows(run, domain, code) {
    try {
        run();
    } catch (error) {
        assertMatches(error, domain, code);
        return error;
    }
    throw new Error(`nothing was thrown instead of ${code}`);
}

function assertMatches(error, domain, code) {
    if (!(error instanceof domain) || error.code !== code)
        throw error;
}

async function assertRejects(promise, domain, code) {
    try {
        await promise;
    } catch (error) {
        assertMatches(error, domain, code);
        return;
    }
    throw new Error(`nothing was rejected instead of ${code}`);
}

test('sizes as text', () => {
    const manager = makeManager();
    const bert = manager.lookup_component('ml-models/bert');

    assertEqual(Mgr.Manager.new('1.5 MiB').total_budget, 1.5 * MIB);
    const allocation = manager.allocate('ml-models/bert', '1 KiB');
    assertEqual(allocation.size, 1024);
    allocation.resize('2 KiB');
    assertEqual(allocation.size, 2048);
    allocation.release();

    const adaptive = manager.allocate_adaptive(bert, '9 MiB', {minimum: '1 MiB'});
    assertEqual(adaptive.size, 8 * MIB);
    adaptive.release();
    const fallback = manager.allocate_with_fallback(bert, '9 MiB', '1 KiB');
    assertEqual(fallback.size, 1024);
    fallback.release();

    bert.set_budget('4 MiB');
    bert.set_guaranteed('1 MiB');
    assertEqual([bert.budget, bert.guaranteed], [4 * MIB, MIB]);
    bert.release(bert.reserve('1 KiB'));
    manager.set_total_budget('32 MiB');
    assertEqual([bert.used, manager.total_budget], [0, 32 * MIB]);
    assertThrows(() => manager.allocate(bert, '1 parsec'), Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
});

test('options', () => {
    const manager = makeManager();
    const bert = manager.lookup_component('ml-models/bert');
    const described = allocation =>
        [allocation.description, allocation.priority, allocation.tags];

    const options = {description: 'weights', priority: 8, tags: ['a', 'b']};
    for (const allocation of [
        manager.allocate('ml-models/bert', 1, options),
        manager.allocate(bert, 1, 'weights', 8, ['a', 'b']),
        manager.allocate_adaptive(bert, 1, options),
        manager.allocate_with_fallback(bert, 1, 1, options),
        bert.allocate(1, options),
        bert.allocate(1, 'weights', 8, ['a', 'b']),
    ]) {
        assertEqual(described(allocation), ['weights', 8, ['a', 'b']]);
        allocation.release();
    }

    const plain = manager.allocate(bert, 1);
    assertEqual([plain.priority, plain.tags], [Mgr.PRIORITY_DEFAULT, []]);
    plain.release();

    let message = '';
    try {
        manager.allocate(bert, 1, {prio: 3});
    } catch (error) {
        message = error.message;
    }
    assertEqual(message, 'There is no option “prio”: use description, priority, tags');
});

test('errors', () => {
    const manager = makeManager();

    const error = assertThrows(() => manager.allocate('ml-models/bert', '9 MiB'),
        Mgr.Error, Mgr.Error.INFEASIBLE);
    assertEqual(error.matches(Mgr.Error, Mgr.Error.INFEASIBLE), true);
    assertEqual(error.message.includes('ml-models/bert'), true);
    assertThrows(() => manager.allocate('nowhere', 1), Mgr.Error, Mgr.Error.NOT_FOUND);

    const holder = manager.allocate('ml-models/bert', 1);
    assertThrows(() => manager.allocate('ml-models/bert', 8 * MIB),
        Mgr.Error, Mgr.Error.NO_BUDGET);
    holder.release();
    assertThrows(() => holder.release(), Mgr.Error, Mgr.Error.DOUBLE_RELEASE);
});

test('components', () => {
    const manager = makeManager();

    manager.add_component('cache');
    manager.add_component('gpt', 1024, 'ml-models');
    assertEqual([...manager.components].map(component => component.name), ['ml-models', 'cache']);
    assertEqual([...manager.components.get_item(0).children].map(child => child.path),
        ['ml-models/bert', 'ml-models/gpt']);
    const held = manager.allocate('ml-models/gpt', 10, {tags: ['odd']});
    assertEqual([manager.list_allocations().length, manager.list_allocations('cache').length,
        manager.list_allocations(null, 'odd').length], [1, 0, 1]);
    held.release();
});

test('withAllocation', () => {
    const manager = makeManager();
    const bert = manager.lookup_component('ml-models/bert');

    assertEqual(manager.withAllocation(bert, '1 KiB', () => bert.used), 1024);
    assertEqual(manager.withAllocation(bert, 10, {priority: 3}, held => held.priority), 3);
    assertEqual(bert.used, 0);

    let caught = '';
    try {
        manager.withAllocation(bert, 10, () => {
            throw new Error('inside');
        });
    } catch (error) {
        caught = error.message;
    }
    assertEqual([caught, bert.used], ['inside', 0]);

    manager.withAllocation(bert, 10, held => held.release());
    assertEqual(bert.used, 0);
});

test('withAllocation and a promise', async () => {
    const manager = makeManager();
    const bert = manager.lookup_component('ml-models/bert');

    const during = manager.withAllocation(bert, 10, async () => {
        await null;
        return bert.used;
    });
    assertEqual(bert.used, 10);
    assertEqual(await during, 10);
    assertEqual(bert.used, 0);

    let caught = '';
    await manager.withAllocation(bert, 10, () => Promise.reject(new Error('inside')))
        .catch(error => (caught = error.message));
    assertEqual([caught, bert.used], ['inside', 0]);
});

test('allocate_async', async () => {
    const manager = makeManager();
    const bert = manager.lookup_component('ml-models/bert');
    const order = [];

    const holder = await manager.allocate_async(bert, '8 MiB', {description: 'holder'});
    const wait = async (name, priority) => {
        const allocation = await manager.allocate_async('ml-models/bert', 8 * MIB, {priority});
        order.push(name);
        allocation.release();
    };
    const waits = [wait('low', 2), wait('high', 9)];
    await assertRejects(manager.allocate_async(bert, 1, {timeout: 1000}),
        Mgr.Error, Mgr.Error.TIMED_OUT);
    await assertRejects(manager.allocate_async(bert, '9 MiB'), Mgr.Error, Mgr.Error.INFEASIBLE);

    const cancellable = new Gio.Cancellable();
    const cancelled = manager.allocate_async(bert, 1, {cancellable});
    cancellable.cancel();
    await assertRejects(cancelled, Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);

    holder.release();
    await Promise.all(waits);
    assertEqual([order, bert.used], [['high', 'low'], 0]);
});

test('allocate_async with a callback', async () => {
    const manager = makeManager();
    const finish = resolve => (source, result) => resolve(source.allocate_finish(result));

    const first = await new Promise(resolve =>
        manager.allocate_async('ml-models/bert', '1 KiB', {priority: 7}, finish(resolve)));
    const second = await new Promise(resolve =>
        manager.allocate_async('ml-models/bert', 2, 'x', 6, null, 0, null, finish(resolve)));
    assertEqual([first.size, first.priority], [1024, 7]);
    assertEqual([second.size, second.description, second.priority], [2, 'x', 6]);
    first.release();
    second.release();
});

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
    /* The measure, the veto, the reclaim and the rebuild, in this order. */
    const {LEVEL_CRITICAL, LEVEL_WARNING} = GLib.LogLevelFlags;
    for (const level of [LEVEL_CRITICAL, LEVEL_WARNING, LEVEL_CRITICAL, LEVEL_CRITICAL])
        GLib.test_expect_message('Gjs', level, '*disk full*');
    const report = clean(manager, true);
    assertEqual([report.cleaned, report.kept.sort()],
        [['temp_rebuild'], ['temp_measure', 'temp_reclaim', 'temp_veto']]);
    assertThrows(() => manager.restore('temp_rebuild'), Mgr.Error, Mgr.Error.FAILED);
    GLib.test_assert_expected_messages_internal('Gjs', 'test-mgr.js', 0, 'handlers that throw');
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

test('a recorded run', () => {
    const [file, stream] = Gio.File.new_tmp('libmgr-XXXXXX.csv');
    stream.output_stream.write_all(
        't_ms,mem_total_kb,mem_avail_kb,swap_total_kb,swap_free_kb,psi_some_us,cg_current,cg_high,' +
        'cg_max,cg_file,cg_inactive_file,cg_some_us\n' +
        '0,1000,900,0,0,0,0,-1,-1,0,0,0\n2000,1000,10,0,0,0,0,-1,-1,0,0,0\n', null);
    stream.close(null);

    const trace = Mgr.PressureTrace.new_from_file(file.get_path());
    file.delete(null);
    assertEqual([trace.duration, trace.n_rows], [2000000, 2]);

    const clock = Mgr.ManualClock.new(0);
    const monitor = Mgr.PressureMonitor.new(clock);
    trace.add_sources(monitor);
    assertEqual(monitor.sample().usage, 0.1);
    clock.advance(trace.duration);
    assertEqual(monitor.sample().available, 10240);
});

test('journal', () => {
    const manager = makeManager();
    const journal = manager.journal;
    const {JournalKind, JournalSeverity} = Mgr;
    const details = {flag: true, rows: -5, share: 0.5, name: 'rows', names: ['a', 'b']};

    const id = journal.add(JournalKind.OTHER, JournalSeverity.INFO, 'It began', details);
    const entry = journal.lookup(id);
    assertEqual([entry.kind, entry.severity, entry.summary, entry.cause],
        [JournalKind.OTHER, JournalSeverity.INFO, 'It began', 0]);
    const kept = entry.details.recursiveUnpack();
    for (const [key, value] of Object.entries(details))
        assertEqual(kept[key], value);

    manager.add_component('small', '1 MiB');
    assertThrows(() => manager.allocate('small', '2 MiB'), Mgr.Error, Mgr.Error.INFEASIBLE);
    const refusals = journal.list(JournalKind.REFUSAL);
    assertEqual(refusals.length, 1);
    assertEqual(refusals[0].summary, 'A request of 2.0 MiB for “small” was refused');
    assertThrows(() => journal.explain(4711), Mgr.Error, Mgr.Error.NOT_FOUND);
});

test('what the kernel has', () => {
    const paths = {proc_path: '/nonexistent', cgroup_path: '/nonexistent'};
    const monitor = new Mgr.PressureMonitor();
    const limits = new Mgr.MemoryLimits(paths);
    const group = new Mgr.PsiSource({scope: Mgr.PressureScope.GROUP, ...paths});

    monitor.add_system_sources(paths.proc_path, paths.cgroup_path);
    assertEqual(monitor.sample().missing, ['meminfo', 'cgroup', 'swap', 'psi-group', 'psi']);
    monitor.limits = limits;
    monitor.trigger = false;
    assertEqual([monitor.dup_limits() === limits, monitor.get_trigger()], [true, false]);
    assertEqual([limits.limit, limits.headroom, limits.swap], [0, 0, 0]);
    assertEqual([group.get_name(), group.proc_path], ['psi-group', '/nonexistent']);
    assertEqual(Mgr.SwapSource.new(null, null).get_name(), 'swap');
    assertThrows(() => makeManager().set_total_budget_share(0.5), Mgr.Error,
        Mgr.Error.NOT_AVAILABLE);
});

/* Fills the total budget to 90 %, so that the level is critical. */
function press(manager) {
    const allocation = manager.add_component('rest').allocate('57.6 MiB');
    manager.monitor.sample();
    manager.monitor.sample();
    return allocation;
}

function signalFrom(object, name) {
    return new Promise(resolve => {
        const id = object.connect(name, (source, value) => {
            object.disconnect(id);
            resolve(value);
        });
    });
}

test('emergency signal', async () => {
    const manager = makeManager();
    const pid = new Gio.Credentials().get_unix_pid();
    const SIGUSR1 = 10;

    assertEqual(manager.emergency_signal, 0);
    manager.set_emergency_signal();
    assertEqual(manager.emergency_signal, SIGUSR1);

    const both = Promise.all([
        signalFrom(manager, 'emergency'),
        signalFrom(manager, 'cleanup-finished'),
    ]);
    GLib.spawn_command_line_sync(`kill -USR1 ${pid}`);
    const [sample, report] = await both;
    assertEqual(sample.level, Mgr.PressureLevel.NORMAL);
    assertEqual(report.strategy, Mgr.CleanupStrategy.EMERGENCY);

    assertThrows(() => manager.set_emergency_signal(15), Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
    manager.set_emergency_signal(0);
    assertEqual(manager.emergency_signal, 0);
});

test('notifier and watch', async () => {
    const manager = makeManager();
    const directory = GLib.dir_make_tmp('libmgr-XXXXXX');

    for (const channel of [Mgr.PressureChannel.FIFO, Mgr.PressureChannel.SOCKET]) {
        const notifier = Mgr.PressureNotifier.new(manager.monitor, directory, channel);
        assertEqual(notifier.environment,
            [`MEMORY_PRESSURE_WATCH=${notifier.path}`, 'MEMORY_PRESSURE_WRITE=']);
        const watch = Mgr.PressureWatch.new(notifier.path);
        const heard = signalFrom(watch, 'pressure');
        const allocation = press(manager);
        await heard; // eslint-disable-line no-await-in-loop
        assertEqual([watch.active, watch.path], [true, notifier.path]);
        allocation.release();
        manager.remove_component(manager.lookup_component('rest'));
        notifier.run_dispose();
    }

    const plain = Mgr.PressureNotifier.new(manager.monitor, directory);
    assertEqual(plain.channel, Mgr.PressureChannel.FIFO);
    plain.run_dispose();
    assertEqual(GLib.rmdir(directory), 0);
});

test('watch errors', () => {
    const manager = makeManager();

    assertThrows(() => Mgr.PressureWatch.new_from_environment(),
        Mgr.Error, Mgr.Error.NOT_AVAILABLE);
    assertThrows(() => Mgr.PressureWatch.new('relative'), Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
    assertThrows(() => Mgr.PressureWatch.new('/nonexistent', new Uint8Array(4097)),
        Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
    assertThrows(() => Mgr.PressureNotifier.new(manager.monitor, '/nonexistent'),
        Mgr.Error, Mgr.Error.NOT_FOUND);
});

test('configuration', () => {
    const text = '[libmgr]\nmemory-alert=1000 MB\ntotal-budget=75 %\nmonitoring-interval=30 s\n';
    const config = Mgr.Config.new_from_data(text, 'here');

    assertEqual(config.get_size('memory-alert'), 1000000000);
    assertEqual(config.get_share('total-budget'), 0.75);
    assertEqual(config.get_duration('monitoring-interval'), 30000000);
    assertEqual(config.get_ratios('pressure-thresholds').length, 5);
    assertEqual(config.get_boolean('track-process'), false);
    assertEqual(config.get_origin('memory-alert'), 'file here, line 2');
    assertEqual([config.files, config.problems], [[], []]);

    const values = Object.fromEntries(config);
    assertEqual(Object.keys(values), Mgr.Config.list_keys());
    assertEqual([values['memory-alert'], values['total-budget'], values['emergency-signal']],
        [1000000000, 0.75, 'none']);
    assertEqual(Mgr.Config.describe_key('memory-alert').recursiveUnpack()['variable'],
        'MGR_MEMORY_ALERT');
    assertEqual(Mgr.Config.describe_key('memory-alrt'), null);
});

test('a configuration that is wrong', () => {
    const error = assertThrows(() => Mgr.Config.new_from_data('[libmgr]\nmemory-alrt=1 GB\n'),
        Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
    assertEqual(error.message, 'text:2: there is no key “memory-alrt”: did you mean “memory-alert”?');
    assertThrows(() => Mgr.Config.new_from_file('/nonexistent'), Mgr.Error, Mgr.Error.NOT_FOUND);
});

test('a manager with a configuration', () => {
    const config = Mgr.Config.new_from_data(
        '[libmgr]\ntotal-budget=1 GiB\nmonitoring-interval=30 s\nautomatic-cleanup=no\n');
    const manager = new Mgr.Manager({config});

    assertEqual([manager.total_budget, manager.automatic_cleanup], [2 ** 30, false]);
    assertEqual(manager.monitor.interval, 30000000);
    assertEqual(manager.config.get_size('total-budget'), 2 ** 30);
    manager.monitor.stop();

    GLib.setenv('MGR_MEMORY_ALERT', '2 GiB', true);
    assertEqual(Mgr.Config.new().get_size('memory-alert'), 2 ** 31);
    GLib.unsetenv('MGR_MEMORY_ALERT');
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
