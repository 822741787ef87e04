/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-clock.h"
#include "mgr-test-support.h"
#include "schedule/mgr-process-table-private.h"
#include "schedule/mgr-scheduler-private.h"
#include "schedule/mgr-task-cgroup-private.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define BUDGET (1000 * MIB)

/* tail keeps what it reads until there is a line feed, of which there is none. */
#define HOG "{ head -c 200M /dev/zero; sleep 0.3; } | tail -n 1 | head -c 1 > /dev/null"

/* With groups, and by watching. */
static const gboolean modes[] = { TRUE, FALSE };

typedef struct
{
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (owned) */
  char *directory;         /* (owned), private */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  const gboolean *uses_cgroups = user_data;
  g_autoptr (MgrExecutor) executor = NULL;

  fixture->manager = mgr_manager_new (BUDGET);
  fixture->scheduler = mgr_scheduler_new (mgr_manager_get_root (fixture->manager), NULL, NULL,
                                          mgr_clock_get_default ());
  fixture->directory = g_dir_make_tmp ("test-process-XXXXXX", NULL);
  executor = g_object_new (MGR_TYPE_PROCESS_EXECUTOR,
                           "monitor", mgr_manager_get_monitor (fixture->manager),
                           "grace", (gint64) 50 * G_TIME_SPAN_MILLISECOND,
                           "kept-output", (guint64) 4096,
                           "uses-cgroups", *uses_cgroups, NULL);
  g_assert_true (mgr_scheduler_add_executor (fixture->scheduler, executor, NULL));
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
  mgr_test_wait_threads ("mgr-processes");
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
}

/* What is in the private directory goes with the test that put it there. */
static void
remove_file (Fixture    *fixture,
             const char *name)
{
  g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

static gboolean
skip_without_groups (const gboolean *uses_cgroups)
{
  g_autofree char *place = NULL;
  g_autoptr (GError) error = NULL;
  guint version;

  if (!*uses_cgroups)
    return FALSE;

  place = mgr_task_cgroup_find_place (NULL, NULL, &version, &error);
  if (place == NULL)
    g_test_skip (error->message);
  return place == NULL;
}

static MgrTask *
task_new (const char *name,
          const char *script)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  MgrTask *task = mgr_task_new_command (name, argv);

  g_object_set (task, "memory", 64 * MIB, NULL);
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
run (Fixture  *fixture,
     MgrTask  *task,
     GError  **error)
{
  submit (fixture, task);
  mgr_task_wait (task, NULL, error);
}

static char *
get_output (MgrTask *task)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  mgr_task_get_result (task, &value, &error);
  g_assert_no_error (error);
  return g_value_dup_string (&value);
}

static void
wait_for_file (const char *path)
{
  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_usleep (1000);
}

static void
test_runs (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = task_new ("one", "echo out; echo err >&2");
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;

  if (skip_without_groups (user_data))
    return;

  run (fixture, task, &error);
  g_assert_no_error (error);
  output = get_output (task);
  g_assert_cmpstr (output, ==, "out\nerr\n");
  g_assert_cmpint (mgr_task_get_exit_status (task), ==, 0);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_DONE);
}

static void
test_setup (Fixture       *fixture,
            gconstpointer  user_data)
{
  const char *environment[] = { "PATH=/usr/bin:/bin", "COLOR=blue", NULL };
  g_autoptr (MgrTask) task = task_new ("setup", "pwd; echo $COLOR$HOME; cat; "
                                       "test -S \"$MEMORY_PRESSURE_WATCH\" && echo told");
  g_autofree char *input = g_build_filename (fixture->directory, "in", NULL);
  g_autofree char *output = g_build_filename (fixture->directory, "out", NULL);
  g_autofree char *text = NULL;
  g_autofree char *expected = g_strdup_printf ("%s\nblue\nline\ntold\n", fixture->directory);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (input, "line\n", -1, NULL));
  g_object_set (task, "environment", environment, "directory", fixture->directory,
                "stdin-path", input, "output-path", output, NULL);
  run (fixture, task, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (output, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
  remove_file (fixture, "in");
  remove_file (fixture, "out");
}

static void
test_fails (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = task_new ("status", "echo first; echo last words; exit 3");
  g_autoptr (MgrTask) killed = task_new ("signal", "kill -SEGV $$");
  g_autoptr (GError) error = NULL;

  run (fixture, task, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "exit status 3: last words"));
  g_assert_cmpint (mgr_task_get_exit_status (task), ==, 3);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_ERROR);
  g_clear_error (&error);

  run (fixture, killed, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "signal 11"));
  g_assert_cmpint (mgr_task_get_exit_status (killed), ==, 128 + SIGSEGV);
}

