/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "schedule-fixture.h"

/* What a task waits for, where that does not come, or comes elsewhere. */

typedef struct
{
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (unowned) */
} Other;

static void
other_open (Other *other)
{
  other->manager = mgr_manager_new (BUDGET);
  other->scheduler = mgr_manager_get_scheduler (other->manager);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (other->manager));
}

static void
other_close (Other *other)
{
  g_clear_object (&other->manager);
  mgr_test_settle ();
}

static MgrTask *
dependent_new (const char *name,
               MgrTask    *before)
{
  MgrTask *task = command_new (name, MIB);

  g_assert_true (mgr_task_add_dependency (task, before, NULL));
  return task;
}

static void
assert_refused (MgrScheduler *scheduler,
                MgrTask      *task,
                MgrError      code,
                const char   *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_scheduler_submit (scheduler, task, &error));
  g_assert_error (error, MGR_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_NEW);
  g_assert_cmpuint (mgr_task_get_id (task), ==, 0);
}

static guint
count_waiting (MgrScheduler *scheduler)
{
  g_autoptr (MgrSchedulerStatistics) statistics = mgr_scheduler_get_statistics (scheduler);

  return mgr_scheduler_statistics_get_waiting (statistics);
}

static void
test_of_another_scheduler (Fixture       *fixture,
                           gconstpointer  user_data)
{
  g_autoptr (MgrTask) ours = command_new ("ours", MIB);
  g_autoptr (MgrTask) before = command_new ("before", MIB);
  g_autoptr (MgrTask) task = dependent_new ("task", ours);
  Other other;

  g_assert_true (mgr_task_add_dependency (task, before, NULL));
  other_open (&other);
  submit (fixture, before);
  assert_refused (other.scheduler, task, MGR_ERROR_INVALID_ARGUMENT,
                  "“task” depends on “before”, which belongs to another scheduler");
  g_assert_cmpuint (count_waiting (other.scheduler), ==, 0);

  g_test_message ("It is as before: nothing there knows of it, and here it is taken");
  submit (fixture, task);
  submit (fixture, ours);
  mgr_fake_executor_end (fixture->local, ours, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_WAITING);
  mgr_fake_executor_end (fixture->local, before, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
  other_close (&other);
}

static void
test_done_by_another_scheduler (Fixture       *fixture,
                                gconstpointer  user_data)
{
  const char *argv[] = { "true", NULL };
  g_autoptr (MgrTask) before = mgr_task_new_command ("before", argv);
  g_autoptr (MgrTask) task = dependent_new ("task", before);
  Other other;

  other_open (&other);
  g_assert_true (mgr_scheduler_submit (other.scheduler, before, NULL));
  g_assert_true (mgr_task_wait (before, NULL, NULL));
  submit (fixture, task);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
  other_close (&other);
}

/* The dependent came first. */
static void
test_awaited_by_another_scheduler (Fixture       *fixture,
                                   gconstpointer  user_data)
{
  g_autoptr (MgrTask) before = command_new ("before", MIB);
  g_autoptr (MgrTask) task = dependent_new ("task", before);
  g_autoptr (MgrTask) second = dependent_new ("second", before);
  Other other;

  other_open (&other);
  submit (fixture, task);
  assert_refused (other.scheduler, before, MGR_ERROR_INVALID_ARGUMENT,
                  "“before” is waited for by “task”, which another scheduler has");
  assert_refused (other.scheduler, second, MGR_ERROR_INVALID_ARGUMENT, "another scheduler");
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_WAITING);
  submit (fixture, before);
  mgr_fake_executor_end (fixture->local, before, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
  other_close (&other);
}

static void
test_refused (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr (MgrTask) before = command_new ("before", 2 * BUDGET);
  g_autoptr (MgrTask) task = dependent_new ("task", before);
  g_autoptr (MgrTask) last = dependent_new ("last", task);
  g_autoptr (MgrTask) late = NULL;
  g_autoptr (GError) error = NULL;

  submit (fixture, last);
  submit (fixture, task);
  assert_refused (fixture->scheduler, before, MGR_ERROR_INFEASIBLE, "“before” needs");
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_CANCELLED);
  g_assert_cmpint (mgr_task_get_reason (last), ==, MGR_TASK_REASON_CANCELLED);
  g_assert_false (mgr_task_wait (last, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_nonnull (strstr (error->message, "“before” needs"));
  g_assert_cmpuint (count_waiting (fixture->scheduler), ==, 0);

  g_test_message ("It can be changed, and is waited for again");
  g_object_set (before, "memory", MIB, NULL);
  late = dependent_new ("late", before);
  submit (fixture, late);
  submit (fixture, before);
  mgr_fake_executor_end (fixture->local, before, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_state (late), ==, MGR_TASK_STATE_RUNNING);
}

/* What is refused as it was submitted before goes on, and so does who waits for it. */
static void
test_submitted_twice (Fixture       *fixture,
                      gconstpointer  user_data)
{
  g_autoptr (MgrTask) before = command_new ("before", MIB);
  g_autoptr (MgrTask) task = dependent_new ("task", before);
  g_autoptr (GError) error = NULL;

  submit (fixture, task);
  submit (fixture, before);
  g_assert_false (mgr_scheduler_submit (fixture->scheduler, before, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_WAITING);
  mgr_fake_executor_end (fixture->local, before, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_RUNNING);
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
asks_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->said, "%u wait\n", count_waiting (fixture->scheduler));
}

/* What was withdrawn is let go with what it waited for, and may ask the scheduler then. */
static void
test_withdrawn (Fixture       *fixture,
                gconstpointer  user_data)
{
  g_autoptr (MgrTask) before = command_new ("before", MIB);
  MgrTask *task = mgr_task_new ("withdrawn", never_func, fixture, asks_cb);
  GListModel *tasks = mgr_scheduler_get_tasks (fixture->scheduler);

  g_object_set (task, "memory", MIB, NULL);
  g_assert_true (mgr_task_add_dependency (task, before, NULL));
  submit (fixture, task);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, task, NULL));
  g_object_unref (task);
  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (MgrTask) other = command_new ("other", MIB);

      submit (fixture, other);
      mgr_fake_executor_end (fixture->local, other, MGR_TASK_REASON_DONE);
      mgr_test_settle ();
    }
  g_assert_cmpuint (g_list_model_get_n_items (tasks), <, 300);
  g_assert_cmpstr (fixture->said->str, ==, "");

  submit (fixture, before);
  mgr_fake_executor_end (fixture->local, before,
                         user_data != NULL ? MGR_TASK_REASON_ERROR : MGR_TASK_REASON_DONE);
  g_assert_cmpstr (fixture->said->str, ==, "0 wait\n");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/schedule/depend/of-another-scheduler", test_of_another_scheduler);
  ADD ("/schedule/depend/done-by-another-scheduler", test_done_by_another_scheduler);
  ADD ("/schedule/depend/awaited-by-another-scheduler", test_awaited_by_another_scheduler);
  ADD ("/schedule/depend/refused", test_refused);
  ADD ("/schedule/depend/submitted-twice", test_submitted_twice);
  ADD ("/schedule/depend/withdrawn", test_withdrawn);
  g_test_add ("/schedule/depend/withdrawn-before-it-fails", Fixture, "", fixture_set_up,
              test_withdrawn, fixture_tear_down);

  return g_test_run ();
}
