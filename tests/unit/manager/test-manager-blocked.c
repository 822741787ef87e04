/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-mapped-block.h"
#include "mgr-test-support.h"
#include "pressure/mgr-pressure-monitor-private.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* A manager whose monitor runs by the real clock, quickly, and calls a loop blocked
 * after some milliseconds. The test is the owner, and blocks by not iterating. */
typedef struct
{
  MgrManager *manager;     /* (owned) */
  MgrAllocation *held;     /* (owned) (nullable) */
  MgrMappedBlock *safe;    /* (owned) SAFE and thread-safe */
  MgrMappedBlock *bound;   /* (owned) SAFE and not thread-safe */
  MgrMappedBlock *pinned;  /* (owned) SAFE, thread-safe and in use */
  MgrMappedBlock *named;   /* (owned) PROTECTED and thread-safe */
  MgrMappedBlock *careful; /* (owned) CAUTIOUS and thread-safe */
  MgrResource *in_use;     /* (unowned) */
  MgrCleanupReport *told;  /* (owned) (nullable) of the cleanup that took the SAFE block */
} Fixture;

static void
finished_cb (MgrManager       *manager,
             MgrCleanupReport *report,
             gpointer          user_data)
{
  Fixture *fixture = user_data;

  if (g_strv_contains (mgr_cleanup_report_get_cleaned (report), "temp_safe"))
    {
      g_assert_null (fixture->told);
      fixture->told = mgr_cleanup_report_ref (report);
    }
}

static MgrMappedBlock *
fixture_add (Fixture     *fixture,
             const char  *name,
             MgrSafety    safety,
             gboolean     thread_safe)
{
  MgrMappedBlock *block = mgr_mapped_block_new (name, MIB, thread_safe);
  g_autoptr (MgrResource) resource = mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (block));

  mgr_resource_set_safety (resource, safety);
  mgr_resource_set_size (resource, MIB);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  fixture->in_use = resource;
  return block;
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  MgrPressureMonitor *monitor;

  fixture->manager = g_object_new (MGR_TYPE_MANAGER,
                                   "total-budget", 100 * MIB,
                                   "proc-path", "/nonexistent",
                                   "cgroup-path", "/nonexistent",
                                   NULL);
  g_signal_connect (fixture->manager, "cleanup-finished", G_CALLBACK (finished_cb), fixture);
  fixture->safe = fixture_add (fixture, "temp_safe", MGR_SAFETY_SAFE, TRUE);
  fixture->bound = fixture_add (fixture, "temp_bound", MGR_SAFETY_SAFE, FALSE);
  fixture->named = fixture_add (fixture, "results", MGR_SAFETY_PROTECTED, TRUE);
  fixture->careful = fixture_add (fixture, "features", MGR_SAFETY_CAUTIOUS, TRUE);
  fixture->pinned = fixture_add (fixture, "temp_pinned", MGR_SAFETY_SAFE, TRUE);
  g_assert_true (mgr_resource_begin_access (fixture->in_use, NULL));
  mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL);

  monitor = mgr_manager_get_monitor (fixture->manager);
  mgr_pressure_monitor_set_blocked_limit (monitor, 20 * G_TIME_SPAN_MILLISECOND);
  mgr_pressure_monitor_set_interval (monitor, 5 * G_TIME_SPAN_MILLISECOND);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (fixture->manager));
  g_assert_true (mgr_resource_end_access (fixture->in_use, NULL));
  g_clear_pointer (&fixture->held, mgr_allocation_unref);
  g_clear_object (&fixture->manager);
  g_clear_object (&fixture->safe);
  g_clear_object (&fixture->bound);
  g_clear_object (&fixture->named);
  g_clear_object (&fixture->careful);
  g_clear_object (&fixture->pinned);
  g_clear_pointer (&fixture->told, mgr_cleanup_report_unref);
}

static void
fixture_hold (Fixture *fixture,
              guint64  size)
{
  fixture->held = mgr_manager_allocate (fixture->manager, "c", size, NULL, 5, NULL, NULL);
  g_assert_nonnull (fixture->held);
}

