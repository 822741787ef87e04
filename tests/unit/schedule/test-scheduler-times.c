/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "schedule-fixture.h"

/* Time that is up, memory that is not enough, and tasks that wait for each other. */

static void
test_timeout (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("slow", 10 * MIB);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Cancelled when its time is up, killed where it does not listen");

  g_object_set (task, "timeout", 60 * SECOND, NULL);
  submit (fixture, task);
  look_after (fixture, 59 * SECOND);
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->local, task), ==, 0);
  look_after (fixture, SECOND);
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->local, task), ==, 1);
  look_after (fixture, 9 * SECOND);
  g_assert_cmpuint (mgr_fake_executor_n_kills (fixture->local, task), ==, 0);
  look_after (fixture, SECOND);
  g_assert_cmpuint (mgr_fake_executor_n_kills (fixture->local, task), ==, 1);

  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_ERROR);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_TIMEOUT);
  g_assert_false (mgr_task_get_result (task, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
}

static void
test_deadline (Fixture       *fixture,
               gconstpointer  user_data)
{
  g_autoptr (MgrTask) runs = command_new ("runs", 600 * MIB);
  g_autoptr (MgrTask) waits = command_new ("waits", 600 * MIB);
  g_autoptr (MgrTask) depends = command_new ("depends", 10 * MIB);
  g_autoptr (MgrTask) after = command_new ("after", 10 * MIB);
  MgrTask *dated[] = { runs, waits, depends };

  g_test_summary ("It counts for what runs, what waits for memory, and what waits for others");

  for (guint i = 0; i < G_N_ELEMENTS (dated); i++)
    g_object_set (dated[i], "deadline", G_GINT64_CONSTANT (1060) * SECOND, NULL);
  g_assert_true (mgr_task_add_dependency (depends, runs, NULL));
  g_assert_true (mgr_task_add_dependency (after, depends, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (dated); i++)
    submit (fixture, dated[i]);
  submit (fixture, after);

  look_after (fixture, 59 * SECOND);
  g_assert_cmpint (mgr_task_get_state (waits), ==, MGR_TASK_STATE_WAITING);
  look_after (fixture, SECOND);
  g_assert_cmpint (mgr_task_get_reason (waits), ==, MGR_TASK_REASON_TIMEOUT);
  g_assert_cmpint (mgr_task_get_reason (depends), ==, MGR_TASK_REASON_TIMEOUT);
  g_assert_cmpint (mgr_task_get_reason (after), ==, MGR_TASK_REASON_CANCELLED);
  g_assert_cmpuint (mgr_fake_executor_n_stops (fixture->local, runs), ==, 1);
  mgr_fake_executor_end (fixture->local, runs, MGR_TASK_REASON_ERROR);
  g_assert_cmpint (mgr_task_get_reason (runs), ==, MGR_TASK_REASON_TIMEOUT);
}

static void
test_oom (Fixture       *fixture,
          gconstpointer  user_data)
{
  static const guint64 grants[] = { 100 * MIB, 500 * MIB, 1000 * MIB };
  g_autoptr (MgrTask) task = command_new ("grows", grants[0]);
  g_autoptr (MgrTask) neighbour = command_new ("neighbour", 0);
  g_autoptr (MgrJournalEntry) first = NULL;
  g_autoptr (MgrJournalEntry) last = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Twice the grant, or a quarter more than it took, up to all there is");

  submit (fixture, task);
  for (guint i = 0; i < G_N_ELEMENTS (grants); i++)
    {
      g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
      g_assert_cmpuint (mgr_task_get_grant (task), ==, grants[i]);
      if (i == 0)
        mgr_task_attempt_report_measured (mgr_fake_executor_find (fixture->local, task), 400 * MIB);
      mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_OOM);
    }

  g_assert_cmpuint (mgr_task_get_attempt (task), ==, 3);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_OOM);
  g_assert_false (mgr_task_get_result (task, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (error->message, "with the 1000.0 MiB that it was granted"));
  first = find_entry (fixture, "granted 100.0 MiB, seen to hold 400.0 MiB; it is run again with 500.0 MiB");
  last = find_entry (fixture, "there is no more for it");
  g_assert_cmpuint (mgr_journal_entry_get_cause (first), >, 0);
}

static char *
get_failure (MgrTask *task)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_task_get_result (task, NULL, &error));
  return g_strdup (error->message);
}

