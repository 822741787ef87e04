/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-task-attempt-private.h"

#include "schedule/mgr-scheduler-private.h"

/**
 * SECTION:mgr-task-attempt
 * @title: MgrTaskAttempt
 * @short_description: one run of a task, between the scheduler and an executor
 *
 * A #MgrTask that fails for want of memory, or makes room for others, is run again: each
 * run is an attempt. An executor is given one to start, and tells by it what becomes of
 * it. Whatever it tells may be told from any thread; what comes after the end is ignored.
 */

/**
 * MgrTaskAttempt:
 *
 * One run of a task.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrTaskAttempt, mgr_task_attempt, mgr_task_attempt_ref,
                     mgr_task_attempt_unref)

MgrTaskAttempt *
mgr_task_attempt_new (MgrScheduler *scheduler,
                      MgrTask      *task,
                      guint         number,
                      guint64       grant)
{
  MgrTaskAttempt *self = g_new0 (MgrTaskAttempt, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->scheduler = g_object_ref (scheduler);
  self->task = g_object_ref (task);
  self->number = number;
  self->grant = grant;
  self->cancellable = g_cancellable_new ();
  return self;
}

/**
 * mgr_task_attempt_ref:
 * @self: an attempt
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrTaskAttempt *
mgr_task_attempt_ref (MgrTaskAttempt *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_task_attempt_unref:
 * @self: (transfer full): an attempt
 *
 * Releases a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_task_attempt_unref (MgrTaskAttempt *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->free_data != NULL)
    self->free_data (self->data);
  g_clear_object (&self->component);
  g_object_unref (self->cancellable);
  g_object_unref (self->task);
  g_object_unref (self->scheduler);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * mgr_task_attempt_get_task:
 * @self: an attempt
 *
 * Gets what is run. May be called from any thread.
 *
 * Returns: (transfer none): the task
 *
 * Since: 1.0
 */
MgrTask *
mgr_task_attempt_get_task (MgrTaskAttempt *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->task;
}

/**
 * mgr_task_attempt_get_number:
 * @self: an attempt
 *
 * Gets which attempt of its task it is. May be called from any thread.
 *
 * Returns: 1 for the first
 *
 * Since: 1.0
 */
guint
mgr_task_attempt_get_number (MgrTaskAttempt *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->number;
}

/**
 * mgr_task_attempt_get_grant:
 * @self: an attempt
 *
 * Gets how much memory it may take. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_task_attempt_get_grant (MgrTaskAttempt *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->grant;
}

/**
 * mgr_task_attempt_get_cancellable:
 * @self: an attempt
 *
 * Gets what is cancelled when the attempt is to end early. May be called from any thread.
 *
 * Returns: (transfer none): a cancellable
 *
 * Since: 1.0
 */
GCancellable *
mgr_task_attempt_get_cancellable (MgrTaskAttempt *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->cancellable;
}

void
mgr_task_attempt_set_data (MgrTaskAttempt *self,
                           gpointer        data,
                           GDestroyNotify  free_data)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_assert (self->data == NULL);
  self->data = data;
  self->free_data = free_data;
}

gpointer
mgr_task_attempt_get_data (MgrTaskAttempt *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->data;
}

/**
 * mgr_task_attempt_report_measured:
 * @self: an attempt
 * @bytes: what it holds now
 *
 * Tells how much memory the attempt holds: it counts for that where it is more than the
 * grant, and the most of it teaches the next estimate. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_task_attempt_report_measured (MgrTaskAttempt *self,
                                  guint64         bytes)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_int_get (&self->ended))
    mgr_scheduler_attempt_measured (self->scheduler, self, bytes);
}

/**
 * mgr_task_attempt_report_finished:
 * @self: an attempt
 * @reason: how it ended
 * @exit_status: of a command: its exit status, or 128 and the signal that ended it
 * @error: (nullable): what went wrong
 *
 * Tells the end. What the scheduler itself asked for, as a cancellation, is known to it:
 * an executor only tells what it sees. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_task_attempt_report_finished (MgrTaskAttempt *self,
                                  MgrTaskReason   reason,
                                  int             exit_status,
                                  const GError   *error)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (reason != MGR_TASK_REASON_NONE);

  if (g_atomic_int_compare_and_exchange (&self->ended, FALSE, TRUE))
    mgr_scheduler_attempt_finished (self->scheduler, self, reason, exit_status, error);
}

void
mgr_task_attempt_run (MgrTaskAttempt *self)
{
  g_autoptr (GError) error = NULL;
  MgrTask *task = self->task;
  gboolean done = task->func (task, self->cancellable, task->user_data, &error);

  if (!done && error == NULL)
    g_set_error (&error, MGR_ERROR, MGR_ERROR_FAILED,
                 "The function of task “%s” failed and did not say why", task->name);

  mgr_task_attempt_report_finished (self, done ? MGR_TASK_REASON_DONE : MGR_TASK_REASON_ERROR,
                                    done ? 0 : 1, error);
}
