/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "schedule-fixture.h"

/* What pressure and others that take memory do to tasks. */

static void
test_gate (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (MgrTask) normal = command_new ("normal", 10 * MIB);
  g_autoptr (MgrTask) critical = command_new ("critical", 10 * MIB);

  g_object_set (critical, "priority", MGR_TASK_PRIORITY_CRITICAL, NULL);
  press (fixture, 920 * MIB);
  g_assert_cmpint (mgr_manager_get_level (fixture->manager), ==, MGR_PRESSURE_LEVEL_CRITICAL);
  submit (fixture, normal);
  submit (fixture, critical);
  g_assert_cmpint (mgr_task_get_state (normal), ==, MGR_TASK_STATE_WAITING);
  g_assert_cmpint (mgr_task_get_state (critical), ==, MGR_TASK_STATE_RUNNING);
  assert_explained (fixture, normal, "pressure is critical, and tasks of priority normal start up to medium");

  press (fixture, 0);
  look_after (fixture, SECOND);
  g_assert_cmpint (mgr_task_get_state (normal), ==, MGR_TASK_STATE_RUNNING);
}

static void
take (Fixture *fixture,
      MgrTask *task,
      guint64  bytes)
{
  mgr_task_attempt_report_measured (mgr_fake_executor_find (fixture->local, task), bytes);
}

static void
test_promises_press_on_nobody (Fixture       *fixture,
                               gconstpointer  user_data)
{
  g_autoptr (MgrTask) large = command_new ("large", 600 * MIB);
  g_autoptr (MgrTask) small = command_new ("small", 290 * MIB);

  g_test_summary ("Tasks may fill what others leave, and take all of it");

  submit (fixture, large);
  submit (fixture, small);
  g_assert_cmpuint (mgr_fake_executor_n_runs (fixture->local), ==, 2);
  take (fixture, large, 600 * MIB);
  take (fixture, small, 280 * MIB);
  press (fixture, 110 * MIB);
  look_after (fixture, SECOND);
  g_assert_cmpint (mgr_manager_get_level (fixture->manager), ==, MGR_PRESSURE_LEVEL_NORMAL);
  g_assert_false (mgr_task_should_yield (small));

  g_test_message ("What they take beyond that does");
  take (fixture, small, 1200 * MIB);
  press (fixture, 110 * MIB);
  g_assert_cmpint (mgr_manager_get_level (fixture->manager), >=, MGR_PRESSURE_LEVEL_CRITICAL);

  g_test_message ("A promise ends with the task");
  mgr_fake_executor_end (fixture->local, large, MGR_TASK_REASON_DONE);
  mgr_fake_executor_end (fixture->local, small, MGR_TASK_REASON_DONE);
  press (fixture, 980 * MIB);
  g_assert_cmpint (mgr_manager_get_level (fixture->manager), >=, MGR_PRESSURE_LEVEL_CRITICAL);
}

/* Two tasks run, and then other programs take what the machine has. */
static void
start_two (Fixture *fixture,
           MgrTask *old,
           MgrTask *young)
{
  submit (fixture, old);
  mgr_manual_clock_advance (fixture->clock, SECOND);
  submit (fixture, young);
  g_assert_cmpuint (mgr_fake_executor_n_runs (fixture->local), ==, 2);
  take (fixture, old, 100 * MIB);
  take (fixture, young, 100 * MIB);
  mgr_fake_tree_describe (fixture->tree, SHORT);
  press (fixture, MIB);
  g_assert_cmpint (mgr_manager_get_level (fixture->manager), ==, MGR_PRESSURE_LEVEL_CRITICAL);
}

static void
test_ladder (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr (MgrTask) old = command_new ("old", 100 * MIB);
  g_autoptr (MgrTask) young = command_new ("young", 100 * MIB);
  g_autoptr (MgrJournalEntry) entry = NULL;

  g_test_summary ("Asked at once, cancelled after 5 s, killed after 10 s, the youngest first");

  start_two (fixture, old, young);
  look_after (fixture, 0);
  g_assert_true (mgr_task_should_yield (young));
  g_assert_false (mgr_task_should_yield (old));
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->local, young), ==, 0);

  look_after (fixture, 5 * SECOND);
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->local, young), ==, 1);
  g_assert_cmpuint (mgr_fake_executor_n_kills (fixture->local, young), ==, 0);
  look_after (fixture, 5 * SECOND);
  g_assert_cmpuint (mgr_fake_executor_n_kills (fixture->local, young), ==, 1);
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->local, old), ==, 0);

  mgr_fake_executor_end (fixture->local, young, MGR_TASK_REASON_ERROR);
  g_assert_cmpint (mgr_task_get_state (young), ==, MGR_TASK_STATE_WAITING);
  g_assert_cmpint (mgr_task_get_reason (young), ==, MGR_TASK_REASON_PREEMPTED);
  g_assert_cmpuint (mgr_task_get_grant (young), ==, 100 * MIB);

  entry = find_entry (fixture, "“young”, granted 100.0 MiB and holding 100.0 MiB, is killed to make room");
  g_assert_cmpuint (mgr_journal_entry_get_cause (entry), >, 0);
}

