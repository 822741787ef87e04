/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-schedule-victim-private.h"

/* A cleanup and a yield come first: who was asked has that long to get to its next
 * checkpoint. */
#define CANCEL_AFTER (5 * G_USEC_PER_SEC)
#define KILL_AFTER (10 * G_USEC_PER_SEC)

MgrScheduleStep
mgr_schedule_victim_get_step (MgrPressureLevel level,
                              gint64           held)
{
  if (level >= MGR_PRESSURE_LEVEL_EMERGENCY)
    return held >= CANCEL_AFTER ? MGR_SCHEDULE_KILL : MGR_SCHEDULE_CANCEL;
  if (level == MGR_PRESSURE_LEVEL_CRITICAL)
    return held >= KILL_AFTER     ? MGR_SCHEDULE_KILL
           : held >= CANCEL_AFTER ? MGR_SCHEDULE_CANCEL
                                  : MGR_SCHEDULE_ASK;
  if (level == MGR_PRESSURE_LEVEL_HIGH)
    return MGR_SCHEDULE_ASK;

  return MGR_SCHEDULE_LEAVE;
}

static gboolean
is_over (const MgrScheduleItem *item)
{
  return item->measured > item->grant;
}

/* Whether @a goes before @b. */
static gboolean
goes_before (const MgrScheduleItem *a,
             const MgrScheduleItem *b)
{
  if (is_over (a) != is_over (b))
    return is_over (a);
  if (a->retriable != b->retriable)
    return a->retriable;

  return a->started > b->started;
}

MgrScheduleItem *
mgr_schedule_victim_pick (const MgrScheduleShare *share,
                          MgrScheduleStep         step)
{
  MgrScheduleItem *victim = NULL;

  if (step == MGR_SCHEDULE_LEAVE)
    return NULL;

  for (guint i = 0; i < share->running->len; i++)
    {
      MgrScheduleItem *item = g_ptr_array_index (share->running, i);

      if (item->elsewhere || (!item->retriable && !is_over (item)))
        continue;
      if (step == MGR_SCHEDULE_ASK && item->asked)
        continue;
      if (victim == NULL || goes_before (item, victim))
        victim = item;
    }

  return victim;
}
