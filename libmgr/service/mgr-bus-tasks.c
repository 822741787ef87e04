/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-bus-tasks-private.h"

#include "base/mgr-error.h"
#include "mgr-bus-generated.h"

#define TASKS_PATH "/org/libmgr/Task"

/* Who looks around is shown so many; the others answer as well. */
#define ENUMERATED_MAX 1000

struct _MgrBusTasks
{
  MgrScheduler *scheduler;     /* (owned) */
  GDBusConnection *connection; /* (owned) */
  MgrBusAccess *access;        /* (owned) */
  guint subtree_id;
};

/* Returns: (transfer full) (nullable): the task with the number @node */
static MgrTask *
find_task (MgrBusTasks *self,
           const char  *node)
{
  guint64 id;

  if (node == NULL || !g_ascii_string_to_unsigned (node, 10, 1, G_MAXUINT64, &id, NULL))
    return NULL;

  return mgr_scheduler_lookup (self->scheduler, id);
}

/* Returns: (transfer full) (nullable) */
static MgrTask *
find_task_at (MgrBusTasks *self,
              const char  *object_path)
{
  return find_task (self, strrchr (object_path, '/') + 1);
}

typedef struct
{
  MgrScheduler *scheduler;           /* (owned) */
  MgrTask *task;                     /* (owned) */
  GDBusMethodInvocation *invocation; /* (owned) until answered */
} CancelCall;

static void
cancel_allowed_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autofree CancelCall *call = user_data;
  GError *error = NULL;

  if (mgr_bus_access_check_finish (MGR_BUS_ACCESS (source), result, &error)
      && mgr_scheduler_cancel (call->scheduler, call->task, &error))
    g_dbus_method_invocation_return_value (call->invocation, NULL);
  else
    g_dbus_method_invocation_take_error (call->invocation, error);

  g_object_unref (call->task);
  g_object_unref (call->scheduler);
}

static void
tasks_cancel (MgrBusTasks           *self,
              MgrTask               *task,
              GDBusMethodInvocation *invocation)
{
  CancelCall *call = g_new0 (CancelCall, 1);

  call->scheduler = g_object_ref (self->scheduler);
  call->task = g_object_ref (task);
  call->invocation = invocation;
  mgr_bus_access_check_async (self->access, invocation, cancel_allowed_cb, call);
}

static void
method_call_cb (GDBusConnection       *connection,
                const char            *sender,
                const char            *object_path,
                const char            *interface_name,
                const char            *method_name,
                GVariant              *parameters,
                GDBusMethodInvocation *invocation,
                gpointer               user_data)
{
  MgrBusTasks *self = user_data;
  g_autoptr (MgrTask) task = find_task_at (self, object_path);
  g_autofree char *text = NULL;

  if (task == NULL)
    g_dbus_method_invocation_return_error (invocation, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                                           "The task is no longer listed");
  else if (g_str_equal (method_name, "Cancel"))
    tasks_cancel (self, task, invocation);
  else if (g_str_equal (method_name, "Explain"))
    {
      text = mgr_scheduler_explain (self->scheduler, task);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(s)", text));
    }
  else
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(@a{sv})",
                                                                      mgr_task_to_variant (task)));
}

/* The properties are what the details have by the same name, in lower case. */
static GVariant *
get_property_cb (GDBusConnection  *connection,
                 const char       *sender,
                 const char       *object_path,
                 const char       *interface_name,
                 const char       *property_name,
                 GError          **error,
                 gpointer          user_data)
{
  g_autoptr (MgrTask) task = find_task_at (user_data, object_path);
  g_autoptr (GVariant) details = NULL;
  g_autofree char *key = g_ascii_strdown (property_name, -1);
  GVariant *value;

  if (task == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND, "The task is no longer listed");
      return NULL;
    }

  details = g_variant_ref_sink (mgr_task_to_variant (task));
  value = g_variant_lookup_value (details, key, NULL);
  return value != NULL ? value : g_variant_ref_sink (g_variant_new_double (0));
}

static const GDBusInterfaceVTable task_vtable = {
  .method_call = method_call_cb,
  .get_property = get_property_cb,
};

static char **
enumerate_cb (GDBusConnection *connection,
              const char      *sender,
              const char      *object_path,
              gpointer         user_data)
{
  MgrBusTasks *self = user_data;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GListModel *tasks = mgr_scheduler_get_tasks (self->scheduler);
  guint n_shown = MIN (g_list_model_get_n_items (tasks), ENUMERATED_MAX);

  for (guint i = 0; i < n_shown; i++)
    {
      g_autoptr (MgrTask) task = g_list_model_get_item (tasks, i);
      g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, mgr_task_get_id (task));

      g_strv_builder_add (builder, id);
    }

  return g_strv_builder_end (builder);
}

static GDBusInterfaceInfo **
introspect_cb (GDBusConnection *connection,
               const char      *sender,
               const char      *object_path,
               const char      *node,
               gpointer         user_data)
{
  g_autoptr (MgrTask) task = find_task (user_data, node);
  GDBusInterfaceInfo **infos = g_new0 (GDBusInterfaceInfo *, 2);

  if (task != NULL)
    infos[0] = g_dbus_interface_info_ref (mgr_bus_task1_interface_info ());
  return infos;
}

static const GDBusInterfaceVTable *
dispatch_cb (GDBusConnection *connection,
             const char      *sender,
             const char      *object_path,
             const char      *interface_name,
             const char      *node,
             gpointer        *out_user_data,
             gpointer         user_data)
{
  *out_user_data = user_data;
  return &task_vtable;
}

MgrBusTasks *
mgr_bus_tasks_new (MgrScheduler    *scheduler,
                   GDBusConnection *connection)
{
  static const GDBusSubtreeVTable vtable = {
    .enumerate = enumerate_cb,
    .introspect = introspect_cb,
    .dispatch = dispatch_cb,
  };
  MgrBusTasks *self = g_new0 (MgrBusTasks, 1);

  self->scheduler = g_object_ref (scheduler);
  self->connection = g_object_ref (connection);
  self->access = mgr_bus_access_new ();
  self->subtree_id =
    g_dbus_connection_register_subtree (connection, TASKS_PATH, &vtable,
                                        G_DBUS_SUBTREE_FLAGS_DISPATCH_TO_UNENUMERATED_NODES,
                                        self, NULL, NULL);
  return self;
}

void
mgr_bus_tasks_free (MgrBusTasks *self)
{
  if (self->subtree_id > 0)
    g_dbus_connection_unregister_subtree (self->connection, self->subtree_id);
  g_object_unref (self->access);
  g_object_unref (self->connection);
  g_object_unref (self->scheduler);
  g_free (self);
}
