/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-owner-watch-private.h"
#include "pressure/mgr-pressure-engine-private.h"
#include "pressure/mgr-pressure-monitor.h"
#include "pressure/mgr-source-set-private.h"
#include "pressure/mgr-system-watch-private.h"

G_BEGIN_DECLS

/* The engine is the caller's until it is unlocked; no foreign code may run meanwhile. */
MgrPressureEngine *mgr_pressure_monitor_lock_engine   (MgrPressureMonitor *self);
void               mgr_pressure_monitor_unlock_engine (MgrPressureMonitor *self);

/* All of them stay the monitor's own. */
MgrSourceSet      *mgr_pressure_monitor_get_sources   (MgrPressureMonitor *self);
MgrSystemWatch    *mgr_pressure_monitor_get_system    (MgrPressureMonitor *self);
GMainContext      *mgr_pressure_monitor_get_owner     (MgrPressureMonitor *self);

/* What to do, in the monitor's own thread and without a lock, where memory is at
 * critical or above and the owner's context has not dispatched for a second: not before
 * the first sample after that, and then at most once a second for as long as it lasts.
 * Any thread may set it; NULL for nothing. The data is freed where the last call has
 * ended. */
void               mgr_pressure_monitor_set_blocked_func  (MgrPressureMonitor  *self,
                                                           MgrOwnerBlockedFunc  func,
                                                           gpointer             user_data,
                                                           GDestroyNotify       destroy);

/* In place of that second, µs by the clock. */
void               mgr_pressure_monitor_set_blocked_limit (MgrPressureMonitor  *self,
                                                           gint64               limit);

/* Notifies of MgrPressureMonitor:adaptive in the owner's context. */
void               mgr_pressure_monitor_post_notify_adaptive (MgrPressureMonitor *self);

G_END_DECLS
