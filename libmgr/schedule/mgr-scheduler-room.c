/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

/* Room that tasks alone cannot make: caches and others that hold the budget give way to
 * who comes next, as they do to a request of the program. */

/* What was asked for may take a while to come. */
#define PATIENCE G_USEC_PER_SEC

/* What the budgets could give if all tasks ended, beside what others hold. */
static guint64
part_get_reach (MgrScheduler           *self,
                const MgrSchedulerPart *part)
{
  return MIN (part->share.budget, mgr_schedule_core_get_whole (self->core)->budget);
}

void
mgr_scheduler_note_lack (MgrScheduler          *self,
                         const MgrScheduleItem *first,
                         MgrScheduleVerdict     verdict)
{
  MgrSchedulerPart *part;
  guint64 reach;

  self->lack.part = NULL;
  if (verdict != MGR_SCHEDULE_NO_SHARE && verdict != MGR_SCHEDULE_NO_BUDGET)
    return;

  part = (MgrSchedulerPart *) first->share;
  reach = part_get_reach (self, part);
  if (first->grant <= reach)
    return;

  self->lack.part = part;
  self->lack.bytes = first->grant - reach;
}

/* With the lock held. Returns: (transfer full) (nullable): where @size is to fit */
static MgrComponent *
scheduler_take_lack (MgrScheduler *self,
                     gint64        now,
                     guint64      *size)
{
  MgrSchedulerLack *lack = &self->lack;

  if (lack->part == NULL || lack->part->component == NULL || self->paused || self->closed
      || (lack->asked > 0 && now - lack->asked < PATIENCE))
    return NULL;

  lack->asked = now;
  *size = mgr_component_get_available (lack->part->component) + lack->bytes;
  return g_object_ref (lack->part->component);
}

void
mgr_scheduler_ask_for_room (MgrScheduler *self,
                            gint64        now)
{
  g_autoptr (MgrComponent) component = NULL;
  guint64 size = 0;

  if (self->make_room == NULL)
    return;

  g_mutex_lock (&self->lock);
  component = scheduler_take_lack (self, now, &size);
  g_mutex_unlock (&self->lock);
  if (component != NULL)
    self->make_room (component, size, self->cleaning_data);
}
