/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the JavaScript override adds to tasks and the scheduler, and that nothing leaks there. */

imports.gi.versions.Mgr = '1.0';
const {Gio, GLib, GObject, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, assertRejects, assertThrows, runTests, test} = imports.tap;

const MIB = 1 << 20;
const N_MANY = 2000;

function failure(fn) {
    try {
        fn();
    } catch (error) {
        return error;
    }
    throw new Error('It did not fail');
}

async function rejection(promise) {
    try {
        await promise;
    } catch (error) {
        return error;
    }
    throw new Error('It did not fail');
}

function tick() {
    return new Promise(resolve => GLib.idle_add(GLib.PRIORITY_LOW, () => {
        resolve();
        return GLib.SOURCE_REMOVE;
    }));
}

test('results', async () => {
    const manager = Mgr.Manager.new('100 MiB');
    const {scheduler} = manager;
    const options = {memory: '10 MiB', priority: 'high', rank: 7, tags: ['x'], expectedDuration: 5};
    const task = Mgr.Task.new('sum', () => ({sum: 3}), options);

    assertEqual(scheduler.submit(task) === task, true);
    assertEqual(await task.finished(), {sum: 3});
    assertEqual([task.memory, task.grant, task.rank, task.id, task.attempt],
        [10 * MIB, 10 * MIB, 7, 1, 1]);
    assertEqual([task.state, task.reason, task.priority],
        [Mgr.TaskState.FINISHED, Mgr.TaskReason.DONE, Mgr.TaskPriority.HIGH]);
    assertEqual(await scheduler.run('async', async () => (await tick(), 'late')), 'late');
    assertEqual(await scheduler.run('nothing', () => {}), undefined);
    assertEqual(manager.root.used, 0);
});

test('a batch size', () => {
    const manager = Mgr.Manager.new('100 MiB');
    const size = manager.suggest_batch_size(1000, MIB);

    assertEqual(size >= 1 && size <= 50, true);
    assertEqual(manager.suggest_batch_size(1000, 1000 * MIB), 1);
});

test('functions that await run beside each other', async () => {
    const {scheduler} = Mgr.Manager.new('100 MiB');
    let n = 0, most = 0;

    await Promise.all([1, 2, 3, 4, 5].map(() => scheduler.run('a', async () => {
        most = Math.max(most, ++n);
        await tick();
        n--;
    }, {memory: '40 MiB'})));
    assertEqual(most, 2);
});

test('what is thrown is an error', async () => {
    const {scheduler} = Mgr.Manager.new('100 MiB');
    const fail = value => scheduler.run('fail', () => {
        throw value;
    });

    assertEqual((await rejection(fail(new TypeError('no grammar')))).message,
        'TypeError: no grammar');
    assertEqual((await rejection(fail('text'))).message, 'text');
    await assertRejects(fail(new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND, 'gone')),
        Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND);
    await assertRejects(scheduler.run('rejects', () => Promise.reject(new Error('late'))),
        Mgr.Error, Mgr.Error.FAILED);
    assertEqual(scheduler.statistics.get_ended(Mgr.TaskReason.ERROR), 4);
});

test('a refusal within gets more memory', async () => {
    const manager = Mgr.Manager.new('100 MiB');
    const parsers = manager.add_component('parsers', '20 MiB');
    const grants = [];

    parsers.reserve('15 MiB');
    await manager.scheduler.run('hungry', task => {
        grants.push(task.grant);
        if (grants.length === 1)
            parsers.reserve('15 MiB');
    }, {memory: '10 MiB'});
    assertEqual(grants, [10 * MIB, 20 * MIB]);
});

