#!/usr/bin/gjs
// SPDX-FileCopyrightText: 2026 The libmgr contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

/* Streams a package index, keeps parsed records in a cache that may not exceed a
 * budget, and adds up what each section installs.
 *
 *   package-index.js [FILE]     # /var/lib/dpkg/status by default */

imports.gi.versions.Mgr = '1.0';
const {Gio, GLib, Mgr} = imports.gi;

const BATCH_LARGEST = 64;
const BATCH_SMALLEST = 8;

const manager = Mgr.Manager.new('512 KiB');
manager.add_component('cache');

const results = new Map();
const batches = []; // of {records, charge}, oldest first
let batchSize = BATCH_LARGEST;
let dropped = 0;

// The oldest batches go first, until enough is freed.
const cache = Mgr.Resource.new('_cache_records');
cache.connect('reclaim', (resource, target) => {
    let freed = 0;
    while (freed < target && batches.length > 0) {
        const {records, charge} = batches.shift();
        freed += charge.size;
        dropped += records.length;
        charge.release();
    }
    return freed;
});
manager.register_resource(cache);

manager.connect('pressure-changed', (self, level, sample) => {
    batchSize = level >= Mgr.PressureLevel.MEDIUM ? BATCH_SMALLEST : BATCH_LARGEST;
    print(`pressure level ${level} at ${Math.round(sample.usage * 100)} %: batches of ${batchSize}`);
});

function* readRecords(path) {
    const stream = new Gio.DataInputStream({
        base_stream: Gio.File.new_for_path(path).read(null),
    });
    let record = {}, size = 0;
    for (;;) {
        const [line] = stream.read_line_utf8(null);
        if (line === null || line === '') {
            if (size > 0)
                yield {record, size};
            if (line === null)
                return;
            [record, size] = [{}, 0];
            continue;
        }
        size += line.length + 1;
        const colon = line.indexOf(':');
        if (!line.startsWith(' ') && colon > 0)
            record[line.slice(0, colon)] = line.slice(colon + 1).trim();
    }
}

// A batch that does not fit makes older ones go; if it still does not, it is not cached.
function charge(size) {
    try {
        return manager.allocate('cache', size, {description: 'records'});
    } catch (error) {
        manager.cleanup(Mgr.CleanupStrategy.MODERATE);
    }
    try {
        return manager.allocate('cache', size, {description: 'records'});
    } catch (error) {
        return null;
    }
}

function keep(records, size) {
    const allocation = charge(size);
    if (allocation === null)
        return;
    batches.push({records, charge: allocation});
    cache.size += size;
}

function addResult(record) {
    const {Section: section, 'Installed-Size': size} = record;
    if (section && size)
        results.set(section, (results.get(section) ?? 0) + Number(size));
}

let records = [], bytes = 0;
for (const {record, size} of readRecords(ARGV[0] ?? '/var/lib/dpkg/status')) {
    addResult(record);
    records.push(record);
    bytes += size;
    if (records.length >= batchSize) {
        keep(records, bytes);
        [records, bytes] = [[], 0];
        while (GLib.MainContext.default().iteration(false))
            continue;
    }
}
if (records.length > 0)
    keep(records, bytes);

for (const section of [...results.keys()].sort())
    print(`${section.padEnd(24)} ${String(results.get(section)).padStart(10)} KiB`);

const report = manager.get_report();
print(`peak ${report.peak} of ${report.budget} bytes, ${report.cleanups} cleanups, ` +
    `${dropped} records dropped from the cache`);
