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

/* Makes a level that does not flap of levels that do: a pure function of what it was
 * fed, so that the same samples always give the same levels. */
typedef struct
{
  gint64 dwell;                              /* µs that a level is held for */
  MgrPressureLevel level;
  guint held[MGR_N_PRESSURE_LEVELS];         /* samples in a row at the level or above */
  gint64 below_since[MGR_N_PRESSURE_LEVELS]; /* µs, or G_MAXINT64: not clearly below */
} MgrLevelFilter;

void             mgr_level_filter_init (MgrLevelFilter   *self,
                                        gint64            dwell);

/* @judged is what the sample says; @clear, never less, is what it would say if all
 * thresholds were lower by the margin that a level is left by. */
MgrPressureLevel mgr_level_filter_feed (MgrLevelFilter   *self,
                                        gint64            time,
                                        MgrPressureLevel  judged,
                                        MgrPressureLevel  clear);

G_END_DECLS
