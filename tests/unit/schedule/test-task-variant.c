/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "schedule-fixture.h"

/* Tasks and statistics as dictionaries, which D-Bus and JSON show. */

#define BEGIN (1000 * SECOND)

static int
compare_lines (gconstpointer a,
               gconstpointer b)
{
  return g_strcmp0 (*(const char * const *) a, *(const char * const *) b);
}

/* Of a dictionary within, the keys are shown behind its own. */
static void
list_lines (GPtrArray  *lines,
            const char *prefix,
            GVariant   *dict)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autofree char *name = g_strconcat (prefix, key, NULL);
      g_autofree char *inner = g_strconcat (name, ".", NULL);
      g_autofree char *printed = g_variant_print (value, TRUE);

      if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
        list_lines (lines, inner, value);
      else
        g_ptr_array_add (lines, g_strdup_printf ("%s: %s", name, printed));
    }
}

/* @expected: every key and its value as text, a line each, in the order of the keys */
static void
assert_dict (GVariant   *dict,
             const char *expected)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (dict);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = NULL;

  g_assert_cmpstr (g_variant_get_type_string (owned), ==, "a{sv}");
  list_lines (lines, "", owned);
  g_ptr_array_sort (lines, compare_lines);
  g_ptr_array_add (lines, NULL);
  text = g_strjoinv ("\n", (char **) lines->pdata);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_task (MgrTask    *task,
             const char *expected)
{
  assert_dict (mgr_task_to_variant (task), expected);
}

/* @expected: (nullable): its value as text; NULL where there is none */
static void
assert_entry (MgrTask    *task,
              const char *key,
              const char *expected)
{
  g_autoptr (GVariant) dict = g_variant_ref_sink (mgr_task_to_variant (task));
  g_autoptr (GVariant) value = g_variant_lookup_value (dict, key, NULL);
  g_autofree char *printed = value != NULL ? g_variant_print (value, TRUE) : NULL;

  g_assert_cmpstr (printed, ==, expected);
}

static void
test_new (Fixture       *fixture,
          gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("import", 0);

  assert_task (task,
               "argv: ['true']\n"
               "attempt: uint32 0\n"
               "id: uint64 0\n"
               "memory: uint64 0\n"
               "name: 'import'\n"
               "priority: 'normal'\n"
               "rank: uint32 5\n"
               "reason: 'none'\n"
               "state: 'new'");
}

/* Who keeps a task that is finished asks it when its manager is long gone. */
static void
test_outlives_its_scheduler (Fixture       *fixture,
                             gconstpointer  user_data)
{
  const char *argv[] = { "true", NULL };
  g_autoptr (MgrTask) task = mgr_task_new_command ("kept", argv);
  MgrManager *manager = mgr_manager_new (BUDGET);
  MgrScheduler *scheduler = mgr_manager_get_scheduler (manager);

  g_object_set (task, "memory", 30 * MIB, NULL);
  g_object_add_weak_pointer (G_OBJECT (scheduler), (gpointer *) &scheduler);
  g_assert_true (mgr_scheduler_submit (scheduler, task, NULL));
  g_assert_true (mgr_task_wait (task, NULL, NULL));
  g_object_unref (manager);
  while (scheduler != NULL)
    {
      mgr_test_settle ();
      g_usleep (100);
    }

  g_assert_cmpuint (mgr_task_get_grant (task), ==, 30 * MIB);
  assert_entry (task, "grant", "uint64 31457280");
  assert_entry (task, "executor", "'processes'");
}

/* From the queue to the end, with every option. */
static void
test_life (Fixture       *fixture,
           gconstpointer  user_data)
{
  const char *tags[] = { "nightly", "big", NULL };
  g_autoptr (MgrTask) task = command_new ("import", 30 * MIB);

  g_object_set (task, "component", "small", "priority", MGR_TASK_PRIORITY_HIGH, "rank", 7,
                "tags", tags, "deadline", BEGIN + 60 * SECOND, "expected-duration", 5 * SECOND,
                NULL);
  mgr_scheduler_pause (fixture->scheduler);
  submit (fixture, task);
  assert_entry (task, "state", "'waiting'");
  assert_entry (task, "submitted", "int64 1000000000");
  assert_entry (task, "started", NULL);
  assert_entry (task, "measured", "uint64 0");
  assert_entry (task, "exit-status", NULL);

  look_after (fixture, 2 * SECOND);
  mgr_scheduler_resume (fixture->scheduler);
  mgr_test_settle ();
  mgr_task_attempt_report_measured (mgr_fake_executor_find (fixture->local, task), 20 * MIB);
  mgr_task_set_progress (task, 0.5, "half of it");
  assert_entry (task, "state", "'running'");
  assert_entry (task, "started", "int64 1002000000");
  assert_entry (task, "measured", "uint64 20971520");
  assert_entry (task, "ended", NULL);

  mgr_manual_clock_advance (fixture->clock, SECOND);
  mgr_fake_executor_end (fixture->local, task, MGR_TASK_REASON_ERROR);
  mgr_test_settle ();
  assert_task (task,
               "argv: ['true']\n"
               "attempt: uint32 1\n"
               "component: 'small'\n"
               "deadline: int64 1060000000\n"
               "ended: int64 1003000000\n"
               "error: 'Task “import” failed'\n"
               "executor: 'local'\n"
               "exit-status: 1\n"
               "expected-duration: int64 5000000\n"
               "grant: uint64 31457280\n"
               "id: uint64 1\n"
               "measured: uint64 0\n"
               "memory: uint64 31457280\n"
               "message: 'half of it'\n"
               "name: 'import'\n"
               "peak: uint64 20971520\n"
               "priority: 'high'\n"
               "progress: 0.5\n"
               "rank: uint32 7\n"
               "reason: 'error'\n"
               "started: int64 1002000000\n"
               "state: 'finished'\n"
               "submitted: int64 1000000000\n"
               "tags: ['nightly', 'big']");
}

