# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The scenario in Python; scenario.js and test-scenario.c say the same, line by line."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Gio, GLib, Mgr  # noqa: E402

KIB = 1024


def iterate_until(is_done):
    while not is_done():
        GLib.MainContext.default().iteration(True)


def attempt(what, function, *arguments, **keywords):
    """Calls and says how large the allocation is, or how the error reads."""
    try:
        allocation = function(*arguments, **keywords)
    except GLib.Error as error:
        print("%s: %s: %s" % (what, Mgr.Error(error.code).value_nick, error.message))
        return None

    print("%s: %d bytes" % (what, allocation.size))
    return allocation


def show_components(manager):
    for component in manager.components:
        print("%s: budget %d, used %d" % (component.path, component.budget, component.used))
        for child in component.children:
            print("%s: budget %d, used %d" % (child.path, child.budget, child.used))


def play_tree(manager):
    print("# tree")
    models = manager.add_component("ml-models", 600 * KIB)
    manager.add_component("bert", 400 * KIB, models)
    cache = manager.add_component("cache")
    cache.set_budget_share(0.25)
    show_components(manager)


def play_allocate(manager):
    print("# allocate")
    allocation = attempt("weights", manager.allocate, "ml-models/bert", 100 * KIB, "weights", 8,
                         ["float32", "shared"])
    print("%s, “%s”, priority %d, tags %s" % (allocation.component.path, allocation.description,
                                              allocation.priority, " ".join(allocation.tags)))
    attempt("too much now", manager.allocate, "ml-models/bert", 301 * KIB)
    attempt("too much for ever", manager.allocate, "ml-models/bert", 401 * KIB)
    attempt("nothing", manager.allocate, "cache", 0)
    attempt("nowhere", manager.allocate, "ml-models/gpt", 1)
    attempt("out of range", manager.allocate, "cache", 1, "x", 11)
    show_components(manager)

    by_id = manager.allocate("cache", 10).keep()
    manager.deallocate(by_id)
    allocation.release()
    try:
        allocation.release()
    except GLib.Error as error:
        print("released again: %s" % Mgr.Error(error.code).value_nick)
    show_components(manager)


def play_adaptive(manager):
    print("# adaptive and fallback")
    holder = manager.allocate("ml-models/bert", 300 * KIB, "holder")
    adaptive = attempt("adaptive", manager.allocate_adaptive, "ml-models/bert", 200 * KIB, None, 5,
                       None, 10 * KIB)
    attempt("adaptive in vain", manager.allocate_adaptive, "ml-models/bert", 200 * KIB, None, 5,
            None, 10 * KIB)
    adaptive.release()
    fallback = attempt("fallback", manager.allocate_with_fallback, "ml-models/bert", 200 * KIB,
                       50 * KIB)
    print("listed: %s" % " ".join(str(allocation.size) for allocation
                                  in manager.list_allocations("ml-models")))
    fallback.release()
    holder.release()


class Waiter:
    def __init__(self, manager, name, size, priority, timeout=0):
        self.name = name
        self.allocation = None
        self.is_done = False
        self.cancellable = Gio.Cancellable()
        manager.allocate_async("cache", size, name, priority, None, timeout, self.cancellable,
                               self._finished)

    def _finished(self, manager, result):
        try:
            self.allocation = manager.allocate_finish(result)
            print("%s got %d bytes" % (self.name, self.allocation.size))
        except GLib.Error as error:
            timed_out = error.matches(Mgr.Error.quark(), Mgr.Error.TIMED_OUT)
            print("%s %s" % (self.name, "timed out" if timed_out else "was cancelled"))
        self.is_done = True


def play_async(manager, clock):
    print("# async")
    holder = manager.allocate("cache", 200 * KIB, "holder")
    low = Waiter(manager, "low", 100 * KIB, 2)
    high = Waiter(manager, "high", 100 * KIB, 9)
    cancelled = Waiter(manager, "cancelled", 100 * KIB, 1)
    late = Waiter(manager, "late", 100 * KIB, 1, timeout=1000)

    cancelled.cancellable.cancel()
    iterate_until(lambda: cancelled.is_done)
    clock.advance(1000)
    iterate_until(lambda: late.is_done)
    holder.release()
    iterate_until(lambda: low.is_done and high.is_done)
    low.allocation.release()
    high.allocation.release()


