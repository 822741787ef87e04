/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the scheduler does with tasks; in every language it says the same. */

imports.gi.versions.Mgr = '1.0';
const {Gio, GLib, Mgr} = imports.gi;

const ERRORS = {[Mgr.Error.BUSY]: 'busy', [Mgr.Error.INFEASIBLE]: 'infeasible'};
const REASONS = {[Mgr.TaskReason.CANCELLED]: 'cancelled', [Mgr.TaskReason.ERROR]: 'error'};

const manager = Mgr.Manager.new('100 MiB');
const {scheduler} = manager;
const ran = [];

function refused(fn) {
    try {
        fn();
    } catch (error) {
        return ERRORS[error.code];
    }
    throw new Error('it was not refused');
}

function fail() {
    throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.FAILED, 'no luck');
}

async function sayEnd(what, task, withText = false) {
    try {
        await task.finished();
    } catch (error) {
        print(`${what}: ${REASONS[task.reason]}${withText ? `, ${error.message}` : ''}`);
    }
}

async function main() {
    /* No two of them fit at once. */
    scheduler.pause();
    const tasks = ['low', 'normal', 'high'].map(priority => scheduler.submit(
        Mgr.Task.new(priority, () => ran.push(priority), {priority, memory: '60 MiB'})));
    print(`paused: waiting ${scheduler.statistics.waiting}, running ${scheduler.statistics.running}`);
    scheduler.resume();
    await Promise.all(tasks.map(task => task.finished()));
    print(`ran: ${ran.join(' ')}`);

    const answer = scheduler.submit(Mgr.Task.new('answer', async () => 42));
    const failing = scheduler.submit(Mgr.Task.new('fail', fail));
    print(`result: ${await answer.finished()}`);
    await sayEnd('failed', failing, true);
    const large = Mgr.Task.new('large', fail, {memory: '1 GiB'});
    print(`too large: ${refused(() => scheduler.submit(large))}`);
    print(`submitted twice: ${refused(() => scheduler.submit(answer))}`);

    scheduler.pause();
    const cancelled = scheduler.submit(Mgr.Task.new('cancelled', fail));
    scheduler.cancel(cancelled);
    await sayEnd('cancelled', cancelled);
    scheduler.resume();
    const late = scheduler.submit(Mgr.Task.new('late', fail, {after: failing}));
    await sayEnd('after a failure', late);

    const {statistics} = scheduler;
    const [nDone, nError, nCancelled] = ['DONE', 'ERROR', 'CANCELLED'].map(
        reason => statistics.get_ended(Mgr.TaskReason[reason]));
    print(`done ${nDone}, error ${nError}, cancelled ${nCancelled}, ` +
        `over-commit ${statistics.overcommit}`);
}

const loop = GLib.MainLoop.new(null, false);
main().catch(logError).finally(() => loop.quit());
loop.run();
