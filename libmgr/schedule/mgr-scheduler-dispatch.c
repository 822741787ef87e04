/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

#include "base/mgr-owner-context-private.h"
#include "ledger/mgr-component-private.h"

/* Who may start is started, in the thread that made it possible. */

/* Reading what is free costs more than starting a small task. */
#define MEASURE_INTERVAL (50 * G_TIME_SPAN_MILLISECOND)

static void
scheduler_measure (MgrScheduler *self,
                   gint64        now)
{
  if (self->limits == NULL)
    {
      self->available = G_MAXUINT64;
      return;
    }
  if (self->measured_at > 0 && now - self->measured_at < MEASURE_INTERVAL)
    return;

  /* Where nothing can be measured the budgets alone decide. */
  mgr_memory_limits_refresh (self->limits, NULL);
  self->available = mgr_memory_limits_get_limit (self->limits) > 0
                      ? mgr_memory_limits_get_headroom (self->limits)
                      : G_MAXUINT64;
  self->measured_at = now;
}

/* What a component could still give, beside what its tasks have: others use it too. */
static void
share_follow (MgrScheduleShare *share,
              guint64           available)
{
  guint64 reserved = 0;

  for (guint i = 0; i < share->running->len; i++)
    reserved += ((MgrScheduleItem *) g_ptr_array_index (share->running, i))->grant;

  share->budget = available < G_MAXUINT64 - reserved ? available + reserved : G_MAXUINT64;
}

static void
scheduler_follow_budgets (MgrScheduler *self)
{
  guint64 available = mgr_component_get_available (self->root);

  share_follow (mgr_schedule_core_get_whole (self->core), available);
  for (guint i = 0; i < self->parts->len; i++)
    {
      MgrSchedulerPart *part = g_ptr_array_index (self->parts, i);

      if (mgr_schedule_share_is_idle (&part->share))
        continue;
      if (part->component == self->root)
        share_follow (&part->share, available);
      else if (part->component != NULL)
        share_follow (&part->share, mgr_component_get_available (part->component));
    }
}

MgrScheduleMoment
mgr_scheduler_get_moment (MgrScheduler *self)
{
  gint64 now = mgr_clock_get_time (self->clock);
  MgrScheduleMoment moment = { .headroom = self->headroom, .now = now };

  scheduler_measure (self, now);
  scheduler_follow_budgets (self);
  moment.available = self->available;
  moment.level = self->monitor != NULL ? mgr_pressure_monitor_get_level (self->monitor)
                                       : MGR_PRESSURE_LEVEL_NORMAL;
  return moment;
}

/* As long as others leave no memory, one runs at a time; nothing does in an emergency. */
static MgrScheduleItem *
scheduler_force (MgrScheduler      *self,
                 MgrScheduleMoment *moment)
{
  MgrScheduleVerdict verdict;
  MgrScheduleItem *first;

  if (!self->forced || mgr_schedule_core_get_whole (self->core)->committed > 0
      || moment->level >= MGR_PRESSURE_LEVEL_EMERGENCY)
    return NULL;

  moment->available = G_MAXUINT64;
  moment->level = MGR_PRESSURE_LEVEL_NORMAL;
  return mgr_schedule_core_take (self->core, moment, &verdict, &first);
}

static MgrScheduleItem *
scheduler_pick (MgrScheduler *self)
{
  MgrScheduleMoment moment = mgr_scheduler_get_moment (self);
  MgrScheduleVerdict verdict;
  MgrScheduleItem *first;
  MgrScheduleItem *item = mgr_schedule_core_take (self->core, &moment, &verdict, &first);

  mgr_scheduler_note_lack (self, first, verdict);
  self->blocked_by = mgr_schedule_core_get_beyond (self->core);
  if (item != NULL)
    {
      self->forced = self->forced && item->elsewhere;
      self->stall_step = 0;
    }
  else
    {
      item = scheduler_force (self, &moment);
    }

  if (item != NULL || self->blocked_by == MGR_SCHEDULE_EMPTY)
    self->blocked_since = 0;
  else if (self->blocked_since == 0)
    self->blocked_since = moment.now;
  return item;
}

/* With the lock held. Returns: (transfer full) (nullable) */
static MgrTaskAttempt *
scheduler_take (MgrScheduler *self)
{
  MgrScheduleItem *item;
  MgrTaskAttempt *attempt;
  MgrTask *task;

  if (self->paused || self->closed || mgr_schedule_core_get_waiting (self->core) == 0)
    return NULL;

  item = scheduler_pick (self);
  if (item == NULL)
    return NULL;

  mgr_scheduler_say_promised (self);
  task = mgr_task_of_item (item);
  attempt = mgr_task_attempt_new (self, task, task->n_attempts + 1u, item->grant);
  ((MgrSchedulerPlace *) g_ptr_array_index (self->places, task->place))->n_running++;
  return attempt;
}

