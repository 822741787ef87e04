/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-clock.h"
#include "mgr-test-support.h"
#include "schedule/mgr-process-record-private.h"
#include "schedule/mgr-process-table-private.h"
#include "schedule/mgr-scheduler-private.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program that is killed and started again. The one that is killed is this program,
 * called with the mode, a directory and the script that its task runs. */

#define MIB (G_GUINT64_CONSTANT (1) << 20)

typedef struct
{
  char *directory;         /* (owned), private */
  char *state;             /* (owned), below it */
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (owned) */
  MgrProcessExecutor *executor; /* (owned) */
} Fixture;

static MgrTask *
task_new (const char *script)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  MgrTask *task = mgr_task_new_command ("survivor", argv);

  g_object_set (task, "memory", 64 * MIB, NULL);
  return task;
}

static void
open_scheduler (Fixture  *fixture,
                gboolean  uses_cgroups)
{
  fixture->manager = mgr_manager_new (1000 * MIB);
  fixture->scheduler = mgr_scheduler_new (mgr_manager_get_root (fixture->manager), NULL, NULL,
                                          mgr_clock_get_default ());
  fixture->executor = g_object_new (MGR_TYPE_PROCESS_EXECUTOR, "state-directory", fixture->state,
                                    "uses-cgroups", uses_cgroups, NULL);
  mgr_scheduler_add_executor (fixture->scheduler, MGR_EXECUTOR (fixture->executor), NULL);
}

