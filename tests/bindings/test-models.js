/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Models, as programs in JavaScript use them. */

imports.gi.versions.Mgr = '1.0';
const {GLib, GObject, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, assertThrows, runTests, test} = imports.tap;

const MIB = 1 << 20;

let nLoads = 0;

function loadRanker() {
    nLoads++;
    return {factor: 2, rank(number) {
        return this.factor * number;
    }};
}

test('A model is loaded once, and stays while it is used', () => {
    const manager = Mgr.Manager.new('1 GiB');
    const component = manager.add_component('models', '250 MiB');
    const model = Mgr.Model.withLoader('ranker', loadRanker, {size: '100 MiB', component});

    nLoads = 0;
    assertEqual(component.used, 0);
    const result = model.using(ranker => model.using(same => {
        assertEqual(ranker === same, true);
        assertThrows(() => model.unload(), Mgr.Error, Mgr.Error.BUSY);
        return ranker.rank(4);
    }));
    assertEqual(result, 8);
    assertEqual(nLoads, 1);
    assertEqual(component.used >= 100 * MIB, true);
    model.unload();
    assertEqual(component.used, 0);
    assertEqual(model.get_statistics().get_n_hits(), 1);
});

test('A GObject is itself, and is found again', () => {
    const thing = new GObject.Object();
    const model = Mgr.Model.withLoader('thing', () => thing);

    model.using(used => assertEqual(used === thing, true));
    model.unload();
    model.using(used => assertEqual(used === thing, true));
    assertEqual(model.get_statistics().get_n_found_again(), 1);
});

test('A model and a pool of objects carry the same one side by side', () => {
    const ranker = loadRanker();
    const model = Mgr.Model.withLoader('shared', () => ranker);
    const pool = Mgr.ObjectPool.withFactory('shared', {max: 1, create: () => ranker});

    model.using(used => pool.using(lent => {
        assertEqual(used === ranker, true);
        assertEqual(lent === ranker, true);
    }));
});

test('A loader that throws is quoted', () => {
    const model = Mgr.Model.withLoader('broken', () => {
        throw new RangeError('the file is cut off');
    });

    try {
        model.use();
    } catch (error) {
        assertEqual(error.message.includes('RangeError: the file is cut off'), true);
    }
    assertThrows(() => model.use(), Mgr.Error, Mgr.Error.FAILED);
    assertThrows(() => Mgr.Model.withLoader('empty', () => null).use(),
        Mgr.Error, Mgr.Error.FAILED);
    assertEqual(model.get_statistics().get_n_failures(), 2);
});

test('What goes is discarded first', () => {
    const discarded = [];
    const model = Mgr.Model.withLoader('ranker', loadRanker,
        {discard: ranker => discarded.push(ranker)});

    const ranker = model.using(used => used);
    model.unload();
    assertEqual(discarded.length, 1);
    assertEqual(discarded[0] === ranker, true);
});

test('A discard that throws lets go all the same', () => {
    const manager = Mgr.Manager.new('1 GiB');
    const component = manager.add_component('models', '250 MiB');
    const discard = () => {
        throw new Error('the device is gone');
    };
    const model = Mgr.Model.withLoader('ranker', loadRanker, {discard, size: '1 MiB', component});

    model.using(ranker => ranker.rank(1));
    GLib.test_expect_message('Gjs', GLib.LogLevelFlags.LEVEL_WARNING, '*the device is gone*');
    model.unload();
    GLib.test_assert_expected_messages_internal('Gjs', 'test-models.js', 0, 'discard');
    assertEqual(model.loaded, false);
    assertEqual(component.used, 0);
    assertEqual(model.using(ranker => ranker.rank(4)), 8);
});

test('A loader that uses its own model is told so', () => {
    let told = null;
    const model = Mgr.Model.withLoader('snake', () => {
        try {
            model.use();
        } catch (error) {
            told = error;
        }
        return loadRanker();
    });

    assertEqual(model.using(ranker => ranker.rank(4)), 8);
    assertEqual(told.matches(Mgr.Error, Mgr.Error.WOULD_DEADLOCK), true);
});

test('A budget too small for any asks no loader', () => {
    const manager = Mgr.Manager.new('1 GiB');
    const component = manager.add_component('models', '10 MiB');
    const model = Mgr.Model.withLoader('ranker', loadRanker, {size: '11 MiB', component});

    nLoads = 0;
    assertThrows(() => model.using(() => {}), Mgr.Error, Mgr.Error.INFEASIBLE);
    assertEqual(nLoads, 0);
    assertEqual(component.used, 0);
});

test('A use ends where the function throws', () => {
    const model = Mgr.Model.withLoader('ranker', loadRanker);

    try {
        model.using(() => {
            throw new Error('no');
        });
    } catch (error) {
        assertEqual(error.message, 'no');
    }
    assertEqual(model.is_pinned(), false);
});

test('Three models share a budget for two', () => {
    const manager = Mgr.Manager.new('1 GiB');
    const component = manager.add_component('models', '250 MiB');
    const registry = Mgr.ModelRegistry.new(component);

    for (const name of ['a', 'b', 'c'])
        registry.register(Mgr.Model.withLoader(name, loadRanker, {size: '100 MiB'}));
    for (const name of ['a', 'b', 'c'])
        assertEqual(registry.using(name, ranker => ranker.rank(1)), 2);
    assertEqual(registry.get_n_items(), 3);
    assertEqual(component.used <= 250 * MIB, true);
    assertEqual(registry.unload_unused(0), 2);
    assertEqual(component.used, 0);
    assertThrows(() => registry.using('d', () => {}), Mgr.Error, Mgr.Error.NOT_FOUND);
});

test('Promises wait for the load, and end the use', async () => {
    const model = Mgr.Model.withLoader('ranker', loadRanker);

    const result = await model.usingAsync(async ranker => {
        assertEqual(model.is_pinned(), true);
        return ranker.rank(5);
    });
    assertEqual(result, 10);
    assertEqual(model.is_pinned(), false);
});

test('A lazy model stands for its object', () => {
    nLoads = 0;
    const registry = Mgr.ModelRegistry.new(null);
    const discard = () => {};
    const lazy = Mgr.lazyModel(loadRanker, {name: 'ranker', registry, discard});

    assertEqual(nLoads, 0);
    assertEqual(lazy.rank(4), 8);
    lazy.factor = 3;
    assertEqual(lazy.rank(4), 12);
    assertEqual('factor' in lazy, true);
    assertEqual(nLoads, 1);
    registry.lookup('ranker').unload();
    assertEqual(lazy.factor, 2);
    assertEqual(Mgr.lazyModel(() => number => number + 1)(4), 5);
});

test('An option that there is not is refused', () => {
    let refused = null;
    try {
        Mgr.Model.withLoader('ranker', loadRanker, {colour: 'red'});
    } catch (error) {
        refused = error;
    }
    assertEqual(refused instanceof TypeError, true);
});

runTests();
