# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Reading the package index: where it is, one stanza at a time, parsed."""

import pathlib
import shutil
import subprocess
import sys

CHUNK = 256 * 1024
DPKG_STATUS = pathlib.Path("/var/lib/dpkg/status")

DEPENDS = ("Pre-Depends", "Depends")
WISHES = ("Recommends", "Suggests")
CONFLICTS = ("Conflicts", "Breaks", "Replaces")
RELATIONS = (*DEPENDS, *WISHES, *CONFLICTS, "Provides")


class Record:
    """One package: its fields as text, its relations and tags as lists."""

    __slots__ = ("fields", "relations", "tags")

    def __init__(self, stanza):
        self.fields = parse_fields(stanza.decode("utf-8", "replace"))
        self.relations = {
            name: parse_relation(self.fields[name])
            for name in RELATIONS if name in self.fields
        }
        tags = self.fields.get("Tag", "")
        self.tags = [tag.strip() for tag in tags.split(",")] if tags else []

    @property
    def section(self):
        return self.fields.get("Section", "")

    def number(self, name):
        return int(self.fields.get(name) or 0)

    def text(self, name):
        return self.fields.get(name, "")

    def related(self, *names):
        return [one for name in names for one in self.relations.get(name, ())]


def parse_fields(text):
    fields = {}
    name = None
    for line in text.split("\n"):
        if line[:1] in (" ", "\t"):
            fields[name] += "\n" + line
        elif line:
            name, _, value = line.partition(":")
            name = sys.intern(name)
            fields[name] = value.strip()
    return fields


def parse_relation(value):
    """'a (>= 1), b | c:any' becomes [('a',), ('b', 'c')]."""
    return [
        tuple(one.split()[0].partition(":")[0] for one in clause.split("|"))
        for clause in value.split(",") if clause.strip()
    ]


def stanzas(stream):
    """The paragraphs of a binary stream, never more than a chunk ahead."""
    rest = b""
    while chunk := stream.read(CHUNK):
        *whole, rest = (rest + chunk).split(b"\n\n")
        for stanza in whole:
            if stanza := stanza.strip(b"\n"):
                yield stanza
    if rest := rest.strip(b"\n"):
        yield rest


class Index:
    """The package index of this machine, or a file with the same format."""

    def __init__(self, path=None):
        self._process = None
        if path is None and shutil.which("apt-cache"):
            self._process = subprocess.Popen(
                ["apt-cache", "dumpavail"], stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL)
            self.name, self._stream = "apt-cache dumpavail", self._process.stdout
            self._ahead = self._stream.peek(1)
            if not self._ahead:
                self.close()
        if self._process is None:
            self.name = str(path or DPKG_STATUS)
            self._stream = open(self.name, "rb")

    def __iter__(self):
        return stanzas(self._stream)

    def close(self):
        self._stream.close()
        if self._process is not None:
            self._process.wait()
            self._process = None
