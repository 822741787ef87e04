/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pressure/mgr-stall-track-private.h"

#define SECOND G_TIME_SPAN_SECOND

static void
test_nothing_known (void)
{
  MgrStallTrack track = { 0 };

  g_assert_cmpfloat (mgr_stall_track_get_average (&track, SECOND), ==, 0.0);
  mgr_stall_track_feed (&track, 5 * SECOND, 1.0);
  g_assert_cmpfloat (mgr_stall_track_get_average (&track, SECOND), ==, 0.0);
}

static void
test_steady (void)
{
  MgrStallTrack track = { 0 };

  for (gint64 time = 0; time <= 10 * SECOND; time += SECOND / 4)
    mgr_stall_track_feed (&track, time, 0.3);

  g_assert_cmpfloat_with_epsilon (mgr_stall_track_get_average (&track, SECOND), 0.3, 1e-9);
  g_assert_cmpfloat_with_epsilon (mgr_stall_track_get_average (&track, 4 * SECOND), 0.3, 1e-9);
}

static void
test_burst_is_spread (void)
{
  MgrStallTrack track = { 0 };

  mgr_stall_track_feed (&track, 0, 0.0);
  mgr_stall_track_feed (&track, 9 * SECOND, 0.0);
  mgr_stall_track_feed (&track, 9 * SECOND + SECOND / 4, 1.0);

  g_assert_cmpfloat_with_epsilon (mgr_stall_track_get_average (&track, SECOND), 0.25, 1e-9);
  g_assert_cmpfloat_with_epsilon (mgr_stall_track_get_average (&track, 4 * SECOND), 0.0625, 1e-9);
}

static void
test_beginning_counts_as_none (void)
{
  MgrStallTrack track = { 0 };

  mgr_stall_track_feed (&track, 0, 0.0);
  mgr_stall_track_feed (&track, SECOND / 2, 1.0);
  g_assert_cmpfloat_with_epsilon (mgr_stall_track_get_average (&track, SECOND), 0.5, 1e-9);
}

static void
test_any_pace (void)
{
  g_test_summary ("Samples every millisecond, or every minute, give the same averages");

  for (gint64 step = 1; step <= 1000; step *= 10)
    {
      MgrStallTrack track = { 0 };

      for (gint64 time = 0; time <= 6 * SECOND; time += step * 1000)
        mgr_stall_track_feed (&track, time, 0.4);

      g_assert_cmpfloat_with_epsilon (mgr_stall_track_get_average (&track, 4 * SECOND), 0.4, 1e-6);
    }
}

static void
test_clock_back (void)
{
  MgrStallTrack track = { 0 };

  for (gint64 time = 0; time <= 6 * SECOND; time += SECOND)
    mgr_stall_track_feed (&track, time, 0.9);
  mgr_stall_track_feed (&track, 2 * SECOND, 0.9);

  g_assert_cmpfloat (mgr_stall_track_get_average (&track, SECOND), ==, 0.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/stall/nothing-known", test_nothing_known);
  g_test_add_func ("/pressure/stall/steady", test_steady);
  g_test_add_func ("/pressure/stall/burst-is-spread", test_burst_is_spread);
  g_test_add_func ("/pressure/stall/beginning-counts-as-none", test_beginning_counts_as_none);
  g_test_add_func ("/pressure/stall/any-pace", test_any_pace);
  g_test_add_func ("/pressure/stall/clock-back", test_clock_back);

  return g_test_run ();
}
