/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-task-private.h"

#include "base/mgr-cancel-watch-private.h"
#include "schedule/mgr-scheduler-private.h"
#include "schedule/mgr-task-attempt-private.h"

/* What becomes of a task, as it says itself and as others ask. */

/**
 * mgr_task_should_yield:
 * @self: a task that runs
 *
 * Whether the task should stop at the next good point, since others need its memory. A
 * function that saves where it is and returns %FALSE with %G_IO_ERROR_CANCELLED is run
 * again later. Also %TRUE once it was cancelled. May be called from any thread, and often.
 *
 * Returns: %TRUE if it should make room
 *
 * Since: 1.0
 */
gboolean
mgr_task_should_yield (MgrTask *self)
{
  g_autoptr (GMutexLocker) locker = NULL;
  MgrTaskAttempt *attempt;

  g_return_val_if_fail (MGR_IS_TASK (self), FALSE);

  locker = g_mutex_locker_new (&self->lock);
  attempt = self->run != NULL ? self->run->attempt : NULL;
  return self->yields
         || (attempt != NULL && g_cancellable_is_cancelled (attempt->cancellable));
}

/**
 * mgr_task_set_progress:
 * @self: a task that runs
 * @progress: how far it is, 0 to 1
 * @message: (nullable): what it does
 *
 * Tells how far the task is, for #MgrTask::progress. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_task_set_progress (MgrTask    *self,
                       double      progress,
                       const char *message)
{
  MgrTaskRun *run;

  g_return_if_fail (MGR_IS_TASK (self));
  g_return_if_fail (progress >= 0 && progress <= 1);

  g_mutex_lock (&self->lock);
  run = mgr_task_get_run (self);
  run->progress = progress;
  g_free (run->message);
  run->message = g_strdup (message);
  g_mutex_unlock (&self->lock);

  mgr_task_say_progress (self);
}

/**
 * mgr_task_report_memory:
 * @self: a task that runs
 * @bytes: how much it holds now
 *
 * Tells how much memory a function holds, which nobody else can see. It counts for that
 * where it is more than was granted, and the most of it teaches the next estimate. May be
 * called from any thread.
 *
 * Since: 1.0
 */
void
mgr_task_report_memory (MgrTask *self,
                        guint64  bytes)
{
  g_autoptr (MgrTaskAttempt) attempt = NULL;

  g_return_if_fail (MGR_IS_TASK (self));

  g_mutex_lock (&self->lock);
  if (self->run != NULL && self->run->attempt != NULL)
    attempt = mgr_task_attempt_ref (self->run->attempt);
  g_mutex_unlock (&self->lock);

  if (attempt != NULL)
    mgr_task_attempt_report_measured (attempt, bytes);
}

static void
result_clear (gpointer data)
{
  g_value_unset (data);
}

void
mgr_task_result_unref (GValue *result)
{
  g_atomic_rc_box_release_full (result, result_clear);
}

/* Copying and freeing may be code of the program, which may ask the task.
 * Returns: (transfer full) */
static GValue *
result_new (const GValue *value)
{
  GValue *result = g_atomic_rc_box_new0 (GValue);

  g_value_init (result, G_VALUE_TYPE (value));
  g_value_copy (value, result);
  return result;
}

/**
 * mgr_task_set_result:
 * @self: a task that runs
 * @result: what it results in
 *
 * Sets what mgr_task_get_result() gives. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_task_set_result (MgrTask      *self,
                     const GValue *result)
{
  GValue *before;
  GValue *after;
  MgrTaskRun *run;

  g_return_if_fail (MGR_IS_TASK (self));
  g_return_if_fail (G_IS_VALUE (result));

  after = result_new (result);
  g_mutex_lock (&self->lock);
  run = mgr_task_get_run (self);
  before = run->result;
  run->result = after;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&before, mgr_task_result_unref);
}

/**
 * mgr_task_get_name:
 * @self: a task
 *
 * Gets #MgrTask:name. May be called from any thread.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
mgr_task_get_name (MgrTask *self)
{
  g_return_val_if_fail (MGR_IS_TASK (self), NULL);

  return self->name;
}

/**
 * mgr_task_get_id:
 * @self: a task
 *
 * Gets the number that its scheduler gave it. May be called from any thread.
 *
 * Returns: from 1 on, in the order of submission; 0 before it
 *
 * Since: 1.0
 */
guint64
mgr_task_get_id (MgrTask *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MGR_IS_TASK (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  return self->item.id;
}

/**
 * mgr_task_get_state:
 * @self: a task
 *
 * Gets #MgrTask:state. May be called from any thread.
 *
 * Returns: where it stands
 *
 * Since: 1.0
 */
MgrTaskState
mgr_task_get_state (MgrTask *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MGR_IS_TASK (self), MGR_TASK_STATE_NEW);

  locker = g_mutex_locker_new (&self->lock);
  return self->state;
}

/**
 * mgr_task_get_reason:
 * @self: a task
 *
 * Gets #MgrTask:reason. May be called from any thread.
 *
 * Returns: how it ended
 *
 * Since: 1.0
 */
