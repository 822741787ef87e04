/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-source.h"
#include "mgr-test-support.h"

#define SECOND G_TIME_SPAN_SECOND

typedef struct
{
  MgrManualClock *clock;       /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) (nullable) */
  MgrFakeSource *source;       /* (owned) */
  guint reads;                 /* that the worker has been made to do */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  unused)
{
  fixture->clock = mgr_manual_clock_new (0);
  fixture->monitor = mgr_pressure_monitor_new (MGR_CLOCK (fixture->clock));
  fixture->source = mgr_fake_source_new ("source");
  mgr_pressure_monitor_add_source (fixture->monitor, MGR_PRESSURE_SOURCE (fixture->source));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_clear_object (&fixture->monitor);
  g_clear_object (&fixture->source);
  g_clear_object (&fixture->clock);
}

/* Sleeps, since a loop that only yields takes the clock's lock again before the worker
 * gets it. */
static void
give_way (void)
{
  g_usleep (50);
}

/* Lets the worker begin one more read. The timer of the next one is made only after
 * the last, so the clock may have to be moved more than once. */
static void
next_read (Fixture *fixture)
{
  fixture->reads++;
  while (mgr_fake_source_get_reads (fixture->source) < fixture->reads)
    {
      mgr_manual_clock_advance (fixture->clock, SECOND);
      give_way ();
    }
}

static void
test_reads_in_worker (Fixture       *fixture,
                      gconstpointer  unused)
{
  gboolean running = TRUE;

  g_object_get (fixture->monitor, "running", &running, NULL);
  g_assert_false (running);

  mgr_pressure_monitor_start (fixture->monitor);
  mgr_pressure_monitor_start (fixture->monitor);
  g_object_get (fixture->monitor, "running", &running, NULL);
  g_assert_true (running);

  mgr_fake_source_wait (fixture->source, 1);
  g_assert_true (mgr_fake_source_get_reader (fixture->source) != g_thread_self ());

  mgr_pressure_monitor_stop (fixture->monitor);
  mgr_pressure_monitor_stop (fixture->monitor);
  g_object_get (fixture->monitor, "running", &running, NULL);
  g_assert_false (running);
}

static void
test_interval (Fixture       *fixture,
               gconstpointer  unused)
{
  g_test_summary ("The next sample comes with the interval, not before; a new one counts at once");

  g_assert_cmpint (mgr_pressure_monitor_get_interval (fixture->monitor), ==, SECOND / 2);
  mgr_pressure_monitor_set_interval (fixture->monitor, 80000 * SECOND);
  mgr_pressure_monitor_start (fixture->monitor);
  mgr_fake_source_wait (fixture->source, 1);

  mgr_manual_clock_advance (fixture->clock, 40000 * SECOND);
  mgr_pressure_monitor_stop (fixture->monitor);
  g_assert_cmpuint (mgr_fake_source_get_reads (fixture->source), ==, 1);

  mgr_pressure_monitor_start (fixture->monitor);
  mgr_fake_source_wait (fixture->source, 2);
  mgr_pressure_monitor_set_interval (fixture->monitor, SECOND);
  mgr_fake_source_wait (fixture->source, 3);
  fixture->reads = 3;
  next_read (fixture);
}

typedef struct
{
  Fixture *fixture;
  guint changes;
  MgrPressureLevel expected;
} Changes;

static void
changed_cb (MgrPressureMonitor *monitor,
            MgrPressureLevel    level,
            MgrPressureSample  *sample,
            gpointer            user_data)
{
  Changes *changes = user_data;

  g_assert_cmpint (level, ==, changes->expected);
  changes->expected = level == MGR_PRESSURE_LEVEL_NORMAL ? MGR_PRESSURE_LEVEL_EMERGENCY
                                                         : MGR_PRESSURE_LEVEL_NORMAL;
  changes->changes++;
}

static GThread *owner_thread;

static void
assert_owner_cb (void)
{
  g_assert_true (g_thread_self () == owner_thread);
}

