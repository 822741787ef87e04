/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-level-filter-private.h"

G_BEGIN_DECLS

/* What each measure means as a level. Usage, stall and shares are ratios from 0 to 1,
 * sizes bytes, times microseconds. */
typedef struct
{
  double thresholds[MGR_N_PRESSURE_LEVELS]; /* usage from which on; of NORMAL: 0 */
  guint64 sizes[MGR_N_PRESSURE_LEVELS];     /* of the process, from which on; 0: never */
} MgrLevelScale;

/* A measure is judged once as it is, and once by thresholds lower by the margin at
 * which a level is left. */
typedef enum
{
  MGR_JUDGE_STRICT,
  MGR_JUDGE_CLEAR,
} MgrJudgement;

void             mgr_level_scale_init           (MgrLevelScale       *self);

/* Moves low and medium up to where what is usual stays below them. */
void             mgr_level_scale_adapt          (MgrLevelScale       *self,
                                                 double               usual);

MgrPressureLevel mgr_level_scale_judge_usage    (const MgrLevelScale *self,
                                                 double               usage,
                                                 MgrJudgement         judgement);

/* How far back stall is averaged: a burst of reclaim is over in half a second. */
#define MGR_STALL_WINDOW_SHORT G_TIME_SPAN_SECOND
#define MGR_STALL_WINDOW_LONG (4 * G_TIME_SPAN_SECOND)

/* @brief and @lasting are the averages of both windows; @usage is that of the memory
 * which the stalled tasks wait for, without swap. */
MgrPressureLevel mgr_level_scale_judge_stall    (const MgrLevelScale *self,
                                                 double               brief,
                                                 double               lasting,
                                                 double               usage,
                                                 MgrJudgement         judgement);

MgrPressureLevel mgr_level_scale_judge_forecast (const MgrLevelScale *self,
                                                 gint64               time_to_exhaustion,
                                                 gint64               latest,
                                                 double               usage,
                                                 MgrJudgement         judgement);

MgrPressureLevel mgr_level_scale_judge_size     (const MgrLevelScale *self,
                                                 guint64              size,
                                                 MgrJudgement         judgement);

G_END_DECLS
