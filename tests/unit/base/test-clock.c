/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

static gboolean
count_cb (gpointer user_data)
{
  guint *count = user_data;

  (*count)++;
  return G_SOURCE_REMOVE;
}

static void
drain (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_system (void)
{
  MgrClock *clock = mgr_clock_get_default ();
  gint64 before = g_get_monotonic_time ();
  gint64 now = mgr_clock_get_time (clock);

  g_assert_true (clock == mgr_clock_get_default ());
  g_assert_cmpint (before, <=, now);
  g_assert_cmpint (now, <=, g_get_monotonic_time ());
}

static void
test_system_timer (void)
{
  MgrClock *clock = mgr_clock_get_default ();
  g_autoptr (GSource) timer = mgr_clock_create_timer (clock, mgr_clock_get_time (clock));
  guint count = 0;

  g_source_set_callback (timer, count_cb, &count, NULL);
  g_source_attach (timer, NULL);
  while (count == 0)
    g_main_context_iteration (NULL, TRUE);

  g_assert_true (g_source_is_destroyed (timer));
}

static void
test_manual_timer (void)
{
  g_autoptr (MgrManualClock) manual = mgr_manual_clock_new (1000);
  MgrClock *clock = MGR_CLOCK (manual);
  g_autoptr (GSource) timer = mgr_clock_create_timer (clock, 1500);
  guint count = 0;

  g_source_set_callback (timer, count_cb, &count, NULL);
  g_source_attach (timer, NULL);

  drain ();
  g_assert_cmpuint (count, ==, 0);

  mgr_manual_clock_advance (manual, 499);
  drain ();
  g_assert_cmpuint (count, ==, 0);

  mgr_manual_clock_advance (manual, 1);
  drain ();
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpint (mgr_clock_get_time (clock), ==, 1500);

  mgr_manual_clock_advance (manual, 1000);
  drain ();
  g_assert_cmpuint (count, ==, 1);
}

static void
test_manual_timer_dropped (void)
{
  g_autoptr (MgrManualClock) manual = mgr_manual_clock_new (0);
  g_autoptr (GSource) timer = mgr_clock_create_timer (MGR_CLOCK (manual), 10);

  g_clear_pointer (&timer, g_source_unref);
  mgr_manual_clock_advance (manual, 100);
  g_assert_cmpint (mgr_clock_get_time (MGR_CLOCK (manual)), ==, 100);
}

static gboolean
count_on_cb (gpointer user_data)
{
  guint *count = user_data;

  (*count)++;
  return G_SOURCE_CONTINUE;
}

static void
test_manual_timer_set (void)
{
  g_autoptr (MgrManualClock) manual = mgr_manual_clock_new (0);
  MgrClock *clock = MGR_CLOCK (manual);
  g_autoptr (GSource) timer = mgr_clock_create_timer (clock, G_MAXINT64);
  guint count = 0;

  g_source_set_callback (timer, count_on_cb, &count, NULL);
  g_source_attach (timer, NULL);
  mgr_clock_set_timer (clock, timer, 10);
  mgr_clock_set_timer (clock, timer, 20);
  mgr_manual_clock_advance (manual, 10);
  drain ();
  g_assert_cmpuint (count, ==, 0);

  mgr_manual_clock_advance (manual, 10);
  drain ();
  g_assert_cmpuint (count, ==, 1);

  g_test_message ("It can be set again, for now, and taken back before it dispatched");
  mgr_clock_set_timer (clock, timer, 0);
  drain ();
  g_assert_cmpuint (count, ==, 2);
  mgr_clock_set_timer (clock, timer, 0);
  mgr_clock_set_timer (clock, timer, G_MAXINT64);
  drain ();
  g_assert_cmpuint (count, ==, 2);
  g_source_destroy (timer);
}

static void
test_system_timer_set (void)
{
  MgrClock *clock = mgr_clock_get_default ();
  g_autoptr (GSource) timer = mgr_clock_create_timer (clock, G_MAXINT64);
  guint count = 0;

  g_source_set_callback (timer, count_on_cb, &count, NULL);
  g_source_attach (timer, NULL);
  drain ();
  g_assert_cmpuint (count, ==, 0);
  for (guint i = 1; i <= 2; i++)
    {
      mgr_clock_set_timer (clock, timer, mgr_clock_get_time (clock));
      while (count < i)
        g_main_context_iteration (NULL, TRUE);
      drain ();
      g_assert_cmpuint (count, ==, i);
    }
  g_source_destroy (timer);
}

static gpointer
advance_cb (gpointer user_data)
{
  for (guint i = 0; i < 20000; i++)
    mgr_manual_clock_advance (user_data, 1);

  return NULL;
}

static void
test_manual_timers_come_and_go (void)
{
  g_autoptr (MgrManualClock) manual = mgr_manual_clock_new (0);
  GThread *thread = g_thread_new ("advance", advance_cb, manual);
  guint count = 0;

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GSource) timer = mgr_clock_create_timer (MGR_CLOCK (manual), i);

      g_source_set_callback (timer, count_cb, &count, NULL);
      g_source_attach (timer, NULL);
      if (i % 2 == 0)
        g_source_destroy (timer);
    }
  g_thread_join (thread);

  mgr_manual_clock_advance (manual, 20000);
  drain ();
  g_assert_cmpuint (count, ==, 10000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/clock/system", test_system);
  g_test_add_func ("/base/clock/system-timer", test_system_timer);
  g_test_add_func ("/base/clock/manual-timer", test_manual_timer);
  g_test_add_func ("/base/clock/manual-timer-dropped", test_manual_timer_dropped);

  g_test_add_func ("/base/clock/manual-timer-set", test_manual_timer_set);
  g_test_add_func ("/base/clock/system-timer-set", test_system_timer_set);
  g_test_add_func ("/base/clock/manual-timers-come-and-go", test_manual_timers_come_and_go);

  return g_test_run ();
}
