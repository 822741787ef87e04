/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench-scheduler-oom.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define BUDGET (1000 * MIB)
#define GRANT (120 * MIB)
#define N_NEIGHBOURS 8

/* tail keeps what it reads until there is a line feed, of which there is none. */
#define STAYS "{ head -c 900M /dev/zero; sleep 100; } | tail -n 1"
#define FITS_LATER "{ head -c 200M /dev/zero; sleep 1; } | tail -n 1 | head -c 1 > /dev/null"

static MgrTask *
start (MgrScheduler *scheduler,
       const char   *script,
       const char   *component)
{
  const char *const argv[] = { "/bin/sh", "-c", script, NULL };
  MgrTask *task = mgr_task_new_command ("work", argv);

  g_object_set (task, "memory", component != NULL ? GRANT : 10 * MIB, "component", component,
                "executor", "processes", NULL);
  g_assert (mgr_scheduler_submit (scheduler, task, NULL));
  return task;
}

/* Its component has no more for a second attempt. Returns milliseconds, those that it took
 * to go over its limit among them. */
static double
time_end (MgrScheduler *scheduler)
{
  gint64 begun = g_get_monotonic_time ();
  g_autoptr (MgrTask) hog = start (scheduler, STAYS, "small");

  mgr_task_wait (hog, NULL, NULL);
  g_assert (mgr_task_get_reason (hog) == MGR_TASK_REASON_OOM);
  return (double) (g_get_monotonic_time () - begun) / G_TIME_SPAN_MILLISECOND;
}

/* Whether it was ended once, and then got done with twice the grant. */
static gboolean
is_tried_with_more (MgrScheduler *scheduler)
{
  g_autoptr (MgrTask) hog = start (scheduler, FITS_LATER, "large");

  return mgr_task_wait (hog, NULL, NULL) && mgr_task_get_attempt (hog) == 2
         && mgr_task_get_grant (hog) >= 2 * GRANT;
}

void
bench_over_limit (Bench *bench)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (BUDGET);
  MgrScheduler *scheduler = mgr_manager_get_scheduler (manager);
  g_autoptr (GPtrArray) neighbours = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_lost = 0;

  mgr_manager_add_component (manager, "small", GRANT, NULL, NULL);
  mgr_manager_add_component (manager, "large", BUDGET / 2, NULL, NULL);
  for (guint i = 0; i < N_NEIGHBOURS; i++)
    g_ptr_array_add (neighbours, start (scheduler, "sleep 1", NULL));

  bench_limit (bench, "a task over its limit: from its submission to its end as oom", "ms",
               time_end (scheduler), 1000);
  n_lost += !is_tried_with_more (scheduler);
  for (guint i = 0; i < neighbours->len; i++)
    n_lost += !mgr_task_wait (g_ptr_array_index (neighbours, i), NULL, NULL)
              || mgr_task_get_attempt (g_ptr_array_index (neighbours, i)) != 1;
  bench_limit (bench, "8 tasks beside it, and its next try with twice the grant: lost", "tasks",
               n_lost, 0);
}
