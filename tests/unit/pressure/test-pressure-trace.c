/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-trace.h"
#include "pressure/mgr-cgroup-reclaimable-private.h"
#include "pressure/mgr-stall-share-private.h"

#include <glib/gstdio.h>

#define MS G_TIME_SPAN_MILLISECOND

#define NAMES "t_ms,mem_total_kb,mem_avail_kb,swap_total_kb,swap_free_kb,psi_some_us,cg_current," \
              "cg_high,cg_max,cg_file,cg_inactive_file,cg_some_us"
#define VALUES ",1000,500,0,0,0,0,-1,-1,0,0,0"

static guint
find (MgrPressureTrace *trace,
      const char       *name)
{
  int column = mgr_pressure_trace_find_column (trace, name);

  g_assert_cmpint (column, >=, 0);
  return (guint) column;
}

static void
test_values (void)
{
  g_autoptr (MgrPressureTrace) trace = mgr_fake_trace_new ("t_ms=0.1 psi_full_us=1000\n"
                                                           "t_ms=100.1 psi_full_us=3000\n"
                                                           "t_ms=300.4 psi_full_us=3000\n");
  guint full = find (trace, "psi_full_us");
  guint total = find (trace, "mem_total_kb");

  g_assert_cmpstr (mgr_pressure_trace_get_name (trace), ==, "fake");
  g_assert_cmpuint (mgr_pressure_trace_get_n_rows (trace), ==, 3);
  g_assert_cmpint (mgr_pressure_trace_get_duration (trace), ==, 300400);
  g_assert_cmpint (mgr_pressure_trace_time_at (trace, 0), ==, 100);
  g_assert_cmpint (mgr_pressure_trace_time_at (trace, 1), ==, 100100);

  g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, total, 50 * MS), ==, 1000000);

  /* A step at each row. */
  g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, full, -MS), ==, 1000);
  g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, full, 100099), ==, 1000);
  g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, full, 100100), ==, 3000);
  g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, full, G_TIME_SPAN_HOUR), ==, 3000);

  /* A line between two rows. */
  g_assert_cmpfloat (mgr_pressure_trace_interpolate_at (trace, full, 0), ==, 1000);
  g_assert_cmpfloat (mgr_pressure_trace_interpolate_at (trace, full, 25100), ==, 1500);
  g_assert_cmpfloat (mgr_pressure_trace_interpolate_at (trace, full, 100100), ==, 3000);
  g_assert_cmpfloat (mgr_pressure_trace_interpolate_at (trace, full, G_TIME_SPAN_HOUR), ==, 3000);
}

static void
test_one_row (void)
{
  g_autoptr (MgrPressureTrace) trace = mgr_fake_trace_new ("t_ms=50");
  guint available = find (trace, "mem_avail_kb");

  g_assert_cmpuint (mgr_pressure_trace_get_n_rows (trace), ==, 1);
  g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, available, 0), ==, 500000);
  g_assert_cmpfloat (mgr_pressure_trace_interpolate_at (trace, available, 0), ==, 500000);
  g_assert_cmpfloat (mgr_pressure_trace_interpolate_at (trace, available, 80 * MS), ==, 500000);
}

static void
test_rows_of_one_time (void)
{
  g_autoptr (MgrPressureTrace) trace = mgr_fake_trace_new ("t_ms=0 psi_some_us=0\n"
                                                           "t_ms=5 psi_some_us=10\n"
                                                           "t_ms=5 psi_some_us=20\n"
                                                           "t_ms=9 psi_some_us=60\n");
  guint some = find (trace, "psi_some_us");

  g_test_summary ("A recorder with a coarse clock may write two rows of one time");

  g_assert_cmpfloat (mgr_pressure_trace_interpolate_at (trace, some, 4 * MS), ==, 8);
  g_assert_cmpfloat (mgr_pressure_trace_interpolate_at (trace, some, 5 * MS), ==, 20);
  g_assert_cmpfloat (mgr_pressure_trace_interpolate_at (trace, some, 6 * MS), ==, 30);
}

