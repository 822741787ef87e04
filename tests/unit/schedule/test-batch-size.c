/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "schedule-fixture.h"

/* How many items to work on at once. */

static guint64
suggest (Fixture *fixture,
         guint64  initial,
         guint64  bytes_per_item)
{
  return mgr_manager_suggest_batch_size (fixture->manager, initial, bytes_per_item);
}

static void
test_budget (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_assert_cmpuint (suggest (fixture, 100, 0), ==, 100);
  g_assert_cmpuint (suggest (fixture, 100, MIB), ==, 100);
  g_assert_cmpuint (suggest (fixture, 1000, MIB), ==, 500);
  g_assert_cmpuint (suggest (fixture, 100, 4000 * MIB), ==, 1);
  g_assert_cmpuint (suggest (fixture, 100, G_MAXUINT64), ==, 1);
  g_assert_cmpuint (suggest (fixture, 1, 1), ==, 1);
  g_assert_cmpuint (suggest (fixture, G_MAXUINT64, 0), ==, G_MAXUINT64);
}

static void
test_measured (Fixture       *fixture,
               gconstpointer  user_data)
{
  guint64 size;

  mgr_fake_tree_describe (fixture->tree, LITTLE);
  size = suggest (fixture, 1000, MIB);
  g_assert_cmpuint (size, >=, 1);
  g_assert_cmpuint (size, <=, 50);
}

static void
test_levels (Fixture       *fixture,
             gconstpointer  user_data)
{
  static const struct
  {
    guint64 pressed;
    MgrPressureLevel level;
    guint64 size;
  } cases[] = {
    { 0, MGR_PRESSURE_LEVEL_NORMAL, 100 },
    { 810 * MIB, MGR_PRESSURE_LEVEL_MEDIUM, 50 },
    { 860 * MIB, MGR_PRESSURE_LEVEL_HIGH, 25 },
    { 920 * MIB, MGR_PRESSURE_LEVEL_CRITICAL, 25 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      press (fixture, cases[i].pressed);
      g_assert_cmpint (mgr_manager_get_level (fixture->manager), ==, cases[i].level);
      g_assert_cmpuint (suggest (fixture, 100, 0), ==, cases[i].size);
    }
  g_assert_cmpuint (suggest (fixture, 3, 0), ==, 1);
}

/* Others take 10 MiB a second: in 10 seconds they will have 100 MiB more. */
static void
test_forecast (Fixture       *fixture,
               gconstpointer  user_data)
{
  MgrComponent *root = mgr_manager_get_root (fixture->manager);
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  guint64 size;

  for (guint i = 0; i < 40; i++)
    {
      g_ptr_array_add (taken, mgr_component_allocate (root, 10 * MIB, NULL, 5, NULL, NULL));
      mgr_manual_clock_advance (fixture->clock, SECOND);
      mgr_pressure_sample_unref (
        mgr_pressure_monitor_sample (mgr_manager_get_monitor (fixture->manager)));
    }
  g_assert_cmpuint (mgr_component_get_available (root), ==, 600 * MIB);
  size = suggest (fixture, 1000, MIB);
  g_assert_cmpuint (size, >=, 245);
  g_assert_cmpuint (size, <=, 255);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/schedule/batch-size/budget", test_budget);
  ADD ("/schedule/batch-size/measured", test_measured);
  ADD ("/schedule/batch-size/levels", test_levels);
  ADD ("/schedule/batch-size/forecast", test_forecast);

  return g_test_run ();
}
