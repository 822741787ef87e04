#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""No tabs, nothing after the end of a line, one line feed at the end of a file."""

from common.source import Finding, files, main, sources


def rule(root):
    for path in sources(root) + files(root, '*.md', '*.yml'):
        text = path.read_text(encoding='utf-8')
        for number, line in enumerate(text.split('\n'), start=1):
            if line != line.rstrip():
                yield Finding(path, number, 'ends in white space: remove it')
            if '\t' in line:
                yield Finding(path, number, 'holds a tab: write spaces, or \\t in a string')
        if text and (not text.endswith('\n') or text.endswith('\n\n')):
            yield Finding(path, text.count('\n') + 1, 'end the file with one line feed')


main(rule)
