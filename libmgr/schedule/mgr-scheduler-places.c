/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

/* Where tasks run. */

void
mgr_scheduler_place_free (gpointer data)
{
  MgrSchedulerPlace *place = data;

  g_object_unref (place->executor);
  g_free (place->name);
  g_free (place);
}

static MgrSchedulerPlace *
scheduler_lookup_place (MgrScheduler *self,
                        const char   *name)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      MgrSchedulerPlace *place = g_ptr_array_index (self->places, i);

      if (g_str_equal (place->name, name))
        return place;
    }

  return NULL;
}

MgrSchedulerPlace *
mgr_scheduler_get_place (MgrScheduler   *self,
                         MgrTaskAttempt *attempt)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return g_ptr_array_index (self->places, attempt->task->place);
}

/**
 * mgr_scheduler_add_executor:
 * @self: a scheduler
 * @executor: an executor
 * @error: return location for a #GError
 *
 * Adds a place where tasks run. Those added first are preferred. A name that is taken is
 * %MGR_ERROR_EXISTS. In the owner's context only, best before tasks are submitted.
 *
 * Returns: %TRUE if it was added
 *
 * Since: 1.0
 */
gboolean
mgr_scheduler_add_executor (MgrScheduler  *self,
                            MgrExecutor   *executor,
                            GError       **error)
{
  MgrSchedulerPlace *place;
  gboolean taken;

  g_return_val_if_fail (MGR_IS_SCHEDULER (self), FALSE);
  g_return_val_if_fail (MGR_IS_EXECUTOR (executor), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  place = g_new0 (MgrSchedulerPlace, 1);
  place->executor = g_object_ref (executor);
  place->name = g_strdup (mgr_executor_get_name (executor));
  place->flags = mgr_executor_get_flags (executor);
  place->slots = mgr_executor_get_slots (executor);

  g_mutex_lock (&self->lock);
  taken = scheduler_lookup_place (self, place->name) != NULL || self->places->len >= G_MAXUINT8;
  if (!taken)
    g_ptr_array_add (self->places, place);
  g_mutex_unlock (&self->lock);

  if (!taken)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
               "There is an executor “%s” already: give this one another name", place->name);
  mgr_scheduler_place_free (place);
  return FALSE;
}

/**
 * mgr_scheduler_lookup_executor:
 * @self: a scheduler
 * @name: a name
 *
 * Looks an executor up. May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the executor, or %NULL
 *
 * Since: 1.0
 */
MgrExecutor *
mgr_scheduler_lookup_executor (MgrScheduler *self,
                               const char   *name)
{
  g_autoptr (GMutexLocker) locker = NULL;
  MgrSchedulerPlace *place;

  g_return_val_if_fail (MGR_IS_SCHEDULER (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  locker = g_mutex_locker_new (&self->lock);
  place = scheduler_lookup_place (self, name);
  return place != NULL ? place->executor : NULL;
}

void
mgr_scheduler_prefer_others (MgrScheduler *self,
                             MgrExecutor  *executor)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  for (guint i = 0; i < self->places->len; i++)
    {
      MgrSchedulerPlace *place = g_ptr_array_index (self->places, i);

      place->last = place->last || place->executor == executor;
    }
}

gboolean
mgr_scheduler_place_is_free (const MgrSchedulerPlace *place)
{
  return place->slots == 0 || place->n_running < place->slots;
}
