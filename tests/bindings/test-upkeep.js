/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Phases, maintenance and emergencies in JavaScript. */

const {GLib, Mgr} = imports.gi;

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
    manager.add_component('ml-models', '16 MiB');
    return manager;
}

function signalFrom(object, name) {
    return new Promise(resolve => {
        const id = object.connect(name, (source, value) => {
            object.disconnect(id);
            resolve(value);
        });
    });
}

test('maintain', async () => {
    const manager = makeManager();
    const resource = Mgr.Resource.new('temp_a', '8 KiB', {
        maintain: () => '1 KiB',
        reclaim: (_resource, target) => target,
        limit: '5 KiB',
        maintenance_interval: 60000000,
    });
    manager.register_resource(resource);

    assertEqual([manager.maintain(), resource.size], [3072, 5120]);
    assertEqual([resource.maintenance_interval, manager.maintenance_interval], [60000000, 300000000]);
    manager.maintenance_interval = 0;
    assertEqual(manager.get_maintenance_interval(), 0);

    manager.set_emergency_reserve('1 MiB');
    assertEqual(manager.emergency_reserve, MIB);
    const emergency = signalFrom(manager, 'emergency');
    assertEqual(manager.declare_emergency(), MIB);
    await emergency;
});

test('withPhase', async () => {
    const manager = makeManager();
    let seen = null;

    assertEqual(manager.withPhase('loading', phase => {
        manager.withAllocation('ml-models', '2 MiB', () => (seen = phase));
        return 7;
    }), 7);
    const {name, report} = seen;
    assertEqual([name, report.name, report.peak, report.used_after], ['loading', 'loading', 2 * MIB, 0]);
    assertEqual([report.alert, report.cleanup, report.cleanups], [null, null, 0]);

    const finished = signalFrom(manager, 'phase-finished');
    assertEqual(await manager.withPhase('training', async phase => {
        seen = phase;
        await finished;
        return manager.allocate('ml-models', '7 MiB');
    }).then(held => held.release()), true);
    assertEqual(seen.report.alert,
        'After “training” components hold 7.0 MiB more than when it began');

    let caught = null;
    try {
        manager.withPhase('evaluation', () => {
            throw new Error('inside');
        });
    } catch (error) {
        caught = error.message;
    }
    assertEqual(caught, 'inside');
    try {
        manager.end_phase('evaluation');
    } catch (error) {
        caught = [error.code, error.message];
    }
    assertEqual(caught, [Mgr.Error.NOT_FOUND,
        'There is no phase “evaluation” to end: none has begun']);
});

runTests();
