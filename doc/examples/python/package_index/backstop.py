# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A real limit a bit above the budget: the kernel's own, where we may set one.

With version 2 a cgroup may be made in one that was delegated to us: the root of
our own cgroup namespace, or one marked as delegated by the service manager.  With
version 1, where a cgroup may hold processes and other cgroups alike, it may be
made below our own if that folder is ours to write.  Anywhere else it belongs to
somebody else, and the budget has to do without a backstop.
"""

import contextlib
import os
import pathlib
import re

# Beside the budget there is room for what it does not count: pages of files,
# and what the kernel keeps for the process.
ROOM = 1.5
LIMITS = ("memory.max", "memory.limit_in_bytes")


class Backstop(contextlib.AbstractContextManager):
    """A cgroup of our own for one process, gone with the with block."""

    def __init__(self, budget, parent=None):
        self.limit = 0
        self._folder = None
        parent = pathlib.Path(parent) if parent else delegated_cgroup()
        if parent is not None:
            with contextlib.suppress(OSError):
                self._make(parent / f"package-index-{os.getpid()}", int(budget * ROOM))

    def add(self, pid):
        if self._folder is not None:
            (self._folder / "cgroup.procs").write_text(str(pid))

    def __exit__(self, *_):
        if self._folder is not None:
            self._folder.rmdir()

    def _make(self, folder, limit):
        folder.mkdir()
        for name in LIMITS:
            if (folder / name).exists():
                (folder / name).write_text(str(limit))
                self._folder, self.limit = folder, limit
                return
        folder.rmdir()


def delegated_cgroup(proc=pathlib.Path("/proc/self")):
    """The folder of our own cgroup, if we may make others in it."""
    return delegated_v2(proc) or writable_v1(proc)


def delegated_v2(proc):
    folder = own_cgroup(proc, r"^0::(/.*)$", "cgroup2")
    if folder is None or not (folder / "memory.max").exists():
        return None
    # The root of all cgroups has no limit, so this "/" is that of a namespace.
    is_root = "0::/" in (proc / "cgroup").read_text().splitlines()
    return folder if is_root or is_delegated(folder) else None


def writable_v1(proc):
    folder = own_cgroup(proc, r"^\d+:(?:.*,)?memory(?:,.*)?:(/.+)$", "cgroup", "memory")
    if folder is None or not (folder / "memory.limit_in_bytes").exists():
        return None
    return folder if os.access(folder, os.W_OK) else None


def own_cgroup(proc, line_pattern, kind, option=""):
    """Where our cgroup of that kind is mounted, if it is."""
    paths = re.findall(line_pattern, (proc / "cgroup").read_text(), re.MULTILINE)
    for line in (proc / "mountinfo").read_text().splitlines():
        place, _, device = line.partition(" - ")
        root, point = place.split()[3:5]
        name, *_, options = device.split()
        if paths and name == kind and (not option or option in options.split(",")):
            with contextlib.suppress(ValueError):
                return pathlib.Path(point) / pathlib.Path(paths[0]).relative_to(root)
    return None


def is_delegated(folder):
    for name in ("user.delegate", "trusted.delegate"):
        with contextlib.suppress(OSError):
            if os.getxattr(folder, name) == b"1":
                return True
    return False
