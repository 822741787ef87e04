# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Watching a worker from outside: what it says, and what it really takes."""

import json
import pathlib
import select
import subprocess
import sys
import tempfile

from .memory import anonymous

LOOK_EVERY = 0.005
PROGRAM = pathlib.Path(__file__).resolve().parent.parent / "package-index.py"


class Run:
    """A worker from its start to its end; watch() calls back as it goes on."""

    def __init__(self, name, arguments, environment=None):
        self.name = name
        self.peak = self.now = self.base = 0
        self.figures = {}
        self._result = tempfile.NamedTemporaryFile(prefix="package-index-")
        self._process = subprocess.Popen(
            [sys.executable, PROGRAM, "--worker", self._result.name, *arguments],
            bufsize=0, start_new_session=True, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    @property
    def pid(self):
        return self._process.pid

    @property
    def result(self):
        return pathlib.Path(self._result.name).read_bytes()

    def watch(self, show, halfway=None):
        """Returns whether it came to a good end."""
        for event in self._events():
            self.base = event.get("ready", self.base)
            if "phase" in event:
                show(self, event)
            if event.get("halfway") and halfway is not None:
                halfway(self)
            if "finished" in event:
                self.figures = event["finished"]
                self._process.stdin.close()
        return self._process.wait() == 0 and bool(self.figures)

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._result.close()

    def _events(self):
        stream = self._process.stdout
        while True:
            self._look()
            if select.select([stream], [], [], LOOK_EVERY)[0]:
                line = stream.readline()
                if not line:
                    return
                yield json.loads(line)

    def _look(self):
        self.now = anonymous(self.pid)
        self.peak = max(self.peak, self.now)
