# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What the scheduler does with tasks; in every language it says the same."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Gio, GLib, Mgr  # noqa: E402

manager = Mgr.Manager.new("100 MiB")
scheduler = manager.scheduler
ran = []


def refused(function, *arguments):
    try:
        function(*arguments)
    except GLib.Error as error:
        return Mgr.Error(error.code).value_nick
    raise AssertionError("it was not refused")


def fail():
    raise GLib.Error("no luck", GLib.quark_to_string(Gio.io_error_quark()), Gio.IOErrorEnum.FAILED)


def say_end(what, task, with_text=False):
    try:
        task.result()
    except GLib.Error as error:
        print(f"{what}: {task.reason.value_nick}{', ' + error.message if with_text else ''}")


# No two of them fit at once.
scheduler.pause()
with scheduler:
    for priority in ("low", "normal", "high"):
        scheduler.submit(Mgr.Task.new(priority, ran.append, priority, priority=priority,
                                      memory="60 MiB"))
    statistics = scheduler.statistics
    print(f"paused: waiting {statistics.waiting}, running {statistics.running}")
    scheduler.resume()
print("ran:", *ran)

with scheduler:
    answer = scheduler.submit(lambda: 42)
    failing = scheduler.submit(fail)
print("result:", answer.result())
say_end("failed", failing, True)
print("too large:", refused(scheduler.submit, Mgr.Task.new("large", fail, memory="1 GiB")))
print("submitted twice:", refused(scheduler.submit, answer))

scheduler.pause()
cancelled = scheduler.submit(fail)
scheduler.cancel(cancelled)
say_end("cancelled", cancelled)
scheduler.resume()
with scheduler:
    late = scheduler.submit(Mgr.Task.new("late", fail, after=failing))
say_end("after a failure", late)

statistics = scheduler.statistics
done, error, cancelled = (statistics.get_ended(reason) for reason in (
    Mgr.TaskReason.DONE, Mgr.TaskReason.ERROR, Mgr.TaskReason.CANCELLED))
print(f"done {done}, error {error}, cancelled {cancelled}, over-commit {statistics.overcommit}")
