#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A folder of the library includes only from its own floor and from those below it.

What stands outside the library, as tools and examples, has <mgr.h> and no more.
"""

from common.source import Finding, files, includes, main

# Folders on one floor do not know each other.
FLOORS = [
    {'base'},
    {'journal'},
    {'ledger'},
    {'pressure', 'reclaim'},
    {'pool', 'cache', 'model', 'schedule', 'profile', 'stream'},
    {'manager'},
    {'service'},
]
HEIGHT = {folder: height for height, folders in enumerate(FLOORS) for folder in folders}

# Generated; they stand on no floor.
ANYWHERE = {'"config.h"', '"mgr-enum-types.h"'}


def folder_of(name):
    """The floor of an include or of a path within libmgr/; its top is the manager's."""
    first, _, rest = name.partition('/')
    return first if rest else 'manager'


def inside_library(path, own):
    for line, include in includes(path.read_text(encoding='utf-8')):
        if include == '<mgr.h>':
            yield Finding(path, line, 'include the headers needed, not the umbrella')
        if not include.startswith('"') or include in ANYWHERE:
            continue
        other = folder_of(include.strip('"'))
        if other == own:
            continue
        if other not in HEIGHT:
            yield Finding(path, line, f'{include} is of no floor: '
                                      'write “FLOOR/mgr-….h”, as in "base/mgr-error.h"')
        elif HEIGHT[other] >= HEIGHT[own]:
            yield Finding(path, line, f'{own} must not know {other}, which is not below it: '
                                      'move what is needed down, or join the two above')


def outside_library(root, path):
    for line, include in includes(path.read_text(encoding='utf-8')):
        name = include.strip('"<>')
        if include == '"config.h"' or include == '<mgr.h>':
            continue
        if (root / 'libmgr' / name).exists():
            yield Finding(path, line, f'include <mgr.h> in place of {include}: '
                                      'what stands outside uses the public API alone')


def rule(root):
    library = root / 'libmgr'
    for path in files(library, '*.c', '*.h'):
        name = str(path.relative_to(library))
        own = folder_of(name)
        if name == 'mgr.h':
            continue
        if own not in HEIGHT:
            yield Finding(path, 1, f'{own} has no floor: add it to FLOORS in .ci/lint/floors.py')
            continue
        yield from inside_library(path, own)
    for folder in ('tools', 'gio-module', 'doc/examples'):
        for path in files(root / folder, '*.c', '*.h'):
            yield from outside_library(root, path)


main(rule)