static void
test_deadline_passed (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autoptr (MgrTask) late = command_new ("late", 10 * MIB);
  g_autoptr (MgrTask) after = command_new ("after", 10 * MIB);
  g_autofree char *failure = NULL;

  g_test_summary ("What could not be done in time when it was submitted is not begun");

  g_object_set (late, "deadline", mgr_clock_get_time (MGR_CLOCK (fixture->clock)), NULL);
  g_assert_true (mgr_task_add_dependency (after, late, NULL));
  submit (fixture, after);
  submit (fixture, late);
  g_assert_cmpint (mgr_task_get_reason (late), ==, MGR_TASK_REASON_TIMEOUT);
  g_assert_cmpint (mgr_task_get_reason (after), ==, MGR_TASK_REASON_CANCELLED);
  g_assert_cmpuint (mgr_task_get_attempt (late), ==, 0);
  failure = get_failure (late);
  g_assert_cmpstr (failure, ==, "Task “late” was not started before its deadline");
}

/* What is not known is not said, and what the task said itself is. */
static void
test_what_ends_say (Fixture       *fixture,
                    gconstpointer  user_data)
{
  g_autoptr (MgrTask) greedy = command_new ("greedy", 1000 * MIB);
  g_autoptr (MgrTask) ran = command_new ("ran", 10 * MIB);
  g_autoptr (MgrTask) after = command_new ("after", 10 * MIB);
  g_autoptr (GError) cause = g_error_new_literal (MGR_ERROR, MGR_ERROR_NO_BUDGET, "cannot map");
  g_autoptr (GError) signal = g_error_new_literal (MGR_ERROR, MGR_ERROR_FAILED, "by signal 15");
  g_autofree char *oom = NULL;
  g_autofree char *cancelled = NULL;
  g_autofree char *waited = NULL;

  submit (fixture, greedy);
  mgr_task_attempt_report_finished (mgr_fake_executor_find (fixture->local, greedy),
                                    MGR_TASK_REASON_OOM, -1, cause);
  oom = get_failure (greedy);
  g_assert_cmpstr (oom, ==, "Task “greedy” did not get by with the 1000.0 MiB that it was granted "
                   "(cannot map), and there is no more for it: make it smaller, or raise the "
                   "budget of its component");

  submit (fixture, ran);
  g_assert_true (mgr_task_add_dependency (after, ran, NULL));
  submit (fixture, after);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, ran, NULL));
  mgr_task_attempt_report_finished (mgr_fake_executor_find (fixture->local, ran),
                                    MGR_TASK_REASON_ERROR, -1, signal);
  cancelled = get_failure (ran);
  g_assert_cmpstr (cancelled, ==, "Task “ran” was cancelled: by signal 15");
  waited = get_failure (after);
  g_assert_cmpstr (waited, ==, "Task “after” did not run: Task “ran” was cancelled: by signal 15");
}

static void
test_oom_of_what_may_run_once (Fixture       *fixture,
                               gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("once", 100 * MIB);
  g_autoptr (GError) error = NULL;

  g_object_set (task, "preemptible", FALSE, NULL);
  submit (fixture, task);
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_OOM);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_FINISHED);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_OOM);
  g_assert_cmpuint (mgr_task_get_attempt (task), ==, 1);
  g_assert_false (mgr_task_get_result (task, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (error->message, "may not be run again: declare more"));
}

static void
test_preempted_keeps_its_grant (Fixture       *fixture,
                                gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("kept", 100 * MIB);

  submit (fixture, task);
  mgr_task_attempt_report_measured (mgr_fake_executor_find (fixture->local, task), 400 * MIB);
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_PREEMPTED);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
  g_assert_cmpuint (mgr_task_get_grant (task), ==, 100 * MIB);
  g_assert_cmpuint (mgr_task_get_attempt (task), ==, 2);
}

static void
test_retries_are_for_errors (Fixture       *fixture,
                             gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("fails", 100 * MIB);
  static const MgrTaskReason ends[] = {
    MGR_TASK_REASON_OOM, MGR_TASK_REASON_PREEMPTED, MGR_TASK_REASON_ERROR,
    MGR_TASK_REASON_PREEMPTED, MGR_TASK_REASON_OOM, MGR_TASK_REASON_LOST,
  };

  g_test_summary ("Want of memory and making room use up no retry");

  g_object_set (task, "max-retries", 1, NULL);
  submit (fixture, task);
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
      mgr_fake_executor_end (fixture->local, task, ends[i]);
    }

  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_FINISHED);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_LOST);
}

