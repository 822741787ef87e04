/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tests in JavaScript that report as TAP. */

/* exported assertEqual, assertRejects, assertThrows, runTests, test */

const {GLib} = imports.gi;

const tests = [];

function test(name, run) {
    tests.push({name, run});
}

function assertEqual(actual, expected) {
    const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (left !== right)
        throw new Error(`${left} is not ${right}`);
}

function assertThrows(run, domain, code) {
    try {
        run();
    } catch (error) {
        assertMatches(error, domain, code);
        return error;
    }
    throw new Error(`nothing was thrown instead of ${code}`);
}

function assertMatches(error, domain, code) {
    if (!(error instanceof domain) || error.code !== code)
        throw error;
}

async function assertRejects(promise, domain, code) {
    try {
        await promise;
    } catch (error) {
        assertMatches(error, domain, code);
        return;
    }
    throw new Error(`nothing was rejected instead of ${code}`);
}

async function runAll() {
    let failed = 0;

    print(`1..${tests.length}`);
    for (const [i, {name, run}] of tests.entries()) {
        try {
            await run(); // eslint-disable-line no-await-in-loop
            print(`ok ${i + 1} ${name}`);
        } catch (error) {
            failed++;
            print(`not ok ${i + 1} ${name}\n# ${error}\n# ${error.stack}`);
        }
    }

    return failed;
}

/* Runs the tests, each after the one before, and ends the program. */
function runTests() {
    const loop = GLib.MainLoop.new(null, false);
    let status = 1;

    runAll().then(failed => {
        status = failed ? 1 : 0;
    }).finally(() => loop.quit());
    loop.run();
    imports.system.exit(status);
}