/* What is killed. */
static int
run_program (char **argv)
{
  Fixture fixture = { .state = argv[2] };
  g_autoptr (MgrTask) task = task_new (argv[3]);

  open_scheduler (&fixture, argv[4][0] == 'g');
  if (mgr_scheduler_submit (fixture.scheduler, task, NULL))
    mgr_task_wait (task, NULL, NULL);
  return 0;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->directory = g_dir_make_tmp ("test-recovery-XXXXXX", NULL);
  fixture->state = g_build_filename (fixture->directory, "state", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  if (fixture->scheduler != NULL)
    mgr_scheduler_close (fixture->scheduler);
  g_clear_object (&fixture->scheduler);
  g_clear_object (&fixture->executor);
  g_clear_object (&fixture->manager);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  mgr_test_wait_threads ("mgr-processes");

  /* No record stays of what has ended. */
  g_assert_cmpint (g_rmdir (fixture->state), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->state);
  g_free (fixture->directory);
}

static char *
path_of (Fixture    *fixture,
         const char *name)
{
  return g_build_filename (fixture->directory, name, NULL);
}

static void
wait_for_file (const char *path)
{
  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_usleep (1000);
}

/* Has a program start @script and killed once the file @started is there. */
static void
run_and_kill (Fixture       *fixture,
              const char    *script,
              const char    *started,
              gconstpointer  mode)
{
  const char *argv[] = { "/proc/self/exe", "--run", fixture->state, script, mode, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
  g_assert_no_error (error);
  wait_for_file (started);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

static char *
script_of (Fixture    *fixture,
           const char *tail)
{
  g_autofree char *runs = path_of (fixture, "runs");

  return g_strdup_printf ("echo run >> %s; %s", runs, tail);
}

static void
expect_one_run (Fixture *fixture)
{
  g_autofree char *runs = path_of (fixture, "runs");
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (runs, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "run\n");
  g_unlink (runs);
}

static void
submit (Fixture *fixture,
        MgrTask *task)
{
  g_autoptr (GError) error = NULL;

  mgr_scheduler_submit (fixture->scheduler, task, &error);
  g_assert_no_error (error);
}

/* It still runs: it is watched further, measured, and ends as it ends. */
static void
test_found_again (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autofree char *runs = path_of (fixture, "runs");
  g_autofree char *go = path_of (fixture, "go");
  g_autofree char *tail = g_strdup_printf ("while ! test -f %s; do sleep 0.01; done; exit 7", go);
  g_autofree char *script = script_of (fixture, tail);
  g_autoptr (MgrTask) task = task_new (script);
  g_auto (GStrv) survivors = NULL;
  g_autoptr (GError) error = NULL;

  run_and_kill (fixture, script, runs, user_data);
  open_scheduler (fixture, TRUE);
  survivors = mgr_process_executor_get_survivors (fixture->executor);
  g_assert_cmpuint (g_strv_length (survivors), ==, 1);
  g_assert_cmpstr (survivors[0], ==, "survivor");

  submit (fixture, task);
  while (mgr_task_get_state (task) != MGR_TASK_STATE_RUNNING)
    g_usleep (1000);
  while (g_str_equal (user_data, "group") && mgr_task_get_peak (task) == 0)
    g_usleep (1000);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
  g_assert_true (g_file_set_contents (go, "", 0, NULL));
  mgr_task_wait (task, NULL, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpint (mgr_task_get_exit_status (task), ==, 7);
  g_unlink (go);
  expect_one_run (fixture);
}

static void
test_ended_meanwhile (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autofree char *runs = path_of (fixture, "runs");
  g_autofree char *script = script_of (fixture, "sleep 0.1");
  g_autoptr (MgrTask) task = task_new (script);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;
  int status = -1;

  run_and_kill (fixture, script, runs, user_data);
  records = mgr_process_records_load (fixture->state);
  g_assert_cmpuint (records->len, ==, 1);
  while (!mgr_process_record_read_exit (g_ptr_array_index (records, 0), &status))
    g_usleep (1000);

  open_scheduler (fixture, TRUE);
  submit (fixture, task);
  mgr_task_wait (task, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (mgr_task_get_exit_status (task), ==, 0);
  expect_one_run (fixture);
}

/* All of it was killed: nobody knows how it would have ended. */
static void
test_lost (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autofree char *runs = path_of (fixture, "runs");
  g_autofree char *script = script_of (fixture, "sleep 100");
  g_autoptr (MgrTask) task = task_new (script);
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;
  pid_t pid;
  guint64 start;

  run_and_kill (fixture, script, runs, user_data);
  records = mgr_process_records_load (fixture->state);
  g_assert_cmpuint (records->len, ==, 1);
  g_assert_true (mgr_process_record_find (g_ptr_array_index (records, 0), NULL, &pid, &start));
  g_assert_cmpint (kill (-pid, SIGKILL), ==, 0);
  while (mgr_process_read_start (NULL, pid) != 0)
    g_usleep (1000);

  open_scheduler (fixture, TRUE);
  submit (fixture, task);
  mgr_task_wait (task, NULL, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_LOST);
  expect_one_run (fixture);
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  user_data)
{
  g_autofree char *runs = path_of (fixture, "runs");
  g_autofree char *script = script_of (fixture, "sleep 100");
  g_autoptr (MgrTask) task = task_new (script);
  g_autoptr (GError) error = NULL;

  run_and_kill (fixture, script, runs, user_data);
  open_scheduler (fixture, TRUE);
  submit (fixture, task);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, task, NULL));
  mgr_task_wait (task, NULL, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  expect_one_run (fixture);
}

static void
test_ended_unasked (Fixture       *fixture,
                    gconstpointer  user_data)
{
  g_autofree char *runs = path_of (fixture, "runs");
  g_autofree char *script = script_of (fixture, "sleep 100");
  g_autoptr (GPtrArray) records = NULL;
  MgrProcessRecord *record;
  pid_t pid;
  guint64 start;

  run_and_kill (fixture, script, runs, user_data);
  records = mgr_process_records_load (fixture->state);
  record = g_ptr_array_index (records, 0);
  open_scheduler (fixture, TRUE);
  g_assert_cmpuint (mgr_process_executor_end_survivors (fixture->executor), ==, 1);
  while (mgr_process_record_find (record, NULL, &pid, &start))
    g_usleep (1000);
  g_assert_cmpuint (mgr_process_executor_end_survivors (fixture->executor), ==, 0);
  if (record->group != NULL)
    while (g_file_test (record->group, G_FILE_TEST_EXISTS) && g_rmdir (record->group) != 0)
      g_usleep (1000);
  expect_one_run (fixture);
}

/* The same command in another place is another: what an earlier run left goes on. */
static void
test_other_directory (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autofree char *runs = path_of (fixture, "runs");
  g_autofree char *go = path_of (fixture, "go");
  g_autofree char *tail = g_strdup_printf ("while ! test -f %s; do sleep 0.01; done", go);
  g_autofree char *script = script_of (fixture, tail);
  g_autoptr (MgrTask) elsewhere = task_new (script);
  g_autoptr (MgrTask) task = task_new (script);
  g_autofree char *text = NULL;
  g_auto (GStrv) survivors = NULL;

  run_and_kill (fixture, script, runs, user_data);
  open_scheduler (fixture, TRUE);
  g_object_set (elsewhere, "directory", fixture->directory, NULL);
  g_assert_true (g_file_set_contents (go, "", 0, NULL));
  submit (fixture, elsewhere);
  g_assert_true (mgr_task_wait (elsewhere, NULL, NULL));
  survivors = mgr_process_executor_get_survivors (fixture->executor);
  g_assert_cmpuint (g_strv_length (survivors), ==, 1);

  submit (fixture, task);
  g_assert_true (mgr_task_wait (task, NULL, NULL));
  g_assert_true (g_file_get_contents (runs, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "run\nrun\n");
  g_unlink (runs);
  g_unlink (go);
}

static void
test_what_makes_another (void)
{
  static const struct
  {
    const char *property;
    const char *value;
  } others[] = {
    { "directory", "/" },
    { "stdin-path", "/dev/null" },
    { "output-path", "/dev/null" },
  };
  const char *environment[] = { "TABLE=a", NULL };
  g_autoptr (MgrTask) task = task_new ("true");
  g_autoptr (MgrTask) same = task_new ("true");
  g_autoptr (MgrTask) other = task_new ("false");
  g_autoptr (MgrTask) tuned = task_new ("true");
  g_autoptr (MgrProcessRecord) record = mgr_process_record_new ("/nowhere", "1", task);

  g_object_set (same, "memory", MIB, "priority", MGR_TASK_PRIORITY_LOW, NULL);
  g_object_set (tuned, "environment", environment, NULL);
  g_assert_true (mgr_process_record_matches (record, same));
  g_assert_false (mgr_process_record_matches (record, other));
  g_assert_false (mgr_process_record_matches (record, tuned));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autoptr (MgrTask) elsewhere = task_new ("true");

      g_object_set (elsewhere, others[i].property, others[i].value, NULL);
      g_assert_false (mgr_process_record_matches (record, elsewhere));
    }
}

/* A record that does not say in which place the command runs is nobody's, but is listed. */
static void
test_says_too_little (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autofree char *path = g_build_filename (fixture->state, "1.task", NULL);
  g_autoptr (MgrTask) task = task_new ("true");
  g_auto (GStrv) survivors = NULL;

  g_assert_cmpint (g_mkdir (fixture->state, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "[Task]\nName=survivor\nArgv=[b'sh', b'-c', b'true']\n"
                                      "Mark=LIBMGR_TASK=of-nobody\nVersion=0\n", -1, NULL));
  open_scheduler (fixture, FALSE);
  submit (fixture, task);
  g_assert_true (mgr_task_wait (task, NULL, NULL));
  survivors = mgr_process_executor_get_survivors (fixture->executor);
  g_assert_cmpuint (g_strv_length (survivors), ==, 1);
  g_assert_cmpuint (mgr_process_executor_end_survivors (fixture->executor), ==, 1);
}

static void
add (const char *name,
     void      (*test) (Fixture *, gconstpointer))
{
  static const char *const modes[] = { "group", "watch" };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/process-recovery/%s/%s", modes[i], name);

      g_test_add (path, Fixture, modes[i], set_up, test, tear_down);
    }
}

int
main (int    argc,
      char **argv)
{
  if (argc == 5 && g_str_equal (argv[1], "--run"))
    return run_program (argv);

  g_test_init (&argc, &argv, NULL);

  add ("found-again", test_found_again);
  add ("ended-meanwhile", test_ended_meanwhile);
  add ("lost", test_lost);
  add ("cancelled", test_cancelled);
  add ("ended-unasked", test_ended_unasked);
  add ("other-directory", test_other_directory);
  g_test_add ("/process-recovery/says-too-little", Fixture, NULL, set_up, test_says_too_little,
              tear_down);
  g_test_add_func ("/process-recovery/what-makes-another", test_what_makes_another);

  return g_test_run ();
}
