/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define SECOND G_TIME_SPAN_SECOND

/* A manager in a group whose limit the test decides; samples are taken by the test
 * alone. */
typedef struct
{
  MgrFakeTree *tree;     /* (owned) */
  MgrManualClock *clock; /* (owned) */
  MgrManager *manager;   /* (owned) */
} Fixture;

static MgrManager *
manager_new (Fixture *fixture,
             guint64  budget,
             double   share)
{
  MgrManager *manager = g_object_new (MGR_TYPE_MANAGER,
                                      "total-budget", budget,
                                      "total-budget-share", share,
                                      "clock", fixture->clock,
                                      "proc-path", mgr_fake_tree_get_proc (fixture->tree),
                                      "cgroup-path", mgr_fake_tree_get_root (fixture->tree),
                                      NULL);

  mgr_pressure_monitor_stop (mgr_manager_get_monitor (manager));
  return manager;
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  unused)
{
  fixture->tree = mgr_fake_tree_new ("host total=16G available=8G\n"
                                     "v2 /a\n"
                                     "group /a max=1000M current=1M\n");
  fixture->clock = mgr_manual_clock_new (G_TIME_SPAN_HOUR);
  fixture->manager = manager_new (fixture, 0, 0);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_object_unref (fixture->manager);
  g_object_unref (fixture->clock);
  mgr_fake_tree_free (fixture->tree);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
sample (Fixture    *fixture,
        const char *description)
{
  MgrPressureMonitor *monitor = mgr_manager_get_monitor (fixture->manager);

  mgr_fake_tree_describe (fixture->tree, description);
  mgr_manual_clock_advance (fixture->clock, SECOND);
  mgr_pressure_sample_unref (mgr_pressure_monitor_sample (monitor));
}

static void
assert_budget (Fixture *fixture,
               guint64  budget)
{
  g_assert_cmpuint (mgr_manager_get_total_budget (fixture->manager), ==, budget * MIB);
}

static void
test_follows (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (MgrComponent) half = NULL;

  g_test_summary ("A budget that was not given is 95 % of the limit, and stays so; shares follow");

  assert_budget (fixture, 950);
  half = g_object_ref (mgr_manager_add_component (fixture->manager, "half", 0, NULL, NULL));
  g_assert_true (mgr_component_set_budget_share (half, 0.5, NULL));

  sample (fixture, "group /a max=2000M current=1M\n");
  assert_budget (fixture, 1900);
  g_assert_cmpuint (mgr_component_get_budget (half), ==, 950 * MIB);

  sample (fixture, "group /a max=200M current=1M\n");
  assert_budget (fixture, 190);
  g_assert_cmpuint (mgr_component_get_budget (half), ==, 95 * MIB);
}

static void
over_budget_cb (MgrComponent *component,
                guint64       excess,
                gpointer      user_data)
{
  *(guint64 *) user_data = excess;
}

static void
test_below_use (Fixture       *fixture,
                gconstpointer  unused)
{
  MgrComponent *root = mgr_manager_get_root (fixture->manager);
  g_autoptr (MgrAllocation) held = NULL;
  g_autoptr (MgrAllocation) later = NULL;
  g_autoptr (GError) error = NULL;
  guint64 excess = 0;

  g_test_summary ("A limit below what is in use: that stays, more is refused, and somebody is told");

  g_assert_nonnull (mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL));
  g_signal_connect (root, "over-budget", G_CALLBACK (over_budget_cb), &excess);
  held = mgr_manager_allocate (fixture->manager, "c", 500 * MIB, "held", 5, NULL, &error);
  g_assert_no_error (error);

  sample (fixture, "group /a max=400M current=500M\n");
  assert_budget (fixture, 380);
  g_assert_cmpuint (mgr_component_get_used (root), ==, 500 * MIB);
  g_assert_null (mgr_manager_allocate (fixture->manager, "c", 1, "more", 5, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  settle ();
  g_assert_cmpuint (excess, ==, 120 * MIB);

  sample (fixture, "group /a max=1000M current=500M\n");
  later = mgr_manager_allocate (fixture->manager, "c", 450 * MIB, "more", 5, NULL, NULL);
  g_assert_nonnull (later);
}

static void
allocated_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  MgrAllocation **allocation = user_data;

  *allocation = mgr_manager_allocate_finish (MGR_MANAGER (source), result, NULL);
}

static void
test_serves_who_waits (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_autoptr (MgrAllocation) held = NULL;
  g_autoptr (MgrAllocation) waited = NULL;

  g_assert_nonnull (mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL));
  held = mgr_manager_allocate (fixture->manager, "c", 900 * MIB, "held", 5, NULL, NULL);
  mgr_manager_allocate_async (fixture->manager, "c", 100 * MIB, "waits", 5, NULL, 0, NULL,
                              allocated_cb, &waited);
  settle ();
  g_assert_null (waited);

  sample (fixture, "group /a max=2000M current=1M\n");
  settle ();
  g_assert_nonnull (waited);
}

