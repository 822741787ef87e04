# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Parsers are made once and used for one document after the other."""

import html.parser

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import Mgr

DOCUMENTS = [
    "<h1>Budgets</h1><p>12 pages</p>",
    "<h1>Pools</h1><p>30 pages</p>",
    "<h1>Pressure</h1><p>8 pages</p>",
]


class Outline(html.parser.HTMLParser):
    def reset(self):
        super().reset()
        self.texts = []

    def handle_data(self, data):
        self.texts.append(data)


manager = Mgr.Manager.new("1 MiB")
pool = Mgr.ObjectPool("parsers", manager.add_component("parsing"), max=4,
                      create=Outline, reset=Outline.reset, object_size="16 KiB")

for document in DOCUMENTS:
    with pool.lease() as parser:
        parser.feed(document)
        print(": ".join(parser.texts))

print(f"{len(DOCUMENTS)} documents, parsers made: {pool.n_created}")
