/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cleaner-fixture.h"
#include "mgr-fake-tree.h"

#include <unistd.h>

/* A process whose size the handlers of the resources decide. */
typedef struct
{
  Fixture base;
  MgrFakeTree *tree;
  guint64 resident; /* pages */
} Process;

static void
process_resize (Process *process,
                guint64  pages)
{
  g_autofree char *statm = g_strdup_printf ("9000 %" G_GUINT64_FORMAT " 100 1 0 800 0\n",
                                            pages + 100);

  process->resident = pages;
  mgr_fake_tree_write (process->tree, "proc/self/statm", statm);
}

static void
process_set_up (Process       *process,
                gconstpointer  data)
{
  process->tree = mgr_fake_tree_new ("");
  process_resize (process, 1000);
  process->base.clock = mgr_manual_clock_new (1000);
  process->base.cleaner = mgr_cleaner_new (MGR_CLOCK (process->base.clock),
                                           mgr_fake_tree_get_proc (process->tree));
  process->base.asked = g_string_new ("");
}

static void
process_tear_down (Process       *process,
                   gconstpointer  data)
{
  fixture_tear_down (&process->base, NULL);
  mgr_fake_tree_free (process->tree);
}

/* Takes 3 ms, and gives back 50 pages of what it says. */
static guint64
shrink_cb (MgrResource *resource,
           guint64      target,
           gpointer     user_data)
{
  Process *process = user_data;

  mgr_manual_clock_advance (process->base.clock, 3 * G_TIME_SPAN_MILLISECOND);
  process_resize (process, process->resident - 50);
  return mgr_resource_get_size (resource);
}

static guint64
grow_cb (MgrResource *resource,
         guint64      target,
         gpointer     user_data)
{
  Process *process = user_data;

  process_resize (process, process->resident + 20);
  return mgr_resource_get_size (resource);
}

static void
test_measured (Process       *process,
               gconstpointer  data)
{
  gint64 page = sysconf (_SC_PAGESIZE);
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (MgrCleanupStep) shrinks = NULL;
  g_autoptr (MgrCleanupStep) grows = NULL;

  g_test_summary ("Returned is measured for each step, whatever it claims");

  fixture_add (&process->base, "temp_shrinks", 1000, G_CALLBACK (shrink_cb));
  fixture_add (&process->base, "temp_grows", 900, G_CALLBACK (grow_cb));
  report = fixture_cleanup (&process->base, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE);
  shrinks = find_step (mgr_cleanup_report_get_steps (report), "temp_shrinks");
  grows = find_step (mgr_cleanup_report_get_steps (report), "temp_grows");

  g_assert_cmpuint (mgr_cleanup_step_get_claimed (shrinks), ==, 1000);
  g_assert_cmpint (mgr_cleanup_step_get_returned (shrinks), ==, 50 * page);
  g_assert_cmpint (mgr_cleanup_step_get_duration (shrinks), ==, 3 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpuint (mgr_cleanup_step_get_claimed (grows), ==, 900);
  g_assert_cmpint (mgr_cleanup_step_get_returned (grows), ==, -20 * page);

  g_assert_cmpuint (mgr_cleanup_report_get_target (report), ==, 1900);
  g_assert_cmpuint (mgr_cleanup_report_get_expected (report), ==, 1900);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, 1900);
  g_assert_cmpint (mgr_cleanup_report_get_returned (report), ==, 30 * page);
  g_assert_cmpuint (mgr_cleanup_report_get_heap_trimmed (report), ==, 0);
  g_assert_cmpuint (mgr_cleanup_report_get_pss_before (report), ==, 0);
  g_assert_cmpint (mgr_cleanup_report_get_time (report), ==, 1000);
  g_assert_cmpint (mgr_cleanup_report_get_duration (report), ==, 3 * G_TIME_SPAN_MILLISECOND);
}

static void
test_unmeasured (Process       *process,
                 gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("Where /proc cannot be read, nothing is known to have returned");

  mgr_fake_tree_remove (process->tree, "proc/self/statm");
  fixture_add (&process->base, "temp_a", 1000, G_CALLBACK (free_all_cb));
  report = fixture_cleanup (&process->base, MGR_CLEANUP_STRATEGY_LIGHT, FALSE);
  g_assert_cmpint (mgr_cleanup_report_get_returned (report), ==, 0);
  g_assert_cmpint (mgr_cleanup_report_get_ledger (report), ==, 0);
}

