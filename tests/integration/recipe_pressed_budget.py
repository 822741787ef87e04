#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""As budget.py, and takes 195 MiB of what it shares out for itself when told by SIGUSR1."""

import signal
import sys

import budget
from gi.repository import GLib, Mgr

make_manager = Mgr.Manager.new


def make_pressed(size):
    manager = make_manager(size)

    def press():
        manager.root.reserve(195 << 20)
        return GLib.SOURCE_REMOVE

    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR1, press)
    return manager


Mgr.Manager.new = make_pressed
sys.exit(budget.main())