static void
test_not_there (Fixture       *fixture,
                gconstpointer  user_data)
{
  const char *argv[] = { "no-such-program-anywhere", NULL };
  g_autoptr (MgrTask) task = mgr_task_new_command ("absent", argv);
  g_autoptr (MgrTask) nowhere = task_new ("nowhere", "true");
  g_autoptr (MgrTask) unfed = task_new ("unfed", "true");
  g_autoptr (GError) error = NULL;

  run (fixture, task, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "no-such-program-anywhere"));
  g_clear_error (&error);

  g_object_set (nowhere, "directory", "/no/such/directory", NULL);
  run (fixture, nowhere, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_object_set (unfed, "stdin-path", "/no/such/file", NULL);
  run (fixture, unfed, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
}

static void
test_retries (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autofree char *flag = g_build_filename (fixture->directory, "flag", NULL);
  g_autofree char *script = g_strdup_printf ("test -f %s && exit 0; touch %s; exit 1", flag, flag);
  g_autoptr (MgrTask) task = task_new ("retry", script);
  g_autoptr (GError) error = NULL;

  g_object_set (task, "max-retries", 1, NULL);
  run (fixture, task, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_task_get_attempt (task), ==, 2);
  remove_file (fixture, "flag");
}

/* A process that does not ask whether anybody reads. */
static void
test_flood (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = task_new ("flood", "head -c 20M /dev/zero | tr '\\0' x; echo; echo end");
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;

  run (fixture, task, &error);
  g_assert_no_error (error);
  output = get_output (task);
  g_assert_cmpuint (strlen (output), ==, 4096);
  g_assert_true (g_str_has_suffix (output, "xxx\nend\n"));
}

static void
start (Fixture    *fixture,
       MgrTask    *task,
       const char *flag)
{
  submit (fixture, task);
  wait_for_file (flag);
}

/* Asked by SIGTERM: one that listens has its say. */
static void
test_cancel (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autofree char *flag = g_build_filename (fixture->directory, "flag", NULL);
  g_autofree char *script = g_strdup_printf ("trap 'exit 0' TERM; touch %s; "
                                             "while :; do sleep 0.01; done", flag);
  g_autoptr (MgrTask) task = task_new ("cancelled", script);
  g_autoptr (GError) error = NULL;

  start (fixture, task, flag);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, task, NULL));
  mgr_task_wait (task, NULL, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_CANCELLED);
  g_assert_cmpint (mgr_task_get_exit_status (task), ==, 0);
  remove_file (fixture, "flag");
}

static void
test_ignored_cancel (Fixture       *fixture,
                     gconstpointer  user_data)
{
  g_autofree char *flag = g_build_filename (fixture->directory, "flag", NULL);
  g_autofree char *script = g_strdup_printf ("trap '' TERM; touch %s; sleep 100", flag);
  g_autoptr (MgrTask) task = task_new ("stubborn", script);
  g_autoptr (GError) error = NULL;

  if (skip_without_groups (user_data))
    return;

  start (fixture, task, flag);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, task, NULL));
  mgr_task_wait (task, NULL, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (mgr_task_get_exit_status (task), ==, 128 + SIGKILL);
  remove_file (fixture, "flag");
}

static void
test_cancelled_early (Fixture       *fixture,
                      gconstpointer  user_data)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (MgrTask) task = task_new ("brief", "sleep 100");
      g_autoptr (GError) error = NULL;

      submit (fixture, task);
      g_assert_true (mgr_scheduler_cancel (fixture->scheduler, task, NULL));
      mgr_task_wait (task, NULL, &error);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
}

