/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bus-fixture.h"

#include <string.h>
#include <unistd.h>

#define assert_property(fixture, property, expected) \
  bus_fixture_assert_property (fixture, MANAGER_PATH, MANAGER_INTERFACE, property, expected)

static void
test_properties (BusFixture    *fixture,
                 gconstpointer  data)
{
  g_autofree char *program = g_strdup_printf ("'%s'", g_get_prgname ());
  g_autofree char *pid = g_strdup_printf ("uint32 %u", (guint) getpid ());

  mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL);
  bus_fixture_hold (fixture, "c", 25 * MIB);
  bus_fixture_hold (fixture, "c", 25 * MIB);
  g_ptr_array_set_size (fixture->held, 1);
  bus_fixture_export (fixture);

  assert_property (fixture, "Program", program);
  assert_property (fixture, "Pid", pid);
  assert_property (fixture, "TotalBudget", "uint64 104857600");
  assert_property (fixture, "Used", "uint64 26214400");
  assert_property (fixture, "Peak", "uint64 52428800");
  assert_property (fixture, "Usage", "0.25");
  assert_property (fixture, "Level", "'normal'");
  assert_property (fixture, "AutomaticCleanup", "true");

  /* Counters are read when asked, without any announcement. */
  bus_fixture_hold (fixture, "c", 25 * MIB);
  assert_property (fixture, "Used", "uint64 52428800");
}

static void
test_usage_without_budget (BusFixture    *fixture,
                           gconstpointer  data)
{
  g_assert_true (mgr_manager_set_total_budget (fixture->manager, 0, NULL));
  bus_fixture_hold (fixture, "", MIB);
  bus_fixture_export (fixture);

  assert_property (fixture, "TotalBudget", "uint64 0");
  assert_property (fixture, "Usage", "0.0");
}

static void
test_properties_are_read_only (BusFixture    *fixture,
                               gconstpointer  data)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  bus_fixture_export (fixture);
  reply = bus_fixture_call (fixture, MANAGER_PATH, "org.freedesktop.DBus.Properties", "Set",
                            g_variant_new ("(ssv)", MANAGER_INTERFACE, "TotalBudget",
                                           g_variant_new_uint64 (1)),
                            &error);
  g_assert_null (reply);
  bus_fixture_assert_remote_error (error, "org.freedesktop.DBus.Error.InvalidArgs");
  g_assert_cmpuint (mgr_manager_get_total_budget (fixture->manager), ==, 100 * MIB);
}

static void
test_announcements (BusFixture    *fixture,
                    gconstpointer  data)
{
  g_test_summary ("What changes in one dispatch is said once, with the last value");

  bus_fixture_export (fixture);
  bus_fixture_assert_log (fixture, "added " MANAGER_PATH ";");

  for (guint i = 1; i <= 1000; i++)
    g_assert_true (mgr_manager_set_total_budget (fixture->manager, i * MIB, NULL));
  bus_fixture_assert_log (fixture, "Manager.TotalBudget=1048576000;");

  mgr_manager_set_automatic_cleanup (fixture->manager, FALSE);
  bus_fixture_assert_log (fixture, "Manager.AutomaticCleanup=false;");
}

static void
assert_same_keys (GVariant *answer,
                  GVariant *expected)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_assert_cmpuint (g_variant_n_children (answer), ==, g_variant_n_children (expected));
  g_variant_iter_init (&iter, expected);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) found = g_variant_lookup_value (answer, key, NULL);

      g_assert_nonnull (found);
      g_assert_cmpstr (g_variant_get_type_string (found), ==, g_variant_get_type_string (value));
    }
}

