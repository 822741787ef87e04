/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "schedule-fixture.h"

/* Local first, and when a command goes to another machine. */

static void
assert_infeasible (Fixture *fixture,
                   MgrTask *task)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrJournalEntry) entry = NULL;

  g_assert_false (mgr_scheduler_submit (fixture->scheduler, task, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  entry = find_entry (fixture, error->message);
}

static gboolean
nothing_func (MgrTask       *task,
              GCancellable  *cancellable,
              gpointer       user_data,
              GError       **error)
{
  return TRUE;
}

static void
test_local_first (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("fits", 100 * MIB);

  fixture_add_remote (fixture);
  submit (fixture, task);
  g_assert_nonnull (mgr_fake_executor_find (fixture->local, task));
}

static void
test_infeasible (Fixture       *fixture,
                 gconstpointer  user_data)
{
  MgrComponent *root = mgr_manager_get_root (fixture->manager);
  g_autoptr (MgrTask) huge = command_new ("huge", 2 * BUDGET);
  g_autoptr (MgrTask) closure = mgr_task_new ("closure", nothing_func, NULL, NULL);
  MgrTaskAttempt *attempt;

  g_object_set (closure, "memory", 2 * BUDGET, NULL);
  assert_infeasible (fixture, huge);
  fixture_add_remote (fixture);
  assert_infeasible (fixture, closure);

  g_object_set (fixture->scheduler, "spill-policy", MGR_SPILL_NEVER, NULL);
  assert_infeasible (fixture, huge);
  g_object_set (fixture->scheduler, "spill-policy", MGR_SPILL_INFEASIBLE, NULL);
  submit (fixture, huge);
  attempt = mgr_fake_executor_find (fixture->remote, huge);
  g_assert_nonnull (attempt);
  g_assert_cmpuint (mgr_task_attempt_get_grant (attempt), ==, 2 * BUDGET);
  g_assert_cmpuint (mgr_component_get_used (root), ==, 0);
}

static void
test_closure_to_remote (Fixture       *fixture,
                        gconstpointer  user_data)
{
  g_autoptr (MgrTask) closure = mgr_task_new ("closure", nothing_func, NULL, NULL);
  g_autoptr (GError) error = NULL;

  fixture_add_remote (fixture);
  g_object_set (closure, "executor", "remote", "memory", MIB, NULL);
  g_assert_false (mgr_scheduler_submit (fixture->scheduler, closure, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "“remote” cannot run task “closure”, which is a function"));
  g_assert_nonnull (strstr (error->message, "Make the task a command"));
}

static void
test_grows_elsewhere (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("grows", BUDGET);
  g_autoptr (MgrJournalEntry) entry = NULL;

  g_test_summary ("What runs out of all there is here goes where there may be more");

  fixture_add_remote (fixture);
  submit (fixture, task);
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_OOM);
  g_assert_nonnull (mgr_fake_executor_find (fixture->remote, task));
  g_assert_cmpuint (mgr_task_get_grant (task), ==, 2 * BUDGET);
  entry = find_entry (fixture, "Task “grows” goes to “remote”: it needs more memory than there is here");

  mgr_fake_executor_end (fixture->remote, task, MGR_TASK_REASON_OOM);
  g_assert_cmpuint (mgr_task_get_grant (task), ==, 4 * BUDGET);
}

static void
test_slow (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (MgrTask) runs = command_new ("runs", 900 * MIB);
  g_autoptr (MgrTask) named = command_new ("named", 900 * MIB);
  g_autoptr (MgrTask) waits = command_new ("waits", 900 * MIB);

  fixture_add_remote (fixture);
  g_object_set (named, "executor", "local", NULL);
  submit (fixture, runs);
  submit (fixture, named);
  submit (fixture, waits);
  look_after (fixture, 100 * SECOND);
  g_assert_cmpint (mgr_task_get_state (waits), ==, MGR_TASK_STATE_WAITING);

  g_object_set (fixture->scheduler, "spill-policy", MGR_SPILL_SLOW, "spill-wait", 101 * SECOND, NULL);
  look_after (fixture, 0);
  g_assert_cmpint (mgr_task_get_state (waits), ==, MGR_TASK_STATE_WAITING);
  look_after (fixture, SECOND);
  g_assert_nonnull (mgr_fake_executor_find (fixture->remote, waits));
  g_assert_cmpint (mgr_task_get_state (named), ==, MGR_TASK_STATE_WAITING);
}

static void
test_pressure_is_here (Fixture       *fixture,
                       gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("far", 100 * MIB);

  g_test_summary ("Pressure here keeps nothing from other machines, nor ends it there");

  fixture_add_remote (fixture);
  g_object_set (task, "executor", "remote", NULL);
  press (fixture, 920 * MIB);
  submit (fixture, task);
  g_assert_nonnull (mgr_fake_executor_find (fixture->remote, task));
  mgr_task_attempt_report_measured (mgr_fake_executor_find (fixture->remote, task), 300 * MIB);
  look_after (fixture, 0);
  look_after (fixture, 20 * SECOND);
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->remote, task), ==, 0);
}

static void
test_slots (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr (GPtrArray) far = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (MgrTask) near = command_new ("near", 10 * MIB);

  g_test_summary ("A long queue for a place that is full holds up no other place");

  fixture_add_remote (fixture);
  for (guint i = 0; i < 300; i++)
    {
      MgrTask *task = command_new ("far", 10 * MIB);

      g_ptr_array_add (far, task);
      g_object_set (task, "executor", "remote", NULL);
      submit (fixture, task);
    }
  g_assert_cmpuint (mgr_fake_executor_n_runs (fixture->remote), ==, 2);
  submit (fixture, near);
  g_assert_nonnull (mgr_fake_executor_find (fixture->local, near));
  assert_explained (fixture, far->pdata[299], "its executor “remote” runs 2 at once, and 2 run");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/schedule/spill/local-first", test_local_first);
  ADD ("/schedule/spill/infeasible", test_infeasible);
  ADD ("/schedule/spill/closure-to-remote", test_closure_to_remote);
  ADD ("/schedule/spill/grows-elsewhere", test_grows_elsewhere);
  ADD ("/schedule/spill/slow", test_slow);
  ADD ("/schedule/spill/pressure-is-here", test_pressure_is_here);
  ADD ("/schedule/spill/slots", test_slots);

  return g_test_run ();
}
