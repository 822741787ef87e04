/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* That levels arrive: found in a thread, heard in JavaScript, each once and in order.
 * And that sources written in JavaScript may do what they like. A call from any other
 * thread would end the program. */

const {Gio, GLib, GObject, Mgr} = imports.gi;

imports.searchPath.unshift(GLib.path_get_dirname(imports.system.programPath));
const {assertEqual, runTests, test} = imports.tap;

const CHANGES = 1000;

/* So far the clock moves at a time: longer than a level is held, and no longer than an
 * answer of a source is fresh. */
const DWELL = 16 * 1000000;
const {EMERGENCY, NORMAL} = Mgr.PressureLevel;

const context = GLib.MainContext.default();

/* A source whose answers the test decides. */
const Source = GObject.registerClass({
    Implements: [Mgr.PressureSource],
}, class Source extends GObject.Object {
    _init(percent = 10) {
        super._init();
        this.percent = percent;
        this.answer = null;
        this.reads = 0;
    }

    vfunc_get_name() {
        return 'mine';
    }

    vfunc_read() {
        this.reads++;
        return this.answer === null ? this.measure() : this.answer();
    }

    measure() {
        return Mgr.PressureReading.new(this.percent, 100 - this.percent, 100, 0);
    }
});

/* A /proc whose meminfo is written in place, as the kernel does. */
class FakeProc {
    constructor() {
        this.path = GLib.dir_make_tmp('libmgr-proc-XXXXXX');
        this._file = Gio.File.new_for_path(`${this.path}/meminfo`);
        this._stream = this._file.create_readwrite(Gio.FileCreateFlags.NONE, null);
        this.percent = 10;
    }

    set percent(percent) {
        const available = String((100 - percent) * (1 << 20)).padStart(12);
        const text = `MemTotal: ${100 * (1 << 20)} kB\nMemAvailable: ${available} kB\n`;

        this._stream.seek(0, GLib.SeekType.SET, null);
        this._stream.output_stream.write_all(text, null);
    }

    close() {
        this._stream.close(null);
        this._file.delete(null);
        GLib.rmdir(this.path);
    }
}

function iterate() {
    while (context.iteration(false))
        ;
}

function alternating(n) {
    return Array.from({length: n}, (_, i) => i % 2 ? NORMAL : EMERGENCY);
}

/* A monitor that stands still until the test moves its clock, and what it says. */
class Bench {
    constructor() {
        this.clock = Mgr.ManualClock.new(0);
        this.monitor = Mgr.PressureMonitor.new(this.clock);
        this.monitor.interval = DWELL;
        this.proc = new FakeProc();
        this.heard = [];
    }

    listen() {
        this.monitor.connect('pressure-changed', (monitor, level, sample) => {
            assertEqual(sample.level, level);
            this.heard.push(level);
        });
    }

    startOnProc() {
        this.monitor.add_source(new Mgr.MeminfoSource({proc_path: this.proc.path}));
        this.monitor.start();
    }

    startOn(source) {
        this.monitor.add_source(source);
        this.monitor.start();
    }

    /* Lets the monitor's thread find what memory is at, without the main loop. */
    reach(level) {
        this.proc.percent = level === NORMAL ? 10 : 97;
        while (this.monitor.level !== level) {
            this.clock.advance(DWELL);
            GLib.usleep(50);
        }
    }

    turnUntil(done) {
        while (!done()) {
            this.clock.advance(DWELL);
            iterate();
            GLib.usleep(50);
        }
    }

    close() {
        this.monitor?.stop();
        iterate();
        this.proc.close();
    }
}

function testOnBench(name, run) {
    test(name, () => {
        const bench = new Bench();
        try {
            run(bench);
        } finally {
            bench.close();
        }
    });
}

testOnBench('thousand changes', bench => {
    bench.listen();
    bench.startOnProc();
    for (const [i, level] of alternating(CHANGES).entries()) {
        bench.reach(level);
        if (i % 7 === 0)
            iterate();
    }

    iterate();
    assertEqual(bench.heard, alternating(CHANGES));
    bench.monitor.stop();
    iterate();
    assertEqual(bench.heard.length, CHANGES);
});

testOnBench('thousand changes of an own source', bench => {
    const source = new Source();

    bench.listen();
    bench.startOn(source);
    for (const [i, level] of alternating(CHANGES).entries()) {
        source.percent = level === NORMAL ? 10 : 97;
        bench.turnUntil(() => bench.heard.length > i);
    }
    assertEqual(bench.heard, alternating(CHANGES));
});

testOnBench('handler throws', bench => {
    bench.monitor.connect('pressure-changed', () => {
        throw new Error('this handler fails');
    });
    bench.listen();
    bench.startOnProc();
    for (const level of alternating(4)) {
        bench.reach(level);
        GLib.test_expect_message('Gjs', GLib.LogLevelFlags.LEVEL_CRITICAL,
            '*this handler fails*');
        iterate();
        GLib.test_assert_expected_messages_internal('Gjs', 'test-pressure.js', 0, '');
    }
    assertEqual(bench.heard, alternating(4));
});

