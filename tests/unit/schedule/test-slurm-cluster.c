/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <mgr.h>

#include "base/mgr-clock.h"
#include "mgr-test-support.h"
#include "schedule/mgr-scheduler-private.h"

#include <glib/gstdio.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Against a real Slurm of this machine alone: a controller and two nodes. */

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define POLL_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)
#define N_JOBS 50
#define SKIPPED 77

static char *cluster_folder; /* (owned) */
static const char *lacking;  /* (nullable): why there is no cluster */
static char *rest_socket;    /* (owned) (nullable) */

typedef struct
{
  char *folder;            /* (owned) */
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (owned) */
} Fixture;

/* Returns the exit status of tests/support/slurm-cluster, and what it printed. */
static int
control_cluster (const char  *verb,
                 char       **output)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "support", "slurm-cluster", NULL);
  const char *argv[] = { script, verb, cluster_folder, "--rest", NULL };
  g_autofree char *errors = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, output, &errors,
                     &status, &error))
    g_error ("%s", error->message);
  if (!WIFEXITED (status) || (WEXITSTATUS (status) != 0 && WEXITSTATUS (status) != SKIPPED))
    g_error ("%s", errors);
  return WEXITSTATUS (status);
}

static void
start_cluster (void)
{
  g_autofree char *output = NULL;
  g_auto (GStrv) lines = NULL;

  if (control_cluster ("check", NULL) == SKIPPED)
    {
      lacking = "the packages of Slurm are not installed (tools/setup --thorough)";
      return;
    }

  cluster_folder = g_dir_make_tmp ("mgr-cluster-XXXXXX", NULL);
  g_assert_nonnull (cluster_folder);
  g_assert_no_errno (g_chmod (cluster_folder, 0755));
  control_cluster ("start", &output);
  lines = g_strsplit (output, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (lines[i], "=", 2);

      if (g_strcmp0 (pair[0], "SLURM_CONF") == 0)
        g_setenv (pair[0], pair[1], TRUE);
      else if (g_strcmp0 (pair[0], "SLURM_REST") == 0)
        rest_socket = g_strdup (pair[1]);
    }
}

