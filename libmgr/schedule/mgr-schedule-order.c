/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-schedule-order-private.h"

#include <math.h>

#define N_PRIORITIES (MGR_TASK_PRIORITY_CRITICAL + 1)

static double
priority_offset (const MgrScheduleItem *item)
{
  double steps = (double) (MGR_TASK_PRIORITY_CRITICAL - item->priority)
                 + (double) (MGR_SCHEDULE_RANK_MAX - item->rank) / MGR_SCHEDULE_RANK_MAX;

  return steps / N_PRIORITIES;
}

/* By magnitude: what is a thousandth of the budget comes well before a hundredth. */
static double
size_offset (const MgrScheduleItem *item,
             guint64                budget)
{
  if (budget == 0 || item->grant >= budget)
    return 1;

  return log2 (1 + (double) item->grant) / log2 (1 + (double) budget);
}

/* The latest time to begin, from its submission on. What is far off is drawn together, so
 * that it stays in order, and before what has none, within the bound. */
static double
deadline_offset (const MgrScheduleItem *item,
                 gint64                 bound)
{
  double left;

  if (item->deadline == G_MAXINT64)
    return 1;

  left = (double) (item->deadline - item->duration - item->submitted) / (double) MAX (bound, 1);
  return left <= 0.5 ? left : 1 - 0.25 / left;
}

static double
strategy_offset (const MgrScheduleItem *item,
                 MgrScheduleStrategy    strategy,
                 guint64                budget,
                 gint64                 bound)
{
  switch (strategy)
    {
    case MGR_SCHEDULE_STRATEGY_PRIORITY:
      return priority_offset (item);
    case MGR_SCHEDULE_STRATEGY_SMALLEST_FIRST:
      return size_offset (item, budget);
    case MGR_SCHEDULE_STRATEGY_DEADLINE:
      return deadline_offset (item, bound);
    case MGR_SCHEDULE_STRATEGY_FIRST_COME:
    default:
      return 0;
    }
}

gint64
mgr_schedule_order_get_key (const MgrScheduleItem *item,
                            MgrScheduleStrategy    strategy,
                            guint64                budget,
                            gint64                 bound)
{
  double offset = strategy_offset (item, strategy, budget, bound);

  return item->submitted + (gint64) (CLAMP (offset, 0, 1) * (double) bound);
}