static void
test_report (BusFixture    *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrReport) report = NULL;
  g_autoptr (GVariant) expected = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GError) error = NULL;
  guint64 used = 0;

  bus_fixture_export (fixture);
  bus_fixture_hold (fixture, "", 3 * MIB);
  reply = bus_fixture_call (fixture, MANAGER_PATH, MANAGER_INTERFACE, "GetReport", NULL, &error);
  g_assert_no_error (error);

  answer = g_variant_get_child_value (reply, 0);
  g_assert_true (g_variant_lookup (answer, "used", "t", &used));
  g_assert_cmpuint (used, ==, 3 * MIB);

  report = mgr_manager_get_report (fixture->manager);
  expected = g_variant_ref_sink (mgr_report_to_variant (report));
  assert_same_keys (answer, expected);
}

static GVariant *
list (BusFixture  *fixture,
      const char  *component,
      const char  *tag,
      guint        offset,
      guint        limit,
      GError     **error)
{
  return bus_fixture_call (fixture, MANAGER_PATH, MANAGER_INTERFACE, "ListAllocations",
                           g_variant_new ("(ssuu)", component, tag, offset, limit), error);
}

static void
assert_listed (BusFixture *fixture,
               const char *component,
               const char *tag,
               guint       offset,
               guint       limit,
               guint       rows,
               gboolean    more)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = list (fixture, component, tag, offset, limit, &error);
  g_autoptr (GVariant) page = NULL;
  gboolean answered_more;

  g_assert_no_error (error);
  g_variant_get (reply, "(@a(tsstuasx)b)", &page, &answered_more);
  g_assert_cmpuint (g_variant_n_children (page), ==, rows);
  g_assert_cmpint (answered_more, ==, more);
}

static void
test_list (BusFixture    *fixture,
           gconstpointer  data)
{
  const char *const tags[] = { "hot", "été", NULL };
  g_autoptr (MgrAllocation) allocation = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) page = NULL;
  g_autoptr (GVariant) row = NULL;
  g_autoptr (GVariant) expected = NULL;
  g_autoptr (GError) error = NULL;

  mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL);
  allocation = mgr_manager_allocate (fixture->manager, "c", 7, "a\xff" "b", 9, tags, &error);
  g_assert_no_error (error);
  bus_fixture_export (fixture);

  reply = list (fixture, "c", "", 0, 1, &error);
  g_assert_no_error (error);
  page = g_variant_get_child_value (reply, 0);
  row = g_variant_get_child_value (page, 0);
  expected = g_variant_ref_sink (g_variant_new ("(tsstu^asx)", mgr_allocation_get_id (allocation),
                                                "c", "a\xef\xbf\xbd" "b", (guint64) 7, 9, tags,
                                                mgr_allocation_get_created (allocation)));
  g_assert_cmpvariant (row, expected);
}

static void
test_list_pages (BusFixture    *fixture,
                 gconstpointer  data)
{
  const char *const tags[] = { "hot", NULL };
  g_autoptr (MgrAllocation) tagged = NULL;

  mgr_manager_add_component (fixture->manager, "a", 0, NULL, NULL);
  mgr_manager_add_component (fixture->manager, "b", 0, NULL, NULL);
  for (guint i = 0; i < 1500; i++)
    bus_fixture_hold (fixture, "a", 1);
  tagged = mgr_manager_allocate (fixture->manager, "b", 1, "tagged", 5, tags, NULL);
  bus_fixture_export (fixture);

  assert_listed (fixture, "", "", 0, 1000, 1000, TRUE);
  assert_listed (fixture, "", "", 1000, 1000, 501, FALSE);
  assert_listed (fixture, "a", "", 1000, 500, 500, FALSE);
  assert_listed (fixture, "a", "", 1000, 499, 499, TRUE);
  assert_listed (fixture, "", "hot", 0, 10, 1, FALSE);
  assert_listed (fixture, "a", "hot", 0, 10, 0, FALSE);
  assert_listed (fixture, "", "", G_MAXUINT, 1, 0, FALSE);
}

