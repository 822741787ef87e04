/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pressure/mgr-level-scale-private.h"

#define SECOND G_TIME_SPAN_SECOND

/* One sample of a course and the level after it. */
typedef struct
{
  double seconds;
  double usage;
  MgrPressureLevel level;
} Step;

#define NORMAL MGR_PRESSURE_LEVEL_NORMAL
#define LOW MGR_PRESSURE_LEVEL_LOW
#define MEDIUM MGR_PRESSURE_LEVEL_MEDIUM
#define HIGH MGR_PRESSURE_LEVEL_HIGH
#define CRITICAL MGR_PRESSURE_LEVEL_CRITICAL
#define EMERGENCY MGR_PRESSURE_LEVEL_EMERGENCY

static MgrPressureLevel
feed (MgrLevelFilter *filter,
      gint64          time,
      double          usage)
{
  MgrLevelScale scale;

  mgr_level_scale_init (&scale);
  return mgr_level_filter_feed (filter, time,
                                mgr_level_scale_judge_usage (&scale, usage, MGR_JUDGE_STRICT),
                                mgr_level_scale_judge_usage (&scale, usage, MGR_JUDGE_CLEAR));
}

static void
run (MgrLevelFilter *filter,
     const Step     *steps,
     gsize           n_steps)
{
  for (gsize i = 0; i < n_steps; i++)
    {
      gint64 time = (gint64) (steps[i].seconds * SECOND);
      MgrPressureLevel level = feed (filter, time, steps[i].usage);

      if (level != steps[i].level)
        g_error ("Step %" G_GSIZE_FORMAT ": level %d instead of %d", i, level, steps[i].level);
    }
}

#define RUN(...) \
  G_STMT_START { \
    static const Step steps[] = { __VA_ARGS__ }; \
    MgrLevelFilter filter; \
    mgr_level_filter_init (&filter, 15 * SECOND); \
    run (&filter, steps, G_N_ELEMENTS (steps)); \
  } G_STMT_END

static void
test_up_after_two (void)
{
  RUN ({ 0.0, 0.72, NORMAL }, { 0.5, 0.72, LOW },
       { 1.0, 0.82, LOW }, { 1.5, 0.82, MEDIUM },
       { 2.0, 0.87, MEDIUM }, { 2.5, 0.87, HIGH },
       { 3.0, 0.92, HIGH }, { 3.5, 0.92, CRITICAL });
}

static void
test_up_from_normal_at_once (void)
{
  g_test_summary ("What both samples reached counts: no level in between has to be visited");

  RUN ({ 0.0, 0.92, NORMAL }, { 0.5, 0.91, CRITICAL });
  RUN ({ 0.0, 0.92, NORMAL }, { 0.5, 0.82, MEDIUM });
  RUN ({ 0.0, 0.82, NORMAL }, { 0.5, 0.92, MEDIUM }, { 1.0, 0.92, CRITICAL });
}

static void
test_thresholds_are_inclusive (void)
{
  RUN ({ 0.0, 0.70, NORMAL }, { 0.5, 0.70, LOW });
  RUN ({ 0.0, 0.6999, NORMAL }, { 0.5, 0.6999, NORMAL });
}

static void
test_spike (void)
{
  RUN ({ 0.0, 0.92, NORMAL }, { 0.5, 0.50, NORMAL },
       { 1.0, 0.92, NORMAL }, { 1.5, 0.50, NORMAL });
}

static void
test_emergency_at_once (void)
{
  RUN ({ 0.0, 0.50, NORMAL }, { 0.5, 0.96, EMERGENCY }, { 1.0, 1.00, EMERGENCY });
}

static void
test_down_after_dwell (void)
{
  RUN ({ 0.0, 0.92, NORMAL }, { 0.5, 0.92, CRITICAL },
       { 1.0, 0.50, CRITICAL }, { 15.9, 0.50, CRITICAL }, { 16.0, 0.50, NORMAL });
}

static void
test_down_not_within_margin (void)
{
  g_test_summary ("4 points lower is not lower, however long; and one relapse starts anew");

  RUN ({ 0.0, 0.92, NORMAL }, { 0.5, 0.92, CRITICAL },
       { 1.0, 0.86, CRITICAL }, { 100.0, 0.86, CRITICAL },
       { 101.0, 0.84, CRITICAL }, { 110.0, 0.86, CRITICAL },
       { 111.0, 0.84, CRITICAL }, { 125.9, 0.84, CRITICAL }, { 126.0, 0.84, HIGH });
}