static void
test_blocked_loop (Fixture       *fixture,
                   gconstpointer  unused)
{
  MgrPressureMonitor *monitor = mgr_manager_get_monitor (fixture->manager);

  g_test_summary ("The budget follows while the main loop is blocked");

  mgr_pressure_monitor_start (monitor);
  mgr_fake_tree_describe (fixture->tree, "group /a max=200M current=1M\n");
  while (mgr_manager_get_total_budget (fixture->manager) != 190 * MIB)
    {
      mgr_manual_clock_advance (fixture->clock, SECOND);
      g_usleep (50);
    }
  mgr_pressure_monitor_stop (monitor);
}

static void
test_bytes_stay (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_test_summary ("A budget in bytes, from the start or set later, follows nothing");

  g_assert_true (mgr_manager_set_total_budget (fixture->manager, 300 * MIB, NULL));
  g_assert_cmpfloat (mgr_manager_get_total_budget_share (fixture->manager), ==, 0.0);
  sample (fixture, "group /a max=2000M current=1M\n");
  assert_budget (fixture, 300);

  g_clear_object (&fixture->manager);
  fixture->manager = manager_new (fixture, 100 * MIB, 0.5);
  g_assert_cmpfloat (mgr_manager_get_total_budget_share (fixture->manager), ==, 0.0);
  sample (fixture, "group /a max=500M current=1M\n");
  assert_budget (fixture, 100);
}

static void
test_share (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (MgrAllocation) held = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpfloat (mgr_manager_get_total_budget_share (fixture->manager), ==, 0.95);
  g_assert_true (mgr_manager_set_total_budget_share (fixture->manager, 0.5, &error));
  g_assert_no_error (error);
  assert_budget (fixture, 500);
  sample (fixture, "group /a max=800M current=1M\n");
  assert_budget (fixture, 400);

  g_test_message ("One that is less than what is in use is refused");
  g_assert_nonnull (mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL));
  held = mgr_manager_allocate (fixture->manager, "c", 300 * MIB, "held", 5, NULL, NULL);
  g_assert_false (mgr_manager_set_total_budget_share (fixture->manager, 0.25, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  assert_budget (fixture, 400);
  g_assert_cmpfloat (mgr_manager_get_total_budget_share (fixture->manager), ==, 0.5);
}

static void
test_bad_share (Fixture       *fixture,
                gconstpointer  unused)
{
  static const double shares[] = { 0.0, -1.0, 1.01 };

  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (mgr_manager_set_total_budget_share (fixture->manager, shares[i], &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      assert_budget (fixture, 950);
    }
}

static void
test_share_of_nothing (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_autoptr (MgrManager) manager = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Where no limit is known there is no share of it, and the last budget stays");

  mgr_fake_tree_write (fixture->tree, "proc/meminfo", "");
  mgr_fake_tree_write (fixture->tree, "proc/self/cgroup", "");
  sample (fixture, "");
  assert_budget (fixture, 950);
  g_assert_false (mgr_manager_set_total_budget_share (fixture->manager, 0.5, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);

  manager = manager_new (fixture, 0, 0.5);
  g_assert_cmpuint (mgr_manager_get_total_budget (manager), ==, 0);
  g_object_unref (g_steal_pointer (&fixture->manager));
  fixture->manager = g_steal_pointer (&manager);
  sample (fixture, "host total=400M available=300M\n");
  assert_budget (fixture, 200);
}

static void
limits_changed_cb (MgrPressureMonitor *monitor,
                   MgrMemoryLimits    *limits,
                   gpointer            user_data)
{
  guint *count = user_data;

  (*count)++;
}

static void
test_monitor_has_the_limits (Fixture       *fixture,
                             gconstpointer  unused)
{
  MgrPressureMonitor *monitor = mgr_manager_get_monitor (fixture->manager);
  g_autoptr (MgrMemoryLimits) limits = mgr_pressure_monitor_dup_limits (monitor);
  guint count = 0;

  g_assert_true (limits == mgr_manager_get_limits (fixture->manager));
  g_signal_connect (monitor, "limits-changed", G_CALLBACK (limits_changed_cb), &count);
  sample (fixture, "group /a max=500M current=1M\n");
  sample (fixture, "");
  settle ();
  g_assert_cmpuint (count, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, test) \
  g_test_add ("/manager/limits/" path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

  ADD ("follows", test_follows);
  ADD ("below-use", test_below_use);
  ADD ("serves-who-waits", test_serves_who_waits);
  ADD ("blocked-loop", test_blocked_loop);
  ADD ("bytes-stay", test_bytes_stay);
  ADD ("share", test_share);
  ADD ("bad-share", test_bad_share);
  ADD ("share-of-nothing", test_share_of_nothing);
  ADD ("monitor-has-the-limits", test_monitor_has_the_limits);

#undef ADD

  return g_test_run ();
}
