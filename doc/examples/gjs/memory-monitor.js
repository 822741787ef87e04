#!/usr/bin/gjs
/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program on GIO that knows nothing of libmgr and is warned by it all the same. */

const {Gio, GLib} = imports.gi;

const loop = new GLib.MainLoop(null, false);
const monitor = Gio.MemoryMonitor.dup_default();

monitor.connect('low-memory-warning', (_, level) => {
    print(`warned of ${level}: dropping what can be had again`);
    loop.quit();
});
loop.run();
