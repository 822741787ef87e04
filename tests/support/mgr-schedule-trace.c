/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-schedule-trace.h"

#include "schedule/mgr-peak-history-private.h"
#include "schedule/mgr-schedule-core-private.h"

#include <math.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define N_KINDS 200
#define N_SHARES 4

/* Kinds of tasks: what they take, how long, and what their authors think they take. */
typedef struct
{
  guint64 peak;
  guint64 declared;
  gint64 duration;
  MgrPeakHistory history;
} Kind;

typedef struct
{
  MgrScheduleItem item;  /* first, so that one pointer is both */
  Kind *kind;            /* (unowned) */
  guint64 peak;
  gint64 length;
  gint64 end;            /* of the attempt that runs */
  gboolean too_small;    /* the attempt that runs will not get through */
  guint n_attempts;
} Task;

typedef struct
{
  const MgrTraceSettings *settings;
  MgrTraceRule rule;
  MgrTraceResult *result;
  Kind kinds[N_KINDS];
  Task *tasks;                     /* (owned) */
  guint n_come;
  MgrScheduleShare shares[N_SHARES];
  MgrScheduleCore *core;           /* (owned) */
  GQueue waiting;                  /* (element-type Task), of the other rules */
  GSequence *running;              /* (owned) (element-type Task), by end */
  guint64 used;                    /* bytes that are really held */
  guint64 counted;                 /* bytes that are granted */
  double waits;
} Trace;

static double
rand_log (GRand  *rand,
          double  low,
          double  high)
{
  return low * pow (high / low, g_rand_double (rand));
}

/* Most authors ask for far more than they need, one in ten for too little. */
static void
kind_init (Kind  *self,
           GRand *rand)
{
  double factor = g_rand_double (rand) < 0.1 ? g_rand_double_range (rand, 0.6, 1)
                                             : g_rand_double_range (rand, 1, 4);

  self->peak = (guint64) rand_log (rand, 64, 8192) * MIB;
  self->declared = (guint64) ((double) self->peak * factor);
  self->duration = (gint64) (rand_log (rand, 1, 120) * G_USEC_PER_SEC);
}

static void
task_init (Task  *self,
           Trace *trace,
           guint  number,
           GRand *rand)
{
  const MgrTraceSettings *settings = trace->settings;

  self->kind = &trace->kinds[g_rand_int_range (rand, 0, N_KINDS)];
  self->peak = (guint64) ((double) self->kind->peak * g_rand_double_range (rand, 0.9, 1));
  self->length = (gint64) ((double) self->kind->duration * g_rand_double_range (rand, 0.7, 1.3));
  self->item.submitted = settings->span * number / settings->n_tasks;
  self->item.duration = self->kind->duration;
  self->item.deadline = G_MAXINT64;
  self->item.priority = (guint8) g_rand_int_range (rand, 0, MGR_TASK_PRIORITY_CRITICAL + 1);
  self->item.rank = MGR_SCHEDULE_RANK_DEFAULT;
  self->item.share = &trace->shares[g_rand_int_range (rand, 0, N_SHARES)];
}

static int
compare_ends (gconstpointer a,
              gconstpointer b,
              gpointer      user_data G_GNUC_UNUSED)
{
  const Task *task_a = a;
  const Task *task_b = b;

  return (task_a->end > task_b->end) - (task_a->end < task_b->end);
}

static gboolean
always_ready (const MgrScheduleItem *item G_GNUC_UNUSED,
              gpointer               user_data G_GNUC_UNUSED)
{
  return TRUE;
}

static void
trace_init (Trace                  *self,
            const MgrTraceSettings *settings,
            MgrTraceRule            rule,
            MgrTraceResult         *result)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (settings->seed);

  *result = (MgrTraceResult) { 0 };
  *self = (Trace) { .settings = settings, .rule = rule, .result = result };
  self->core = mgr_schedule_core_new (settings->budget, always_ready, NULL);
  mgr_schedule_core_set_strategy (self->core, settings->strategy);
  self->running = g_sequence_new (NULL);
  g_queue_init (&self->waiting);

  for (guint i = 0; i < N_SHARES; i++)
    {
      mgr_schedule_share_init (&self->shares[i], settings->budget);
      mgr_schedule_core_add_share (self->core, &self->shares[i]);
    }
  for (guint i = 0; i < N_KINDS; i++)
    kind_init (&self->kinds[i], rand);

  self->tasks = g_new0 (Task, settings->n_tasks);
  for (guint i = 0; i < settings->n_tasks; i++)
    task_init (&self->tasks[i], self, i, rand);
}

static void
trace_clear (Trace *self)
{
  mgr_schedule_core_free (self->core);
  for (guint i = 0; i < N_SHARES; i++)
    mgr_schedule_share_clear (&self->shares[i]);
  g_sequence_free (self->running);
  g_queue_clear (&self->waiting);
  g_free (self->tasks);
}

/* Dask counts what was declared, whatever is used. The others may use what libmgr learns,
 * so that the order alone makes the difference. */
static guint64
trace_choose_grant (Trace      *self,
                    const Task *task)
{
  guint64 learned = mgr_peak_history_get_estimate (&task->kind->history);
  guint64 grant = self->rule != MGR_TRACE_COUNTER && learned > 0 ? learned : task->kind->declared;

  return MIN (grant, self->settings->budget);
}

static void
trace_enqueue (Trace *self,
               Task  *task)
{
  if (self->rule == MGR_TRACE_LIBMGR)
    mgr_schedule_core_add (self->core, &task->item);
  else
    g_queue_push_tail (&self->waiting, task);
}

