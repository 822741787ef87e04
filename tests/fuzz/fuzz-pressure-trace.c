/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrPressureTrace, and MgrReplaySource, which plays what it has read. */

#include "fuzz.h"
#include "pressure/mgr-pressure-trace-private.h"

/* The columns that are never -1. */
static const char *const positive[] = { "t_ms", "mem_total_kb", "mem_avail_kb" };

static void
assert_rows (MgrPressureTrace *trace)
{
  guint n_rows = mgr_pressure_trace_get_n_rows (trace);
  gint64 before = 0;

  g_assert_cmpuint (n_rows, >=, 1);
  for (guint row = 0; row < n_rows; row++)
    {
      gint64 time = mgr_pressure_trace_time_at (trace, row);

      g_assert_cmpint (time, >=, before);
      before = time;
    }
  g_assert_cmpint (mgr_pressure_trace_get_duration (trace), ==, before);
}

static void
assert_columns (MgrPressureTrace *trace,
                gint64            time)
{
  for (gsize i = 0; i < G_N_ELEMENTS (positive); i++)
    {
      int column = mgr_pressure_trace_find_column (trace, positive[i]);

      g_assert_cmpint (column, >=, 0);
      g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, (guint) column, time), >=, 0);
    }

  for (guint column = 0; column < MGR_N_TRACE_COLUMNS; column++)
    {
      if (mgr_pressure_trace_find_column (trace, mgr_trace_column_get_name (column)) < 0)
        continue;
      g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, column, time), >=, -1);
      g_assert_cmpfloat (mgr_pressure_trace_interpolate_at (trace, column, time), >=, -1);
    }
}

static void
assert_reading (MgrPressureTrace *trace,
                MgrReplayPart     part,
                MgrClock         *clock)
{
  g_autoptr (MgrPressureSource) source = mgr_replay_source_new (trace, part, clock, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (source, &error);

  if (reading == NULL)
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
      return;
    }

  g_assert_no_error (error);
  g_assert_cmpuint (mgr_pressure_reading_get_available (reading), <=,
                    mgr_pressure_reading_get_limit (reading));
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (reading), >=, 0);
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (reading), <=, 1);
}

static void
assert_trace (MgrPressureTrace *trace)
{
  gint64 end = mgr_pressure_trace_get_duration (trace);
  const gint64 times[] = { 0, end / 2, end, end + 1 };

  assert_rows (trace);
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (times[i]);

      assert_columns (trace, times[i]);
      for (guint part = MGR_REPLAY_PART_MEMINFO; part <= MGR_REPLAY_PART_PSI_GROUP; part++)
        assert_reading (trace, (MgrReplayPart) part, MGR_CLOCK (clock));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  MgrFakeTree *tree = fuzz_get_tree ();
  g_autofree char *path = g_build_filename (mgr_fake_tree_get_root (tree), "fuzz.csv", NULL);
  g_auto (GStrv) texts = fuzz_split (data, size, 1);
  g_autoptr (MgrPressureTrace) trace = NULL;
  g_autoptr (GError) error = NULL;

  mgr_fake_tree_write (tree, "fuzz.csv", texts[0]);
  trace = mgr_pressure_trace_new_from_file (path, &error);
  if (trace != NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpstr (mgr_pressure_trace_get_name (trace), ==, "fuzz");
      assert_trace (trace);
    }
  else
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }

  return 0;
}
