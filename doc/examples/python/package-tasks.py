#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Analyses this machine's package index as package-index.py does, with each stage a task."""

import argparse
import asyncio
import json
import sys

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr

from package_index import summary
from package_index.memory import MIB, mib
from package_index.records import Index
from package_index.stages import Stages


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", metavar="FILE",
                        help="read FILE instead of apt-cache dumpavail")
    parser.add_argument("--at-least", metavar="MIB", type=int, default=32,
                        help="read a small index several times, up to MIB (32)")
    parser.add_argument("--budget", metavar="SIZE", default="256 MiB",
                        help="what the stages may take together (256 MiB)")
    parser.add_argument("--result", metavar="FILE", help="write the whole result to FILE")
    return parser.parse_args()


def show(tasks):
    begin = tasks[0].to_variant().unpack()["submitted"]
    for task in tasks:
        told = task.to_variant().unpack()
        print(f"{task.name:8} {mib(task.grant):>10} granted, {mib(task.peak):>10} taken, "
              f"{(told['started'] - begin) / 1e6:6.2f} to {(told['ended'] - begin) / 1e6:6.2f} s")


async def analyse(arguments):
    manager = Mgr.Manager.new(arguments.budget)
    stages = Stages(Index(arguments.index, arguments.at_least * MIB), arguments.at_least * MIB)
    try:
        async with manager.scheduler as scheduler:
            tasks = stages.submit(scheduler)
        for task in tasks:
            result = task.result()
        show(tasks)
        return result
    finally:
        stages.close()


def main():
    arguments = parse_arguments()
    try:
        result = asyncio.run(analyse(arguments))
    except (GLib.Error, MemoryError) as error:
        sys.exit(f"package-tasks: {getattr(error, 'message', error)}")
    if arguments.result:
        with open(arguments.result, "wb") as file:
            file.write(result)
    print(summary.sections(json.loads(result)))


if __name__ == "__main__":
    main()
