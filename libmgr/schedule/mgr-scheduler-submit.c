/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

#include "base/mgr-size.h"
#include "ledger/mgr-component-private.h"

/* How a task comes in: where it will run, what it is granted, and what it waits for. */

static gboolean
place_can_run (const MgrSchedulerPlace *place,
               const MgrTask           *task)
{
  MgrExecutorFlags wanted = task->func != NULL ? MGR_EXECUTOR_CLOSURES : MGR_EXECUTOR_COMMANDS;

  return (place->flags & wanted) != 0;
}

static MgrSchedulerPlace *
scheduler_find_named (MgrScheduler  *self,
                      MgrTask       *task,
                      const char    *name,
                      GError       **error)
{
  for (guint i = 0; i < self->places->len; i++)
    {
      MgrSchedulerPlace *place = g_ptr_array_index (self->places, i);

      if (!g_str_equal (place->name, name))
        continue;
      if (place_can_run (place, task))
        return place;

      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The executor “%s” cannot run task “%s”, which is a %s: it runs %s. Make the "
                   "task a %s, or name another executor", name, task->name,
                   task->func != NULL ? "function of this program" : "command",
                   task->func != NULL ? "commands alone" : "functions alone",
                   task->func != NULL ? "command" : "function");
      return NULL;
    }

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
               "There is no executor “%s” for task “%s”: add it to the scheduler, or name none",
               name, task->name);
  return NULL;
}

MgrSchedulerPlace *
mgr_scheduler_find_fitting (MgrScheduler *self,
                            MgrTask      *task,
                            gboolean      remote)
{
  MgrSchedulerPlace *last = NULL;

  for (guint i = 0; i < self->places->len; i++)
    {
      MgrSchedulerPlace *place = g_ptr_array_index (self->places, i);
      gboolean is_remote = (place->flags & MGR_EXECUTOR_REMOTE) != 0;
      gboolean in_owner = (place->flags & MGR_EXECUTOR_THREAD_SAFE) == 0;

      if (is_remote != remote || !place_can_run (place, task))
        continue;
      if (task->func != NULL && task->in_owner != in_owner)
        continue;
      if (!place->last)
        return place;
      last = place;
    }

  return last;
}

guint64
mgr_scheduler_find_limit (MgrScheduler  *self,
                          const MgrTask *task,
                          MgrComponent **narrowest)
{
  g_autoptr (MgrComponent) component = NULL;

  if (task->component != NULL)
    component = mgr_ledger_lookup (self->root->ledger, task->component);

  return mgr_component_get_limit (component != NULL ? component : self->root, narrowest);
}

void
mgr_scheduler_set_infeasible (MgrScheduler  *self,
                              const MgrTask *task,
                              guint64        grant,
                              GError       **error)
{
  g_autoptr (MgrComponent) narrowest = NULL;
  guint64 limit = mgr_scheduler_find_limit (self, task, &narrowest);
  g_autofree char *asked = mgr_size_format (grant);
  g_autofree char *budget = mgr_size_format (limit);
  g_autofree char *of = narrowest == self->root || narrowest == NULL
    ? g_strdup ("all")
    : g_strdup_printf ("“%s”", mgr_component_get_path (narrowest));

  g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
               "Task “%s” needs %s in “%s”, and the budget of %s (%s) can never hold that: "
               "declare less, raise that budget, or add an executor on other machines",
               task->name, asked, task->component != NULL ? task->component : "/", of, budget);
}

