/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-owner-executor-private.h"

#include "base/mgr-owner-context-private.h"
#include "schedule/mgr-task-attempt-private.h"

struct _MgrOwnerExecutor
{
  GObject parent_instance;
};

static void mgr_owner_executor_executor_init (MgrExecutorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrOwnerExecutor, mgr_owner_executor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_EXECUTOR,
                                                      mgr_owner_executor_executor_init))

MgrExecutor *
mgr_owner_executor_new (void)
{
  return g_object_new (MGR_TYPE_OWNER_EXECUTOR, NULL);
}

static const char *
mgr_owner_executor_get_name (MgrExecutor *executor)
{
  return "owner";
}

static MgrExecutorFlags
mgr_owner_executor_get_flags (MgrExecutor *executor)
{
  return MGR_EXECUTOR_CLOSURES;
}

static guint
mgr_owner_executor_get_slots (MgrExecutor *executor)
{
  return 1;
}

static void
run_cb (gpointer object,
        gpointer user_data)
{
  mgr_task_attempt_run (user_data);
}

/* A turn of its own: another source may have its turn between two tasks. */
static gboolean
mgr_owner_executor_start (MgrExecutor     *executor,
                          MgrTaskAttempt  *attempt,
                          GError         **error)
{
  mgr_owner_context_post (attempt->task->context, executor, run_cb,
                          mgr_task_attempt_ref (attempt), (GDestroyNotify) mgr_task_attempt_unref);
  return TRUE;
}

static void
mgr_owner_executor_executor_init (MgrExecutorInterface *iface)
{
  iface->get_name = mgr_owner_executor_get_name;
  iface->get_flags = mgr_owner_executor_get_flags;
  iface->get_slots = mgr_owner_executor_get_slots;
  iface->start = mgr_owner_executor_start;
}

static void
mgr_owner_executor_class_init (MgrOwnerExecutorClass *klass)
{
}

static void
mgr_owner_executor_init (MgrOwnerExecutor *self)
{
}
