/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Two pieces of work that do not fit side by side, one that waits for them, one that can
 * never fit, and one that fails. */

#include <mgr.h>

#include <locale.h>

#define MIB ((guint64) 1 << 20)
#define ROWS (40 * MIB)

static gboolean
parse_func (MgrTask       *task,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  g_autofree char *rows = memset (g_malloc (ROWS), 1, ROWS);
  g_auto (GValue) square = G_VALUE_INIT;
  int part = GPOINTER_TO_INT (user_data);

  mgr_task_report_memory (task, ROWS);
  if (mgr_task_should_yield (task))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "asked to end");
      return FALSE;
    }
  g_print ("parse %d\n", part);
  g_value_init (&square, G_TYPE_INT);
  g_value_set_int (&square, part * part);
  mgr_task_set_result (task, &square);
  return TRUE;
}

static int
result_of (MgrTask *task)
{
  g_auto (GValue) result = G_VALUE_INIT;

  mgr_task_get_result (task, &result, NULL);
  return g_value_get_int (&result);
}

static gboolean
total_func (MgrTask       *task,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  MgrTask **parses = user_data;
  g_auto (GValue) total = G_VALUE_INIT;

  g_value_init (&total, G_TYPE_INT);
  g_value_set_int (&total, result_of (parses[0]) + result_of (parses[1]));
  mgr_task_set_result (task, &total);
  return TRUE;
}

static gboolean
fail_func (MgrTask       *task,
           GCancellable  *cancellable,
           gpointer       user_data,
           GError       **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "nothing to divide by");
  return FALSE;
}

static MgrTask *
new_parse (int     part,
           guint64 memory)
{
  MgrTask *task = mgr_task_new ("parse", parse_func, GINT_TO_POINTER (part), NULL);

  g_object_set (task, "memory", memory, "priority", MGR_TASK_PRIORITY_LOW, NULL);
  return task;
}

int
main (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (100 * MIB);
  MgrScheduler *scheduler = mgr_manager_get_scheduler (manager);
  g_autoptr (MgrTask) first = new_parse (1, 60 * MIB);
  g_autoptr (MgrTask) second = new_parse (2, 60 * MIB);
  g_autoptr (MgrTask) large = new_parse (3, 1024 * MIB);
  MgrTask *parses[] = { first, second };
  g_autoptr (MgrTask) total = mgr_task_new ("total", total_func, parses, NULL);
  g_autoptr (MgrTask) failing = mgr_task_new ("fail", fail_func, NULL, NULL);
  g_autoptr (GError) refusal = NULL;
  g_autoptr (GError) failure = NULL;

  setlocale (LC_ALL, "");
  mgr_scheduler_submit (scheduler, first, NULL);
  mgr_scheduler_submit (scheduler, second, NULL);
  mgr_task_add_dependency (total, first, NULL);
  mgr_task_add_dependency (total, second, NULL);
  mgr_scheduler_submit (scheduler, total, NULL);
  if (mgr_task_wait (total, NULL, NULL))
    g_print ("total %d at a peak of %d MiB each\n", result_of (total),
             (int) (mgr_task_get_peak (first) / MIB));

  if (!mgr_scheduler_submit (scheduler, large, &refusal))
    g_print ("%s\n", refusal->message);

  mgr_scheduler_submit (scheduler, failing, NULL);
  if (!mgr_task_wait (failing, NULL, &failure))
    g_print ("error - %s\n", failure->message);

  return 0;
}
