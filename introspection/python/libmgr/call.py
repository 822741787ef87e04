# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Calls one function, as a task that is a command does.

    python3 -m libmgr.call MODULE:FUNCTION ARGUMENTS RESULT

ARGUMENTS are JSON, a list of those by position and an object of those by name; RESULT is the
file that says, as JSON, what the function returned, or what it raised. The exit status is 0
if it returned, 1 if it raised, and 2 where it could not be called.
"""

import asyncio
import importlib
import inspect
import json
import os
import sys
import traceback

USAGE = "usage: python3 -m libmgr.call MODULE:FUNCTION ARGUMENTS RESULT"


def find(path):
    """The function of a path such as package.module:function."""
    module, separator, name = path.partition(":")
    if not separator or not module or not name:
        raise ValueError(f"“{path}” is no path of a function: give MODULE:FUNCTION")
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    # A function with options of its own is called as it was written.
    return getattr(found, "__wrapped__", found)


def call(func, args, kwargs):
    value = func(*args, **kwargs)
    return asyncio.run(value) if inspect.iscoroutine(value) else value


def write(path, outcome):
    """All of it or nothing: who reads may come at any time."""
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(outcome, file)
    os.replace(path + ".part", path)


def describe(error):
    return f"{type(error).__name__}: {error}"


def run(path, packed, result):
    try:
        args, kwargs = json.loads(packed)
        func = find(path)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        write(result, {"error": f"{path} cannot be called: {describe(error)}"})
        print(f"{path} cannot be called: {describe(error)}", file=sys.stderr)
        return 2

    try:
        write(result, {"value": call(func, args, kwargs)})
    except Exception as error:
        traceback.print_exc()
        write(result, {"error": describe(error)})
        return 1
    return 0


def main():
    if len(sys.argv) != 4:
        print(USAGE, file=sys.stderr)
        return 2
    return run(*sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
