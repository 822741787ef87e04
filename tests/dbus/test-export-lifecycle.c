/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bus-fixture.h"

#include <string.h>
#include <unistd.h>

static void
assert_gone (BusFixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  reply = bus_fixture_call (fixture, MANAGER_PATH, MANAGER_INTERFACE, "GetReport", NULL, &error);
  g_assert_null (reply);
  bus_fixture_assert_remote_error (error, "org.freedesktop.DBus.Error.UnknownMethod");
}

static void
assert_there (BusFixture *fixture)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  reply = bus_fixture_call (fixture, MANAGER_PATH, MANAGER_INTERFACE, "GetReport", NULL, &error);
  g_assert_no_error (error);
}

static void
assert_ledger_goes_on (BusFixture *fixture)
{
  guint64 used = mgr_component_get_used (mgr_manager_get_root (fixture->manager));

  bus_fixture_hold (fixture, "", MIB);
  g_assert_cmpuint (mgr_component_get_used (mgr_manager_get_root (fixture->manager)), ==, used + MIB);
}

static void
test_goes_with_the_manager (BusFixture    *fixture,
                            gconstpointer  data)
{
  MgrManager *manager = fixture->manager;

  mgr_manager_add_component (manager, "c", 0, NULL, NULL);
  bus_fixture_export (fixture);
  assert_there (fixture);
  bus_fixture_assert_log (fixture, "added " MANAGER_PATH "; added /org/libmgr/Component/c;");

  g_object_add_weak_pointer (G_OBJECT (manager), (gpointer *) &manager);
  g_clear_object (&fixture->manager);
  g_assert_null (manager);
  assert_gone (fixture);
  bus_fixture_assert_log (fixture, "removed /org/libmgr/Component/c; removed " MANAGER_PATH ";");

  /* The connection is free for the next. */
  fixture->manager = bus_fixture_make_manager (fixture);
  bus_fixture_export (fixture);
  assert_there (fixture);
}

static gpointer
unref_thread (gpointer user_data)
{
  g_object_unref (user_data);
  return NULL;
}

static void
test_last_unref_elsewhere (BusFixture    *fixture,
                           gconstpointer  data)
{
  bus_fixture_export (fixture);
  assert_there (fixture);

  /* This thread runs the context, so its objects may only end here. */
  g_assert_true (g_main_context_acquire (NULL));
  g_thread_join (g_thread_new ("unref", unref_thread, g_steal_pointer (&fixture->manager)));
  g_main_context_release (NULL);

  assert_gone (fixture);
}

static void
test_unexport (BusFixture    *fixture,
               gconstpointer  data)
{
  bus_fixture_export (fixture);
  mgr_manager_unexport (fixture->manager);
  assert_gone (fixture);
  assert_ledger_goes_on (fixture);

  mgr_manager_unexport (fixture->manager);
  bus_fixture_export (fixture);
  assert_there (fixture);
}

static void
test_twice (BusFixture    *fixture,
            gconstpointer  data)
{
  g_autoptr (MgrManager) other = bus_fixture_make_manager (fixture);
  g_autoptr (GError) same_error = NULL;
  g_autoptr (GError) other_error = NULL;

  bus_fixture_export (fixture);

  g_assert_false (mgr_manager_export (fixture->manager, fixture->server, &same_error));
  g_assert_error (same_error, MGR_ERROR, MGR_ERROR_EXISTS);
  g_assert_false (mgr_manager_export (other, fixture->server, &other_error));
  g_assert_error (other_error, MGR_ERROR, MGR_ERROR_EXISTS);

  assert_there (fixture);
  mgr_manager_unexport (other);
  assert_there (fixture);
}

static void
test_two_connections (BusFixture    *fixture,
                      gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("Losing one connection leaves the manager on the other");

  bus_fixture_export (fixture);
  g_assert_true (mgr_manager_export (fixture->manager, fixture->client, &error));
  g_assert_no_error (error);
  assert_there (fixture);

  mgr_manager_unexport (fixture->manager);
  assert_gone (fixture);
}

static void
closed_cb (GDBusConnection *connection,
           gboolean         remote_peer_vanished,
           GError          *error,
           gpointer         user_data)
{
  gboolean *closed = user_data;

  *closed = TRUE;
}