/* Without the lock: the ledger may find that somebody else was faster, or that the component
 * was removed. */
static gboolean
scheduler_reserve (MgrTaskAttempt *attempt)
{
  MgrSchedulerPart *part = (MgrSchedulerPart *) attempt->task->item.share;

  if (part->component == NULL || attempt->grant == 0)
    return TRUE;

  attempt->component = g_object_ref (part->component);
  attempt->reservation = mgr_component_reserve (attempt->component, attempt->grant, NULL);
  return attempt->reservation != 0;
}

static void
scheduler_put_back (MgrScheduler   *self,
                    MgrTaskAttempt *attempt)
{
  MgrTask *task = attempt->task;

  g_mutex_lock (&self->lock);
  mgr_schedule_core_end (self->core, &task->item, mgr_clock_get_time (self->clock));
  mgr_scheduler_say_promised (self);
  mgr_scheduler_enqueue (self, task);
  ((MgrSchedulerPlace *) g_ptr_array_index (self->places, task->place))->n_running--;
  g_mutex_unlock (&self->lock);
  mgr_scheduler_tell (self);
}

/* It may have been cancelled since it was taken. */
static void
scheduler_mark_running (MgrScheduler   *self,
                        MgrTaskAttempt *attempt)
{
  MgrTask *task = attempt->task;

  g_mutex_lock (&self->lock);
  g_mutex_lock (&task->lock);
  task->state = MGR_TASK_STATE_RUNNING;
  task->n_attempts++;
  task->yields = FALSE;
  mgr_task_get_run (task)->attempt = mgr_task_attempt_ref (attempt);
  g_mutex_unlock (&task->lock);
  if (task->end_as != MGR_TASK_REASON_NONE)
    g_cancellable_cancel (attempt->cancellable);
  if (attempt->number == 1)
    mgr_wait_times_add (&self->waits, task->item.started - task->item.submitted);
  mgr_scheduler_record_start (self, task);
  g_mutex_unlock (&self->lock);

  mgr_task_say_state (task);
}

static void
place_start (MgrSchedulerPlace *place,
             MgrTaskAttempt    *attempt)
{
  g_autoptr (GError) error = NULL;

  if (g_cancellable_is_cancelled (attempt->cancellable))
    mgr_task_attempt_report_finished (attempt, MGR_TASK_REASON_CANCELLED, -1, NULL);
  else if (!mgr_executor_start (place->executor, attempt, &error))
    mgr_task_attempt_report_finished (attempt, MGR_TASK_REASON_ERROR, -1, error);
}

static void
start_cb (gpointer object,
          gpointer user_data)
{
  place_start (mgr_scheduler_get_place (MGR_SCHEDULER (object), user_data), user_data);
}

static void
scheduler_start (MgrScheduler   *self,
                 MgrTaskAttempt *attempt)
{
  MgrSchedulerPlace *place = mgr_scheduler_get_place (self, attempt);

  scheduler_mark_running (self, attempt);
  if (place->flags & MGR_EXECUTOR_THREAD_SAFE)
    place_start (place, attempt);
  else
    mgr_owner_context_post (self->context, self, start_cb, mgr_task_attempt_ref (attempt),
                            (GDestroyNotify) mgr_task_attempt_unref);
}

/* Returns whether the watch has to be armed. */
static gboolean
scheduler_start_all (MgrScheduler *self)
{
  gboolean arms;

  for (;;)
    {
      g_autoptr (MgrTaskAttempt) attempt = NULL;

      g_mutex_lock (&self->lock);
      attempt = scheduler_take (self);
      arms = mgr_scheduler_watch_needed (self);
      g_mutex_unlock (&self->lock);
      if (attempt == NULL)
        break;

      if (!scheduler_reserve (attempt))
        {
          scheduler_put_back (self, attempt);
          break;
        }
      scheduler_start (self, attempt);
    }

  return arms;
}

/* What ends while it is started, as a command that is not there, comes back here: the
 * loop further up goes on with the next, and the stack stays short. */
void
mgr_scheduler_dispatch (MgrScheduler *self)
{
  static GPrivate dispatching;
  gpointer outer = g_private_get (&dispatching);
  gboolean arms;

  if (outer == self)
    return;

  g_private_set (&dispatching, self);
  arms = scheduler_start_all (self);
  g_private_set (&dispatching, outer);
  if (arms)
    mgr_scheduler_watch_arm (self);
}
