/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The scenario in JavaScript; scenario.py and test-scenario.c say the same, line by
 * line. */

const {Gio, GLib, Mgr} = imports.gi;

const KIB = 1024;

function iterateUntil(isDone) {
    while (!isDone())
        GLib.MainContext.default().iteration(true);
}

/* The nick of a value of an enumeration: NO_BUDGET is no-budget. */
function nickOf(enumeration, value) {
    const name = Object.keys(enumeration).find(key => enumeration[key] === value);
    return name.toLowerCase().replaceAll('_', '-');
}

/* Calls and says how large the allocation is, or how the error reads. */
function attempt(what, allocate) {
    let allocation = null;

    try {
        allocation = allocate();
        print(`${what}: ${allocation.size} bytes`);
    } catch (error) {
        print(`${what}: ${nickOf(Mgr.Error, error.code)}: ${error.message}`);
    }

    return allocation;
}

function showComponents(manager) {
    for (const component of manager.components) {
        print(`${component.path}: budget ${component.budget}, used ${component.used}`);
        for (const child of component.children)
            print(`${child.path}: budget ${child.budget}, used ${child.used}`);
    }
}

function playTree(manager) {
    print('# tree');
    const models = manager.add_component('ml-models', 600 * KIB);
    manager.add_component('bert', 400 * KIB, models);
    const cache = manager.add_component('cache');
    cache.set_budget_share(0.25);
    showComponents(manager);
}

function playAllocate(manager) {
    print('# allocate');
    const allocation = attempt('weights', () => manager.allocate('ml-models/bert', 100 * KIB,
        {description: 'weights', priority: 8, tags: ['float32', 'shared']}));
    print(`${allocation.component.path}, “${allocation.description}”, ` +
        `priority ${allocation.priority}, tags ${allocation.tags.join(' ')}`);
    attempt('too much now', () => manager.allocate('ml-models/bert', 301 * KIB));
    attempt('too much for ever', () => manager.allocate('ml-models/bert', 401 * KIB));
    attempt('nothing', () => manager.allocate('cache', 0));
    attempt('nowhere', () => manager.allocate('ml-models/gpt', 1));
    attempt('out of range', () => manager.allocate('cache', 1, {description: 'x', priority: 11}));
    showComponents(manager);

    const byId = manager.allocate('cache', 10).keep();
    manager.deallocate(byId);
    allocation.release();
    try {
        allocation.release();
    } catch (error) {
        print(`released again: ${nickOf(Mgr.Error, error.code)}`);
    }
    showComponents(manager);
}

function playAdaptive(manager) {
    print('# adaptive and fallback');
    const holder = manager.allocate('ml-models/bert', 300 * KIB, 'holder');
    const adaptive = attempt('adaptive', () => manager.allocate_adaptive('ml-models/bert',
        200 * KIB, {minimum: 10 * KIB}));
    attempt('adaptive in vain', () => manager.allocate_adaptive('ml-models/bert', 200 * KIB,
        {minimum: 10 * KIB}));
    adaptive.release();
    const fallback = attempt('fallback', () => manager.allocate_with_fallback('ml-models/bert',
        200 * KIB, 50 * KIB));
    const sizes = manager.list_allocations('ml-models').map(allocation => allocation.size);
    print(`listed: ${sizes.join(' ')}`);
    fallback.release();
    holder.release();
}

class Waiter {
    constructor(manager, name, size, priority, timeout = 0) {
        this.name = name;
        this.isDone = false;
        this.cancellable = new Gio.Cancellable();
        manager.allocate_async('cache', size, name, priority, null, timeout, this.cancellable,
            (source, result) => this._finished(source, result));
    }

    _finished(manager, result) {
        try {
            this.allocation = manager.allocate_finish(result);
            print(`${this.name} got ${this.allocation.size} bytes`);
        } catch (error) {
            const timedOut = error.matches(Mgr.Error, Mgr.Error.TIMED_OUT);
            print(`${this.name} ${timedOut ? 'timed out' : 'was cancelled'}`);
        }
        this.isDone = true;
    }
}

