/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

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

/* Notifies of MgrPressureMonitor:adaptive in the owner's context. */
void               mgr_pressure_monitor_post_notify_adaptive (MgrPressureMonitor *self);

G_END_DECLS
