/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-export.h"

#include "mgr-manager-private.h"
#include "service/mgr-bus-service-private.h"
#include "service/mgr-session-link-private.h"

/**
 * SECTION:mgr-export
 * @title: Seen from outside
 * @short_description: a manager on D-Bus
 *
 * An exported manager can be asked by other programs, such as `mgrctl`. It is at
 * `/org/libmgr/Manager` with the interface `org.libmgr.Manager1`; its components
 * are below `/org/libmgr/Component` with `org.libmgr.Component1`; and
 * `/org/libmgr` is their `org.freedesktop.DBus.ObjectManager`. The XML of the
 * interfaces documents them. On a message bus the program has the name
 * `org.libmgr.Program.pPID`.
 *
 * Calls are served, and signals are sent, in the manager's #GMainContext. What
 * is exported does not keep the manager alive and goes with it. When the bus
 * goes away the manager goes on.
 */

static GQuark exports_quark (void);
static GQuark taken_quark (void);

G_DEFINE_QUARK (mgr-exports, exports)
G_DEFINE_QUARK (mgr-export-taken, taken)

/* A manager on one connection. */
typedef struct
{
  GDBusConnection *connection; /* (owned) */
  MgrBusService *service;      /* (owned) */
  gulong closed_id;
} Export;

/* A manager on all its connections. Kept in its data, and so ending with it. */
typedef struct
{
  GMainContext *context;   /* (owned) */
  GPtrArray *exports;      /* (owned) (element-type Export), guarded by exports_lock */
  MgrSessionLink *session; /* (owned) (nullable), guarded by exports_lock */
} Exports;

/* Guards the tables of all managers, and which connections are taken. Exporting
 * is rare, and nothing foreign runs under it. */
static GMutex exports_lock;

static gboolean
connection_take (GDBusConnection  *connection,
                 GError          **error)
{
  gboolean taken;

  g_mutex_lock (&exports_lock);
  taken = g_object_get_qdata (G_OBJECT (connection), taken_quark ()) != NULL;
  g_object_set_qdata (G_OBJECT (connection), taken_quark (), connection);
  g_mutex_unlock (&exports_lock);

  if (taken)
    g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
                 "A manager is exported on this connection already: "
                 "unexport it first, or open another connection");
  return !taken;
}

static void
export_free (gpointer data)
{
  Export *export = data;

  g_clear_signal_handler (&export->closed_id, export->connection);
  mgr_bus_service_free (export->service);

  g_mutex_lock (&exports_lock);
  g_object_set_qdata (G_OBJECT (export->connection), taken_quark (), NULL);
  g_mutex_unlock (&exports_lock);

  g_object_unref (export->connection);
  g_free (export);
}

static void
exports_free (gpointer data)
{
  Exports *self = data;

  g_clear_pointer (&self->session, mgr_session_link_free);
  g_ptr_array_unref (self->exports);
  g_main_context_unref (self->context);
  g_free (self);
}

static gboolean
end_cb (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

/* Ends exports where they live. Where nobody runs that context this is done at
 * once, because nobody may ever run it again. */
static void
exports_end (gpointer data)
{
  Exports *self = data;
  g_autoptr (GMainContext) context = g_main_context_ref (self->context);
  g_autoptr (GSource) source = NULL;

  if (g_main_context_acquire (context))
    {
      exports_free (self);
      g_main_context_release (context);
      return;
    }

  /* Before whatever calls come in from now on. */
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, end_cb, self, exports_free);
  g_source_set_static_name (source, "[libmgr] unexport");
  g_source_attach (source, context);
}

/* With the exports_lock held. */
static Exports *
manager_ensure_exports (MgrManager *manager)
{
  Exports *self = g_object_get_qdata (G_OBJECT (manager), exports_quark ());

  if (self != NULL)
    return self;

  self = g_new0 (Exports, 1);
  self->context = g_main_context_ref (manager->context);
  self->exports = g_ptr_array_new_with_free_func (export_free);
  g_object_set_qdata_full (G_OBJECT (manager), exports_quark (), self, exports_end);
  return self;
}

static void
manager_add_export (MgrManager *manager,
                    Export     *export)
{
  g_mutex_lock (&exports_lock);
  g_ptr_array_add (manager_ensure_exports (manager)->exports, export);
  g_mutex_unlock (&exports_lock);
}

static Export *
manager_steal_export (MgrManager      *manager,
                      GDBusConnection *connection)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&exports_lock);
  Exports *self = g_object_get_qdata (G_OBJECT (manager), exports_quark ());

  for (guint i = 0; self != NULL && i < self->exports->len; i++)
    {
      Export *export = g_ptr_array_index (self->exports, i);

      if (export->connection == connection)
        return g_ptr_array_steal_index_fast (self->exports, i);
    }

  return NULL;
}

static void
drop_closed_cb (gpointer object,
                gpointer user_data)
{
  Export *export = manager_steal_export (MGR_MANAGER (object), user_data);

  if (export != NULL)
    export_free (export);
}

