/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What makes tensors read like JavaScript: types by name, and typed arrays. */

/* exported overrideTensors */

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

const CONSTANTS = ['shape', 'strides', 'dtype', 'nbytes', 'offset', 'description', 'device'];
const DEVICE_FIGURES = ['available', 'index', 'name', 'total'];

function toType(Mgr, dtype) {
    return typeof dtype === 'string' ? Mgr.DataType.from_name(dtype)[1] : dtype;
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

function overrideTensor(Mgr) {
    const prototype = Mgr.Tensor.prototype;
    const arrayTypeOf = tensor => ARRAYS[Mgr.DataType.get_name(tensor.dtype)];

    for (const name of CONSTANTS) {
        Object.defineProperty(prototype, name, {
            configurable: true,
            get() {
                return this[`get_${name}`]();
            },
        });
    }
    Object.defineProperties(prototype, {
        writable: {configurable: true, get() {
            return this.is_writable();
        }},
        released: {configurable: true, get() {
            return this.is_released();
        }},
    });

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

    const {write, export: exportTensor} = prototype;
    prototype.write = function (offset, bytes) {
        return write.call(this, offset, bytes instanceof Uint8Array ? new GLib.Bytes(bytes) : bytes);
    };
    /* Returns the description, and the Gio.UnixFDList that it belongs to. */
    prototype.export = function (fds = new Gio.UnixFDList()) {
        return [exportTensor.call(this, fds), fds];
    };
    for (const name of ['send', 'receive']) {
        const owner = name === 'send' ? prototype : Mgr.Tensor;
        const original = owner[name];
        owner[name] = function (socket, cancellable = null) {
            return original.call(this, socket, cancellable);
        };
    }
}

function overridePool(Mgr, toBytes, holding) {
    const prototype = Mgr.TensorPool.prototype;
    const {allocate_tensor: allocate, reserve} = prototype;
    const create = Mgr.TensorPool.new;

    Mgr.TensorPool.new = (component, name, capacity) =>
        create(component, name, toBytes(capacity));
    prototype.reserve = function (size) {
        return reserve.call(this, toBytes(size));
    };
    prototype.allocate_tensor = function (shape, dtype = 'float32', description = null) {
        return allocate.call(this, toShape(shape), toType(Mgr, dtype), description);
    };

    /* Calls fn(tensor) and releases the tensor afterwards. */
    prototype.withTensor = function (shape, dtype, fn) {
        const tensor = this.allocate_tensor(shape, dtype);
        return holding(tensor, () => {
            if (!tensor.is_released())
                tensor.release();
        }, fn);
    };
}

function overrideGpu(Mgr, toBytes) {
    const create = Mgr.GpuMemory.new;
    const {add_component: addComponent} = Mgr.GpuMemory.prototype;
    const {add_gpu: addGpu} = Mgr.Manager.prototype;

    for (const name of DEVICE_FIGURES) {
        Object.defineProperty(Mgr.GpuDevice.prototype, name, {
            configurable: true,
            get() {
                return this[`get_${name}`]();
            },
        });
    }
    Mgr.GpuMemory.new = (device, budget = 0) => create(device, toBytes(budget));
    Mgr.GpuMemory.prototype.add_component = function (name, budget = 0) {
        return addComponent.call(this, name, toBytes(budget));
    };
    Mgr.Manager.prototype.add_gpu = function (device = 0, budget = 0) {
        return addGpu.call(this, device, toBytes(budget));
    };
}

function overrideTensors(Mgr, toBytes, holding) {
    overrideTensor(Mgr);
    overridePool(Mgr, toBytes, holding);
    overrideGpu(Mgr, toBytes);
}
