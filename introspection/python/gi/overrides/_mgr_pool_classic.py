# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Pools for what most programs have, by the classic names and with sizes in MB.

``Mgr.create_ml_tensor_pool(1000)`` is a tensor pool of 1000 MB that is charged to the
component ``ml-models``, ``Mgr.create_trading_data_pool(500)`` a standard pool, whose blocks
give way to newer ones, charged to ``trading-data``. A component that is not there yet is
added without a budget of its own, and the manager, by default the one of the program,
knows the pool.
"""

MB = 1000000


def _find_component(manager, name):
    return manager.lookup_component(name) or manager.add_component(name)


def override(Mgr, tools):
    def create(kind, name, size_mb, component, manager, *arguments):
        if not size_mb > 0:
            raise ValueError(f"A pool has more than 0 MB, not {size_mb}")
        manager = manager or Mgr.Manager.get_default()
        pool = tools.charge(kind.new, _find_component(manager, component), name,
                            int(size_mb * MB), *arguments)
        manager.add_pool(pool)
        return pool

    def create_ml_tensor_pool(size_mb, name="ml-tensors", component="ml-models", manager=None):
        """A pool of tensors for models, of so many MB."""
        return create(Mgr.TensorPool, name, size_mb, component, manager)

    def create_trading_data_pool(size_mb, name="market-data", component="trading-data",
                                 manager=None):
        """A pool of blocks for market data, of so many MB, where old ones give way."""
        return create(Mgr.StandardPool, name, size_mb, component, manager,
                      Mgr.StandardPoolFlags.EVICT)

    for function in (create_ml_tensor_pool, create_trading_data_pool):
        function.__module__ = Mgr.__name__
        setattr(Mgr, function.__name__, function)
