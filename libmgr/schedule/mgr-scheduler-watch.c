/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

#include "base/mgr-owner-context-private.h"
#include "base/mgr-size.h"
#include "base/mgr-variant-private.h"
#include "journal/mgr-journal-private.h"
#include "mgr-enum-types.h"

/* What has to be looked after while tasks wait or run: time that is up, pressure, and
 * that nothing is stuck. All of it in the owner's context. */

#define WATCH_INTERVAL (250 * G_TIME_SPAN_MILLISECOND)

/* Who was cancelled and does not listen is killed after that. */
#define KILL_GRACE (10 * G_TIME_SPAN_SECOND)

typedef struct
{
  GSource source;
  GWeakRef scheduler;
} Watch;

/* What is to be done once the lock is released. */
typedef struct
{
  MgrTaskAttempt *attempt; /* (owned) */
  gboolean kill;
} Ending;

static void
ending_clear (gpointer data)
{
  mgr_task_attempt_unref (((Ending *) data)->attempt);
}

static void
endings_add (GArray   *endings,
             MgrTask  *task,
             gboolean  kill)
{
  Ending ending = { .kill = kill };

  if (task->run == NULL || task->run->attempt == NULL)
    return;

  ending.attempt = mgr_task_attempt_ref (task->run->attempt);
  g_array_append_val (endings, ending);
}

static void
task_end_as (MgrTask       *task,
             MgrTaskReason  reason,
             gint64         now,
             GArray        *endings)
{
  if (task->end_as == MGR_TASK_REASON_NONE)
    {
      task->end_as = reason;
      task->end_since = now;
      endings_add (endings, task, FALSE);
    }
  else if (now - task->end_since >= KILL_GRACE)
    {
      task->end_since = now;
      endings_add (endings, task, TRUE);
    }
}

static void
scheduler_watch_times (MgrScheduler *self,
                       gint64        now,
                       GArray       *endings)
{
  MgrScheduleShare *whole = mgr_schedule_core_get_whole (self->core);

  for (guint i = 0; i < whole->running->len; i++)
    {
      MgrTask *task = mgr_task_of_item (g_ptr_array_index (whole->running, i));
      gint64 timeout = task->setup != NULL ? task->setup->timeout : 0;

      if (task->end_as != MGR_TASK_REASON_NONE
          || (timeout > 0 && now - task->item.started >= timeout))
        task_end_as (task, MGR_TASK_REASON_TIMEOUT, now, endings);
    }
}

/* Those that were not done by their deadline, wherever they stand. */
static GPtrArray *
scheduler_collect_late (MgrScheduler *self,
                        gint64        now)
{
  GPtrArray *late = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer task;

  g_hash_table_iter_init (&iter, self->dated);
  while (g_hash_table_iter_next (&iter, &task, NULL))
    if (((MgrTask *) task)->item.deadline <= now)
      g_ptr_array_add (late, g_object_ref (task));

  return late;
}

static void
scheduler_end_late (MgrScheduler *self,
                    gint64        now,
                    GArray       *endings)
{
  g_autoptr (GPtrArray) late = scheduler_collect_late (self, now);

  for (guint i = 0; i < late->len; i++)
    {
      MgrTask *task = g_ptr_array_index (late, i);

      if (task->item.running)
        {
          task_end_as (task, MGR_TASK_REASON_TIMEOUT, now, endings);
          continue;
        }
      if (task->item.place != NULL)
        mgr_schedule_core_remove (self->core, &task->item);
      mgr_scheduler_finish (self, task, MGR_TASK_REASON_TIMEOUT, NULL);
    }
}

static void
scheduler_follow_level (MgrScheduler *self,
                        gint64        now)
{
  MgrPressureLevel level = self->monitor != NULL ? mgr_pressure_monitor_get_level (self->monitor)
                                                 : MGR_PRESSURE_LEVEL_NORMAL;

  if (level == self->level)
    return;

  self->level = level;
  self->level_since = now;
}

/* One at a time: memory that comes back has to be seen before the next one goes. */
static void
scheduler_make_room (MgrScheduler *self,
                     gint64        now,
                     GArray       *endings)
{
  MgrScheduleStep step = mgr_schedule_victim_get_step (self->level, now - self->level_since);
  MgrScheduleItem *victim;
  MgrTask *task;

  if (!self->preempts)
    return;

  victim = mgr_schedule_victim_pick (mgr_schedule_core_get_whole (self->core), step);
  if (victim == NULL)
    return;

  task = mgr_task_of_item (victim);
  if (step == MGR_SCHEDULE_ASK)
    {
      victim->asked = TRUE;
      mgr_scheduler_record_preemption (self, task, step, now);
      g_mutex_lock (&task->lock);
      task->yields = TRUE;
      g_mutex_unlock (&task->lock);
    }
  else if (task->end_as == MGR_TASK_REASON_NONE || step == MGR_SCHEDULE_KILL)
    {
      if (task->end_as == MGR_TASK_REASON_NONE)
        task->end_as = MGR_TASK_REASON_PREEMPTED;
      task->end_since = now;
      mgr_scheduler_record_preemption (self, task, step, now);
      endings_add (endings, task, step == MGR_SCHEDULE_KILL);
    }
}

