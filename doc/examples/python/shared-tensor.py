#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Two processes work on one array of NumPy, which is nowhere copied."""

import socket
import subprocess
import sys

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Mgr

import numpy

DAYS, STOCKS = 250, 1000


def work(sock):
    """In the other process: makes changes of prices, where they are."""
    with Mgr.Tensor.receive(sock) as tensor:
        prices = numpy.asarray(tensor)
        print(f"worker: {prices.shape[0]} × {prices.shape[1]} prices, {prices.nbytes} bytes")
        prices[1:] = prices[1:] / prices[:-1] - 1
        prices[0] = 0


def main():
    manager = Mgr.Manager.new("64 MiB")
    models = manager.add_component("models", "16 MiB")
    pool = Mgr.TensorPool.new(models, "prices", "8 MiB")

    with pool.allocate_tensor((DAYS, STOCKS), "float32", "prices") as tensor:
        prices = numpy.asarray(tensor)
        prices[:] = 100 * 1.01 ** numpy.arange(DAYS).reshape(-1, 1)
        print(f"owner: {models.used} bytes are charged to {models.path}")

        ours, theirs = socket.socketpair()
        with ours, theirs, subprocess.Popen([sys.executable, __file__, str(theirs.fileno())],
                                            pass_fds=[theirs.fileno()]) as worker:
            tensor.send(ours)
            worker.wait()

        print(f"owner: the mean change is {prices[1:].mean():.4f}")
        del prices

    print(f"owner: {pool.lease_count} leases are left, and {pool.used} bytes in use")


if len(sys.argv) > 1:
    work(socket.socket(fileno=int(sys.argv[1])))
else:
    sys.stdout.reconfigure(line_buffering=True)
    main()