MgrSchedulerPlace *
mgr_scheduler_find_place (MgrScheduler  *self,
                          MgrTask       *task,
                          GError       **error)
{
  const char *name = task->setup != NULL ? task->setup->executor : NULL;
  guint64 grant = task->item.grant = mgr_scheduler_choose_grant (self, task);
  gboolean infeasible = grant > mgr_scheduler_find_limit (self, task, NULL);
  MgrSchedulerPlace *place;

  place = name != NULL ? scheduler_find_named (self, task, name, error)
                       : mgr_scheduler_find_fitting (self, task, FALSE);
  if (place == NULL && name != NULL)
    return NULL;
  if (place != NULL && (!infeasible || (place->flags & MGR_EXECUTOR_REMOTE) != 0))
    return place;

  if (name == NULL && (!infeasible || self->spill != MGR_SPILL_NEVER))
    place = mgr_scheduler_find_fitting (self, task, TRUE);
  else
    place = NULL;
  if (place != NULL)
    return place;

  if (infeasible)
    mgr_scheduler_set_infeasible (self, task, grant, error);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                 "No executor can run task “%s”, which is a %s: add one that can", task->name,
                 task->func != NULL ? "function of this program" : "command");
  return NULL;
}

/* What limits those of a branch and nothing else is below the budget of all. */
static MgrComponent *
component_get_branch (MgrComponent *component)
{
  MgrComponent *parent;

  while (component != NULL && (parent = mgr_component_get_parent (component)) != NULL
         && mgr_component_get_parent (parent) != NULL)
    component = parent;

  return component;
}

static MgrSchedulerPart *
part_new (MgrScheduler      *self,
          MgrComponent      *component,
          MgrSchedulerPlace *place)
{
  MgrSchedulerPart *part = g_new0 (MgrSchedulerPart, 1);

  mgr_schedule_share_init (&part->share, MGR_BUDGET_NONE);
  part->component = component != NULL ? g_object_ref (component) : NULL;
  part->place = place;
  part->share.branch = component_get_branch (component);
  part->limit = component != NULL ? mgr_component_get_limit (component, NULL) : MGR_BUDGET_NONE;
  g_ptr_array_add (self->parts, part);
  mgr_schedule_core_add_share (self->core, &part->share);
  return part;
}

MgrSchedulerPart *
mgr_scheduler_find_part (MgrScheduler       *self,
                         MgrTask            *task,
                         MgrSchedulerPlace  *place,
                         GError            **error)
{
  g_autoptr (MgrComponent) component = NULL;

  if ((place->flags & MGR_EXECUTOR_REMOTE) == 0)
    {
      component = task->component != NULL
        ? mgr_ledger_require (self->root->ledger, task->component, error)
        : g_object_ref (self->root);
      if (component == NULL)
        return NULL;
    }

  for (guint i = 0; i < self->parts->len; i++)
    {
      MgrSchedulerPart *part = g_ptr_array_index (self->parts, i);

      if (part->component != component || part->place != place)
        continue;
      part->limit = MAX (part->limit, task->item.grant);
      return part;
    }

  return part_new (self, component, place);
}

void
mgr_scheduler_enqueue (MgrScheduler *self,
                       MgrTask      *task)
{
  if (((MgrSchedulerPart *) task->item.share)->gone)
    {
      mgr_scheduler_finish_homeless (self, task);
      return;
    }

  g_hash_table_remove (self->pending, task);
  mgr_scheduler_expect_duration (self, task);
  mgr_schedule_core_add (self->core, &task->item);
}

/* Returns whether it is ours then, for good or until it is refused. */
static gboolean
scheduler_claim (MgrScheduler  *self,
                 MgrTask       *task,
                 GError       **error)
{
  if (self->closed)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED,
                   "The scheduler is closed: task “%s” was not taken", task->name);
      return FALSE;
    }

  return mgr_scheduler_claim (self, task, error);
}

static gboolean
task_check (MgrTask  *task,
            GError  **error)
{
  if (task->func != NULL || (task->setup != NULL && task->setup->argv != NULL))
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "Task “%s” has neither a function nor a command: set its argv", task->name);
  return FALSE;
}

