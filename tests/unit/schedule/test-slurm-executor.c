/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "slurm-fixture.h"

#include "schedule/mgr-slurm-request-private.h"

#include <glib/gstdio.h>

#include <signal.h>
#include <sys/wait.h>

/* Seconds, of a clock that has been running for a while. */
#define START 1000

static guint
count_files (Fixture    *fixture,
             const char *suffix)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->slurm.records, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    count += g_str_has_suffix (name, suffix);
  return count;
}

static void
test_runs (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, "work");
  g_autofree char *arguments = NULL;
  g_autofree char *script = NULL;

  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "RUNNING", 0);
  mgr_fake_slurm_wait_text (&fixture->slurm, "listed", "x\nx\nx\n");
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
  g_assert_cmpuint (mgr_component_get_used (mgr_manager_get_root (fixture->manager)), ==, 0);
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "COMPLETED", 0);
  g_assert_null (wait_for (task, MGR_TASK_REASON_DONE));
  g_assert_cmpint (mgr_task_get_exit_status (task), ==, 0);

  arguments = mgr_fake_slurm_read (&fixture->slurm, "arguments");
  assert_has (arguments, "--parsable\n--job-name=work\n--comment=libmgr:");
  assert_has (arguments, "--mem=10M\n");
  assert_has (arguments, "--nice=2500\n");
  assert_has (arguments, "--partition=long\n--account=tests\n");
  script = mgr_fake_slurm_read (&fixture->slurm, "script");
  assert_has (script, "'work' 'it'\\''s'\n");
}

static void
test_measures (Fixture       *fixture,
               gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, "work");

  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "RUNNING", 0);
  mgr_fake_slurm_measure (&fixture->slurm, 1,
                          "{\"rss\": 4096, \"peak\": 8192, \"exit\": -1, \"signal\": 0}", NULL);
  while (mgr_task_get_peak (task) != 4096)
    g_usleep (1000);
  mgr_fake_slurm_measure (&fixture->slurm, 1,
                          "{\"rss\": 0, \"peak\": 8192, \"exit\": 0, \"signal\": 0}", NULL);
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "COMPLETED", 0);
  g_assert_null (wait_for (task, MGR_TASK_REASON_DONE));
  g_assert_cmpuint (mgr_task_get_peak (task), ==, 8192);
  while (count_files (fixture, ".job") + count_files (fixture, ".status") > 0)
    g_usleep (1000);
}

/* Each state in which a job can end, but those for want of memory. */
static void
test_ends (Fixture       *fixture,
           gconstpointer  user_data)
{
  static const struct
  {
    const char *state;
    int status;
    MgrTaskReason reason;
    int exit_status;
  } cases[] = {
    { "FAILED", 3 << 8, MGR_TASK_REASON_ERROR, 3 },
    { "FAILED", SIGSEGV, MGR_TASK_REASON_ERROR, 128 + SIGSEGV },
    { "CANCELLED", SIGTERM, MGR_TASK_REASON_CANCELLED, 128 + SIGTERM },
    { "TIMEOUT", SIGTERM, MGR_TASK_REASON_TIMEOUT, 128 + SIGTERM },
    { "DEADLINE", 1 << 8, MGR_TASK_REASON_TIMEOUT, 1 },
    { "NODE_FAIL", 0, MGR_TASK_REASON_LOST, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MgrTask) task = submit_new (fixture, "work");
      g_autoptr (GError) error = NULL;

      mgr_fake_slurm_wait_jobs (&fixture->slurm, i + 1);
      mgr_fake_slurm_measure (&fixture->slurm, i + 1, NULL, "begins\nfile not found\n");
      mgr_fake_slurm_set_state (&fixture->slurm, i + 1, cases[i].state, cases[i].status);
      error = wait_for (task, cases[i].reason);
      g_assert_cmpint (mgr_task_get_exit_status (task), ==, cases[i].exit_status);
      if (cases[i].reason == MGR_TASK_REASON_ERROR)
        assert_has (error->message, "it said last: file not found");
    }
}

