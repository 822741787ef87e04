/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-enums.h"

G_BEGIN_DECLS

#define MGR_N_PRESSURE_LEVELS (MGR_PRESSURE_LEVEL_EMERGENCY + 1)

/* Makes a level of usage and stall that does not flap: a pure function of what it
 * was fed, so that the same samples always give the same levels. */
typedef struct
{
  double thresholds[MGR_N_PRESSURE_LEVELS];  /* usage from which on; of NORMAL: 0 */
  MgrPressureLevel level;
  guint held[MGR_N_PRESSURE_LEVELS];         /* samples in a row at the level or above */
  gint64 below_since[MGR_N_PRESSURE_LEVELS]; /* µs, or G_MAXINT64: not clearly below */
} MgrLevelFilter;

void             mgr_level_filter_init (MgrLevelFilter *self);
MgrPressureLevel mgr_level_filter_feed (MgrLevelFilter *self,
                                        gint64          time,
                                        double          usage,
                                        double          stall);

G_END_DECLS
