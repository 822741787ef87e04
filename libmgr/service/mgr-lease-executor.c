/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-lease-executor-private.h"

#include "mgr-enum-types.h"
#include "schedule/mgr-task-private.h"

#define EXECUTOR_NAME "leases"

/* What a task of this executor has as its data, and goes with it. */
typedef struct
{
  MgrScheduler *scheduler;            /* (owned) (nullable): until it is finished */
  MgrTask *task;                      /* (unowned) */
  GDBusConnection *connection;        /* (owned) */
  char *holder;                       /* (owned) (nullable): %NULL for a peer */
  GDBusMethodInvocation *invocation;  /* (owned) (nullable): until it is answered */
  MgrTaskAttempt *attempt;            /* (owned) (nullable): while it is held */
  guint watch_id;
  gulong closed_id;
  int gone;                           /* atomic: nobody is there to be asked */
} Lease;

struct _MgrLeaseExecutor
{
  GObject parent_instance;

  GHashTable *tasks;  /* (owned) (element-type guint64 MgrTask): not finished, by their id */
};

static void mgr_lease_executor_executor_init (MgrExecutorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrLeaseExecutor, mgr_lease_executor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_EXECUTOR,
                                                      mgr_lease_executor_executor_init))

static void
lease_forget_holder (Lease *lease)
{
  if (lease->watch_id > 0)
    g_bus_unwatch_name (lease->watch_id);
  lease->watch_id = 0;
  g_clear_signal_handler (&lease->closed_id, lease->connection);
}

static void
lease_free (gpointer data)
{
  Lease *lease = data;

  lease_forget_holder (lease);
  g_assert (lease->invocation == NULL && lease->attempt == NULL);
  g_clear_object (&lease->scheduler);
  g_object_unref (lease->connection);
  g_free (lease->holder);
  g_free (lease);
}

static void
lease_end (Lease         *lease,
           MgrTaskReason  reason)
{
  g_autoptr (MgrTaskAttempt) attempt = g_steal_pointer (&lease->attempt);

  if (attempt != NULL)
    mgr_task_attempt_report_finished (attempt, reason, 0, NULL);
}

/* Never called: the work is done elsewhere. */
static gboolean
lease_func (MgrTask       *task,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  g_assert_not_reached ();
}

/* Returns: (nullable): %NULL where the program sent a task of its own here, by the name */
static Lease *
lease_of_attempt (MgrTaskAttempt *attempt)
{
  MgrTask *task = mgr_task_attempt_get_task (attempt);

  return task->func == lease_func ? task->user_data : NULL;
}

static const char *
mgr_lease_executor_get_name (MgrExecutor *executor)
{
  return EXECUTOR_NAME;
}

static MgrExecutorFlags
mgr_lease_executor_get_flags (MgrExecutor *executor)
{
  return MGR_EXECUTOR_CLOSURES | MGR_EXECUTOR_MEASURES | MGR_EXECUTOR_KILLS;
}

static gboolean
mgr_lease_executor_start (MgrExecutor     *executor,
                          MgrTaskAttempt  *attempt,
                          GError         **error)
{
  Lease *lease = lease_of_attempt (attempt);

  if (lease == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The executor “%s” runs nothing itself, it waits for turns that other programs "
                   "ask for: task “%s” must name another executor, or none", EXECUTOR_NAME,
                   mgr_task_get_name (mgr_task_attempt_get_task (attempt)));
      return FALSE;
    }

  lease->attempt = mgr_task_attempt_ref (attempt);
  g_dbus_method_invocation_return_value (g_steal_pointer (&lease->invocation),
                                         g_variant_new ("(t)", mgr_task_get_id (lease->task)));
  return TRUE;
}

/* The holder is asked, and where there is none any more it is the end. Who was cancelled
 * before it was refused has none either. */
static void
mgr_lease_executor_stop (MgrExecutor    *executor,
                         MgrTaskAttempt *attempt)
{
  Lease *lease = lease_of_attempt (attempt);

  if (lease == NULL)
    return;

  if (g_atomic_int_get (&lease->gone))
    lease_end (lease, MGR_TASK_REASON_CANCELLED);
  else
    g_dbus_connection_emit_signal (lease->connection, lease->holder, "/org/libmgr/Scheduler",
                                   "org.libmgr.Scheduler1", "LeaseEnding",
                                   g_variant_new ("(t)", mgr_task_get_id (lease->task)), NULL);
}

