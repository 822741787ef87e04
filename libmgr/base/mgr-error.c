/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-error.h"

static const GDBusErrorEntry error_entries[] = {
  { MGR_ERROR_FAILED, "org.libmgr.Error.Failed" },
  { MGR_ERROR_NO_BUDGET, "org.libmgr.Error.NoBudget" },
  { MGR_ERROR_INFEASIBLE, "org.libmgr.Error.Infeasible" },
  { MGR_ERROR_INVALID_ARGUMENT, "org.libmgr.Error.InvalidArgument" },
  { MGR_ERROR_NOT_FOUND, "org.libmgr.Error.NotFound" },
  { MGR_ERROR_EXISTS, "org.libmgr.Error.Exists" },
  { MGR_ERROR_BUSY, "org.libmgr.Error.Busy" },
  { MGR_ERROR_DOUBLE_RELEASE, "org.libmgr.Error.DoubleRelease" },
  { MGR_ERROR_WOULD_DEADLOCK, "org.libmgr.Error.WouldDeadlock" },
  { MGR_ERROR_TIMED_OUT, "org.libmgr.Error.TimedOut" },
  { MGR_ERROR_CLOSED, "org.libmgr.Error.Closed" },
  { MGR_ERROR_NOT_AVAILABLE, "org.libmgr.Error.NotAvailable" },
  { MGR_ERROR_STALE_PLAN, "org.libmgr.Error.StalePlan" },
};

G_STATIC_ASSERT (G_N_ELEMENTS (error_entries) == MGR_ERROR_STALE_PLAN + 1);

/**
 * mgr_error_quark:
 *
 * Gets the quark of %MGR_ERROR. May be called from any thread.
 *
 * Returns: the quark
 *
 * Since: 1.0
 */
GQuark
mgr_error_quark (void)
{
  static gsize quark = 0;

  g_dbus_error_register_error_domain ("mgr-error-quark", &quark,
                                      error_entries, G_N_ELEMENTS (error_entries));
  return (GQuark) quark;
}
