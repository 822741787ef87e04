/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The same as memory-monitor-program.c: a program on GIO that knows nothing of libmgr. */

const {Gio, GLib, GObject} = imports.gi;

function seconds() {
    return (GLib.get_monotonic_time() / 1e6).toFixed(3);
}

const monitor = Gio.MemoryMonitor.dup_default();
print(`type ${GObject.type_name(monitor.constructor.$gtype)}`);
monitor.connect('low-memory-warning', (_, level) => print(`warning ${level} ${seconds()}`));
GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, 1, () => {
    print(`time ${seconds()}`);
    return GLib.SOURCE_CONTINUE;
});
new GLib.MainLoop(null, false).run();
