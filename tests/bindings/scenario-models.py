# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Models in Python; scenario-models.js and test-scenario-models.c say the same, line by line."""

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

SECOND = 1_000_000
LOAD_SECONDS = {"german": 20, "french": 1, "english": 1}


def add(models, name, clock):
    def load():
        print("loading %s" % name)
        clock.advance(LOAD_SECONDS[name] * SECOND)
        return {"words": 1000}

    # Larger than what an interpreter takes meanwhile, so that what is declared counts.
    models.add(name, load, discard=lambda _words: print("%s goes" % name), size="100 MiB",
               clock=clock)


def use(models, name, clock):
    try:
        with models.use(name) as words:
            print("%s: %d words" % (name, words["words"]))
    except GLib.Error as error:
        print("%s: %s" % (name, Mgr.Error(error.code).value_nick))
    clock.advance(SECOND)


def show(models):
    while GLib.MainContext.default().iteration(False):
        pass
    print("loaded: %s, %d MiB are charged" % (
        " ".join(model.get_name() for model in models if model.is_loaded()),
        models.get_component().used >> 20))


def play_room(models, clock):
    print("# two have room")
    for name in ("german", "german", "french"):
        use(models, name, clock)
    show(models)

    print("# what is soon loaded again goes")
    use(models, "english", clock)
    show(models)

    print("# what was not used for long goes")
    clock.advance(60 * SECOND)
    use(models, "english", clock)
    use(models, "french", clock)
    show(models)


def play_pins(models, clock):
    print("# what is in use stays")
    english = models.lookup("english")
    with english.use():
        with models.use("french"):
            use(models, "german", clock)
        try:
            english.unload()
        except GLib.Error as error:
            print("unload: %s" % Mgr.Error(error.code).value_nick)
        use(models, "german", clock)
        show(models)


def play_idle(models, clock):
    print("# who nobody uses goes, but no CAUTIOUS one until it is told to")
    english = models.lookup("english")
    english.set_safety(Mgr.Safety.CAUTIOUS)
    clock.advance(298 * SECOND)
    show(models)
    clock.advance(SECOND)
    show(models)
    english.unload()
    show(models)


def show_statistics(models):
    print("# statistics")
    for model in models:
        statistics = model.get_statistics()
        print("%s: uses %d, hits %d, loads %d in %d s, failures %d, unloads %d" % (
            model.get_name(), statistics.n_uses, statistics.n_hits, statistics.n_loads,
            statistics.total_load_time // SECOND, statistics.n_failures, statistics.n_unloads))


def main():
    manager, clock = Mgr.Manager.new("1 GiB"), Mgr.ManualClock.new(0)
    models = Mgr.ModelRegistry(manager.add_component("models", "250 MiB"), clock=clock)
    for name in LOAD_SECONDS:
        add(models, name, clock)
    play_room(models, clock)
    play_pins(models, clock)
    play_idle(models, clock)
    show_statistics(models)


if __name__ == "__main__":
    main()
