/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench.h"
#include "bench-scheduler-oom.h"
#include "bench-scheduler-spawn.h"
#include "mgr-schedule-trace.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define GIB (G_GUINT64_CONSTANT (1) << 30)

/* Dispatch: an empty task there and back */

typedef struct
{
  GMutex lock;
  GCond changed;
  guint64 done;            /* guarded by lock */
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (unowned) */
  GThreadPool *pool;       /* (owned) */
} RoundTrip;

static void
round_trip_done (RoundTrip *trip)
{
  g_mutex_lock (&trip->lock);
  trip->done++;
  g_cond_signal (&trip->changed);
  g_mutex_unlock (&trip->lock);
}

static void
round_trip_wait (RoundTrip *trip,
                 guint64    done)
{
  g_mutex_lock (&trip->lock);
  while (trip->done < done)
    g_cond_wait (&trip->changed, &trip->lock);
  g_mutex_unlock (&trip->lock);
}

static void
pool_func (gpointer data,
           gpointer user_data)
{
  round_trip_done (user_data);
}

static gboolean
task_func (MgrTask       *task,
           GCancellable  *cancellable,
           gpointer       user_data,
           GError       **error)
{
  round_trip_done (user_data);
  return TRUE;
}

static void
run_owner (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

/* What the owner does about tasks that are done counts too. */
static void
trip_task (gpointer user_data,
           guint64  n)
{
  RoundTrip *trip = user_data;

  trip->done = 0;
  for (guint64 i = 0; i < n; i++)
    {
      g_autoptr (MgrTask) task = mgr_task_new ("empty", task_func, trip, NULL);

      g_object_set (task, "memory", (guint64) 4096, NULL);
      g_assert (mgr_scheduler_submit (trip->scheduler, task, NULL));
      round_trip_wait (trip, i + 1);
    }
  run_owner ();
}

static void
trip_pool (gpointer user_data,
           guint64  n)
{
  RoundTrip *trip = user_data;

  trip->done = 0;
  for (guint64 i = 0; i < n; i++)
    {
      g_thread_pool_push (trip->pool, trip, NULL);
      round_trip_wait (trip, i + 1);
    }
}

static void
bench_dispatch (Bench *bench)
{
  RoundTrip trip = { .manager = mgr_manager_new (8 * GIB) };

  g_mutex_init (&trip.lock);
  g_cond_init (&trip.changed);
  trip.scheduler = mgr_manager_get_scheduler (trip.manager);
  trip.pool = g_thread_pool_new (pool_func, &trip, (int) g_get_num_processors (), FALSE, NULL);
  bench_compare (bench, &(BenchCase) {
    .name = "an empty task, there and back", .peer = "GThreadPool",
    .ours = trip_task, .ours_data = &trip, .theirs = trip_pool, .theirs_data = &trip,
    .n = 5000, .best = TRUE, .goal = 2.0 });

  g_thread_pool_free (trip.pool, FALSE, TRUE);
  g_object_unref (trip.manager);
  g_cond_clear (&trip.changed);
  g_mutex_clear (&trip.lock);
}

/* Queues: an executor with one place, whose attempt ends when the next has come */

#define BENCH_TYPE_EXECUTOR (bench_executor_get_type ())
G_DECLARE_FINAL_TYPE (BenchExecutor, bench_executor, BENCH, EXECUTOR, GObject)

struct _BenchExecutor
{
  GObject parent_instance;

  MgrTaskAttempt *attempt; /* (owned) (nullable) */
  guint n_ended;
};

static const char *
bench_executor_get_name (MgrExecutor *executor)
{
  return "bench";
}

static MgrExecutorFlags
bench_executor_get_flags (MgrExecutor *executor)
{
  return MGR_EXECUTOR_COMMANDS | MGR_EXECUTOR_THREAD_SAFE;
}

static guint
bench_executor_get_slots (MgrExecutor *executor)
{
  return 1;
}

static gboolean
bench_executor_start (MgrExecutor     *executor,
                      MgrTaskAttempt  *attempt,
                      GError         **error)
{
  BENCH_EXECUTOR (executor)->attempt = mgr_task_attempt_ref (attempt);
  return TRUE;
}

static void
bench_executor_iface_init (MgrExecutorInterface *iface)
{
  iface->get_name = bench_executor_get_name;
  iface->get_flags = bench_executor_get_flags;
  iface->get_slots = bench_executor_get_slots;
  iface->start = bench_executor_start;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BenchExecutor, bench_executor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_EXECUTOR, bench_executor_iface_init))

static void
bench_executor_class_init (BenchExecutorClass *klass)
{
}

static void
bench_executor_init (BenchExecutor *self)
{
}

/* No two take the same, so that something is learned of each. */
static void
bench_executor_end (BenchExecutor *self)
{
  g_autoptr (MgrTaskAttempt) attempt = g_steal_pointer (&self->attempt);
  guint64 pages = 64 + self->n_ended++ * 7919 % 191;

  mgr_task_attempt_report_measured (attempt, 4096 * pages);
  mgr_task_attempt_report_finished (attempt, MGR_TASK_REASON_DONE, 0, NULL);
}

typedef struct
{
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (unowned) */
  BenchExecutor *executor; /* (owned) */
} Queue;

static void
queue_add (Queue *queue)
{
  static const char *const argv[] = { "true", NULL };
  g_autoptr (MgrTask) task = mgr_task_new_command ("queued", argv);

  g_object_set (task, "memory", (guint64) MIB, "executor", "bench", NULL);
  g_assert (mgr_scheduler_submit (queue->scheduler, task, NULL));
}

