# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A data pipeline over a package index, and how libmgr keeps it in a budget.

The job itself is in records, store, features, graph, results and pipeline;
it asks an allowance for everything that it keeps.  budgeted is such an
allowance, made of a Mgr.Manager.  The rest shows what happens.
"""
