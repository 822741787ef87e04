/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Two pieces of work that do not fit side by side, one that waits for them, one that can
 * never fit, and one that fails. */

imports.gi.versions.Mgr = '1.0';
const {GLib, Mgr} = imports.gi;

const manager = Mgr.Manager.new('100 MiB');
const {scheduler} = manager;

function newParse(part, memory = '60 MiB') {
    return Mgr.Task.new('parse', task => {
        const rows = new Uint8Array(40 << 20);
        task.checkpoint({memory: rows.byteLength});
        print(`parse ${part}`);
        return part * part;
    }, {memory, priority: 'low'});
}

async function main() {
    const parses = [1, 2].map(part => scheduler.submit(newParse(part)));
    const total = await scheduler.run('total', async () => {
        const [first, second] = await Promise.all(parses.map(parse => parse.finished()));
        return first + second;
    }, {after: parses});
    print(`total ${total} at a peak of ${parses[0].peak >> 20} MiB each`);

    try {
        scheduler.submit(newParse(3, '1 GiB'));
    } catch (error) {
        print(error.message);
    }

    try {
        await scheduler.run('fail', () => 1n / 0n);
    } catch (error) {
        print(`error - ${error.message}`);
    }
}

const loop = GLib.MainLoop.new(null, false);
main().catch(logError).finally(() => loop.quit());
loop.run();
