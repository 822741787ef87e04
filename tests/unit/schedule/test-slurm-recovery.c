/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "slurm-fixture.h"

/* Answers, jobs and programs that get lost, and what is found again. */

#define AWAY "Unable to contact slurm controller (connect failure)\n"

/* A controller that comes back finds the one who asked still waiting. */
static void
test_comes_back (Fixture       *fixture,
                 gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("work");

  mgr_fake_slurm_set (&fixture->slurm, "sbatch-says", AWAY);
  submit (fixture, task);
  g_usleep (5 * POLL_INTERVAL);
  mgr_fake_slurm_set (&fixture->slurm, "sbatch-says", NULL);
  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  mgr_fake_slurm_set (&fixture->slurm, "squeue-says", AWAY);
  g_usleep (5 * POLL_INTERVAL);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
  mgr_fake_slurm_set (&fixture->slurm, "squeue-says", NULL);
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "COMPLETED", 0);
  g_assert_null (wait_for (task, MGR_TASK_REASON_DONE));
}

/* Slurm took the job, and its answer was lost: it must not be run twice. */
static void
test_answer_is_lost (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("work");

  mgr_fake_slurm_set (&fixture->slurm, "sbatch-forgets", "Socket timed out on send/recv\n");
  submit (fixture, task);
  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "COMPLETED", 0);
  g_assert_null (wait_for (task, MGR_TASK_REASON_DONE));
  g_assert_cmpuint (mgr_fake_slurm_count (&fixture->slurm), ==, 1);
}

/* Slurm did not take it, and nobody said so: it must not be forgotten. */
static void
test_request_is_lost (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autoptr (MgrTask) first = NULL;
  g_autoptr (MgrTask) task = command_new ("work");

  mgr_fake_slurm_set (&fixture->slurm, "ends-as", "COMPLETED|0\n");
  first = submit_new (fixture, "first");
  g_assert_null (wait_for (first, MGR_TASK_REASON_DONE));
  mgr_fake_slurm_set (&fixture->slurm, "sbatch-says", "Socket timed out on send/recv\n");
  mgr_fake_slurm_set (&fixture->slurm, "listed", NULL);
  submit (fixture, task);
  mgr_fake_slurm_wait_text (&fixture->slurm, "listed", "x\nx\n");
  mgr_fake_slurm_set (&fixture->slurm, "sbatch-says", NULL);
  g_assert_null (wait_for (task, MGR_TASK_REASON_DONE));
  g_assert_cmpuint (mgr_fake_slurm_count (&fixture->slurm), ==, 2);
}

/* Slurm forgets jobs after a while: what the wrapper wrote counts then. */
static void
test_forgotten (Fixture       *fixture,
                gconstpointer  user_data)
{
  static const struct
  {
    const char *status;
    MgrTaskReason reason;
  } cases[] = {
    { "{\"rss\": 0, \"peak\": 5, \"exit\": 0, \"signal\": 0}", MGR_TASK_REASON_DONE },
    { "{\"rss\": 0, \"peak\": 5, \"exit\": 4, \"signal\": 0}", MGR_TASK_REASON_ERROR },
    { "{\"rss\": 0, \"peak\": 5, \"exit\": -1, \"signal\": 0}", MGR_TASK_REASON_LOST },
    { NULL, MGR_TASK_REASON_LOST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MgrTask) task = submit_new (fixture, "work");
      g_autoptr (GError) error = NULL;

      mgr_fake_slurm_set (&fixture->slurm, "listed", NULL);
      mgr_fake_slurm_wait_text (&fixture->slurm, "listed", "x\n");
      mgr_fake_slurm_measure (&fixture->slurm, i + 1, cases[i].status, NULL);
      mgr_fake_slurm_forget (&fixture->slurm, i + 1);
      error = wait_for (task, cases[i].reason);
    }
}

static void
end_tasks (GListModel *tasks)
{
  for (guint i = 0; i < g_list_model_get_n_items (tasks); i++)
    {
      g_autoptr (MgrTask) task = g_list_model_get_item (tasks, i);
      g_autoptr (MgrTaskAttempt) attempt = NULL;

      g_mutex_lock (&task->lock);
      if (task->run != NULL && task->run->attempt != NULL)
        attempt = mgr_task_attempt_ref (task->run->attempt);
      g_mutex_unlock (&task->lock);
      if (attempt != NULL)
        mgr_task_attempt_report_finished (attempt, MGR_TASK_REASON_CANCELLED, -1, NULL);
    }
}

/* The program ends without a word, as one that is killed, and is started again. */
static void
restart_program (Fixture    *fixture,
                 const char *how)
{
  g_autoptr (MgrScheduler) before = g_steal_pointer (&fixture->scheduler);
  MgrExecutor *executor = mgr_scheduler_lookup_executor (before, "slurm");

  /* So that it says nothing more to Slurm. */
  g_object_run_dispose (G_OBJECT (executor));
  mgr_test_wait_threads ("mgr-slurm");
  settle ();
  end_tasks (mgr_scheduler_get_tasks (before));
  settle ();
  start_program (fixture, how);
}