static gboolean
scheduler_is_stuck (MgrScheduler *self,
                    gint64        now)
{
  return self->blocked_since > 0 && !self->paused
         && mgr_schedule_core_get_waiting (self->core) > 0
         && now - self->blocked_since >= self->stall_time;
}

static char *
scheduler_describe_stall (MgrScheduler *self)
{
  gboolean known = self->available != G_MAXUINT64;
  guint n_running = mgr_schedule_core_get_running (self->core);
  g_autofree char *available = known ? mgr_size_format (self->available) : g_strdup ("unknown");
  g_autofree char *used = mgr_size_format (mgr_component_get_used (self->root));
  g_autofree char *run = n_running > 0 ? g_strdup_printf ("%u run", n_running)
                                       : g_strdup ("none runs");

  return g_strdup_printf ("%u wait and %s, though nothing of theirs is in the way; free by "
                          "measure: %s, charged: %s, pressure: %s",
                          mgr_schedule_core_get_waiting (self->core), run, available, used,
                          mgr_enum_get_nick (MGR_TYPE_PRESSURE_LEVEL, (int) self->level));
}

/* No task is stopped for that, and none is started beyond a budget. Returns: (transfer full)
 * (nullable): evidence, once */
static char *
scheduler_get_unstuck (MgrScheduler *self,
                       gint64        now,
                       gboolean     *trim)
{
  g_autofree char *state = NULL;

  if (self->forced || !scheduler_is_stuck (self, now))
    return NULL;

  self->blocked_since = now;
  state = scheduler_describe_stall (self);
  switch (self->stall_step)
    {
    case 0:
      self->stall_step++;
      self->stall_entry = mgr_scheduler_record (self, "stuck", MGR_JOURNAL_SEVERITY_WARNING, 0,
                                                "Tasks are stuck: %s; it is cleaned", state);
      *trim = TRUE;
      return NULL;
    case 1:
      self->stall_step++;
      mgr_scheduler_record (self, "stalled", MGR_JOURNAL_SEVERITY_WARNING, self->stall_entry,
                            "Tasks are still stuck: %s; a cleanup did not help", state);
      return g_strdup_printf ("%s; a cleanup did not help", state);
    default:
      if (self->blocked_by != MGR_SCHEDULE_NO_MEMORY && self->blocked_by != MGR_SCHEDULE_PRESSURE)
        return NULL;
      mgr_scheduler_record (self, "forced", MGR_JOURNAL_SEVERITY_WARNING, self->stall_entry,
                            "One task at a time is started though memory lacks: %s", state);
      self->forced = TRUE;
      return NULL;
    }
}

static void
stop_cb (gpointer object,
         gpointer user_data)
{
  mgr_executor_stop (mgr_scheduler_get_place (MGR_SCHEDULER (object), user_data)->executor, user_data);
}

static void
kill_cb (gpointer object,
         gpointer user_data)
{
  mgr_executor_kill (mgr_scheduler_get_place (MGR_SCHEDULER (object), user_data)->executor, user_data);
}

/* Who is asked in the owner's context alone is asked at once by the owner's thread: a
 * program that ends may not iterate its context again. */
void
mgr_scheduler_end_attempt (MgrScheduler   *self,
                           MgrTaskAttempt *attempt,
                           gboolean        kill)
{
  MgrSchedulerPlace *place = mgr_scheduler_get_place (self, attempt);
  gboolean here = (place->flags & MGR_EXECUTOR_THREAD_SAFE) != 0 || self->thread == g_thread_self ();
  void (* end_cb) (gpointer, gpointer) = kill ? kill_cb : stop_cb;

  g_cancellable_cancel (attempt->cancellable);
  if (here)
    end_cb (self, attempt);
  else
    mgr_owner_context_post (self->context, self, end_cb, mgr_task_attempt_ref (attempt),
                            (GDestroyNotify) mgr_task_attempt_unref);
}

/* What is cleaned then comes of the stall. */
static void
trim_cb (gpointer object,
         gpointer user_data)
{
  MgrScheduler *self = MGR_SCHEDULER (object);
  MgrJournalScope scope;

  if (self->trim == NULL)
    return;

  mgr_journal_scope_open (&scope, self->journal, self->stall_entry);
  self->trim (self->cleaning_data);
  mgr_journal_scope_close (&scope);
}

