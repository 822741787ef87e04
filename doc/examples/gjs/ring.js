/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A feed writes in bursts; the main loop looks at what it gets to. The ring between them
 * holds a page, and keeps what came last. */

imports.gi.versions.Mgr = '1.0';
const {GLib, Mgr} = imports.gi;

const N_TICKS = 20000;
const BURST = 500;

const ring = Mgr.RingPool.new(null, 'ticks', '4 KiB', Mgr.RingPolicy.DROP_OLDEST);
const loop = GLib.MainLoop.new(null, false);
let written = 0;
let seen = 0;
let last = 0;

GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
    for (let i = 0; i < BURST; i++) {
        written++;
        ring.write(new Float64Array([written, 100 + written % 100 / 100]));
    }
    if (written < N_TICKS)
        return GLib.SOURCE_CONTINUE;

    /* What is in the ring can be read, still. */
    ring.set_active(false);
    return GLib.SOURCE_REMOVE;
});

async function look() {
    for await (const frame of ring) {
        const tick = new Float64Array(frame.slice().buffer);
        seen++;
        last = tick[0];
    }
    loop.quit();
}

look().catch(logError);
loop.run();
print(`${seen + ring.dropped_frames} ticks seen or dropped, the last was number ${last}`);