static void
test_elsewhere (Fixture       *fixture,
                gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = command_new ("import", 2 * BUDGET);

  fixture_add_remote (fixture);
  submit (fixture, task);
  mgr_test_settle ();
  assert_entry (task, "executor", "'remote'");
  assert_entry (task, "elsewhere", "true");
}

/* What comes from outside as text is made valid for D-Bus. */
static void
test_not_text (Fixture       *fixture,
               gconstpointer  user_data)
{
  const char *argv[] = { "echo", "\xff\xfe", NULL };
  g_autoptr (MgrTask) task = mgr_task_new_command ("\xe4", argv);
  g_autoptr (GVariant) dict = g_variant_ref_sink (mgr_task_to_variant (task));
  g_autofree char *printed = g_variant_print (dict, TRUE);

  g_assert_true (g_variant_is_normal_form (dict));
  g_assert_true (g_utf8_validate (printed, -1, NULL));
}

static void
assert_statistics (Fixture    *fixture,
                   const char *expected)
{
  g_autoptr (MgrSchedulerStatistics) statistics = mgr_scheduler_get_statistics (fixture->scheduler);

  assert_dict (mgr_scheduler_statistics_to_variant (statistics), expected);
}

static void
test_statistics (Fixture       *fixture,
                 gconstpointer  user_data)
{
  g_autoptr (MgrTask) first = command_new ("import", 600 * MIB);
  g_autoptr (MgrTask) second = command_new ("import", 600 * MIB);

  assert_statistics (fixture,
                     "backfilled: uint64 0\n"
                     "completion-rate: 1.0\n"
                     "ended.cancelled: uint64 0\n"
                     "ended.done: uint64 0\n"
                     "ended.error: uint64 0\n"
                     "ended.lost: uint64 0\n"
                     "ended.oom: uint64 0\n"
                     "ended.preempted: uint64 0\n"
                     "ended.timeout: uint64 0\n"
                     "oom: uint64 0\n"
                     "overcommit: uint64 0\n"
                     "preempted: uint64 0\n"
                     "reserved: uint64 0\n"
                     "running: uint32 0\n"
                     "submitted: uint64 0\n"
                     "time: int64 1000000000\n"
                     "wait-mean: 0.0\n"
                     "wait-p50: int64 0\n"
                     "wait-p95: int64 0\n"
                     "wait-p99: int64 0\n"
                     "waiting: uint32 0");

  submit (fixture, first);
  submit (fixture, second);
  look_after (fixture, 4 * SECOND);
  mgr_fake_executor_end (fixture->local, first, MGR_TASK_REASON_DONE);
  mgr_test_settle ();

  /* Of waits the ends of the classes are told that they are counted in. */
  assert_statistics (fixture,
                     "backfilled: uint64 0\n"
                     "completion-rate: 1.0\n"
                     "ended.cancelled: uint64 0\n"
                     "ended.done: uint64 1\n"
                     "ended.error: uint64 0\n"
                     "ended.lost: uint64 0\n"
                     "ended.oom: uint64 0\n"
                     "ended.preempted: uint64 0\n"
                     "ended.timeout: uint64 0\n"
                     "oom: uint64 0\n"
                     "overcommit: uint64 0\n"
                     "preempted: uint64 0\n"
                     "reserved: uint64 629145600\n"
                     "running: uint32 1\n"
                     "submitted: uint64 2\n"
                     "time: int64 1004000000\n"
                     "wait-mean: 2000000.0\n"
                     "wait-p50: int64 1\n"
                     "wait-p95: int64 4194304\n"
                     "wait-p99: int64 4194304\n"
                     "waiting: uint32 0");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/schedule/task-variant/new", test_new);
  ADD ("/schedule/task-variant/life", test_life);
  ADD ("/schedule/task-variant/elsewhere", test_elsewhere);
  ADD ("/schedule/task-variant/not-text", test_not_text);
  ADD ("/schedule/task-variant/statistics", test_statistics);
  ADD ("/schedule/task-variant/outlives-its-scheduler", test_outlives_its_scheduler);

  return g_test_run ();
}
