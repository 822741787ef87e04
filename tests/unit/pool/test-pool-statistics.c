/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pool/mgr-pool-private.h"

static void
test_figures (void)
{
  const MgrPoolFigures figures = {
    .capacity = 1000, .charged = 800, .used = 600, .peak = 700, .largest_free = 300,
    .allocation_count = 3, .total_count = 30, .refused_count = 4, .evicted_count = 5,
    .evicted_bytes = 50, .trimmed_bytes = 60,
  };
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_statistics_new (&figures);
  g_autoptr (MgrPoolStatistics) copy = g_boxed_copy (MGR_TYPE_POOL_STATISTICS, statistics);

  g_assert_true (copy == statistics);
  g_assert_cmpuint (mgr_pool_statistics_get_capacity (copy), ==, 1000);
  g_assert_cmpuint (mgr_pool_statistics_get_charged (copy), ==, 800);
  g_assert_cmpuint (mgr_pool_statistics_get_used (copy), ==, 600);
  g_assert_cmpuint (mgr_pool_statistics_get_peak (copy), ==, 700);
  g_assert_cmpuint (mgr_pool_statistics_get_available (copy), ==, 400);
  g_assert_cmpuint (mgr_pool_statistics_get_largest_free (copy), ==, 300);
  g_assert_cmpfloat (mgr_pool_statistics_get_fragmentation (copy), ==, 0.25);
  g_assert_cmpuint (mgr_pool_statistics_get_allocation_count (copy), ==, 3);
  g_assert_cmpuint (mgr_pool_statistics_get_total_count (copy), ==, 30);
  g_assert_cmpuint (mgr_pool_statistics_get_refused_count (copy), ==, 4);
  g_assert_cmpuint (mgr_pool_statistics_get_evicted_count (copy), ==, 5);
  g_assert_cmpuint (mgr_pool_statistics_get_evicted_bytes (copy), ==, 50);
  g_assert_cmpuint (mgr_pool_statistics_get_trimmed_bytes (copy), ==, 60);
}

static double
fragmentation_of (guint64 capacity,
                  guint64 used,
                  guint64 largest_free)
{
  const MgrPoolFigures figures = {
    .capacity = capacity, .used = used, .largest_free = largest_free,
  };
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_statistics_new (&figures);

  return mgr_pool_statistics_get_fragmentation (statistics);
}

static void
test_fragmentation_at_its_ends (void)
{
  g_test_message ("All in one piece, nothing free, and all free but in no piece");
  g_assert_cmpfloat (fragmentation_of (1000, 600, 400), ==, 0);
  g_assert_cmpfloat (fragmentation_of (1000, 1000, 0), ==, 0);
  g_assert_cmpfloat (fragmentation_of (1000, 600, 0), ==, 1);

  g_test_message ("A piece that is larger than what the capacity leaves, and more in use");
  g_assert_cmpfloat (fragmentation_of (1000, 600, 500), ==, 0);
  g_assert_cmpfloat (fragmentation_of (1000, 1200, 100), ==, 0);
  g_assert_cmpfloat (fragmentation_of (0, 0, 0), ==, 0);
}

static void
assert_cells (const double *cells,
              const char   *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 4; i++)
    g_string_append_printf (text, "%s%.2f", i > 0 ? " " : "", cells[i]);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_cells (void)
{
  double cells[4] = { 0, };

  mgr_pool_cells_add (cells, 4, 1000, 0, 125);
  assert_cells (cells, "0.50 0.00 0.00 0.00");
  mgr_pool_cells_add (cells, 4, 1000, 200, 350);
  assert_cells (cells, "0.70 1.00 0.20 0.00");
  mgr_pool_cells_add (cells, 4, 1000, 1000, 0);
  mgr_pool_cells_add (cells, 4, 1000, 750, 250);
  assert_cells (cells, "0.70 1.00 0.20 1.00");

  g_test_message ("Beyond the end, and in a pool without extent");
  mgr_pool_cells_add (cells, 4, 1000, 2000, 500);
  mgr_pool_cells_add (cells, 4, 0, 0, 0);
  assert_cells (cells, "0.70 1.00 0.20 1.00");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool-statistics/figures", test_figures);
  g_test_add_func ("/pool-statistics/fragmentation-at-its-ends", test_fragmentation_at_its_ends);
  g_test_add_func ("/pool-statistics/cells", test_cells);

  return g_test_run ();
}
