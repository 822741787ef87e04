/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-source.h"

#define SECOND G_TIME_SPAN_SECOND

static void
drain (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
add (MgrPressureMonitor *monitor,
     MgrFakeSource      *source)
{
  mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (source));
}

/* Takes @n samples; the level of the last. */
static MgrPressureLevel
sample_level (MgrPressureMonitor *monitor,
              guint               n)
{
  MgrPressureLevel level = MGR_PRESSURE_LEVEL_NORMAL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MgrPressureSample) sample = mgr_pressure_monitor_sample (monitor);

      level = mgr_pressure_sample_get_level (sample);
    }

  return level;
}

/* What was signalled, as the names of the levels. */
typedef struct
{
  GString *levels; /* (owned) */
  GThread *thread;
} Log;

static void
pressure_changed_cb (MgrPressureMonitor *monitor,
                     MgrPressureLevel    level,
                     MgrPressureSample  *sample,
                     gpointer            user_data)
{
  g_autofree char *name = g_enum_to_string (MGR_TYPE_PRESSURE_LEVEL, level);
  Log *log = user_data;

  g_assert_true (g_thread_self () == log->thread);
  g_assert_cmpint (mgr_pressure_sample_get_level (sample), ==, level);
  g_string_append_printf (log->levels, "%s ", name + strlen ("MGR_PRESSURE_LEVEL_"));
}

static void
log_assert (Log        *log,
            const char *levels)
{
  drain ();
  g_assert_cmpstr (log->levels->str, ==, levels);
  g_string_truncate (log->levels, 0);
}

static void
log_connect (Log                *log,
             MgrPressureMonitor *monitor)
{
  log->levels = g_string_new (NULL);
  log->thread = g_thread_self ();
  g_signal_connect (monitor, "pressure-changed", G_CALLBACK (pressure_changed_cb), log);
}

static void
log_clear (Log *log)
{
  g_string_free (log->levels, TRUE);
}

static void
test_no_source (void)
{
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrPressureSample) sample = mgr_pressure_monitor_sample (monitor);

  g_assert_cmpint (mgr_pressure_sample_get_level (sample), ==, MGR_PRESSURE_LEVEL_NORMAL);
  g_assert_cmpfloat (mgr_pressure_sample_get_usage (sample), ==, 0.0);
  g_assert_cmpuint (mgr_pressure_sample_get_limit (sample), ==, 0);
  g_assert_null (mgr_pressure_sample_get_source (sample));
  g_assert_cmpuint (g_strv_length ((GStrv) mgr_pressure_sample_get_missing (sample)), ==, 0);
}

static void
test_sums_up (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (77);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (MGR_CLOCK (clock));
  g_autoptr (MgrFakeSource) narrow = mgr_fake_source_new ("narrow");
  g_autoptr (MgrFakeSource) wide = mgr_fake_source_new ("wide");
  g_autoptr (MgrFakeSource) stall = mgr_fake_source_new ("stall");
  g_autoptr (MgrPressureSample) sample = NULL;

  g_test_summary ("Usage is the largest share, available the least, stall the largest");

  mgr_fake_source_set (narrow, 50, 100, 0.1);
  mgr_fake_source_set (wide, 600, 1000, 0.0);
  mgr_fake_source_set (stall, 999999, 0, 0.3);
  add (monitor, narrow);
  add (monitor, wide);
  add (monitor, stall);
  add (monitor, wide);

  sample = mgr_pressure_monitor_sample (monitor);
  g_assert_cmpint (mgr_pressure_sample_get_time (sample), ==, 77);
  g_assert_cmpfloat (mgr_pressure_sample_get_usage (sample), ==, 0.6);
  g_assert_cmpuint (mgr_pressure_sample_get_limit (sample), ==, 1000);
  g_assert_cmpstr (mgr_pressure_sample_get_source (sample), ==, "wide");
  g_assert_cmpuint (mgr_pressure_sample_get_available (sample), ==, 50);
  g_assert_cmpfloat (mgr_pressure_sample_get_stall (sample), ==, 0.3);
  g_assert_cmpuint (mgr_fake_source_get_reads (wide), ==, 1);
}

static void
test_failing_sources (void)
{
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrFakeSource) error = mgr_fake_source_new ("error");
  g_autoptr (MgrFakeSource) nothing = mgr_fake_source_new ("nothing");
  g_autoptr (MgrFakeSource) good = mgr_fake_source_new ("good");
  g_autoptr (MgrPressureSample) sample = NULL;
  const char * const *missing;

  mgr_fake_source_set (error, 100, 100, 1.0);
  mgr_fake_source_answer (error, MGR_FAKE_ANSWER_ERROR);
  mgr_fake_source_answer (nothing, MGR_FAKE_ANSWER_NOTHING);
  mgr_fake_source_set (good, 30, 100, 0.0);
  add (monitor, error);
  add (monitor, nothing);
  add (monitor, good);

  sample = mgr_pressure_monitor_sample (monitor);
  missing = mgr_pressure_sample_get_missing (sample);
  g_assert_cmpuint (g_strv_length ((GStrv) missing), ==, 2);
  g_assert_cmpstr (missing[0], ==, "error");
  g_assert_cmpstr (missing[1], ==, "nothing");
  g_assert_cmpfloat (mgr_pressure_sample_get_usage (sample), ==, 0.3);
  g_assert_cmpfloat (mgr_pressure_sample_get_stall (sample), ==, 0.0);
  g_assert_cmpint (mgr_pressure_sample_get_level (sample), ==, MGR_PRESSURE_LEVEL_NORMAL);
}

