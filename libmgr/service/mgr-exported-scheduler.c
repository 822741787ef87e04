/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-exported-scheduler-private.h"

#include "base/mgr-error.h"
#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"
#include "service/mgr-bus-access-private.h"
#include "service/mgr-lease-executor-private.h"

/* A scheduler on the bus. */
struct _MgrExportedScheduler
{
  MgrBusScheduler1Skeleton parent_instance;

  MgrScheduler *scheduler; /* (owned) */
  MgrBusAccess *access;    /* (owned) */
};

/* One page of ListTasks: what a bus carries in some 20 ms. */
#define PAGE_MAX 1000

static void scheduler1_iface_init (MgrBusScheduler1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrExportedScheduler, mgr_exported_scheduler,
                               MGR_BUS_TYPE_SCHEDULER1_SKELETON,
                               G_IMPLEMENT_INTERFACE (MGR_BUS_TYPE_SCHEDULER1,
                                                      scheduler1_iface_init))

static void
mgr_exported_scheduler_finalize (GObject *object)
{
  MgrExportedScheduler *self = MGR_EXPORTED_SCHEDULER (object);

  g_clear_object (&self->scheduler);
  g_clear_object (&self->access);

  G_OBJECT_CLASS (mgr_exported_scheduler_parent_class)->finalize (object);
}

static void
mgr_exported_scheduler_class_init (MgrExportedSchedulerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_exported_scheduler_finalize;
}

static void
mgr_exported_scheduler_init (MgrExportedScheduler *self)
{
  self->access = mgr_bus_access_new ();
}

static gboolean
handle_get_statistics (MgrBusScheduler1      *object,
                       GDBusMethodInvocation *invocation)
{
  MgrExportedScheduler *self = MGR_EXPORTED_SCHEDULER (object);
  g_autoptr (MgrSchedulerStatistics) statistics = mgr_scheduler_get_statistics (self->scheduler);

  mgr_bus_scheduler1_complete_get_statistics (object, invocation,
                                              mgr_scheduler_statistics_to_variant (statistics));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* -1 in @out_state is any. */
static gboolean
check_page (GDBusMethodInvocation *invocation,
            const char            *nick,
            guint                  limit,
            int                   *out_state)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_TASK_STATE);
  GEnumValue *value = g_enum_get_value_by_nick (klass, nick);

  *out_state = value != NULL ? value->value : -1;
  if (limit < 1 || limit > PAGE_MAX)
    g_dbus_method_invocation_return_error (invocation, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                                           "The limit %u is out of range: "
                                           "ask for pages of 1 to %u tasks", limit, PAGE_MAX);
  else if (value == NULL && *nick != '\0')
    g_dbus_method_invocation_return_error (invocation, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                                           "There is no state “%s” of tasks: use waiting, running, "
                                           "finished, or nothing for any", nick);
  else
    return TRUE;

  return FALSE;
}

/* Returns: (transfer floating): a page of tasks */
static GVariant *
list_tasks (MgrScheduler *scheduler,
            int           state,
            guint         offset,
            guint         limit,
            gboolean     *more)
{
  GListModel *tasks = mgr_scheduler_get_tasks (scheduler);
  guint n_tasks = g_list_model_get_n_items (tasks);
  GVariantBuilder builder;
  guint n_found = 0;

  *more = FALSE;
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = state < 0 ? offset : 0; i < n_tasks; i++)
    {
      g_autoptr (MgrTask) task = g_list_model_get_item (tasks, i);

      if (state >= 0 && (int) mgr_task_get_state (task) != state)
        continue;
      if (state >= 0 && n_found++ < offset)
        continue;
      *more = limit == 0;
      if (limit-- == 0)
        break;
      g_variant_builder_add_value (&builder, mgr_task_to_variant (task));
    }

  return g_variant_builder_end (&builder);
}