static void
test_list_errors (BusFixture    *fixture,
                  gconstpointer  data)
{
  const guint limits[] = { 0, 1001, G_MAXUINT };

  bus_fixture_export (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (list (fixture, "", "", 0, limits[i], &error));
      bus_fixture_assert_remote_error (error, "org.libmgr.Error.InvalidArgument");
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "1 to 1000"));
    }

  {
    g_autoptr (GError) error = NULL;

    g_assert_null (list (fixture, "no/such", "", 0, 1, &error));
    bus_fixture_assert_remote_error (error, "org.libmgr.Error.NotFound");
    g_assert_nonnull (strstr (error->message, "no/such"));
  }
}

static char *
cleanup (BusFixture *fixture,
         const char *strategy,
         gboolean    force,
         gboolean    dry_run)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char **cleaned = NULL;
  g_autofree char *names = NULL;
  guint64 freed = 0;
  gboolean answered_dry_run = FALSE;

  reply = bus_fixture_call (fixture, MANAGER_PATH, MANAGER_INTERFACE, "Cleanup",
                            g_variant_new ("(sbb)", strategy, force, dry_run), &error);
  g_assert_no_error (error);
  report = g_variant_get_child_value (reply, 0);
  g_assert_true (g_variant_lookup (report, "cleaned", "^a&s", &cleaned));
  g_assert_true (g_variant_lookup (report, dry_run ? "expected" : "claimed", "t", &freed));
  g_assert_true (g_variant_lookup (report, "dry-run", "b", &answered_dry_run));
  g_assert_cmpint (answered_dry_run, ==, dry_run);

  names = g_strjoinv (",", cleaned);
  return g_strdup_printf ("%s: %" G_GUINT64_FORMAT " MiB", names, freed / MIB);
}

static void
assert_cleanup (BusFixture *fixture,
                const char *strategy,
                gboolean    force,
                gboolean    dry_run,
                const char *expected)
{
  g_autofree char *answer = cleanup (fixture, strategy, force, dry_run);

  g_assert_cmpstr (answer, ==, expected);
}

static void
test_cleanup (BusFixture    *fixture,
              gconstpointer  data)
{
  bus_fixture_add_resource (fixture, "safe", 10 * MIB, MGR_SAFETY_SAFE);
  bus_fixture_add_resource (fixture, "cautious", 20 * MIB, MGR_SAFETY_CAUTIOUS);
  bus_fixture_add_resource (fixture, "protected", 30 * MIB, MGR_SAFETY_PROTECTED);
  bus_fixture_export (fixture);

  assert_cleanup (fixture, "aggressive", FALSE, TRUE, "safe: 10 MiB");
  assert_property (fixture, "Used", "uint64 62914560");

  assert_cleanup (fixture, "aggressive", FALSE, FALSE, "safe: 10 MiB");
  assert_property (fixture, "Used", "uint64 52428800");

  assert_cleanup (fixture, "emergency", TRUE, FALSE, "cautious: 20 MiB");
  assert_property (fixture, "Used", "uint64 31457280");

  bus_fixture_assert_log (fixture, "added " MANAGER_PATH "; "
                                   "CleanupFinished(aggressive); CleanupFinished(emergency);");
}

static void
test_cleanup_errors (BusFixture    *fixture,
                     gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  bus_fixture_export (fixture);
  g_assert_null (bus_fixture_call (fixture, MANAGER_PATH, MANAGER_INTERFACE, "Cleanup",
                                   g_variant_new ("(sbb)", "brutal", FALSE, FALSE), &error));
  bus_fixture_assert_remote_error (error, "org.libmgr.Error.InvalidArgument");
  g_assert_nonnull (strstr (error->message, "brutal"));
  g_assert_nonnull (strstr (error->message, "light, moderate, aggressive or emergency"));
}