/* Comes in the context where the connection was made. */
static void
closed_cb (GDBusConnection *connection,
           gboolean         remote_peer_vanished,
           GError          *error,
           gpointer         user_data)
{
  g_autoptr (MgrManager) manager = g_weak_ref_get (user_data);

  if (manager != NULL)
    mgr_owner_context_post (manager->context, manager, drop_closed_cb,
                            g_object_ref (connection), g_object_unref);
}

static void
weak_ref_free (gpointer  data,
               GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static Export *
export_new (MgrManager      *manager,
            GDBusConnection *connection)
{
  Export *export = g_new0 (Export, 1);
  GWeakRef *weak_manager = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak_manager, manager);
  export->connection = g_object_ref (connection);
  export->service = mgr_bus_service_new (manager, connection);
  export->closed_id = g_signal_connect_data (connection, "closed", G_CALLBACK (closed_cb),
                                             weak_manager, weak_ref_free, 0);
  return export;
}

static gboolean
manager_enter_context (MgrManager  *manager,
                       GError     **error)
{
  if (!g_main_context_acquire (manager->context))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                   "Another thread runs the manager’s main context: export it there");
      return FALSE;
    }

  g_main_context_push_thread_default (manager->context);
  return TRUE;
}

static void
manager_leave_context (MgrManager *manager)
{
  g_main_context_pop_thread_default (manager->context);
  g_main_context_release (manager->context);
}

/**
 * mgr_manager_export:
 * @self: a manager
 * @connection: a connection to a message bus or to a peer
 * @error: return location for a #GError
 *
 * Lets others see the manager and its components through @connection. On a
 * message bus it also asks for the name `org.libmgr.Program.pPID`; where another
 * connection of this process has that, the name comes when it is free. The end
 * of @connection no longer ends the program: #GDBusConnection:exit-on-close is
 * unset.
 *
 * A manager may be on several connections, a connection shows one manager.
 *
 * Call it in the thread that runs the manager's #GMainContext, or before any
 * does. Errors: %MGR_ERROR_EXISTS when a manager, this or another, is on
 * @connection already, %MGR_ERROR_CLOSED when @connection is closed,
 * %MGR_ERROR_BUSY when another thread runs the context.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_export (MgrManager       *self,
                    GDBusConnection  *connection,
                    GError          **error)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_dbus_connection_is_closed (connection))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED,
                   "The connection is closed: export the manager on an open one");
      return FALSE;
    }

  if (!manager_enter_context (self, error))
    return FALSE;

  if (!connection_take (connection, error))
    {
      manager_leave_context (self);
      return FALSE;
    }

  g_dbus_connection_set_exit_on_close (connection, FALSE);
  manager_add_export (self, export_new (self, connection));
  manager_leave_context (self);
  return TRUE;
}

static gboolean
manager_open_session (MgrManager  *self,
                      GError     **error)
{
  MgrSessionLink *link;
  gboolean opened;

  if (!manager_enter_context (self, error))
    return FALSE;

  link = mgr_session_link_new (self);
  opened = mgr_session_link_open (link, error);
  manager_leave_context (self);

  if (!opened)
    {
      mgr_session_link_free (link);
      return FALSE;
    }

  g_mutex_lock (&exports_lock);
  manager_ensure_exports (self)->session = link;
  g_mutex_unlock (&exports_lock);
  return TRUE;
}

static gboolean
manager_has_session (MgrManager *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&exports_lock);
  Exports *exports = g_object_get_qdata (G_OBJECT (self), exports_quark ());

  return exports != NULL && exports->session != NULL;
}

/**
 * mgr_manager_export_on_session:
 * @self: a manager
 *
 * Exports the manager on the session bus, through a connection of its own. When
 * that bus goes away and comes back, it is exported again. A second call changes
 * nothing.
 *
 * Without a session bus the program works as well, only unseen; a message says so
 * once in the life of the process. Call it in the thread that runs the manager's
 * #GMainContext, or before any does.
 *
 * Returns: %TRUE if it is exported
 *
 * Since: 1.0
 */
gboolean
mgr_manager_export_on_session (MgrManager *self)
{
  static int said = FALSE;
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);

  if (manager_has_session (self) || manager_open_session (self, &error))
    return TRUE;

  if (g_atomic_int_compare_and_exchange (&said, FALSE, TRUE))
    g_message ("Not on the session bus, so mgrctl cannot see this program, "
               "which works without it: %s", error->message);
  return FALSE;
}

/**
 * mgr_manager_unexport:
 * @self: a manager
 *
 * Takes the manager off all connections. What was under way is answered that the
 * manager is gone. Does nothing when it is on none. May be called from any
 * thread; where another one runs the manager's #GMainContext, it happens there
 * soon after.
 *
 * Since: 1.0
 */
void
mgr_manager_unexport (MgrManager *self)
{
  Exports *exports;

  g_return_if_fail (MGR_IS_MANAGER (self));

  g_mutex_lock (&exports_lock);
  exports = g_object_steal_qdata (G_OBJECT (self), exports_quark ());
  g_mutex_unlock (&exports_lock);

  if (exports != NULL)
    exports_end (exports);
}
