/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Parsers are made once and used for one document after the other. */

imports.gi.versions.Mgr = '1.0';
const {Mgr} = imports.gi;

const DOCUMENTS = [
    '# Budgets\n12 pages',
    '# Pools\n30 pages',
    '# Pressure\n8 pages',
];

class Outline {
    constructor() {
        this.grammar = /^# (?<title>.*)|(?<text>.+)$/gm;
    }

    reset() {
        this.grammar.lastIndex = 0;
    }

    parse(document) {
        return [...document.matchAll(this.grammar)].map(({groups}) => groups.title ?? groups.text);
    }
}

const manager = Mgr.Manager.new('1 MiB');
const pool = Mgr.ObjectPool.withFactory('parsers', {
    max: 4,
    component: manager.add_component('parsing'),
    create: () => new Outline(),
    reset: parser => parser.reset(),
    objectSize: '16 KiB',
});

for (const document of DOCUMENTS)
    pool.using(parser => print(parser.parse(document).join(': ')));

print(`${DOCUMENTS.length} documents, parsers made: ${pool.n_created}`);
