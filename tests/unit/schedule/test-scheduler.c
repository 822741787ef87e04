/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-clock.h"
#include "mgr-fake-executor.h"
#include "mgr-test-support.h"
#include "schedule/mgr-owner-executor-private.h"
#include "schedule/mgr-scheduler-private.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define BUDGET (1000 * MIB)

typedef struct
{
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (owned) */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  g_autoptr (MgrExecutor) threads = mgr_thread_executor_new (4);
  g_autoptr (MgrExecutor) owner = mgr_owner_executor_new ();

  fixture->manager = mgr_manager_new (BUDGET);
  fixture->scheduler = mgr_scheduler_new (mgr_manager_get_root (fixture->manager), NULL, NULL,
                                          mgr_clock_get_default ());
  g_assert_true (mgr_scheduler_add_executor (fixture->scheduler, threads, NULL));
  g_assert_true (mgr_scheduler_add_executor (fixture->scheduler, owner, NULL));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  mgr_scheduler_close (fixture->scheduler);
  g_assert_cmpuint (mgr_component_get_used (mgr_manager_get_root (fixture->manager)), ==, 0);
  g_clear_object (&fixture->scheduler);
  g_clear_object (&fixture->manager);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static gboolean
count_func (MgrTask       *task,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, g_atomic_int_add ((int *) user_data, 1));
  mgr_task_set_result (task, &value);
  return TRUE;
}

static gboolean
fail_func (MgrTask       *task,
           GCancellable  *cancellable,
           gpointer       user_data,
           GError       **error)
{
  g_atomic_int_inc ((int *) user_data);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "No luck");
  return FALSE;
}

/* Runs until it is told to end. */
static gboolean
wait_func (MgrTask       *task,
           GCancellable  *cancellable,
           gpointer       user_data,
           GError       **error)
{
  g_atomic_int_inc ((int *) user_data);
  while (!mgr_task_should_yield (task))
    g_usleep (1000);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "As asked");
  return FALSE;
}

static MgrTask *
task_new (const char  *name,
          MgrTaskFunc  func,
          int         *counter,
          guint64      memory)
{
  MgrTask *task = mgr_task_new (name, func, counter, NULL);

  g_object_set (task, "memory", memory, NULL);
  return task;
}

static void
submit (Fixture *fixture,
        MgrTask *task)
{
  g_autoptr (GError) error = NULL;

  mgr_scheduler_submit (fixture->scheduler, task, &error);
  g_assert_no_error (error);
}

static void
wait_for_start (MgrTask *task)
{
  while (mgr_task_get_state (task) != MGR_TASK_STATE_RUNNING)
    g_usleep (100);
}

static void
test_runs (Fixture       *fixture,
           gconstpointer  user_data)
{
  int counter = 41;
  g_autoptr (MgrTask) task = task_new ("count", count_func, &counter, 10 * MIB);
  g_autoptr (MgrSchedulerStatistics) statistics = NULL;
  g_auto (GValue) result = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_NEW);
  submit (fixture, task);
  g_assert_true (mgr_task_wait (task, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_FINISHED);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_DONE);
  g_assert_cmpuint (mgr_task_get_id (task), ==, 1);
  g_assert_cmpuint (mgr_task_get_attempt (task), ==, 1);
  g_assert_true (mgr_task_get_result (task, &result, &error));
  g_assert_cmpint (g_value_get_int (&result), ==, 41);
  g_assert_cmpint (counter, ==, 42);

  statistics = mgr_scheduler_get_statistics (fixture->scheduler);
  g_assert_cmpuint (mgr_scheduler_statistics_get_submitted (statistics), ==, 1);
  g_assert_cmpuint (mgr_scheduler_statistics_get_ended (statistics, MGR_TASK_REASON_DONE), ==, 1);
  g_assert_cmpuint (mgr_scheduler_statistics_get_waiting (statistics), ==, 0);
  g_assert_cmpuint (mgr_scheduler_statistics_get_running (statistics), ==, 0);
}

