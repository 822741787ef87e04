/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bus-fixture.h"

#include <string.h>
#include <sys/socket.h>

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
log_properties (BusFixture *fixture,
                const char *object_path,
                GVariant   *parameters)
{
  g_autoptr (GVariant) changed = g_variant_get_child_value (parameters, 1);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, changed);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *text = g_variant_print (value, FALSE);

      g_string_append_printf (fixture->log, "%s.%s=%s; ", strrchr (object_path, '/') + 1, name, text);
    }
}

static gboolean
is_scheduler (GVariant *parameters)
{
  const char *object_path = NULL;

  g_variant_get_child (parameters, 0, "&o", &object_path);
  return g_str_equal (object_path, "/org/libmgr/Scheduler");
}

static void
log_object (BusFixture *fixture,
            const char *signal,
            GVariant   *parameters)
{
  const char *object_path = NULL;

  g_variant_get_child (parameters, 0, "&o", &object_path);
  g_string_append_printf (fixture->log, "%s %s; ",
                          g_str_equal (signal, "InterfacesAdded") ? "added" : "removed", object_path);
}

static void
log_event (BusFixture *fixture,
           const char *signal,
           GVariant   *parameters)
{
  const char *word = NULL;

  if (g_str_equal (signal, "PressureChanged"))
    {
      g_variant_get_child (parameters, 0, "&s", &word);
    }
  else if (g_str_equal (signal, "TaskFinished"))
    {
      g_variant_get_child (parameters, 1, "&s", &word);
    }
  else if (g_str_equal (signal, "LeaseEnding"))
    {
      word = "";
    }
  else
    {
      g_autoptr (GVariant) report = g_variant_get_child_value (parameters, 0);

      g_assert_true (g_variant_lookup (report, "strategy", "&s", &word));
    }

  g_string_append_printf (fixture->log, "%s(%s); ", signal, word);
}

static void
signal_cb (GDBusConnection *connection,
           const char      *sender,
           const char      *object_path,
           const char      *interface,
           const char      *signal,
           GVariant        *parameters,
           gpointer         user_data)
{
  BusFixture *fixture = user_data;

  if (!g_str_has_prefix (object_path, "/org/libmgr"))
    return;
  if (g_str_has_prefix (signal, "Interfaces") && is_scheduler (parameters))
    return; /* it is always there, beside the manager */

  if (g_str_equal (signal, "PropertiesChanged"))
    log_properties (fixture, object_path, parameters);
  else if (g_str_equal (signal, "JournalAdded"))
    return; /* of its own test */
  else if (g_str_has_prefix (signal, "Interfaces"))
    log_object (fixture, signal, parameters);
  else
    log_event (fixture, signal, parameters);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GDBusConnection **connection = user_data;

  *connection = g_dbus_connection_new_finish (result, NULL);
  g_assert_nonnull (*connection);
}

static void
set_up_peers (BusFixture *fixture)
{
  int fds[2];
  GDBusConnection **connections[] = { &fixture->server, &fixture->client };
  const GDBusConnectionFlags flags[] = {
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER,
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
  };
  g_autofree char *guid = g_dbus_generate_guid ();

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[i], NULL);
      g_autoptr (GSocketConnection) stream = g_socket_connection_factory_create_connection (socket);

      g_dbus_connection_new (G_IO_STREAM (stream), i == 0 ? guid : NULL, flags[i],
                             NULL, NULL, connected_cb, connections[i]);
    }

  while (fixture->server == NULL || fixture->client == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static GDBusConnection *
connect_to_bus (BusFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection;

  connection = g_dbus_connection_new_for_address_sync (
    g_test_dbus_get_bus_address (fixture->bus),
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
    NULL, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

static void
set_up_bus (BusFixture *fixture)
{
  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  fixture->server = connect_to_bus (fixture);
  fixture->client = connect_to_bus (fixture);
}

MgrManager *
bus_fixture_make_manager (BusFixture *fixture)
{
  MgrManager *manager = g_object_new (MGR_TYPE_MANAGER,
                                      "total-budget", 100 * MIB,
                                      "clock", fixture->clock,
                                      "proc-path", "/nonexistent",
                                      NULL);

  /* Samples are taken by the test alone. */
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (manager));
  return manager;
}

void
bus_fixture_set_up (BusFixture    *fixture,
                    gconstpointer  data)
{
  if (GPOINTER_TO_UINT (data) == TRANSPORT_BUS)
    set_up_bus (fixture);
  else
    set_up_peers (fixture);

  fixture->clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  fixture->manager = bus_fixture_make_manager (fixture);
  fixture->held = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  fixture->log = g_string_new (NULL);
  g_dbus_connection_signal_subscribe (fixture->client, NULL, NULL, NULL, NULL, NULL,
                                      G_DBUS_SIGNAL_FLAGS_NONE, signal_cb, fixture, NULL);
}

void
bus_fixture_tear_down (BusFixture    *fixture,
                       gconstpointer  data)
{
  g_ptr_array_unref (fixture->held);
  g_clear_object (&fixture->manager);
  g_dbus_connection_close_sync (fixture->client, NULL, NULL);
  g_dbus_connection_close_sync (fixture->server, NULL, NULL);
  settle ();
  g_clear_object (&fixture->client);
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->clock);
  g_string_free (fixture->log, TRUE);
  if (fixture->bus != NULL)
    g_test_dbus_down (fixture->bus);
  g_clear_object (&fixture->bus);
}

void
bus_fixture_add_test (const char *path,
                      void      (*func) (BusFixture *, gconstpointer))
{
  g_autofree char *bus_path = g_strconcat (path, "/bus", NULL);
  g_autofree char *peer_path = g_strconcat (path, "/peer", NULL);

  g_test_add (bus_path, BusFixture, GUINT_TO_POINTER (TRANSPORT_BUS),
              bus_fixture_set_up, func, bus_fixture_tear_down);
  g_test_add (peer_path, BusFixture, GUINT_TO_POINTER (TRANSPORT_PEER),
              bus_fixture_set_up, func, bus_fixture_tear_down);
}

void
bus_fixture_export (BusFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  mgr_manager_export (fixture->manager, fixture->server, &error);
  g_assert_no_error (error);
}

typedef struct
{
  gboolean done;
  GVariant *reply;  /* (owned) (nullable) */
  GError *error;    /* (owned) (nullable) */
} Call;

static void
called_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Call *call = user_data;

  call->reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &call->error);
  call->done = TRUE;
}