static void
trace_come (Trace  *self,
            gint64  now)
{
  while (self->n_come < self->settings->n_tasks
         && self->tasks[self->n_come].item.submitted <= now)
    {
      Task *task = &self->tasks[self->n_come++];

      task->item.grant = trace_choose_grant (self, task);
      trace_enqueue (self, task);
    }
}

/* An attempt that is too small ends half-way. Dask holds nobody to what was declared. */
static void
trace_start (Trace  *self,
             Task   *task,
             gint64  now)
{
  guint64 held;

  if (task->n_attempts++ == 0)
    {
      self->result->longest_wait = MAX (self->result->longest_wait, now - task->item.submitted);
      self->waits += (double) (now - task->item.submitted);
    }

  task->too_small = self->rule != MGR_TRACE_COUNTER && task->peak > task->item.grant;
  task->end = now + (task->too_small ? task->length / 2 : task->length);
  held = task->too_small ? task->item.grant : task->peak;
  self->used += held;
  self->counted += task->item.grant;
  if (self->rule == MGR_TRACE_LIBMGR)
    mgr_schedule_core_measure (self->core, &task->item, held);
  g_sequence_insert_sorted (self->running, task, compare_ends, NULL);
}

/* What one learned serves all that still wait. */
static void
trace_learn (Trace *self,
             Kind  *kind,
             guint64 peak)
{
  guint64 before = mgr_peak_history_get_estimate (&kind->history);
  guint64 after;

  mgr_peak_history_add (&kind->history, peak);
  after = mgr_peak_history_get_estimate (&kind->history);
  if (after == before || self->rule != MGR_TRACE_LIBMGR)
    return;

  for (guint i = 0; i < self->n_come; i++)
    {
      Task *task = &self->tasks[i];

      if (task->kind == kind && task->item.place != NULL && task->n_attempts == 0)
        mgr_schedule_core_set_grant (self->core, &task->item, trace_choose_grant (self, task));
    }
}

static void
trace_end (Trace  *self,
           Task   *task,
           gint64  now)
{
  self->used -= task->too_small ? task->item.grant : task->peak;
  self->counted -= task->item.grant;
  if (self->rule == MGR_TRACE_LIBMGR)
    mgr_schedule_core_end (self->core, &task->item, now);

  if (task->too_small)
    {
      self->result->n_oom++;
      task->item.grant = mgr_grant_after_oom (task->item.grant, task->item.grant,
                                              self->settings->budget);
      trace_enqueue (self, task);
      return;
    }

  trace_learn (self, task->kind, task->peak);
  self->result->n_finished++;
  self->result->makespan = now;
}

static gboolean
trace_prefers (Trace      *self,
               const Task *task,
               const Task *best)
{
  if (best == NULL)
    return TRUE;

  return self->rule == MGR_TRACE_SMALLEST_FIRST ? task->item.grant < best->item.grant
       : self->rule == MGR_TRACE_PRIORITY       ? task->item.priority > best->item.priority
                                                : FALSE;
}

static GList *
trace_pick (Trace *self)
{
  GList *best = NULL;

  for (GList *l = self->waiting.head; l != NULL; l = l->next)
    {
      Task *task = l->data;
      gboolean fits = self->counted + task->item.grant <= self->settings->budget;

      if (fits && trace_prefers (self, task, best != NULL ? best->data : NULL))
        best = l;
      if (self->rule == MGR_TRACE_FIRST_COME || (best != NULL && self->rule == MGR_TRACE_COUNTER))
        break;
    }

  return best;
}

static Task *
trace_take (Trace  *self,
            gint64  now)
{
  MgrScheduleMoment moment = { .available = self->settings->budget - self->used,
                               .level = MGR_PRESSURE_LEVEL_NORMAL, .now = now };
  MgrScheduleVerdict verdict;
  MgrScheduleItem *first;
  GList *link;
  Task *task;

  if (self->rule == MGR_TRACE_LIBMGR)
    return (Task *) mgr_schedule_core_take (self->core, &moment, &verdict, &first);

  link = trace_pick (self);
  if (link == NULL)
    return NULL;

  task = link->data;
  g_queue_delete_link (&self->waiting, link);
  return task;
}

static void
trace_tick (Trace  *self,
            gint64  now)
{
  Task *task;

  trace_come (self, now);
  while ((task = trace_take (self, now)) != NULL)
    trace_start (self, task, now);

  self->result->most_held = MAX (self->result->most_held, self->used);
  if (self->used > self->settings->budget)
    self->result->overcommit = MAX (self->result->overcommit,
                                    self->used - self->settings->budget);
}

static gint64
trace_next (Trace *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->running);
  gint64 end = g_sequence_iter_is_end (first) ? G_MAXINT64
                                              : ((Task *) g_sequence_get (first))->end;
  gint64 come = self->n_come < self->settings->n_tasks
    ? self->tasks[self->n_come].item.submitted
    : G_MAXINT64;

  return MIN (end, come);
}

void
mgr_schedule_trace_run (const MgrTraceSettings *settings,
                        MgrTraceRule            rule,
                        MgrTraceResult         *result)
{
  Trace trace;
  gint64 now;

  trace_init (&trace, settings, rule, result);
  while ((now = trace_next (&trace)) != G_MAXINT64)
    {
      GSequenceIter *first = g_sequence_get_begin_iter (trace.running);

      if (!g_sequence_iter_is_end (first) && ((Task *) g_sequence_get (first))->end == now)
        {
          Task *task = g_sequence_get (first);

          g_sequence_remove (first);
          trace_end (&trace, task, now);
        }
      trace_tick (&trace, now);
    }

  result->mean_wait = trace.waits / settings->n_tasks;
  result->n_backfilled = mgr_schedule_core_get_backfilled (trace.core);
  trace_clear (&trace);
}
