/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-monitor.h"

G_BEGIN_DECLS

/* Adds a source for each GPU of this machine, if there are any. That may take seconds,
 * so a thread looks for them, and gives up if the monitor ends meanwhile. */
void mgr_gpu_finder_start (MgrPressureMonitor *monitor);

G_END_DECLS