static void
mgr_lease_executor_kill (MgrExecutor    *executor,
                         MgrTaskAttempt *attempt)
{
  Lease *lease = lease_of_attempt (attempt);

  if (lease != NULL)
    lease_end (lease, MGR_TASK_REASON_CANCELLED);
}

static void
mgr_lease_executor_executor_init (MgrExecutorInterface *iface)
{
  iface->get_name = mgr_lease_executor_get_name;
  iface->get_flags = mgr_lease_executor_get_flags;
  iface->start = mgr_lease_executor_start;
  iface->stop = mgr_lease_executor_stop;
  iface->kill = mgr_lease_executor_kill;
}

static void
mgr_lease_executor_finalize (GObject *object)
{
  g_hash_table_unref (MGR_LEASE_EXECUTOR (object)->tasks);

  G_OBJECT_CLASS (mgr_lease_executor_parent_class)->finalize (object);
}

static void
mgr_lease_executor_class_init (MgrLeaseExecutorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_lease_executor_finalize;
}

static void
mgr_lease_executor_init (MgrLeaseExecutor *self)
{
  self->tasks = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
}

MgrLeaseExecutor *
mgr_lease_executor_ensure (MgrScheduler *scheduler)
{
  MgrExecutor *found = mgr_scheduler_lookup_executor (scheduler, EXECUTOR_NAME);
  g_autoptr (MgrLeaseExecutor) made = NULL;

  if (found != NULL)
    return MGR_LEASE_EXECUTOR (found);

  made = g_object_new (MGR_TYPE_LEASE_EXECUTOR, NULL);
  mgr_scheduler_add_executor (scheduler, MGR_EXECUTOR (made), NULL);
  return made;
}

static void
lease_abandon (Lease *lease)
{
  g_atomic_int_set (&lease->gone, TRUE);
  mgr_scheduler_cancel (lease->scheduler, lease->task, NULL);
}

static void
vanished_cb (GDBusConnection *connection,
             const char      *name,
             gpointer         user_data)
{
  lease_abandon (user_data);
}

static void
closed_cb (GDBusConnection *connection,
           gboolean         remote_peer_vanished,
           GError          *error,
           gpointer         user_data)
{
  lease_abandon (user_data);
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (MgrLeaseExecutor) self = user_data;
  MgrTask *task = MGR_TASK (source);
  Lease *lease = task->user_data;
  guint64 id = mgr_task_get_id (task);
  GError *error = NULL;

  lease_forget_holder (lease);
  g_clear_object (&lease->scheduler);
  mgr_task_wait_finish (task, result, &error);
  if (lease->invocation != NULL)
    g_dbus_method_invocation_return_gerror (g_steal_pointer (&lease->invocation), error);
  g_clear_error (&error);
  g_hash_table_remove (self->tasks, &id);
}

static gboolean
set_priority (MgrTask     *task,
              const char  *nick,
              GError     **error)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_TASK_PRIORITY);
  GEnumValue *value = g_enum_get_value_by_nick (klass, nick);

  if (value == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "There is no priority “%s”: use critical, high, normal, low or deferred", nick);
      return FALSE;
    }

  g_object_set (task, "priority", value->value, NULL);
  return TRUE;
}

static gboolean
set_option (MgrTask     *task,
            const char  *name,
            GVariant    *value,
            GError     **error)
{
  if (g_str_equal (name, "component") && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    g_object_set (task, "component", g_variant_get_string (value, NULL), NULL);
  else if (g_str_equal (name, "priority") && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return set_priority (task, g_variant_get_string (value, NULL), error);
  else if (g_str_equal (name, "rank") && g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32)
           && g_variant_get_uint32 (value) >= 1 && g_variant_get_uint32 (value) <= 10)
    g_object_set (task, "rank", g_variant_get_uint32 (value), NULL);
  else if (g_str_equal (name, "tags") && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_autofree const char **tags = g_variant_get_strv (value, NULL);

      g_object_set (task, "tags", tags, NULL);
    }
  else
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The option “%s” is none, or not what it should be: use component and priority "
                   "(text), rank (1 to 10, of 32 bits) and tags (texts)", name);
      return FALSE;
    }

  return TRUE;
}

