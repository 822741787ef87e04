#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Nothing left for later: what is not done goes into an issue, not into a comment."""

import re

from common.source import Finding, main, sources

MARK = re.compile(r'\b(TO' r'DO|FIX' r'ME|XX' r'X|HA' r'CK)\b')


def rule(root):
    for path in sources(root):
        for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), start=1):
            match = MARK.search(line)
            if match:
                yield Finding(path, number, f'“{match.group()}”: do it now, or file an issue')


main(rule)
