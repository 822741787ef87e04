/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the scheduler does with tasks; in every language it says the same. */

#include <mgr.h>

#include <locale.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* Only one task runs at a time where this is filled. */
static GString *ran;

static gboolean
note_func (MgrTask       *task,
           GCancellable  *cancellable,
           gpointer       user_data,
           GError       **error)
{
  g_string_append_printf (ran, " %s", mgr_task_get_name (task));
  return TRUE;
}

static gboolean
answer_func (MgrTask       *task,
             GCancellable  *cancellable,
             gpointer       user_data,
             GError       **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, 42);
  mgr_task_set_result (task, &value);
  return TRUE;
}

static gboolean
fail_func (MgrTask       *task,
           GCancellable  *cancellable,
           gpointer       user_data,
           GError       **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no luck");
  return FALSE;
}

static MgrTask *
submit (MgrScheduler    *scheduler,
        const char      *name,
        MgrTaskFunc      func,
        guint64          memory,
        MgrTaskPriority  priority,
        MgrTask         *after)
{
  MgrTask *task = mgr_task_new (name, func, NULL, NULL);

  g_object_set (task, "memory", memory, "priority", priority, NULL);
  if (after != NULL)
    g_assert_true (mgr_task_add_dependency (task, after, NULL));
  g_assert_true (mgr_scheduler_submit (scheduler, task, NULL));
  return task;
}

static void
say_end (const char *what,
         MgrTask    *task,
         gboolean    with_text)
{
  g_autoptr (GEnumClass) reasons = g_type_class_ref (MGR_TYPE_TASK_REASON);
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_task_wait (task, NULL, &error));
  g_print ("%s: %s%s%s\n", what,
           g_enum_get_value (reasons, (int) mgr_task_get_reason (task))->value_nick,
           with_text ? ", " : "", with_text ? error->message : "");
}

static void
say_refused (const char   *what,
             MgrScheduler *scheduler,
             MgrTask      *task)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (MGR_TYPE_ERROR);
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_scheduler_submit (scheduler, task, &error));
  g_print ("%s: %s\n", what, g_enum_get_value (codes, error->code)->value_nick);
}

/* No two of them fit at once. */
static void
run_by_priority (MgrScheduler *scheduler)
{
  g_autoptr (MgrSchedulerStatistics) statistics = NULL;
  g_autoptr (MgrTask) low = NULL;
  g_autoptr (MgrTask) normal = NULL;
  g_autoptr (MgrTask) high = NULL;

  mgr_scheduler_pause (scheduler);
  low = submit (scheduler, "low", note_func, 60 * MIB, MGR_TASK_PRIORITY_LOW, NULL);
  normal = submit (scheduler, "normal", note_func, 60 * MIB, MGR_TASK_PRIORITY_NORMAL, NULL);
  high = submit (scheduler, "high", note_func, 60 * MIB, MGR_TASK_PRIORITY_HIGH, NULL);
  statistics = mgr_scheduler_get_statistics (scheduler);
  g_print ("paused: waiting %u, running %u\n",
           mgr_scheduler_statistics_get_waiting (statistics),
           mgr_scheduler_statistics_get_running (statistics));

  mgr_scheduler_resume (scheduler);
  g_assert_true (mgr_task_wait (high, NULL, NULL));
  g_assert_true (mgr_task_wait (normal, NULL, NULL));
  g_assert_true (mgr_task_wait (low, NULL, NULL));
  g_print ("ran:%s\n", ran->str);
}

static void
run_to_ends (MgrScheduler *scheduler)
{
  g_autoptr (MgrTask) answer = NULL;
  g_autoptr (MgrTask) failing = NULL;
  g_autoptr (MgrTask) large = mgr_task_new ("large", fail_func, NULL, NULL);
  g_autoptr (MgrTask) cancelled = NULL;
  g_autoptr (MgrTask) late = NULL;
  g_auto (GValue) result = G_VALUE_INIT;

  answer = submit (scheduler, "answer", answer_func, 0, MGR_TASK_PRIORITY_NORMAL, NULL);
  failing = submit (scheduler, "fail", fail_func, 0, MGR_TASK_PRIORITY_NORMAL, NULL);
  g_assert_true (mgr_task_wait (answer, NULL, NULL));
  g_assert_true (mgr_task_get_result (answer, &result, NULL));
  g_print ("result: %d\n", g_value_get_int (&result));
  say_end ("failed", failing, TRUE);
  g_object_set (large, "memory", 1024 * MIB, NULL);
  say_refused ("too large", scheduler, large);
  say_refused ("submitted twice", scheduler, answer);

  mgr_scheduler_pause (scheduler);
  cancelled = submit (scheduler, "cancelled", fail_func, 0, MGR_TASK_PRIORITY_NORMAL, NULL);
  g_assert_true (mgr_scheduler_cancel (scheduler, cancelled, NULL));
  say_end ("cancelled", cancelled, FALSE);
  mgr_scheduler_resume (scheduler);
  late = submit (scheduler, "late", fail_func, 0, MGR_TASK_PRIORITY_NORMAL, failing);
  say_end ("after a failure", late, FALSE);
}

int
main (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (100 * MIB);
  MgrScheduler *scheduler = mgr_manager_get_scheduler (manager);
  g_autoptr (MgrSchedulerStatistics) statistics = NULL;

  setlocale (LC_ALL, "");
  ran = g_string_new (NULL);
  run_by_priority (scheduler);
  run_to_ends (scheduler);
  g_string_free (ran, TRUE);

  statistics = mgr_scheduler_get_statistics (scheduler);
  g_print ("done %" G_GUINT64_FORMAT ", error %" G_GUINT64_FORMAT ", cancelled %" G_GUINT64_FORMAT
           ", over-commit %" G_GUINT64_FORMAT "\n",
           mgr_scheduler_statistics_get_ended (statistics, MGR_TASK_REASON_DONE),
           mgr_scheduler_statistics_get_ended (statistics, MGR_TASK_REASON_ERROR),
           mgr_scheduler_statistics_get_ended (statistics, MGR_TASK_REASON_CANCELLED),
           mgr_scheduler_statistics_get_overcommit (statistics));
  return 0;
}
