/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-monitor.h"
#include "pressure/mgr-system-watch-private.h"

G_BEGIN_DECLS

/* Both stay the monitor's own. */
MgrSystemWatch *mgr_pressure_monitor_get_system (MgrPressureMonitor *self);
GMainContext   *mgr_pressure_monitor_get_owner  (MgrPressureMonitor *self);

G_END_DECLS
