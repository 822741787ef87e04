/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the GJS override makes of rings. What all languages share is in
 * scenario-ring.js. */

const {Gio, GLib, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, assertRejects, assertThrows, runTests, test} = imports.tap;

function newRing(policy = Mgr.RingPolicy.FAIL, sharing = Mgr.RingSharing.ANY) {
    return Mgr.RingPool.new(null, 'ring', '4 KiB', policy, sharing);
}

function textOf(frame) {
    return new TextDecoder().decode(frame);
}

test('text, arrays and bytes', () => {
    const ring = newRing();

    ring.write('täxt');
    ring.write(new Uint8Array([1, 2]));
    ring.write(new Uint16Array([3]));
    ring.write(new GLib.Bytes('bytes'));
    ring.write([4, 5]);
    ring.write('');
    assertEqual(textOf(ring.read()), 'täxt');
    assertEqual([...ring.try_read()], [1, 2]);
    assertEqual([...ring.try_read()], [3, 0]);
    assertEqual(textOf(ring.try_read()), 'bytes');
    assertEqual([...ring.try_read()], [4, 5]);
    assertEqual(ring.try_read().length, 0);
    assertEqual(ring.try_read(), null);
});

test('what is no frame', () => {
    const ring = newRing();

    ring.write(new Uint8Array([6, 7]).buffer);
    assertEqual([...ring.try_read()], [6, 7]);
    for (const wrong of [5, {}, null, undefined, true]) {
        let name = null;
        try {
            ring.write(wrong);
        } catch (error) {
            name = error.name;
        }
        assertEqual([wrong, name], [wrong, 'TypeError']);
    }
    assertEqual(ring.allocation_count, 0);
});

test('attributes', () => {
    const ring = newRing(Mgr.RingPolicy.DROP_NEWEST);

    for (let i = 0; i < 1000; i++)
        ring.write('12345678');
    assertEqual(ring.policy, Mgr.RingPolicy.DROP_NEWEST);
    assertEqual(ring.sharing, Mgr.RingSharing.ANY);
    assertEqual(ring.dropped_frames, 1000 - ring.allocation_count);
    assertEqual(ring.dropped_bytes, 8 * ring.dropped_frames);
});

test('refusals', () => {
    const ring = newRing();

    ring.write(new Uint8Array(4000));
    assertThrows(() => ring.write(new Uint8Array(200)), Mgr.Error, Mgr.Error.NO_BUDGET);
    assertThrows(() => ring.write(new Uint8Array(5000)), Mgr.Error, Mgr.Error.INFEASIBLE);
    assertThrows(() => ring.wait(GLib.IOCondition.OUT, 1000), Mgr.Error, Mgr.Error.TIMED_OUT);
    assertThrows(() => ring.read(-1), Mgr.Error, Mgr.Error.INVALID_ARGUMENT);
});

test('a frame in place', () => {
    const ring = newRing();

    assertEqual(ring.withFrame(frame => frame), null);
    ring.write('frame');
    assertEqual(ring.withFrame(frame => `${textOf(frame)} ${ring.allocation_count}`), 'frame 1');
    assertEqual(ring.allocation_count, 0);

    ring.write('frame');
    const kept = ring.withFrame(frame => frame);
    ring.set_active(false);
    assertEqual(kept.length, 5);
});

test('a frame in place, and a function that fails', () => {
    const ring = newRing();
    let message = '';

    ring.write('frame');
    try {
        ring.withFrame(() => {
            throw new Error('on purpose');
        });
    } catch (error) {
        message = error.message;
    }
    assertEqual(message, 'on purpose');
    assertEqual(ring.allocation_count, 0);
});

test('for of gives what is there', () => {
    const ring = newRing();

    for (const text of ['one', 'two', 'three'])
        ring.write(text);
    assertEqual([...ring].map(textOf), ['one', 'two', 'three']);
    assertEqual([...ring], []);
});

test('a source', async () => {
    const ring = newRing();
    const source = ring.create_source();

    ring.write('frame');
    const text = await new Promise(resolve => {
        source.set_callback(() => {
            resolve(textOf(ring.try_read()));
            return GLib.SOURCE_REMOVE;
        });
        source.attach(null);
    });
    assertEqual(text, 'frame');
});

test('await', async () => {
    const ring = newRing();
    const pending = ring.read_async();

    ring.write('late');
    assertEqual(textOf(await pending), 'late');
});

test('await, and a cancellation', async () => {
    const ring = newRing();
    const cancellable = new Gio.Cancellable();
    const pending = ring.read_async(cancellable);

    cancellable.cancel();
    await assertRejects(pending, Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    ring.write('stays');
    assertEqual(textOf(ring.read()), 'stays');
});

test('for await goes on until the end', async () => {
    const ring = newRing();
    const texts = [];

    ring.write('first');
    for await (const frame of ring) {
        texts.push(textOf(frame));
        if (texts.length < 3)
            ring.write('next');
        else
            ring.set_active(false);
    }
    assertEqual(texts, ['first', 'next', 'next']);
    await assertRejects(ring.read_async(), Mgr.Error, Mgr.Error.CLOSED);
});

runTests();