function playAsync(manager, clock) {
    print('# async');
    const holder = manager.allocate('cache', 200 * KIB, 'holder');
    const low = new Waiter(manager, 'low', 100 * KIB, 2);
    const high = new Waiter(manager, 'high', 100 * KIB, 9);
    const cancelled = new Waiter(manager, 'cancelled', 100 * KIB, 1);
    const late = new Waiter(manager, 'late', 100 * KIB, 1, 1000);

    cancelled.cancellable.cancel();
    iterateUntil(() => cancelled.isDone);
    clock.advance(1000);
    iterateUntil(() => late.isDone);
    holder.release();
    iterateUntil(() => low.isDone && high.isDone);
    low.allocation.release();
    high.allocation.release();
}

function playPressure(manager) {
    print('# pressure');
    let seen = 0;

    manager.connect('pressure-changed', (source, level, sample) => {
        seen++;
        print(`level ${nickOf(Mgr.PressureLevel, level)} at ${Math.round(sample.usage * 100)} %`);
    });
    manager.add_component('data');
    for (const size of [870 * KIB, 90 * KIB]) {
        const before = seen;

        manager.allocate('data', size).keep();
        manager.monitor.sample();
        manager.monitor.sample();
        iterateUntil(() => seen > before);
    }
}

function makePlan(cleaner) {
    const plan = cleaner.plan(Mgr.CleanupStrategy.MODERATE, Mgr.CleanupFlags.NONE);

    print(`plan to free ${plan.target}, expecting ${plan.expected}`);
    for (const [label, steps] of [['asks', plan.steps], ['keeps', plan.kept],
        ['protects', plan.protected]]) {
        print(label);
        for (const step of steps)
            print(`  ${step.name}, ${step.expected}: ${step.reason}`);
    }
    return plan;
}

function showCleanup(report) {
    const strategy = nickOf(Mgr.CleanupStrategy, report.strategy);
    const names = list => `[${list.join(' ')}]`;

    print(`${strategy} claimed ${report.claimed}, ` +
        `cleaned ${names(report.cleaned)}, kept ${names(report.kept)}, ` +
        `protected ${names(report.protected)}`);
}

function playCleanup(manager) {
    print('# cleanup');
    for (const [name, size] of [['temp_rows', 300], ['_cache_prices', 100], ['table', 500],
        ['weights', 900]]) {
        const resource = Mgr.Resource.new(name, size);

        resource.connect('reclaim', (source, target) => {
            print(`reclaim ${source.name}: ${target}`);
            return source.size;
        });
        manager.register_resource(resource);
        if (name === 'weights')
            resource.set_safety(Mgr.Safety.PROTECTED);
    }

    const plan = makePlan(manager.cleaner);
    showCleanup(manager.cleaner.execute(plan));
    try {
        manager.cleaner.execute(plan);
    } catch (error) {
        print(error.message);
    }
    showCleanup(manager.cleanup(Mgr.CleanupStrategy.EMERGENCY, true, true));
}

function playReport(manager) {
    print('# report');
    iterateUntil(() => manager.get_report().cleanups === 2);
    const report = manager.get_report();
    print(`level ${nickOf(Mgr.PressureLevel, report.level)}, budget ${report.budget}, ` +
        `used ${report.used}, refused ${report.refused}, cleanups ${report.cleanups}, ` +
        `claimed ${report.claimed}`);
}

/* What is measured, over its limit, objected to and in use. */
function registerMore(manager) {
    const register = (name, size) => {
        const resource = Mgr.Resource.new(name, size);

        resource.connect('reclaim', (source, target) => {
            print(`reclaim ${source.name}: ${target}`);
            return source.size;
        });
        manager.register_resource(resource);
        return resource;
    };

    register('temp_measured', 0).connect('measure', () => 300);
    const over = register('temp_over', 50);
    over.set_limit(40);
    over.connect('rebuild', source => {
        print(`rebuild ${source.name}`);
        return 45;
    });
    register('temp_vetoed', 200).connect('query-veto', () => true);
    return register('temp_pinned', 100);
}

function attemptRestore(manager, name) {
    try {
        manager.restore(name);
        print(`restored ${name}`);
    } catch (error) {
        print(`${nickOf(Mgr.Error, error.code)}: ${error.message}`);
    }
}

