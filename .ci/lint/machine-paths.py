#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""No path that exists on one person's machine only."""

import re

from common.source import Finding, files, main, sources

PATH = re.compile(r'(?<![\w.*}])/(?:home|root|work|tmp/wt|Users)/\w')


def rule(root):
    for path in sources(root) + files(root, '*.md', '*.yml'):
        for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), start=1):
            match = PATH.search(line)
            if match:
                yield Finding(path, number, f'“{match.group()}…” is of one machine: '
                                            'make the path relative, or take it from outside')


main(rule)