static void
test_thousand_changes (Fixture       *fixture,
                       gconstpointer  unused)
{
  Changes changes = { fixture, 0, MGR_PRESSURE_LEVEL_EMERGENCY };

  g_test_summary ("1000 changes found in the worker: all of them signalled, in order, here");

  owner_thread = g_thread_self ();
  g_signal_connect (fixture->monitor, "pressure-changed", G_CALLBACK (changed_cb), &changes);
  g_signal_connect (fixture->monitor, "pressure-changed", G_CALLBACK (assert_owner_cb), NULL);
  g_signal_connect (fixture->monitor, "notify", G_CALLBACK (assert_owner_cb), NULL);
  mgr_pressure_monitor_start (fixture->monitor);

  for (guint i = 0; i < 1000; i++)
    {
      MgrPressureLevel wanted = i % 2 ? MGR_PRESSURE_LEVEL_NORMAL : MGR_PRESSURE_LEVEL_EMERGENCY;

      mgr_fake_source_set (fixture->source, i % 2 ? 10 : 97, 100, 0.0);
      while (mgr_pressure_monitor_get_level (fixture->monitor) != wanted)
        {
          mgr_manual_clock_advance (fixture->clock, 16 * SECOND);
          give_way ();
        }

      if (i % 7 == 0)
        g_main_context_iteration (NULL, FALSE);
    }

  while (changes.changes < 1000)
    g_main_context_iteration (NULL, TRUE);
  mgr_pressure_monitor_stop (fixture->monitor);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (changes.changes, ==, 1000);
}

static void
test_blocked_loop (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_test_summary ("While the main loop is blocked the level still follows");

  mgr_fake_source_set (fixture->source, 92, 100, 0.0);
  mgr_pressure_monitor_start (fixture->monitor);
  while (mgr_pressure_monitor_get_level (fixture->monitor) != MGR_PRESSURE_LEVEL_CRITICAL)
    next_read (fixture);
}

static void
test_blocking_source (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) good = mgr_fake_source_new ("good");
  g_autoptr (MgrPressureSample) sample = NULL;
  const char * const *missing;

  g_test_summary ("Who comes while another waits for a source goes on without it");

  mgr_fake_source_set (good, 40, 100, 0.0);
  mgr_pressure_monitor_add_source (fixture->monitor, MGR_PRESSURE_SOURCE (good));
  mgr_fake_source_answer (fixture->source, MGR_FAKE_ANSWER_NEVER);
  mgr_pressure_monitor_start (fixture->monitor);
  mgr_fake_source_wait (fixture->source, 1);

  sample = mgr_pressure_monitor_sample (fixture->monitor);
  missing = mgr_pressure_sample_get_missing (sample);
  g_assert_cmpuint (g_strv_length ((GStrv) missing), ==, 1);
  g_assert_cmpstr (missing[0], ==, "source");
  g_assert_cmpfloat (mgr_pressure_sample_get_usage (sample), ==, 0.4);

  mgr_fake_source_answer (fixture->source, MGR_FAKE_ANSWER_READING);
  mgr_pressure_monitor_stop (fixture->monitor);
}

static void
gone_cb (gpointer  data,
         GObject  *where_the_object_was)
{
  g_atomic_pointer_set ((gpointer *) data, g_thread_self ());
}

static void
test_freed_while_running (Fixture       *fixture,
                          gconstpointer  unused)
{
  gpointer gone_in = NULL;

  mgr_pressure_monitor_start (fixture->monitor);
  mgr_fake_source_wait (fixture->source, 1);
  g_object_weak_ref (G_OBJECT (fixture->monitor), gone_cb, &gone_in);
  g_clear_object (&fixture->monitor);

  while (g_atomic_pointer_get (&gone_in) == NULL)
    give_way ();
}

