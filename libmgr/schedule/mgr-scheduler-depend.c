/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

/* Who waits for whom. All of it with the lock of the scheduler held, which is one for all:
 * an end could not start what waits in another. Of two tasks, the one that is waited for
 * is locked first. */

/* With the lock of @before held. Returns: (transfer none) (nullable): one that waits for it */
static MgrTask *
find_dependent (MgrTask *before)
{
  GPtrArray *dependents = before->setup != NULL ? before->setup->dependents : NULL;

  for (guint i = 0; dependents != NULL && i < dependents->len; i++)
    if (mgr_task_get_state (g_ptr_array_index (dependents, i)) != MGR_TASK_STATE_FINISHED)
      return g_ptr_array_index (dependents, i);

  return NULL;
}

gboolean
mgr_scheduler_claim (MgrScheduler  *self,
                     MgrTask       *task,
                     GError       **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&task->lock);
  MgrTask *dependent = find_dependent (task);

  if (task->scheduler != NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                   "Task “%s” was submitted before: make a new one", task->name);
      return FALSE;
    }
  if (dependent != NULL && dependent->scheduler != self)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "Task “%s” is waited for by “%s”, which another scheduler has: submit both to "
                   "the same", task->name, dependent->name);
      return FALSE;
    }

  task->scheduler = self;
  return TRUE;
}

static gboolean
dependency_link (MgrScheduler  *self,
                 MgrTask       *task,
                 MgrTask       *before,
                 GError       **failed,
                 GError       **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&before->lock);
  MgrTaskSetup *setup = mgr_task_get_setup (before);
  MgrTask *other = find_dependent (before);

  if (before->state == MGR_TASK_STATE_FINISHED)
    {
      if (before->reason != MGR_TASK_REASON_DONE)
        *failed = g_error_copy (before->run->error);
      return TRUE;
    }
  if ((before->scheduler != NULL && before->scheduler != self)
      || (other != NULL && other->scheduler != self))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "Task “%s” depends on “%s”, which belongs to another scheduler: submit both to "
                   "the same, or this one once that is done", task->name, before->name);
      return FALSE;
    }

  if (setup->dependents == NULL)
    setup->dependents = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (setup->dependents, g_object_ref (task));
  task->n_pending++;
  return TRUE;
}

static void
dependency_unlink (MgrTask *task,
                   MgrTask *before)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&before->lock);

  if (before->setup->dependents != NULL && g_ptr_array_remove (before->setup->dependents, task))
    task->n_pending--;
}

gboolean
mgr_scheduler_link (MgrScheduler  *self,
                    MgrTask       *task,
                    GError       **failed,
                    GError       **error)
{
  GPtrArray *dependencies = task->setup != NULL ? task->setup->dependencies : NULL;

  for (guint i = 0; dependencies != NULL && i < dependencies->len && *failed == NULL; i++)
    {
      if (dependency_link (self, task, g_ptr_array_index (dependencies, i), failed, error))
        continue;

      while (i-- > 0)
        dependency_unlink (task, g_ptr_array_index (dependencies, i));
      return FALSE;
    }

  return TRUE;
}

void
mgr_scheduler_disclaim (MgrScheduler *self,
                        MgrTask      *task,
                        const GError *refusal)
{
  g_autoptr (GPtrArray) dependents = NULL;

  g_mutex_lock (&task->lock);
  task->scheduler = NULL;
  if (task->setup != NULL)
    dependents = g_steal_pointer (&task->setup->dependents);
  g_mutex_unlock (&task->lock);

  for (guint i = 0; dependents != NULL && i < dependents->len; i++)
    mgr_scheduler_finish (self, g_ptr_array_index (dependents, i), MGR_TASK_REASON_CANCELLED,
                          refusal);
}
