/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "schedule/mgr-peak-history-private.h"
#include "schedule/mgr-schedule-victim-private.h"
#include "schedule/mgr-wait-times-private.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define SECOND G_USEC_PER_SEC

static void
test_learns_from_the_fifth_run_on (void)
{
  MgrPeakHistory history = { 0 };

  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpuint (mgr_peak_history_get_estimate (&history), ==, 0);
      mgr_peak_history_add (&history, (i + 1) * 80 * MIB);
    }

  g_assert_cmpuint (mgr_peak_history_get_estimate (&history), ==, 360 * MIB);
  g_assert_cmpfloat (history.mean, ==, 200.0 * MIB);
}

static void
test_quantile (void)
{
  MgrPeakHistory history = { 0 };

  g_assert_cmpuint (mgr_peak_history_get_quantile (&history, 0.95), ==, 0);
  for (guint i = 1000; i > 0; i--)
    mgr_peak_history_add (&history, i);

  /* Only the last 64 of them count: 64 to 1. */
  g_assert_cmpuint (mgr_peak_history_get_quantile (&history, 0), ==, 1);
  g_assert_cmpuint (mgr_peak_history_get_quantile (&history, 0.5), ==, 32);
  g_assert_cmpuint (mgr_peak_history_get_quantile (&history, 0.95), ==, 61);
  g_assert_cmpuint (mgr_peak_history_get_quantile (&history, 1), ==, 64);
  g_assert_cmpuint (mgr_peak_history_get_quantile (&history, 7), ==, 64);
}

static void
test_grant_after_oom (void)
{
  g_assert_cmpuint (mgr_grant_after_oom (100, 100, 1000), ==, 200);
  g_assert_cmpuint (mgr_grant_after_oom (100, 400, 1000), ==, 500);
  g_assert_cmpuint (mgr_grant_after_oom (600, 600, 1000), ==, 1000);
  g_assert_cmpuint (mgr_grant_after_oom (G_MAXUINT64 / 2 + 1, 0, G_MAXUINT64), ==, G_MAXUINT64);
}

static void
test_wait_times (void)
{
  g_autofree MgrWaitTimes *times = g_new0 (MgrWaitTimes, 1);
  gint64 median;

  g_assert_cmpint (mgr_wait_times_get_quantile (times, 0.5), ==, 0);
  for (gint64 i = 1; i <= 1000; i++)
    mgr_wait_times_add (times, i * 1000);

  median = mgr_wait_times_get_quantile (times, 0.5);
  g_assert_cmpint (median, >=, 500 * 1000);
  g_assert_cmpint (median, <=, 550 * 1000);
  g_assert_cmpint (mgr_wait_times_get_quantile (times, 1), >=, 1000 * 1000);
  g_assert_cmpfloat_with_epsilon (times->mean, 500500.0, 0.001);

  mgr_wait_times_add (times, 0);
  g_assert_cmpint (mgr_wait_times_get_quantile (times, 0), ==, 1);
  mgr_wait_times_add (times, G_MAXINT64);
  g_assert_cmpint (mgr_wait_times_get_quantile (times, 1), >, 0);
}

static void
test_ladder (void)
{
  struct { MgrPressureLevel level; gint64 held; MgrScheduleStep step; } cases[] = {
    { MGR_PRESSURE_LEVEL_NORMAL, 1000 * SECOND, MGR_SCHEDULE_LEAVE },
    { MGR_PRESSURE_LEVEL_MEDIUM, 1000 * SECOND, MGR_SCHEDULE_LEAVE },
    { MGR_PRESSURE_LEVEL_HIGH, 1000 * SECOND, MGR_SCHEDULE_ASK },
    { MGR_PRESSURE_LEVEL_CRITICAL, 0, MGR_SCHEDULE_ASK },
    { MGR_PRESSURE_LEVEL_CRITICAL, 5 * SECOND, MGR_SCHEDULE_CANCEL },
    { MGR_PRESSURE_LEVEL_CRITICAL, 10 * SECOND, MGR_SCHEDULE_KILL },
    { MGR_PRESSURE_LEVEL_EMERGENCY, 0, MGR_SCHEDULE_CANCEL },
    { MGR_PRESSURE_LEVEL_EMERGENCY, 5 * SECOND, MGR_SCHEDULE_KILL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (mgr_schedule_victim_get_step (cases[i].level, cases[i].held), ==,
                     cases[i].step);
}

static void
test_victims (void)
{
  MgrScheduleShare share;
  MgrScheduleItem keeps = { .grant = 10 * MIB, .started = 9 };
  MgrScheduleItem old = { .grant = 10 * MIB, .started = 1, .retriable = TRUE };
  MgrScheduleItem young = { .grant = 10 * MIB, .started = 2, .retriable = TRUE };
  MgrScheduleItem over = { .grant = 10 * MIB, .started = 0, .measured = 11 * MIB };
  MgrScheduleItem *expected[] = { &over, &young, &old };

  mgr_schedule_share_init (&share, 100 * MIB);
  g_assert_null (mgr_schedule_victim_pick (&share, MGR_SCHEDULE_KILL));
  mgr_schedule_share_start (&share, &keeps);
  mgr_schedule_share_start (&share, &old);
  mgr_schedule_share_start (&share, &young);
  mgr_schedule_share_start (&share, &over);
  g_assert_null (mgr_schedule_victim_pick (&share, MGR_SCHEDULE_LEAVE));

  over.asked = TRUE;
  g_assert_true (mgr_schedule_victim_pick (&share, MGR_SCHEDULE_ASK) == &young);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_assert_true (mgr_schedule_victim_pick (&share, MGR_SCHEDULE_CANCEL) == expected[i]);
      mgr_schedule_share_end (&share, expected[i]);
    }
  g_assert_null (mgr_schedule_victim_pick (&share, MGR_SCHEDULE_KILL));

  mgr_schedule_share_clear (&share);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schedule/rules/learns-from-the-fifth-run-on",
                   test_learns_from_the_fifth_run_on);
  g_test_add_func ("/schedule/rules/quantile", test_quantile);
  g_test_add_func ("/schedule/rules/grant-after-oom", test_grant_after_oom);
  g_test_add_func ("/schedule/rules/wait-times", test_wait_times);
  g_test_add_func ("/schedule/rules/ladder", test_ladder);
  g_test_add_func ("/schedule/rules/victims", test_victims);

  return g_test_run ();
}