static void
test_over_its_grant_goes_first (Fixture       *fixture,
                                gconstpointer  user_data)
{
  g_autoptr (MgrTask) old = command_new ("old", 100 * MIB);
  g_autoptr (MgrTask) young = command_new ("young", 100 * MIB);

  g_object_set (old, "preemptible", FALSE, NULL);
  start_two (fixture, old, young);
  mgr_task_attempt_report_measured (mgr_fake_executor_find (fixture->local, old), 110 * MIB);
  look_after (fixture, 0);
  look_after (fixture, 5 * SECOND);
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->local, old), ==, 1);
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->local, young), ==, 0);

  mgr_fake_executor_end (fixture->local, old, MGR_TASK_REASON_ERROR);
  g_assert_cmpint (mgr_task_get_state (old), ==, MGR_TASK_STATE_FINISHED);
  g_assert_cmpint (mgr_task_get_reason (old), ==, MGR_TASK_REASON_PREEMPTED);
}

static void
test_no_preemption (Fixture       *fixture,
                    gconstpointer  user_data)
{
  g_autoptr (MgrTask) old = command_new ("old", 100 * MIB);
  g_autoptr (MgrTask) young = command_new ("young", 100 * MIB);

  g_object_set (fixture->scheduler, "preemption", FALSE, NULL);
  start_two (fixture, old, young);
  look_after (fixture, 0);
  look_after (fixture, 60 * SECOND);
  g_assert_false (mgr_task_should_yield (young));
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->local, young), ==, 0);
}

static MgrScheduleStrategy
get_active (Fixture *fixture)
{
  MgrScheduleStrategy active;

  g_object_get (fixture->scheduler, "active-strategy", &active, NULL);
  return active;
}

static void
test_adaptive (Fixture       *fixture,
               gconstpointer  user_data)
{
  g_autoptr (MgrTask) dated = command_new ("dated", 10 * MIB);
  g_autoptr (MgrJournalEntry) chosen = NULL;
  g_autoptr (MgrJournalEntry) left = NULL;

  press (fixture, 860 * MIB);
  look_after (fixture, SECOND);
  g_assert_cmpint (get_active (fixture), ==, MGR_SCHEDULE_STRATEGY_PRIORITY);

  g_object_set (fixture->scheduler, "adaptive", TRUE, NULL);
  g_assert_cmpint (get_active (fixture), ==, MGR_SCHEDULE_STRATEGY_SMALLEST_FIRST);
  chosen = find_entry (fixture, "considered smallest-first and no longer priority: chosen by itself, pressure is high");

  g_object_set (dated, "deadline", G_GINT64_CONSTANT (9000) * SECOND, NULL);
  submit (fixture, dated);
  look_after (fixture, SECOND);
  g_assert_cmpint (get_active (fixture), ==, MGR_SCHEDULE_STRATEGY_DEADLINE);

  press (fixture, 0);
  look_after (fixture, SECOND);
  g_assert_cmpint (get_active (fixture), ==, MGR_SCHEDULE_STRATEGY_PRIORITY);
  left = find_entry (fixture, "considered priority and no longer deadline: as was set");
}

/* Whether a cleanup was planned because of @cause. */
static gboolean
is_cleaned_for (Fixture *fixture,
                 guint64  cause)
{
  g_autoptr (GPtrArray) entries =
    mgr_journal_list (mgr_manager_get_journal (fixture->manager), MGR_JOURNAL_KIND_PLAN, 0);

  for (guint i = 0; i < entries->len; i++)
    if (mgr_journal_entry_get_cause (g_ptr_array_index (entries, i)) == cause)
      return TRUE;

  return FALSE;
}

