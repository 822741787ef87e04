/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the GJS override adds. What all languages share is in scenario.js. */

const {Gio, GLib, Mgr} = imports.gi;

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

runTests();
