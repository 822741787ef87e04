/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-monitor.h"

G_BEGIN_DECLS

/* The level that memory is at now, without dwell and hysteresis: a level is held for
 * seconds after pressure fell, and what is gone asks for nothing. Takes a sample. */
MgrPressureLevel mgr_level_now (MgrPressureMonitor *monitor);

G_END_DECLS