test('cancelled', async () => {
    const {scheduler} = Mgr.Manager.new('100 MiB');
    const said = [];
    const task = Mgr.Task.new('work', async self => {
        for (;;) {
            self.checkpoint({progress: 0.5, message: 'half', memory: '3 MiB'});
            await tick(); // eslint-disable-line no-await-in-loop
        }
    });
    const handler = task.connect('progress', (_task, progress, message) => {
        said.push(progress, message);
        task.disconnect(handler);
        scheduler.cancel(task);
    });
    scheduler.submit(task);
    await assertRejects(task.finished(), Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    assertEqual([task.reason, task.peak, ...said],
        [Mgr.TaskReason.CANCELLED, 3 * MIB, 0.5, 'half']);
});

test('dependencies', async () => {
    const {scheduler} = Mgr.Manager.new('100 MiB');
    const order = [];
    const first = Mgr.Task.new('first', () => order.push(1));
    const second = Mgr.Task.new('second', () => order.push(2), {after: first});
    const third = Mgr.Task.new('third', () => order.push(3), {after: [first, second]});

    [third, second, first].forEach(task => scheduler.submit(task));
    await third.finished();
    assertEqual(order, [1, 2, 3]);
});

test('an executor in JavaScript', async () => {
    const {scheduler} = Mgr.Manager.new('100 MiB');
    const attempts = [];
    const Executor = GObject.registerClass({Implements: [Mgr.Executor]},
        class Executor extends GObject.Object {
            vfunc_get_name() {
                return 'elsewhere';
            }

            vfunc_get_flags() {
                return Mgr.ExecutorFlags.COMMANDS;
            }

            vfunc_start(attempt) {
                attempts.push([attempt.number, attempt.grant, attempt.task.argv]);
                attempt.report_measured(attempt.grant * 2);
                attempt.report_finished(Mgr.TaskReason.DONE, 0, null);
                return true;
            }
        });

    scheduler.add_executor(new Executor());
    assertThrows(() => scheduler.add_executor(new Executor()), Mgr.Error, Mgr.Error.EXISTS);
    const task = scheduler.submit(Mgr.Task.new_command('list', ['ls', '-l'], {memory: '1 MiB'}));
    assertEqual(await task.finished(), undefined);
    assertEqual(attempts, [[1, MIB, ['ls', '-l']]]);
    assertEqual([task.peak, task.exit_status], [2 * MIB, 0]);
});

test('bad input', async () => {
    const {scheduler} = Mgr.Manager.new('100 MiB');
    const made = options => () => Mgr.Task.new('a', () => {}, options);

    assertEqual(failure(made({memroy: 1})).message.includes('“memroy”'), true);
    assertEqual(failure(made({priority: 'urgent'})) instanceof TypeError, true);
    assertEqual(failure(() => Mgr.Task.new('a', 'no function')) instanceof TypeError, true);
    assertEqual((await rejection(made({})().finished())).message.includes('not submitted'), true);
    assertThrows(() => scheduler.submit(made({memory: '1 GiB'})()), Mgr.Error,
        Mgr.Error.INFEASIBLE);
    assertThrows(() => scheduler.submit(made({component: 'absent'})()), Mgr.Error,
        Mgr.Error.NOT_FOUND);
});

test('out of range', () => {
    const values = [['rank', 0], ['rank', 11], ['rank', 'high'], ['timeout', -1], ['deadline', -1],
        ['expectedDuration', NaN], ['maxRetries', 70000]];

    for (const [name, value] of values) {
        const error = failure(() => Mgr.Task.new('a', () => {}, {[name]: value}));
        assertEqual(error instanceof RangeError, true);
        assertEqual(error.message.includes(`${name} of a task`), true);
    }
    assertEqual(Mgr.Task.new('a', () => {}, {rank: 10, timeout: 0}).rank, 10);
});

test('the words of a command', () => {
    for (const argv of ['ls -l', undefined, null]) {
        assertEqual(failure(() => Mgr.Task.new_command('a', argv)) instanceof TypeError, true);
        assertEqual(failure(() => Mgr.Task.new_command('a', ['ls'], {argv})) instanceof TypeError,
            true);
    }
    assertEqual(failure(() => Mgr.Task.new_command('a', [])) instanceof RangeError, true);
    assertEqual(Mgr.Task.new_command('a', ['ls', '-l']).argv, ['ls', '-l']);
});

test('no memory declared', () => {
    for (const memory of [null, undefined])
        assertEqual(Mgr.Task.new('a', () => {}, {memory}).memory, 0);
});

test('no other executor runs a function', async () => {
    const {scheduler} = Mgr.Manager.new('100 MiB');
    const made = executor => Mgr.Task.new('a', () => 1, {executor});

    const error = failure(() => scheduler.submit(made('threads')));
    assertEqual(error instanceof TypeError, true);
    assertEqual(error.message.includes('“promises”'), true);
    assertThrows(() => scheduler.submit(made('processes')), Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
    assertThrows(() => scheduler.submit(made('absent')), Mgr.Error, Mgr.Error.NOT_FOUND);
    for (const executor of [undefined, null, 'promises'])
        assertEqual(await scheduler.submit(made(executor)).finished(), 1); // eslint-disable-line no-await-in-loop

    const changed = made('promises');
    changed.executor = null;
    assertEqual(failure(() => scheduler.submit(changed)) instanceof TypeError, true);
});

test('a task is no promise', async () => {
    const {scheduler} = Mgr.Manager.new('100 MiB');
    const task = scheduler.submit(Mgr.Task.new('a', () => 1));

    assertEqual(await task === task, true);
    assertEqual(await task.finished(), 1);
});

test('nothing leaks', async () => {
    const {scheduler} = Mgr.Manager.new('100 MiB');
    let n = 0;

    for (let i = 0; i < N_MANY; i++)
        await scheduler.run('small', () => n++, {memory: 1}); // eslint-disable-line no-await-in-loop
    await tick();
    imports.system.gc();
    assertEqual(n, N_MANY);
    assertEqual(scheduler.get_tasks().get_n_items() <= 256, true);
});

runTests();