def play_pressure(manager):
    print("# pressure")
    levels = []

    def changed(_manager, level, sample):
        levels.append(level)
        print("level %s at %d %%" % (level.value_nick, round(sample.usage * 100)))

    manager.connect("pressure-changed", changed)
    manager.add_component("data")
    for size in (870 * KIB, 90 * KIB):
        allocation = manager.allocate("data", size)
        allocation.keep()
        manager.monitor.sample()
        manager.monitor.sample()
        seen = len(levels)
        iterate_until(lambda: len(levels) > seen)


def play_cleanup(manager):
    print("# cleanup")

    def reclaim(resource, target):
        print("reclaim %s: %d" % (resource.name, target))
        return resource.size

    for name, size in (("temp_rows", 300), ("_cache_prices", 100), ("table", 500), ("weights", 900)):
        resource = Mgr.Resource.new(name, size)
        resource.connect("reclaim", reclaim)
        manager.register_resource(resource)
        if name == "weights":
            resource.set_safety(Mgr.Safety.PROTECTED)

    plan = make_plan(manager.cleaner)
    show_cleanup(manager.cleaner.execute(plan))
    try:
        manager.cleaner.execute(plan)
    except GLib.Error as error:
        print(error.message)
    show_cleanup(manager.cleanup(Mgr.CleanupStrategy.EMERGENCY, True, True))


def make_plan(cleaner):
    plan = cleaner.plan(Mgr.CleanupStrategy.MODERATE, Mgr.CleanupFlags.NONE)
    print("plan to free %d, expecting %d" % (plan.target, plan.expected))
    for label, steps in (("asks", plan.steps), ("keeps", plan.kept), ("protects", plan.protected)):
        print(label)
        for step in steps:
            print("  %s, %d: %s" % (step.name, step.expected, step.reason))
    return plan


def show_cleanup(report):
    print("%s claimed %d, cleaned [%s], kept [%s], protected [%s]" % (
        report.strategy.value_nick, report.claimed,
        " ".join(report.cleaned), " ".join(report.kept), " ".join(report.protected)))


def play_report(manager):
    print("# report")
    iterate_until(lambda: manager.get_report().cleanups == 2)
    report = manager.get_report()
    print("level %s, budget %d, used %d, refused %d, cleanups %d, claimed %d" % (
        report.level.value_nick, report.budget, report.used, report.refused, report.cleanups,
        report.claimed))


def register_more(manager):
    """What is measured, over its limit, objected to and in use."""

    def register(name, size):
        resource = Mgr.Resource.new(name, size)
        resource.connect("reclaim", reclaim)
        manager.register_resource(resource)
        return resource

    def reclaim(resource, target):
        print("reclaim %s: %d" % (resource.name, target))
        return resource.size

    def rebuild(resource):
        print("rebuild %s" % resource.name)
        return 45

    register("temp_measured", 0).connect("measure", lambda resource: 300)
    over = register("temp_over", 50)
    over.set_limit(40)
    over.connect("rebuild", rebuild)
    register("temp_vetoed", 200).connect("query-veto", lambda resource, level: True)
    return register("temp_pinned", 100)


def attempt_restore(manager, name):
    try:
        manager.restore(name)
        print("restored %s" % name)
    except GLib.Error as error:
        print("%s: %s" % (Mgr.Error(error.code).value_nick, error.message))


def play_resources(manager):
    print("# resources")
    pinned = register_more(manager)

    pinned.begin_access()
    show_cleanup(manager.cleanup(Mgr.CleanupStrategy.EMERGENCY, True, True))
    pinned.end_access()
    try:
        pinned.end_access()
    except GLib.Error as error:
        print("ended again: %s" % Mgr.Error(error.code).value_nick)
    show_cleanup(manager.cleanup(Mgr.CleanupStrategy.LIGHT, False, True))

    for record in manager.cleaner.list_records():
        print("%s, %s: %d bytes, %s, %s" % (
            record.name, record.safety.value_nick, record.size, record.reason,
            "can be restored" if record.can_restore else "is lost"))
    for name in ("temp_over", "temp_over", "temp_measured", "temp_measure"):
        attempt_restore(manager, name)