static void
test_columns (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureTrace) trace = NULL;

  g_test_summary ("Columns come in any order, and those of other names are ignored");

  trace = mgr_fake_trace_read ("host,cg_some_us,cg_inactive_file,cg_file,cg_max,cg_high,oom_kill,"
                               "cg_current,psi_some_us,swap_free_kb,swap_total_kb,mem_avail_kb,"
                               "mem_total_kb,t_ms\r\n"
                               "web 1,11,10,9,8,7,6,5,4,3,2,1,99,0\r\n", &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, find (trace, "oom_kill"), 0), ==, 6);
  g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, find (trace, "cg_high"), 0), ==, 7);
  g_assert_cmpfloat (mgr_pressure_trace_value_at (trace, find (trace, "mem_total_kb"), 0), ==, 99);
  g_assert_cmpint (mgr_pressure_trace_find_column (trace, "host"), ==, -1);
  g_assert_cmpint (mgr_pressure_trace_find_column (trace, "psi_full_us"), ==, -1);
  g_assert_cmpint (mgr_pressure_trace_find_column (trace, ""), ==, -1);
}

typedef struct
{
  const char *name;
  const char *text;
  const char *part; /* of the error */
} Fault;

static const Fault faults[] = {
  { "empty", "", "line 1: the file ends here" },
  { "names-only", NAMES "\n", "line 2: the file ends here" },
  { "no-line-feed-after-names", NAMES, "line 1: the file is cut off here" },
  { "cut-off", NAMES "\n0" VALUES "\n10" VALUES "1", "line 3: the file is cut off here" },
  { "column-missing", "t_ms,mem_total_kb\n0,1\n", "line 1, column “mem_avail_kb”: it is missing" },
  { "last-column-missing", "t_ms,mem_total_kb,mem_avail_kb,swap_total_kb,swap_free_kb,psi_some_us,"
    "cg_current,cg_high,cg_max,cg_file,cg_inactive_file\n0,1\n", "column “cg_some_us”: it is missing" },
  { "column-twice", NAMES ",cg_max\n0" VALUES ",5\n", "line 1, column “cg_max”: it is there twice" },
  { "too-few-values", NAMES "\n0,1\n", "line 2: it has 2 values, and the first line 12 names" },
  { "too-many-values", NAMES "\n0" VALUES ",7,8\n", "line 2: it has 14 values" },
  { "blank-line", NAMES "\n0" VALUES "\n\n", "line 3, column “t_ms”: “” is no number" },
  { "no-number", NAMES "\n0" VALUES "\nx" VALUES "\n", "line 3, column “t_ms”: “x” is no number" },
  { "number-and-more", NAMES "\n1s" VALUES "\n", "“1s” is no number: mend it" },
  { "two-points", NAMES "\n1.2.3" VALUES "\n", "“1.2.3” is no number" },
  { "white-space", NAMES "\n 1" VALUES "\n", "“ 1” is no number" },
  { "infinity", NAMES "\ninf" VALUES "\n", "“inf” is no number" },
  { "not-a-number", NAMES "\nnan" VALUES "\n", "“nan” is no number" },
  { "hexadecimal", NAMES "\n0x10" VALUES "\n", "“0x10” is no number" },
  { "no-utf-8", NAMES "\n\xff" VALUES "\n", "“�” is no number" },
  { "long", NAMES "\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" VALUES "\n",
    "“xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…” is no number" },
  { "too-large", NAMES "\n1e300" VALUES "\n", "“1e300” is out of range" },
  { "negative-time", NAMES "\n-1" VALUES "\n", "“-1” is out of range: write a number from 0 to 2^53" },
  { "negative-size", NAMES "\n0,1000,500,0,0,-7,0,-1,-1,0,0,0\n",
    "column “psi_some_us”: “-7” is out of range: write a number from 0 to 2^53, or -1" },
  { "nothing-available", NAMES "\n0,1000,-1,0,0,0,0,-1,-1,0,0,0\n",
    "column “mem_avail_kb”: “-1” is out of range" },
  { "no-memory", NAMES "\n0,0,0,0,0,0,0,-1,-1,0,0,0\n", "column “mem_total_kb”: a machine has memory" },
  { "back-in-time", NAMES "\n20" VALUES "\n19.9" VALUES "\n",
    "line 3, column “t_ms”: the time goes back" },
};