testOnBench('handler blocks', bench => {
    bench.monitor.connect('pressure-changed', (monitor, level) => {
        if (level === EMERGENCY) {
            GLib.usleep(50000);
            bench.reach(NORMAL);
        }
    });
    bench.listen();
    bench.startOnProc();
    bench.reach(EMERGENCY);
    iterate();
    assertEqual(bench.heard, alternating(2));
});

testOnBench('handler enters again', bench => {
    let depth = 0;

    bench.monitor.connect('pressure-changed', (monitor, level) => {
        depth++;
        assertEqual(monitor.sample().source, 'meminfo');
        if (level === EMERGENCY) {
            bench.reach(NORMAL);
            iterate();
        }
        depth--;
    });
    bench.listen();
    bench.startOnProc();
    bench.reach(EMERGENCY);
    iterate();
    assertEqual(depth, 0);
    assertEqual(bench.heard.sort(), [NORMAL, EMERGENCY]);
});

testOnBench('handler disconnects itself', bench => {
    const once = [];
    const handler = bench.monitor.connect('pressure-changed', (monitor, level) => {
        once.push(level);
        monitor.disconnect(handler);
    });

    bench.listen();
    bench.startOnProc();
    for (const level of alternating(4)) {
        bench.reach(level);
        iterate();
    }
    assertEqual(once, [EMERGENCY]);
    assertEqual(bench.heard, alternating(4));
});

testOnBench('handler drops the monitor', bench => {
    const dropped = [];

    bench.monitor.connect('pressure-changed', (monitor, level) => {
        dropped.push(level);
        bench.monitor = null;
        imports.system.gc();
    });
    bench.startOnProc();
    bench.reach(EMERGENCY);
    iterate();
    imports.system.gc();
    assertEqual(dropped, [EMERGENCY]);
});

testOnBench('source reads', bench => {
    bench.monitor.add_source(new Source(40));
    const sample = bench.monitor.sample();
    assertEqual([sample.usage, sample.source, sample.missing], [0.4, 'mine', []]);
});

testOnBench('source fails', bench => {
    const source = new Source(40);
    const answers = [
        () => {
            throw new Error('no idea');
        },
        () => {
            throw new Mgr.Error({code: Mgr.Error.BUSY, message: 'busy'});
        },
        () => null,
        () => undefined,
        () => 17,
        () => 'much',
        () => ({}),
    ];

    bench.monitor.add_source(source);
    for (const answer of answers) {
        source.answer = answer;
        const sample = bench.monitor.sample();
        assertEqual([sample.source, sample.missing], [null, ['mine']]);
    }
});

testOnBench('source fails while the monitor runs', bench => {
    const source = new Source(97);

    source.answer = () => {
        if (source.reads % 2)
            throw new Error('no idea');
        return source.measure();
    };
    bench.listen();
    bench.startOn(source);
    bench.turnUntil(() => bench.heard.length > 0);
    assertEqual(bench.heard[0], EMERGENCY);
});

testOnBench('source gives the same reading', bench => {
    const source = new Source();
    const reading = Mgr.PressureReading.new(30, 70, 100, 0);

    source.answer = () => reading;
    bench.monitor.add_source(source);
    for (let i = 0; i < 100; i++)
        assertEqual(bench.monitor.sample().usage, 0.3);
    imports.system.gc();
    assertEqual(reading.used, 30);
});

testOnBench('source samples within', bench => {
    const source = new Source(20);
    const inner = [];

    source.answer = () => {
        inner.push(bench.monitor.sample().missing);
        return source.measure();
    };
    bench.monitor.add_source(source);
    assertEqual(bench.monitor.sample().usage, 0.2);
    assertEqual(inner, [['mine']]);
});

testOnBench('source removes itself', bench => {
    const source = new Source();

    source.answer = () => {
        bench.monitor.remove_source(source);
        return null;
    };
    bench.monitor.add_source(source);
    assertEqual(bench.monitor.sample().missing, ['mine']);
    assertEqual(bench.monitor.sample().missing, []);
    assertEqual(source.reads, 1);
});

testOnBench('source drops the monitor', bench => {
    const source = new Source();

    source.answer = () => {
        bench.monitor = null;
        imports.system.gc();
        return source.measure();
    };
    bench.startOn(source);
    bench.turnUntil(() => source.reads > 0);
    imports.system.gc();
    iterate();
});

testOnBench('source is collected', bench => {
    for (let i = 0; i < 20; i++) {
        const source = new Source();
        bench.startOn(source);
        bench.turnUntil(() => source.reads > 0);
        bench.monitor.remove_source(source);
        imports.system.gc();
    }
});

runTests();
