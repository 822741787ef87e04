#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A public header is included through <mgr.h> alone, which includes them all."""

from common.source import Finding, includes, main, public_headers

GUARD = '''#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif
'''


def rule(root):
    library = root / 'libmgr'
    umbrella = library / 'mgr.h'
    included = [name for _, name in includes(umbrella.read_text(encoding='utf-8'))]

    for path in public_headers(root):
        if GUARD not in path.read_text(encoding='utf-8'):
            yield Finding(path, 5, 'lacks “#pragma once” and the umbrella guard: '
                                   'copy both from libmgr/base/mgr-size.h')
        name = str(path.relative_to(library)).removesuffix('.in')
        if f'"{name}"' not in included:
            yield Finding(umbrella, 1, f'does not include “{name}”: include it, '
                                       'or call the header …-private.h')


main(rule)
