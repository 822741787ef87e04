#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Every source file says in its first lines whose it is and under what licence."""

from common.source import Finding, main, sources

TAGS = (
    'SPDX-FileCopyright' 'Text: 2026 The libmgr contributors',
    'SPDX-License-' 'Identifier: LGPL-2.1-or-later',
)
HEAD_LINES = 5


def rule(root):
    for path in sources(root):
        head = path.read_text(encoding='utf-8').splitlines()[:HEAD_LINES]
        for tag in TAGS:
            if not any(line.rstrip(' ->').endswith(tag) for line in head):
                yield Finding(path, 1, f'lacks “{tag}”: add it to the comment at the top')


main(rule)
