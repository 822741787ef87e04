/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "schedule/mgr-schedule-enums.h"

G_BEGIN_DECLS

/* Runs a made-up day of tasks on a clock of its own, by the rules of libmgr or by one of
 * those they are compared with. */
typedef enum
{
  MGR_TRACE_LIBMGR,          /* the core of the scheduler, with what it learns */
  MGR_TRACE_FIRST_COME,      /* in order: who does not fit stops all others */
  MGR_TRACE_SMALLEST_FIRST,  /* the smallest that fits */
  MGR_TRACE_PRIORITY,        /* the most important that fits */
  MGR_TRACE_COUNTER,         /* as Dask: the first that fits into a declared counter */
} MgrTraceRule;

typedef struct
{
  guint n_tasks;
  guint64 budget;            /* bytes */
  gint64 span;               /* µs in which the tasks come */
  guint32 seed;
  MgrScheduleStrategy strategy; /* of libmgr */
} MgrTraceSettings;

typedef struct
{
  gint64 makespan;           /* µs */
  gint64 longest_wait;       /* µs, from submission to the start of the first attempt */
  double mean_wait;          /* µs */
  guint64 most_held;         /* bytes, by all that ran at once */
  guint64 overcommit;        /* bytes, the most by which what ran exceeded the budget */
  guint n_finished;
  guint n_oom;               /* attempts that were too small */
  guint64 n_backfilled;
} MgrTraceResult;

void mgr_schedule_trace_run (const MgrTraceSettings *settings,
                             MgrTraceRule            rule,
                             MgrTraceResult         *result);

G_END_DECLS
