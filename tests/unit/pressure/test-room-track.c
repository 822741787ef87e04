/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pressure/mgr-room-track-private.h"

#define SECOND G_TIME_SPAN_SECOND
#define MIB G_GUINT64_CONSTANT (1048576)
#define TOTAL (1000 * MIB)

/* Lets the room go from @from to @to MiB, in samples a quarter of a second apart. */
static gint64
go (MgrRoomTrack *track,
    gint64        time,
    double        from,
    double        to,
    gint64        length)
{
  for (gint64 elapsed = 0; elapsed < length; elapsed += SECOND / 4)
    {
      double room = from + (to - from) * (double) elapsed / (double) length;

      mgr_room_track_feed (track, time + elapsed, (guint64) (room * MIB), TOTAL);
    }

  return time + length;
}

static MgrForecastFigures
forecast (MgrRoomTrack *track,
          guint64       room)
{
  MgrForecastFigures figures = { .source = NULL };

  mgr_room_track_forecast (track, room, &figures);
  return figures;
}

static void
assert_never (MgrForecastFigures figures)
{
  g_assert_cmpint (figures.time_to_exhaustion, ==, MGR_TIME_NEVER);
  g_assert_cmpint (figures.earliest, ==, MGR_TIME_NEVER);
  g_assert_cmpint (figures.latest, ==, MGR_TIME_NEVER);
  g_assert_cmpfloat (figures.slope, ==, 0.0);
  g_assert_cmpint (figures.window, ==, 0);
}

static void
assert_seconds (gint64 time,
                double seconds)
{
  g_assert_cmpfloat_with_epsilon ((double) time / SECOND, seconds, 0.05 * seconds);
}

static void
test_nothing_known (void)
{
  MgrRoomTrack track;

  mgr_room_track_init (&track);
  assert_never (forecast (&track, 100 * MIB));
}

static void
test_leak (void)
{
  MgrRoomTrack track;
  MgrForecastFigures figures;

  mgr_room_track_init (&track);
  go (&track, 0, 500, 400, 20 * SECOND);
  figures = forecast (&track, 400 * MIB);

  assert_seconds (figures.time_to_exhaustion, 80);
  g_assert_cmpint (figures.earliest, <=, figures.time_to_exhaustion);
  g_assert_cmpint (figures.latest, >=, figures.time_to_exhaustion);
  g_assert_cmpint (figures.window, >, 0);
  g_assert_cmpfloat_with_epsilon (figures.slope, -5.0 * MIB, 0.1 * MIB);
  g_assert_cmpfloat (figures.r_squared, >, 0.99);
  g_assert_cmpfloat (figures.smallest_slope, >, 0.0);
  g_assert_cmpfloat (figures.smallest_slope, <, 5.0 * MIB);
}

static void
test_slow_leak (void)
{
  MgrRoomTrack track;
  MgrForecastFigures figures;

  g_test_summary ("200 KiB a minute takes the long window, and is seen by it");

  mgr_room_track_init (&track);
  go (&track, 0, 500, 498, 600 * SECOND);
  figures = forecast (&track, 498 * MIB);

  g_assert_cmpint (figures.window, ==, 600 * SECOND);
  assert_seconds (figures.time_to_exhaustion, 498 * 300);
}

static void
test_burst (void)
{
  MgrRoomTrack track;
  MgrForecastFigures figures;
  gint64 time;

  g_test_summary ("A burst is foreseen within two seconds, out of long calm");

  mgr_room_track_init (&track);
  time = go (&track, 0, 900, 900, 60 * SECOND);
  go (&track, time, 900, 700, 2 * SECOND);
  figures = forecast (&track, 700 * MIB);

  g_assert_cmpint (figures.window, ==, 2 * SECOND);
  g_assert_cmpint (figures.time_to_exhaustion, <, 12 * SECOND);
}

static void
test_burst_that_ended (void)
{
  MgrRoomTrack track;
  gint64 time;

  g_test_summary ("What the long window still sees has ended, says the short one");

  mgr_room_track_init (&track);
  time = go (&track, 0, 900, 300, 10 * SECOND);
  go (&track, time, 300, 300, 4 * SECOND);

  assert_never (forecast (&track, 300 * MIB));
}