MgrTaskReason
mgr_task_get_reason (MgrTask *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MGR_IS_TASK (self), MGR_TASK_REASON_NONE);

  locker = g_mutex_locker_new (&self->lock);
  return self->reason;
}

/**
 * mgr_task_get_attempt:
 * @self: a task
 *
 * Gets how often it was started. May be called from any thread.
 *
 * Returns: 0 if it never was
 *
 * Since: 1.0
 */
guint
mgr_task_get_attempt (MgrTask *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MGR_IS_TASK (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  return self->n_attempts;
}

/**
 * mgr_task_get_grant:
 * @self: a task
 *
 * Gets how much memory is or would be reserved for it: what it asks for, what was learned,
 * or more than that after it ran out of memory. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_task_get_grant (MgrTask *self)
{
  g_return_val_if_fail (MGR_IS_TASK (self), 0);

  return mgr_scheduler_get_grant_of (self);
}

/**
 * mgr_task_get_peak:
 * @self: a task
 *
 * Gets the most memory that any of its attempts was seen to hold. May be called from any
 * thread.
 *
 * Returns: bytes; 0 where nobody measured
 *
 * Since: 1.0
 */
guint64
mgr_task_get_peak (MgrTask *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MGR_IS_TASK (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  return self->run != NULL ? self->run->peak : 0;
}

/**
 * mgr_task_get_exit_status:
 * @self: a task
 *
 * Gets how the command of a task that is finished ended. May be called from any thread.
 *
 * Returns: its exit status, or 128 and the signal that ended it; -1 before
 *
 * Since: 1.0
 */
int
mgr_task_get_exit_status (MgrTask *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MGR_IS_TASK (self), -1);

  locker = g_mutex_locker_new (&self->lock);
  return self->state == MGR_TASK_STATE_FINISHED && self->run != NULL ? self->run->exit_status
                                                                     : -1;
}

/* @result: (out) (transfer full) (nullable) */
static gboolean
task_take_result (MgrTask  *self,
                  GValue  **result,
                  GError  **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->state != MGR_TASK_STATE_FINISHED)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                   "Task “%s” is not finished: wait for it before", self->name);
      return FALSE;
    }
  if (self->reason != MGR_TASK_REASON_DONE)
    {
      g_propagate_error (error, g_error_copy (self->run->error));
      return FALSE;
    }

  if (self->run != NULL && self->run->result != NULL)
    *result = g_atomic_rc_box_acquire (self->run->result);
  return TRUE;
}

/**
 * mgr_task_get_result:
 * @self: a task
 * @result: (out) (optional): return location for a copy of what it set as its result; not
 *    initialised where it set none
 * @error: return location for a #GError
 *
 * Gets what a task that is finished resulted in. Fails with its own error if it was not
 * done, and with %MGR_ERROR_BUSY while it is not finished. May be called from any thread.
 *
 * Returns: %TRUE if it was done
 *
 * Since: 1.0
 */
gboolean
mgr_task_get_result (MgrTask  *self,
                     GValue   *result,
                     GError  **error)
{
  GValue *own = NULL;

  g_return_val_if_fail (MGR_IS_TASK (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!task_take_result (self, &own, error))
    return FALSE;

  if (result != NULL && own != NULL)
    {
      g_value_init (result, G_VALUE_TYPE (own));
      g_value_copy (own, result);
    }
  g_clear_pointer (&own, mgr_task_result_unref);
  return TRUE;
}

/* With the lock held, of a task that is finished. */
static GError *
task_copy_error (MgrTask *self)
{
  return self->reason != MGR_TASK_REASON_DONE ? g_error_copy (self->run->error) : NULL;
}

/* Takes @waiter, and @error. */
static void
answer (GTask  *waiter,
        GError *error)
{
  mgr_cancel_watch_free (g_task_get_task_data (waiter));
  if (error != NULL)
    g_task_return_error (waiter, error);
  else
    g_task_return_boolean (waiter, TRUE);
  g_object_unref (waiter);
}

/* What it depended on is let go with it: a long chain must not be freed as one. */
void
mgr_task_answer_waiters (MgrTask *self)
{
  g_autoptr (GPtrArray) dependencies = NULL;
  GSList *waiters = NULL;

  g_mutex_lock (&self->lock);
  if (self->setup != NULL)
    dependencies = g_steal_pointer (&self->setup->dependencies);
  if (self->run != NULL)
    waiters = g_slist_reverse (g_steal_pointer (&self->run->waiters));
  g_mutex_unlock (&self->lock);

  for (GSList *l = waiters; l != NULL; l = l->next)
    {
      GError *error;

      g_mutex_lock (&self->lock);
      error = task_copy_error (self);
      g_mutex_unlock (&self->lock);
      answer (l->data, error);
    }
  g_slist_free (waiters);
}

static gboolean
give_up_cb (gpointer user_data)
{
  GTask *waiter = user_data;
  MgrTask *self = g_task_get_source_object (waiter);
  GSList *link;

  g_mutex_lock (&self->lock);
  link = g_slist_find (self->run->waiters, waiter);
  self->run->waiters = g_slist_delete_link (self->run->waiters, link);
  g_mutex_unlock (&self->lock);

  if (link != NULL)
    answer (waiter, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                         "It is no longer waited for"));
  return G_SOURCE_REMOVE;
}

