/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

#include "base/mgr-size.h"
#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"

/* Why a task does not run, with the figures that were decided by. */

/* So many of those that a task waits for are named. */
#define NAMES_TOLD 3

static const char *
level_get_nick (MgrPressureLevel level)
{
  return mgr_enum_get_nick (MGR_TYPE_PRESSURE_LEVEL, (int) level);
}

static char *
format_span (gint64 time)
{
  return g_strdup_printf ("%.1f s", (double) MAX (time, 0) / G_TIME_SPAN_SECOND);
}

/* What is asked of a part of the memory, and who has it. */
static char *
explain_budget (const MgrScheduleShare *share,
                const MgrTask          *task,
                const char             *of)
{
  g_autofree char *grant = mgr_size_format (task->item.grant);
  g_autofree char *budget = mgr_size_format (share->budget);
  g_autofree char *committed = mgr_size_format (share->committed);
  g_autofree char *room = mgr_size_format (mgr_schedule_share_get_room (share));

  return g_strdup_printf ("it needs %s, and %s has %s for tasks: %u that run have %s of it, and "
                          "%s are left", grant, of, budget, share->running->len, committed, room);
}

/* As before; where @beyond, the end of no task would help. */
static char *
explain_share (const MgrScheduleShare *share,
               const MgrTask          *task,
               const char             *of,
               gboolean                beyond)
{
  g_autofree char *grant = NULL;
  g_autofree char *budget = NULL;
  g_autofree char *missing = NULL;

  if (!beyond || task->item.grant <= share->budget)
    return explain_budget (share, task, of);

  grant = mgr_size_format (task->item.grant);
  budget = mgr_size_format (share->budget);
  missing = mgr_size_format (task->item.grant - share->budget);
  return g_strdup_printf ("it needs %s, and %s has %s for tasks: the rest is held by others, or "
                          "guaranteed to them, and %s of it have to be given up first; smaller "
                          "tasks go before it", grant, of, budget, missing);
}

static char *
explain_memory (MgrScheduler            *self,
                const MgrTask           *task,
                const MgrScheduleMoment *moment,
                gboolean                 beyond)
{
  g_autofree char *grant = mgr_size_format (task->item.grant);
  g_autofree char *available = mgr_size_format (moment->available);
  g_autofree char *unused = mgr_size_format (mgr_schedule_core_get_whole (self->core)->unused);
  g_autofree char *headroom = mgr_size_format (moment->headroom);

  return g_strdup_printf ("it needs %s, and %s are free by measure, of which %s are promised to "
                          "tasks that run and %s stay free%s", grant, available, unused, headroom,
                          beyond ? ": others have to give some back first, and smaller tasks go "
                                   "before it" : "");
}

static char *
explain_reserved (MgrScheduler  *self,
                  const MgrTask *task,
                  gint64         now)
{
  const MgrScheduleItem *head = mgr_schedule_core_find_head (self->core, &task->item, now);
  g_autofree char *grant = mgr_size_format (head->grant);

  return g_strdup_printf ("it fits, but room is kept for task %" G_GUINT64_FORMAT ", “%s”, which "
                          "comes first and needs %s", head->id,
                          mgr_task_of_item ((MgrScheduleItem *) head)->name, grant);
}

static char *
explain_place (const MgrSchedulerPlace *place)
{
  return g_strdup_printf ("its executor “%s” runs %u at once, and %u run",
                          place->name, place->slots,
                          place->n_running);
}

static char *
explain_turn (MgrTask *task)
{
  return g_strdup_printf ("it fits, and %d of its component come before it",
                          g_sequence_iter_get_position (task->item.place));
}

static char *
explain_obstacle (MgrScheduler *self,
                  MgrTask      *task)
{
  MgrScheduleMoment moment = mgr_scheduler_get_moment (self);
  MgrPressureLevel gate = mgr_schedule_core_get_gate (task->item.priority);
  g_autofree char *of = NULL;

  MgrScheduleVerdict verdict = mgr_schedule_core_judge (self->core, &task->item, &moment);
  gboolean beyond = mgr_schedule_core_is_beyond (self->core, &task->item, verdict, &moment);

  switch (verdict)
    {
    case MGR_SCHEDULE_PRESSURE:
      return g_strdup_printf ("pressure is %s, and tasks of priority %s start up to %s",
                              level_get_nick (moment.level),
                              mgr_enum_get_nick (MGR_TYPE_TASK_PRIORITY, task->item.priority),
                              level_get_nick (gate));
    case MGR_SCHEDULE_NOT_READY:
      return explain_place (g_ptr_array_index (self->places, task->place));
    case MGR_SCHEDULE_NO_BUDGET:
      return explain_share (mgr_schedule_core_get_whole (self->core), task, "the budget of all",
                            beyond);
    case MGR_SCHEDULE_NO_SHARE:
      of = g_strdup_printf ("component “%s”", task->component != NULL ? task->component : "/");
      return explain_share (task->item.share, task, of, beyond);
    case MGR_SCHEDULE_NO_MEMORY:
      return explain_memory (self, task, &moment, beyond);
    case MGR_SCHEDULE_RESERVED:
      return explain_reserved (self, task, moment.now);
    case MGR_SCHEDULE_FITS:
    case MGR_SCHEDULE_EMPTY:
    default:
      return explain_turn (task);
    }
}