static void
test_room_grows (void)
{
  MgrRoomTrack track;

  mgr_room_track_init (&track);
  go (&track, 0, 300, 400, 20 * SECOND);
  assert_never (forecast (&track, 400 * MIB));
}

static void
check_habit (gint64 time)
{
  MgrRoomTrack track;

  mgr_room_track_init (&track);
  for (guint i = 0; i < 5; i++)
    {
      time = go (&track, time, 700, 300, 10 * SECOND);
      time = go (&track, time, 700, 700, SECOND);
    }

  time = go (&track, time, 700, 350, 8 * SECOND);
  assert_never (forecast (&track, 350 * MIB));

  go (&track, time, 350, 250, 3 * SECOND);
  assert_seconds (forecast (&track, 250 * MIB).time_to_exhaustion, 250 / (100.0 / 3));
}

static void
test_habit (void)
{
  g_test_summary ("A fall to where it always turned is no news; one below is");

  check_habit (0);
}

static void
test_habit_before_zero (void)
{
  g_test_summary ("A clock may begin before its zero");

  check_habit (-G_TIME_SPAN_HOUR);
  check_habit (-30 * SECOND);
}

static void
test_habit_is_forgotten (void)
{
  MgrRoomTrack track;
  gint64 time;

  mgr_room_track_init (&track);
  time = go (&track, 0, 700, 300, 10 * SECOND);
  time = go (&track, time, 700, 700, 660 * SECOND);
  go (&track, time, 700, 500, 8 * SECOND);

  assert_seconds (forecast (&track, 500 * MIB).time_to_exhaustion, 20);
}

static void
test_no_habit_when_nearly_gone (void)
{
  MgrRoomTrack track;
  gint64 time;

  g_test_summary ("Who once came down to 2 % is told all the same when there is little left");

  mgr_room_track_init (&track);
  time = go (&track, 0, 700, 20, 10 * SECOND);
  time = go (&track, time, 700, 700, SECOND);
  go (&track, time, 700, 140, 10 * SECOND);

  assert_seconds (forecast (&track, 140 * MIB).time_to_exhaustion, 2.5);
}

static void
test_limit_changed (void)
{
  MgrRoomTrack track;

  g_test_summary ("Room that falls because the limit was lowered is no trend");

  mgr_room_track_init (&track);
  go (&track, 0, 900, 900, 3 * SECOND);
  for (gint64 time = 3 * SECOND; time < 6 * SECOND; time += SECOND / 4)
    mgr_room_track_feed (&track, time, 400 * MIB, TOTAL / 2);

  assert_never (forecast (&track, 400 * MIB));
}

static void
test_clock_back (void)
{
  MgrRoomTrack track;

  mgr_room_track_init (&track);
  go (&track, 100 * SECOND, 500, 400, 20 * SECOND);
  mgr_room_track_feed (&track, SECOND, 400 * MIB, TOTAL);

  assert_never (forecast (&track, 400 * MIB));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/room/nothing-known", test_nothing_known);
  g_test_add_func ("/pressure/room/leak", test_leak);
  g_test_add_func ("/pressure/room/slow-leak", test_slow_leak);
  g_test_add_func ("/pressure/room/burst", test_burst);
  g_test_add_func ("/pressure/room/burst-that-ended", test_burst_that_ended);
  g_test_add_func ("/pressure/room/room-grows", test_room_grows);
  g_test_add_func ("/pressure/room/habit", test_habit);
  g_test_add_func ("/pressure/room/habit-before-zero", test_habit_before_zero);
  g_test_add_func ("/pressure/room/habit-is-forgotten", test_habit_is_forgotten);
  g_test_add_func ("/pressure/room/no-habit-when-nearly-gone", test_no_habit_when_nearly_gone);
  g_test_add_func ("/pressure/room/limit-changed", test_limit_changed);
  g_test_add_func ("/pressure/room/clock-back", test_clock_back);

  return g_test_run ();
}