static void
test_reasons (Process       *process,
              gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;
  GPtrArray *steps;

  g_test_summary ("A report says of everything why it was asked, or why not");

  fixture_add (&process->base, "temp_1", 900, G_CALLBACK (shrink_cb));
  fixture_add (&process->base, "temp_2", 800, G_CALLBACK (shrink_cb));
  fixture_add (&process->base, "temp_3", 700, G_CALLBACK (free_all_cb));
  fixture_add (&process->base, "table", 100, G_CALLBACK (free_all_cb));
  mgr_resource_set_safety (fixture_add (&process->base, "dear", 1, G_CALLBACK (free_all_cb)),
                           MGR_SAFETY_PROTECTED);

  mgr_manual_clock_advance (process->base.clock, 1);
  report = fixture_cleanup (&process->base, MGR_CLEANUP_STRATEGY_LIGHT, FALSE);
  steps = mgr_cleanup_report_get_steps (report);
  assert_steps (g_ptr_array_ref (steps), "temp_1 temp_2 temp_3 table dear");
  assert_reason (g_ptr_array_ref (steps), "temp_1", "SAFE");
  assert_reason (g_ptr_array_ref (steps), "temp_2", "target met");
  assert_reason (g_ptr_array_ref (steps), "table", "CAUTIOUS, and the cleanup is not forced");
  assert_reason (steps, "dear", "PROTECTED by hand");
}

static guint64
free_nothing_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  Process *process = user_data;

  mgr_manual_clock_advance (process->base.clock, 3 * G_TIME_SPAN_MILLISECOND);
  return 0;
}

static void
test_reasons_of_the_run (Process       *process,
                         gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;
  GPtrArray *steps;

  fixture_add (&process->base, "temp_1", 900, G_CALLBACK (free_nothing_cb));
  fixture_add (&process->base, "temp_2", 800, G_CALLBACK (free_nothing_cb));
  fixture_add (&process->base, "temp_3", 700, G_CALLBACK (free_all_cb));

  report = fixture_cleanup (&process->base, MGR_CLEANUP_STRATEGY_LIGHT, FALSE);
  steps = mgr_cleanup_report_get_steps (report);
  assert_reason (g_ptr_array_ref (steps), "temp_1", "gave nothing back");
  assert_reason (steps, "temp_3", "time was up");
  assert_names (mgr_cleanup_report_get_kept (report), "temp_1 temp_2 temp_3");
}

static guint64
release_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  g_autoptr (MgrAllocation) allocation = g_steal_pointer ((MgrAllocation **) user_data);

  return mgr_allocation_get_size (allocation);
}

static void
test_ledger (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  MgrComponent *component = mgr_manager_add_component (manager, "cache", 500, NULL, NULL);
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 300);
  g_autoptr (MgrResource) other = mgr_resource_new ("temp_b", 100);
  g_autoptr (MgrComponent) root = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (MgrCleanupStep) step = NULL;
  MgrAllocation *allocation;

  g_test_summary ("Ledger is by how much the use of the manager's root fell");

  allocation = mgr_component_allocate (component, 200, "rows", 5, NULL, NULL);
  g_object_get (mgr_manager_get_cleaner (manager), "root", &root, NULL);
  g_assert_true (root == mgr_manager_get_root (manager));

  g_signal_connect (resource, "reclaim", G_CALLBACK (release_cb), &allocation);
  g_assert_true (mgr_manager_register_resource (manager, resource, NULL));
  g_assert_true (mgr_manager_register_resource (manager, other, NULL));
  report = mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL);
  g_assert_cmpint (mgr_cleanup_report_get_ledger (report), ==, 200);
  step = find_step (mgr_cleanup_report_get_steps (report), "temp_a");
  g_assert_cmpint (mgr_cleanup_step_get_ledger (step), ==, 200);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/reclaim/cleanup-report/" name, Process, NULL, process_set_up, func, \
              process_tear_down)

  ADD ("measured", test_measured);
  ADD ("unmeasured", test_unmeasured);
  ADD ("reasons", test_reasons);
  ADD ("reasons-of-the-run", test_reasons_of_the_run);
  g_test_add_func ("/reclaim/cleanup-report/ledger", test_ledger);

#undef ADD

  return g_test_run ();
}
