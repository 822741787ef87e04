/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

#include "base/mgr-error.h"

/* Tasks that nobody wants any more, or that have no place any more. */

static void
collect_cb (gpointer item,
            gpointer tasks)
{
  g_ptr_array_add (tasks, g_object_ref (mgr_task_of_item (item)));
}

static void
scheduler_collect_pending (MgrScheduler *self,
                           GPtrArray    *tasks)
{
  GHashTableIter iter;
  gpointer task;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, &task, NULL))
    g_ptr_array_add (tasks, g_object_ref (task));
}

void
mgr_scheduler_close (MgrScheduler *self)
{
  g_autoptr (GPtrArray) attempts = g_ptr_array_new_with_free_func ((GDestroyNotify)
                                                                   mgr_task_attempt_unref);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_object_unref);
  MgrScheduleShare *whole;

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  whole = mgr_schedule_core_get_whole (self->core);
  for (guint i = 0; i < whole->running->len; i++)
    {
      MgrTask *task = mgr_task_of_item (g_ptr_array_index (whole->running, i));

      task->end_as = MGR_TASK_REASON_CANCELLED;
      if (task->run != NULL && task->run->attempt != NULL)
        g_ptr_array_add (attempts, mgr_task_attempt_ref (task->run->attempt));
    }
  for (guint i = 0; i < self->parts->len; i++)
    {
      MgrSchedulerPart *part = g_ptr_array_index (self->parts, i);

      g_sequence_foreach (part->share.queue, collect_cb, waiting);
    }
  scheduler_collect_pending (self, waiting);
  for (guint i = 0; i < waiting->len; i++)
    {
      MgrTask *task = g_ptr_array_index (waiting, i);

      if (task->item.place != NULL)
        mgr_schedule_core_remove (self->core, &task->item);
      mgr_scheduler_finish (self, task, MGR_TASK_REASON_CANCELLED, NULL);
    }
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < attempts->len; i++)
    mgr_scheduler_end_attempt (self, g_ptr_array_index (attempts, i), FALSE);
  mgr_scheduler_tell (self);
  mgr_scheduler_flush_estimates (self);
}

void
mgr_scheduler_finish_homeless (MgrScheduler *self,
                               MgrTask      *task)
{
  g_autoptr (GError) error = NULL;

  error = g_error_new (MGR_ERROR, MGR_ERROR_NOT_FOUND,
                       "Task “%s” did not run: component “%s” was removed while it waited for its "
                       "memory. Add it again, and submit a new task", task->name, task->component);
  mgr_scheduler_finish (self, task, MGR_TASK_REASON_ERROR, error);
}

static void
part_end (MgrScheduler     *self,
          MgrSchedulerPart *part,
          GPtrArray        *pending)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_object_unref);

  part->gone = TRUE;
  g_sequence_foreach (part->share.queue, collect_cb, waiting);
  for (guint i = 0; i < waiting->len; i++)
    {
      MgrTask *task = g_ptr_array_index (waiting, i);

      mgr_schedule_core_remove (self->core, &task->item);
      mgr_scheduler_finish_homeless (self, task);
    }
  for (guint i = 0; i < pending->len; i++)
    {
      MgrTask *task = g_ptr_array_index (pending, i);

      if (task->item.share == &part->share && task->state != MGR_TASK_STATE_FINISHED)
        mgr_scheduler_finish_homeless (self, task);
    }
}

void
mgr_scheduler_component_removed (MgrScheduler *self,
                                 MgrComponent *component)
{
  g_autoptr (GPtrArray) pending = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->lock);
  scheduler_collect_pending (self, pending);
  for (guint i = 0; i < self->parts->len; i++)
    {
      MgrSchedulerPart *part = g_ptr_array_index (self->parts, i);

      if (part->component == component)
        part_end (self, part, pending);
    }
  g_mutex_unlock (&self->lock);

  mgr_scheduler_tell (self);
  mgr_scheduler_dispatch (self);
}

/**
 * mgr_scheduler_cancel:
 * @self: a scheduler
 * @task: a task
 * @error: return location for a #GError
 *
 * Ends a task: one that waits at once, one that runs as soon as its executor sees to it,
 * by force after ten seconds where it can. One that is finished, or that this scheduler
 * does not have, is %MGR_ERROR_NOT_FOUND. May be called from any thread.
 *
 * Returns: %TRUE if it will end
 *
 * Since: 1.0
 */
gboolean
mgr_scheduler_cancel (MgrScheduler  *self,
                      MgrTask       *task,
                      GError       **error)
{
  g_autoptr (MgrTaskAttempt) attempt = NULL;
  gboolean unfinished;

  g_return_val_if_fail (MGR_IS_SCHEDULER (self), FALSE);
  g_return_val_if_fail (MGR_IS_TASK (task), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_mutex_lock (&self->lock);
  unfinished = task->scheduler == self && task->state != MGR_TASK_STATE_FINISHED;
  if (unfinished && task->item.running)
    {
      task->end_as = MGR_TASK_REASON_CANCELLED;
      task->end_since = mgr_clock_get_time (self->clock);
      if (task->run != NULL && task->run->attempt != NULL)
        attempt = mgr_task_attempt_ref (task->run->attempt);
    }
  else if (unfinished)
    {
      if (task->item.place != NULL)
        mgr_schedule_core_remove (self->core, &task->item);
      mgr_scheduler_finish (self, task, MGR_TASK_REASON_CANCELLED, NULL);
    }
  g_mutex_unlock (&self->lock);

  if (!unfinished)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                   "Task “%s” neither waits nor runs here: it is finished, or was submitted "
                   "elsewhere", task->name);
      return FALSE;
    }

  if (attempt != NULL)
    mgr_scheduler_end_attempt (self, attempt, FALSE);
  mgr_task_say_state (task);
  mgr_scheduler_tell (self);
  mgr_scheduler_dispatch (self);
  return TRUE;
}
