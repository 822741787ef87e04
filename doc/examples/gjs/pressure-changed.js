#!/usr/bin/gjs
/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A cache that gives way when its quota runs short, and grows again afterwards. */

imports.gi.versions.Mgr = '1.0';
const {GLib, GObject, Mgr} = imports.gi;

const PAGE = 64 << 10;
const QUOTA = 100 * PAGE;

const KEPT = {
    [Mgr.PressureLevel.NORMAL]: ['normal', 1],
    [Mgr.PressureLevel.LOW]: ['low', 1],
    [Mgr.PressureLevel.MEDIUM]: ['medium', 0.75],
    [Mgr.PressureLevel.HIGH]: ['high', 0.5],
    [Mgr.PressureLevel.CRITICAL]: ['critical', 0.25],
    [Mgr.PressureLevel.EMERGENCY]: ['emergency', 0],
};

const pages = [];

/* A source of one's own: how much of the quota the pages take. */
const Quota = GObject.registerClass({
    Implements: [Mgr.PressureSource],
}, class Quota extends GObject.Object {
    vfunc_get_name() {
        return 'quota';
    }

    vfunc_read() {
        const used = pages.length * PAGE;
        return Mgr.PressureReading.new(used, QUOTA - used, QUOTA, 0);
    }
});

function onPressureChanged(monitor, level, sample) {
    const [name, kept] = KEPT[level];
    pages.splice(0, pages.length - Math.floor(pages.length * kept));
    print(`${name}, ${pages.length} pages are kept: ${sample.reason}`);
}

/* A clock that the program moves itself, so that this one need not wait. Without it the
 * monitor goes by the system's, and start() lets it take samples by itself. */
const clock = Mgr.ManualClock.new(0);
const monitor = Mgr.PressureMonitor.new(clock);
monitor.add_source(new Quota());
monitor.connect('pressure-changed', onPressureChanged);

for (let second = 0; second < 200; second++) {
    pages.push(new Uint8Array(PAGE));
    clock.advance(GLib.USEC_PER_SEC);
    monitor.sample();
    GLib.MainContext.default().iteration(false);
}
