/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pressure/mgr-level-scale-private.h"
#include "pressure/mgr-usual-load-private.h"

#define SPAN MGR_USUAL_SPAN
#define DAY (144 * SPAN)

static void
live (MgrUsualLoad *load,
      gint64        from,
      guint         spans,
      double        usage,
      gboolean      calm)
{
  for (guint i = 0; i < spans; i++)
    {
      mgr_usual_load_feed (load, from + i * SPAN, usage / 2, TRUE);
      mgr_usual_load_feed (load, from + i * SPAN + SPAN / 2, usage, calm);
    }
}

static const MgrUsualUsage *
get_at (MgrUsualLoad *load,
        gint64        time)
{
  mgr_usual_load_feed (load, time, 0.0, TRUE);
  return mgr_usual_load_get (load);
}

static void
test_takes_an_hour (void)
{
  g_autoptr (MgrUsualLoad) load = mgr_usual_load_new ();

  live (load, 0, 5, 0.8, TRUE);
  g_assert_cmpfloat (get_at (load, 5 * SPAN)->usage, ==, 0.0);

  live (load, 5 * SPAN, 1, 0.8, TRUE);
  g_assert_cmpfloat (get_at (load, 6 * SPAN)->usage, ==, 0.8);
  g_assert_cmpuint (mgr_usual_load_get (load)->spans, ==, 6);
  g_assert_cmpuint (mgr_usual_load_get (load)->reached, ==, 6);
}

static void
test_once_is_not_usual (void)
{
  g_autoptr (MgrUsualLoad) load = mgr_usual_load_new ();

  live (load, 0, 20, 0.5, TRUE);
  live (load, 20 * SPAN, 3, 0.9, TRUE);
  g_assert_cmpfloat (get_at (load, 23 * SPAN)->usage, ==, 0.5);
}

static void
test_stall_teaches_nothing (void)
{
  g_autoptr (MgrUsualLoad) load = mgr_usual_load_new ();

  live (load, 0, 40, 0.9, FALSE);
  g_assert_cmpfloat (get_at (load, 40 * SPAN)->usage, ==, 0.0);

  live (load, 40 * SPAN, 10, 0.4, TRUE);
  g_assert_cmpfloat (get_at (load, 50 * SPAN)->usage, ==, 0.4);
}

static void
test_season (void)
{
  g_autoptr (MgrUsualLoad) load = mgr_usual_load_new ();

  g_test_summary ("The nightly run of the day before makes tonight's usual, at its hour");

  live (load, 0, 60, 0.4, TRUE);
  live (load, 60 * SPAN, 6, 0.82, TRUE);
  live (load, 66 * SPAN, 78 + 58, 0.4, TRUE);

  g_assert_cmpfloat (get_at (load, DAY + 58 * SPAN)->usage, ==, 0.4);
  g_assert_cmpfloat (get_at (load, DAY + 59 * SPAN)->usage, ==, 0.82);
  g_assert_true (mgr_usual_load_get (load)->daily);
  g_assert_cmpfloat (get_at (load, DAY + 66 * SPAN)->usage, ==, 0.82);
  g_assert_cmpfloat (get_at (load, DAY + 67 * SPAN)->usage, ==, 0.4);
}

static void
test_forgets_after_a_day (void)
{
  g_autoptr (MgrUsualLoad) load = mgr_usual_load_new ();

  live (load, 0, 30, 0.8, TRUE);
  g_assert_cmpfloat (get_at (load, 30 * SPAN)->usage, ==, 0.8);
  g_assert_cmpfloat (get_at (load, 3 * DAY)->usage, ==, 0.0);
}

static void
test_before_zero (void)
{
  g_autoptr (MgrUsualLoad) load = mgr_usual_load_new ();

  g_test_summary ("A clock that stands before its zero, or goes back there");

  live (load, -100 * SPAN, 100, 0.9, TRUE);
  live (load, 0, 10, 0.5, TRUE);
  g_assert_cmpuint (mgr_usual_load_get (load)->spans, ==, 9);
  live (load, -10 * DAY, 1, 0.9, TRUE);
  g_assert_cmpuint (mgr_usual_load_get (load)->spans, ==, 0);
}

static void
test_scale_moves_low_and_medium (void)
{
  static const double usuals[] = { 0.0, 0.50, 0.69, 0.75, 0.80, 0.84, 0.90, 0.99 };

  for (guint i = 0; i < G_N_ELEMENTS (usuals); i++)
    {
      MgrLevelScale plain;
      MgrLevelScale scale;

      mgr_level_scale_init (&plain);
      scale = plain;
      mgr_level_scale_adapt (&scale, usuals[i]);

      for (guint level = MGR_PRESSURE_LEVEL_HIGH; level < MGR_N_PRESSURE_LEVELS; level++)
        g_assert_cmpfloat (scale.thresholds[level], ==, plain.thresholds[level]);
      for (guint level = MGR_PRESSURE_LEVEL_LOW; level < MGR_N_PRESSURE_LEVELS; level++)
        g_assert_cmpfloat (scale.thresholds[level], >, scale.thresholds[level - 1]);
      if (usuals[i] < 0.82)
        g_assert_cmpfloat (scale.thresholds[MGR_PRESSURE_LEVEL_LOW], >, usuals[i]);
      if (usuals[i] <= 0.60)
        g_assert_cmpfloat (scale.thresholds[MGR_PRESSURE_LEVEL_LOW], ==, 0.70);
    }
}

static void
test_scale_with_narrow_thresholds (void)
{
  MgrLevelScale scale;

  g_test_summary ("Levels that were set close together stay in their order");

  mgr_level_scale_init (&scale);
  scale.thresholds[MGR_PRESSURE_LEVEL_LOW] = 0.846;
  scale.thresholds[MGR_PRESSURE_LEVEL_MEDIUM] = 0.848;
  mgr_level_scale_adapt (&scale, 0.9);

  g_assert_cmpfloat (scale.thresholds[MGR_PRESSURE_LEVEL_LOW], ==, 0.846);
  g_assert_cmpfloat (scale.thresholds[MGR_PRESSURE_LEVEL_MEDIUM], ==, 0.848);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/usual/takes-an-hour", test_takes_an_hour);
  g_test_add_func ("/pressure/usual/once-is-not-usual", test_once_is_not_usual);
  g_test_add_func ("/pressure/usual/stall-teaches-nothing", test_stall_teaches_nothing);
  g_test_add_func ("/pressure/usual/season", test_season);
  g_test_add_func ("/pressure/usual/forgets-after-a-day", test_forgets_after_a_day);
  g_test_add_func ("/pressure/usual/before-zero", test_before_zero);
  g_test_add_func ("/pressure/usual/scale-moves-low-and-medium", test_scale_moves_low_and_medium);
  g_test_add_func ("/pressure/usual/scale-with-narrow-thresholds", test_scale_with_narrow_thresholds);

  return g_test_run ();
}