static void
test_all_sources_fail (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (MGR_CLOCK (clock));
  g_autoptr (MgrFakeSource) source = mgr_fake_source_new ("source");

  g_test_summary ("What was measured stands for the dwell; then nothing known is normal");

  mgr_fake_source_set (source, 92, 100, 0.0);
  add (monitor, source);
  g_assert_cmpint (sample_level (monitor, 2), ==, MGR_PRESSURE_LEVEL_CRITICAL);

  mgr_fake_source_answer (source, MGR_FAKE_ANSWER_ERROR);
  g_assert_cmpint (sample_level (monitor, 5), ==, MGR_PRESSURE_LEVEL_CRITICAL);
  mgr_manual_clock_advance (clock, 15 * SECOND);
  g_assert_cmpint (sample_level (monitor, 1), ==, MGR_PRESSURE_LEVEL_NORMAL);
}

static void
test_remove_source (void)
{
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrFakeSource) source = mgr_fake_source_new ("source");
  gpointer weak = source;

  add (monitor, source);
  g_assert_true (mgr_pressure_monitor_remove_source (monitor, MGR_PRESSURE_SOURCE (source)));
  g_assert_false (mgr_pressure_monitor_remove_source (monitor, MGR_PRESSURE_SOURCE (source)));
  sample_level (monitor, 1);
  g_assert_cmpuint (mgr_fake_source_get_reads (source), ==, 0);

  g_object_add_weak_pointer (G_OBJECT (source), &weak);
  g_clear_object (&source);
  g_assert_null (weak);
}

static void
test_signals (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (MGR_CLOCK (clock));
  g_autoptr (MgrFakeSource) source = mgr_fake_source_new ("source");
  Log log;

  g_test_summary ("One signal for each change, up and down, and only when the loop runs");

  log_connect (&log, monitor);
  add (monitor, source);
  mgr_fake_source_set (source, 82, 100, 0.0);
  sample_level (monitor, 5);
  g_assert_cmpint (mgr_pressure_monitor_get_level (monitor), ==, MGR_PRESSURE_LEVEL_MEDIUM);
  g_assert_cmpstr (log.levels->str, ==, "");
  log_assert (&log, "MEDIUM ");

  mgr_fake_source_set (source, 97, 100, 0.0);
  sample_level (monitor, 3);
  log_assert (&log, "EMERGENCY ");

  mgr_fake_source_set (source, 10, 100, 0.0);
  sample_level (monitor, 3);
  mgr_manual_clock_advance (clock, 15 * SECOND);
  sample_level (monitor, 3);
  log_assert (&log, "NORMAL ");
  log_clear (&log);
}

static void
test_notify_level (void)
{
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrFakeSource) source = mgr_fake_source_new ("source");
  guint count = 0;
  MgrPressureLevel level = MGR_PRESSURE_LEVEL_NORMAL;

  g_signal_connect_swapped (monitor, "notify::level", G_CALLBACK (g_atomic_int_inc), &count);
  mgr_fake_source_set (source, 82, 100, 0.0);
  add (monitor, source);
  sample_level (monitor, 4);
  drain ();

  g_object_get (monitor, "level", &level, NULL);
  g_assert_cmpuint (count, ==, 1);
  g_assert_cmpint (level, ==, MGR_PRESSURE_LEVEL_MEDIUM);
}

static void
test_thresholds (void)
{
  static const double good[] = { 0.1, 0.2, 0.3, 0.4, 1.0 };
  static const double bad[][5] = {
    { 0.0, 0.2, 0.3, 0.4, 0.5 },
    { 0.1, 0.2, 0.2, 0.4, 0.5 },
    { 0.1, 0.2, 0.3, 0.4, 1.1 },
    { -0.1, 0.2, 0.3, 0.4, 0.5 },
  };
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrFakeSource) source = mgr_fake_source_new ("source");
  g_autoptr (GError) error = NULL;

  g_assert_cmpfloat (mgr_pressure_monitor_get_threshold (monitor, MGR_PRESSURE_LEVEL_LOW), ==, 0.70);
  g_assert_true (mgr_pressure_monitor_set_thresholds (monitor, good, 5, &error));
  g_assert_no_error (error);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (mgr_pressure_monitor_set_thresholds (monitor, bad[i], 5, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }

  g_assert_false (mgr_pressure_monitor_set_thresholds (monitor, good, 4, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);

  for (guint i = 0; i < 5; i++)
    g_assert_cmpfloat (mgr_pressure_monitor_get_threshold (monitor, i + 1), ==, good[i]);

  mgr_fake_source_set (source, 35, 100, 0.0);
  add (monitor, source);
  g_assert_cmpint (sample_level (monitor, 2), ==, MGR_PRESSURE_LEVEL_HIGH);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/monitor/no-source", test_no_source);
  g_test_add_func ("/pressure/monitor/sums-up", test_sums_up);
  g_test_add_func ("/pressure/monitor/failing-sources", test_failing_sources);
  g_test_add_func ("/pressure/monitor/all-sources-fail", test_all_sources_fail);
  g_test_add_func ("/pressure/monitor/remove-source", test_remove_source);
  g_test_add_func ("/pressure/monitor/signals", test_signals);
  g_test_add_func ("/pressure/monitor/notify-level", test_notify_level);
  g_test_add_func ("/pressure/monitor/thresholds", test_thresholds);

  return g_test_run ();
}
