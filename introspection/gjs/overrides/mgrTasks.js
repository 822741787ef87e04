/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes tasks and the scheduler read like JavaScript:
 *
 *     const rows = await manager.scheduler.run('parse', () => parse(path), {memory: '200 MiB'});
 *     const task = scheduler.submit(Mgr.Task.new('parse', async task => {…}, {priority: 'high'}));
 *     const rows = await task.finished();
 *
 * Functions run where the manager was made, beside each other as far as they await, in an
 * executor of the name promises. What a function throws is the reason error and its text;
 * a request for memory that did not fit is the reason oom, so that it is tried again with
 * more. */

/* exported overrideTasks */

const {Gio, GLib, GObject} = imports.gi;

const EXECUTOR = 'promises';

/* The function of a task and what that returned, which the task keeps. */
const BODY = Symbol('body');

const OPTIONS = ['after', 'argv', 'component', 'deadline', 'directory', 'environment', 'executor',
    'expectedDuration', 'maxRetries', 'memory', 'outputPath', 'preemptible', 'priority', 'rank',
    'stdinPath', 'tags', 'timeout'];

/* Of those that are numbers, what GLib takes. */
const RANGES = {
    deadline: [0, Number.MAX_SAFE_INTEGER],
    expectedDuration: [0, Number.MAX_SAFE_INTEGER],
    maxRetries: [0, 65535],
    rank: [1, 10],
    timeout: [0, Number.MAX_SAFE_INTEGER],
};

const ATTRIBUTES = ['attempt', 'exit_status', 'grant', 'id', 'peak'];

let Mgr, tools;
let Promises;

function toError(error) {
    if (error instanceof GLib.Error)
        return error;

    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return new GLib.Error(Mgr.Error.quark(), Mgr.Error.FAILED, text);
}

function reasonOf(error) {
    return error.matches(Mgr.Error.quark(), Mgr.Error.NO_BUDGET)
        ? Mgr.TaskReason.OOM : Mgr.TaskReason.ERROR;
}

/* What got done needs its function no more: the scheduler lists it for a while. */
async function runBody(attempt) {
    const task = attempt.get_task();
    const body = task[BODY];

    try {
        body.value = await body.fn(task, attempt.get_cancellable());
        body.fn = null;
        attempt.report_finished(Mgr.TaskReason.DONE, 0, null);
    } catch (thrown) {
        const error = toError(thrown);
        attempt.report_finished(reasonOf(error), 1, error);
    }
}

function makeExecutor() {
    Promises ??= GObject.registerClass({
        GTypeName: 'MgrScriptExecutor',
        Implements: [Mgr.Executor],
    }, class extends GObject.Object {
        vfunc_get_name() {
            return EXECUTOR;
        }

        vfunc_get_flags() {
            return Mgr.ExecutorFlags.CLOSURES;
        }

        vfunc_get_slots() {
            return 0;
        }

        vfunc_start(attempt) {
            runBody(attempt);
            return true;
        }
    });
    return new Promises();
}

/* What is out of range GLib replaces by the default, with a warning. */
function checkRange(name, value) {
    const range = RANGES[name];

    if (range !== undefined && !(value >= range[0] && value <= range[1])) {
        throw new RangeError(`The ${name} of a task is a number from ${range[0]} to ${range[1]}, ` +
            `and not ${value}`);
    }
}

/* The words of a command, which are no text. */
function checkArgv(argv) {
    if (!Array.isArray(argv)) {
        throw new TypeError(`The words of a command are a list, such as ['ls', '-l'], and ${argv} ` +
            'is none: GLib.shell_parse_argv() makes one of it');
    }
    if (argv.length === 0)
        throw new RangeError('The words of a command begin with its program, and there are none');

    return argv;
}

function setOption(task, name, value) {
    const property = name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

    checkRange(name, value);
    if (name === 'after')
        [value].flat().forEach(before => task.add_dependency(before));
    else if (name === 'argv')
        task.argv = checkArgv(value);
    else if (name === 'memory')
        task.memory = tools.toBytes(value ?? 0);
    else if (name === 'component' && typeof value !== 'string')
        task.component = value.path;
    else if (name === 'priority' && typeof value === 'string')
        task.priority = toPriority(value);
    else
        task[property] = value;
}