static void
test_found_again (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, "work");
  g_autoptr (MgrTask) other = submit_new (fixture, "other");
  g_autoptr (MgrTask) again = NULL;
  g_auto (GStrv) left = NULL;
  g_auto (GStrv) none = NULL;
  MgrSlurmExecutor *executor;

  mgr_fake_slurm_wait_jobs (&fixture->slurm, 2);
  mgr_fake_slurm_set (&fixture->slurm, "listed", NULL);
  mgr_fake_slurm_wait_text (&fixture->slurm, "listed", "x\n");
  executor = MGR_SLURM_EXECUTOR (mgr_scheduler_lookup_executor (fixture->scheduler, "slurm"));
  none = mgr_slurm_executor_list_left (executor);
  g_assert_cmpuint (g_strv_length (none), ==, 0);

  restart_program (fixture, user_data);
  executor = MGR_SLURM_EXECUTOR (mgr_scheduler_lookup_executor (fixture->scheduler, "slurm"));
  left = mgr_slurm_executor_list_left (executor);
  g_assert_cmpuint (g_strv_length (left), ==, 2);
  again = submit_new (fixture, "work");
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "COMPLETED", 0);
  g_assert_null (wait_for (again, MGR_TASK_REASON_DONE));
  g_assert_cmpuint (mgr_fake_slurm_count (&fixture->slurm), ==, 2);
}

/* Slurm no longer knows what became of it: that is said, and nothing is run twice. */
static void
test_found_lost (Fixture       *fixture,
                 gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, "work");
  g_autoptr (MgrTask) again = NULL;
  g_autoptr (GError) error = NULL;

  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  mgr_fake_slurm_set (&fixture->slurm, "listed", NULL);
  mgr_fake_slurm_wait_text (&fixture->slurm, "listed", "x\n");
  restart_program (fixture, user_data);
  mgr_fake_slurm_forget (&fixture->slurm, 1);
  again = submit_new (fixture, "work");
  error = wait_for (again, MGR_TASK_REASON_LOST);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  assert_has (error->message, "no longer knows job 1");
}

/* What was to end is no work that was left. */
static void
test_stopped_is_not_found (Fixture       *fixture,
                           gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, "work");
  g_autoptr (MgrTask) again = NULL;

  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  mgr_fake_slurm_set (&fixture->slurm, "scancel-says", AWAY);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, task, NULL));
  for (guint i = 0; i < 1; )
    {
      g_autoptr (GDir) dir = g_dir_open (fixture->slurm.records, 0, NULL);
      const char *name;

      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *file = g_build_filename ("records", name, NULL);
          g_autofree char *text = mgr_fake_slurm_read (&fixture->slurm, file);

          i += strstr (text, "stopped=true") != NULL;
        }
    }
  restart_program (fixture, user_data);
  mgr_fake_slurm_set (&fixture->slurm, "scancel-says", NULL);
  again = submit_new (fixture, "work");
  mgr_fake_slurm_wait_text (&fixture->slurm, "cancelled", "--quiet 1\n");
  mgr_fake_slurm_wait_jobs (&fixture->slurm, 2);
  mgr_fake_slurm_set_state (&fixture->slurm, 2, "COMPLETED", 0);
  g_assert_null (wait_for (again, MGR_TASK_REASON_DONE));
}

static void
test_no_recovery (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, "work");
  g_autoptr (MgrTask) again = NULL;

  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  mgr_fake_slurm_set (&fixture->slurm, "listed", NULL);
  mgr_fake_slurm_wait_text (&fixture->slurm, "listed", "x\n");
  restart_program (fixture, user_data);
  again = submit_new (fixture, "work");
  mgr_fake_slurm_wait_jobs (&fixture->slurm, 2);
  mgr_fake_slurm_set_state (&fixture->slurm, 2, "COMPLETED", 0);
  g_assert_null (wait_for (again, MGR_TASK_REASON_DONE));
}

/* Two programs that live do not take each other's jobs, though they do the same. */
static void
test_two_programs (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autoptr (MgrScheduler) first = NULL;
  g_autoptr (MgrTask) task = submit_new (fixture, "work");
  g_autoptr (MgrTask) again = NULL;

  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  first = g_steal_pointer (&fixture->scheduler);
  start_program (fixture, user_data);
  again = submit_new (fixture, "work");
  mgr_fake_slurm_wait_jobs (&fixture->slurm, 2);
  mgr_fake_slurm_set_state (&fixture->slurm, 2, "COMPLETED", 0);
  g_assert_null (wait_for (again, MGR_TASK_REASON_DONE));
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "COMPLETED", 0);
  g_assert_null (wait_for (task, MGR_TASK_REASON_DONE));
  mgr_scheduler_close (first);
}

static void
add (const char *name,
     const char *how,
     void      (*test) (Fixture       *fixture,
                        gconstpointer  user_data))
{
  g_autofree char *path = g_strconcat ("/schedule/slurm-recovery/", name, NULL);

  g_test_add (path, Fixture, how, set_up, test, tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("comes-back", NULL, test_comes_back);
  add ("answer-is-lost", NULL, test_answer_is_lost);
  add ("request-is-lost", NULL, test_request_is_lost);
  add ("forgotten", NULL, test_forgotten);
  add ("found-again", NULL, test_found_again);
  add ("found-lost", NULL, test_found_lost);
  add ("stopped-is-not-found", NULL, test_stopped_is_not_found);
  add ("no-recovery", "no-recovery", test_no_recovery);
  add ("two-programs", NULL, test_two_programs);

  return g_test_run ();
}