static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureTrace) trace = mgr_fake_trace_read (fault->text, &error);

  g_assert_null (trace);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, "fake.csv”, line "));
  if (strstr (error->message, fault->part) == NULL)
    g_error ("“%s” does not say “%s”", error->message, fault->part);
}

static void
test_no_file (void)
{
  g_autofree char *directory = g_dir_make_tmp ("libmgr-trace-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "absent.csv", NULL);
  g_autoptr (GError) absent = NULL;
  g_autoptr (GError) folder = NULL;
  g_autoptr (GError) binary = NULL;

  g_assert_null (mgr_pressure_trace_new_from_file (path, &absent));
  g_assert_error (absent, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (absent->message, "absent.csv"));

  g_assert_null (mgr_pressure_trace_new_from_file (directory, &folder));
  g_assert_error (folder, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_nonnull (strstr (folder->message, directory));

  g_assert_true (g_file_set_contents (path, NAMES "\n0" VALUES "\0\n", sizeof (NAMES VALUES) + 4, NULL));
  g_assert_null (mgr_pressure_trace_new_from_file (path, &binary));
  g_assert_error (binary, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (binary->message, "absent.csv” is no text"));

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

static void
test_shared (void)
{
  MgrPressureTrace *trace = mgr_fake_trace_new ("t_ms=1");
  MgrPressureTrace *again = g_boxed_copy (MGR_TYPE_PRESSURE_TRACE, trace);

  g_assert_true (again == trace);
  mgr_pressure_trace_unref (trace);
  g_assert_cmpstr (mgr_pressure_trace_get_name (again), ==, "fake");
  g_boxed_free (MGR_TYPE_PRESSURE_TRACE, again);
}

static void
test_reclaimable (void)
{
  g_assert_cmpuint (mgr_cgroup_reclaimable (1000, 100, 40, 20), ==, 130);
  g_assert_cmpuint (mgr_cgroup_reclaimable (1000, 0, 0, 0), ==, 0);
  g_assert_cmpuint (mgr_cgroup_reclaimable (50, 100, 40, 20), ==, 50);
  g_assert_cmpuint (mgr_cgroup_reclaimable (50, G_MAXUINT64, 4, 0), ==, 50);
  g_assert_cmpuint (mgr_cgroup_reclaimable (50, G_MAXUINT64 - 2, 4, 4), ==, 50);
}

static void
assert_stall_share (guint64 before,
                    guint64 after,
                    gint64  elapsed,
                    double  share)
{
  double found = -1.0;

  g_assert_true (mgr_stall_share (before, after, elapsed, &found));
  g_assert_cmpfloat (found, ==, share);
}

static void
test_stall_share (void)
{
  double found = -1.0;

  assert_stall_share (500, 600, 400, 0.25);
  assert_stall_share (500, 500, 400, 0.0);
  assert_stall_share (500, 300, 400, 0.0);
  assert_stall_share (500, 600, 0, 0.0);
  assert_stall_share (500, 600, -9, 0.0);
  assert_stall_share (500, 1300, 400, 2.0);

  g_assert_false (mgr_stall_share (500, 1302, 400, &found));
  g_assert_cmpfloat (found, ==, 0.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure-trace/values", test_values);
  g_test_add_func ("/pressure-trace/one-row", test_one_row);
  g_test_add_func ("/pressure-trace/rows-of-one-time", test_rows_of_one_time);
  g_test_add_func ("/pressure-trace/columns", test_columns);
  g_test_add_func ("/pressure-trace/no-file", test_no_file);
  g_test_add_func ("/pressure-trace/shared", test_shared);
  g_test_add_func ("/pressure-trace/reclaimable", test_reclaimable);
  g_test_add_func ("/pressure-trace/stall-share", test_stall_share);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strconcat ("/pressure-trace/fault/", faults[i].name, NULL);

      g_test_add_data_func (path, &faults[i], test_fault);
    }

  return g_test_run ();
}
