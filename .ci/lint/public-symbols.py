#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What a public header declares is exported, documented, and says since when."""

import re

from common.source import Finding, blank_comments, files, line_of, main, public_headers

EXPORT = re.compile(r'^MGR_(AVAILABLE|DEPRECATED)_IN_\d+_\d+\b')
FUNCTION = re.compile(r'\b(mgr_[a-z0-9_]+)\s*\(')
DECLARE = re.compile(r'\bG_DECLARE_(?:FINAL_TYPE|DERIVABLE_TYPE|INTERFACE)\s*\(\s*(Mgr\w+)')
TYPEDEF = re.compile(r'\btypedef\s+(?:struct|enum)\b[^;]*?\b(Mgr\w+)\s*$')
BLOCK = re.compile(r'/\*\*\n \* ([\w:.-]+):(.*?)\*/', re.DOTALL)
DIRECTIVE = re.compile(r'^[ \t]*#(?:.*\\\n)*.*$', re.MULTILINE)
BODY = re.compile(r'\{[^{}]*\}')
NO_STATEMENT = re.compile(r'^(?:\s|G_BEGIN_DECLS\b|G_END_DECLS\b)+')


def emptied(match):
    return '\n' * match.group().count('\n')


def statements(text):
    """The declarations of a header and their lines, without comments,
    directives and the insides of structs and enums."""
    text = DIRECTIVE.sub(emptied, blank_comments(text))
    while BODY.search(text):
        text = BODY.sub(emptied, text)
    # These two take no semicolon.
    text = re.sub(r'^(G_D(?:ECLARE|EFINE)_\w+ \([^)]*\))$', r'\1;', text, flags=re.MULTILINE)
    position = 0
    for statement in text.split(';'):
        blank = NO_STATEMENT.match(statement)
        start = blank.end() if blank else 0
        yield line_of(text, position + start), statement[start:].strip()
        position += len(statement) + 1


def blocks(root):
    """What is documented anywhere in the library, by name."""
    found = {}
    for path in files(root / 'libmgr', '*.c', '*.h', '*.h.in', '*.c.in'):
        for match in BLOCK.finditer(path.read_text(encoding='utf-8')):
            found[match.group(1)] = match.group(2)
    return found


def check_block(path, line, name, documented):
    if name not in documented:
        yield Finding(path, line, f'{name} is not documented: '
                                  f'write a “/** {name}:” block where it is defined')
    elif 'Since: ' not in documented[name]:
        yield Finding(path, line, f'the documentation of {name} does not say since when: '
                                  'end it with “Since: 1.0”')


def check_statement(path, line, text, documented):
    function = FUNCTION.search(text)
    declared = DECLARE.search(text)
    typedef = TYPEDEF.search(text)

    if 'G_DEFINE_AUTOPTR' in text:
        return
    if (declared or function and not typedef) and not EXPORT.match(text):
        name = (declared or function).group(1)
        yield Finding(path, line, f'{name} is not exported: write MGR_AVAILABLE_IN_1_0 above it')
    if declared or typedef:
        yield from check_block(path, line, (declared or typedef).group(1), documented)
    elif function and not function.group(1).endswith('_get_type'):
        yield from check_block(path, line, function.group(1), documented)


def rule(root):
    documented = blocks(root)
    for path in public_headers(root):
        for line, text in statements(path.read_text(encoding='utf-8')):
            yield from check_statement(path, line, text, documented)


main(rule)
