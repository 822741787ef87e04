/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes tensors read like JavaScript: types by name, and typed arrays. */

/* exported overridePoolTensor */

const {Gio, GLib} = imports.gi;

/* What holds the elements of a type. JavaScript has no numbers of 16 bits with a point,
 * and no complex ones: those are the bits, and pairs. */
const ARRAYS = {
    bool: Uint8Array,
    int8: Int8Array,
    int16: Int16Array,
    int32: Int32Array,
    int64: BigInt64Array,
    uint8: Uint8Array,
    uint16: Uint16Array,
    uint32: Uint32Array,
    uint64: BigUint64Array,
    float16: Uint16Array,
    bfloat16: Uint16Array,
    float32: Float32Array,
    float64: Float64Array,
    complex64: Float32Array,
    complex128: Float64Array,
};

const TENSOR_ATTRIBUTES = ['description', 'device', 'dtype', 'nbytes', 'offset', 'shape',
    'strides'];
const DEVICE_ATTRIBUTES = ['available', 'index', 'name', 'total'];

/* GJS would make a type of whatever it is given. */
function toType(Mgr, dtype) {
    if (typeof dtype === 'string')
        return Mgr.DataType.from_name(dtype)[1];
    if (Number.isInteger(dtype) && dtype >= 0 && dtype <= Mgr.DataType.COMPLEX128)
        return dtype;

    const what = typeof dtype === 'function' ? dtype.name : dtype;
    throw new TypeError(`A type is a name, such as 'float32', or one of Mgr.DataType, not ${what}`);
}

/* GJS would cut off what is behind the point. */
function toShape(shape) {
    const extents = typeof shape === 'number' ? [shape] : [...shape];
    const wrong = extents.find(extent => !Number.isSafeInteger(extent));
    if (wrong !== undefined)
        throw new TypeError(`A shape is made of whole numbers, which ${wrong} is not`);
    return extents;
}

/* A typed array over bytes, which keeps them. */
function viewOf(bytes, ArrayType) {
    const octets = bytes.toArray();
    return new ArrayType(octets.buffer, octets.byteOffset,
        octets.byteLength / ArrayType.BYTES_PER_ELEMENT);
}

function octetsOf(values) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function overrideArrays(Mgr) {
    const prototype = Mgr.Tensor.prototype;
    const arrayTypeOf = tensor => ARRAYS[Mgr.DataType.get_name(tensor.dtype)];

    /* The elements as they are in memory. The memory does not go back to the pool before
     * the array has been collected, whatever release() says: where that matters read and
     * write by copies. From GJS 1.81 on this is a copy as well. */
    prototype.toArray = function () {
        return viewOf(this.get_bytes(), arrayTypeOf(this));
    };

    /* A copy of count elements from the one numbered start on. */
    prototype.readArray = function (start = 0, count = null) {
        const ArrayType = arrayTypeOf(this);
        const size = ArrayType.BYTES_PER_ELEMENT;
        const bytes = this.read(start * size, count === null
            ? Math.max(this.nbytes - start * size, 0) : count * size);
        return viewOf(bytes, ArrayType);
    };

    /* Copies an array, typed or not, to the element numbered start and those that follow. */
    prototype.writeArray = function (values, start = 0) {
        const ArrayType = arrayTypeOf(this);
        const typed = values instanceof ArrayType ? values : ArrayType.from(values);
        return this.write(start * ArrayType.BYTES_PER_ELEMENT, octetsOf(typed));
    };
}

/* Without a callback fetch_async() returns a promise. What GJS makes of it for that looks
 * for the original in the class, so it is called as a method of it. */
function overrideFetch(tensor, override) {
    Gio._promisify(tensor, 'fetch_async', 'fetch_finish');
    for (const name of ['fetch', 'fetch_async']) {
        override(tensor, name, fetch => (connection, busName, path, interfaceName, method,
            parameters = null, cancellable = null, ...rest) =>
            fetch.call(tensor, connection, busName, path, interfaceName, method, parameters,
                cancellable, ...rest));
    }
}

function overrideTensor(Mgr, {override}) {
    const prototype = Mgr.Tensor.prototype;

    override(prototype, 'write', write => function (offset, bytes) {
        return write.call(this, offset, bytes instanceof Uint8Array ? new GLib.Bytes(bytes) : bytes);
    });
    /* Returns the description, and the Gio.UnixFDList that it belongs to. */
    override(prototype, 'export', exportTensor => function (fds = new Gio.UnixFDList()) {
        return [exportTensor.call(this, fds), fds];
    });
    override(prototype, 'send', send => function (socket, cancellable = null) {
        return send.call(this, socket, cancellable);
    });
    override(Mgr.Tensor, 'receive', receive => (socket, cancellable = null) =>
        receive(socket, cancellable));

    overrideFetch(Mgr.Tensor, override);
    for (const name of ['writable', 'released']) {
        Object.defineProperty(prototype, name, {
            configurable: true,
            get() {
                return this[`is_${name}`]();
            },
        });
    }
}

function overridePool(Mgr, {holding, override, toBytes}) {
    const prototype = Mgr.TensorPool.prototype;

    override(Mgr.TensorPool, 'new', create => (component, name, capacity) =>
        create(component, name, toBytes(capacity)));
    override(prototype, 'reserve', reserve => function (size) {
        return reserve.call(this, toBytes(size));
    });
    override(prototype, 'allocate_tensor', allocate => function (shape, dtype = 'float32',
        description = null) {
        return allocate.call(this, toShape(shape), toType(Mgr, dtype), description);
    });

    /* Calls fn(tensor) and releases the tensor afterwards. */
    prototype.withTensor = function (shape, dtype, fn) {
        const tensor = this.allocate_tensor(shape, dtype);
        return holding(tensor, () => {
            if (!tensor.is_released())
                tensor.release();
        }, fn);
    };
}

function overrideGpu(Mgr, {override, toBytes}) {
    override(Mgr.GpuMemory, 'new', create => (device, budget = 0) =>
        create(device, toBytes(budget)));
    override(Mgr.GpuMemory.prototype, 'add_component', add => function (name, budget = 0) {
        return add.call(this, name, toBytes(budget));
    });
    override(Mgr.Manager.prototype, 'add_gpu', add => function (device = 0, budget = 0) {
        return add.call(this, device, toBytes(budget));
    });
}

function overridePoolTensor(Mgr, tools) {
    tools.addRecordAttributes(Mgr.Tensor, TENSOR_ATTRIBUTES);
    tools.addRecordAttributes(Mgr.GpuDevice, DEVICE_ATTRIBUTES);
    overrideArrays(Mgr);
    overrideTensor(Mgr, tools);
    overridePool(Mgr, tools);
    overrideGpu(Mgr, tools);
}
