#!/usr/bin/gjs
/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A budget, a refusal, and memory that comes back. */

imports.gi.versions.Mgr = '1.0';
const {Mgr} = imports.gi;

const manager = Mgr.Manager.new('256 MiB');
manager.add_component('models', '200 MiB');

manager.withAllocation('models', '150 MiB', {description: 'weights', priority: 8}, weights => {
    print(`holding ${weights.size} bytes of ${weights.description}`);
    try {
        manager.allocate('models', '100 MiB', {description: 'more weights'});
    } catch (error) {
        print(error.message);
    }
});

const buffers = Array.from({length: 32}, () => new Uint8Array(1 << 20).fill(1));

const pages = Mgr.Resource.new('temp_pages', '32 MiB');
pages.connect('reclaim', () => {
    const freed = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
    buffers.length = 0;
    imports.system.gc();
    return freed;
});
manager.register_resource(pages);
const report = manager.cleanup(Mgr.CleanupStrategy.AGGRESSIVE);
print(`cleaned ${report.cleaned} and got back ${report.returned >> 20} MiB`);