/* A job that took too much is run again with more. */
static void
test_oom (Fixture       *fixture,
          gconstpointer  user_data)
{
  static const struct
  {
    const char *state;
    int status;
  } ends[] = { { "OUT_OF_MEMORY", 0 }, { "FAILED", SIGKILL } };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autoptr (MgrTask) task = submit_new (fixture, "work");
      g_autofree char *arguments = NULL;

      mgr_fake_slurm_wait_jobs (&fixture->slurm, 2 * i + 1);
      mgr_fake_slurm_set_state (&fixture->slurm, 2 * i + 1, ends[i].state, ends[i].status);
      mgr_fake_slurm_wait_jobs (&fixture->slurm, 2 * i + 2);
      g_assert_cmpuint (mgr_task_get_attempt (task), ==, 2);
      mgr_fake_slurm_set_state (&fixture->slurm, 2 * i + 2, "COMPLETED", 0);
      g_assert_null (wait_for (task, MGR_TASK_REASON_DONE));
      arguments = mgr_fake_slurm_read (&fixture->slurm, "arguments");
      assert_has (arguments, "--mem=20M\n");
      mgr_fake_slurm_set (&fixture->slurm, "arguments", NULL);
    }
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, "work");
  g_autoptr (GError) error = NULL;

  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, task, &error));
  g_assert_no_error (error);
  error = wait_for (task, MGR_TASK_REASON_CANCELLED);
  mgr_fake_slurm_wait_text (&fixture->slurm, "cancelled", "--quiet 1\n");
}

/* A job that is ended by force looks like one that took too much, and is none. */
static void
test_kill (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("work");
  g_autoptr (MgrTaskAttempt) attempt = NULL;
  g_autoptr (GError) error = NULL;
  MgrExecutor *executor = mgr_scheduler_lookup_executor (fixture->scheduler, "slurm");

  submit (fixture, task);
  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  mgr_fake_slurm_set (&fixture->slurm, "scancel-says", "scancel: error: no\n");
  g_mutex_lock (&task->lock);
  attempt = mgr_task_attempt_ref (task->run->attempt);
  g_mutex_unlock (&task->lock);
  mgr_executor_kill (executor, attempt);
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "FAILED", SIGKILL);
  error = wait_for (task, MGR_TASK_REASON_CANCELLED);
  g_assert_cmpuint (mgr_fake_slurm_count (&fixture->slurm), ==, 1);
}

static void
test_times (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("work");
  g_autoptr (MgrTask) other = command_new ("other");
  gint64 now = mgr_clock_get_time (mgr_clock_get_default ());
  g_autofree char *arguments = NULL;

  mgr_fake_slurm_set (&fixture->slurm, "ends-as", "COMPLETED|0\n");
  g_object_set (task, "timeout", (gint64) 90 * G_TIME_SPAN_SECOND, "preemptible", TRUE,
                "priority", MGR_TASK_PRIORITY_CRITICAL, "rank", 10, "stdin-path", "in.txt",
                "directory", "/tmp", "output-path", "out.txt", NULL);
  g_object_set (other, "deadline", now + G_TIME_SPAN_HOUR, "preemptible", FALSE, NULL);
  submit (fixture, task);
  g_assert_null (wait_for (task, MGR_TASK_REASON_DONE));
  submit (fixture, other);
  g_assert_null (wait_for (other, MGR_TASK_REASON_DONE));

  arguments = mgr_fake_slurm_read (&fixture->slurm, "arguments");
  assert_has (arguments, "--nice=0\n--chdir=/tmp\n--output=");
  assert_has (arguments, ".out\n--input=/dev/null\n--requeue\n--time=2\n");
  assert_has (arguments, "--no-requeue\n--deadline=now+36");
  assert_has (arguments, "--time-min=1\n");
}

static void
assert_result (MgrTask    *task,
               const char *expected)
{
  g_mutex_lock (&task->lock);
  g_assert_cmpstr (task->run->result != NULL ? g_value_get_string (task->run->result) : NULL, ==,
                   expected);
  g_mutex_unlock (&task->lock);
}

/* The script, run here as a node would. Returns: (transfer full): what it said. */
static char *
run_script (Fixture    *fixture,
            MgrTask    *task,
            const char *directory,
            int        *exit_status)
{
  g_autoptr (MgrTaskAttempt) attempt = mgr_task_attempt_new (fixture->scheduler, task, 1, MIB);
  g_autoptr (MgrSlurmRequest) request =
    mgr_slurm_request_new (attempt, "token", "/nowhere/mgr-job", "status", "out", 0);
  const char *argv[] = { "/bin/sh", "-c", request->script, NULL };
  g_autofree char *errors = NULL;
  char *output;
  int status;

  g_assert_true (g_spawn_sync (directory, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                               &output, &errors, &status, NULL));
  *exit_status = WEXITSTATUS (status);
  if (*errors == '\0')
    return output;

  g_free (output);
  return g_steal_pointer (&errors);
}

