/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pressure/mgr-trend-private.h"

#include <math.h>

#define SECOND G_TIME_SPAN_SECOND
#define MIB (1024.0 * 1024)

/* Feeds @value (seconds) every @step µs for @length µs. */
static void
feed (MgrTrend *trend,
      gint64    from,
      gint64    length,
      gint64    step,
      double  (*value) (double seconds))
{
  for (gint64 time = from; time <= from + length; time += step)
    mgr_trend_feed (trend, time, value ((double) time / SECOND));
}

static double
falling (double seconds)
{
  return 1000 * MIB - 3 * MIB * seconds;
}

static double
level (double seconds)
{
  return 500 * MIB;
}

/* Rises and falls by 200 MiB within a second, and loses nothing. */
static double
saw_tooth (double seconds)
{
  return 1000 * MIB - 200 * MIB * (seconds - floor (seconds));
}

/* The same, and loses 2 MiB/s besides. */
static double
leaking_saw_tooth (double seconds)
{
  return saw_tooth (seconds) - 2 * MIB * seconds;
}

static void
test_too_little (void)
{
  MgrTrend trend;
  MgrTrendFit fit;

  mgr_trend_init (&trend, 2 * SECOND);
  g_assert_false (mgr_trend_fit (&trend, &fit));

  feed (&trend, 0, SECOND / 2, SECOND / 4, falling);
  g_assert_false (mgr_trend_fit (&trend, &fit));
}

static void
test_points_too_close (void)
{
  MgrTrend trend;
  MgrTrendFit fit;

  g_test_summary ("Four points within half a second say nothing of two");

  mgr_trend_init (&trend, 2 * SECOND);
  feed (&trend, 0, SECOND / 2, SECOND / 8, falling);
  g_assert_false (mgr_trend_fit (&trend, &fit));
}

static void
test_straight_line (void)
{
  MgrTrend trend;
  MgrTrendFit fit;

  mgr_trend_init (&trend, 2 * SECOND);
  feed (&trend, 0, 5 * SECOND, SECOND / 4, falling);

  g_assert_true (mgr_trend_fit (&trend, &fit));
  g_assert_cmpfloat_with_epsilon (fit.slope, -3 * MIB, 1.0);
  g_assert_cmpfloat_with_epsilon (fit.r_squared, 1.0, 1e-9);
  g_assert_cmpfloat (fit.slope_error, >, 0.0);
  g_assert_cmpfloat (fit.slope_error, <, MIB);
}

static void
test_nothing_moves (void)
{
  MgrTrend trend;
  MgrTrendFit fit;

  mgr_trend_init (&trend, 30 * SECOND);
  feed (&trend, 0, 40 * SECOND, SECOND / 2, level);

  g_assert_true (mgr_trend_fit (&trend, &fit));
  g_assert_cmpfloat_with_epsilon (fit.slope, 0.0, 1e-6);
  g_assert_cmpfloat (fit.slope_error, >, 0.0);
}

static void
test_saw_tooth (void)
{
  MgrTrend trend;
  MgrTrendFit fit;

  g_test_summary ("What a collector gives back each time is no slope");

  mgr_trend_init (&trend, 30 * SECOND);
  feed (&trend, 0, 40 * SECOND, SECOND / 4, saw_tooth);

  g_assert_true (mgr_trend_fit (&trend, &fit));
  g_assert_cmpfloat (fabs (fit.slope), <, fit.slope_error);
}

static void
test_leak_below_saw_tooth (void)
{
  MgrTrend trend;
  MgrTrendFit fit;

  mgr_trend_init (&trend, 30 * SECOND);
  feed (&trend, 0, 40 * SECOND, SECOND / 4, leaking_saw_tooth);

  g_assert_true (mgr_trend_fit (&trend, &fit));
  g_assert_cmpfloat_with_epsilon (fit.slope, -2 * MIB, 0.3 * MIB);
  g_assert_cmpfloat (-fit.slope, >, fit.slope_error);
}

static void
test_old_is_forgotten (void)
{
  MgrTrend trend;
  MgrTrendFit fit;

  mgr_trend_init (&trend, 2 * SECOND);
  feed (&trend, 0, 10 * SECOND, SECOND / 4, falling);
  feed (&trend, 13 * SECOND, 3 * SECOND, SECOND / 4, level);

  g_assert_true (mgr_trend_fit (&trend, &fit));
  g_assert_cmpfloat_with_epsilon (fit.slope, 0.0, 1e-6);
}

static void
test_clock_back (void)
{
  MgrTrend trend;
  MgrTrendFit fit;

  mgr_trend_init (&trend, 2 * SECOND);
  feed (&trend, 100 * SECOND, 3 * SECOND, SECOND / 4, falling);
  mgr_trend_feed (&trend, SECOND, 100 * MIB);
  g_assert_false (mgr_trend_fit (&trend, &fit));
}

/* The normal distribution by Box and Muller. */
static double
normal (GRand *rand)
{
  return sqrt (-2 * log (1.0 - g_rand_double (rand))) * cos (2 * G_PI * g_rand_double (rand));
}

static void
test_confidence (void)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint covered = 0;

  g_test_summary ("The true slope lies within the error in about 95 of 100 cases");
  g_test_message ("seed %u", seed);

  for (guint run = 0; run < 1000; run++)
    {
      MgrTrend trend;
      MgrTrendFit fit;

      mgr_trend_init (&trend, 16 * SECOND);
      for (guint i = 0; i < 16; i++)
        mgr_trend_feed (&trend, i * SECOND, 1000 * MIB - i * MIB + 5 * MIB * normal (rand));

      g_assert_true (mgr_trend_fit (&trend, &fit));
      covered += fabs (fit.slope - -MIB) <= fit.slope_error;
    }

  /* Six standard deviations to either side of 950. */
  g_assert_cmpuint (covered, >, 909);
  g_assert_cmpuint (covered, <, 991);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/trend/too-little", test_too_little);
  g_test_add_func ("/pressure/trend/points-too-close", test_points_too_close);
  g_test_add_func ("/pressure/trend/straight-line", test_straight_line);
  g_test_add_func ("/pressure/trend/nothing-moves", test_nothing_moves);
  g_test_add_func ("/pressure/trend/saw-tooth", test_saw_tooth);
  g_test_add_func ("/pressure/trend/leak-below-saw-tooth", test_leak_below_saw_tooth);
  g_test_add_func ("/pressure/trend/old-is-forgotten", test_old_is_forgotten);
  g_test_add_func ("/pressure/trend/clock-back", test_clock_back);
  g_test_add_func ("/pressure/trend/confidence", test_confidence);

  return g_test_run ();
}