static pid_t
read_pid (const char *path)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, !=, "");
  return (pid_t) g_ascii_strtoll (text, NULL, 10);
}

/* A daemon has a session of its own, and no parent that could be asked for it. */
static void
test_daemon (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autofree char *file = g_build_filename (fixture->directory, "pid", NULL);
  g_autofree char *script =
    g_strdup_printf ("setsid sh -c 'echo $$ > %s.new; mv %s.new %s; exec sleep 100' "
                     "> /dev/null 2>&1 < /dev/null & "
                     "while ! test -f %s; do sleep 0.01; done", file, file, file, file);
  g_autoptr (MgrTask) task = task_new ("daemon", script);
  g_autoptr (GError) error = NULL;

  if (skip_without_groups (user_data))
    return;

  run (fixture, task, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_process_read_start (NULL, read_pid (file)), ==, 0);
  remove_file (fixture, "pid");
}

/* The pipe is held open by one that stays: the task ends all the same. */
static void
test_flooding_daemon (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = task_new ("noisy", "setsid yes & exit 0");
  g_autoptr (GError) error = NULL;

  if (skip_without_groups (user_data))
    return;

  run (fixture, task, &error);
  g_assert_no_error (error);
}

/* Each attempt names its group in a file; others use groups at the same time. */
#define TELL_GROUP "grep -o 'libmgr-[0-9a-f-]*' /proc/self/cgroup >> %s/groups; "

static char *
script_that_tells (Fixture    *fixture,
                   const char *script)
{
  g_autofree char *telling = g_strdup_printf (TELL_GROUP, fixture->directory);

  return g_strconcat (telling, script, NULL);
}

static void
assert_groups_gone (Fixture *fixture,
                    gboolean uses_cgroups)
{
  g_autofree char *path = g_build_filename (fixture->directory, "groups", NULL);
  g_autofree char *place = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) names = NULL;
  guint version;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (*text != '\0', ==, uses_cgroups);
  place = mgr_task_cgroup_find_place (NULL, NULL, &version, NULL);
  names = g_strsplit (text, "\n", -1);
  for (guint i = 0; names[i] != NULL && *names[i] != '\0'; i++)
    {
      g_autofree char *group = g_build_filename (place, names[i], NULL);

      g_assert_false (g_file_test (group, G_FILE_TEST_EXISTS));
    }
  remove_file (fixture, "groups");
}

static void
finished_cb (MgrScheduler *scheduler,
             MgrTask      *task,
             gpointer      user_data)
{
  guint *n_finished = user_data;

  (*n_finished)++;
}

