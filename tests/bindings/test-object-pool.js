/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the JavaScript override adds to pools of objects, and that nothing leaks there. */

imports.gi.versions.Mgr = '1.0';
const {Gio, GLib, GObject, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, runTests, test} = imports.tap;

const N_MANY = 2000;

class Parser {
    text = null;
}

const Connection = GObject.registerClass(class Connection extends GObject.Object {});

function failure(fn) {
    try {
        fn();
    } catch (error) {
        return error;
    }
    throw new Error('It did not fail');
}

test('functions', () => {
    const pool = Mgr.ObjectPool.withFactory('parsers', {
        max: 2,
        create: () => new Parser(),
        reset: parser => {
            parser.text = null;
        },
        objectSize: '2 KiB',
    });

    const first = pool.using(parser => {
        parser.text = 'some';
        assertEqual([pool.used, pool.n_free], [2048, 0]);
        return parser;
    });
    assertEqual(pool.using(parser => parser === first), true);
    assertEqual(first.text, null);
    assertEqual([pool.n_created, pool.n_leaked, pool.capacity], [1, 0, 4096]);
    assertEqual(failure(() => Mgr.ObjectPool.withFactory('a', {maximum: 1})) instanceof TypeError,
        true);
});

test('leases', () => {
    const pool = Mgr.ObjectPool.withFactory('connections', {max: 1, create: () => new Connection()});
    const lease = pool.acquire();

    assertEqual(lease.object instanceof Connection, true);
    assertEqual(failure(() => pool.try_acquire()).matches(Mgr.Error, Mgr.Error.NO_BUDGET), true);
    lease.release();
    assertEqual(lease.object, null);
    assertEqual(failure(() => lease.release()).matches(Mgr.Error, Mgr.Error.DOUBLE_RELEASE), true);
    pool.release(pool.acquire());
    assertEqual([pool.n_free, pool.n_leaked], [1, 0]);
});

test('factory throws', () => {
    const pool = Mgr.ObjectPool.withFactory('parsers', {
        max: 1,
        create() {
            throw new RangeError('no grammar');
        },
    });

    for (let i = 0; i < 3; i++) {
        const error = failure(() => pool.acquire());
        assertEqual(error.matches(Mgr.Error, Mgr.Error.FAILED), true);
        assertEqual(error.message,
            'Pool “parsers” could not make an object: RangeError: no grammar');
    }
    assertEqual(pool.n_objects, 0);
});

test('reset says no', () => {
    const answers = [false, undefined];
    const pool = Mgr.ObjectPool.withFactory('parsers', {
        max: 1, create: () => new Parser(), reset: () => answers.shift(),
    });

    pool.using(() => {});
    assertEqual(pool.n_objects, 0);
    pool.using(() => {});
    assertEqual(pool.n_objects, 1);
});

test('subclass', () => {
    const Pool = GObject.registerClass(class Pool extends Mgr.ObjectPool {
        vfunc_create() {
            if (this.n_created > 0)
                throw new Error('only one');
            return new Connection();
        }

        vfunc_reset(connection) {
            this.last = connection;
            return true;
        }
    });
    const pool = new Pool({name: 'own', max: 2});
    pool.init(null);

    const connection = pool.using(object => {
        assertEqual(failure(() => pool.acquire()).message.includes('only one'), true);
        return object;
    });
    assertEqual(pool.last === connection, true);
});

test('promises, first come first served', async () => {
    const pool = Mgr.ObjectPool.withFactory('parsers', {max: 1, create: () => new Parser()});
    const order = [];

    await Promise.all([0, 1, 2, 3].map(number => pool.usingAsync(async parser => {
        order.push(number);
        await Promise.resolve(parser);
    })));
    assertEqual(order, [0, 1, 2, 3]);
    assertEqual([pool.n_created, pool.n_free, pool.n_leaked], [1, 1, 0]);
});

test('cancelled', async () => {
    const pool = Mgr.ObjectPool.withFactory('parsers', {max: 1, create: () => new Parser()});
    const lease = pool.acquire();
    const cancellable = new Gio.Cancellable();
    const waiting = pool.acquire_async(cancellable);

    cancellable.cancel();
    const error = await waiting.catch(reason => reason);
    assertEqual(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), true);
    assertEqual(pool.n_waiting, 0);
    lease.release();
});

/* A resource knows an object without keeping it alive. */
function countAlive(witnesses) {
    imports.system.gc();
    while (GLib.MainContext.default().iteration(false));
    imports.system.gc();
    return witnesses.filter(witness => witness.get_bound_object() !== null).length;
}

test('nothing leaks', () => {
    const witnesses = [];
    const watched = object => {
        const witness = Mgr.Resource.new('witness', 1);
        witness.bind_object(object);
        witnesses.push(witness);
        return object;
    };
    const create = () => watched(new Connection());
    const pool = Mgr.ObjectPool.withFactory('dropping', {max: 8, create, reset: () => false});
    const keeping = Mgr.ObjectPool.withFactory('keeping', {max: 8, create});

    for (let i = 0; i < N_MANY; i++)
        pool.using(() => {});
    assertEqual([pool.n_created, pool.n_objects, pool.n_leaked], [N_MANY, 0, 0]);
    assertEqual(countAlive(witnesses), 0);

    for (let i = 0; i < N_MANY; i++)
        keeping.using(() => {});
    keeping.prepare(8);
    assertEqual(countAlive(witnesses), 8);
    keeping.trim();
    assertEqual(countAlive(witnesses), 0);
});

test('dropped leases come back', () => {
    const pool = Mgr.ObjectPool.withFactory('parsers', {
        max: 4, create: () => new Parser(), reset: () => true,
    });

    (() => {
        for (let i = 0; i < 4; i++)
            pool.acquire();
    })();
    for (let i = 0; i < 10 && pool.n_leaked < 3; i++)
        imports.system.gc();
    while (GLib.MainContext.default().iteration(false));
    assertEqual(pool.n_leaked >= 3, true);
    assertEqual(pool.n_free, Number(pool.n_leaked));
});

runTests();