static void
wait_for_close (BusFixture *fixture)
{
  gboolean closed = FALSE;

  g_signal_connect (fixture->server, "closed", G_CALLBACK (closed_cb), &closed);
  g_dbus_connection_close (fixture->server, NULL, NULL, NULL);
  while (!closed)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_signal_handlers_disconnect_by_func (fixture->server, closed_cb, &closed);
}

static void
test_connection_closed (BusFixture    *fixture,
                        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  MgrComponent *component;

  g_dbus_connection_set_exit_on_close (fixture->server, TRUE);
  bus_fixture_export (fixture);
  g_assert_false (g_dbus_connection_get_exit_on_close (fixture->server));

  wait_for_close (fixture);
  assert_ledger_goes_on (fixture);
  component = mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL);
  g_assert_true (mgr_manager_remove_component (fixture->manager, component, NULL));
  bus_fixture_sense (fixture);

  g_assert_false (mgr_manager_export (fixture->manager, fixture->server, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
}

typedef struct
{
  BusFixture *fixture;
  GError *error; /* (owned) (nullable) */
} ThreadCall;

static gpointer
export_thread (gpointer user_data)
{
  ThreadCall *call = user_data;

  g_assert_false (mgr_manager_export (call->fixture->manager, call->fixture->server, &call->error));
  return NULL;
}

static void
test_other_thread (BusFixture    *fixture,
                   gconstpointer  data)
{
  ThreadCall call = { fixture, NULL };

  g_test_summary ("While one thread runs the manager's context, no other can export it");

  g_assert_true (g_main_context_acquire (NULL));
  g_thread_join (g_thread_new ("export", export_thread, &call));
  g_main_context_release (NULL);

  g_assert_error (call.error, MGR_ERROR, MGR_ERROR_BUSY);
  g_clear_error (&call.error);
}

static gboolean
name_has_owner (BusFixture *fixture)
{
  g_autofree char *name = g_strdup_printf ("org.libmgr.Program.p%u", (guint) getpid ());
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  gboolean has_owner = FALSE;

  reply = g_dbus_connection_call_sync (fixture->client, "org.freedesktop.DBus",
                                       "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                       "NameHasOwner", g_variant_new ("(s)", name),
                                       G_VARIANT_TYPE ("(b)"), G_DBUS_CALL_FLAGS_NONE,
                                       -1, NULL, &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(b)", &has_owner);
  return has_owner;
}

static void
wait_for_name (BusFixture *fixture,
               gboolean    owned)
{
  while (name_has_owner (fixture) != owned)
    g_main_context_iteration (NULL, FALSE);
}

static void
test_name (BusFixture    *fixture,
           gconstpointer  data)
{
  g_autoptr (MgrManager) other = bus_fixture_make_manager (fixture);
  g_autoptr (GError) error = NULL;

  g_assert_false (name_has_owner (fixture));
  bus_fixture_export (fixture);
  wait_for_name (fixture, TRUE);

  /* A second one waits for the name, and gets it with the end of the first. */
  g_assert_true (mgr_manager_export (other, fixture->client, &error));
  g_assert_no_error (error);
  g_clear_object (&fixture->manager);
  wait_for_name (fixture, TRUE);

  mgr_manager_unexport (other);
  wait_for_name (fixture, FALSE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  bus_fixture_add_test ("/dbus/lifecycle/goes-with-the-manager", test_goes_with_the_manager);
  bus_fixture_add_test ("/dbus/lifecycle/last-unref-elsewhere", test_last_unref_elsewhere);
  bus_fixture_add_test ("/dbus/lifecycle/unexport", test_unexport);
  bus_fixture_add_test ("/dbus/lifecycle/twice", test_twice);
  bus_fixture_add_test ("/dbus/lifecycle/two-connections", test_two_connections);
  bus_fixture_add_test ("/dbus/lifecycle/connection-closed", test_connection_closed);
  bus_fixture_add_test ("/dbus/lifecycle/other-thread", test_other_thread);
  g_test_add ("/dbus/lifecycle/name", BusFixture, GUINT_TO_POINTER (TRANSPORT_BUS),
              bus_fixture_set_up, test_name, bus_fixture_tear_down);

  return g_test_run ();
}