def show_rules(rules):
    print(" ".join("%s:%s" % (rule.get_pattern(), rule.get_safety().value_nick)
                   for rule in rules.list_rules()))


def play_rules(manager):
    print("# rules")
    rules = manager.cleaner.rules

    show_rules(rules)
    rules.insert(0, "temp_keep_*", Mgr.Safety.PROTECTED)
    while len(rules.list_rules()) > 2:
        rules.remove(1)
    show_rules(rules)
    try:
        rules.insert(3, "beyond", Mgr.Safety.SAFE)
    except GLib.Error as error:
        print("%s: %s" % (Mgr.Error(error.code).value_nick, error.message))


def play_group(manager):
    print("# group")
    parts = {"temp_rows": 70, "weights": 90, "table": 30}
    group = Mgr.ResourceGroup.new("model", None)

    def drop(group, item):
        print("drop %s" % item)
        return parts.pop(item)

    group.connect("list-items", lambda group: sorted(parts))
    group.connect("item-size", lambda group, item: parts.get(item, 0))
    group.connect("drop-item", drop)
    manager.register_group(group)
    for resource in group.list_resources():
        print("%s: %s" % (resource.name, resource.safety.value_nick))
    show_cleanup(manager.cleanup(Mgr.CleanupStrategy.EMERGENCY, True, True))
    print("left: %s" % " ".join(sorted(parts)))


def play_journal(manager):
    print("# journal")
    journal = manager.journal
    first = journal.add(Mgr.JournalKind.PHASE, Mgr.JournalSeverity.INFO, "The training began",
                        {"rows": 1000})
    journal.add(Mgr.JournalKind.OTHER, Mgr.JournalSeverity.WARNING, "It forgot a row",
                {"rule": "too long"}, first)
    for entry in reversed(journal.list()):
        print("%d %s %s %d: %s" % (entry.id, entry.kind.value_nick, entry.severity.value_nick,
                                   entry.cause, entry.summary))
    print("\n".join(journal.explain(first).split("\n")[1:]))


def play_upkeep():
    print("# upkeep")
    manager = Mgr.Manager(total_budget=100 * KIB)
    manager.monitor.stop()
    manager.set_arbitration(Mgr.Arbitration.ALWAYS)
    manager.set_cleanup_after_phase(False)
    component = manager.add_component("c", 0, None)
    rows = component.allocate(60 * KIB, "rows", 5, None)

    def give_way(resource, target):
        print("rows give way for %d" % target)
        rows.release()
        return 60 * KIB

    resource = Mgr.Resource.new("temp_rows", 60 * KIB)
    resource.set_component(component)
    resource.connect("reclaim", give_way)
    manager.register_resource(resource)

    manager.begin_phase("training")
    weights = manager.allocate("c", 80 * KIB, "weights", 5, None)
    report = manager.end_phase("training")
    print("training: %d to %d, %s" % (report.used_before, report.used_after, report.alert))

    manager.set_emergency_reserve(64 * KIB)
    print("emergency: %d" % manager.declare_emergency())
    weights.release()


def main():
    clock = Mgr.ManualClock.new(0)
    manager = Mgr.Manager(total_budget=1024 * KIB, clock=clock, proc_path="/nonexistent",
                          cgroup_path="/nonexistent")
    manager.set_automatic_cleanup(False)
    manager.monitor.stop()

    play_tree(manager)
    play_allocate(manager)
    play_adaptive(manager)
    play_async(manager, clock)
    play_pressure(manager)
    play_cleanup(manager)
    play_report(manager)
    play_resources(manager)
    play_group(manager)
    play_rules(manager)
    play_journal(manager)
    play_upkeep()


if __name__ == "__main__":
    main()
