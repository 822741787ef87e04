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

  /* It may have waited for others, or have run, while its budgets changed. */
  part = (MgrSchedulerPart *) first->share;
  part->limit = MAX (part->limit, first->grant);
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

/* No cleanup helps a task for which a budget became too small. */

static GPtrArray *
part_collect_infeasible (MgrSchedulerPart *part)
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func (g_object_unref);
  GSequenceIter *iter = g_sequence_get_begin_iter (part->share.queue);

  for (; !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter))
    {
      MgrScheduleItem *item = g_sequence_get (iter);

      if (item->grant > part->limit)
        g_ptr_array_add (tasks, g_object_ref (mgr_task_of_item (item)));
    }

  return tasks;
}

/* What was only learned is cut down; more than that nobody can do here. */
static void
scheduler_end_infeasible_task (MgrScheduler *self,
                               MgrTask      *task,
                               guint64       limit)
{
  g_autoptr (GError) error = NULL;
  guint64 grant = task->n_attempts == 0 ? mgr_scheduler_choose_again (self, task)
                                        : task->item.grant;

  if (grant <= limit)
    {
      mgr_schedule_core_set_grant (self->core, &task->item, grant);
      return;
    }

  mgr_schedule_core_remove (self->core, &task->item);
  if (self->spill != MGR_SPILL_NEVER
      && mgr_scheduler_move_away (self, task, "its budget became too small for it"))
    {
      mgr_schedule_core_add (self->core, &task->item);
      return;
    }

  mgr_scheduler_set_infeasible (self, task, grant, &error);
  mgr_scheduler_finish (self, task, MGR_TASK_REASON_ERROR, error);
}

void
mgr_scheduler_end_infeasible (MgrScheduler *self)
{
  guint n_parts = self->parts->len;

  for (guint i = 0; i < n_parts; i++)
    {
      MgrSchedulerPart *part = g_ptr_array_index (self->parts, i);
      g_autoptr (GPtrArray) tasks = NULL;
      guint64 before = part->limit;

      if (part->component == NULL || g_sequence_is_empty (part->share.queue))
        continue;

      part->limit = mgr_component_get_limit (part->component, NULL);
      if (part->limit >= before)
        continue;

      tasks = part_collect_infeasible (part);
      for (guint j = 0; j < tasks->len; j++)
        scheduler_end_infeasible_task (self, g_ptr_array_index (tasks, j), part->limit);
    }
}

/* What is kept of components that are gone */

void
mgr_scheduler_drop_parts (MgrScheduler *self)
{
  for (guint i = self->parts->len; i > 0; i--)
    {
      MgrSchedulerPart *part = g_ptr_array_index (self->parts, i - 1);

      if (!part->gone || !mgr_schedule_share_is_idle (&part->share))
        continue;

      if (self->lack.part == part)
        self->lack.part = NULL;
      mgr_schedule_core_remove_share (self->core, &part->share);
      g_ptr_array_remove_index_fast (self->parts, i - 1);
    }
}
