/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-test-support.h"
#include "service/mgr-lease-executor-private.h"

/* A task of the program itself that names the executor of leases has no lease. */

typedef struct
{
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (unowned) */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->manager = mgr_manager_new (G_GUINT64_CONSTANT (100) << 20);
  fixture->scheduler = mgr_manager_get_scheduler (fixture->manager);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (fixture->manager));
  g_assert_nonnull (mgr_lease_executor_ensure (fixture->scheduler));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_clear_object (&fixture->manager);
  mgr_test_settle ();
}

static gboolean
never_func (MgrTask       *task,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  g_assert_not_reached ();
}

static MgrTask *
submit_new (Fixture *fixture)
{
  int *data = g_new0 (int, 1);
  MgrTask *task = mgr_task_new ("stray", never_func, data, g_free);

  g_object_set (task, "memory", G_GUINT64_CONSTANT (1) << 20, "executor", "leases", NULL);
  g_assert_true (mgr_scheduler_submit (fixture->scheduler, task, NULL));
  return task;
}

static void
iterate_until_finished (MgrTask *task)
{
  while (mgr_task_get_state (task) != MGR_TASK_STATE_FINISHED)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_refuses (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture);
  g_autoptr (GError) error = NULL;

  iterate_until_finished (task);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_ERROR);
  g_assert_false (mgr_task_get_result (task, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "“leases”"));
  g_assert_nonnull (strstr (error->message, "“stray” must name another executor"));
}

/* It is asked to stop before it was told to start. */
static void
test_cancelled (Fixture       *fixture,
                gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture);

  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, task, NULL));
  iterate_until_finished (task);
  g_assert_cmpint (mgr_task_get_reason (task), ==, MGR_TASK_REASON_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/service/lease-executor/refuses", test_refuses);
  ADD ("/service/lease-executor/cancelled", test_cancelled);
#undef ADD

  return g_test_run ();
}
