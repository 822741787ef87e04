/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"

#define MIB G_GUINT64_CONSTANT (1048576)

static MgrPressureSource *
source_new (MgrFakeTree *tree)
{
  return mgr_process_source_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
}

static guint64
read_size (MgrPressureSource *source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (source, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mgr_pressure_reading_get_scope (reading), ==, MGR_PRESSURE_SCOPE_PROCESS);
  g_assert_cmpuint (mgr_pressure_reading_get_limit (reading), ==, 0);
  return mgr_pressure_reading_get_used (reading);
}

static void
test_resident (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n"
                                                    "status RssAnon=1M VmSwap=900M\n"
                                                    "statm resident=300M shared=100M\n");
  g_autoptr (MgrPressureSource) source = source_new (tree);

  g_test_summary ("What is of files or shared does not count; without swap no file tells of it");

  g_assert_cmpstr (mgr_pressure_source_get_name (source), ==, "process");
  g_assert_cmpuint (read_size (source), ==, 200 * MIB);

  mgr_fake_tree_describe (tree, "statm resident=450M shared=100M");
  g_assert_cmpuint (read_size (source), ==, 350 * MIB);
}

static void
test_swapped (void)
{
  g_autoptr (MgrFakeTree) tree =
    mgr_fake_tree_new ("host total=16G available=8G swap=1000M swap-free=900M\n"
                       "status RssAnon=1M VmSwap=90M\n"
                       "statm resident=300M shared=100M\n");
  g_autoptr (MgrPressureSource) source = source_new (tree);

  g_assert_cmpuint (read_size (source), ==, 290 * MIB);

  mgr_fake_tree_remove (tree, "proc/self/status");
  g_assert_cmpuint (read_size (source), >=, 200 * MIB);
}

static void
test_faults (void)
{
  static const char *const contents[] = {
    "", "\n", "1 2\n", "1 2 3", "a b c d\n", "1 2 -3 4\n", "100 50 51 1 0 9 0\n",
    "99999999999999999999 5 1 0 0 0 0\n", "1 18446744073709551615 1 0 0 0 0\n",
  };
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autoptr (MgrPressureSource) source = source_new (tree);

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autoptr (GError) error = NULL;

      mgr_fake_tree_write (tree, "proc/self/statm", contents[i]);
      g_assert_null (mgr_pressure_source_read (source, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
      g_assert_nonnull (strstr (error->message, "statm"));
    }
}

static void
test_absent (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autoptr (MgrPressureSource) source = NULL;
  g_autoptr (GError) error = NULL;

  mgr_fake_tree_remove (tree, "proc/self/statm");
  source = source_new (tree);
  g_assert_null (mgr_pressure_source_read (source, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
}

static void
test_this_process (void)
{
  g_autoptr (MgrPressureSource) source = mgr_process_source_new (NULL, NULL);
  guint64 before = read_size (source);
  gsize size = 64 * MIB;
  g_autofree char *block = g_malloc (size);

  memset (block, 1, size);
  g_assert_cmpuint (read_size (source), >, before + size / 2);
}

static void
test_sizes_make_levels (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=15G\n"
                                                    "statm resident=1600M shared=0M\n");
  g_autoptr (MgrPressureSource) source = source_new (tree);
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (MGR_CLOCK (clock));
  g_autoptr (GError) error = NULL;

  mgr_pressure_monitor_add_source (monitor, source);
  g_assert_true (mgr_pressure_monitor_set_sizes (monitor, 1000 * MIB, 1500 * MIB, 2000 * MIB,
                                                 &error));
  mgr_pressure_sample_unref (mgr_pressure_monitor_sample (monitor));
  mgr_pressure_sample_unref (mgr_pressure_monitor_sample (monitor));
  g_assert_cmpint (mgr_pressure_monitor_get_level (monitor), ==, MGR_PRESSURE_LEVEL_HIGH);
  g_assert_cmpuint (mgr_pressure_monitor_get_size (monitor, MGR_PRESSURE_LEVEL_HIGH), ==,
                    1500 * MIB);

  g_assert_false (mgr_pressure_monitor_set_sizes (monitor, 1000 * MIB, 900 * MIB, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "cleanup size 900"));
  g_assert_cmpuint (mgr_pressure_monitor_get_size (monitor, MGR_PRESSURE_LEVEL_HIGH), ==,
                    1500 * MIB);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/process/resident", test_resident);
  g_test_add_func ("/pressure/process/swapped", test_swapped);
  g_test_add_func ("/pressure/process/faults", test_faults);
  g_test_add_func ("/pressure/process/absent", test_absent);
  g_test_add_func ("/pressure/process/this-process", test_this_process);
  g_test_add_func ("/pressure/process/sizes-make-levels", test_sizes_make_levels);

  return g_test_run ();
}