static void
remove_folder (const char *path)
{
  const char *argv[] = { "rm", "-rf", path, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
}

static void
stop_cluster (void)
{
  if (cluster_folder == NULL)
    return;

  control_cluster ("stop", NULL);
  remove_folder (cluster_folder);
  g_clear_pointer (&cluster_folder, g_free);
  g_clear_pointer (&rest_socket, g_free);
}

#define NO_WRAPPER "/nowhere/mgr-job"
#define BY_REST "rest"

/* Of @how, %NO_WRAPPER has jobs run without one, %BY_REST speaks to slurmrestd, which may
 * run as another user. */
static MgrExecutor *
executor_new (Fixture    *fixture,
              const char *how)
{
  g_autofree char *own = g_test_build_filename (G_TEST_BUILT, "..", "tools", "mgr-job", "mgr-job",
                                                NULL);
  g_autofree char *path = g_canonicalize_filename (own, NULL);

  gboolean by_rest = g_strcmp0 (how, BY_REST) == 0;

  if (by_rest)
    g_assert_no_errno (g_chmod (fixture->folder, 0777));
  return g_object_new (MGR_TYPE_SLURM_EXECUTOR, "directory", fixture->folder, "wrapper",
                       g_strcmp0 (how, NO_WRAPPER) == 0 ? NO_WRAPPER : path, "poll-interval",
                       (gint64) POLL_INTERVAL, "rest-socket", by_rest ? rest_socket : NULL, NULL);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  g_autoptr (MgrExecutor) executor = NULL;

  if (lacking != NULL)
    return;

  fixture->folder = g_dir_make_tmp ("mgr-slurm-XXXXXX", NULL);
  executor = executor_new (fixture, user_data);
  fixture->manager = mgr_manager_new (1000 * MIB);
  fixture->scheduler = mgr_scheduler_new (mgr_manager_get_root (fixture->manager), NULL, NULL,
                                          mgr_clock_get_default ());
  g_assert_true (mgr_scheduler_add_executor (fixture->scheduler, executor, NULL));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  if (lacking != NULL)
    return;

  mgr_scheduler_close (fixture->scheduler);
  g_clear_object (&fixture->scheduler);
  g_clear_object (&fixture->manager);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  mgr_test_wait_threads ("mgr-slurm");
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static MgrTask *
shell_new (const char *name,
           guint64     memory,
           const char *format,
           ...) G_GNUC_PRINTF (3, 4);

static MgrTask *
shell_new (const char *name,
           guint64     memory,
           const char *format,
           ...)
{
  g_autofree char *command = NULL;
  const char *argv[] = { "/bin/sh", "-c", NULL, NULL };
  va_list arguments;
  MgrTask *task;

  va_start (arguments, format);
  command = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  argv[2] = command;
  task = mgr_task_new_command (name, argv);
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
wait_for (MgrTask       *task,
          MgrTaskReason  reason)
{
  g_autoptr (GError) error = NULL;

  if (!mgr_task_wait (task, NULL, &error) && reason != mgr_task_get_reason (task))
    g_error ("%s", error->message);
  g_assert_cmpint (mgr_task_get_reason (task), ==, reason);
}

static gboolean
skip_without_cluster (void)
{
  if (lacking != NULL)
    g_test_skip (lacking);
  return lacking != NULL;
}

static char *
read_file (Fixture    *fixture,
           const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_runs (Fixture       *fixture,
           gconstpointer  user_data)
{
  const char * const environment[] = { "COLOUR=dark red", "PATH=/usr/bin:/bin", NULL };
  g_autoptr (MgrTask) task = NULL;
  g_autofree char *input = NULL;
  g_autofree char *output = NULL;

  if (skip_without_cluster ())
    return;

  input = g_build_filename (fixture->folder, "in.txt", NULL);
  g_assert_true (g_file_set_contents (input, "from a file\n", -1, NULL));
  task = shell_new ("run", 20 * MIB, "cat; echo \"$COLOUR in $PWD\"; test -n \"$SLURM_JOB_ID\"");
  g_object_set (task, "environment", environment, "directory", fixture->folder, "stdin-path",
                "in.txt", "output-path", "out.txt", NULL);
  submit (fixture, task);
  wait_for (task, MGR_TASK_REASON_DONE);
  output = read_file (fixture, "out.txt");
  g_assert_true (g_str_has_prefix (output, "from a file\ndark red in /"));
  if (user_data == NULL)
    g_assert_cmpuint (mgr_task_get_peak (task), >, MIB / 4);
  else if (g_str_equal (user_data, NO_WRAPPER))
    g_assert_cmpuint (mgr_task_get_peak (task), ==, 0);
}

#ifdef HAVE_SLURM_REST
static void
test_by_rest (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr (MgrTask) failing = NULL;
  g_autoptr (MgrTask) sleeping = NULL;
  g_autoptr (MgrTask) huge = NULL;

  if (lacking == NULL && rest_socket == NULL)
    {
      g_test_skip ("slurmrestd is not installed");
      return;
    }

  test_runs (fixture, user_data);
  if (lacking != NULL)
    return;

  failing = shell_new ("fail", 20 * MIB, "exit 3");
  sleeping = shell_new ("sleep", 20 * MIB, "exec sleep 60");
  huge = shell_new ("huge", 5000000 * MIB, "true");
  submit (fixture, failing);
  submit (fixture, huge);
  submit (fixture, sleeping);
  wait_for (failing, MGR_TASK_REASON_ERROR);
  g_assert_cmpint (mgr_task_get_exit_status (failing), ==, 3);
  wait_for (huge, MGR_TASK_REASON_ERROR);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, sleeping, NULL));
  wait_for (sleeping, MGR_TASK_REASON_CANCELLED);
}
#endif

static void
test_fails (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = NULL;
  g_autoptr (MgrTask) absent = NULL;
  g_autoptr (GError) error = NULL;
  const char * const argv[] = { "/nowhere/program", NULL };

  if (skip_without_cluster ())
    return;

  task = shell_new ("fail", 20 * MIB, "echo no such data; exit 3");
  absent = mgr_task_new_command ("absent", argv);
  submit (fixture, task);
  submit (fixture, absent);
  g_assert_false (mgr_task_wait (task, NULL, &error));
  g_assert_cmpint (mgr_task_get_exit_status (task), ==, 3);
  g_assert_nonnull (strstr (error->message, "it said last: no such data"));
  wait_for (absent, MGR_TASK_REASON_ERROR);
  g_assert_cmpint (mgr_task_get_exit_status (absent), ==, 127);
}

static void
test_result (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  if (skip_without_cluster ())
    return;

  task = shell_new ("say", 20 * MIB, "echo out; echo err >&2");
  submit (fixture, task);
  wait_for (task, MGR_TASK_REASON_DONE);
  g_assert_true (mgr_task_get_result (task, &value, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (g_value_get_string (&value), ==, "out\nerr\n");
}

/* Slurm would run it in /tmp, or say nothing. */
static void
test_no_files (Fixture       *fixture,
               gconstpointer  user_data)
{
  static const struct
  {
    const char *property;
    const char *words;
  } cases[] = {
    { "directory", "it said last: “/nowhere/there” is no directory that a command can run in" },
    { "stdin-path", "/nowhere/there" },
    { "output-path", "/nowhere/there" },
  };

  if (skip_without_cluster ())
    return;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MgrTask) task = shell_new ("work", 20 * MIB, "true");
      g_autoptr (GError) error = NULL;

      g_object_set (task, cases[i].property, "/nowhere/there", NULL);
      submit (fixture, task);
      g_assert_false (mgr_task_wait (task, NULL, &error));
      g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_ERROR);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

static void
test_infeasible (Fixture       *fixture,
                 gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = NULL;
  g_autoptr (GError) error = NULL;

  if (skip_without_cluster ())
    return;

  task = shell_new ("huge", 5000000 * MIB, "true");
  submit (fixture, task);
  g_assert_false (mgr_task_wait (task, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
}

/* Slurm counts in minutes, and what is left here is less, or less than the timeout. */
static void
test_deadline (Fixture       *fixture,
               gconstpointer  user_data)
{
  const gint64 left[] = { 50 * G_TIME_SPAN_SECOND, 130 * G_TIME_SPAN_SECOND };
  gint64 now = mgr_clock_get_time (mgr_clock_get_default ());

  if (skip_without_cluster ())
    return;

  for (guint i = 0; i < G_N_ELEMENTS (left); i++)
    {
      g_autoptr (MgrTask) task = shell_new ("short", 20 * MIB, "true");

      g_object_set (task, "deadline", now + left[i], "timeout", (gint64) 600 * G_TIME_SPAN_SECOND,
                    NULL);
      submit (fixture, task);
      wait_for (task, MGR_TASK_REASON_DONE);
    }
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = NULL;
  g_autofree char *started = NULL;

  if (skip_without_cluster ())
    return;

  started = g_build_filename (fixture->folder, "started", NULL);
  task = shell_new ("sleep", 20 * MIB, "touch '%s'; exec sleep 60", started);
  submit (fixture, task);
  while (!g_file_test (started, G_FILE_TEST_EXISTS))
    g_usleep (1000);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, task, NULL));
  wait_for (task, MGR_TASK_REASON_CANCELLED);
}

/* Takes 300 MiB, touched, and holds them until Slurm has seen it. */
#define HOG \
  "/usr/bin/python3 -c 'import time; x = bytearray(300 << 20); " \
  "x[::4096] = b\"x\" * len(x[::4096]); time.sleep(3)'"

/* One job takes too much, the controller is restarted meanwhile, and no job is lost or
 * run twice. */
static void
test_many (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *output = NULL;

  if (!g_test_thorough ())
    {
      g_test_skip ("it takes a minute (-m thorough)");
      return;
    }
  if (skip_without_cluster ())
    return;

  for (guint i = 0; i < N_JOBS; i++)
    {
      g_autofree char *name = g_strdup_printf ("job-%u", i);
      MgrTask *task = i == 0 ? shell_new (name, 50 * MIB, HOG)
                             : shell_new (name, 20 * MIB, "echo x >> '%s/%u'; sleep 0.5",
                                          fixture->folder, i);

      g_ptr_array_add (tasks, task);
      submit (fixture, task);
    }
  wait_for (g_ptr_array_index (tasks, 4), MGR_TASK_REASON_DONE);
  control_cluster ("restart-controller", NULL);
  for (guint i = 0; i < N_JOBS; i++)
    {
      wait_for (g_ptr_array_index (tasks, i), MGR_TASK_REASON_DONE);
      g_assert_cmpuint (mgr_task_get_attempt (g_ptr_array_index (tasks, i)), ==, i == 0 ? 2 : 1);
    }
  for (guint i = 1; i < N_JOBS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *ran = read_file (fixture, name);

      g_assert_cmpstr (ran, ==, "x\n");
    }
  g_assert_cmpuint (mgr_task_get_peak (g_ptr_array_index (tasks, 0)), >=, 300 * MIB);
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  start_cluster ();

  g_test_add ("/schedule/slurm-cluster/runs", Fixture, NULL, set_up, test_runs, tear_down);
  g_test_add ("/schedule/slurm-cluster/runs-without-wrapper", Fixture, NO_WRAPPER, set_up,
              test_runs, tear_down);
#ifdef HAVE_SLURM_REST
  g_test_add ("/schedule/slurm-cluster/runs-by-rest", Fixture, BY_REST, set_up,
              test_by_rest, tear_down);
#endif
  g_test_add ("/schedule/slurm-cluster/fails", Fixture, NULL, set_up, test_fails, tear_down);
  g_test_add ("/schedule/slurm-cluster/result", Fixture, NULL, set_up, test_result, tear_down);
  g_test_add ("/schedule/slurm-cluster/no-files", Fixture, NULL, set_up, test_no_files, tear_down);
  g_test_add ("/schedule/slurm-cluster/infeasible", Fixture, NULL, set_up, test_infeasible,
              tear_down);
  g_test_add ("/schedule/slurm-cluster/deadline", Fixture, NULL, set_up, test_deadline,
              tear_down);
  g_test_add ("/schedule/slurm-cluster/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/schedule/slurm-cluster/many", Fixture, NULL, set_up, test_many, tear_down);

  result = g_test_run ();
  stop_cluster ();
  return result;
}
