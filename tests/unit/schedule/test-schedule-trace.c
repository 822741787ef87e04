/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-schedule-trace.h"
#include "schedule/mgr-schedule-core-private.h"

#define N_TASKS 10000
#define N_SEEDS 5
#define BUDGET (G_GUINT64_CONSTANT (64) << 30)

/* As many as can be done when what is learned is used, and far too many otherwise. */
#define SPAN (G_GINT64_CONSTANT (9000) * G_USEC_PER_SEC)

static void
assert_at_least_as_good (const MgrTraceSettings *settings,
                         const MgrTraceResult   *own)
{
  gint64 best = G_MAXINT64;

  for (MgrTraceRule rule = MGR_TRACE_FIRST_COME; rule <= MGR_TRACE_COUNTER; rule++)
    {
      MgrTraceResult other;

      mgr_schedule_trace_run (settings, rule, &other);
      g_assert_cmpuint (other.n_finished, ==, N_TASKS);
      if (rule == MGR_TRACE_COUNTER)
        g_assert_cmpint (own->makespan, <=, other.makespan);
      else
        best = MIN (best, other.makespan);
    }

  g_assert_cmpint (own->makespan, <=, best + best / 10);
}

static void
test_day (void)
{
  for (guint32 seed = 1; seed <= N_SEEDS; seed++)
    for (guint strategy = 0; strategy <= MGR_SCHEDULE_STRATEGY_DEADLINE; strategy++)
      {
        MgrTraceSettings settings = { N_TASKS, BUDGET, SPAN, seed, strategy };
        MgrTraceResult own;

        mgr_schedule_trace_run (&settings, MGR_TRACE_LIBMGR, &own);
        g_test_message ("seed %u, strategy %u: %.0f s in all, %.0f s the longest wait", seed,
                        strategy, (double) own.makespan / G_USEC_PER_SEC,
                        (double) own.longest_wait / G_USEC_PER_SEC);
        g_assert_cmpuint (own.n_finished, ==, N_TASKS);
        g_assert_cmpuint (own.overcommit, ==, 0);
        g_assert_cmpint (own.longest_wait, <=, MGR_SCHEDULE_AGEING_BOUND);
        if (strategy == MGR_SCHEDULE_STRATEGY_PRIORITY)
          assert_at_least_as_good (&settings, &own);
      }
}

static void
test_all_at_once (void)
{
  MgrTraceSettings settings = { N_TASKS, BUDGET, 1, 1, MGR_SCHEDULE_STRATEGY_PRIORITY };
  MgrTraceResult own;

  mgr_schedule_trace_run (&settings, MGR_TRACE_LIBMGR, &own);
  g_assert_cmpuint (own.overcommit, ==, 0);
  assert_at_least_as_good (&settings, &own);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schedule/trace/day", test_day);
  g_test_add_func ("/schedule/trace/all-at-once", test_all_at_once);

  return g_test_run ();
}
