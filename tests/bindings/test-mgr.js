/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the GJS override adds. What all languages share is in scenario.js. */

const {Gio, GLib, Mgr} = imports.gi;

const MIB = 1 << 20;

const tests = [];

function test(name, run) {
    tests.push({name, run});
}

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

function assertEqual(actual, expected) {
    const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (left !== right)
        throw new Error(`${left} is not ${right}`);
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
        [Mgr.CleanupStrategy.MODERATE, ['temp_rows'], ['table', 'heap', 'temp_sums'], []]);
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

async function runAll() {
    let failed = 0;

    print(`1..${tests.length}`);
    for (const [i, {name, run}] of tests.entries()) {
        try {
            await run(); // eslint-disable-line no-await-in-loop
            print(`ok ${i + 1} ${name}`);
        } catch (error) {
            failed++;
            print(`not ok ${i + 1} ${name}\n# ${error}\n# ${error.stack}`);
        }
    }

    return failed;
}

const loop = GLib.MainLoop.new(null, false);
let status = 1;
runAll().then(failed => {
    status = failed ? 1 : 0;
}).finally(() => loop.quit());
loop.run();
imports.system.exit(status);
