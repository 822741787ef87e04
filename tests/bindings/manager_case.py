# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What tests of resources begin with: a manager that looks at nothing of this machine."""

import unittest

import gi

gi.require_version("Mgr", "1.0")
from gi.repository import GLib, Mgr  # noqa: E402

EMERGENCY = Mgr.CleanupStrategy.EMERGENCY


def make_manager():
    manager = Mgr.Manager(total_budget="64 MiB", proc_path="/nonexistent",
                          cgroup_path="/nonexistent")
    manager.monitor.stop()
    return manager


class ManagerTest(unittest.TestCase):
    def setUp(self):
        self.manager = make_manager()

    def register(self, name, size=0, *functions, **options):
        resource = Mgr.Resource(name, size, *functions, **options)
        self.manager.register_resource(resource)
        return resource

    def registered(self):
        """The names of all that is registered but the manager's own."""
        while GLib.MainContext.default().iteration(False):
            pass
        return sorted({resource.get_name() for resource in self.manager.cleaner.resources}
                      - {"heap"})

    def clean(self, force=False):
        return self.manager.cleanup(EMERGENCY, force)

    def assert_error(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(Mgr.Error.quark(), code), caught.exception)
        return caught.exception.message
