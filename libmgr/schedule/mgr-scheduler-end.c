/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

#include "base/mgr-size.h"

/* How an attempt ends, and whether there will be another. */

static void
scheduler_measure (MgrScheduler *self,
                   MgrTask      *task,
                   guint64       bytes)
{
  const MgrScheduleShare *whole = mgr_schedule_core_get_whole (self->core);

  task->run->peak = MAX (task->run->peak, bytes);
  mgr_schedule_core_measure (self->core, &task->item, bytes);
  mgr_scheduler_say_promised (self);
  if (whole->committed > whole->budget)
    self->figures.overcommit = MAX (self->figures.overcommit, whole->committed - whole->budget);
}

void
mgr_scheduler_attempt_measured (MgrScheduler   *self,
                                MgrTaskAttempt *attempt,
                                guint64         bytes)
{
  MgrTask *task = attempt->task;

  g_mutex_lock (&self->lock);
  g_mutex_lock (&task->lock);
  if (task->run != NULL && task->run->attempt == attempt)
    scheduler_measure (self, task, bytes);
  g_mutex_unlock (&task->lock);
  g_mutex_unlock (&self->lock);
}

/* What it was ended for counts, unless it got done all the same. */
static MgrTaskReason
task_judge (MgrTask       *task,
            MgrTaskReason  told,
            const GError  *error)
{
  gboolean gave_up = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  if (told == MGR_TASK_REASON_DONE || told == MGR_TASK_REASON_OOM)
    return told;
  if (task->end_as != MGR_TASK_REASON_NONE)
    return task->end_as;
  if (told == MGR_TASK_REASON_ERROR && gave_up)
    return task->yields ? MGR_TASK_REASON_PREEMPTED : MGR_TASK_REASON_CANCELLED;

  return told;
}

/* No more than the budgets are, though what is left of them is read while others end. */
static guint64
scheduler_get_cap (MgrScheduler *self,
                   MgrTask      *task)
{
  const MgrSchedulerPart *part = (const MgrSchedulerPart *) task->item.share;
  guint64 budget = mgr_schedule_core_get_whole (self->core)->budget;
  guint64 all = mgr_component_get_budget (self->root);
  guint64 own;

  if (task->item.elsewhere)
    return G_MAXUINT64;

  own = part->component != NULL ? mgr_component_get_budget (part->component) : 0;
  budget = MIN (budget, part->share.budget);
  budget = all > 0 ? MIN (budget, all) : budget;
  return own > 0 ? MIN (budget, own) : budget;
}

/* What the next attempt is granted, or 0 if that could not be more. */
static guint64
scheduler_grow_grant (MgrScheduler *self,
                      MgrTask      *task)
{
  guint64 cap = scheduler_get_cap (self, task);
  guint64 grant = task->item.grant;
  guint64 next;

  next = mgr_grant_after_oom (grant, task->run->peak, cap);
  next = MIN (MAX (next, task->memory), cap);
  return next > grant ? next : 0;
}

/* What no longer fits here may fit elsewhere. */
static gboolean
scheduler_tries_with_more (MgrScheduler *self,
                           MgrTask      *task)
{
  guint64 before = task->item.grant;
  guint64 grant = task->preemptible ? scheduler_grow_grant (self, task) : 0;

  if (grant == 0 && task->preemptible && !task->item.elsewhere && self->spill != MGR_SPILL_NEVER
      && mgr_scheduler_move_away (self, task, "it needs more memory than there is here"))
    grant = scheduler_grow_grant (self, task);

  if (grant > 0)
    task->item.grant = grant;
  mgr_scheduler_record_oom (self, task, before, grant > 0);
  return grant > 0;
}

/* Whether there will be another attempt. Each reason has a count of its own. */
static gboolean
scheduler_tries_again (MgrScheduler  *self,
                       MgrTask       *task,
                       MgrTaskReason  reason)
{
  switch (reason)
    {
    case MGR_TASK_REASON_PREEMPTED:
      self->figures.preempted++;
      return task->preemptible;
    case MGR_TASK_REASON_OOM:
      self->figures.oom++;
      return scheduler_tries_with_more (self, task);
    case MGR_TASK_REASON_ERROR:
    case MGR_TASK_REASON_LOST:
      return task->n_errors++ < task->max_retries;
    case MGR_TASK_REASON_NONE:
    case MGR_TASK_REASON_DONE:
    case MGR_TASK_REASON_TIMEOUT:
    case MGR_TASK_REASON_CANCELLED:
    default:
      return FALSE;
    }
}