static void
test_many (Fixture       *fixture,
           gconstpointer  user_data)
{
  int counter = 0;
  MgrTask *tasks[1000];

  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      tasks[i] = task_new ("count", count_func, &counter, (i % 400 + 1) * MIB);
      submit (fixture, tasks[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    {
      g_assert_true (mgr_task_wait (tasks[i], NULL, NULL));
      g_object_unref (tasks[i]);
    }
  g_assert_cmpint (counter, ==, G_N_ELEMENTS (tasks));
}

static void
test_waits_for_memory (Fixture       *fixture,
                       gconstpointer  user_data)
{
  MgrComponent *root = mgr_manager_get_root (fixture->manager);
  int started = 0;
  int counter = 0;
  g_autoptr (MgrTask) first = task_new ("first", wait_func, &started, 600 * MIB);
  g_autoptr (MgrTask) second = task_new ("second", count_func, &counter, 600 * MIB);

  submit (fixture, first);
  submit (fixture, second);
  wait_for_start (first);
  g_assert_cmpuint (mgr_component_get_used (root), ==, 600 * MIB);
  g_assert_cmpint (mgr_task_get_state (second), ==, MGR_TASK_STATE_WAITING);

  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, first, NULL));
  g_assert_true (mgr_task_wait (second, NULL, NULL));
  g_assert_cmpint (mgr_task_get_reason (first), ==, MGR_TASK_REASON_CANCELLED);
}

static void
test_infeasible (Fixture       *fixture,
                 gconstpointer  user_data)
{
  int counter = 0;
  g_autoptr (MgrTask) task = task_new ("huge", count_func, &counter, 2 * BUDGET);
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_scheduler_submit (fixture->scheduler, task, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_nonnull (strstr (error->message, "huge"));
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_NEW);

  g_object_set (task, "memory", 10 * MIB, NULL);
  submit (fixture, task);
  g_assert_true (mgr_task_wait (task, NULL, NULL));
}

