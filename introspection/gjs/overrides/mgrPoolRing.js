/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes rings read like JavaScript: typed arrays, for … of, and await.
 *
 * ring.write('frame') takes text, an array, an ArrayBuffer or GLib.Bytes, and ring.try_read() gives a
 * Uint8Array, or null. ring.read() stops the main loop until there is a frame; await
 * ring.read_async() does not. for … of gives the frames that are there, for await … of
 * waits for one after the other until the ring is stopped and empty. */

/* exported overridePoolRing */

const {Gio, GLib} = imports.gi;
const {toOctets} = imports.overrides.mgrPool;

function toArray(bytes) {
    return bytes === null ? null : bytes.toArray();
}

function overrideReading(prototype, override) {
    override(prototype, 'read', read => function (timeout = 0, cancellable = null) {
        return toArray(read.call(this, timeout, cancellable));
    });
    override(prototype, 'try_read', read => function () {
        return toArray(read.call(this));
    });
    override(prototype, 'read_finish', finish => function (result) {
        return toArray(finish.call(this, result));
    });
    Gio._promisify(prototype, 'read_async', 'read_finish');
    override(prototype, 'read_async', read => function (cancellable = null, ...rest) {
        return read.call(this, cancellable, ...rest);
    });
}

function overrideIteration(Mgr, prototype) {
    prototype[Symbol.iterator] = function* () {
        for (let frame = this.try_read(); frame !== null; frame = this.try_read())
            yield frame;
    };

    prototype[Symbol.asyncIterator] = async function* () {
        for (;;) {
            try {
                yield await this.read_async();
            } catch (error) {
                if (error instanceof GLib.Error && error.matches(Mgr.Error, Mgr.Error.CLOSED))
                    return;
                throw error;
            }
        }
    };
}

function overridePoolRing(Mgr, {holding, override, toBytes}) {
    const prototype = Mgr.RingPool.prototype;

    override(Mgr.RingPool, 'new', create => (component, name, capacity,
        policy = Mgr.RingPolicy.BLOCK, sharing = Mgr.RingSharing.ANY) =>
        create(component, name, toBytes(capacity), policy, sharing));
    override(prototype, 'write', write => function (data, timeout = 0, cancellable = null) {
        return write.call(this, toOctets(data), timeout, cancellable);
    });
    override(prototype, 'wait', wait => function (condition = GLib.IOCondition.IN, timeout = 0,
        cancellable = null) {
        return wait.call(this, condition, timeout, cancellable);
    });
    override(prototype, 'create_source', create => function (condition = GLib.IOCondition.IN,
        cancellable = null) {
        return create.call(this, condition, cancellable);
    });

    /* Calls fn(array) with the next frame in place, or with null if there is none, and frees
     * it afterwards: what fn keeps of the array is safe, but holds something else by then.
     * From GJS 1.81 on the array is a copy. */
    prototype.withFrame = function (fn) {
        const bytes = this.peek_bytes();
        if (bytes === null)
            return fn(null);

        return holding(bytes.toArray(), () => this.consume_bytes(bytes), fn);
    };

    overrideReading(prototype, override);
    overrideIteration(Mgr, prototype);
}