/* @failed: (nullable): how it ended that something it depends on did not get done */
static void
scheduler_take_in (MgrScheduler      *self,
                   MgrTask           *task,
                   MgrSchedulerPlace *place,
                   MgrSchedulerPart  *part,
                   const GError      *failed)
{
  gboolean remote = (place->flags & MGR_EXECUTOR_REMOTE) != 0;

  task->item.submitted = mgr_clock_get_time (self->clock);
  task->item.share = &part->share;
  task->item.elsewhere = remote;
  task->item.retriable = task->preemptible;
  for (guint i = 0; i < self->places->len; i++)
    if (g_ptr_array_index (self->places, i) == place)
      task->place = (guint8) i;

  g_mutex_lock (&task->lock);
  task->item.id = ++self->figures.submitted;
  task->state = MGR_TASK_STATE_WAITING;
  g_mutex_unlock (&task->lock);

  self->n_unfinished++;
  if (task->item.deadline != G_MAXINT64)
    g_hash_table_add (self->dated, task);
  g_ptr_array_add (self->came, g_object_ref (task));
  if (failed != NULL)
    mgr_scheduler_finish (self, task, MGR_TASK_REASON_CANCELLED, failed);
  else if (task->item.deadline <= task->item.submitted)
    mgr_scheduler_finish (self, task, MGR_TASK_REASON_TIMEOUT, NULL);
  else if (task->n_pending == 0)
    mgr_scheduler_enqueue (self, task);
  else
    g_hash_table_add (self->pending, task);
}

/* Returns: (nullable): what it takes its memory from, or %NULL where it is refused */
static MgrSchedulerPart *
scheduler_place (MgrScheduler  *self,
                 MgrTask       *task,
                 GError       **error)
{
  g_autoptr (GError) failed = NULL;
  MgrSchedulerPlace *place;
  MgrSchedulerPart *part;

  if (!task_check (task, error))
    return NULL;

  place = mgr_scheduler_find_place (self, task, error);
  part = place != NULL ? mgr_scheduler_find_part (self, task, place, error) : NULL;
  if (part == NULL || !mgr_scheduler_link (self, task, &failed, error))
    return NULL;

  scheduler_take_in (self, task, place, part, failed);
  return part;
}

/**
 * mgr_scheduler_submit:
 * @self: a scheduler
 * @task: a task
 * @error: return location for a #GError
 *
 * Has @task wait for its memory and its turn, and run then. The scheduler keeps it until it
 * is finished. What can never fit is %MGR_ERROR_INFEASIBLE, a component or an executor
 * that is not there %MGR_ERROR_NOT_FOUND, a task that was submitted before
 * %MGR_ERROR_BUSY, one that depends on a task of another scheduler, or is waited for by
 * one, %MGR_ERROR_INVALID_ARGUMENT; the task can then be changed and submitted again. What
 * was submitted before what it depends on ends with the error with which that is refused.
 * May be called from any thread.
 *
 * Returns: %TRUE if it was taken
 *
 * Since: 1.0
 */
gboolean
mgr_scheduler_submit (MgrScheduler  *self,
                      MgrTask       *task,
                      GError       **error)
{
  MgrSchedulerPart *part = NULL;
  GError *refusal = NULL;
  gboolean claimed;
  gboolean news;

  g_return_val_if_fail (MGR_IS_SCHEDULER (self), FALSE);
  g_return_val_if_fail (MGR_IS_TASK (task), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_mutex_lock (&self->lock);
  claimed = scheduler_claim (self, task, &refusal);
  if (claimed)
    part = scheduler_place (self, task, &refusal);
  if (part == NULL)
    mgr_scheduler_record_refusal (self, task, refusal);
  if (part == NULL && claimed)
    mgr_scheduler_disclaim (self, task, refusal);
  news = mgr_scheduler_has_news (self);
  g_mutex_unlock (&self->lock);

  if (part != NULL)
    mgr_task_say_state (task);
  if (news)
    mgr_scheduler_tell (self);
  if (part == NULL)
    {
      g_propagate_error (error, refusal);
      return FALSE;
    }

  mgr_scheduler_dispatch (self);
  return TRUE;
}