/* What is known of it: nobody measures a function that says nothing itself. */
static GError *
task_explain_oom (MgrTask      *task,
                  const GError *error)
{
  guint64 most = task->run != NULL ? task->run->peak : 0;
  g_autofree char *grant = mgr_size_format (task->item.grant);
  g_autofree char *peak = mgr_size_format (most);
  g_autofree char *what = most > task->item.grant
    ? g_strdup_printf ("took %s and was granted %s", peak, grant)
    : g_strdup_printf ("did not get by with the %s that it was granted", grant);
  g_autofree char *cause = error != NULL ? g_strdup_printf (" (%s)", error->message) : g_strdup ("");

  return g_error_new (MGR_ERROR, MGR_ERROR_NO_BUDGET, "Task “%s” %s%s, and %s", task->name, what,
                      cause,
                      task->preemptible ? "there is no more for it: make it smaller, or raise the "
                                          "budget of its component"
                                        : "may not be run again: declare more");
}

/* It ran, or something that it waited for did not get done. */
static GError *
task_explain_cancelled (MgrTask      *task,
                        const GError *error)
{
  gboolean ran = task->n_attempts > 0;

  if (error == NULL || (ran && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    return g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Task “%s” was cancelled", task->name);

  return g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Task “%s” %s: %s", task->name,
                      ran ? "was cancelled" : "did not run", error->message);
}

static GError *
task_explain (MgrTask       *task,
              MgrTaskReason  reason,
              const GError  *error)
{
  if (reason == MGR_TASK_REASON_DONE)
    return NULL;
  if (error != NULL && (reason == MGR_TASK_REASON_ERROR || reason == MGR_TASK_REASON_LOST))
    return g_error_copy (error);

  switch (reason)
    {
    case MGR_TASK_REASON_OOM:
      return task_explain_oom (task, error);
    case MGR_TASK_REASON_TIMEOUT:
      return g_error_new (MGR_ERROR, MGR_ERROR_TIMED_OUT, "Task “%s” was not %s", task->name,
                          task->n_attempts > 0 ? "done in time" : "started before its deadline");
    case MGR_TASK_REASON_CANCELLED:
      return task_explain_cancelled (task, error);
    case MGR_TASK_REASON_PREEMPTED:
      return g_error_new (MGR_ERROR, MGR_ERROR_NO_BUDGET,
                          "Task “%s” had to make room and may not be run again", task->name);
    case MGR_TASK_REASON_LOST:
      return g_error_new (MGR_ERROR, MGR_ERROR_FAILED,
                          "Its executor lost sight of task “%s”", task->name);
    case MGR_TASK_REASON_NONE:
    case MGR_TASK_REASON_DONE:
    case MGR_TASK_REASON_ERROR:
    default:
      return g_error_new (MGR_ERROR, MGR_ERROR_FAILED, "Task “%s” failed", task->name);
    }
}

static GPtrArray *
task_end (MgrTask       *task,
          const char    *executor,
          MgrTaskReason  reason,
          const GError  *error,
          gint64         now,
          gboolean      *answers)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&task->lock);
  MgrTaskRun *run = mgr_task_get_run (task);

  run->executor = g_intern_string (executor);
  task->state = MGR_TASK_STATE_FINISHED;
  task->reason = reason;
  run->ended = now;
  g_clear_error (&run->error);
  run->error = task_explain (task, reason, error);
  *answers = run->waiters != NULL || (task->setup != NULL && task->setup->dependencies != NULL);
  return task->setup != NULL ? g_steal_pointer (&task->setup->dependents) : NULL;
}

/* A long chain of tasks must not become a deep stack, and the last reference to one must
 * not go while the lock is held. */
