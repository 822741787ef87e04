#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Every rule of .ci/lint finds what it is there to find, and nothing in good files."""

import pathlib
import subprocess
import sys
import tempfile

LINT = pathlib.Path(__file__).resolve().parents[2] / '.ci' / 'lint'

SPDX = ('/* SPDX-FileCopyrightText: 2026 The libmgr contributors\n'
        ' * SPDX-License-Identifier: LGPL-2.1-or-later\n'
        ' */\n\n')

GUARD = ('#pragma once\n\n'
         '#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)\n'
         '#error "Only <mgr.h> can be included directly."\n'
         '#endif\n\n')

# A small library in which no rule finds anything.
GOOD = {
    'libmgr/mgr.h': SPDX + '#pragma once\n\n#include "base/mgr-thing.h"\n',
    'libmgr/base/mgr-thing.h':
        SPDX + GUARD + '#include <glib-object.h>\n\n'
        'MGR_AVAILABLE_IN_1_0\nG_DECLARE_FINAL_TYPE (MgrThing, mgr_thing, MGR, THING, GObject)\n\n'
        'MGR_AVAILABLE_IN_1_0\nMgrThing *mgr_thing_new (void);\n',
    'libmgr/base/mgr-thing.c':
        SPDX + '#include "config.h"\n\n#include "base/mgr-thing.h"\n\n#include <string.h>\n\n'
        '/**\n * MgrThing:\n *\n * A thing.\n *\n * Since: 1.0\n */\n\n'
        '/**\n * mgr_thing_new:\n *\n * Makes one.\n *\n * Since: 1.0\n */\n'
        'MgrThing *\nmgr_thing_new (void)\n{\n  return NULL;\n}\n',
    'libmgr/ledger/mgr-book.c':
        SPDX + '#include "config.h"\n\n#include "base/mgr-thing.h"\n',
    'tools/look/look.c': SPDX + '#include <mgr.h>\n\n#include <stdio.h>\n',
}

HEADER = 'libmgr/base/mgr-thing.h'
SOURCE = 'libmgr/base/mgr-thing.c'
BOOK = 'libmgr/ledger/mgr-book.c'


def replaced(path, old, new):
    """A file of the good library with something else in it."""
    assert old in GOOD[path]
    return {path: GOOD[path].replace(old, new)}


def added(path, text):
    return {path: GOOD.get(path, SPDX) + text}


# The rule, what is done to the good library, and a part of what is said of it.
BAD = [
    ('spdx', {'tools/look/go': '#!/bin/sh\n'}, 'tools/look/go:1: lacks'),
    ('spdx', {'tests/meson.build': 'x = 1\n'}, 'tests/meson.build:1: lacks'),
    ('umbrella-guard', replaced(HEADER, '#error', '#warning'), f'{HEADER}:5: lacks'),
    ('umbrella-guard', {'libmgr/base/mgr-other.h': SPDX + GUARD}, 'does not include “base/mgr-other.h”'),
    ('include-order', replaced(SOURCE, '#include "config.h"\n', ''), 'include "config.h" first'),
    ('include-order', replaced(SOURCE, '#include "base/mgr-thing.h"\n', ''), 'include the own header'),
    ('include-order', added(SOURCE, '#include "base/mgr-other.h"\n'), 'move "base/mgr-other.h" above'),
    ('floors', added(SOURCE, '#include "ledger/mgr-book.h"\n'), 'base must not know ledger'),
    ('floors', added('libmgr/pressure/mgr-a.c', '#include "reclaim/mgr-b.h"\n'),
     'pressure must not know reclaim'),
    ('floors', added('libmgr/reclaim/mgr-a.c', '#include "mgr-manager.h"\n'),
     'reclaim must not know manager'),
    ('floors', added(BOOK, '#include <mgr.h>\n'), 'not the umbrella'),
    ('floors', added('tools/look/look.c', '#include "base/mgr-thing.h"\n'), 'include <mgr.h> in place'),
    ('floors', {'libmgr/attic/mgr-a.c': SPDX}, 'attic has no floor'),
    ('public-symbols', replaced(HEADER, 'MGR_AVAILABLE_IN_1_0\nMgrThing *', 'MgrThing *'),
     'mgr_thing_new is not exported'),
    ('public-symbols', replaced(HEADER, 'MGR_AVAILABLE_IN_1_0\nG_DECLARE', 'G_DECLARE'),
     'MgrThing is not exported'),
    ('public-symbols', replaced(SOURCE, '* mgr_thing_new:', '* mgr_thing_old:'),
     'mgr_thing_new is not documented'),
    ('public-symbols', replaced(SOURCE, 'A thing.\n *\n * Since: 1.0', 'A thing.'),
     'MgrThing does not say since when'),
    ('public-symbols', added(HEADER, 'typedef enum\n{\n  MGR_ONE,\n} MgrNumber;\n'),
     'MgrNumber is not documented'),
    ('whitespace', added(SOURCE, 'int x; \n'), 'ends in white space'),
    ('whitespace', added(SOURCE, '\tint x;\n'), 'holds a tab'),
    ('whitespace', added(SOURCE, '\n'), 'one line feed'),
    ('machine-paths', added(SOURCE, '/* see ' + '/ho' 'me/ada/notes */\n'), 'of one machine'),
    ('length', added(SOURCE, 'int\nlong_one (void)\n{\n' + '  x ();\n' * 61 + '}\n'),
     'long_one has 61 lines'),
    ('length', {'tools/long.py': 'def long_one():\n' + '    x()\n' * 61}, 'long_one has 61 lines'),
    ('length', added(SOURCE, '\n' * 801), 'more than 800'),
    ('leftovers', added(SOURCE, '/* TO' 'DO */\n'), 'do it now'),
]


def write_tree(root, tree):
    for name, text in tree.items():
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')


def run_rule(rule, tree):
    """The exit status and output of a rule run over a tree."""
    with tempfile.TemporaryDirectory() as root:
        write_tree(root, tree)
        done = subprocess.run([LINT / f'{rule}.py', root], check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def main():
    rules = sorted(path.stem for path in LINT.glob('*.py'))
    cases = [(f'{rule} accepts good files', rule, GOOD, 0, '') for rule in rules]
    cases += [(f'{rule} finds: {text}', rule, GOOD | change, 1, text) for rule, change, text in BAD]
    cases += [(f'{rule} is tested', rule, None, rule in {bad[0] for bad in BAD}, '') for rule in rules]

    failed = 0
    print(f'1..{len(cases)}')
    for number, (name, rule, tree, wanted, text) in enumerate(cases, start=1):
        if tree is None:
            good = wanted
        else:
            status, output = run_rule(rule, tree)
            good = status == wanted and text in output and (wanted or not output)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name.replace('#', '')}")
        if not good and tree is not None:
            print('\n'.join('# ' + line for line in output.splitlines()))
    return 1 if failed else 0


sys.exit(main())