static gboolean
set_options (MgrTask   *task,
             GVariant  *options,
             GError   **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, options);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    if (!set_option (task, name, value, error))
      {
        g_variant_unref (value);
        return FALSE;
      }

  return TRUE;
}

static void
lease_watch_holder (Lease *lease)
{
  if (lease->holder != NULL)
    lease->watch_id = g_bus_watch_name_on_connection (lease->connection, lease->holder,
                                                      G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                      vanished_cb, lease, NULL);
  else
    lease->closed_id = g_signal_connect (lease->connection, "closed", G_CALLBACK (closed_cb),
                                         lease);
}

static MgrTask *
lease_task_new (MgrScheduler          *scheduler,
                GDBusMethodInvocation *invocation,
                const char            *name,
                guint64                memory)
{
  Lease *lease = g_new0 (Lease, 1);
  MgrTask *task = mgr_task_new (name, lease_func, lease, lease_free);

  lease->scheduler = g_object_ref (scheduler);
  lease->task = task;
  lease->connection = g_object_ref (g_dbus_method_invocation_get_connection (invocation));
  lease->holder = g_strdup (g_dbus_method_invocation_get_sender (invocation));
  g_object_set (task, "memory", memory, "executor", EXECUTOR_NAME, "in-owner", TRUE,
                "preemptible", FALSE, NULL);
  return task;
}

void
mgr_lease_executor_acquire (MgrLeaseExecutor      *self,
                            MgrScheduler          *scheduler,
                            GDBusMethodInvocation *invocation,
                            const char            *name,
                            guint64                memory,
                            GVariant              *options)
{
  g_autoptr (MgrTask) task = lease_task_new (scheduler, invocation, name, memory);
  Lease *lease = task->user_data;
  guint64 id;
  GError *error = NULL;

  /* It is answered from another turn of the context, never within this call. */
  lease->invocation = invocation;
  if (!set_options (task, options, &error) || !mgr_scheduler_submit (scheduler, task, &error))
    {
      g_dbus_method_invocation_take_error (g_steal_pointer (&lease->invocation), error);
      return;
    }

  id = mgr_task_get_id (task);
  g_hash_table_insert (self->tasks, g_memdup2 (&id, sizeof id), g_object_ref (task));
  lease_watch_holder (lease);
  mgr_task_wait_async (task, NULL, ended_cb, g_object_ref (self));
}

/* Returns: (nullable): the lease of the caller */
static Lease *
find_lease (MgrLeaseExecutor       *self,
            GDBusMethodInvocation  *invocation,
            guint64                 id,
            GError                **error)
{
  MgrTask *task = g_hash_table_lookup (self->tasks, &id);
  Lease *lease = task != NULL ? task->user_data : NULL;

  if (lease != NULL && lease->attempt != NULL
      && lease->connection == g_dbus_method_invocation_get_connection (invocation)
      && g_strcmp0 (lease->holder, g_dbus_method_invocation_get_sender (invocation)) == 0)
    return lease;

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
               "You have no lease %" G_GUINT64_FORMAT ": it has ended, or is another program’s", id);
  return NULL;
}

gboolean
mgr_lease_executor_release (MgrLeaseExecutor       *self,
                            GDBusMethodInvocation  *invocation,
                            guint64                 id,
                            GError                **error)
{
  Lease *lease = find_lease (self, invocation, id, error);

  if (lease == NULL)
    return FALSE;

  lease_end (lease, MGR_TASK_REASON_DONE);
  return TRUE;
}

gboolean
mgr_lease_executor_report (MgrLeaseExecutor       *self,
                           GDBusMethodInvocation  *invocation,
                           guint64                 id,
                           guint64                 memory,
                           GError                **error)
{
  Lease *lease = find_lease (self, invocation, id, error);

  if (lease == NULL)
    return FALSE;

  mgr_task_attempt_report_measured (lease->attempt, memory);
  return TRUE;
}

void
mgr_lease_executor_drop (MgrLeaseExecutor *self,
                         GDBusConnection  *connection)
{
  g_autoptr (GList) tasks = g_hash_table_get_values (self->tasks);

  for (GList *l = tasks; l != NULL; l = l->next)
    {
      g_autoptr (MgrTask) task = g_object_ref (l->data);
      Lease *lease = task->user_data;

      if (lease->connection == connection)
        lease_abandon (lease);
    }
}
