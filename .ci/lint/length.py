#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Functions and files that a reader can hold: 60 lines, 800 lines.

Where a GObject class lists its properties and signals, length is no burden, so
class_init is let off.
"""

import ast
import re

from common.source import Finding, files, main

FUNCTION_LINES = 60
FILE_LINES = 800

C_FUNCTION = re.compile(r'^([a-z_]\w*) \([^;{}]*?\)\n\{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)


def c_functions(text):
    """Name, line and length of each function."""
    for match in C_FUNCTION.finditer(text):
        yield match.group(1), text.count('\n', 0, match.start()) + 1, match.group(2).count('\n')


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno


def rule(root):
    for path in files(root, '*.c', '*.h', '*.py', '*.js'):
        text = path.read_text(encoding='utf-8')
        lines = text.count('\n')
        if lines > FILE_LINES:
            yield Finding(path, FILE_LINES, f'the file has {lines} lines, more than {FILE_LINES}: '
                                            'split it by idea')
        functions = {'.c': c_functions, '.py': python_functions}.get(path.suffix)
        for name, line, length in functions(text) if functions else ():
            if length > FUNCTION_LINES and not name.endswith('_class_init'):
                yield Finding(path, line, f'{name} has {length} lines, '
                                          f'more than {FUNCTION_LINES}: split it by deed')


main(rule)
