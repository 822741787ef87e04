# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What makes tasks and the scheduler read like Python.

``Mgr.Task.new("parse", parse, path, memory="200 MiB")`` is a task that calls parse(path);
what that returns is ``await task``, or ``task.result()`` once it is finished. An ``async def``
runs in an event loop of its own. ``@Mgr.task(memory="1.5 GiB", priority="high")`` makes a
function of which tasks are made by calling its ``submit``.

``with manager.scheduler:`` takes the tasks of a block, and waits for them at its end.

What a function raises is the reason error and its text; a MemoryError, and a request that
did not fit, is the reason oom, so that the task is tried again with more.
"""

import contextvars
import functools

from gi.repository import GLib, GObject

from ._mgr_task_await import iterate_until, result_of
from ._mgr_task_body import Body, checkpoint, current_task, know
from ._mgr_task_remote import Call, command_of

# The block that a task is submitted in.
_SCOPE = contextvars.ContextVar("libmgr-scheduler", default=None)


class _Scope:
    def __init__(self, scheduler):
        self.scheduler = scheduler
        self.outer = _SCOPE.get()
        self.tasks = []


def _enter(self):
    _SCOPE.set(_Scope(self))
    return self


def _leave(exception):
    """Ends the block, and after an exception its tasks. Returns those."""
    scope = _SCOPE.get()
    _SCOPE.set(scope.outer)
    if exception is not None:
        for task in scope.tasks:
            _cancel_quietly(scope.scheduler, task)
    return scope.tasks


def _cancel_quietly(scheduler, task):
    try:
        scheduler.cancel(task)
    except GLib.Error:
        # It is finished.
        pass


def _exit(self, exception=None, *_rest):
    for task in _leave(exception):
        iterate_until(task)


async def _async_exit(self, exception=None, *_rest):
    for task in _leave(exception):
        try:
            await result_of(task)
        except GLib.Error:
            # It is told to who asks for the result.
            pass


async def _async_enter(self):
    return _enter(self)


def check_argv(argv):
    """The words of a command, which are no text. Returns them."""
    if isinstance(argv, (str, bytes)):
        raise TypeError(f"The words of a command are a list, such as ['ls', '-l'], and {argv!r} is "
                        "none: shlex.split() makes one of it")
    if argv is not None and len(argv) == 0:
        raise ValueError("The words of a command begin with its program, and there are none")
    return argv


def _priority(Mgr, value):
    values = Mgr.TaskPriority.__enum_values__
    by_name = {known.value_nick: known for known in values.values()}
    found = by_name.get(value) if isinstance(value, str) else values.get(value)
    if found is None:
        raise ValueError(f"There is no priority {value!r}: use {', '.join(reversed(by_name))}")
    return found


def _check_range(name, pspec, value):
    """What is out of range GLib replaces by the default, with a warning."""
    low, high = getattr(pspec, "minimum", None), getattr(pspec, "maximum", None)
    if low is not None and isinstance(value, (int, float)) and not low <= value <= high:
        raise ValueError(f"The {name} of a task is from {low} to {high}, and not {value}")


class _Maker:
    """Makes tasks with the options that are given by name."""

    def __init__(self, Mgr, tools):
        self._Mgr = Mgr
        self._tools = tools
        self._new = Mgr.Task.new
        self._new_command = Mgr.Task.new_command

    def _set(self, task, name, value):
        if name == "after":
            for before in value if isinstance(value, (list, tuple)) else (value,):
                task.add_dependency(before)
        else:
            setattr(task, name, value)

    @functools.cached_property
    def _known(self):
        return {pspec.name.replace("-", "_") for pspec in self._Mgr.Task.list_properties()
                if pspec.flags & GObject.ParamFlags.WRITABLE} | {"after"}

    def _with_options(self, task, options):
        for name, value in options.items():
            if name not in self._known:
                raise TypeError(f"There is no option {name!r}: use "
                                f"{', '.join(sorted(self._known))}")
            self._set(task, name, value)
        return task

    def function(self, name, func, args=(), kwargs=None, options=None):
        body = Body(self._Mgr, func, args, kwargs or {})
        return self._with_options(self._new(name, body), options or {})

    def command(self, name, argv, options):
        check_argv(argv)
        return self._with_options(self._new_command(name, argv), options)


class TaskFunction:
    """A function with the options of its tasks, which a call of it is not."""

    def __init__(self, maker, func, options):
        self._maker = maker
        self._func = func
        self._name = options.pop("name", None) or func.__qualname__
        self._options = options
        functools.update_wrapper(self, func)

    def __call__(self, *args, **kwargs):
        return self._func(*args, **kwargs)

    def options(self, **options):
        """The same function, with other options."""
        return TaskFunction(self._maker, self._func,
                            {"name": self._name, **self._options, **options})

    def task(self, *args, **kwargs):
        """A task that calls the function with these arguments, to be submitted."""
        return self._maker.function(self._name, self._func, args, kwargs, self._options)

    def submit(self, *args, **kwargs):
        """Submits such a task to the scheduler of the block, or of the program."""
        return self._maker.scheduler().submit(self.task(*args, **kwargs))

    def command(self, *args, results=None, **kwargs):
        """A task that calls the function in a Python of its own, which any executor of
        commands can run: the function has to be one of a module, and its arguments and
        what it returns JSON. results is a folder that the one who runs it sees as well."""
        call = Call(self._func, args, kwargs, results)
        return call.attach(self._maker.command(self._name, call.argv, {
            "environment": call.environment, **self._options}))

    def submit_command(self, *args, **kwargs):
        """Submits such a task."""
        return self._maker.scheduler().submit(self.command(*args, **kwargs))


def _add_attributes(Mgr, tools):
    """Properties as attributes that can be set, in the words of Python."""
    converted = {
        # None: what was learned.
        "memory": lambda value: 0 if value is None else tools.size(value),
        "component": lambda value: value.get_path() if isinstance(value, Mgr.Component) else value,
        "priority": lambda value: _priority(Mgr, value),
        "argv": check_argv,
    }

    def attribute(pspec):
        name = pspec.name.replace("-", "_")

        def get(self):
            return self.get_property(pspec.name)

        def set_converted(self, value):
            value = converted.get(name, lambda same: same)(value)
            _check_range(name, pspec, value)
            self.set_property(pspec.name, value)
        writable = pspec.flags & GObject.ParamFlags.WRITABLE
        return name, property(get, set_converted if writable else None)

    for pspec in Mgr.Task.list_properties():
        name, made = attribute(pspec)
        setattr(Mgr.Task, name, made)
    for name in ("id", "attempt", "grant", "peak", "exit_status"):
        setattr(Mgr.Task, name, property(getattr(Mgr.Task, "get_" + name)))


def _override_task(Mgr, maker):
    task = Mgr.Task
    get_result = task.get_result

    def new(name, func, *args, **options):
        """A task that calls func(*args); the options are those of the properties, and
        after, a task or a list of those that have to be done first."""
        return maker.function(name, func, args, None, options)

    def new_command(name, argv, **options):
        return maker.command(name, argv, options)

    def result(self):
        """What its function returned, or a command wrote, where that is kept: else None.
        Raises what it ended with."""
        try:
            value = maker.charge(get_result, self)[1]
        except TypeError:
            # A value without a type: nothing was set.
            value = None
        except GLib.Error as error:
            call = command_of(self)
            raise call.explain(error) if call is not None else error
        call = command_of(self)
        return call.read() if call is not None else value

    task.new = staticmethod(new)
    task.new_command = staticmethod(new_command)
    task.result = result
    task.__await__ = lambda self: result_of(self).__await__()


def _override_attempt(Mgr):
    attempt = Mgr.TaskAttempt
    report_finished = attempt.report_finished

    def report(self, reason, exit_status=0, error=None):
        """Tells the end of an attempt; gi has no way to say that there is no error."""
        if error is None:
            text = f"Task “{self.get_task().get_name()}” ended with {reason.value_nick}"
            error = GLib.Error(text, GLib.quark_to_string(Mgr.Error.quark()), Mgr.Error.FAILED)
        report_finished(self, reason, exit_status, error)

    attempt.report_finished = report


def _override_scheduler(Mgr, maker):
    scheduler = Mgr.Scheduler
    submit = scheduler.submit

    def submit_any(self, task, *args, **options):
        """Submits a task, or one that calls a function with the arguments, and returns it."""
        if not isinstance(task, Mgr.Task):
            name = options.pop("name", None) or getattr(task, "__qualname__", type(task).__name__)
            task = maker.function(name, task, args, None, options)
        elif args or options:
            raise TypeError("A task has its arguments and options: give them when it is made")
        know(self)
        maker.charge(submit, self, task)
        scope = _SCOPE.get()
        if scope is not None and scope.scheduler is self:
            scope.tasks.append(task)
        return task

    scheduler.submit = submit_any
    scheduler.statistics = property(scheduler.get_statistics)
    scheduler.tasks = property(scheduler.get_tasks)
    scheduler.__enter__ = _enter
    scheduler.__exit__ = _exit
    scheduler.__aenter__ = _async_enter
    scheduler.__aexit__ = _async_exit


def override(Mgr, tools):
    maker = _Maker(Mgr, tools)
    maker.charge = tools.charge

    def scheduler():
        scope = _SCOPE.get()
        return scope.scheduler if scope is not None \
            else Mgr.Manager.get_default().get_scheduler()

    def task(func=None, **options):
        """Makes a function of which tasks are made: @Mgr.task or @Mgr.task(memory="1 GiB")."""
        if func is None:
            return lambda function: TaskFunction(maker, function, options)
        return TaskFunction(maker, func, options)

    maker.scheduler = scheduler
    _override_task(Mgr, maker)
    _override_attempt(Mgr)
    _override_scheduler(Mgr, maker)
    Mgr.Manager.scheduler = property(Mgr.Manager.get_scheduler)
    Mgr.task = task
    Mgr.current_task = current_task
    Mgr.checkpoint = checkpoint

    _add_attributes(Mgr, tools)
