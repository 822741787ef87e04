/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "schedule-fixture.h"

/* Each obstacle is told with its figures. */

static void
test_states (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("task", 100 * MIB);

  assert_explained (fixture, task, "Task “task” was not submitted here");
  mgr_scheduler_pause (fixture->scheduler);
  submit (fixture, task);
  mgr_manual_clock_advance (fixture->clock, 2 * SECOND);
  assert_explained (fixture, task, "Task 1, “task”, waits for 2.0 s: the scheduler is paused");

  mgr_scheduler_resume (fixture->scheduler);
  mgr_task_attempt_report_measured (mgr_fake_executor_find (fixture->local, task), 20 * MIB);
  assert_explained (fixture, task, "runs for 0.0 s in “local”, attempt 1: it was granted 100.0 MiB "
                                   "and holds 20.0 MiB");
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_DONE);
  assert_explained (fixture, task, "Task 1, “task”, is done");
}

static void
test_ends (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("task", 100 * MIB);

  submit (fixture, task);
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_LOST);
  assert_explained (fixture, task, "ended, lost: Its executor lost sight of task “task”");
}

static void
test_budget (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr (MgrTask) runs = command_new ("runs", 600 * MIB);
  g_autoptr (MgrTask) waits = command_new ("waits", 500 * MIB);
  g_autoptr (MgrTask) behind = command_new ("behind", 450 * MIB);
  g_autoptr (MgrTask) small = command_new ("small", 150 * MIB);
  g_autoptr (MgrTask) full = command_new ("full", 150 * MIB);

  g_object_set (small, "component", "small", NULL);
  g_object_set (full, "component", "small", NULL);
  submit (fixture, runs);
  submit (fixture, small);
  submit (fixture, full);
  submit (fixture, waits);
  submit (fixture, behind);
  assert_explained (fixture, waits, "it needs 500.0 MiB, and the budget of all has 1000.0 MiB for "
                                    "tasks: 2 that run have 750.0 MiB of it, and 250.0 MiB are left");
  assert_explained (fixture, full, "component “small” has 200.0 MiB for tasks: 1 that run have "
                                   "150.0 MiB of it, and 50.0 MiB are left");

  mgr_fake_executor_end (fixture->local, small, MGR_TASK_REASON_DONE);
  assert_explained (fixture, behind, "it needs 450.0 MiB, and the budget of all");
}

static void
test_reserved (Fixture       *fixture,
               gconstpointer  user_data)
{
  g_autoptr (MgrTask) runs = command_new ("runs", 600 * MIB);
  g_autoptr (MgrTask) head = command_new ("head", 900 * MIB);
  g_autoptr (MgrTask) behind = command_new ("behind", 300 * MIB);

  submit (fixture, runs);
  mgr_manual_clock_advance (fixture->clock, SECOND);
  submit (fixture, head);
  submit (fixture, behind);
  assert_explained (fixture, behind, "it fits, but room is kept for task 2, “head”, which comes first "
                                     "and needs 900.0 MiB");
}

/* What is submitted later may come still, and is told apart. */
static void
test_never_submitted (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autoptr (MgrTask) before = command_new ("before", MIB);
  g_autoptr (MgrTask) last = command_new ("last", MIB);

  g_assert_true (mgr_task_add_dependency (last, before, NULL));
  submit (fixture, last);
  assert_explained (fixture, last, "1 that it depends on are not done: “before” (never submitted)");
  submit (fixture, before);
  assert_explained (fixture, last, "1 that it depends on are not done: “before”");
  mgr_fake_executor_end (fixture->local, before, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_state (last), ==, MGR_TASK_STATE_RUNNING);
}

static void
test_dependencies (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autoptr (MgrTask) last = command_new ("last", MIB);
  MgrTask *before[5];

  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    {
      g_autofree char *name = g_strdup_printf ("before %u", i);

      before[i] = command_new (name, 300 * MIB);
      g_assert_true (mgr_task_add_dependency (last, before[i], NULL));
      submit (fixture, before[i]);
    }
  submit (fixture, last);
  assert_explained (fixture, last, "5 that it depends on are not done: “before 0”, “before 1”, "
                                   "“before 2”, …");
  mgr_fake_executor_end (fixture->local, before[0], MGR_TASK_REASON_DONE);
  assert_explained (fixture, last, "4 that it depends on are not done: “before 1”");
  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    g_object_unref (before[i]);
}

static void
test_journal (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("told", 100 * MIB);
  g_autoptr (MgrJournalEntry) entry = NULL;
  g_autofree char *story = NULL;

  submit (fixture, task);
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_OOM);
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_ERROR);
  entry = find_entry (fixture, "Task “told” failed");
  story = mgr_journal_explain (mgr_manager_get_journal (fixture->manager),
                               mgr_journal_entry_get_id (entry), NULL);
  g_test_message ("%s", story);
  g_assert_nonnull (strstr (story, "Task “told” was admitted with 100.0 MiB after 0.0 s"));
  g_assert_nonnull (strstr (story, "it is run again with 200.0 MiB"));
  g_assert_nonnull (strstr (story, "was admitted with 200.0 MiB"));
  g_assert_nonnull (strstr (story, "Rule: its grant fits into the budgets"));
}

static void
test_journal_is_not_flooded (Fixture       *fixture,
                             gconstpointer  user_data)
{
  g_autoptr (GPtrArray) entries = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (MgrTask) task = command_new ("many", MIB);

      submit (fixture, task);
      mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_DONE);
    }

  entries = mgr_journal_list (mgr_manager_get_journal (fixture->manager), MGR_JOURNAL_KIND_TASK, 0);
  g_assert_cmpuint (entries->len, ==, 4 + 7);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/schedule/explain/states", test_states);
  ADD ("/schedule/explain/ends", test_ends);
  ADD ("/schedule/explain/budget", test_budget);
  ADD ("/schedule/explain/reserved", test_reserved);
  ADD ("/schedule/explain/dependencies", test_dependencies);
  ADD ("/schedule/explain/never-submitted", test_never_submitted);
  ADD ("/schedule/explain/journal", test_journal);
  ADD ("/schedule/explain/journal-is-not-flooded", test_journal_is_not_flooded);

  return g_test_run ();
}
