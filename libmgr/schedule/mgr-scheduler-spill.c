/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

/* What goes to other machines: commands, local first. */

/* So many of a queue are looked at at once: a long one must not hold up the program. */
#define MAX_LOOKED_AT 1024

static guint8
scheduler_get_index (MgrScheduler      *self,
                     MgrSchedulerPlace *place)
{
  guint index = 0;

  g_ptr_array_find (self->places, place, &index);
  return (guint8) index;
}

static gboolean
task_may_move (const MgrTask *task)
{
  return task->func == NULL && !task->item.elsewhere
         && (task->setup == NULL || task->setup->executor == NULL);
}

gboolean
mgr_scheduler_move_away (MgrScheduler *self,
                         MgrTask      *task,
                         const char   *why)
{
  MgrSchedulerPlace *place;
  MgrSchedulerPart *part;

  if (!task_may_move (task))
    return FALSE;

  place = mgr_scheduler_find_fitting (self, task, TRUE);
  part = place != NULL ? mgr_scheduler_find_part (self, task, place, NULL) : NULL;
  if (part == NULL)
    return FALSE;

  task->place = scheduler_get_index (self, place);
  task->item.share = &part->share;
  task->item.elsewhere = TRUE;
  mgr_scheduler_record_move (self, task, mgr_executor_get_name (place->executor), why);
  return TRUE;
}

static gboolean
scheduler_has_remote_place (MgrScheduler *self)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      const MgrSchedulerPlace *place = g_ptr_array_index (self->places, i);

      if ((place->flags & MGR_EXECUTOR_REMOTE) != 0 && mgr_scheduler_place_is_free (place))
        return TRUE;
    }

  return FALSE;
}

static void
part_collect_slow (MgrSchedulerPart *part,
                   gint64            since,
                   GPtrArray        *slow)
{
  GSequenceIter *iter = g_sequence_get_begin_iter (part->share.queue);

  for (guint i = 0; i < MAX_LOOKED_AT && !g_sequence_iter_is_end (iter); i++)
    {
      MgrScheduleItem *item = g_sequence_get (iter);
      MgrTask *task = mgr_task_of_item (item);

      if (item->submitted <= since && task_may_move (task))
        g_ptr_array_add (slow, task);
      iter = g_sequence_iter_next (iter);
    }
}

void
mgr_scheduler_spill (MgrScheduler *self,
                     gint64        now)
{
  g_autoptr (GPtrArray) slow = NULL;
  guint n_parts = self->parts->len;

  if (self->spill != MGR_SPILL_SLOW || self->paused || !scheduler_has_remote_place (self))
    return;

  slow = g_ptr_array_new ();
  for (guint i = 0; i < n_parts; i++)
    part_collect_slow (g_ptr_array_index (self->parts, i), now - self->spill_wait, slow);

  for (guint i = 0; i < slow->len; i++)
    {
      MgrTask *task = g_ptr_array_index (slow, i);

      mgr_schedule_core_remove (self->core, &task->item);
      mgr_scheduler_move_away (self, task, "it waited longer than spill-wait");
      mgr_schedule_core_add (self->core, &task->item);
    }
}
