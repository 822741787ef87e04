/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The ring in JavaScript; scenario-ring.py and test-scenario-ring.c say the same, line by
 * line. */

const {Mgr} = imports.gi;

const PAGES = 4096;

/* The nick of a value of an enumeration: NO_BUDGET is no-budget. */
function nickOf(enumeration, value) {
    const name = Object.keys(enumeration).find(key => enumeration[key] === value);
    return name.toLowerCase().replaceAll('_', '-');
}

function show(ring) {
    const {used, allocation_count: frames} = ring.statistics;
    print(`used ${used}, frames ${frames}, dropped ${ring.dropped_frames} ` +
        `of ${ring.dropped_bytes} bytes`);
}

function attempt(what, fn) {
    try {
        fn();
        print(`${what}: done`);
    } catch (error) {
        print(`${what}: ${nickOf(Mgr.Error, error.code)}`);
    }
}

function read(ring) {
    const frame = ring.try_read();
    const first = frame?.length > 0 ? String.fromCharCode(frame[0]) : 'none';
    print(frame === null ? 'nothing' : `${frame.length} bytes, the first is ${first}`);
}

function play(policy) {
    print(`# ${nickOf(Mgr.RingPolicy, policy)}`);
    const ring = Mgr.RingPool.new(null, 'ring', PAGES, policy, Mgr.RingSharing.ANY);

    attempt('too large', () => ring.write('x'.repeat(PAGES)));
    for (const letter of 'abcde')
        attempt(letter, () => ring.write(letter.repeat(1000), 1000));
    show(ring);
    attempt('empty', () => ring.write(''));
    read(ring);
    ring.withFrame(frame => print(`peek ${frame.length}`));
    show(ring);
    while (ring.allocation_count > 0)
        read(ring);
    read(ring);
}

function playEnd(ring) {
    print('# end');
    ring.write('last');
    ring.set_flushing(true);
    attempt('flushing', () => ring.write('x'));
    attempt('flushing', () => ring.try_read());
    ring.set_flushing(false);
    attempt('larger', () => ring.set_capacity(3 * PAGES - 1));
    print(`capacity ${ring.capacity}, charged ${ring.charged}`);
    ring.set_active(false);
    attempt('stopped', () => ring.write('x'));
    read(ring);
    attempt('stopped', () => ring.try_read());
    print(`charged ${ring.charged}`);
}

const {BLOCK, DROP_OLDEST, DROP_NEWEST, FAIL} = Mgr.RingPolicy;
for (const policy of [BLOCK, DROP_OLDEST, DROP_NEWEST, FAIL])
    play(policy);
playEnd(Mgr.RingPool.new(null, 'end', PAGES, BLOCK, Mgr.RingSharing.PAIR));
