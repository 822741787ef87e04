/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-bus-service-private.h"

#include "service/mgr-bus-list-private.h"
#include "service/mgr-bus-tasks-private.h"
#include "service/mgr-bus-tree-private.h"
#include "service/mgr-exported-cache-private.h"
#include "service/mgr-exported-component-private.h"
#include "service/mgr-exported-manager-private.h"
#include "service/mgr-exported-model-private.h"
#include "service/mgr-exported-pool-private.h"
#include "service/mgr-exported-scheduler-private.h"
#include "service/mgr-lease-executor-private.h"

#include <unistd.h>

struct _MgrBusService
{
  GDBusConnection *connection;      /* (owned) */
  GDBusObjectManagerServer *server; /* (owned) */
  MgrBusTree *tree;                 /* (owned) */
  MgrBusList *pools;                /* (owned) */
  MgrBusList *caches;               /* (owned) */
  MgrBusList *models;               /* (owned) */
  MgrScheduler *scheduler;          /* (owned) */
  MgrBusTasks *tasks;               /* (owned) */
  char *name;                       /* (owned) (nullable): NULL where there is no bus */
};

/* What RequestName answers to the one who has the name now. */
#define NAME_PRIMARY_OWNER 1

static void
service_export_manager (MgrBusService *self,
                        MgrManager    *manager)
{
  g_autoptr (MgrExportedManager) exported = mgr_exported_manager_new (manager);
  g_autoptr (MgrBusObjectSkeleton) object = mgr_bus_object_skeleton_new (MGR_BUS_MANAGER_PATH);

  mgr_bus_object_skeleton_set_manager1 (object, MGR_BUS_MANAGER1 (exported));
  g_dbus_object_manager_server_export (self->server, G_DBUS_OBJECT_SKELETON (object));
}

static void
service_export_scheduler (MgrBusService *self)
{
  g_autoptr (MgrExportedScheduler) exported = mgr_exported_scheduler_new (self->scheduler);
  g_autoptr (MgrBusObjectSkeleton) object = mgr_bus_object_skeleton_new (MGR_BUS_SCHEDULER_PATH);

  mgr_bus_object_skeleton_set_scheduler1 (object, MGR_BUS_SCHEDULER1 (exported));
  g_dbus_object_manager_server_export (self->server, G_DBUS_OBJECT_SKELETON (object));
  self->tasks = mgr_bus_tasks_new (self->scheduler, self->connection);
}

static void
name_requested_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  GDBusConnection *connection = G_DBUS_CONNECTION (source);
  const char *unique_name = g_dbus_connection_get_unique_name (connection);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  guint answer = 0;

  reply = g_dbus_connection_call_finish (connection, result, &error);
  if (reply == NULL)
    {
      g_dbus_error_strip_remote_error (error);
      g_info ("This program is on the bus as “%s” alone: %s", unique_name, error->message);
      return;
    }

  g_variant_get (reply, "(u)", &answer);
  if (answer != NAME_PRIMARY_OWNER)
    g_info ("This program is on the bus as “%s” alone "
            "until its other connection leaves their name", unique_name);
}

static void
service_call_bus (MgrBusService       *self,
                  const char          *method,
                  GVariant            *arguments,
                  GAsyncReadyCallback  callback)
{
  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", method, arguments, G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, callback, NULL);
}

/* After everything is there, so that whoever sees the name finds all of it.
 * Asked directly, because g_bus_unown_name() would wait for the bus, and warn
 * where that has just gone away. */
static void
service_own_name (MgrBusService *self)
{
  if (g_dbus_connection_get_unique_name (self->connection) == NULL)
    return;

  self->name = g_strdup_printf ("org.libmgr.Program.p%u", (guint) getpid ());
  service_call_bus (self, "RequestName", g_variant_new ("(su)", self->name, 0), name_requested_cb);
}

MgrBusService *
mgr_bus_service_new (MgrManager      *manager,
                     GDBusConnection *connection)
{
  MgrBusService *self = g_new0 (MgrBusService, 1);

  self->connection = g_object_ref (connection);
  self->server = g_dbus_object_manager_server_new (MGR_BUS_BASE_PATH);
  g_dbus_object_manager_server_set_connection (self->server, connection);
  service_export_manager (self, manager);
  self->tree = mgr_bus_tree_new (self->server, mgr_manager_get_root (manager));
  self->pools = mgr_bus_list_new (self->server, mgr_manager_get_pools (manager),
                                  mgr_exported_pool_new_object);
  self->caches = mgr_bus_list_new (self->server, mgr_manager_get_caches (manager),
                                   mgr_exported_cache_new_object);
  self->models = mgr_bus_list_new (self->server, G_LIST_MODEL (mgr_manager_get_models (manager)),
                                   mgr_exported_model_new_object);
  self->scheduler = g_object_ref (mgr_manager_get_scheduler (manager));
  service_export_scheduler (self);
  service_own_name (self);

  return self;
}

void
mgr_bus_service_free (MgrBusService *self)
{
  /* While still on the connection, so that those who watch see everything go. */
  mgr_lease_executor_drop (mgr_lease_executor_ensure (self->scheduler), self->connection);
  mgr_bus_tasks_free (self->tasks);
  g_dbus_object_manager_server_unexport (self->server, MGR_BUS_SCHEDULER_PATH);
  mgr_bus_list_free (self->models);
  mgr_bus_list_free (self->caches);
  mgr_bus_list_free (self->pools);
  mgr_bus_tree_free (self->tree);
  g_dbus_object_manager_server_unexport (self->server, MGR_BUS_MANAGER_PATH);
  g_dbus_object_manager_server_set_connection (self->server, NULL);
  if (self->name != NULL)
    service_call_bus (self, "ReleaseName", g_variant_new ("(s)", self->name), NULL);

  g_free (self->name);
  g_object_unref (self->scheduler);
  g_object_unref (self->server);
  g_object_unref (self->connection);
  g_free (self);
}