static char *
explain_dependencies (MgrTask *task)
{
  GPtrArray *dependencies = task->setup->dependencies;
  g_autoptr (GString) names = g_string_new (NULL);
  guint n_told = 0;

  for (guint i = 0; i < dependencies->len && n_told < NAMES_TOLD; i++)
    {
      MgrTask *before = g_ptr_array_index (dependencies, i);
      MgrTaskState state = mgr_task_get_state (before);

      if (state == MGR_TASK_STATE_FINISHED)
        continue;
      g_string_append_printf (names, "%s“%s”%s", n_told++ > 0 ? ", " : "", before->name,
                              state == MGR_TASK_STATE_NEW ? " (never submitted)" : "");
    }

  return g_strdup_printf ("%u that it depends on are not done: %s%s", task->n_pending, names->str,
                          task->n_pending > n_told ? ", …" : "");
}

static char *
explain_waiting (MgrScheduler *self,
                 MgrTask      *task)
{
  gint64 waited = mgr_clock_get_time (self->clock) - task->item.submitted;
  g_autofree char *since = format_span (waited);
  g_autofree char *why = NULL;

  if (task->item.place == NULL && task->n_pending > 0)
    why = explain_dependencies (task);
  else if (self->paused)
    why = g_strdup ("the scheduler is paused");
  else if (task->item.place == NULL)
    why = g_strdup ("it is about to start");
  else
    why = explain_obstacle (self, task);

  return g_strdup_printf ("Task %" G_GUINT64_FORMAT ", “%s”, waits for %s: %s", task->item.id,
                          task->name, since, why);
}

static char *
explain_running (MgrScheduler *self,
                 MgrTask      *task)
{
  const MgrSchedulerPlace *place = g_ptr_array_index (self->places, task->place);
  gint64 ran = mgr_clock_get_time (self->clock) - task->item.started;
  g_autofree char *since = format_span (ran);
  g_autofree char *grant = mgr_size_format (task->item.grant);
  g_autofree char *measured = mgr_size_format (task->item.measured);

  return g_strdup_printf ("Task %" G_GUINT64_FORMAT ", “%s”, runs for %s in “%s”, attempt %u: it "
                          "was granted %s and holds %s%s", task->item.id, task->name, since,
                          place->name, task->n_attempts, grant,
                          measured, task->yields ? "; it was asked to make room" : "");
}

static char *
explain_finished (MgrTask *task)
{
  g_autoptr (GError) error = NULL;

  if (mgr_task_get_result (task, NULL, &error))
    return g_strdup_printf ("Task %" G_GUINT64_FORMAT ", “%s”, is done", task->item.id, task->name);

  return g_strdup_printf ("Task %" G_GUINT64_FORMAT ", “%s”, ended, %s: %s", task->item.id,
                          task->name, mgr_enum_get_nick (MGR_TYPE_TASK_REASON, task->reason),
                          error->message);
}

/**
 * mgr_scheduler_explain:
 * @self: a scheduler
 * @task: a task
 *
 * Tells why a task waits, with the figures that were decided by: what it needs, what is
 * left of the budgets and of what is free by measure, who comes before it, and how high
 * pressure may be for it. Of a task that runs or is finished it tells that. For people; may
 * be called from any thread.
 *
 * Returns: (transfer full): a sentence
 *
 * Since: 1.0
 */
char *
mgr_scheduler_explain (MgrScheduler *self,
                       MgrTask      *task)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MGR_IS_SCHEDULER (self), NULL);
  g_return_val_if_fail (MGR_IS_TASK (task), NULL);

  locker = g_mutex_locker_new (&self->lock);
  if (task->scheduler != self)
    return g_strdup_printf ("Task “%s” was not submitted here", task->name);

  switch (mgr_task_get_state (task))
    {
    case MGR_TASK_STATE_RUNNING:
      return explain_running (self, task);
    case MGR_TASK_STATE_FINISHED:
      return explain_finished (task);
    case MGR_TASK_STATE_NEW:
    case MGR_TASK_STATE_WAITING:
    default:
      return explain_waiting (self, task);
    }
}