/* Ends within a second, granted more each time it is tried; its neighbours do not notice. */
static void
test_over_limit (Fixture       *fixture,
                 gconstpointer  user_data)
{
  g_autofree char *hog_script = script_that_tells (fixture, HOG);
  g_autofree char *script = script_that_tells (fixture, "sleep 0.3; echo fine");
  g_autoptr (MgrTask) hog = task_new ("hog", hog_script);
  g_autoptr (GPtrArray) neighbours = g_ptr_array_new_with_free_func (g_object_unref);
  const gboolean *uses_cgroups = user_data;
  guint n_finished = 0;
  g_autoptr (GError) error = NULL;

  if (skip_without_groups (user_data))
    return;

  g_object_set (hog, "memory", 120 * MIB, NULL);
  for (guint i = 0; i < 4; i++)
    {
      g_ptr_array_add (neighbours, task_new ("neighbour", script));
      submit (fixture, g_ptr_array_index (neighbours, i));
    }
  g_signal_connect (fixture->scheduler, "task-finished", G_CALLBACK (finished_cb), &n_finished);
  run (fixture, hog, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_task_get_attempt (hog), ==, 2);
  g_assert_cmpuint (mgr_task_get_grant (hog), >=, 240 * MIB);
  g_assert_cmpuint (mgr_task_get_peak (hog), >, 150 * MIB);
  for (guint i = 0; i < neighbours->len; i++)
    {
      mgr_task_wait (g_ptr_array_index (neighbours, i), NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (mgr_task_get_attempt (g_ptr_array_index (neighbours, i)), ==, 1);
    }
  while (n_finished < 5)
    g_main_context_iteration (NULL, TRUE);
  assert_groups_gone (fixture, *uses_cgroups);
}

/* It takes too much and stays: from then on it is a second at most. */
static void
test_over_limit_soon (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autofree char *flag = g_build_filename (fixture->directory, "flag", NULL);
  g_autofree char *script =
    g_strdup_printf ("touch %s; { head -c 900M /dev/zero; sleep 100; } | tail -n 1", flag);
  g_autoptr (MgrTask) hog = task_new ("hog", script);
  g_autoptr (GError) error = NULL;
  gint64 begin;

  if (skip_without_groups (user_data))
    return;

  mgr_manager_add_component (fixture->manager, "small", 64 * MIB, NULL, &error);
  g_assert_no_error (error);
  g_object_set (hog, "component", "small", NULL);
  start (fixture, hog, flag);
  begin = g_get_monotonic_time ();
  mgr_task_wait (hog, NULL, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_cmpint (mgr_task_get_reason (hog), ==, MGR_TASK_REASON_OOM);
  g_test_message ("over its limit and ended after %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - begin) / 1000);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_TIME_SPAN_SECOND);
  remove_file (fixture, "flag");
}

static void
test_measures (Fixture       *fixture,
               gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = task_new ("measured", "{ head -c 40M /dev/zero; sleep 0.4; } | "
                                       "tail -n 1 | head -c 1 > /dev/null");
  g_autoptr (GError) error = NULL;

  if (skip_without_groups (user_data))
    return;

  g_object_set (task, "memory", 100 * MIB, NULL);
  run (fixture, task, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_task_get_peak (task), >=, 40 * MIB);
  g_assert_cmpuint (mgr_task_get_peak (task), <, 60 * MIB);
}

/* What a forked child shares with its parent is there once. */
static void
test_shared_once (Fixture       *fixture,
                  gconstpointer  user_data)
{
  const char *argv[] = { "/usr/bin/python3", "-c",
                         "import os, time\n"
                         "x = bytearray(60 << 20)\n"
                         "n = [os.fork() for i in range(1)]\n"
                         "time.sleep(0.4)\n", NULL };
  g_autoptr (MgrTask) task = mgr_task_new_command ("forks", argv);
  g_autoptr (GError) error = NULL;

  if (skip_without_groups (user_data))
    return;
  if (!g_file_test (argv[0], G_FILE_TEST_IS_EXECUTABLE))
    {
      g_test_skip ("There is no Python");
      return;
    }

  g_object_set (task, "memory", 100 * MIB, NULL);
  run (fixture, task, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_task_get_attempt (task), ==, 1);
}

static void
test_many (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < 60; i++)
    {
      g_ptr_array_add (tasks, task_new ("many", "echo $$"));
      submit (fixture, g_ptr_array_index (tasks, i));
    }
  for (guint i = 0; i < tasks->len; i++)
    {
      g_autoptr (GError) error = NULL;

      mgr_task_wait (g_ptr_array_index (tasks, i), NULL, &error);
      g_assert_no_error (error);
    }
}

static void
add (const char *name,
     void      (*test) (Fixture *, gconstpointer))
{
  static const char *const names[] = { "group", "watch" };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/process-executor/%s/%s", names[i], name);

      g_test_add (path, Fixture, &modes[i], set_up, test, tear_down);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("runs", test_runs);
  add ("setup", test_setup);
  add ("fails", test_fails);
  add ("not-there", test_not_there);
  add ("retries", test_retries);
  add ("flood", test_flood);
  add ("cancel", test_cancel);
  add ("ignored-cancel", test_ignored_cancel);
  add ("cancelled-early", test_cancelled_early);
  add ("daemon", test_daemon);
  add ("flooding-daemon", test_flooding_daemon);
  add ("over-limit", test_over_limit);
  add ("over-limit-soon", test_over_limit_soon);
  add ("measures", test_measures);
  add ("shared-once", test_shared_once);
  add ("many", test_many);

  return g_test_run ();
}
