#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tasks for Dask, of which only so many run at once as there is memory for."""

import dask
import distributed

import dask_plugin


def add_up(rows):
    table = bytearray(b"\1") * rows
    dask_plugin.checkpoint()
    return sum(table[:: 1 << 20])


if __name__ == "__main__":
    with distributed.Client(n_workers=2, threads_per_worker=2, host="127.0.0.1",
                            dashboard_address="127.0.0.1:0") as client:
        client.register_worker_plugin(dask_plugin.Leases(keep="64 MiB"))
        with dask.annotate(memory="150 MiB"):
            futures = client.map(add_up, [100 << 20] * 4, pure=False)
        print(client.gather(futures))
