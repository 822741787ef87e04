/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bus-fixture.h"

static GVariant *
list_journal (BusFixture *fixture,
              const char *kind,
              guint       limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  reply = bus_fixture_call (fixture, MANAGER_PATH, MANAGER_INTERFACE, "ListJournal",
                            g_variant_new ("(su)", kind, limit), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_variant_get_type_string (reply), ==, "(aa{sv})");
  return g_variant_get_child_value (reply, 0);
}

static void
assert_refused (BusFixture *fixture,
                const char *method,
                GVariant   *arguments,
                const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    bus_fixture_call (fixture, MANAGER_PATH, MANAGER_INTERFACE, method, arguments, &error);

  g_assert_null (reply);
  bus_fixture_assert_remote_error (error, name);
}

static void
press (BusFixture *fixture)
{
  mgr_manager_add_component (fixture->manager, "cache", 0, NULL, NULL);
  bus_fixture_add_resource (fixture, "temp_rows", 10 * MIB, MGR_SAFETY_SAFE);
  bus_fixture_hold (fixture, "cache", 82 * MIB);
  bus_fixture_sense (fixture);
}

static void
test_list (BusFixture    *fixture,
           gconstpointer  data)
{
  static const char *const kinds[] = { "report", "plan", "level" };
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) levels = NULL;
  g_autoptr (GVariant) one = NULL;
  guint64 cause = 0;

  bus_fixture_export (fixture);
  press (fixture);
  all = list_journal (fixture, "", 1000);
  g_assert_cmpuint (g_variant_n_children (all), ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (all, i);
      const char *kind = NULL;
      guint64 id = 0;

      g_assert_true (g_variant_lookup (entry, "kind", "&s", &kind));
      g_assert_cmpstr (kind, ==, kinds[i]);
      g_assert_true (g_variant_lookup (entry, "id", "t", &id));
      g_assert_cmpuint (id, ==, 3 - i);
      g_assert_true (g_variant_lookup (entry, "cause", "t", &cause) == (i < 2));
      if (i < 2)
        g_assert_cmpuint (cause, ==, id - 1);
    }

  levels = list_journal (fixture, "level", 10);
  g_assert_cmpuint (g_variant_n_children (levels), ==, 1);
  one = list_journal (fixture, "any", 1);
  g_assert_cmpuint (g_variant_n_children (one), ==, 1);
}

static void
test_explain (BusFixture    *fixture,
              gconstpointer  data)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  const char *story = NULL;

  bus_fixture_export (fixture);
  press (fixture);
  reply = bus_fixture_call (fixture, MANAGER_PATH, MANAGER_INTERFACE, "Explain",
                            g_variant_new ("(t)", G_GUINT64_CONSTANT (3)), &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(&s)", &story);
  g_assert_true (g_str_has_prefix (story, "#1 level, "));
  g_assert_true (g_strrstr (story, "#3 report, 0.0 ms later, because of #2: ") != NULL);
}

static void
test_bad_arguments (BusFixture    *fixture,
                    gconstpointer  data)
{
  bus_fixture_export (fixture);
  assert_refused (fixture, "ListJournal", g_variant_new ("(su)", "gossip", 10),
                  "org.libmgr.Error.InvalidArgument");
  assert_refused (fixture, "ListJournal", g_variant_new ("(su)", "", 0),
                  "org.libmgr.Error.InvalidArgument");
  assert_refused (fixture, "ListJournal", g_variant_new ("(su)", "", 1001),
                  "org.libmgr.Error.InvalidArgument");
  assert_refused (fixture, "Explain", g_variant_new ("(t)", G_GUINT64_CONSTANT (0)),
                  "org.libmgr.Error.NotFound");
}

static void
added_cb (GDBusConnection *connection,
          const char      *sender,
          const char      *object_path,
          const char      *interface,
          const char      *signal,
          GVariant        *parameters,
          gpointer         user_data)
{
  guint64 id = 0;

  g_variant_get (parameters, "(t)", &id);
  g_string_append_printf (user_data, "%" G_GUINT64_FORMAT ";", id);
}

static void
test_signal (BusFixture    *fixture,
             gconstpointer  data)
{
  MgrJournal *journal = mgr_manager_get_journal (fixture->manager);
  GString *log = g_string_new (NULL);
  guint id;

  bus_fixture_export (fixture);
  id = g_dbus_connection_signal_subscribe (fixture->client, NULL, MANAGER_INTERFACE, "JournalAdded",
                                           MANAGER_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, added_cb, log,
                                           NULL);
  g_free (bus_fixture_take_log (fixture));
  for (guint i = 0; i < 50; i++)
    mgr_journal_add (journal, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_INFO, "entry", NULL, 0);
  bus_fixture_assert_log (fixture, "");
  g_assert_cmpstr (log->str, ==, "50;");

  g_dbus_connection_signal_unsubscribe (fixture->client, id);
  g_string_free (log, TRUE);
}

static void
test_manager_is_gone (BusFixture    *fixture,
                      gconstpointer  data)
{
  g_autoptr (GVariant) list = NULL;

  bus_fixture_export (fixture);
  mgr_journal_add (mgr_manager_get_journal (fixture->manager), MGR_JOURNAL_KIND_OTHER,
                   MGR_JOURNAL_SEVERITY_INFO, "no \xff UTF-8", NULL, 0);
  list = list_journal (fixture, "other", 5);
  g_assert_cmpuint (g_variant_n_children (list), ==, 1);
  g_clear_object (&fixture->manager);
  assert_refused (fixture, "Explain", g_variant_new ("(t)", G_GUINT64_CONSTANT (1)),
                  "org.freedesktop.DBus.Error.UnknownMethod");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  bus_fixture_add_test ("/dbus/journal/list", test_list);
  bus_fixture_add_test ("/dbus/journal/explain", test_explain);
  bus_fixture_add_test ("/dbus/journal/bad-arguments", test_bad_arguments);
  bus_fixture_add_test ("/dbus/journal/signal", test_signal);
  bus_fixture_add_test ("/dbus/journal/manager-is-gone", test_manager_is_gone);

  return g_test_run ();
}