static void
waiter_cancelled_cb (gpointer user_data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_task_attach_source (user_data, source, give_up_cb);
}

/* With the lock held, so that it is not answered before; answer() ends the watch. */
static void
waiter_watch (GTask *waiter)
{
  MgrCancelWatch *watch;

  watch = mgr_cancel_watch_new (g_task_get_cancellable (waiter), waiter_cancelled_cb, waiter);
  g_task_set_task_data (waiter, watch, NULL);
}

/**
 * mgr_task_wait_async:
 * @self: a task that was submitted
 * @cancellable: (nullable): to wait no longer, which leaves the task alone
 * @callback: called in the thread-default context of the caller
 * @user_data: given to @callback
 *
 * Waits until the task is finished. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_task_wait_async (MgrTask             *self,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  GTask *waiter;
  MgrTaskRun *run;
  gboolean finished;
  GError *error = NULL;

  g_return_if_fail (MGR_IS_TASK (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  waiter = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (waiter, mgr_task_wait_async);

  g_mutex_lock (&self->lock);
  run = mgr_task_get_run (self);
  finished = self->state == MGR_TASK_STATE_FINISHED;
  if (finished)
    error = task_copy_error (self);
  else
    {
      run->waiters = g_slist_prepend (run->waiters, waiter);
      waiter_watch (waiter);
    }
  g_mutex_unlock (&self->lock);

  if (finished)
    answer (waiter, error);
}

/**
 * mgr_task_wait_finish:
 * @self: a task
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Completes mgr_task_wait_async().
 *
 * Returns: %TRUE if the task was done; %FALSE with the error it ended with otherwise
 *
 * Since: 1.0
 */
gboolean
mgr_task_wait_finish (MgrTask       *self,
                      GAsyncResult  *result,
                      GError       **error)
{
  g_return_val_if_fail (MGR_IS_TASK (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_task_wait_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Who comes late needs no context to be told in, and who comes too early would wait for
 * ever, as nobody else knows that the task is waited for. */
static gboolean
task_needs_no_wait (MgrTask  *self,
                    GError  **failure)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->state == MGR_TASK_STATE_NEW)
    *failure = g_error_new (MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                            "Task “%s” was not submitted, so it would never end: submit it first",
                            self->name);
  else if (self->state == MGR_TASK_STATE_FINISHED)
    *failure = task_copy_error (self);
  else
    return FALSE;

  return TRUE;
}

static void
wait_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

MgrScheduler *
mgr_task_ref_scheduler (MgrTask *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean unfinished = self->state != MGR_TASK_STATE_NEW && self->state != MGR_TASK_STATE_FINISHED;

  return unfinished ? g_object_ref (self->scheduler) : NULL;
}

static void
source_end (GSource *source)
{
  if (source == NULL)
    return;

  g_source_destroy (source);
  g_source_unref (source);
}

/* What is called while this blocks finds the context of the thread as it was. */
static GAsyncResult *
task_block (MgrTask      *self,
            GCancellable *cancellable)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (MgrScheduler) scheduler = mgr_task_ref_scheduler (self);
  GAsyncResult *result = NULL;
  GSource *watch = NULL;

  g_main_context_push_thread_default (context);
  mgr_task_wait_async (self, cancellable, wait_cb, &result);
  g_main_context_pop_thread_default (context);

  if (scheduler != NULL)
    watch = mgr_scheduler_watch_blocked (scheduler, context);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  source_end (watch);
  return result;
}

/**
 * mgr_task_wait:
 * @self: a task that was submitted
 * @cancellable: (nullable): to wait no longer, which leaves the task alone
 * @error: return location for a #GError
 *
 * Blocks until the task is finished. In the thread of the manager's owner the scheduler goes
 * on meanwhile: what is due to end is ended, what fits is started. What it has to ask or
 * tell the program there waits for the main context, so a task with #MgrTask:in-owner, or
 * of an executor without %MGR_EXECUTOR_THREAD_SAFE, is never finished if this is called
 * where it would begin. A task that was not submitted is %MGR_ERROR_INVALID_ARGUMENT. May
 * be called from any thread.
 *
 * Returns: %TRUE if the task was done; %FALSE with the error it ended with otherwise
 *
 * Since: 1.0
 */
gboolean
mgr_task_wait (MgrTask       *self,
               GCancellable  *cancellable,
               GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GError *failure = NULL;

  g_return_val_if_fail (MGR_IS_TASK (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (task_needs_no_wait (self, &failure))
    {
      if (failure == NULL)
        return TRUE;
      g_propagate_error (error, failure);
      return FALSE;
    }

  result = task_block (self, cancellable);
  return mgr_task_wait_finish (self, result, error);
}