function playResources(manager) {
    print('# resources');
    const pinned = registerMore(manager);

    pinned.begin_access();
    showCleanup(manager.cleanup(Mgr.CleanupStrategy.EMERGENCY, true, true));
    pinned.end_access();
    try {
        pinned.end_access();
    } catch (error) {
        print(`ended again: ${nickOf(Mgr.Error, error.code)}`);
    }
    showCleanup(manager.cleanup(Mgr.CleanupStrategy.LIGHT, false, true));

    for (const record of manager.cleaner.list_records()) {
        print(`${record.name}, ${nickOf(Mgr.Safety, record.safety)}: ${record.size} bytes, ` +
            `${record.reason}, ${record.can_restore ? 'can be restored' : 'is lost'}`);
    }
    for (const name of ['temp_over', 'temp_over', 'temp_measured', 'temp_measure'])
        attemptRestore(manager, name);
}

function showRules(rules) {
    print(rules.list_rules().map(rule =>
        `${rule.pattern}:${nickOf(Mgr.Safety, rule.safety)}`).join(' '));
}

function playRules(manager) {
    print('# rules');
    const {rules} = manager.cleaner;

    showRules(rules);
    rules.insert(0, 'temp_keep_*', Mgr.Safety.PROTECTED);
    while (rules.list_rules().length > 2)
        rules.remove(1);
    showRules(rules);
    try {
        rules.insert(3, 'beyond', Mgr.Safety.SAFE);
    } catch (error) {
        print(`${nickOf(Mgr.Error, error.code)}: ${error.message}`);
    }
}

function playGroup(manager) {
    print('# group');
    const parts = {temp_rows: 70, weights: 90, table: 30};
    const group = Mgr.ResourceGroup.new('model', null);

    group.connect('list-items', () => Object.keys(parts).sort());
    group.connect('item-size', (source, item) => parts[item] ?? 0);
    group.connect('drop-item', (source, item) => {
        const size = parts[item];
        print(`drop ${item}`);
        delete parts[item];
        return size;
    });
    manager.register_group(group);
    for (const resource of group.list_resources())
        print(`${resource.name}: ${nickOf(Mgr.Safety, resource.safety)}`);
    showCleanup(manager.cleanup(Mgr.CleanupStrategy.EMERGENCY, true, true));
    print(`left: ${Object.keys(parts).sort().join(' ')}`);
}

function playJournal(manager) {
    print('# journal');
    const journal = manager.journal;
    const first = journal.add(Mgr.JournalKind.PHASE, Mgr.JournalSeverity.INFO,
        'The training began', {rows: 1000});
    journal.add(Mgr.JournalKind.OTHER, Mgr.JournalSeverity.WARNING, 'It forgot a row',
        {rule: 'too long'}, first);
    for (const entry of journal.list().reverse()) {
        print(`${entry.id} ${nickOf(Mgr.JournalKind, entry.kind)} ` +
            `${nickOf(Mgr.JournalSeverity, entry.severity)} ${entry.cause}: ${entry.summary}`);
    }
    print(journal.explain(first).split('\n').slice(1).join('\n'));
}

function playUpkeep() {
    print('# upkeep');
    const manager = new Mgr.Manager({total_budget: 100 * KIB});
    manager.monitor.stop();
    manager.set_arbitration(Mgr.Arbitration.ALWAYS);
    manager.set_cleanup_after_phase(false);
    const component = manager.add_component('c', 0, null);
    const rows = component.allocate(60 * KIB, 'rows', 5, null);
    const resource = Mgr.Resource.new('temp_rows', 60 * KIB);

    resource.set_component(component);
    resource.connect('reclaim', (source, target) => {
        print(`rows give way for ${target}`);
        rows.release();
        return 60 * KIB;
    });
    manager.register_resource(resource);

    manager.begin_phase('training');
    const weights = manager.allocate('c', 80 * KIB, 'weights', 5, null);
    const report = manager.end_phase('training');
    print(`training: ${report.used_before} to ${report.used_after}, ${report.alert}`);

    manager.set_emergency_reserve(64 * KIB);
    print(`emergency: ${manager.declare_emergency()}`);
    weights.release();
}

const clock = Mgr.ManualClock.new(0);
const manager = new Mgr.Manager({
    total_budget: 1024 * KIB,
    clock,
    proc_path: '/nonexistent',
    cgroup_path: '/nonexistent',
});
manager.set_automatic_cleanup(false);
manager.monitor.stop();

playTree(manager);
playAllocate(manager);
playAdaptive(manager);
playAsync(manager, clock);
playPressure(manager);
playCleanup(manager);
playReport(manager);
playResources(manager);
playGroup(manager);
playRules(manager);
playJournal(manager);
playUpkeep();