static gboolean
handle_list_tasks (MgrBusScheduler1      *object,
                   GDBusMethodInvocation *invocation,
                   const char            *nick,
                   guint                  offset,
                   guint                  limit)
{
  MgrExportedScheduler *self = MGR_EXPORTED_SCHEDULER (object);
  GVariant *tasks;
  gboolean more;
  int state;

  if (!check_page (invocation, nick, limit, &state))
    return G_DBUS_METHOD_INVOCATION_HANDLED;

  tasks = list_tasks (self->scheduler, state, offset, limit, &more);
  mgr_bus_scheduler1_complete_list_tasks (object, invocation, tasks, more);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* The arguments are kept by the invocation. */
static void
acquire_allowed_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  GDBusMethodInvocation *invocation = user_data;
  MgrExportedScheduler *self = g_object_get_data (G_OBJECT (invocation), "mgr-scheduler");
  g_autoptr (GVariant) options = NULL;
  const char *name;
  guint64 memory;
  GError *error = NULL;

  if (!mgr_bus_access_check_finish (MGR_BUS_ACCESS (source), result, &error))
    {
      g_dbus_method_invocation_take_error (invocation, error);
      return;
    }

  g_variant_get (g_dbus_method_invocation_get_parameters (invocation), "(&st@a{sv})", &name,
                 &memory, &options);
  mgr_lease_executor_acquire (mgr_lease_executor_ensure (self->scheduler), self->scheduler,
                              invocation, name, memory, options);
}

static gboolean
handle_acquire (MgrBusScheduler1      *object,
                GDBusMethodInvocation *invocation,
                const char            *name,
                guint64                memory,
                GVariant              *options)
{
  MgrExportedScheduler *self = MGR_EXPORTED_SCHEDULER (object);

  g_object_set_data_full (G_OBJECT (invocation), "mgr-scheduler", g_object_ref (self),
                          g_object_unref);
  mgr_bus_access_check_async (self->access, invocation, acquire_allowed_cb, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_report_memory (MgrBusScheduler1      *object,
                      GDBusMethodInvocation *invocation,
                      guint64                lease,
                      guint64                memory)
{
  MgrExportedScheduler *self = MGR_EXPORTED_SCHEDULER (object);
  GError *error = NULL;

  if (mgr_lease_executor_report (mgr_lease_executor_ensure (self->scheduler), invocation, lease,
                                 memory, &error))
    mgr_bus_scheduler1_complete_report_memory (object, invocation);
  else
    g_dbus_method_invocation_take_error (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_release (MgrBusScheduler1      *object,
                GDBusMethodInvocation *invocation,
                guint64                lease)
{
  MgrExportedScheduler *self = MGR_EXPORTED_SCHEDULER (object);
  GError *error = NULL;

  if (mgr_lease_executor_release (mgr_lease_executor_ensure (self->scheduler), invocation, lease,
                                  &error))
    mgr_bus_scheduler1_complete_release (object, invocation);
  else
    g_dbus_method_invocation_take_error (invocation, error);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
scheduler1_iface_init (MgrBusScheduler1Iface *iface)
{
  iface->handle_get_statistics = handle_get_statistics;
  iface->handle_list_tasks = handle_list_tasks;
  iface->handle_acquire = handle_acquire;
  iface->handle_report_memory = handle_report_memory;
  iface->handle_release = handle_release;
}

static void
task_finished_cb (MgrScheduler *scheduler,
                  MgrTask      *task,
                  gpointer      user_data)
{
  mgr_bus_scheduler1_emit_task_finished (user_data, mgr_task_get_id (task),
                                         mgr_enum_get_nick (MGR_TYPE_TASK_REASON,
                                                            (int) mgr_task_get_reason (task)));
}

static void
stalled_cb (MgrScheduler *scheduler,
            const char   *evidence,
            gpointer      user_data)
{
  mgr_bus_scheduler1_emit_stalled (user_data, evidence);
}

static gboolean
strategy_to_nick (GBinding     *binding,
                  const GValue *from_value,
                  GValue       *to_value,
                  gpointer      user_data)
{
  g_value_set_static_string (to_value, mgr_enum_get_nick (MGR_TYPE_SCHEDULE_STRATEGY,
                                                          g_value_get_enum (from_value)));
  return TRUE;
}

MgrExportedScheduler *
mgr_exported_scheduler_new (MgrScheduler *scheduler)
{
  MgrExportedScheduler *self = g_object_new (MGR_TYPE_EXPORTED_SCHEDULER, NULL);

  self->scheduler = g_object_ref (scheduler);
  mgr_lease_executor_ensure (scheduler);
  g_object_bind_property (scheduler, "paused", self, "paused", G_BINDING_SYNC_CREATE);
  g_object_bind_property_full (scheduler, "strategy", self, "strategy", G_BINDING_SYNC_CREATE,
                               strategy_to_nick, NULL, NULL, NULL);
  g_signal_connect_object (scheduler, "task-finished", G_CALLBACK (task_finished_cb), self, 0);
  g_signal_connect_object (scheduler, "stalled", G_CALLBACK (stalled_cb), self, 0);

  /* Nobody can have seen other values than these, so nothing is to be announced. */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self));
  return self;
}
