/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-session-link-private.h"

#include "mgr-manager-private.h"
#include "service/mgr-export.h"

struct _MgrSessionLink
{
  GWeakRef manager;            /* (element-type MgrManager) */
  GDBusConnection *connection; /* (owned) (nullable) while there is one */
  gulong closed_id;
  GSource *retry;              /* (owned) (nullable) while waiting to look again */
  GCancellable *cancellable;   /* (owned), of a connection under way */
};

#define CONNECTION_FLAGS (G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT \
                          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION)

MgrSessionLink *
mgr_session_link_new (MgrManager *manager)
{
  MgrSessionLink *self = g_new0 (MgrSessionLink, 1);

  g_weak_ref_init (&self->manager, manager);
  self->cancellable = g_cancellable_new ();
  return self;
}

static void
link_drop_connection (MgrSessionLink *self)
{
  if (self->connection == NULL)
    return;

  g_clear_signal_handler (&self->closed_id, self->connection);
  g_clear_object (&self->connection);
}

static void
link_drop_retry (MgrSessionLink *self)
{
  if (self->retry != NULL)
    g_source_destroy (self->retry);
  g_clear_pointer (&self->retry, g_source_unref);
}

void
mgr_session_link_free (MgrSessionLink *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  link_drop_retry (self);
  link_drop_connection (self);
  g_weak_ref_clear (&self->manager);
  g_free (self);
}

static void link_schedule_retry (MgrSessionLink *self);

static void
closed_cb (GDBusConnection *connection,
           gboolean         remote_peer_vanished,
           GError          *error,
           gpointer         user_data)
{
  link_drop_connection (user_data);
  link_schedule_retry (user_data);
}

static gboolean
link_take_connection (MgrSessionLink   *self,
                      GDBusConnection  *connection,
                      GError          **error)
{
  g_autoptr (GDBusConnection) owned = connection;
  g_autoptr (MgrManager) manager = g_weak_ref_get (&self->manager);

  if (manager == NULL || !mgr_manager_export (manager, connection, error))
    return FALSE;

  self->connection = g_steal_pointer (&owned);
  self->closed_id = g_signal_connect (self->connection, "closed", G_CALLBACK (closed_cb), self);
  return TRUE;
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  MgrSessionLink *self = user_data;
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection = g_dbus_connection_new_for_address_finish (result, &error);

  /* Cancelled means that the link is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (connection == NULL || !link_take_connection (self, connection, &error))
    link_schedule_retry (self);
}

static gboolean
retry_cb (gpointer user_data)
{
  MgrSessionLink *self = user_data;
  g_autofree char *address = NULL;

  link_drop_retry (self);
  address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  if (address == NULL)
    link_schedule_retry (self);
  else
    g_dbus_connection_new_for_address (address, CONNECTION_FLAGS, NULL, self->cancellable,
                                       connected_cb, self);

  return G_SOURCE_REMOVE;
}

static void
link_schedule_retry (MgrSessionLink *self)
{
  g_autoptr (MgrManager) manager = g_weak_ref_get (&self->manager);
  gint64 due;

  if (manager == NULL)
    return;

  due = mgr_clock_get_time (manager->clock) + MGR_SESSION_LINK_RETRY;
  self->retry = mgr_clock_create_timer (manager->clock, due);
  g_source_set_callback (self->retry, retry_cb, self, NULL);
  g_source_set_static_name (self->retry, "[libmgr] session bus");
  g_source_attach (self->retry, manager->context);
}

gboolean
mgr_session_link_open (MgrSessionLink  *self,
                       GError         **error)
{
  g_autofree char *address = NULL;
  GDBusConnection *connection;

  address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, error);
  if (address == NULL)
    return FALSE;

  connection = g_dbus_connection_new_for_address_sync (address, CONNECTION_FLAGS, NULL, NULL, error);
  if (connection == NULL)
    return FALSE;

  return link_take_connection (self, connection, error);
}
