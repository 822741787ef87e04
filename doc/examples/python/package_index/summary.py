# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What came out, and whether everything held that was promised."""

import hashlib

from .memory import mib


def checks(free, budgeted, budget, answer):
    """Each promise, and whether it was kept."""
    figures = budgeted.figures
    yield (budgeted.peak <= budget,
           f"stayed inside the budget: peak {mib(budgeted.peak)} of {mib(budget)}, "
           f"where {mib(free.peak)} are taken freely")
    yield (figures["cleanups"] > 0 and figures["returned"] > 0,
           f"cleaned up {figures['cleanups']} times: {mib(figures['freed'])} freed by "
           f"word, {mib(figures['returned'])} returned by measure")
    yield (figures["touched"] == 0,
           f"protected objects touched: {figures['touched']}")
    yield (free.result == budgeted.result,
           f"the same result, byte for byte: sha256 {digest(free)[:16]}… and "
           f"{digest(budgeted)[:16]}…")
    yield (answer is not None,
           "answered another process over D-Bus while it ran"
           + (f", in {answer * 1000:.0f} ms" if answer is not None else ": no"))


def digest(run):
    return hashlib.sha256(run.result).hexdigest()


def details(free, budgeted):
    figures = budgeted.figures
    source = figures["index"]
    if figures["rounds"] > 1:
        source += f", {figures['rounds']} times over"
    asked = figures["hits"] + figures["misses"]
    yield "index", f"{figures['packages']:,} packages of {source}"
    yield "time", (f"{free.figures['seconds']:.1f} s freely, "
                   f"{figures['seconds']:.1f} s in the budget")
    yield "cache", (f"{asked:,} records asked for, {figures['hits'] / asked:.0%} there, "
                    f"the others parsed again")
    yield "features", f"{figures['spilled']} blocks spilled and read again"
    yield "refusals", f"{figures['refusals']}, each mended by a cleanup"
    yield "batches", batch_history(figures["batches"])


def batch_history(sizes):
    """The turning points: 1024 ↘ 128 ↗ 1024."""
    text = str(sizes[0])
    for before, size, after in zip(sizes, sizes[1:], [*sizes[2:], None]):
        falling = size < before
        if after is None or falling != (after < size):
            text += f" {'↘' if falling else '↗'} {size}"
    return text


def sections(result):
    """The largest sections, for a look at what it was all for."""
    names = sorted(result["sections"], key=lambda row: -row[1][2])[:4]
    return ", ".join(f"{name} {sums[2] / (1 << 30):.1f} GiB" for name, sums in names)