static void
test_start_fails (Fixture       *fixture,
                  gconstpointer  user_data)
{
  MgrTask *tasks[200];
  g_autoptr (GError) error = NULL;

  g_test_summary ("Programs that are not there end their tasks, and nothing is held after");

  mgr_fake_executor_refuse (fixture->local);
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      tasks[i] = command_new ("absent", 600 * MIB);
      submit (fixture, tasks[i]);
    }
  g_assert_false (mgr_task_wait (tasks[199], NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpuint (mgr_component_get_used (mgr_manager_get_root (fixture->manager)), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    g_object_unref (tasks[i]);
}

static void
test_reports_come_twice (Fixture       *fixture,
                         gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("twice", 100 * MIB);
  g_autoptr (MgrTaskAttempt) attempt = NULL;

  submit (fixture, task);
  attempt = mgr_task_attempt_ref (mgr_fake_executor_find (fixture->local, task));
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_DONE);
  mgr_task_attempt_report_finished (attempt, MGR_TASK_REASON_OOM, 1, NULL);
  mgr_task_attempt_report_measured (attempt, 900 * MIB);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_DONE);
  g_assert_cmpuint (mgr_task_get_peak (task), ==, 0);
}

static void
test_circles (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr (MgrTask) alone = command_new ("alone", MIB);
  MgrTask *layers[64][2];
  g_autoptr (GError) error = NULL;

  g_test_summary ("Found in no time where there are more ways than anybody can go");

  g_assert_false (mgr_task_add_dependency (alone, alone, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    for (guint j = 0; j < 2; j++)
      {
        layers[i][j] = command_new ("layer", MIB);
        for (guint k = 0; i > 0 && k < 2; k++)
          g_assert_true (mgr_task_add_dependency (layers[i][j], layers[i - 1][k], NULL));
      }
  g_assert_false (mgr_task_add_dependency (layers[0][0], layers[63][1], &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    for (guint j = 0; j < 2; j++)
      g_object_unref (layers[i][j]);
}

#define CHAIN 20000

static void
test_long_chain (Fixture       *fixture,
                 gconstpointer  user_data)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < CHAIN; i++)
    {
      MgrTask *task = command_new ("link", MIB);

      if (i > 0)
        g_assert_true (mgr_task_add_dependency (task, chain->pdata[i - 1], NULL));
      g_ptr_array_add (chain, task);
      submit (fixture, task);
    }
  g_assert_cmpuint (mgr_fake_executor_n_runs (fixture->local), ==, 1);
  mgr_fake_executor_end (fixture->local, chain->pdata[0], MGR_TASK_REASON_DONE);
  g_assert_nonnull (mgr_fake_executor_find (fixture->local, chain->pdata[1]));
  mgr_fake_executor_end (fixture->local, chain->pdata[1], MGR_TASK_REASON_ERROR);
  g_assert_cmpint (mgr_task_get_reason (chain->pdata[CHAIN - 1]), ==, MGR_TASK_REASON_CANCELLED);
}

static void
test_closed_while_waiting_for_others (Fixture       *fixture,
                                      gconstpointer  user_data)
{
  g_autoptr (MgrTask) never = command_new ("never", 10 * MIB);
  g_autoptr (MgrTask) waits = command_new ("waits", 10 * MIB);

  g_assert_true (mgr_task_add_dependency (waits, never, NULL));
  submit (fixture, waits);
  mgr_scheduler_close (fixture->scheduler);
  g_assert_false (mgr_task_wait (waits, NULL, NULL));
  g_assert_cmpint (mgr_task_get_reason (waits), ==, MGR_TASK_REASON_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/schedule/times/timeout", test_timeout);
  ADD ("/schedule/times/deadline", test_deadline);
  ADD ("/schedule/times/deadline-passed", test_deadline_passed);
  ADD ("/schedule/times/what-ends-say", test_what_ends_say);
  ADD ("/schedule/times/oom", test_oom);
  ADD ("/schedule/times/oom-of-what-may-run-once", test_oom_of_what_may_run_once);
  ADD ("/schedule/times/preempted-keeps-its-grant", test_preempted_keeps_its_grant);
  ADD ("/schedule/times/retries-are-for-errors", test_retries_are_for_errors);
  ADD ("/schedule/times/start-fails", test_start_fails);
  ADD ("/schedule/times/reports-come-twice", test_reports_come_twice);
  ADD ("/schedule/times/circles", test_circles);
  ADD ("/schedule/times/long-chain", test_long_chain);
  ADD ("/schedule/times/closed-while-waiting-for-others", test_closed_while_waiting_for_others);

  return g_test_run ();
}