static void
test_files (Fixture       *fixture,
            gconstpointer  user_data)
{
  const char * const argv[] = { "sh", "-c", "cat; pwd; echo err >&2", NULL };
  g_autoptr (MgrTask) task = mgr_task_new_command ("files", argv);
  g_autofree char *there = g_build_filename (fixture->slurm.folder, "it's there", NULL);
  g_autofree char *expected = g_strdup_printf ("in\n%s\nerr\n", there);
  g_autofree char *said = NULL;
  g_autofree char *output = NULL;
  int exit_status;

  g_assert_no_errno (g_mkdir (there, 0700));
  mgr_fake_slurm_set (&fixture->slurm, "it's there/in $HOME", "in\n");
  g_object_set (task, "directory", there, "stdin-path", "in $HOME", "output-path", "o\"ut", NULL);
  said = run_script (fixture, task, "/", &exit_status);
  g_assert_cmpstr (said, ==, "");
  g_assert_cmpint (exit_status, ==, 0);
  output = mgr_fake_slurm_read (&fixture->slurm, "it's there/o\"ut");
  g_assert_cmpstr (output, ==, expected);
}

/* What the task names and a node does not have is said, and the command is not run. */
static void
test_no_files (Fixture       *fixture,
               gconstpointer  user_data)
{
  static const struct
  {
    const char *property;
    const char *path;
    const char *words;
  } cases[] = {
    { "directory", "/nowhere/it's", "“/nowhere/it's” is no directory that a command can run in" },
    { "stdin-path", "/nowhere/in", "/nowhere/in" },
    { "output-path", "/nowhere/out", "/nowhere/out" },
  };
  g_autofree char *ran = g_build_filename (fixture->slurm.folder, "ran", NULL);
  const char *argv[] = { "touch", ran, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MgrTask) task = mgr_task_new_command ("files", argv);
      g_autofree char *said = NULL;
      int exit_status;

      g_object_set (task, cases[i].property, cases[i].path, NULL);
      said = run_script (fixture, task, "/", &exit_status);
      assert_has (said, cases[i].words);
      g_assert_cmpint (exit_status, !=, 0);
      g_assert_false (g_file_test (ran, G_FILE_TEST_EXISTS));
    }
}

/* What it wrote is its result, however it ended, but for what a file of its own takes. */
static void
test_result (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autofree char *flood = g_strnfill (100000, 'x');
  const char *wrote[] = { "hi\n", "", flood, "refused\n" };
  const char *results[] = { "hi\n", "", flood + 100000 - 65536, "refused\n" };
  guint failing = G_N_ELEMENTS (wrote);
  g_autoptr (MgrTask) own = command_new ("own");

  for (guint i = 1; i <= failing; i++)
    {
      g_autoptr (MgrTask) task = submit_new (fixture, "work");
      g_autoptr (GError) error = NULL;

      mgr_fake_slurm_wait_jobs (&fixture->slurm, i);
      mgr_fake_slurm_measure (&fixture->slurm, i, NULL, wrote[i - 1]);
      mgr_fake_slurm_set_state (&fixture->slurm, i, i < failing ? "COMPLETED" : "FAILED",
                                i < failing ? 0 : 1 << 8);
      error = wait_for (task, i < failing ? MGR_TASK_REASON_DONE : MGR_TASK_REASON_ERROR);
      assert_result (task, results[i - 1]);
    }

  g_object_set (own, "output-path", "/nowhere/out", NULL);
  submit (fixture, own);
  mgr_fake_slurm_wait_jobs (&fixture->slurm, failing + 1);
  mgr_fake_slurm_measure (&fixture->slurm, failing + 1, NULL, "something\n");
  mgr_fake_slurm_set_state (&fixture->slurm, failing + 1, "COMPLETED", 0);
  g_assert_null (wait_for (own, MGR_TASK_REASON_DONE));
  assert_result (own, NULL);
}

/* What is said of the job itself counts for more than an output of before. */
static void
test_last_words (Fixture       *fixture,
                 gconstpointer  user_data)
{
  static const struct
  {
    const char *job;
    const char *command;
    const char *words;
  } cases[] = {
    { "cannot open in.txt\n", "of before\n", "it said last: cannot open in.txt" },
    { "", "begins\nno such data\n\n", "it said last: no such data" },
  };
  g_autofree char *path = g_build_filename (fixture->slurm.folder, "own", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MgrTask) task = command_new ("work");
      g_autoptr (GError) error = NULL;

      mgr_fake_slurm_set (&fixture->slurm, "own", cases[i].command);
      g_object_set (task, "output-path", path, NULL);
      submit (fixture, task);
      mgr_fake_slurm_wait_jobs (&fixture->slurm, i + 1);
      mgr_fake_slurm_measure (&fixture->slurm, i + 1, NULL, cases[i].job);
      mgr_fake_slurm_set_state (&fixture->slurm, i + 1, "FAILED", 1 << 8);
      error = wait_for (task, MGR_TASK_REASON_ERROR);
      assert_has (error->message, cases[i].words);
    }
}

