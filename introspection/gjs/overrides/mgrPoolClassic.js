/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Pools for what most programs have, by the classic names and with sizes in MB.
 *
 * Mgr.createMlTensorPool(1000) is a tensor pool of 1000 MB that is charged to the
 * component ml-models, Mgr.createTradingDataPool(500) a standard pool, whose blocks give
 * way to newer ones, charged to trading-data. A component that is not there yet is added
 * without a budget of its own, and the manager, by default the one of the program, knows
 * the pool. Options are name, component and manager. */

/* exported overridePoolClassic */

const MB = 1000000;

function overridePoolClassic(Mgr, {readOptions}) {
    function create(kind, sizeMb, options, defaults, ...rest) {
        if (!(sizeMb > 0))
            throw new RangeError(`A pool has more than 0 MB, not ${sizeMb}`);

        const [name, component, given] =
            readOptions([options], ['name', 'component', 'manager'], defaults);
        const manager = given ?? Mgr.Manager.get_default();
        const charged = manager.lookup_component(component) ?? manager.add_component(component);
        const pool = kind.new(charged, name, Math.floor(sizeMb * MB), ...rest);
        manager.add_pool(pool);
        return pool;
    }

    Mgr.createMlTensorPool = (sizeMb, options = {}) => create(Mgr.TensorPool, sizeMb, options,
        {name: 'ml-tensors', component: 'ml-models'});
    Mgr.createTradingDataPool = (sizeMb, options = {}) => create(Mgr.StandardPool, sizeMb, options,
        {name: 'market-data', component: 'trading-data'}, Mgr.StandardPoolFlags.EVICT);
}