void
mgr_scheduler_finish (MgrScheduler  *self,
                      MgrTask       *task,
                      MgrTaskReason  reason,
                      const GError  *error)
{
  g_autoptr (GPtrArray) to_end = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 now = mgr_clock_get_time (self->clock);

  g_ptr_array_add (to_end, g_object_ref (task));
  for (guint i = 0; i < to_end->len; i++)
    {
      MgrTask *one = g_ptr_array_index (to_end, i);
      MgrTaskReason own = i == 0 ? reason : MGR_TASK_REASON_CANCELLED;
      g_autoptr (GPtrArray) dependents = NULL;
      const MgrSchedulerPlace *place;
      gboolean answers;

      if (one->state == MGR_TASK_STATE_FINISHED)
        {
          g_ptr_array_add (self->to_answer, g_object_ref (one));
          continue;
        }

      place = g_ptr_array_index (self->places, one->place);
      dependents = task_end (one, place->name, own, i == 0 ? error : task->run->error, now,
                             &answers);
      self->figures.ended[own]++;
      self->n_unfinished--;
      g_hash_table_remove (self->dated, one);
      g_hash_table_remove (self->pending, one);
      mgr_scheduler_record_end (self, one);
      g_ptr_array_add (self->ended, g_object_ref (one));
      if (answers)
        g_ptr_array_add (self->to_answer, g_object_ref (one));
      for (guint j = 0; dependents != NULL && j < dependents->len; j++)
        {
          MgrTask *dependent = g_ptr_array_index (dependents, j);

          if (own != MGR_TASK_REASON_DONE || dependent->state == MGR_TASK_STATE_FINISHED)
            g_ptr_array_add (to_end, g_object_ref (dependent));
          else if (--dependent->n_pending == 0)
            mgr_scheduler_enqueue (self, dependent);
        }
    }
}

static void
task_wait_again (MgrTask       *task,
                 MgrTaskReason  reason)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&task->lock);

  task->state = MGR_TASK_STATE_WAITING;
  task->reason = reason;
}

/* With the lock held. Returns (transfer full) (nullable): the attempt, if it ran. */
static MgrTaskAttempt *
task_take_attempt (MgrTask        *task,
                   MgrTaskAttempt *attempt,
                   int             exit_status)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&task->lock);

  if (task->run == NULL || task->run->attempt != attempt)
    return NULL;

  task->run->exit_status = exit_status;
  return g_steal_pointer (&task->run->attempt);
}

static void
scheduler_end (MgrScheduler  *self,
               MgrTask       *task,
               MgrTaskReason  told,
               const GError  *error)
{
  gint64 now = mgr_clock_get_time (self->clock);
  MgrTaskReason reason = task_judge (task, told, error);

  mgr_schedule_core_end (self->core, &task->item, now);
  mgr_scheduler_say_promised (self);
  ((MgrSchedulerPlace *) g_ptr_array_index (self->places, task->place))->n_running--;
  task->end_as = MGR_TASK_REASON_NONE;
  self->blocked_since = 0;
  if (reason == MGR_TASK_REASON_DONE)
    mgr_scheduler_learn (self, task, now);

  if (!self->closed && scheduler_tries_again (self, task, reason))
    {
      task_wait_again (task, reason);
      mgr_scheduler_enqueue (self, task);
    }
  else
    {
      mgr_scheduler_finish (self, task, reason, error);
    }
}

void
mgr_scheduler_attempt_finished (MgrScheduler   *self,
                                MgrTaskAttempt *attempt,
                                MgrTaskReason   reason,
                                int             exit_status,
                                const GError   *error)
{
  g_autoptr (MgrScheduler) keep_alive = g_object_ref (self);
  g_autoptr (MgrTask) task = g_object_ref (attempt->task);
  g_autoptr (MgrTaskAttempt) taken = NULL;
  gboolean news;

  /* Before the end can be seen: who waits for it finds the memory free. */
  if (attempt->reservation != 0)
    mgr_component_release (attempt->component, attempt->reservation, NULL);

  g_mutex_lock (&self->lock);
  taken = task_take_attempt (task, attempt, exit_status);
  if (taken != NULL)
    scheduler_end (self, task, reason, error);
  news = mgr_scheduler_has_news (self);
  g_mutex_unlock (&self->lock);
  if (taken == NULL)
    return;

  mgr_task_say_state (task);
  if (news)
    mgr_scheduler_tell (self);
  mgr_scheduler_dispatch (self);
}