/* Slurm counts in minutes: whatever is left, it may begin the job until the deadline, and
 * gives it no more time than that. */
static void
test_deadlines (Fixture       *fixture,
                gconstpointer  user_data)
{
  static const struct
  {
    gint64 left;     /* seconds, as those that follow */
    gint64 timeout;
    gint64 expected;
    gint64 deadline;
    gint64 minutes;
    gint64 minutes_min;
  } cases[] = {
    { 10, 0, 0, 70, 0, 1 },
    { 45, 600, 0, 105, 1, 1 },
    { 130, 600, 0, 190, 3, 1 },
    { 130, 60, 3600, 190, 1, 1 },
    { 3600, 0, 90, 3660, 0, 2 },
    { -5, 0, 0, 61, 0, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MgrTask) task = command_new ("work");
      g_autoptr (MgrTaskAttempt) attempt = NULL;
      g_autoptr (MgrSlurmRequest) request = NULL;

      g_object_set (task, "deadline", (START + cases[i].left) * G_TIME_SPAN_SECOND,
                    "timeout", cases[i].timeout * G_TIME_SPAN_SECOND,
                    "expected-duration", cases[i].expected * G_TIME_SPAN_SECOND, NULL);
      attempt = mgr_task_attempt_new (fixture->scheduler, task, 1, MIB);
      request = mgr_slurm_request_new (attempt, "token", "mgr-job", "status", "out",
                                       START * G_TIME_SPAN_SECOND);
      g_assert_cmpint (request->deadline, ==, cases[i].deadline);
      g_assert_cmpint (request->minutes, ==, cases[i].minutes);
      g_assert_cmpint (request->minutes_min, ==, cases[i].minutes_min);
    }
}

static void
test_short_deadline (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("work");
  gint64 now = mgr_clock_get_time (mgr_clock_get_default ());
  g_autofree char *arguments = NULL;

  mgr_fake_slurm_set (&fixture->slurm, "ends-as", "COMPLETED|0\n");
  g_object_set (task, "deadline", now + 50 * G_TIME_SPAN_SECOND,
                "timeout", (gint64) 10 * G_TIME_SPAN_MINUTE, NULL);
  submit (fixture, task);
  g_assert_null (wait_for (task, MGR_TASK_REASON_DONE));
  arguments = mgr_fake_slurm_read (&fixture->slurm, "arguments");
  assert_has (arguments, "--time=1\n--deadline=now+1");
  assert_has (arguments, "--time-min=1\n");
}

static gboolean
never_func (MgrTask       *task,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  g_assert_not_reached ();
}

