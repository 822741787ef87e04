#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The order of includes: config.h, the file's own header, the project's, the system's.

A header that must come first to be of use is thereby found to need nothing else.
"""

from common.source import Finding, files, includes, main


def is_project(name):
    return name.startswith('"') or name == '<mgr.h>'


def own_headers(root, path):
    """The includes of the headers that a file of the library implements."""
    headers = [path.with_name(path.stem + suffix) for suffix in ('.h', '-private.h')]
    return [f'"{header.relative_to(root / "libmgr")}"' for header in headers if header.exists()]


def library_file(root, path, found):
    if not found or found[0][1] != '"config.h"':
        yield Finding(path, found[0][0] if found else 1, 'include "config.h" first')
        return
    own = own_headers(root, path)
    if own and (len(found) < 2 or found[1][1] not in own):
        yield Finding(path, found[0][0], f'include the own header {own[-1]} right after "config.h"')


def rule(root):
    for path in files(root, '*.c', '*.h'):
        found = includes(path.read_text(encoding='utf-8'))
        if path.suffix == '.c' and root / 'libmgr' in path.parents:
            yield from library_file(root, path, found)
        for (_, before), (line, name) in zip(found, found[1:]):
            if path.suffix == '.c' and is_project(name) and not is_project(before):
                yield Finding(path, line, f'move {name} above {before}: '
                                          'the project\'s headers come before the system\'s')


main(rule)
