/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "pressure/mgr-pressure-monitor-private.h"
#include "reclaim/mgr-cleaner-private.h"

/* While memory is critical and the owner's loop does not turn, no cleanup begins there:
 * what may be asked in any thread is asked in the monitor's. */

/* In the monitor's thread. */
static void
blocked_cb (gint64   blocked_for,
            gpointer user_data)
{
  g_autoptr (MgrManager) self = g_weak_ref_get (user_data);
  MgrPressureLevel level;

  if (self == NULL || !mgr_cleanup_trigger_get_enabled (self->trigger))
    return;

  g_debug ("The owner's main context has not been iterated for %" G_GINT64_FORMAT " ms: what is "
           "thread-safe is cleaned here", blocked_for / G_TIME_SPAN_MILLISECOND);
  level = mgr_manager_get_level (self);
  mgr_cleaner_set_level (self->cleaner, level);
  if (level == MGR_PRESSURE_LEVEL_EMERGENCY)
    mgr_emergency_reserve_give_up (self->reserve);
  mgr_cleaner_clean_here (self->cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
}

void
mgr_manager_watch_owner (MgrManager *self)
{
  mgr_pressure_monitor_set_blocked_func (self->monitor, blocked_cb, mgr_weak_box_new (self),
                                         mgr_weak_box_free);
}
