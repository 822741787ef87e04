/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-source.h"
#include "mgr-test-support.h"

#define SECOND G_TIME_SPAN_SECOND

typedef MgrFakeSource * (*MakeFunc) (const char *name);

/* A monitor that runs, with a prompt source that shows its samples, and a source that
 * behaves in some way. */
typedef struct
{
  MgrManualClock *clock;       /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) (nullable) */
  MgrFakeSource *pulse;        /* (owned) */
  MgrFakeSource *source;       /* (owned) */
  guint samples;               /* that pulse has shown */
  GWeakRef weak;               /* of monitor, for other threads */
  gpointer gone_in;            /* (nullable): the thread where the monitor ended */
} Fixture;

static void
gone_cb (gpointer  data,
         GObject  *where_the_object_was)
{
  g_atomic_pointer_set ((gpointer *) data, g_thread_self ());
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  make)
{
  fixture->clock = mgr_manual_clock_new (0);
  fixture->monitor = mgr_pressure_monitor_new (MGR_CLOCK (fixture->clock));
  g_weak_ref_init (&fixture->weak, fixture->monitor);
  g_object_weak_ref (G_OBJECT (fixture->monitor), gone_cb, &fixture->gone_in);

  fixture->pulse = mgr_fake_source_new ("pulse");
  mgr_pressure_monitor_add_source (fixture->monitor, MGR_PRESSURE_SOURCE (fixture->pulse));
  fixture->source = ((MakeFunc) make) ("source");
  mgr_fake_source_set (fixture->source, 40, 100, 0.0);
  mgr_pressure_monitor_add_source (fixture->monitor, MGR_PRESSURE_SOURCE (fixture->source));
}

static void
drain (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  make)
{
  g_clear_object (&fixture->monitor);
  while (g_atomic_pointer_get (&fixture->gone_in) == NULL)
    {
      drain ();
      g_usleep (50);
    }
  drain ();
  mgr_test_wait_threads ("mgr-source");

  g_clear_object (&fixture->pulse);
  g_clear_object (&fixture->source);
  g_clear_object (&fixture->clock);
  g_weak_ref_clear (&fixture->weak);
}

/* Lets the worker take one more sample. */
static void
next_sample (Fixture *fixture)
{
  fixture->samples++;
  while (mgr_fake_source_get_reads (fixture->pulse) < fixture->samples)
    {
      mgr_manual_clock_advance (fixture->clock, SECOND / 2);
      g_usleep (50);
    }
}

/* Runs everything until the source has been read @reads times. */
static void
wait_reads (Fixture *fixture,
            guint    reads)
{
  while (mgr_fake_source_get_reads (fixture->source) < reads)
    {
      mgr_manual_clock_advance (fixture->clock, SECOND / 2);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (50);
    }
}

static void
test_counts (Fixture       *fixture,
             gconstpointer  make)
{
  guint reads = 0;

  g_test_summary ("A running monitor hears a source wherever that is read");

  mgr_fake_source_set (fixture->source, 97, 100, 0.0);
  mgr_pressure_monitor_start (fixture->monitor);
  while (mgr_pressure_monitor_get_level (fixture->monitor) != MGR_PRESSURE_LEVEL_EMERGENCY)
    wait_reads (fixture, ++reads);
}

static void
test_only_in_owner (Fixture       *fixture,
                    gconstpointer  make)
{
  g_autoptr (MgrPressureSample) sample = NULL;

  g_test_summary ("Without the main loop a source that is not thread-safe is not read, but by hand");

  mgr_pressure_monitor_start (fixture->monitor);
  for (guint i = 0; i < 10; i++)
    next_sample (fixture);
  g_assert_cmpuint (mgr_fake_source_get_reads (fixture->source), ==, 0);

  sample = mgr_pressure_monitor_sample (fixture->monitor);
  g_assert_cmpuint (mgr_fake_source_get_reads (fixture->source), ==, 1);
  g_assert_cmpfloat (mgr_pressure_sample_get_usage (sample), ==, 0.4);
}