static void
test_never_stuck (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr (MgrTask) first = command_new ("first", 200 * MIB);
  g_autoptr (MgrTask) second = command_new ("second", 200 * MIB);
  g_autoptr (MgrTask) third = command_new ("third", 200 * MIB);
  g_autoptr (MgrJournalEntry) stuck = NULL;
  g_autoptr (MgrJournalEntry) forced = NULL;

  g_test_summary ("Memory that others took: cleaned, then said, then one at a time");

  mgr_fake_tree_describe (fixture->tree, LITTLE);
  submit (fixture, first);
  submit (fixture, second);
  submit (fixture, third);
  g_assert_cmpint (mgr_task_get_state (first), ==, MGR_TASK_STATE_WAITING);
  assert_explained (fixture, first, "it needs 200.0 MiB, and ");

  look_after (fixture, 29 * SECOND);
  g_assert_cmpstr (fixture->said->str, ==, "");
  look_after (fixture, SECOND);
  stuck = find_entry (fixture, "Tasks are stuck: 3 wait and none runs");
  g_assert_cmpstr (fixture->said->str, ==, "");
  g_assert_true (is_cleaned_for (fixture, mgr_journal_entry_get_id (stuck)));

  look_after (fixture, 30 * SECOND);
  g_assert_true (g_str_has_prefix (fixture->said->str, "stalled: 3 wait and none runs"));
  g_assert_cmpint (mgr_task_get_state (first), ==, MGR_TASK_STATE_WAITING);

  look_after (fixture, 30 * SECOND);
  forced = find_entry (fixture, "One task at a time is started though memory lacks");
  g_assert_cmpuint (mgr_journal_entry_get_cause (forced), ==, mgr_journal_entry_get_id (stuck));
  g_assert_cmpint (mgr_task_get_state (first), ==, MGR_TASK_STATE_RUNNING);
  g_assert_cmpint (mgr_task_get_state (second), ==, MGR_TASK_STATE_WAITING);

  mgr_fake_executor_end (fixture->local, first, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_state (second), ==, MGR_TASK_STATE_RUNNING);
  g_assert_cmpuint (mgr_fake_executor_n_runs (fixture->local), ==, 1);

  mgr_fake_tree_describe (fixture->tree, ENOUGH);
  look_after (fixture, SECOND);
  g_assert_cmpint (mgr_task_get_state (third), ==, MGR_TASK_STATE_RUNNING);
  g_assert_cmpuint (mgr_fake_executor_n_runs (fixture->local), ==, 2);
}

static void
test_stuck_beside_one_that_runs (Fixture       *fixture,
                                 gconstpointer  user_data)
{
  g_autoptr (MgrTask) runs = command_new ("runs", MIB);
  g_autoptr (MgrTask) first = command_new ("first", 200 * MIB);
  g_autoptr (MgrTask) second = command_new ("second", 200 * MIB);
  g_autoptr (MgrJournalEntry) stuck = NULL;

  g_test_summary ("A small task that runs for long hides nothing, and is left alone");

  submit (fixture, runs);
  mgr_fake_tree_describe (fixture->tree, LITTLE);
  mgr_manual_clock_advance (fixture->clock, SECOND);
  submit (fixture, first);
  submit (fixture, second);

  look_after (fixture, 30 * SECOND);
  stuck = find_entry (fixture, "Tasks are stuck: 2 wait and 1 run, though nothing of theirs");
  g_assert_true (is_cleaned_for (fixture, mgr_journal_entry_get_id (stuck)));
  look_after (fixture, 30 * SECOND);
  g_assert_true (g_str_has_prefix (fixture->said->str, "stalled: 2 wait and 1 run"));
  for (guint i = 0; i < 10; i++)
    look_after (fixture, 30 * SECOND);
  g_assert_cmpint (mgr_task_get_state (runs), ==, MGR_TASK_STATE_RUNNING);
  g_assert_false (mgr_task_should_yield (runs));
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->local, runs), ==, 0);
  g_assert_cmpuint (mgr_fake_executor_n_runs (fixture->local), ==, 1);

  mgr_fake_executor_end (fixture->local, runs, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_state (first), ==, MGR_TASK_STATE_RUNNING);
  g_assert_cmpint (mgr_task_get_state (second), ==, MGR_TASK_STATE_WAITING);
}

static void
test_stuck_by_a_budget (Fixture       *fixture,
                        gconstpointer  user_data)
{
  g_autoptr (MgrTask) waits = command_new ("waits", 150 * MIB);
  MgrComponent *small = mgr_ledger_lookup (mgr_manager_get_root (fixture->manager)->ledger, "small");
  MgrAllocation *kept = mgr_component_allocate (small, 100 * MIB, NULL, 5, NULL, NULL);

  g_test_summary ("It is said, and nothing is started beyond the budget");

  g_object_set (waits, "component", "small", NULL);
  submit (fixture, waits);
  for (guint i = 0; i < 10; i++)
    look_after (fixture, 30 * SECOND);
  g_assert_true (g_str_has_prefix (fixture->said->str, "stalled: 1 wait and none runs"));
  g_assert_null (strstr (fixture->said->str + 1, "stalled"));
  g_assert_cmpint (mgr_task_get_state (waits), ==, MGR_TASK_STATE_WAITING);

  mgr_allocation_unref (kept);
  look_after (fixture, SECOND);
  g_assert_cmpint (mgr_task_get_state (waits), ==, MGR_TASK_STATE_RUNNING);
  g_object_unref (small);
}

