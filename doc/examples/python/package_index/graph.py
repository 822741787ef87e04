# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The dependency graph in two flat arrays, its ranks and longest chain."""

import array

# Of each package's weight, the share that it passes on to what it needs.
PASSED_ON = 85
ROUNDS = 12
UNIT = 1_000_000


class Graph:
    """Edges from packages to what they depend on; rows must come in order."""

    def __init__(self):
        self._starts = array.array("q", [0])
        self._targets = array.array("i")

    def __len__(self):
        return len(self._starts) - 1

    @property
    def edges(self):
        return len(self._targets)

    def append(self, targets):
        self._targets.extend(targets)
        self._starts.append(len(self._targets))

    def targets(self, row):
        return self._targets[self._starts[row]:self._starts[row + 1]]

    def ranks(self):
        """How much the others lean on each row, closer with every round.

        Page rank, in whole numbers: the same on every machine.
        """
        ranks = array.array("q", [UNIT]) * len(self)
        for _ in range(ROUNDS):
            following = array.array("q", [UNIT * (100 - PASSED_ON) // 100]) * len(self)
            for row, rank in enumerate(ranks):
                if targets := self.targets(row):
                    share = rank * PASSED_ON // 100 // len(targets)
                    for target in targets:
                        following[target] += share
            ranks = following
            yield ranks

    def longest_chain(self):
        """The longest way down, one row of each cycle.

        Tarjan's algorithm hands out the strongly connected components with
        the lowest ones first, so each finds its successors' depths ready.
        """
        depth = array.array("i", [0]) * len(self)
        below = array.array("i", [-1]) * len(self)
        for members in self._components():
            inside = set(members)
            outside = [target for row in members for target in self.targets(row)
                       if target not in inside]
            deepest = max(outside, key=lambda row: (depth[row], -row), default=-1)
            for row in members:
                depth[row] = 1 + (depth[deepest] if deepest >= 0 else 0)
                below[row] = deepest
        row = max(range(len(self)), key=lambda row: (depth[row], -row), default=-1)
        chain = []
        while row >= 0:
            chain.append(row)
            row = below[row]
        return chain

    def _components(self):
        found = array.array("i", [0]) * len(self)
        lowest = array.array("i", [0]) * len(self)
        on_stack = bytearray(len(self))
        stack, clock = [], 0
        for root in range(len(self)):
            if found[root]:
                continue
            path = [(root, iter(()))]
            while path:
                row, targets = path[-1]
                if not found[row]:
                    clock += 1
                    found[row] = lowest[row] = clock
                    stack.append(row)
                    on_stack[row] = True
                    targets = iter(self.targets(row))
                    path[-1] = (row, targets)
                target = next(targets, None)
                if target is not None:
                    if not found[target]:
                        path.append((target, iter(())))
                    elif on_stack[target]:
                        lowest[row] = min(lowest[row], found[target])
                    continue
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[row])
                if lowest[row] == found[row]:
                    members = []
                    while not members or members[-1] != row:
                        members.append(stack.pop())
                        on_stack[members[-1]] = False
                    yield members
