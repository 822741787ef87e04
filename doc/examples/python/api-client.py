# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A client of a web service asks it once for what many want, and again when that is old."""

import concurrent.futures
import http.server
import json
import threading
import urllib.error
import urllib.request

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr

SECOND = 1_000_000
DEGREES = {"Bern": 21, "Oslo": 14}


class Service(http.server.BaseHTTPRequestHandler):
    """What stands for the service: it counts what it is asked."""

    asked = []

    def do_GET(self):
        town = self.path.strip("/")
        self.asked.append(town)
        self.send_response(200 if town in DEGREES else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"degrees": DEGREES.get(town)}).encode())

    def log_message(self, *_arguments):
        """Say nothing."""


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()

clock = Mgr.ManualClock.new(0)
cache = Mgr.Cache(name="weather", max_entries=100, negative_ttl=SECOND, clock=clock)
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@cache.memoize(ttl=60 * SECOND, tags="weather")
def degrees(town):
    with direct.open(f"http://127.0.0.1:{server.server_port}/{town}", timeout=10) as answer:
        return json.load(answer)["degrees"]


with concurrent.futures.ThreadPoolExecutor(8) as threads:
    answers = set(threads.map(degrees, ["Bern"] * 100))
print(f"Bern: {answers.pop()}, asked {Service.asked.count('Bern')} times for 100")

clock.advance(60 * SECOND)
print(f"Bern a minute later: {degrees('Bern')}, asked {Service.asked.count('Bern')} times")

cache.invalidate("weather")
print(f"Bern after a change: {degrees('Bern')}, asked {Service.asked.count('Bern')} times")

failures = []
for _ in range(10):
    try:
        degrees("Atlantis")
    except (urllib.error.HTTPError, GLib.Error) as error:
        failures.append(type(error).__name__)
print(f"Atlantis: {failures[0]}, then {failures[-1]} of the cache, "
      f"asked {Service.asked.count('Atlantis')} times for {len(failures)}")

server.shutdown()
server.server_close()
