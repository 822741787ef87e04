/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Models in JavaScript; scenario-models.py and test-scenario-models.c say the same, line by
 * line. */

const {GLib, Mgr} = imports.gi;

const SECOND = 1000000;
const LOAD_SECONDS = {german: 20, french: 1, english: 1};

/* The nick of a value of an enumeration: NO_BUDGET is no-budget. */
function nickOf(enumeration, value) {
    const name = Object.keys(enumeration).find(key => enumeration[key] === value);
    return name.toLowerCase().replaceAll('_', '-');
}

function add(models, name, clock) {
    const load = () => {
        print(`loading ${name}`);
        clock.advance(LOAD_SECONDS[name] * SECOND);
        return {words: 1000};
    };
    const discard = () => print(`${name} goes`);

    /* Larger than what an interpreter takes meanwhile, so that what is declared counts. */
    models.register(Mgr.Model.withLoader(name, load, {discard, size: '100 MiB', clock}));
}

function use(models, name, clock) {
    try {
        models.using(name, it => print(`${name}: ${it.words} words`));
    } catch (error) {
        print(`${name}: ${nickOf(Mgr.Error, error.code)}`);
    }
    clock.advance(SECOND);
}

function list(models) {
    return Array.from({length: models.get_n_items()}, (_, i) => models.get_item(i));
}

function show(models) {
    while (GLib.MainContext.default().iteration(false));
    const loaded = list(models).filter(model => model.is_loaded());
    print(`loaded: ${loaded.map(model => model.get_name()).join(' ')}, ` +
        `${models.get_component().used / 2 ** 20} MiB are charged`);
}

function playRoom(models, clock) {
    print('# two have room');
    for (const name of ['german', 'german', 'french'])
        use(models, name, clock);
    show(models);

    print('# what is soon loaded again goes');
    use(models, 'english', clock);
    show(models);

    print('# what was not used for long goes');
    clock.advance(60 * SECOND);
    use(models, 'english', clock);
    use(models, 'french', clock);
    show(models);
}

function playPins(models, clock) {
    print('# what is in use stays');
    const english = models.lookup('english');
    english.using(() => {
        models.using('french', () => use(models, 'german', clock));
        try {
            english.unload();
        } catch (error) {
            print(`unload: ${nickOf(Mgr.Error, error.code)}`);
        }
        use(models, 'german', clock);
        show(models);
    });
}

function playIdle(models, clock) {
    print('# who nobody uses goes, but no CAUTIOUS one until it is told to');
    const english = models.lookup('english');
    english.set_safety(Mgr.Safety.CAUTIOUS);
    clock.advance(298 * SECOND);
    show(models);
    clock.advance(SECOND);
    show(models);
    english.unload();
    show(models);
}

function showStatistics(models) {
    print('# statistics');
    for (const model of list(models)) {
        const it = model.get_statistics();
        print(`${model.get_name()}: uses ${it.get_n_uses()}, hits ${it.get_n_hits()}, ` +
            `loads ${it.get_n_loads()} in ${it.get_total_load_time() / SECOND} s, ` +
            `failures ${it.get_n_failures()}, unloads ${it.get_n_unloads()}`);
    }
}

function main() {
    const manager = Mgr.Manager.new('1 GiB');
    const clock = Mgr.ManualClock.new(0);
    const component = manager.add_component('models', '250 MiB');
    const models = new Mgr.ModelRegistry({component, clock});

    for (const name of Object.keys(LOAD_SECONDS))
        add(models, name, clock);
    playRoom(models, clock);
    playPins(models, clock);
    playIdle(models, clock);
    showStatistics(models);
}

main();
