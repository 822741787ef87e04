#!/usr/bin/gjs
/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many dependencies stay in their section: the Python example in small. Records
 * are split when they are asked for, and cached as long as the budget allows.
 *
 * Usage: package-index.js [FILE [BUDGET]] */

imports.gi.versions.Mgr = '1.0';
const {Gio, GLib, Mgr} = imports.gi;

const LARGEST_BATCH = 64;
const [path = '/var/lib/dpkg/status', budget = '128 KiB'] = ARGV;

class Job {
    constructor(stanzas) {
        this.stanzas = stanzas;
        this.rows = new Map(stanzas.map(
            (stanza, row) => [field(stanza.split('\n'), 'Package'), row]));
        this.cache = new Map();
        this.row = 0;
        this.batch = LARGEST_BATCH;
        this.hits = this.cleanups = this.within = this.across = 0;

        this.manager = Mgr.Manager.new(budget);
        this.component = this.manager.add_component('cache');
        this.resource = Mgr.Resource.new('_cache_records');
        this.resource.connect('reclaim', () => this.empty());
        this.manager.register_resource(this.resource);
        this.manager.connect('pressure-changed', (manager, level, sample) => {
            this.batch = LARGEST_BATCH >> level;
            print(`${Math.round(100 * sample.usage)} % used: batches of ${this.batch}`);
        });
    }

    /* Between two batches the main loop hands out pressure and cleanups. */
    run() {
        while (this.row < this.stanzas.length) {
            const end = Math.min(this.row + this.batch, this.stanzas.length);
            while (this.row < end)
                this.join(this.row++);

            this.resource.size = this.component.used;
            this.manager.monitor.sample();
            while (GLib.MainContext.default().iteration(false))
                ;
        }
    }

    join(row) {
        const lines = this.getRecord(row);

        for (const clause of field(lines, 'Depends').split(', ')) {
            const target = this.rows.get(clause.split(/[ :|]/)[0]);
            if (target === undefined)
                continue;
            if (field(lines, 'Section') === field(this.getRecord(target), 'Section'))
                this.within++;
            else
                this.across++;
        }
    }

    /* What is refused is not cached, but makes room for the next. */
    getRecord(row) {
        const cached = this.cache.get(row);
        if (cached !== undefined) {
            this.hits++;
            return cached.lines;
        }

        const lines = this.stanzas[row].split('\n');
        try {
            const charge = this.component.reserve(this.stanzas[row].length);
            this.cache.set(row, {lines, charge});
        } catch (error) {
            if (!error.matches(Mgr.Error, Mgr.Error.NO_BUDGET))
                throw error;
            this.makeRoom();
        }
        return lines;
    }

    /* While the collector is at work GJS calls no handler: it has to finish first. */
    makeRoom() {
        this.resource.size = this.component.used;
        imports.system.gc();
        this.manager.cleanup(Mgr.CleanupStrategy.MODERATE);
    }

    empty() {
        const freed = this.component.used;

        this.cache.forEach(record => this.component.release(record.charge));
        this.cache.clear();
        this.cleanups++;
        return freed;
    }
}

function field(lines, name) {
    return lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
}

const [, contents] = Gio.File.new_for_path(path).load_contents(null);
const stanzas = new TextDecoder().decode(contents).split('\n\n')
    .filter(stanza => stanza.startsWith('Package: '));

const job = new Job(stanzas);
job.run();
print(`${stanzas.length} packages: ${job.within} dependencies stay in their section, ` +
    `${job.across} leave it`);
print(`the cache answered ${job.hits} times and was emptied ${job.cleanups} times`);