/* What a source does to its monitor while it is read, in whatever thread, and perhaps
 * at the very end of the test. */
static void
sample_cb (MgrFakeSource *source,
           gpointer       user_data)
{
  g_autoptr (MgrPressureMonitor) monitor = g_weak_ref_get (user_data);
  g_autoptr (MgrPressureSample) sample = NULL;

  if (monitor != NULL)
    sample = mgr_pressure_monitor_sample (monitor);
}

static void
stop_cb (MgrFakeSource *source,
         gpointer       user_data)
{
  g_autoptr (MgrPressureMonitor) monitor = g_weak_ref_get (user_data);

  if (monitor != NULL)
    mgr_pressure_monitor_stop (monitor);
}

static void
restart_cb (MgrFakeSource *source,
            gpointer       user_data)
{
  g_autoptr (MgrPressureMonitor) monitor = g_weak_ref_get (user_data);

  if (monitor == NULL)
    return;

  mgr_pressure_monitor_stop (monitor);
  mgr_pressure_monitor_start (monitor);
}

static void
remove_cb (MgrFakeSource *source,
           gpointer       user_data)
{
  g_autoptr (MgrPressureMonitor) monitor = g_weak_ref_get (user_data);

  if (monitor != NULL)
    mgr_pressure_monitor_remove_source (monitor, MGR_PRESSURE_SOURCE (source));
}

static void
remove_and_add_cb (MgrFakeSource *source,
                   gpointer       user_data)
{
  g_autoptr (MgrPressureMonitor) monitor = g_weak_ref_get (user_data);

  if (monitor == NULL)
    return;

  mgr_pressure_monitor_remove_source (monitor, MGR_PRESSURE_SOURCE (source));
  mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (source));
}

static void
drop_cb (MgrFakeSource *source,
         gpointer       user_data)
{
  Fixture *fixture = user_data;

  g_clear_object (&fixture->monitor);
}

static void
test_samples_within (Fixture       *fixture,
                     gconstpointer  make)
{
  mgr_fake_source_call (fixture->source, sample_cb, &fixture->weak);
  mgr_pressure_monitor_start (fixture->monitor);
  wait_reads (fixture, 3);
}

static void
test_stops_within (Fixture       *fixture,
                   gconstpointer  make)
{
  gboolean running = TRUE;

  g_test_summary ("It may even stop the monitor before that has quite started, but not twice");

  mgr_fake_source_call (fixture->source, stop_cb, &fixture->weak);
  mgr_pressure_monitor_start (fixture->monitor);
  for (guint reads = 1; running; reads++)
    {
      wait_reads (fixture, reads);
      g_assert_cmpuint (reads, <=, 2);
      g_object_get (fixture->monitor, "running", &running, NULL);
    }
}

static void
test_restarts_within (Fixture       *fixture,
                      gconstpointer  make)
{
  mgr_fake_source_call (fixture->source, restart_cb, &fixture->weak);
  mgr_pressure_monitor_start (fixture->monitor);
  wait_reads (fixture, 3);
}

static void
test_removes_itself (Fixture       *fixture,
                     gconstpointer  make)
{
  mgr_fake_source_call (fixture->source, remove_cb, &fixture->weak);
  mgr_pressure_monitor_start (fixture->monitor);
  wait_reads (fixture, 1);
  next_sample (fixture);
  drain ();
  next_sample (fixture);
  g_assert_cmpuint (mgr_fake_source_get_reads (fixture->source), ==, 1);
}

static void
test_moves_within (Fixture       *fixture,
                   gconstpointer  make)
{
  g_test_summary ("A source that removes itself and comes back is read again");

  mgr_fake_source_call (fixture->source, remove_and_add_cb, &fixture->weak);
  mgr_pressure_monitor_start (fixture->monitor);
  wait_reads (fixture, 3);
}

