/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How an object of the program's that is no GObject gets through calls that take GObjects:
 * it travels in one, from pack() to unpack(). What is a GObject goes as it is. */

/* exported pack, unpack */

const {GObject} = imports.gi;

/* Made for the first that needs it. */
let Carrier;

function pack(value) {
    if (value instanceof GObject.Object)
        return value;

    Carrier ??= GObject.registerClass({GTypeName: 'MgrScriptCarrier'}, class extends GObject.Object {});
    const carrier = new Carrier();
    carrier.value = value;
    return carrier;
}

function unpack(object) {
    return Carrier !== undefined && object instanceof Carrier ? object.value : object;
}
