/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-fake-executor.h"

struct _MgrFakeExecutor
{
  GObject parent_instance;

  char *name;           /* (owned) */
  MgrExecutorFlags flags;
  guint slots;
  gboolean refuses;
  GHashTable *attempts; /* (owned) (element-type MgrTask MgrTaskAttempt) */
  GHashTable *stops;    /* (owned) (element-type MgrTask guint) */
  GHashTable *kills;    /* (owned) (element-type MgrTask guint) */
};

static void mgr_fake_executor_executor_init (MgrExecutorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrFakeExecutor, mgr_fake_executor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_EXECUTOR,
                                                      mgr_fake_executor_executor_init))

MgrFakeExecutor *
mgr_fake_executor_new (const char       *name,
                       MgrExecutorFlags  flags,
                       guint             slots)
{
  MgrFakeExecutor *self = g_object_new (MGR_TYPE_FAKE_EXECUTOR, NULL);

  self->name = g_strdup (name);
  self->flags = flags | MGR_EXECUTOR_THREAD_SAFE;
  self->slots = slots;
  return self;
}

static void
mgr_fake_executor_finalize (GObject *object)
{
  MgrFakeExecutor *self = MGR_FAKE_EXECUTOR (object);

  g_free (self->name);
  g_hash_table_unref (self->attempts);
  g_hash_table_unref (self->stops);
  g_hash_table_unref (self->kills);

  G_OBJECT_CLASS (mgr_fake_executor_parent_class)->finalize (object);
}

static void
mgr_fake_executor_class_init (MgrFakeExecutorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_fake_executor_finalize;
}

static void
mgr_fake_executor_init (MgrFakeExecutor *self)
{
  self->attempts = g_hash_table_new_full (NULL, NULL, NULL,
                                          (GDestroyNotify) mgr_task_attempt_unref);
  self->stops = g_hash_table_new (NULL, NULL);
  self->kills = g_hash_table_new (NULL, NULL);
}

static const char *
mgr_fake_executor_get_name (MgrExecutor *executor)
{
  return MGR_FAKE_EXECUTOR (executor)->name;
}

static MgrExecutorFlags
mgr_fake_executor_get_flags (MgrExecutor *executor)
{
  return MGR_FAKE_EXECUTOR (executor)->flags;
}

static guint
mgr_fake_executor_get_slots (MgrExecutor *executor)
{
  return MGR_FAKE_EXECUTOR (executor)->slots;
}

static gboolean
mgr_fake_executor_start (MgrExecutor     *executor,
                         MgrTaskAttempt  *attempt,
                         GError         **error)
{
  MgrFakeExecutor *self = MGR_FAKE_EXECUTOR (executor);

  if (self->refuses)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no such program");
      return FALSE;
    }

  g_hash_table_replace (self->attempts, mgr_task_attempt_get_task (attempt),
                        mgr_task_attempt_ref (attempt));
  return TRUE;
}

static void
count (GHashTable     *counts,
       MgrTaskAttempt *attempt)
{
  MgrTask *task = mgr_task_attempt_get_task (attempt);
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (counts, task));

  g_hash_table_replace (counts, task, GUINT_TO_POINTER (before + 1));
}

static void
mgr_fake_executor_stop (MgrExecutor    *executor,
                        MgrTaskAttempt *attempt)
{
  count (MGR_FAKE_EXECUTOR (executor)->stops, attempt);
}

static void
mgr_fake_executor_kill (MgrExecutor    *executor,
                        MgrTaskAttempt *attempt)
{
  count (MGR_FAKE_EXECUTOR (executor)->kills, attempt);
}

static void
mgr_fake_executor_executor_init (MgrExecutorInterface *iface)
{
  iface->get_name = mgr_fake_executor_get_name;
  iface->get_flags = mgr_fake_executor_get_flags;
  iface->get_slots = mgr_fake_executor_get_slots;
  iface->start = mgr_fake_executor_start;
  iface->stop = mgr_fake_executor_stop;
  iface->kill = mgr_fake_executor_kill;
}

void
mgr_fake_executor_refuse (MgrFakeExecutor *self)
{
  self->refuses = TRUE;
}

MgrTaskAttempt *
mgr_fake_executor_find (MgrFakeExecutor *self,
                        MgrTask         *task)
{
  return g_hash_table_lookup (self->attempts, task);
}

guint
mgr_fake_executor_n_runs (MgrFakeExecutor *self)
{
  return g_hash_table_size (self->attempts);
}

guint
mgr_fake_executor_n_stops (MgrFakeExecutor *self,
                           MgrTask         *task)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->stops, task));
}

guint
mgr_fake_executor_n_kills (MgrFakeExecutor *self,
                           MgrTask         *task)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->kills, task));
}

void
mgr_fake_executor_end (MgrFakeExecutor *self,
                       MgrTask         *task,
                       MgrTaskReason    reason)
{
  gpointer stolen = NULL;
  g_autoptr (MgrTaskAttempt) attempt = NULL;

  g_assert_true (g_hash_table_steal_extended (self->attempts, task, NULL, &stolen));
  attempt = stolen;
  mgr_task_attempt_report_finished (attempt, reason, reason == MGR_TASK_REASON_DONE ? 0 : 1, NULL);
}

void
mgr_fake_executor_end_all (MgrFakeExecutor *self)
{
  g_autoptr (GList) tasks = g_hash_table_get_keys (self->attempts);

  for (GList *l = tasks; l != NULL; l = l->next)
    mgr_fake_executor_end (self, l->data, MGR_TASK_REASON_CANCELLED);
}