static void
test_down_in_steps (void)
{
  g_test_summary ("Each level is left 15 s after the usage was last near it");

  RUN ({ 0.0, 0.96, EMERGENCY }, { 1.0, 0.86, EMERGENCY },
       { 10.0, 0.76, EMERGENCY }, { 16.0, 0.76, CRITICAL },
       { 20.0, 0.10, CRITICAL }, { 25.0, 0.10, MEDIUM }, { 35.0, 0.10, NORMAL });
}

static void
test_saw_tooth (void)
{
  MgrLevelFilter filter;
  guint changes = 0;

  g_test_summary ("A collector's saw-tooth around a threshold makes one change, not hundreds");

  mgr_level_filter_init (&filter, 15 * SECOND);
  for (guint i = 0; i < 10000; i++)
    {
      MgrPressureLevel before = filter.level;

      if (feed (&filter, i * SECOND / 2, i % 8 < 4 ? 0.78 : 0.83) != before)
        changes++;
    }

  g_assert_cmpuint (changes, ==, 2);
  g_assert_cmpint (filter.level, ==, MEDIUM);
}

static void
test_other_dwell (void)
{
  MgrLevelFilter filter;

  mgr_level_filter_init (&filter, 3 * SECOND);
  feed (&filter, 0, 0.92);
  g_assert_cmpint (feed (&filter, 1, 0.92), ==, CRITICAL);
  g_assert_cmpint (feed (&filter, 2 * SECOND, 0.10), ==, CRITICAL);
  g_assert_cmpint (feed (&filter, 5 * SECOND - 1, 0.10), ==, CRITICAL);
  g_assert_cmpint (feed (&filter, 5 * SECOND, 0.10), ==, NORMAL);
}

static void
test_repeats_are_rare (void)
{
  MgrLevelFilter filter;
  guint rises = 0;

  g_test_summary ("Whatever usage does, a level is entered again at most 4 times a minute");

  mgr_level_filter_init (&filter, 15 * SECOND);
  for (guint i = 0; i < 2 * 600; i++)
    {
      MgrPressureLevel before = filter.level;

      rises += feed (&filter, i * SECOND / 2, i / 8 % 5 == 0 ? 0.92 : 0.10) > before;
    }

  g_assert_cmpuint (rises, >=, 10);
  g_assert_cmpuint (rises, <=, 40);
}

static void
test_clock_back (void)
{
  RUN ({ 100.0, 0.92, NORMAL }, { 100.5, 0.92, CRITICAL },
       { 101.0, 0.10, CRITICAL }, { 50.0, 0.10, CRITICAL },
       { 64.9, 0.10, CRITICAL }, { 65.0, 0.10, NORMAL });
}

static void
test_deterministic (void)
{
  MgrLevelFilter first;
  MgrLevelFilter second;
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);
  gint64 time = 0;

  mgr_level_filter_init (&first, 15 * SECOND);
  mgr_level_filter_init (&second, 15 * SECOND);
  for (guint i = 0; i < 10000; i++)
    {
      double usage = g_rand_double (rand);
      MgrPressureLevel level;

      time += g_rand_int_range (rand, 0, 5 * SECOND);
      level = feed (&first, time, usage);
      g_assert_cmpint (level, ==, feed (&second, time, usage));
      g_assert_cmpint (level, <=, EMERGENCY);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/level/up-after-two", test_up_after_two);
  g_test_add_func ("/pressure/level/up-from-normal-at-once", test_up_from_normal_at_once);
  g_test_add_func ("/pressure/level/thresholds-are-inclusive", test_thresholds_are_inclusive);
  g_test_add_func ("/pressure/level/spike", test_spike);
  g_test_add_func ("/pressure/level/emergency-at-once", test_emergency_at_once);
  g_test_add_func ("/pressure/level/down-after-dwell", test_down_after_dwell);
  g_test_add_func ("/pressure/level/down-not-within-margin", test_down_not_within_margin);
  g_test_add_func ("/pressure/level/down-in-steps", test_down_in_steps);
  g_test_add_func ("/pressure/level/saw-tooth", test_saw_tooth);
  g_test_add_func ("/pressure/level/other-dwell", test_other_dwell);
  g_test_add_func ("/pressure/level/repeats-are-rare", test_repeats_are_rare);
  g_test_add_func ("/pressure/level/clock-back", test_clock_back);
  g_test_add_func ("/pressure/level/deterministic", test_deterministic);

  return g_test_run ();
}
