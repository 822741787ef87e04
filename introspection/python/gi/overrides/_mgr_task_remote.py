# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Functions that are called in a Python of their own, by python3 -m libmgr.call."""

import json
import os
import shutil
import sys
import tempfile
import weakref

from gi.repository import GLib

# One argument of a command is at most 128 KiB.
ARGUMENTS_MAX = 100_000

RESULT = "result.json"


def _path_of(func):
    """The path by which a function is imported, such as package.module:function."""
    name = getattr(func, "__qualname__", None)
    module = getattr(func, "__module__", None)
    if module == "__main__":
        spec = getattr(sys.modules["__main__"], "__spec__", None)
        module = spec.name if spec is not None else None
    if name is None or module is None or "<" in name:
        raise ValueError(f"{func!r} cannot be imported elsewhere: a command calls a function of "
                         "a module, and none of the program itself or within another function")
    return f"{module}:{name}"


def _pack(path, args, kwargs):
    try:
        packed = json.dumps([args, kwargs])
    except (TypeError, ValueError) as error:
        raise ValueError(f"The arguments of {path} are to be JSON: {error}") from None
    if len(packed) > ARGUMENTS_MAX:
        raise ValueError(f"The arguments of {path} take {len(packed)} bytes, and a command at most "
                         f"{ARGUMENTS_MAX}: write them to a file, and give its path")
    return packed


class Call:
    """A call in a Python of its own, and where it says what it returned."""

    def __init__(self, func, args, kwargs, results):
        path = _path_of(func)
        packed = _pack(path, args, kwargs)
        self._folder = tempfile.mkdtemp(prefix="libmgr-call-", dir=results)
        weakref.finalize(self, shutil.rmtree, self._folder, True)
        self._result = os.path.join(self._folder, RESULT)
        self.argv = [sys.executable, "-m", "libmgr.call", path, packed, self._result]
        self.environment = [f"{name}={value}" for name, value in
                            {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}.items()]

    def attach(self, task):
        """Has the call live as long as its task. Returns the task."""
        task.mgr_call = self
        return task

    def _load(self):
        with open(self._result, encoding="utf-8") as file:
            return json.load(file)

    def read(self):
        """What the function returned."""
        try:
            return self._load()["value"]
        except (OSError, ValueError, KeyError) as error:
            raise RuntimeError(f"The call left no result in {self._result}: {error}") from None

    def explain(self, error):
        """The error of the command, with what the function raised where it did."""
        try:
            text = self._load()["error"]
        except (OSError, ValueError, KeyError):
            return error
        return GLib.Error(text, error.domain, error.code)


def command_of(task):
    """The call of a task, or None where it is none."""
    return getattr(task, "mgr_call", None)