static void
test_closure_is_refused (Fixture       *fixture,
                         gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = mgr_task_new ("closure", never_func, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_object_set (task, "executor", "slurm", NULL);
  g_assert_false (mgr_scheduler_submit (fixture->scheduler, task, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  assert_has (error->message, "Make the task a command");
}

static void
test_absent (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("work");
  g_autoptr (GError) error = NULL;

  mgr_fake_slurm_set (&fixture->slurm, "bin/sbatch", NULL);
  submit (fixture, task);
  error = wait_for (task, MGR_TASK_REASON_ERROR);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  assert_has (error->message, "Install the clients of Slurm");
}

static void
test_other_version (Fixture       *fixture,
                    gconstpointer  user_data)
{
  const char *versions[] = { "slurm 17.11.2\n", "torque 6\n", "" };

  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    {
      g_autoptr (MgrTask) task = command_new ("work");
      g_autoptr (GError) error = NULL;

      mgr_fake_slurm_set (&fixture->slurm, "version", versions[i]);
      submit (fixture, task);
      error = wait_for (task, MGR_TASK_REASON_ERROR);
      g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
      assert_has (error->message, "20.11 or later");
    }
  g_assert_cmpuint (mgr_fake_slurm_count (&fixture->slurm), ==, 0);
}

static void
test_refused (Fixture       *fixture,
              gconstpointer  user_data)
{
  static const struct
  {
    const char *says;
    MgrError code;
    const char *help;
  } cases[] = {
    { "sbatch: error: Memory specification can not be satisfied\n"
      "sbatch: error: Batch job submission failed: Requested node configuration is not "
      "available\n", MGR_ERROR_INFEASIBLE, "no node of it has so much memory" },
    { "sbatch: error: Batch job submission failed: Requested time limit is invalid (missing or "
      "exceeds some limit)\n", MGR_ERROR_INFEASIBLE, "shorten the timeout" },
    { "sbatch: error: Batch job submission failed: Invalid time-min specification (exceeds job's "
      "time or other limits)\n", MGR_ERROR_INFEASIBLE, "expect a shorter duration" },
    { "sbatch: error: Batch job submission failed: Time limit specification required, but not "
      "provided\n", MGR_ERROR_INVALID_ARGUMENT, "set a timeout" },
    { "sbatch: error: Batch job submission failed: Invalid deadline time\n",
      MGR_ERROR_INFEASIBLE, "set a later one" },
    { "sbatch: error: Batch job submission failed: Invalid partition name specified\n",
      MGR_ERROR_INVALID_ARGUMENT, "sinfo" },
    { "sbatch: error: Batch job submission failed: Access/permission denied\n",
      MGR_ERROR_FAILED, "permission denied" },
    { "sbatch: error: Batch job submission failed: Incompatible versions of client and server "
      "code\n", MGR_ERROR_NOT_AVAILABLE, "another version" },
  };
  g_autoptr (MgrTask) first = NULL;

  /* Only the first asks for the version. */
  mgr_fake_slurm_set (&fixture->slurm, "ends-as", "COMPLETED|0\n");
  first = submit_new (fixture, "first");
  g_assert_null (wait_for (first, MGR_TASK_REASON_DONE));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MgrTask) task = command_new ("work");
      g_autoptr (GError) error = NULL;

      mgr_fake_slurm_set (&fixture->slurm, "sbatch-says", cases[i].says);
      submit (fixture, task);
      error = wait_for (task, MGR_TASK_REASON_ERROR);
      g_assert_error (error, MGR_ERROR, (int) cases[i].code);
      assert_has (error->message, cases[i].help);
    }
}

#define AWAY "Unable to contact slurm controller (connect failure)\n"
#define FULL "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying\n"

/* With no patience at all. */
static void
test_unreachable (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("work");
  g_autoptr (GError) error = NULL;

  mgr_fake_slurm_set (&fixture->slurm, "sbatch-says", AWAY);
  submit (fixture, task);
  error = wait_for (task, MGR_TASK_REASON_ERROR);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  assert_has (error->message, "cannot be reached");
}

static void
test_full_of_others (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("work");
  g_autoptr (GError) error = NULL;

  mgr_fake_slurm_set (&fixture->slurm, "sbatch-says", FULL);
  submit (fixture, task);
  error = wait_for (task, MGR_TASK_REASON_ERROR);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  assert_has (error->message, "queue is full");
}

/* While there are jobs of ours in it, others wait for their turn. */
static void
test_full_of_ours (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autoptr (MgrTask) first = submit_new (fixture, "first");
  g_autoptr (MgrTask) second = NULL;

  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  mgr_fake_slurm_set (&fixture->slurm, "sbatch-says", FULL);
  second = submit_new (fixture, "second");
  mgr_fake_slurm_set (&fixture->slurm, "listed", NULL);
  mgr_fake_slurm_wait_text (&fixture->slurm, "listed", "x\nx\nx\n");
  g_assert_cmpint (mgr_task_get_state (second), ==, MGR_TASK_STATE_RUNNING);
  mgr_fake_slurm_set (&fixture->slurm, "sbatch-says", NULL);
  mgr_fake_slurm_wait_jobs (&fixture->slurm, 2);
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "COMPLETED", 0);
  mgr_fake_slurm_set_state (&fixture->slurm, 2, "COMPLETED", 0);
  g_assert_null (wait_for (first, MGR_TASK_REASON_DONE));
  g_assert_null (wait_for (second, MGR_TASK_REASON_DONE));
}

