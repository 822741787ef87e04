/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-bus-access-private.h"

#include <unistd.h>

/* Knows which user is behind a caller on a message bus. */
struct _MgrBusAccess
{
  GObject parent_instance;

  GHashTable *uids; /* (owned) (element-type utf8 guint): by unique name */
};

G_DEFINE_FINAL_TYPE (MgrBusAccess, mgr_bus_access, G_TYPE_OBJECT)

/* A bus never gives a unique name twice, so an entry stays right for ever; the
 * table is emptied at this size only to stay small. */
#define UIDS_MAX 256

static void
mgr_bus_access_finalize (GObject *object)
{
  MgrBusAccess *self = MGR_BUS_ACCESS (object);

  g_hash_table_unref (self->uids);

  G_OBJECT_CLASS (mgr_bus_access_parent_class)->finalize (object);
}

static void
mgr_bus_access_class_init (MgrBusAccessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_bus_access_finalize;
}

static void
mgr_bus_access_init (MgrBusAccess *self)
{
  self->uids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

MgrBusAccess *
mgr_bus_access_new (void)
{
  return g_object_new (MGR_TYPE_BUS_ACCESS, NULL);
}

static void
access_return (GTask *task,
               guint  uid)
{
  if (uid == getuid ())
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                             "Only the user that runs this program, %u, may ask for this, "
                             "and you are %u: ask as that user", (guint) getuid (), uid);
}

static void
got_uid_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  MgrBusAccess *self = g_task_get_source_object (task);
  guint uid = 0;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (reply == NULL)
    {
      g_dbus_error_strip_remote_error (error);
      g_task_return_new_error (task, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                               "The bus does not tell which user asks: %s", error->message);
      return;
    }

  g_variant_get (reply, "(u)", &uid);
  if (g_hash_table_size (self->uids) == UIDS_MAX)
    g_hash_table_remove_all (self->uids);
  g_hash_table_insert (self->uids, g_strdup (g_task_get_task_data (task)), GUINT_TO_POINTER (uid));
  access_return (task, uid);
}

static void
access_check_peer (GTask           *task,
                   GDBusConnection *connection)
{
  GCredentials *credentials = g_dbus_connection_get_peer_credentials (connection);
  uid_t uid = (uid_t) -1;

  /* Without credentials it is a socket that carries none, which the program has
   * opened for this very peer. */
  if (credentials != NULL)
    uid = g_credentials_get_unix_user (credentials, NULL);

  access_return (task, uid != (uid_t) -1 ? uid : getuid ());
}

void
mgr_bus_access_check_async (MgrBusAccess          *self,
                            GDBusMethodInvocation *invocation,
                            GAsyncReadyCallback    callback,
                            gpointer               user_data)
{
  GDBusConnection *connection = g_dbus_method_invocation_get_connection (invocation);
  const char *sender = g_dbus_method_invocation_get_sender (invocation);
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  gpointer uid = NULL;

  g_task_set_source_tag (task, mgr_bus_access_check_async);

  if (sender == NULL)
    {
      access_check_peer (task, connection);
      return;
    }

  if (g_hash_table_lookup_extended (self->uids, sender, NULL, &uid))
    {
      access_return (task, GPOINTER_TO_UINT (uid));
      return;
    }

  g_task_set_task_data (task, g_strdup (sender), g_free);
  g_dbus_connection_call (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "GetConnectionUnixUser",
                          g_variant_new ("(s)", sender), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, got_uid_cb,
                          g_steal_pointer (&task));
}

gboolean
mgr_bus_access_check_finish (MgrBusAccess  *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_bus_access_check_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