GVariant *
bus_fixture_call (BusFixture  *fixture,
                  const char  *object_path,
                  const char  *interface,
                  const char  *method,
                  GVariant    *arguments,
                  GError     **error)
{
  Call call = { FALSE, NULL, NULL };

  g_dbus_connection_call (fixture->client, g_dbus_connection_get_unique_name (fixture->server),
                          object_path, interface, method, arguments, NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, called_cb, &call);
  while (!call.done)
    g_main_context_iteration (NULL, TRUE);

  if (call.error != NULL)
    g_propagate_error (error, call.error);
  return call.reply;
}

char *
bus_fixture_get (BusFixture *fixture,
                 const char *object_path,
                 const char *interface,
                 const char *property)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;

  reply = bus_fixture_call (fixture, object_path, "org.freedesktop.DBus.Properties", "Get",
                            g_variant_new ("(ss)", interface, property), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(v)", &value);
  return g_variant_print (value, TRUE);
}

char *
bus_fixture_take_log (BusFixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  char *log;

  /* What waits for an idle moment is said first; the answer comes after it. */
  settle ();
  reply = bus_fixture_call (fixture, "/", "org.freedesktop.DBus.Peer", "Ping", NULL, &error);
  g_assert_no_error (error);
  settle ();

  log = g_strdup (g_strchomp (fixture->log->str));
  g_string_truncate (fixture->log, 0);
  return log;
}

void
bus_fixture_assert_log (BusFixture *fixture,
                        const char *expected)
{
  g_autofree char *log = bus_fixture_take_log (fixture);

  g_assert_cmpstr (log, ==, expected);
}

void
bus_fixture_assert_property (BusFixture *fixture,
                             const char *object_path,
                             const char *interface,
                             const char *property,
                             const char *expected)
{
  g_autofree char *value = bus_fixture_get (fixture, object_path, interface, property);

  g_assert_cmpstr (value, ==, expected);
}

void
bus_fixture_hold (BusFixture *fixture,
                  const char *component,
                  guint64     size)
{
  g_autoptr (GError) error = NULL;
  MgrAllocation *allocation =
    mgr_manager_allocate (fixture->manager, component, size, "held", 5, NULL, &error);

  g_assert_no_error (error);
  g_ptr_array_add (fixture->held, allocation);
}

static guint64
release_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  g_autoptr (MgrAllocation) allocation = g_object_steal_data (G_OBJECT (resource), "held");

  if (allocation == NULL)
    return 0;

  g_assert_true (mgr_allocation_release (allocation, NULL));
  return mgr_allocation_get_size (allocation);
}

MgrResource *
bus_fixture_add_resource (BusFixture *fixture,
                          const char *name,
                          guint64     size,
                          MgrSafety   safety)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, size);
  MgrComponent *root = mgr_manager_get_root (fixture->manager);
  MgrAllocation *allocation = mgr_component_allocate (root, size, name, 5, NULL, NULL);

  g_assert_nonnull (allocation);
  mgr_resource_set_safety (resource, safety);
  g_object_set_data_full (G_OBJECT (resource), "held", allocation,
                          (GDestroyNotify) mgr_allocation_unref);
  g_signal_connect (resource, "reclaim", G_CALLBACK (release_cb), NULL);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  return resource; /* kept by the cleaner */
}

void
bus_fixture_sense (BusFixture *fixture)
{
  for (guint i = 0; i < 2; i++)
    {
      mgr_pressure_sample_unref (
        mgr_pressure_monitor_sample (mgr_manager_get_monitor (fixture->manager)));
      mgr_manual_clock_advance (fixture->clock, 1);
    }
  settle ();
}

void
bus_fixture_assert_remote_error (const GError *error,
                                 const char   *name)
{
  g_autofree char *remote = NULL;

  g_assert_nonnull (error);
  remote = g_dbus_error_get_remote_error (error);
  g_assert_cmpstr (remote, ==, name);
}
