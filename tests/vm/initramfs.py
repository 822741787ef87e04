# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The archive that a guest has as its root: programs with their libraries, no more.

Nothing in it can be evicted from the guest's memory, so that only what a test brings
is under pressure.
"""

import os
import pathlib
import re
import stat
import subprocess

# Of the archive format, Linux' Documentation/driver-api/early-userspace/buffer-format.rst.
MAGIC = '070701'
TRAILER = 'TRAILER!!!'


def libraries(program):
    """What a program is loaded with, by its path in the archive: libraries in /lib, the
    loader where the program looks for it. Nothing for a static one."""
    done = subprocess.run(['ldd', program], check=False, capture_output=True, text=True)
    found = {}
    if 'not found' in done.stdout:
        raise FileNotFoundError(f'{program} lacks a library:\n{done.stdout}')
    for name, path in re.findall(r'^\s*(\S+)(?: => (\S+))? \(0x', done.stdout, re.MULTILINE):
        if path:
            found[f'/lib/{name}'] = path
        elif name.startswith('/'):
            found[name] = name
    return found


class Archive:
    """Files and folders, written in the cpio format that the kernel unpacks."""

    def __init__(self):
        self.entries = {}

    def add_folder(self, path):
        """A folder and those it is in."""
        path = pathlib.PurePosixPath(path)
        for each in [*reversed(path.parents), path]:
            if each != pathlib.PurePosixPath('/'):
                self.entries.setdefault(str(each), (stat.S_IFDIR | 0o755, b''))

    def add_data(self, path, data, mode=0o755):
        """A file by its contents."""
        path = pathlib.PurePosixPath(path)
        self.add_folder(path.parent)
        self.entries[str(path)] = (stat.S_IFREG | mode, data)

    def add_file(self, source, path):
        """A file."""
        self.add_data(path, pathlib.Path(source).read_bytes())

    def add_program(self, source, path):
        """A program and its libraries."""
        self.add_file(source, path)
        for library_path, library in libraries(source).items():
            self.add_file(library, library_path)

    def to_bytes(self):
        """The archive."""
        members = [*self.entries.items(), ('/' + TRAILER, (0, b''))]
        return b''.join(self.member(number, path, *entry)
                        for number, (path, entry) in enumerate(members, start=1))

    @staticmethod
    def member(number, path, mode, data):
        """One member: a header of 13 numbers, the name, the contents, padded to four."""
        name = os.fsencode(path.lstrip('/')) + b'\0'
        fields = [number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0]
        header = (MAGIC + ''.join(f'{field:08x}' for field in fields)).encode()
        return padded(header + name) + padded(data)


def padded(data):
    """The data, filled up to a multiple of four bytes."""
    return data + b'\0' * (-len(data) % 4)