static const char *
reason_of (MgrCleanupReport *report,
           const char       *name)
{
  g_autoptr (GPtrArray) steps = mgr_cleanup_report_get_steps (report);

  for (guint i = 0; i < steps->len; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (steps, i);

      if (g_str_equal (mgr_cleanup_step_get_name (step), name))
        return mgr_cleanup_step_get_reason (step);
    }

  return NULL;
}

static void
test_thread_safe_only (Fixture       *fixture,
                       gconstpointer  data)
{
  MgrCleanupReport *report;

  fixture_hold (fixture, 92 * MIB);

  g_test_message ("The owner does nothing, and what may be taken is taken");
  while (mgr_mapped_block_get_held (fixture->safe) > 0)
    g_usleep (1000);
  g_assert_true (mgr_mapped_block_get_releaser (fixture->safe) != g_thread_self ());
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->bound), ==, MIB);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->pinned), ==, MIB);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->named), ==, MIB);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->careful), ==, MIB);
  g_assert_null (fixture->told);

  g_test_message ("It hears of it later");
  while (fixture->told == NULL)
    g_main_context_iteration (NULL, TRUE);
  report = fixture->told;
  g_assert_cmpint (mgr_cleanup_report_get_strategy (report), ==, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  g_assert_cmpuint (g_strv_length ((char **) mgr_cleanup_report_get_cleaned (report)), ==, 1);
  g_assert_cmpstr (mgr_cleanup_report_get_cleaned (report)[0], ==, "temp_safe");
  g_assert_cmpstr (mgr_cleanup_report_get_protected (report)[0], ==, "results");
  g_assert_cmpuint (g_strv_length ((char **) mgr_cleanup_report_get_kept (report)), ==, 3);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, MIB);
  g_assert_cmpstr (reason_of (report, "temp_bound"), ==, "its owner's main loop is blocked");
  g_assert_cmpstr (reason_of (report, "temp_pinned"), ==, "pinned");
}

static guint64
block_cb (MgrResource *resource,
          guint64      target,
          gpointer     user_data)
{
  Fixture *fixture = user_data;

  while (mgr_mapped_block_get_held (fixture->safe) > 0)
    g_usleep (1000);
  return 1;
}

static void
test_blocked_by_a_reclaimer (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_slow", 50 * MIB);
  g_autoptr (MgrCleanupReport) report = NULL;
  MgrResource *safe = g_list_model_get_item (
    mgr_cleaner_get_resources (mgr_manager_get_cleaner (fixture->manager)), 0);

  g_test_summary ("A cleanup that does not end, since a handler blocks, is no reason to do nothing");

  mgr_resource_set_priority (safe, 9);
  g_object_unref (safe);
  mgr_resource_set_priority (resource, 1);
  mgr_resource_set_safety (resource, MGR_SAFETY_SAFE);
  g_signal_connect (resource, "reclaim", G_CALLBACK (block_cb), fixture);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  fixture_hold (fixture, 92 * MIB);
  report = mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, NULL);
  g_assert_nonnull (report);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->safe), ==, 0);
  g_assert_true (mgr_mapped_block_get_releaser (fixture->safe) != g_thread_self ());
}

/* Lets the monitor look @n times, without the owner. */
static void
fixture_wait_for_samples (Fixture *fixture,
                          guint    n)
{
  g_usleep (n * 5 * G_TIME_SPAN_MILLISECOND);
}

static void
test_not_asked_for (Fixture       *fixture,
                    gconstpointer  data)
{
  g_test_summary ("Below critical, and without automatic cleanup, a blocked owner is left alone");

  fixture_hold (fixture, 82 * MIB);
  fixture_wait_for_samples (fixture, 20);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->safe), ==, MIB);

  mgr_manager_set_automatic_cleanup (fixture->manager, FALSE);
  g_clear_pointer (&fixture->held, mgr_allocation_unref);
  fixture_hold (fixture, 92 * MIB);
  fixture_wait_for_samples (fixture, 20);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->safe), ==, MIB);
}

static void
add_test (const char *path,
          void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_test ("/manager/blocked/thread-safe-only", test_thread_safe_only);
  add_test ("/manager/blocked/by-a-reclaimer", test_blocked_by_a_reclaimer);
  add_test ("/manager/blocked/not-asked-for", test_not_asked_for);

  return g_test_run ();
}