static void
test_dropped_while_reading (Fixture       *fixture,
                            gconstpointer  unused)
{
  gpointer gone_in = NULL;

  g_test_summary ("Who drops the last reference waits for no source; what is left ends by itself");

  mgr_fake_source_answer (fixture->source, MGR_FAKE_ANSWER_NEVER);
  mgr_pressure_monitor_start (fixture->monitor);
  mgr_fake_source_wait (fixture->source, 1);

  g_object_weak_ref (G_OBJECT (fixture->monitor), gone_cb, &gone_in);
  g_clear_object (&fixture->monitor);
  g_assert_true (gone_in == g_thread_self ());
  g_assert_cmpuint (mgr_test_count_threads ("mgr-pressure"), >=, 1);

  mgr_fake_source_answer (fixture->source, MGR_FAKE_ANSWER_READING);
  mgr_test_wait_threads ("mgr-pressure");
  g_assert_cmpint (g_atomic_int_get (&G_OBJECT (fixture->source)->ref_count), ==, 1);
}

static void
toggled_cb (gpointer  data,
            GObject  *object,
            gboolean  is_last_ref)
{
  g_assert_true (g_thread_self () == owner_thread);
}

static void
test_no_reference_in_worker (Fixture       *fixture,
                             gconstpointer  unused)
{
  Changes changes = { fixture, 0, MGR_PRESSURE_LEVEL_EMERGENCY };

  g_test_summary ("Only the owner's thread takes references: those wake who watches them");

  owner_thread = g_thread_self ();
  g_object_add_toggle_ref (G_OBJECT (fixture->monitor), toggled_cb, NULL);
  g_signal_connect (fixture->monitor, "pressure-changed", G_CALLBACK (changed_cb), &changes);
  g_object_unref (fixture->monitor);

  mgr_fake_source_set (fixture->source, 97, 100, 0.0);
  mgr_pressure_monitor_start (fixture->monitor);
  for (guint i = 0; i < 10; i++)
    next_read (fixture);
  while (changes.changes == 0)
    g_main_context_iteration (NULL, TRUE);

  g_object_ref (fixture->monitor);
  g_object_remove_toggle_ref (G_OBJECT (fixture->monitor), toggled_cb, NULL);
}

static gpointer
start_stop_thread (gpointer user_data)
{
  MgrPressureMonitor *monitor = user_data;

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (MgrPressureSample) sample = NULL;

      mgr_pressure_monitor_start (monitor);
      mgr_pressure_monitor_set_interval (monitor, (1 + i % 3) * SECOND);
      sample = mgr_pressure_monitor_sample (monitor);
      mgr_pressure_monitor_stop (monitor);
    }

  return NULL;
}

static gpointer
add_remove_thread (gpointer user_data)
{
  MgrPressureMonitor *monitor = user_data;

  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (MgrFakeSource) source = mgr_fake_source_new ("passing");

      mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (source));
      g_assert_true (mgr_pressure_monitor_remove_source (monitor, MGR_PRESSURE_SOURCE (source)));
    }

  return NULL;
}

static void
test_everything_at_once (Fixture       *fixture,
                         gconstpointer  unused)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("test", i % 2 ? add_remove_thread : start_stop_thread,
                               fixture->monitor);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (mgr_fake_source_get_reads (fixture->source), >=, 1);
}

static void
test_real_clock (void)
{
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrFakeSource) source = mgr_fake_source_new ("source");

  mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (source));
  mgr_pressure_monitor_set_interval (monitor, G_TIME_SPAN_MILLISECOND);
  mgr_pressure_monitor_start (monitor);
  mgr_fake_source_wait (source, 5);
  mgr_pressure_monitor_stop (monitor);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/pressure/monitor-threads/" name, Fixture, NULL, \
              fixture_set_up, func, fixture_tear_down)

  ADD ("reads-in-worker", test_reads_in_worker);
  ADD ("interval", test_interval);
  ADD ("thousand-changes", test_thousand_changes);
  ADD ("blocked-loop", test_blocked_loop);
  ADD ("blocking-source", test_blocking_source);
  ADD ("freed-while-running", test_freed_while_running);
  ADD ("dropped-while-reading", test_dropped_while_reading);
  ADD ("no-reference-in-worker", test_no_reference_in_worker);
  ADD ("everything-at-once", test_everything_at_once);

#undef ADD

  g_test_add_func ("/pressure/monitor-threads/real-clock", test_real_clock);

  return g_test_run ();
}