static Queue *
queue_new (guint n_waiting)
{
  Queue *queue = g_new0 (Queue, 1);

  queue->manager = mgr_manager_new (8 * GIB);
  queue->scheduler = mgr_manager_get_scheduler (queue->manager);
  queue->executor = g_object_new (BENCH_TYPE_EXECUTOR, NULL);
  g_assert (mgr_scheduler_add_executor (queue->scheduler, MGR_EXECUTOR (queue->executor), NULL));
  for (guint i = 0; i <= n_waiting; i++)
    queue_add (queue);
  run_owner ();
  return queue;
}

static void
queue_free (Queue *queue)
{
  g_clear_object (&queue->manager);
  bench_executor_end (queue->executor);
  run_owner ();
  g_object_unref (queue->executor);
  g_free (queue);
}

static void
submit_and_pop (gpointer user_data,
                guint64  n)
{
  Queue *queue = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      queue_add (queue);
      bench_executor_end (queue->executor);
    }
  run_owner ();
}

static void
bench_queue (Bench *bench)
{
  Queue *many = queue_new (100000);
  Queue *few = queue_new (100);

  bench_compare (bench, &(BenchCase) {
    .name = "submit + pop, 100,000 wait", .peer = "100 wait",
    .ours = submit_and_pop, .ours_data = many, .theirs = submit_and_pop, .theirs_data = few,
    .n = 5000, .goal = 3.0 });
  queue_free (many);
  queue_free (few);
}

/* The room that waiting takes */

#define N_MANY 1000000

static double
get_resident (void)
{
  long resident = 0;
  FILE *file = fopen ("/proc/self/statm", "r");

  g_assert (file != NULL && fscanf (file, "%*d %ld", &resident) == 1);
  fclose (file);
  return (double) resident * (double) sysconf (_SC_PAGESIZE) / 1e6;
}

static void
bench_room (Bench *bench)
{
  guint n = bench_is_quick (bench) ? N_MANY / 10 : N_MANY;
  g_autoptr (MgrManager) manager = mgr_manager_new (8 * GIB);
  MgrScheduler *scheduler = mgr_manager_get_scheduler (manager);
  double before = get_resident ();

  mgr_scheduler_pause (scheduler);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MgrTask) task = mgr_task_new ("waits", task_func, NULL, NULL);

      g_object_set (task, "memory", (guint64) MIB, NULL);
      g_assert (mgr_scheduler_submit (scheduler, task, NULL));
    }
  run_owner ();
  bench_limit (bench, bench_is_quick (bench) ? "100,000 tasks that wait" : "1,000,000 tasks that wait",
               "MB", get_resident () - before, 400.0 * n / N_MANY);
}

/* A day of tasks */

#define TRACE_BUDGET (64 * GIB)
#define TRACE_SPAN (G_GINT64_CONSTANT (9000) * G_USEC_PER_SEC)
#define TRACE_TASKS 10000

static void
bench_trace (Bench *bench)
{
  static const char *const names[] = {
    "makespan", "makespan by first come", "makespan by smallest first", "makespan by priority",
    "makespan by Dask's counter",
  };
  MgrTraceSettings settings = { TRACE_TASKS, TRACE_BUDGET, TRACE_SPAN, 1,
                                MGR_SCHEDULE_STRATEGY_PRIORITY };
  MgrTraceResult results[MGR_TRACE_COUNTER + 1];
  double own;

  for (MgrTraceRule rule = MGR_TRACE_LIBMGR; rule <= MGR_TRACE_COUNTER; rule++)
    mgr_schedule_trace_run (&settings, rule, &results[rule]);

  own = (double) results[MGR_TRACE_LIBMGR].makespan / G_USEC_PER_SEC;
  bench_limit (bench, "10,000 tasks: the most held at once, of the budget", "GiB",
               (double) results[MGR_TRACE_LIBMGR].most_held / (double) GIB,
               (double) TRACE_BUDGET / (double) GIB);
  bench_limit (bench, "10,000 tasks: the longest wait", "s",
               (double) results[MGR_TRACE_LIBMGR].longest_wait / G_USEC_PER_SEC, 3600);
  for (MgrTraceRule rule = MGR_TRACE_FIRST_COME; rule <= MGR_TRACE_COUNTER; rule++)
    {
      double other = (double) results[rule].makespan / G_USEC_PER_SEC;
      g_autofree char *name = g_strdup_printf ("10,000 tasks: makespan, at most %s %s",
                                               rule == MGR_TRACE_COUNTER ? "that of" : "1.1 of",
                                               names[rule] + strlen ("makespan by "));

      bench_limit (bench, name, "s", own, rule == MGR_TRACE_COUNTER ? other : 1.1 * other);
    }
}

int
main (int    argc,
      char **argv)
{
  Bench *bench = bench_new ("scheduler", &argc, &argv);

  bench_spawn (bench);
  /* A program that had a million tasks has a heap full of holes: not before this. */
  bench_dispatch (bench);
  /* Before all that takes much from the heap: what others gave back would be taken again,
   * and not seen. */
  bench_room (bench);
  bench_queue (bench);
  bench_over_limit (bench);
  bench_trace (bench);
  bench_run_script (bench, "bench-scheduler-python");
  return bench_finish (bench);
}