static void
say_stalled_cb (gpointer object,
                gpointer user_data)
{
  mgr_scheduler_say_stalled (MGR_SCHEDULER (object), user_data);
}

/* What is code of the program, or may call some, waits for the context where the owner's
 * thread blocks: there it could come in the middle of anything. */
static void
scheduler_call_owner (MgrScheduler *self,
                      gboolean      blocked,
                      MgrOwnerFunc  func,
                      char         *text)
{
  if (blocked)
    {
      mgr_owner_context_post (self->context, self, func, text, g_free);
      return;
    }

  func (self, text);
  g_free (text);
}

static void
scheduler_look (MgrScheduler *self,
                gboolean      blocked)
{
  g_autoptr (GArray) endings = g_array_new (FALSE, FALSE, sizeof (Ending));
  char *evidence;
  gint64 now = mgr_clock_get_time (self->clock);
  gboolean trim = FALSE;
  gboolean adapted;

  g_array_set_clear_func (endings, ending_clear);
  g_mutex_lock (&self->lock);
  self->armed = self->armed && blocked;
  self->looked_at = g_get_monotonic_time ();
  scheduler_follow_level (self, now);
  adapted = mgr_scheduler_choose_strategy (self);
  scheduler_watch_times (self, now, endings);
  scheduler_end_late (self, now, endings);
  mgr_scheduler_end_infeasible (self);
  mgr_scheduler_drop_parts (self);
  mgr_scheduler_spill (self, now);
  scheduler_make_room (self, now, endings);
  evidence = scheduler_get_unstuck (self, now, &trim);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < endings->len; i++)
    {
      const Ending *ending = &g_array_index (endings, Ending, i);

      mgr_scheduler_end_attempt (self, ending->attempt, ending->kill);
    }
  if (adapted)
    mgr_scheduler_say_active (self);
  if (trim)
    scheduler_call_owner (self, blocked, trim_cb, NULL);
  if (evidence != NULL)
    scheduler_call_owner (self, blocked, say_stalled_cb, evidence);
  mgr_scheduler_ask_for_room (self, now);
  mgr_scheduler_keep_estimates (self, now);
  mgr_scheduler_tell (self);
  mgr_scheduler_dispatch (self);
}

void
mgr_scheduler_look (MgrScheduler *self)
{
  scheduler_look (self, FALSE);
}

static gboolean
look_blocked_cb (gpointer user_data)
{
  scheduler_look (user_data, TRUE);
  return G_SOURCE_CONTINUE;
}

/* Many short waits must not put it off for ever: it is due when it would have been. */
GSource *
mgr_scheduler_watch_blocked (MgrScheduler *self,
                             GMainContext *context)
{
  GSource *source;
  gint64 looked_at;

  if (self->thread != g_thread_self ())
    return NULL;

  g_mutex_lock (&self->lock);
  looked_at = self->looked_at;
  g_mutex_unlock (&self->lock);

  source = g_timeout_source_new (WATCH_INTERVAL / G_TIME_SPAN_MILLISECOND);
  g_source_set_ready_time (source, looked_at + WATCH_INTERVAL);
  g_source_set_callback (source, look_blocked_cb, g_object_ref (self), g_object_unref);
  g_source_set_static_name (source, "mgr-scheduler-watch-blocked");
  g_source_attach (source, context);
  return source;
}

static gboolean
watch_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  g_autoptr (MgrScheduler) self = g_weak_ref_get (&((Watch *) source)->scheduler);

  g_source_set_ready_time (source, -1);
  if (self != NULL)
    mgr_scheduler_look (self);
  return G_SOURCE_CONTINUE;
}

static void
watch_finalize (GSource *source)
{
  g_weak_ref_clear (&((Watch *) source)->scheduler);
}

static GSourceFuncs watch_funcs = {
  .dispatch = watch_dispatch,
  .finalize = watch_finalize,
};

GSource *
mgr_scheduler_watch_new (MgrScheduler *self)
{
  GSource *source = g_source_new (&watch_funcs, sizeof (Watch));

  g_weak_ref_init (&((Watch *) source)->scheduler, self);
  g_source_set_static_name (source, "mgr-scheduler-watch");
  g_source_attach (source, self->context);
  return source;
}

gboolean
mgr_scheduler_watch_needed (MgrScheduler *self)
{
  return self->n_unfinished > 0 && !self->closed && !self->armed;
}

void
mgr_scheduler_watch_arm (MgrScheduler *self)
{
  g_mutex_lock (&self->lock);
  self->armed = TRUE;
  g_mutex_unlock (&self->lock);

  g_source_set_ready_time (self->watch, g_get_monotonic_time () + WATCH_INTERVAL);
}
