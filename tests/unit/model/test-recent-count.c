/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "model/mgr-recent-count-private.h"

static void
test_an_hour (void)
{
  MgrRecentCount count = { 0 };
  gint64 start = 12345 * G_TIME_SPAN_MINUTE;

  mgr_recent_count_add (&count, start, 2);
  mgr_recent_count_add (&count, start + 30 * G_TIME_SPAN_MINUTE, 3);
  g_assert_cmpuint (mgr_recent_count_get (&count, start + 59 * G_TIME_SPAN_MINUTE), ==, 5);
  g_assert_cmpuint (mgr_recent_count_get (&count, start + 60 * G_TIME_SPAN_MINUTE), ==, 3);
  g_assert_cmpuint (mgr_recent_count_get (&count, start + 90 * G_TIME_SPAN_MINUTE), ==, 0);
}

static void
test_a_clock_that_jumps (void)
{
  MgrRecentCount count = { 0 };

  mgr_recent_count_add (&count, 1000 * G_TIME_SPAN_MINUTE, 1);
  mgr_recent_count_add (&count, 10 * G_TIME_SPAN_MINUTE, 1);
  g_assert_cmpuint (mgr_recent_count_get (&count, 10 * G_TIME_SPAN_MINUTE), ==, 2);
  g_assert_cmpuint (mgr_recent_count_get (&count, G_MAXINT64), ==, 0);
}

static void
test_too_many (void)
{
  MgrRecentCount count = { 0 };

  mgr_recent_count_add (&count, 0, G_MAXUINT);
  mgr_recent_count_add (&count, 0, 5);
  g_assert_cmpuint (mgr_recent_count_get (&count, 0), ==, G_MAXUINT32);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recent-count/an-hour", test_an_hour);
  g_test_add_func ("/recent-count/a-clock-that-jumps", test_a_clock_that_jumps);
  g_test_add_func ("/recent-count/too-many", test_too_many);
  return g_test_run ();
}