function toPriority(nick) {
    const priority = Mgr.TaskPriority[nick.toUpperCase()];
    if (priority === undefined)
        throw new TypeError(`There is no priority “${nick}”: use critical, high, normal, low or ` +
            'deferred');

    return priority;
}

function withOptions(task, options) {
    const unknown = Object.keys(options).find(key => !OPTIONS.includes(key));
    if (unknown !== undefined)
        throw new TypeError(`There is no option “${unknown}”: use ${OPTIONS.join(', ')}`);

    Object.entries(options).forEach(([name, value]) => setOption(task, name, value));
    return task;
}

function neverCalled() {
    return false;
}

function newTask(create, name, fn, options = {}) {
    if (typeof fn !== 'function')
        throw new TypeError(`A task calls a function, and ${fn} is none`);

    /* Run by the executor below, which knows promises. */
    const task = create(name, neverCalled);
    task.in_owner = true;
    task[BODY] = {fn, value: undefined};
    return withOptions(task, {...options, executor: options.executor ?? EXECUTOR});
}

/* No thread may call a function of JavaScript, and no other executor knows what it returns. */
function checkExecutor(scheduler, task) {
    const executor = scheduler.lookup_executor(task.executor ?? 'threads');

    if (task.executor === EXECUTOR || executor === null ||
        (executor.get_flags() & Mgr.ExecutorFlags.CLOSURES) === 0)
        return;

    throw new TypeError(`The executor “${executor.get_name()}” cannot run task “${task.name}”, ` +
        `as functions of JavaScript run where the manager was made: name none, or “${EXECUTOR}”`);
}

/* Waits for the end. Resolves to what the function returned, or undefined of a command,
 * and rejects with what it ended with otherwise. */
async function finished(cancellable = null) {
    if (this.state === Mgr.TaskState.NEW) {
        throw new Error(`Task “${this.name}” was not submitted, so it would never end: ` +
            'submit it first');
    }

    await this.wait_async(cancellable);
    return this[BODY]?.value;
}

/* Throws where the task should end now: it was cancelled, or others need its memory. The
 * latter is run again later. */
function checkpoint({progress, message = null, memory} = {}) {
    if (progress !== undefined)
        this.set_progress(progress, message);
    if (memory !== undefined)
        this.report_memory(tools.toBytes(memory));
    if (this.should_yield()) {
        throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED,
            `“${this.name}” was asked to end`);
    }
}

function overrideTask() {
    const task = Mgr.Task;

    tools.override(task, 'new', create => (...values) => newTask(create, ...values));
    tools.override(task, 'new_command', create => (name, argv, options = {}) =>
        withOptions(create(name, checkArgv(argv)), options));
    tools.override(task.prototype, 'report_memory', report => function (bytes) {
        report.call(this, tools.toBytes(bytes));
    });
    Gio._promisify(task.prototype, 'wait_async', 'wait_finish');
    task.prototype.finished = finished;
    task.prototype.checkpoint = checkpoint;
    tools.addRecordAttributes(task, ATTRIBUTES);
}

function overrideScheduler() {
    const prototype = Mgr.Scheduler.prototype;

    tools.override(prototype, 'submit', submit => function (task) {
        if (task[BODY] !== undefined) {
            checkExecutor(this, task);
            if (this.lookup_executor(EXECUTOR) === null)
                this.add_executor(makeExecutor());
        }
        submit.call(this, task);
        return task;
    });
    prototype.run = function (name, fn, options = {}) {
        return this.submit(Mgr.Task.new(name, fn, options)).finished();
    };
    Object.defineProperty(prototype, 'statistics', {
        configurable: true,
        get() {
            return this.get_statistics();
        },
    });
}

function overrideTasks(mgr, given) {
    [Mgr, tools] = [mgr, given];

    overrideTask();
    overrideScheduler();
    Object.defineProperty(Mgr.Manager.prototype, 'scheduler', {
        configurable: true,
        get() {
            return this.get_scheduler();
        },
    });
}
