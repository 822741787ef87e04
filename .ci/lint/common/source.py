# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the lint scripts share: the files of the tree, and how to report.

A rule is a function that takes the root of a tree and yields findings; its
script ends in main(rule). Each script takes the root as its only argument, by
default the tree that it belongs to.
"""

import os
import pathlib
import re
import sys

SKIPPED_FOLDERS = {'.git', '__pycache__', 'node_modules'}

COMMENT = re.compile(r'/\*.*?\*/', re.DOTALL)


class Finding:
    """Something wrong in a line of a file, and how to mend it."""

    def __init__(self, path, line, message):
        self.path = path
        self.line = line
        self.message = message

    def text(self, root):
        return f'{self.path.relative_to(root)}:{self.line}: {self.message}'


def files(root, *patterns):
    """All files of the tree whose name matches one of the patterns, sorted;
    those in build folders and the like left out."""
    found = []
    for folder, folders, names in os.walk(root):
        top = pathlib.Path(folder) == root
        folders[:] = [name for name in folders
                      if name not in SKIPPED_FOLDERS and not (top and name.startswith('build'))]
        paths = (pathlib.Path(folder, name) for name in names)
        found += [path for path in paths
                  if not path.is_symlink() and any(path.match(p) for p in patterns)]
    return sorted(found)


def sources(root):
    """All files that people write for machines: code, scripts, build files."""
    suffixed = files(root, '*.c', '*.h', '*.c.in', '*.h.in', '*.py', '*.js', '*.ts', '*.sh',
                     '*.xml', '*.list', 'meson.build', 'meson_options.txt')
    scripts = [path for path in files(root, '*')
               if not path.suffix and path.read_bytes()[:2] == b'#!']
    return sorted(set(suffixed + scripts))


def public_headers(root):
    """The installed headers that people write, but for the umbrella."""
    library = root / 'libmgr'
    return [path for path in files(library, '*.h', 'mgr-version.h.in')
            if not path.name.endswith('-private.h') and path != library / 'mgr.h']


def blank_comments(text):
    """The text with its C comments emptied, its lines where they were."""
    return COMMENT.sub(lambda match: '\n' * match.group().count('\n'), text)


def line_of(text, position):
    """The number of the line that a position is in."""
    return text.count('\n', 0, position) + 1


def includes(text):
    """The line number and name, with its quotes, of every include."""
    pattern = re.compile(r'^#\s*include\s+(["<][^">]+[">])', re.MULTILINE)
    return [(line_of(text, match.start()), match.group(1)) for match in pattern.finditer(text)]


def main(rule):
    """Runs a rule over the tree and ends the script."""
    here = pathlib.Path(__file__).resolve().parents[3]
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else here
    findings = list(rule(root))
    for finding in findings:
        print(finding.text(root))
    sys.exit(1 if findings else 0)
