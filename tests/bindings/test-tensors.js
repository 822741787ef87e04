/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the GJS override makes of tensors. What all languages share is in
 * scenario-tensor.js, and what goes between processes in tests/dbus. */

const {Gio, GLib, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, runTests, test} = imports.tap;

const MIB = 1 << 20;

function makePool() {
    return Mgr.TensorPool.new(null, 'tensors', '16 MiB');
}

function assertThrows(run, code) {
    try {
        run();
    } catch (error) {
        if (!(error instanceof Mgr.Error) || error.code !== code)
            throw error;
        return error.message;
    }
    throw new Error(`nothing was thrown instead of ${code}`);
}

test('attributes', () => {
    const tensor = makePool().allocate_tensor([2, 3], 'int16', 'ticks');

    assertEqual(tensor.shape, [2, 3]);
    assertEqual(tensor.strides, [6, 2]);
    assertEqual(tensor.dtype, Mgr.DataType.INT16);
    assertEqual([tensor.nbytes, tensor.offset, tensor.description], [12, 0, 'ticks']);
    assertEqual([tensor.device, tensor.writable, tensor.released],
        [Mgr.TensorDevice.CPU, true, false]);
    tensor.release();
    assertEqual([tensor.writable, tensor.released], [false, true]);
});

test('types by name', () => {
    const pool = makePool();

    assertEqual(pool.allocate_tensor(3).dtype, Mgr.DataType.FLOAT32);
    assertEqual(pool.allocate_tensor(3, Mgr.DataType.BOOL).dtype, Mgr.DataType.BOOL);
    const message = assertThrows(() => pool.allocate_tensor(3, 'flaot32'),
        Mgr.Error.INVALID_ARGUMENT);
    assertEqual(message.includes('“float32”'), true);
});

test('what is no type', () => {
    const pool = makePool();

    for (const wrong of [null, {}, Float32Array, 1.7, true, -1, 99, NaN]) {
        try {
            pool.allocate_tensor([4], wrong);
        } catch (error) {
            assertEqual([error.name, error.message.includes('float32')], ['TypeError', true]);
            continue;
        }
        throw new Error(`${wrong} is taken for a type`);
    }
    assertEqual(pool.used, 0);
});

test('an array of every type', () => {
    const pool = makePool();

    for (let type = 0; type <= Mgr.DataType.COMPLEX128; type++) {
        const tensor = pool.allocate_tensor([4], type);
        const array = tensor.toArray();
        const one = typeof array[0] === 'bigint' ? 1n : 1;

        assertEqual(array.byteLength, tensor.nbytes);
        array.fill(one);
        tensor.writeArray([one], 2);
        assertEqual(tensor.readArray(2, 1)[0] === one, true);
    }
});

test('a view is the memory', () => {
    const tensor = makePool().allocate_tensor([2, 2], 'float32');
    const view = tensor.toArray();

    tensor.writeArray([1, 2, 3, 4]);
    assertEqual([...view], [1, 2, 3, 4]);
    view[3] = 9;
    assertEqual([...tensor.readArray(3)], [9]);
});

test('a view keeps the memory', () => {
    const pool = makePool();
    const tensor = pool.allocate_tensor(16, 'float32');
    const view = tensor.toArray();

    view.fill(5);
    tensor.release();
    pool.allocate_tensor(16, 'float32').writeArray(new Float32Array(16));
    assertEqual(view.every(value => value === 5), true);
});

test('copies keep nothing', () => {
    const pool = makePool();
    const tensor = pool.allocate_tensor(4, 'float64');

    tensor.writeArray(new Float64Array([1, 2, 3, 4]));
    const copy = tensor.readArray(1, 2);
    tensor.release();
    assertEqual(pool.used, 0);
    assertEqual([...copy], [2, 3]);
});

test('reading and writing bytes', () => {
    const tensor = makePool().allocate_tensor(4, 'uint8');

    tensor.write(0, new Uint8Array([1, 2, 3, 4]));
    tensor.write(1, new GLib.Bytes(new Uint8Array([7])));
    assertEqual([...tensor.read(0, 4).toArray()], [1, 7, 3, 4]);
    assertThrows(() => tensor.write(2, new Uint8Array(3)), Mgr.Error.INVALID_ARGUMENT);
    assertThrows(() => tensor.writeArray([1, 2, 3, 4, 5]), Mgr.Error.INVALID_ARGUMENT);
    assertThrows(() => tensor.readArray(3, 2), Mgr.Error.INVALID_ARGUMENT);
});

test('use after release', () => {
    const tensor = makePool().allocate_tensor(4, 'uint8', 'gone');

    tensor.release();
    for (const use of [() => tensor.toArray(), () => tensor.readArray(), () => tensor.export(),
        () => tensor.writeArray([1])])
        assertEqual(assertThrows(use, Mgr.Error.NOT_FOUND).includes('“gone”'), true);
    assertThrows(() => tensor.release(), Mgr.Error.DOUBLE_RELEASE);
});

test('withTensor releases', async () => {
    const pool = makePool();

    assertEqual(pool.withTensor(4, 'uint8', tensor => tensor.nbytes), 4);
    assertEqual(pool.used, 0);
    try {
        pool.withTensor(4, 'uint8', () => {
            throw new RangeError('x');
        });
    } catch (error) {
        assertEqual(error instanceof RangeError, true);
    }
    assertEqual(pool.used, 0);
    await pool.withTensor(4, 'uint8', tensor => Promise.resolve(tensor.release()));
    assertEqual([pool.used, pool.leak_count], [0, 0]);
});

test('bad shapes', () => {
    const pool = makePool();

    for (const shape of [[0], [3, -1], 0, [2 ** 40, 2 ** 40]])
        assertThrows(() => pool.allocate_tensor(shape), Mgr.Error.INVALID_ARGUMENT);
    for (const shape of [[2.5], ['x'], [NaN], 0.5]) {
        let thrown = null;
        try {
            pool.allocate_tensor(shape);
        } catch (error) {
            thrown = error;
        }
        assertEqual(thrown instanceof TypeError, true);
    }
    assertThrows(() => pool.allocate_tensor([17 * MIB], 'int8'), Mgr.Error.INFEASIBLE);
});

test('sizes as text', () => {
    const pool = makePool();

    pool.reserve('1 MiB');
    assertEqual(pool.charged, MIB);
});

test('exports', () => {
    const pool = makePool();
    const tensor = pool.allocate_tensor([2, 2], 'uint8', 'shared');
    const imported = Mgr.Tensor.new_from_export(...tensor.export());

    tensor.writeArray([1, 2, 3, 4]);
    assertEqual([...imported.readArray()], [1, 2, 3, 4]);
    assertEqual([imported.shape, imported.description], [[2, 2], 'shared']);
    assertThrows(() => Mgr.Tensor.new_from_export(new GLib.Variant('a{sv}', {}), null),
        Mgr.Error.INVALID_ARGUMENT);
});

test('no GPU is a normal state', () => {
    const devices = Mgr.GpuDevice.list();

    assertEqual(devices.every(device => device.total >= device.available), true);
    assertThrows(() => Mgr.GpuMemory.new(devices.length, '1 GiB'), Mgr.Error.NOT_AVAILABLE);
});

runTests();
