/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

#include "ledger/mgr-ledger-private.h"

/* A ledger that closes at the end of the scope, as a manager's does. */
typedef MgrLedger ScopedLedger;

static inline ScopedLedger *
scoped_ledger_new (guint64 budget)
{
  return mgr_ledger_new (mgr_clock_get_default (), budget);
}

static inline void
scoped_ledger_free (ScopedLedger *self)
{
  mgr_ledger_close (self);
  mgr_ledger_unref (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScopedLedger, scoped_ledger_free)

static inline MgrComponent *
add (MgrLedger    *ledger,
     const char   *name,
     guint64       budget,
     MgrComponent *parent)
{
  g_autoptr (GError) error = NULL;
  MgrComponent *component = mgr_ledger_add (ledger, name, budget, parent, &error);

  g_assert_no_error (error);
  g_assert_nonnull (component);
  return component;
}

static inline MgrAllocation *
take (MgrComponent *component,
      guint64       size)
{
  g_autoptr (GError) error = NULL;
  MgrAllocation *allocation =
    mgr_component_allocate (component, size, "test", MGR_PRIORITY_DEFAULT, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (allocation);
  return allocation;
}

static inline void
assert_refused (MgrComponent *component,
                guint64       size,
                int           code)
{
  g_autoptr (GError) error = NULL;
  guint64 used = mgr_component_get_used (component);
  MgrAllocation *allocation =
    mgr_component_allocate (component, size, "test", MGR_PRIORITY_DEFAULT, NULL, &error);

  g_assert_error (error, MGR_ERROR, code);
  g_assert_null (allocation);
  g_assert_cmpuint (mgr_component_get_used (component), ==, used);
}

static inline void
assert_figures (MgrComponent *component,
                guint64       used,
                guint64       peak)
{
  g_assert_cmpuint (mgr_component_get_used (component), ==, used);
  g_assert_cmpuint (mgr_component_get_peak (component), ==, peak);
}