static void
test_nonsense (Fixture       *fixture,
               gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, "work");

  mgr_fake_slurm_wait_jobs (&fixture->slurm, 1);
  mgr_fake_slurm_set (&fixture->slurm, "jobs/77",
                      "nonsense\n||||\n9|RUNNING|x|libmgr:y|\n-3|FAILED|0||\n\xff\xfe|\n");
  mgr_fake_slurm_set (&fixture->slurm, "listed", NULL);
  mgr_fake_slurm_measure (&fixture->slurm, 1, "{\"rss\": 1e99, \"peak\":", NULL);
  mgr_fake_slurm_wait_text (&fixture->slurm, "listed", "x\nx\nx\n");
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
  mgr_fake_slurm_set_state (&fixture->slurm, 1, "COMPLETED", 0);
  g_assert_null (wait_for (task, MGR_TASK_REASON_DONE));
}

static void
test_no_folder (Fixture       *fixture,
                gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("work");
  g_autoptr (GError) error = NULL;

  mgr_fake_slurm_set (&fixture->slurm, "records", "a file");
  submit (fixture, task);
  error = wait_for (task, MGR_TASK_REASON_ERROR);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  assert_has (error->message, "name another folder");
}

static void
test_many (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);

  mgr_fake_slurm_set (&fixture->slurm, "ends-as", "COMPLETED|0\n");
  for (guint i = 0; i < 20; i++)
    g_ptr_array_add (tasks, submit_new (fixture, "same"));
  for (guint i = 0; i < tasks->len; i++)
    g_assert_null (wait_for (g_ptr_array_index (tasks, i), MGR_TASK_REASON_DONE));
  g_assert_cmpuint (mgr_fake_slurm_count (&fixture->slurm), ==, 20);
}

static void
test_properties (void)
{
  g_autoptr (MgrExecutor) executor = mgr_slurm_executor_new (NULL);
  g_autofree char *directory = NULL;
  g_autofree char *wrapper = NULL;
  g_autofree char *partition = NULL;
  g_autofree char *programs = NULL;
  g_auto (GStrv) options = NULL;
  gint64 poll_interval;
  gint64 patience;
  gboolean recovery;
  guint max_jobs;

  g_object_get (executor, "directory", &directory, "wrapper", &wrapper, "partition", &partition,
                "program-directory", &programs, "options", &options, "poll-interval",
                &poll_interval, "patience", &patience, "recovery", &recovery, "max-jobs",
                &max_jobs, NULL);
  g_assert_true (g_str_has_prefix (directory, g_get_user_state_dir ()));
  g_assert_true (g_str_has_suffix (wrapper, "/mgr-job"));
  g_assert_null (partition);
  g_assert_null (programs);
  g_assert_null (options);
  g_assert_cmpint (poll_interval, ==, G_TIME_SPAN_SECOND);
  g_assert_cmpint (patience, ==, G_TIME_SPAN_MINUTE);
  g_assert_true (recovery);
  g_assert_cmpuint (max_jobs, ==, 0);
  g_assert_cmpuint (mgr_executor_get_slots (executor), ==, 0);
  g_assert_cmpstr (mgr_executor_get_name (executor), ==, "slurm");
  g_assert_cmpint (mgr_executor_get_flags (executor) & MGR_EXECUTOR_CLOSURES, ==, 0);
  g_assert_cmpint (mgr_executor_get_flags (executor) & MGR_EXECUTOR_REMOTE, !=, 0);
}

static void
add (const char *name,
     const char *how,
     void      (*test) (Fixture       *fixture,
                        gconstpointer  user_data))
{
  g_autofree char *path = g_strconcat ("/schedule/slurm-executor/", name, NULL);

  g_test_add (path, Fixture, how, set_up, test, tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schedule/slurm-executor/properties", test_properties);
  add ("runs", NULL, test_runs);
  add ("measures", NULL, test_measures);
  add ("ends", NULL, test_ends);
  add ("oom", NULL, test_oom);
  add ("cancel", NULL, test_cancel);
  add ("kill", NULL, test_kill);
  add ("times", NULL, test_times);
  add ("files", NULL, test_files);
  add ("no-files", NULL, test_no_files);
  add ("result", NULL, test_result);
  add ("last-words", NULL, test_last_words);
  add ("deadlines", NULL, test_deadlines);
  add ("short-deadline", NULL, test_short_deadline);
  add ("closure-is-refused", NULL, test_closure_is_refused);
  add ("absent", NULL, test_absent);
  add ("other-version", NULL, test_other_version);
  add ("refused", NULL, test_refused);
  add ("unreachable", "patience", test_unreachable);
  add ("full-of-others", "patience", test_full_of_others);
  add ("full-of-ours", "patience", test_full_of_ours);
  add ("nonsense", NULL, test_nonsense);
  add ("no-folder", NULL, test_no_folder);
  add ("many", NULL, test_many);

  return g_test_run ();
}
