#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The last prices of many symbols in a small pool: those that nobody looks at give way."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Mgr

KIB = 1 << 10
N_PRICES = 1000
N_SYMBOLS = 40

manager = Mgr.Manager.new("64 MiB")
pool = Mgr.StandardPool.new(manager.add_component("trading-data"), "prices", "128 KiB",
                            Mgr.StandardPoolFlags.EVICT)
blocks = {}
evicted = []


def on_evict(_pool, block):
    symbol = next(symbol for symbol, id in blocks.items() if id == block.id)
    evicted.append(blocks.pop(symbol))
    return False


pool.connect("evict", on_evict)
for symbol in range(N_SYMBOLS):
    blocks[symbol] = pool.allocate(N_PRICES * 8)
    # Nobody moves or evicts the block meanwhile.
    with pool.access(blocks[symbol]) as memory:
        with memory.cast("d") as prices:
            for i in range(N_PRICES):
                prices[i] = symbol + i
    pool.touch(blocks[0])

with pool.access(blocks[0]) as memory, memory.cast("d") as prices:
    last = prices[N_PRICES - 1]
print(len(blocks), "symbols are kept,", len(evicted), "gave way")
print("the first one was always of use: its last price is %.0f" % last)
print("used", pool.used // KIB, "KiB of", pool.capacity // KIB)