static void
test_infeasible_further_up (Fixture       *fixture,
                            gconstpointer  user_data)
{
  int counter = 0;
  MgrComponent *narrow = mgr_manager_add_component (fixture->manager, "narrow", 10 * MIB, NULL, NULL);
  g_autoptr (MgrTask) task = task_new ("wide", count_func, &counter, 50 * MIB);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A budget above the component of a task decides too, and is the one that is named");

  mgr_manager_add_component (fixture->manager, "deep", 0, narrow, NULL);
  g_object_set (task, "component", "narrow/deep", NULL);
  g_assert_false (mgr_scheduler_submit (fixture->scheduler, task, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_nonnull (strstr (error->message, "needs 50.0 MiB in “narrow/deep”, and the budget of "
                                            "“narrow” (10.0 MiB) can never hold that"));

  g_object_set (task, "memory", 10 * MIB, NULL);
  submit (fixture, task);
  g_assert_true (mgr_task_wait (task, NULL, NULL));
}

static void
test_submitted_twice (Fixture       *fixture,
                      gconstpointer  user_data)
{
  int counter = 0;
  g_autoptr (MgrTask) task = task_new ("count", count_func, &counter, MIB);
  g_autoptr (GError) error = NULL;

  submit (fixture, task);
  g_assert_false (mgr_scheduler_submit (fixture->scheduler, task, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_assert_true (mgr_task_wait (task, NULL, NULL));
  g_assert_cmpint (counter, ==, 1);
}

static void
test_unknown (Fixture       *fixture,
              gconstpointer  user_data)
{
  int counter = 0;
  g_autoptr (MgrTask) task = task_new ("count", count_func, &counter, MIB);
  g_autoptr (GError) error = NULL;

  g_object_set (task, "component", "nowhere", NULL);
  g_assert_false (mgr_scheduler_submit (fixture->scheduler, task, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_object_set (task, "component", "", "executor", "nobody", NULL);
  g_assert_false (mgr_scheduler_submit (fixture->scheduler, task, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "nobody"));
}

static void
test_command_without_executor (Fixture       *fixture,
                               gconstpointer  user_data)
{
  const char *argv[] = { "true", NULL };
  g_autoptr (MgrTask) task = mgr_task_new_command ("true", argv);
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_scheduler_submit (fixture->scheduler, task, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_clear_error (&error);

  g_object_set (task, "executor", "threads", NULL);
  g_assert_false (mgr_scheduler_submit (fixture->scheduler, task, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_retries (Fixture       *fixture,
              gconstpointer  user_data)
{
  int counter = 0;
  g_autoptr (MgrTask) task = task_new ("fails", fail_func, &counter, MIB);
  g_autoptr (GError) error = NULL;

  g_object_set (task, "max-retries", 2, NULL);
  submit (fixture, task);
  g_assert_false (mgr_task_wait (task, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpint (counter, ==, 3);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_ERROR);
}

static void
test_dependencies (Fixture       *fixture,
                   gconstpointer  user_data)
{
  int counter = 0;
  g_autoptr (MgrTask) first = task_new ("first", count_func, &counter, MIB);
  g_autoptr (MgrTask) second = task_new ("second", count_func, &counter, MIB);
  g_autoptr (MgrTask) third = task_new ("third", count_func, &counter, MIB);
  g_auto (GValue) result = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_task_add_dependency (third, second, NULL));
  g_assert_true (mgr_task_add_dependency (second, first, NULL));
  g_assert_false (mgr_task_add_dependency (first, third, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);

  submit (fixture, third);
  submit (fixture, second);
  g_assert_cmpint (counter, ==, 0);
  submit (fixture, first);
  g_assert_true (mgr_task_wait (third, NULL, NULL));
  g_assert_true (mgr_task_get_result (third, &result, NULL));
  g_assert_cmpint (g_value_get_int (&result), ==, 2);
}

static void
test_dependency_fails (Fixture       *fixture,
                       gconstpointer  user_data)
{
  int counter = 0;
  MgrTask *chain[100];
  g_autoptr (GError) error = NULL;

  chain[0] = task_new ("fails", fail_func, &counter, MIB);
  for (guint i = 1; i < G_N_ELEMENTS (chain); i++)
    {
      chain[i] = task_new ("count", count_func, &counter, MIB);
      g_assert_true (mgr_task_add_dependency (chain[i], chain[i - 1], NULL));
      submit (fixture, chain[i]);
    }
  submit (fixture, chain[0]);

  g_assert_false (mgr_task_wait (chain[99], NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_nonnull (strstr (error->message, "No luck"));
  g_assert_cmpint (counter, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (chain); i++)
    g_object_unref (chain[i]);
}

static void
test_in_owner (Fixture       *fixture,
               gconstpointer  user_data)
{
  int counter = 0;
  g_autoptr (MgrTask) task = task_new ("count", count_func, &counter, MIB);

  g_object_set (task, "in-owner", TRUE, NULL);
  submit (fixture, task);
  g_assert_cmpint (counter, ==, 0);
  while (mgr_task_get_state (task) != MGR_TASK_STATE_FINISHED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (counter, ==, 1);
}

static void
test_paused (Fixture       *fixture,
             gconstpointer  user_data)
{
  int counter = 0;
  g_autoptr (MgrTask) task = task_new ("count", count_func, &counter, MIB);
  g_autoptr (MgrTask) other = task_new ("other", count_func, &counter, MIB);

  mgr_scheduler_pause (fixture->scheduler);
  submit (fixture, task);
  submit (fixture, other);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, other, NULL));
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_WAITING);
  g_assert_cmpint (mgr_task_get_reason (other), ==, MGR_TASK_REASON_CANCELLED);
  mgr_scheduler_resume (fixture->scheduler);
  g_assert_true (mgr_task_wait (task, NULL, NULL));
  g_assert_false (mgr_scheduler_cancel (fixture->scheduler, task, NULL));
  g_assert_cmpint (counter, ==, 1);
}

static void
test_timeout (Fixture       *fixture,
              gconstpointer  user_data)
{
  int counter = 0;
  g_autoptr (MgrTask) task = task_new ("waits", wait_func, &counter, MIB);

  g_object_set (task, "timeout", (gint64) 1000, NULL);
  submit (fixture, task);
  while (mgr_task_get_state (task) != MGR_TASK_STATE_FINISHED)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_TIMEOUT);
}

static void
finished_cb (MgrScheduler *scheduler,
             MgrTask      *task,
             gpointer      user_data)
{
  g_ptr_array_add (user_data, g_object_ref (task));
}

static void
test_list (Fixture       *fixture,
           gconstpointer  user_data)
{
  GListModel *list = mgr_scheduler_get_tasks (fixture->scheduler);
  g_autoptr (GPtrArray) finished = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (MgrTask) found = NULL;
  int counter = 0;

  g_signal_connect (fixture->scheduler, "task-finished", G_CALLBACK (finished_cb), finished);
  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (MgrTask) task = task_new ("count", count_func, &counter, MIB);

      submit (fixture, task);
    }
  while (finished->len < 300)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 256);
  found = mgr_scheduler_lookup (fixture->scheduler, 300);
  g_assert_true (found == NULL || mgr_task_get_id (found) == 300);
  g_assert_null (mgr_scheduler_lookup (fixture->scheduler, 301));
}

static gboolean
grow_func (MgrTask       *task,
           GCancellable  *cancellable,
           gpointer       user_data,
           GError       **error)
{
  g_atomic_int_inc ((int *) user_data);
  mgr_task_report_memory (task, 20 * MIB);
  return TRUE;
}

static void
test_learns (Fixture       *fixture,
             gconstpointer  user_data)
{
  int counter = 0;
  guint64 grants[6];

  for (guint i = 0; i < G_N_ELEMENTS (grants); i++)
    {
      g_autoptr (MgrTask) task = task_new ("grows", grow_func, &counter, 200 * MIB);

      submit (fixture, task);
      g_assert_true (mgr_task_wait (task, NULL, NULL));
      grants[i] = mgr_task_get_grant (task);
      g_assert_cmpuint (mgr_task_get_peak (task), ==, 20 * MIB);
    }

  g_assert_cmpuint (grants[3], ==, 200 * MIB);
  g_assert_cmpuint (grants[4], ==, 20 * MIB * 9 / 8);
}

static void
test_closed_while_running (Fixture       *fixture,
                           gconstpointer  user_data)
{
  int counter = 0;
  g_autoptr (MgrTask) runs = task_new ("waits", wait_func, &counter, 900 * MIB);
  g_autoptr (MgrTask) waits = task_new ("count", count_func, &counter, 900 * MIB);
  g_autoptr (MgrTask) late = task_new ("late", count_func, &counter, MIB);
  g_autoptr (GError) error = NULL;

  submit (fixture, runs);
  wait_for_start (runs);
  submit (fixture, waits);
  mgr_scheduler_close (fixture->scheduler);
  g_assert_false (mgr_task_wait (runs, NULL, NULL));
  g_assert_false (mgr_task_wait (waits, NULL, NULL));
  g_assert_cmpint (mgr_task_get_reason (runs), ==, MGR_TASK_REASON_CANCELLED);
  g_assert_cmpint (mgr_task_get_reason (waits), ==, MGR_TASK_REASON_CANCELLED);
  g_assert_false (mgr_scheduler_submit (fixture->scheduler, late, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
}

static gpointer
submit_thread (gpointer user_data)
{
  Fixture *fixture = user_data;
  int counter = 0;

  for (guint i = 0; i < 500; i++)
    {
      g_autoptr (MgrTask) task = task_new ("count", count_func, &counter, (i % 300 + 1) * MIB);

      submit (fixture, task);
      if (i % 7 == 0)
        mgr_scheduler_cancel (fixture->scheduler, task, NULL);
      mgr_task_wait (task, NULL, NULL);
    }

  return GINT_TO_POINTER (counter);
}

static void
test_threads (Fixture       *fixture,
              gconstpointer  user_data)
{
  GThread *threads[4];
  g_autoptr (MgrSchedulerStatistics) statistics = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("submit", submit_thread, fixture);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  statistics = mgr_scheduler_get_statistics (fixture->scheduler);
  g_assert_cmpuint (mgr_scheduler_statistics_get_ended (statistics, MGR_TASK_REASON_DONE)
                    + mgr_scheduler_statistics_get_ended (statistics, MGR_TASK_REASON_CANCELLED),
                    ==, 2000);
}

/* The list of executors grows while tasks are started by it. */
static void
test_executors_added_meanwhile (Fixture       *fixture,
                                gconstpointer  user_data)
{
  GThread *thread = g_thread_new ("submit", submit_thread, fixture);

  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *name = g_strdup_printf ("executor %u", i);
      g_autoptr (MgrFakeExecutor) added = mgr_fake_executor_new (name, MGR_EXECUTOR_COMMANDS, 1);

      g_assert_true (mgr_scheduler_add_executor (fixture->scheduler, MGR_EXECUTOR (added), NULL));
      g_usleep (100);
    }
  g_thread_join (thread);
  g_assert_nonnull (mgr_scheduler_lookup_executor (fixture->scheduler, "executor 99"));
}

/* Many depend on the first, so that its end takes a while: whoever sees that it has ended
 * must find its memory free. */
static void
test_room_before_end (Fixture       *fixture,
                      gconstpointer  user_data)
{
  MgrComponent *root = mgr_manager_get_root (fixture->manager);
  int counter = 0;
  g_autoptr (MgrTask) first = task_new ("first", wait_func, &counter, 10 * MIB);

  for (guint i = 0; i < 10000; i++)
    {
      g_autoptr (MgrTask) dependent = task_new ("after", count_func, &counter, MIB);

      g_assert_true (mgr_task_add_dependency (dependent, first, NULL));
      submit (fixture, dependent);
    }
  submit (fixture, first);
  wait_for_start (first);
  g_assert_cmpuint (mgr_component_get_used (root), ==, 10 * MIB);

  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, first, NULL));
  while (mgr_task_get_state (first) != MGR_TASK_STATE_FINISHED)
    g_usleep (50);
  g_assert_cmpuint (mgr_component_get_used (root), ==, 0);
  g_assert_cmpint (counter, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/schedule/scheduler/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("runs", test_runs);
  ADD ("many", test_many);
  ADD ("waits-for-memory", test_waits_for_memory);
  ADD ("infeasible", test_infeasible);
  ADD ("infeasible-further-up", test_infeasible_further_up);
  ADD ("submitted-twice", test_submitted_twice);
  ADD ("unknown", test_unknown);
  ADD ("command-without-executor", test_command_without_executor);
  ADD ("retries", test_retries);
  ADD ("dependencies", test_dependencies);
  ADD ("dependency-fails", test_dependency_fails);
  ADD ("room-before-end", test_room_before_end);
  ADD ("in-owner", test_in_owner);
  ADD ("paused", test_paused);
  ADD ("timeout", test_timeout);
  ADD ("list", test_list);
  ADD ("learns", test_learns);
  ADD ("closed-while-running", test_closed_while_running);
  ADD ("threads", test_threads);
  ADD ("executors-added-meanwhile", test_executors_added_meanwhile);
#undef ADD

  return g_test_run ();
}
