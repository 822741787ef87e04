# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Reading the package index: where it is, one stanza at a time, parsed."""

import pathlib
import re
import shutil
import subprocess
import sys

CHUNK = 256 * 1024
AVAILABLE = ["apt-cache", "dumpavail"]
DPKG_STATUS = pathlib.Path("/var/lib/dpkg/status")
PACKAGE = re.compile(rb"^Package: *\S+", re.MULTILINE)

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
    """The package index of this machine, or a file of the same format.

    A small one is read several times over, under new names, until there are
    at_least so many bytes.
    """

    def __init__(self, path=None, at_least=0):
        self._command = ["cat", str(path or DPKG_STATUS)]
        self._at_least = at_least
        self.name = str(path or DPKG_STATUS)
        self.rounds = 0
        if path is None and has_available():
            self._command = AVAILABLE
            self.name = " ".join(AVAILABLE)

    def __iter__(self):
        size = 0
        while self.rounds == 0 or size < self._at_least:
            before = size
            for stanza in self._stanzas():
                size += len(stanza)
                yield self._renamed(stanza)
            if size == before:
                raise ValueError(f"{self.name} names no package: "
                                 "run apt-get update, or give another file")
            self.rounds += 1

    def _stanzas(self):
        with subprocess.Popen(self._command, stdout=subprocess.PIPE) as process:
            yield from stanzas(process.stdout)

    def _renamed(self, stanza):
        if self.rounds == 0:
            return stanza
        return PACKAGE.sub(rb"\g<0>~%d" % self.rounds, stanza, count=1)


def has_available():
    """Whether apt knows packages: a fresh image may have no lists."""
    if not shutil.which(AVAILABLE[0]):
        return False
    with subprocess.Popen(AVAILABLE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        found = bool(process.stdout.read(1))
        process.kill()
    return found