static void
test_drops_monitor (Fixture       *fixture,
                    gconstpointer  make)
{
  MgrPressureMonitor *starting = g_object_ref (fixture->monitor);

  mgr_fake_source_call (fixture->source, drop_cb, fixture);
  mgr_pressure_monitor_start (starting);
  g_object_unref (starting);
  wait_reads (fixture, 1);
}

static void
test_drops_monitor_by_hand (Fixture       *fixture,
                            gconstpointer  make)
{
  g_autoptr (MgrPressureSample) sample = NULL;

  g_test_summary ("The monitor ends in the middle of the sample that it is taking");

  mgr_fake_source_call (fixture->source, drop_cb, fixture);
  sample = mgr_pressure_monitor_sample (fixture->monitor);
  g_assert_cmpuint (mgr_fake_source_get_reads (fixture->source), ==, 1);
  g_assert_true (g_atomic_pointer_get (&fixture->gone_in) != NULL);
}

/* Holds up the main loop until the worker has taken three samples. */
static void
block_cb (MgrFakeSource *source,
          gpointer       user_data)
{
  Fixture *fixture = user_data;

  for (guint i = 0; i < 3; i++)
    next_sample (fixture);
}

static void
test_blocks_loop (Fixture       *fixture,
                  gconstpointer  make)
{
  mgr_fake_source_call (fixture->source, block_cb, fixture);
  mgr_pressure_monitor_start (fixture->monitor);
  wait_reads (fixture, 1);
  g_assert_cmpuint (fixture->samples, ==, 3);
}

static void
test_hangs (Fixture       *fixture,
            gconstpointer  make)
{
  g_autoptr (MgrPressureSample) sample = NULL;
  const char * const *missing;

  g_test_summary ("A source that never answers is named, is no burden, and ends with the monitor");

  mgr_fake_source_set (fixture->pulse, 92, 100, 0.0);
  mgr_fake_source_answer (fixture->source, MGR_FAKE_ANSWER_NEVER);
  mgr_pressure_monitor_start (fixture->monitor);
  while (mgr_pressure_monitor_get_level (fixture->monitor) != MGR_PRESSURE_LEVEL_CRITICAL)
    next_sample (fixture);

  sample = mgr_pressure_monitor_sample (fixture->monitor);
  missing = mgr_pressure_sample_get_missing (sample);
  g_assert_cmpuint (g_strv_length ((GStrv) missing), ==, 1);
  g_assert_cmpstr (missing[0], ==, "source");

  g_clear_object (&fixture->monitor);
  while (g_atomic_pointer_get (&fixture->gone_in) == NULL)
    g_usleep (50);
  mgr_fake_source_answer (fixture->source, MGR_FAKE_ANSWER_READING);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(kind, name, func) \
  g_test_add ("/pressure/monitor-sources/" #kind "/" name, Fixture, mgr_fake_source_new_##kind, \
              fixture_set_up, func, fixture_tear_down)
#define ADD_BOTH(name, func) \
  ADD (foreign, name, func); \
  ADD (unsafe, name, func)

  ADD_BOTH ("counts", test_counts);
  ADD_BOTH ("samples-within", test_samples_within);
  ADD_BOTH ("stops-within", test_stops_within);
  ADD_BOTH ("restarts-within", test_restarts_within);
  ADD_BOTH ("removes-itself", test_removes_itself);
  ADD_BOTH ("moves-within", test_moves_within);
  ADD_BOTH ("drops-monitor", test_drops_monitor);
  ADD (unsafe, "drops-monitor-by-hand", test_drops_monitor_by_hand);
  ADD (unsafe, "only-in-owner", test_only_in_owner);
  ADD (unsafe, "blocks-loop", test_blocks_loop);
  ADD (foreign, "hangs", test_hangs);

#undef ADD_BOTH
#undef ADD

  return g_test_run ();
}
