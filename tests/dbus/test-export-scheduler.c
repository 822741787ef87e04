/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bus-fixture.h"
#include "schedule/mgr-scheduler-private.h"

#define SCHEDULER_PATH "/org/libmgr/Scheduler"
#define SCHEDULER_INTERFACE "org.libmgr.Scheduler1"
#define TASK(id) "/org/libmgr/Task/" id
#define TASK_INTERFACE "org.libmgr.Task1"

/* What a call was answered with, once it was. */
typedef struct
{
  GVariant *reply; /* (owned) (nullable) */
  GError *error;   /* (owned) (nullable) */
} Answer;

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Answer *answer = user_data;

  answer->reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result,
                                                 &answer->error);
}

static void
answer_clear (Answer *answer)
{
  g_clear_pointer (&answer->reply, g_variant_unref);
  g_clear_error (&answer->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static const char *
server_name (BusFixture *fixture)
{
  return g_dbus_connection_get_unique_name (fixture->server);
}

static void
acquire (BusFixture      *fixture,
         GDBusConnection *client,
         const char      *name,
         guint64          memory,
         const char      *options,
         Answer          *answer)
{
  g_autoptr (GVariant) parsed = g_variant_parse (G_VARIANT_TYPE_VARDICT, options, NULL, NULL, NULL);

  g_dbus_connection_call (client, server_name (fixture), SCHEDULER_PATH, SCHEDULER_INTERFACE,
                          "Acquire", g_variant_new ("(st@a{sv})", name, memory, parsed),
                          G_VARIANT_TYPE ("(t)"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL,
                          answered_cb, answer);
}

static guint64
wait_for_lease (Answer *answer)
{
  guint64 id;

  while (answer->reply == NULL && answer->error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_no_error (answer->error);
  g_variant_get (answer->reply, "(t)", &id);
  return id;
}

static void
wait_for_error (Answer     *answer,
                const char *name)
{
  while (answer->reply == NULL && answer->error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (answer->reply);
  bus_fixture_assert_remote_error (answer->error, name);
}

static void
call (BusFixture *fixture,
      const char *method,
      GVariant   *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = bus_fixture_call (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE,
                                                 method, arguments, &error);

  g_assert_no_error (error);
}

static guint64
get_used (BusFixture *fixture)
{
  return mgr_component_get_used (mgr_manager_get_root (fixture->manager));
}

static void
assert_statistic (BusFixture *fixture,
                  const char *key,
                  const char *expected)
{
  g_autoptr (GVariant) reply = bus_fixture_call (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE,
                                                 "GetStatistics", NULL, NULL);
  g_autoptr (GVariant) statistics = g_variant_get_child_value (reply, 0);
  g_autoptr (GVariant) value = g_variant_lookup_value (statistics, key, NULL);
  g_autofree char *text = g_variant_print (value, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

/* Whose call it is has to be asked of the bus first, and the list follows after that. */
static void
wait_for_waiting (BusFixture *fixture,
                  guint       n_waiting)
{
  guint found = n_waiting + 1;

  while (found != n_waiting)
    {
      g_autoptr (GVariant) reply = bus_fixture_call (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE,
                                                     "ListTasks",
                                                     g_variant_new ("(suu)", "waiting", 0, 9),
                                                     NULL);
      g_autoptr (GVariant) tasks = g_variant_get_child_value (reply, 0);

      found = (guint) g_variant_n_children (tasks);
    }
}

static void
test_lease (BusFixture    *fixture,
            gconstpointer  data)
{
  g_auto (Answer) first = { 0 };
  g_auto (Answer) second = { 0 };

  bus_fixture_export (fixture);
  acquire (fixture, fixture->client, "import", 60 * MIB, "{'priority': <'high'>}", &first);
  g_assert_cmpuint (wait_for_lease (&first), ==, 1);
  g_assert_cmpuint (get_used (fixture), ==, 60 * MIB);
  acquire (fixture, fixture->client, "import", 60 * MIB, "{'tags': <['x']>, 'rank': <uint32 9>}",
           &second);
  assert_statistic (fixture, "running", "1");
  wait_for_waiting (fixture, 1);
  g_assert_null (second.reply);
  bus_fixture_assert_property (fixture, TASK ("2"), TASK_INTERFACE, "State", "'waiting'");

  call (fixture, "ReportMemory", g_variant_new ("(tt)", G_GUINT64_CONSTANT (1), 10 * MIB));
  call (fixture, "Release", g_variant_new ("(t)", G_GUINT64_CONSTANT (1)));
  g_assert_cmpuint (wait_for_lease (&second), ==, 2);
  bus_fixture_assert_property (fixture, TASK ("1"), TASK_INTERFACE, "Reason", "'done'");
  call (fixture, "Release", g_variant_new ("(t)", G_GUINT64_CONSTANT (2)));
  g_assert_cmpuint (get_used (fixture), ==, 0);
  assert_statistic (fixture, "overcommit", "0");
}

static void
test_refused (BusFixture    *fixture,
              gconstpointer  data)
{
  static const struct
  {
    guint64 memory;
    const char *options;
    const char *error;
  } rows[] = {
    { 200 * MIB, "{}", "org.libmgr.Error.Infeasible" },
    { MIB, "{'component': <'absent'>}", "org.libmgr.Error.NotFound" },
    { MIB, "{'priority': <'urgent'>}", "org.libmgr.Error.InvalidArgument" },
    { MIB, "{'rank': <uint32 11>}", "org.libmgr.Error.InvalidArgument" },
    { MIB, "{'memory': <'1 MiB'>}", "org.libmgr.Error.InvalidArgument" },
  };
  g_autoptr (GError) error = NULL;

  bus_fixture_export (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (Answer) answer = { 0 };

      acquire (fixture, fixture->client, "work", rows[i].memory, rows[i].options, &answer);
      wait_for_error (&answer, rows[i].error);
    }

  g_assert_null (bus_fixture_call (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE, "Release",
                                   g_variant_new ("(t)", G_GUINT64_CONSTANT (1)), &error));
  bus_fixture_assert_remote_error (error, "org.libmgr.Error.NotFound");
  assert_statistic (fixture, "submitted", "0");
}

static void
test_cancel (BusFixture    *fixture,
             gconstpointer  data)
{
  g_auto (Answer) held = { 0 };
  g_auto (Answer) waiting = { 0 };
  g_autoptr (GVariant) reply = NULL;

  bus_fixture_export (fixture);
  acquire (fixture, fixture->client, "held", 60 * MIB, "{}", &held);
  wait_for_lease (&held);
  acquire (fixture, fixture->client, "waiting", 60 * MIB, "{}", &waiting);
  wait_for_waiting (fixture, 1);
  bus_fixture_assert_property (fixture, TASK ("2"), TASK_INTERFACE, "Name", "'waiting'");
  reply = bus_fixture_call (fixture, TASK ("2"), TASK_INTERFACE, "Cancel", NULL, NULL);
  g_assert_nonnull (reply);
  while (waiting.error == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_free (bus_fixture_take_log (fixture));
  g_clear_pointer (&reply, g_variant_unref);
  reply = bus_fixture_call (fixture, TASK ("1"), TASK_INTERFACE, "Cancel", NULL, NULL);
  g_assert_nonnull (reply);
  bus_fixture_assert_log (fixture, "LeaseEnding();");
  g_assert_cmpuint (get_used (fixture), ==, 60 * MIB);
  call (fixture, "Release", g_variant_new ("(t)", G_GUINT64_CONSTANT (1)));
  g_assert_cmpuint (get_used (fixture), ==, 0);
}

static void
pass (BusFixture *fixture,
      gint64      time)
{
  mgr_manual_clock_advance (fixture->clock, time);
  mgr_scheduler_look (mgr_manager_get_scheduler (fixture->manager));
}

static void
test_holder_does_not_listen (BusFixture    *fixture,
                             gconstpointer  data)
{
  g_auto (Answer) held = { 0 };
  g_auto (Answer) waiting = { 0 };
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_test_summary ("A lease is taken back ten seconds after its holder was asked to end it");

  bus_fixture_export (fixture);
  acquire (fixture, fixture->client, "held", 60 * MIB, "{}", &held);
  wait_for_lease (&held);
  acquire (fixture, fixture->client, "next", 60 * MIB, "{}", &waiting);
  wait_for_waiting (fixture, 1);
  reply = bus_fixture_call (fixture, TASK ("1"), TASK_INTERFACE, "Cancel", NULL, NULL);
  g_assert_nonnull (reply);

  pass (fixture, 10 * G_USEC_PER_SEC - 1);
  bus_fixture_assert_property (fixture, TASK ("1"), TASK_INTERFACE, "State", "'running'");
  g_assert_cmpuint (get_used (fixture), ==, 60 * MIB);

  pass (fixture, 1);
  g_assert_cmpuint (wait_for_lease (&waiting), ==, 2);
  bus_fixture_assert_property (fixture, TASK ("1"), TASK_INTERFACE, "Reason", "'cancelled'");
  g_assert_cmpuint (get_used (fixture), ==, 60 * MIB);
  g_assert_null (bus_fixture_call (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE, "Release",
                                   g_variant_new ("(t)", G_GUINT64_CONSTANT (1)), &error));
  bus_fixture_assert_remote_error (error, "org.libmgr.Error.NotFound");
  call (fixture, "Release", g_variant_new ("(t)", G_GUINT64_CONSTANT (2)));
  g_assert_cmpuint (get_used (fixture), ==, 0);

  log = bus_fixture_take_log (fixture);
  g_assert_nonnull (strstr (log, "LeaseEnding();"));
}

static void
test_list (BusFixture    *fixture,
           gconstpointer  data)
{
  Answer answers[3] = { { 0 } };
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) tasks = NULL;
  g_autoptr (GVariant) one = NULL;
  g_autoptr (GError) error = NULL;
  const char *name = NULL;
  gboolean more;

  bus_fixture_export (fixture);
  for (guint i = 0; i < 3; i++)
    acquire (fixture, fixture->client, i == 0 ? "first" : "later", 60 * MIB, "{}", &answers[i]);
  wait_for_lease (&answers[0]);
  wait_for_waiting (fixture, 2);

  reply = bus_fixture_call (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE, "ListTasks",
                            g_variant_new ("(suu)", "waiting", 1, 5), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(@aa{sv}b)", &tasks, &more);
  g_assert_cmpuint (g_variant_n_children (tasks), ==, 1);
  g_assert_false (more);
  one = g_variant_get_child_value (tasks, 0);
  g_assert_true (g_variant_lookup (one, "name", "&s", &name));
  g_assert_cmpstr (name, ==, "later");

  g_clear_pointer (&reply, g_variant_unref);
  g_clear_pointer (&tasks, g_variant_unref);
  reply = bus_fixture_call (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE, "ListTasks",
                            g_variant_new ("(suu)", "", 0, 2), &error);
  g_variant_get (reply, "(@aa{sv}b)", &tasks, &more);
  g_assert_cmpuint (g_variant_n_children (tasks), ==, 2);
  g_assert_true (more);

  g_assert_null (bus_fixture_call (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE, "ListTasks",
                                   g_variant_new ("(suu)", "asleep", 0, 2), &error));
  bus_fixture_assert_remote_error (error, "org.libmgr.Error.InvalidArgument");
  g_clear_error (&error);
  g_assert_null (bus_fixture_call (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE, "ListTasks",
                                   g_variant_new ("(suu)", "", 0, 2000), &error));
  bus_fixture_assert_remote_error (error, "org.libmgr.Error.InvalidArgument");

  mgr_manager_unexport (fixture->manager);
  for (guint i = 1; i < 3; i++)
    while (answers[i].error == NULL)
      g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (get_used (fixture), ==, 0);
  for (guint i = 0; i < 3; i++)
    answer_clear (&answers[i]);
}

static void
test_explain (BusFixture    *fixture,
              gconstpointer  data)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  const char *text;

  bus_fixture_export (fixture);
  mgr_scheduler_pause (mgr_manager_get_scheduler (fixture->manager));
  acquire (fixture, fixture->client, "import", MIB, "{}", &answer);
  wait_for_waiting (fixture, 1);
  reply = bus_fixture_call (fixture, TASK ("1"), TASK_INTERFACE, "Explain", NULL, &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &text);
  g_assert_nonnull (strstr (text, "import"));
  g_assert_null (bus_fixture_call (fixture, TASK ("7"), TASK_INTERFACE, "Explain", NULL, &error));
  g_assert_nonnull (error);

  mgr_scheduler_resume (mgr_manager_get_scheduler (fixture->manager));
  wait_for_lease (&answer);
  call (fixture, "Release", g_variant_new ("(t)", G_GUINT64_CONSTANT (1)));
}

static void
test_holder_leaves (BusFixture    *fixture,
                    gconstpointer  data)
{
  g_autoptr (GDBusConnection) other = NULL;
  g_auto (Answer) held = { 0 };
  g_auto (Answer) waiting = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who leaves the bus gives up what it holds and what it waits for");

  bus_fixture_export (fixture);
  other = g_dbus_connection_new_for_address_sync (
    g_test_dbus_get_bus_address (fixture->bus),
    G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
    NULL, NULL, &error);
  g_assert_no_error (error);
  acquire (fixture, other, "held", 60 * MIB, "{}", &held);
  wait_for_lease (&held);
  acquire (fixture, fixture->client, "next", 60 * MIB, "{}", &waiting);
  wait_for_waiting (fixture, 1);

  g_assert_null (bus_fixture_call (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE, "Release",
                                   g_variant_new ("(t)", G_GUINT64_CONSTANT (1)), &error));
  bus_fixture_assert_remote_error (error, "org.libmgr.Error.NotFound");

  g_assert_true (g_dbus_connection_close_sync (other, NULL, NULL));
  g_assert_cmpuint (wait_for_lease (&waiting), ==, 2);
  bus_fixture_assert_property (fixture, TASK ("1"), TASK_INTERFACE, "Reason", "'cancelled'");
  call (fixture, "Release", g_variant_new ("(t)", G_GUINT64_CONSTANT (2)));
}

static void
test_properties (BusFixture    *fixture,
                 gconstpointer  data)
{
  bus_fixture_export (fixture);
  mgr_scheduler_pause (mgr_manager_get_scheduler (fixture->manager));
  g_free (bus_fixture_take_log (fixture));
  bus_fixture_assert_property (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE, "Strategy",
                               "'priority'");
  bus_fixture_assert_property (fixture, SCHEDULER_PATH, SCHEDULER_INTERFACE, "Paused", "true");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  bus_fixture_add_test ("/export-scheduler/lease", test_lease);
  bus_fixture_add_test ("/export-scheduler/refused", test_refused);
  bus_fixture_add_test ("/export-scheduler/cancel", test_cancel);
  bus_fixture_add_test ("/export-scheduler/holder-does-not-listen", test_holder_does_not_listen);
  bus_fixture_add_test ("/export-scheduler/list", test_list);
  bus_fixture_add_test ("/export-scheduler/explain", test_explain);
  bus_fixture_add_test ("/export-scheduler/properties", test_properties);
  g_test_add ("/export-scheduler/holder-leaves", BusFixture, GINT_TO_POINTER (TRANSPORT_BUS),
              bus_fixture_set_up, test_holder_leaves, bus_fixture_tear_down);

  return g_test_run ();
}