static void
test_not_stuck_behind_tasks (Fixture       *fixture,
                             gconstpointer  user_data)
{
  MgrTask *tasks[5];
  g_autoptr (MgrTask) waits = command_new ("waits", 990 * MIB);

  g_test_summary ("Who waits for places, or for tasks to end, is not stuck");

  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      tasks[i] = command_new ("task", 10 * MIB);
      submit (fixture, tasks[i]);
    }
  for (guint i = 0; i < 10; i++)
    look_after (fixture, 30 * SECOND);
  g_assert_cmpint (mgr_task_get_state (tasks[4]), ==, MGR_TASK_STATE_WAITING);

  mgr_fake_executor_end (fixture->local, tasks[0], MGR_TASK_REASON_DONE);
  mgr_fake_executor_end (fixture->local, tasks[1], MGR_TASK_REASON_DONE);
  submit (fixture, waits);
  for (guint i = 0; i < 10; i++)
    look_after (fixture, 30 * SECOND);
  g_assert_cmpint (mgr_task_get_state (waits), ==, MGR_TASK_STATE_WAITING);
  g_assert_cmpstr (fixture->said->str, ==, "");
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    g_object_unref (tasks[i]);
}

static void
test_overcommit (Fixture       *fixture,
                 gconstpointer  user_data)
{
  g_autoptr (MgrTask) first = command_new ("first", 600 * MIB);
  g_autoptr (MgrTask) second = command_new ("second", 500 * MIB);
  g_autoptr (MgrSchedulerStatistics) statistics = NULL;

  submit (fixture, first);
  submit (fixture, second);
  statistics = mgr_scheduler_get_statistics (fixture->scheduler);
  g_assert_cmpuint (mgr_scheduler_statistics_get_reserved (statistics), ==, 600 * MIB);
  g_assert_cmpuint (mgr_scheduler_statistics_get_overcommit (statistics), ==, 0);
  g_clear_pointer (&statistics, mgr_scheduler_statistics_unref);

  mgr_task_attempt_report_measured (mgr_fake_executor_find (fixture->local, first), 1010 * MIB);
  statistics = mgr_scheduler_get_statistics (fixture->scheduler);
  g_assert_cmpuint (mgr_scheduler_statistics_get_overcommit (statistics), ==, 10 * MIB);
}

static gpointer
cancel_once_running_thread (gpointer data)
{
  MgrTask *task = MGR_TASK (data);

  for (guint i = 0; i < 10000 && mgr_task_get_state (task) != MGR_TASK_STATE_RUNNING; i++)
    g_usleep (1000);
  g_cancellable_cancel (g_object_get_data (data, "cancellable"));
  return NULL;
}

static void
test_stalled_while_blocked (Fixture       *fixture,
                            gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("large", 500 * MIB);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MgrJournalEntry) entry = NULL;
  GThread *thread;

  g_test_summary ("Who blocks the owner's thread gets out of a stall, and hears of it later");

  g_object_set (fixture->scheduler, "stall-time", (gint64) 0, NULL);
  mgr_fake_tree_describe (fixture->tree, LITTLE);
  mgr_manual_clock_advance (fixture->clock, SECOND);
  submit (fixture, task);
  mgr_test_settle ();
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_WAITING);

  g_object_set_data (G_OBJECT (task), "cancellable", cancellable);
  thread = g_thread_new ("cancels", cancel_once_running_thread, task);
  g_assert_false (mgr_task_wait (task, cancellable, NULL));
  g_thread_join (thread);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
  g_assert_cmpstr (fixture->said->str, ==, "");

  mgr_test_settle ();
  g_assert_true (g_str_has_prefix (fixture->said->str, "stalled: 1 wait and none runs"));
  entry = find_entry (fixture, "One task at a time is started though memory lacks");
  g_assert_nonnull (entry);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/schedule/pressure/gate", test_gate);
  ADD ("/schedule/pressure/promises-press-on-nobody", test_promises_press_on_nobody);
  ADD ("/schedule/pressure/ladder", test_ladder);
  ADD ("/schedule/pressure/over-its-grant-goes-first", test_over_its_grant_goes_first);
  ADD ("/schedule/pressure/no-preemption", test_no_preemption);
  ADD ("/schedule/pressure/adaptive", test_adaptive);
  ADD ("/schedule/pressure/never-stuck", test_never_stuck);
  ADD ("/schedule/pressure/stuck-beside-one-that-runs", test_stuck_beside_one_that_runs);
  ADD ("/schedule/pressure/stuck-by-a-budget", test_stuck_by_a_budget);
  ADD ("/schedule/pressure/not-stuck-behind-tasks", test_not_stuck_behind_tasks);
  ADD ("/schedule/pressure/overcommit", test_overcommit);
  ADD ("/schedule/pressure/stalled-while-blocked", test_stalled_while_blocked);

  return g_test_run ();
}