static void
test_pressure (BusFixture    *fixture,
               gconstpointer  data)
{
  g_autofree char *down = NULL;

  g_test_summary ("The level is announced, then the change, then the cleanup it caused");

  bus_fixture_add_resource (fixture, "safe", 10 * MIB, MGR_SAFETY_SAFE);
  bus_fixture_export (fixture);
  bus_fixture_hold (fixture, "", 77 * MIB);
  bus_fixture_sense (fixture);
  bus_fixture_assert_log (fixture, "added " MANAGER_PATH "; "
                                   "Manager.Level='high'; PressureChanged(high); "
                                   "CleanupFinished(moderate);");

  g_ptr_array_set_size (fixture->held, 0);
  bus_fixture_sense (fixture);
  mgr_manual_clock_advance (fixture->clock, 60 * G_USEC_PER_SEC);
  bus_fixture_sense (fixture);
  down = bus_fixture_take_log (fixture);
  g_assert_true (g_str_has_suffix (down, "Manager.Level='normal'; PressureChanged(normal);"));
}

static void
sample_cb (GDBusConnection *connection,
           const char      *sender,
           const char      *object_path,
           const char      *interface,
           const char      *signal,
           GVariant        *parameters,
           gpointer         user_data)
{
  GVariant **sample = user_data;

  *sample = g_variant_get_child_value (parameters, 1);
}

static void
test_pressure_sample (BusFixture    *fixture,
                      gconstpointer  data)
{
  g_autoptr (GVariant) sample = NULL;
  g_autofree char *log = NULL;
  const char *source = NULL;
  double usage = 0;
  guint64 available = 0;
  guint64 limit = 0;

  bus_fixture_export (fixture);
  g_dbus_connection_signal_subscribe (fixture->client, NULL, MANAGER_INTERFACE, "PressureChanged",
                                      MANAGER_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
                                      sample_cb, &sample, NULL);
  bus_fixture_hold (fixture, "", 96 * MIB);
  bus_fixture_sense (fixture);
  log = bus_fixture_take_log (fixture);

  g_assert_nonnull (strstr (log, "PressureChanged(emergency)"));
  g_assert_nonnull (sample);
  g_assert_true (g_variant_lookup (sample, "usage", "d", &usage));
  g_assert_true (g_variant_lookup (sample, "available", "t", &available));
  g_assert_true (g_variant_lookup (sample, "limit", "t", &limit));
  g_assert_true (g_variant_lookup (sample, "source", "&s", &source));
  g_assert_true (g_variant_lookup (sample, "stall", "d", NULL));
  g_assert_true (g_variant_lookup (sample, "missing", "as", NULL));
  g_assert_true (g_variant_lookup (sample, "swap", "t", NULL));
  g_assert_true (g_variant_lookup (sample, "reason", "s", NULL));
  g_assert_true (g_variant_lookup (sample, "time", "x", NULL));
  g_assert_cmpfloat (usage, ==, 0.96);
  g_assert_cmpuint (available, ==, 4 * MIB);
  g_assert_cmpuint (limit, ==, 100 * MIB);
  g_assert_cmpstr (source, ==, "budget");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  bus_fixture_add_test ("/dbus/manager/properties", test_properties);
  bus_fixture_add_test ("/dbus/manager/usage-without-budget", test_usage_without_budget);
  bus_fixture_add_test ("/dbus/manager/properties-are-read-only", test_properties_are_read_only);
  bus_fixture_add_test ("/dbus/manager/announcements", test_announcements);
  bus_fixture_add_test ("/dbus/manager/report", test_report);
  bus_fixture_add_test ("/dbus/manager/list", test_list);
  bus_fixture_add_test ("/dbus/manager/list-pages", test_list_pages);
  bus_fixture_add_test ("/dbus/manager/list-errors", test_list_errors);
  bus_fixture_add_test ("/dbus/manager/cleanup", test_cleanup);
  bus_fixture_add_test ("/dbus/manager/cleanup-errors", test_cleanup_errors);
  bus_fixture_add_test ("/dbus/manager/pressure", test_pressure);
  bus_fixture_add_test ("/dbus/manager/pressure-sample", test_pressure_sample);

  return g_test_run ();
}
