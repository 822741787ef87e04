/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-bus-service-private.h"

#include "service/mgr-bus-tree-private.h"
#include "service/mgr-exported-component-private.h"
#include "service/mgr-exported-manager-private.h"

#include <unistd.h>

struct _MgrBusService
{
  GDBusConnection *connection;      /* (owned) */
  GDBusObjectManagerServer *server; /* (owned) */
  MgrBusTree *tree;                 /* (owned) */
  guint name_id;                    /* 0 where there is no bus to own a name on */
};

static void
name_lost_cb (GDBusConnection *connection,
              const char      *name,
              gpointer         user_data)
{
  if (connection != NULL)
    g_info ("Another connection has the name “%s”: "
            "this program can be reached as “%s” alone until it is free",
            name, g_dbus_connection_get_unique_name (connection));
}

static void
service_export_manager (MgrBusService *self,
                        MgrManager    *manager)
{
  g_autoptr (MgrExportedManager) exported = mgr_exported_manager_new (manager);
  g_autoptr (MgrBusObjectSkeleton) object = mgr_bus_object_skeleton_new (MGR_BUS_MANAGER_PATH);

  mgr_bus_object_skeleton_set_manager1 (object, MGR_BUS_MANAGER1 (exported));
  g_dbus_object_manager_server_export (self->server, G_DBUS_OBJECT_SKELETON (object));
}

/* After everything is there, so that whoever sees the name finds all of it. */
static void
service_own_name (MgrBusService *self)
{
  g_autofree char *name = g_strdup_printf ("org.libmgr.Program.p%u", (guint) getpid ());

  if (g_dbus_connection_get_unique_name (self->connection) == NULL)
    return;

  self->name_id = g_bus_own_name_on_connection (self->connection, name,
                                                G_BUS_NAME_OWNER_FLAGS_NONE,
                                                NULL, name_lost_cb, NULL, NULL);
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
  service_own_name (self);

  return self;
}

void
mgr_bus_service_free (MgrBusService *self)
{
  /* While still on the connection, so that those who watch see everything go. */
  mgr_bus_tree_free (self->tree);
  g_dbus_object_manager_server_unexport (self->server, MGR_BUS_MANAGER_PATH);
  g_dbus_object_manager_server_set_connection (self->server, NULL);
  if (self->name_id != 0)
    g_bus_unown_name (self->name_id);

  g_object_unref (self->server);
  g_object_unref (self->connection);
  g_free (self);
}
