/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* GPUs in JavaScript, which a fake of NVIDIA's library stands for: 80 GiB each, of which
 * 64, 32 and 16 GiB are free. */

const {GLib, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, runTests, test} = imports.tap;

const GIB = 2 ** 30;

test('list', () => {
    for (let i = 0; i < 3; i++) {
        const devices = Mgr.GpuDevice.list();
        imports.system.gc();
        assertEqual(devices.map(device => [device.index, device.name, device.total,
            device.available]), [[0, 'Fake 0', 80 * GIB, 64 * GIB],
            [1, 'Fake 1', 80 * GIB, 32 * GIB], [2, 'Fake 2', 80 * GIB, 16 * GIB]]);
    }
});

test('books', () => {
    const manager = new Mgr.Manager({total_budget: 2 ** 26, proc_path: '/nonexistent'});
    const gpu = manager.add_gpu(1, '20 GiB');
    const part = gpu.add_component('weights', '8 GiB');
    const held = part.allocate('6 GiB', 'layers');

    assertEqual([gpu.component.used, manager.root.used], [6 * GIB, 0]);
    assertEqual([gpu.device, gpu.total, gpu.component.path], [1, 80 * GIB, 'gpu1']);
    held.release();
    assertEqual(gpu.component.used, 0);
});

runTests();
