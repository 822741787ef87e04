/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-scheduler-statistics.h"
#include "schedule/mgr-wait-times-private.h"

G_BEGIN_DECLS

#define MGR_N_TASK_REASONS (MGR_TASK_REASON_LOST + 1)

typedef struct
{
  gint64 time;                        /* µs of the clock of the manager */
  guint64 submitted;
  guint waiting;
  guint running;
  guint64 ended[MGR_N_TASK_REASONS];  /* tasks that are finished, by how */
  guint64 backfilled;                 /* attempts that went before one that waited longer */
  guint64 preempted;                  /* attempts ended to make room */
  guint64 oom;                        /* attempts that ran out of memory */
  guint64 reserved;                   /* bytes */
  guint64 overcommit;                 /* bytes, the most by which what ran exceeded the budget */
} MgrSchedulerFigures;

MgrSchedulerStatistics *mgr_scheduler_statistics_new (const MgrSchedulerFigures *figures,
                                                      const MgrWaitTimes        *waits) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
