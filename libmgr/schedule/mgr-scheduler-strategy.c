/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"

/* The order that gets the most done. */

static MgrScheduleStrategy
scheduler_find_strategy (MgrScheduler *self)
{
  if (!self->adaptive || self->level < MGR_PRESSURE_LEVEL_MEDIUM)
    return self->strategy;

  return g_hash_table_size (self->dated) > 0 ? MGR_SCHEDULE_STRATEGY_DEADLINE
                                             : MGR_SCHEDULE_STRATEGY_SMALLEST_FIRST;
}

static const char *
strategy_get_nick (MgrScheduleStrategy strategy)
{
  return mgr_enum_get_nick (MGR_TYPE_SCHEDULE_STRATEGY, (int) strategy);
}

gboolean
mgr_scheduler_choose_strategy (MgrScheduler *self)
{
  MgrScheduleStrategy before = self->active;

  self->active = scheduler_find_strategy (self);
  if (self->active == before)
    return FALSE;

  mgr_schedule_core_set_strategy (self->core, self->active);
  mgr_scheduler_record (self, "strategy", MGR_JOURNAL_SEVERITY_INFO, 0,
                        "Tasks are considered %s and no longer %s: %s, pressure is %s, and %u tasks "
                        "have a deadline", strategy_get_nick (self->active),
                        strategy_get_nick (before),
                        self->active == self->strategy ? "as was set" : "chosen by itself",
                        mgr_enum_get_nick (MGR_TYPE_PRESSURE_LEVEL, (int) self->level),
                        g_hash_table_size (self->dated));
  return TRUE;
}
