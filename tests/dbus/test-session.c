/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "service/mgr-session-link-private.h"

#include <unistd.h>

typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrManager *manager;   /* (owned) */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  fixture->manager = g_object_new (MGR_TYPE_MANAGER,
                                   "total-budget", G_GUINT64_CONSTANT (1000),
                                   "clock", fixture->clock,
                                   "proc-path", "/nonexistent",
                                   NULL);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (fixture->manager));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_clear_object (&fixture->manager);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_object_unref (fixture->clock);
}

static void
assert_ledger_goes_on (Fixture *fixture)
{
  g_autoptr (MgrAllocation) allocation = NULL;
  g_autoptr (GError) error = NULL;

  allocation = mgr_manager_allocate (fixture->manager, "", 1, NULL, 5, NULL, &error);
  g_assert_no_error (error);
}

static void
test_without_bus (Fixture       *fixture,
                  gconstpointer  data)
{
  g_test_summary ("Without a bus the program goes on, and hears of it once");

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  g_test_expect_message ("libmgr", G_LOG_LEVEL_MESSAGE, "Not on the session bus*works without it*");
  g_assert_false (mgr_manager_export_on_session (fixture->manager));
  g_test_assert_expected_messages ();

  g_assert_false (mgr_manager_export_on_session (fixture->manager));
  assert_ledger_goes_on (fixture);
}

/* The manager's own context is this thread's, so the question must not wait. */
static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GVariant) reply = NULL;
  int *answer = user_data;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  *answer = reply != NULL;
}

static gboolean
is_on_bus (const char *address)
{
  g_autofree char *name = g_strdup_printf ("org.libmgr.Program.p%u", (guint) getpid ());
  g_autoptr (GDBusConnection) client = NULL;
  g_autoptr (GError) error = NULL;
  int answer = -1;

  client = g_dbus_connection_new_for_address_sync (
    address,
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
    NULL, NULL, &error);
  g_assert_no_error (error);

  g_dbus_connection_call (client, name, "/org/libmgr/Manager", "org.libmgr.Manager1", "GetReport",
                          NULL, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL,
                          answered_cb, &answer);
  while (answer < 0)
    g_main_context_iteration (NULL, TRUE);

  g_dbus_connection_close_sync (client, NULL, NULL);
  return answer;
}

static void
wait_until_on_bus (const char *address)
{
  while (!is_on_bus (address))
    g_main_context_iteration (NULL, FALSE);
}

static void
test_bus_returns (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (GTestDBus) first = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr (GTestDBus) second = g_test_dbus_new (G_TEST_DBUS_NONE);

  g_test_summary ("A session bus that goes away and comes back sees the program again");

  g_test_dbus_up (first);
  g_assert_true (mgr_manager_export_on_session (fixture->manager));
  g_assert_true (mgr_manager_export_on_session (fixture->manager));
  wait_until_on_bus (g_test_dbus_get_bus_address (first));

  /* Looked for in vain, and then again. */
  g_test_dbus_down (first);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  assert_ledger_goes_on (fixture);
  for (guint i = 0; i < 3; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        continue;
      mgr_manual_clock_advance (fixture->clock, MGR_SESSION_LINK_RETRY);
    }

  g_test_dbus_up (second);
  while (!is_on_bus (g_test_dbus_get_bus_address (second)))
    mgr_manual_clock_advance (fixture->clock, MGR_SESSION_LINK_RETRY);

  g_clear_object (&fixture->manager);
  g_assert_false (is_on_bus (g_test_dbus_get_bus_address (second)));
  g_test_dbus_down (second);
}

static void
test_unexport_while_away (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);

  g_test_dbus_up (bus);
  g_assert_true (mgr_manager_export_on_session (fixture->manager));
  mgr_manager_unexport (fixture->manager);
  g_assert_false (is_on_bus (g_test_dbus_get_bus_address (bus)));

  g_assert_true (mgr_manager_export_on_session (fixture->manager));
  g_test_dbus_down (bus);
  mgr_manager_unexport (fixture->manager);
  mgr_manual_clock_advance (fixture->clock, MGR_SESSION_LINK_RETRY);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  assert_ledger_goes_on (fixture);
}

static void
add_test (const char *path,
          void      (*func) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_test ("/dbus/session/without-bus", test_without_bus);
  add_test ("/dbus/session/bus-returns", test_bus_returns);
  add_test ("/dbus/session/unexport-while-away", test_unexport_while_away);

  return g_test_run ();
}
