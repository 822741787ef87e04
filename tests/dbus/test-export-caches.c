/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bus-fixture.h"

#define CACHE(name) "/org/libmgr/Cache/" name
#define CACHE_INTERFACE "org.libmgr.Cache1"

#define assert_property(fixture, object_path, property, expected) \
  bus_fixture_assert_property (fixture, object_path, CACHE_INTERFACE, property, expected)

/* Returns a cache that the manager alone keeps. */
static MgrCache *
add_cache (BusFixture   *fixture,
           const char   *name,
           MgrComponent *component)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE, "name", name, "key-type",
                                             MGR_CACHE_KEY_TYPE_INT64, "component", component,
                                             "max-entries", (guint64) 100, NULL);

  g_assert_true (mgr_manager_add_cache (fixture->manager, cache, &error));
  g_assert_no_error (error);
  return cache;
}

static void
export_quietly (BusFixture *fixture)
{
  g_autofree char *log = NULL;

  bus_fixture_export (fixture);
  log = bus_fixture_take_log (fixture);
}

/* Asks for the keys from 0 on, and puts those that are not there. */
static void
use_cache (MgrCache *cache,
           gint64    n_keys,
           guint     rounds)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  for (gint64 i = 0; i < n_keys * rounds; i++)
    {
      if (!mgr_cache_get_int64 (cache, i % n_keys, NULL))
        g_assert_true (mgr_cache_put_int64 (cache, i % n_keys, &value, NULL, NULL));
    }
}

static void
test_properties (BusFixture    *fixture,
                 gconstpointer  data)
{
  MgrComponent *market = mgr_manager_add_component (fixture->manager, "market", 0, NULL, NULL);
  MgrCache *cache = add_cache (fixture, "tick data", market);
  g_autofree char *bytes = NULL;

  add_cache (fixture, "free", NULL);
  bus_fixture_export (fixture);
  use_cache (cache, 10, 2);

  assert_property (fixture, CACHE ("tick_20data"), "Name", "'tick data'");
  assert_property (fixture, CACHE ("tick_20data"), "Component",
                   "objectpath '/org/libmgr/Component/market'");
  assert_property (fixture, CACHE ("free"), "Component", "objectpath '/'");
  assert_property (fixture, CACHE ("tick_20data"), "KeyType", "'int64'");
  assert_property (fixture, CACHE ("tick_20data"), "Objective", "'requests'");
  assert_property (fixture, CACHE ("tick_20data"), "MaxBytes", "uint64 0");
  assert_property (fixture, CACHE ("tick_20data"), "MaxEntries", "uint64 100");
  assert_property (fixture, CACHE ("tick_20data"), "ResistPressure", "false");
  assert_property (fixture, CACHE ("tick_20data"), "Entries", "uint64 10");
  assert_property (fixture, CACHE ("tick_20data"), "HitRatio", "0.5");
  bytes = g_strdup_printf ("uint64 %" G_GUINT64_FORMAT, mgr_cache_get_n_bytes (cache));
  assert_property (fixture, CACHE ("tick_20data"), "Bytes", bytes);
}

static void
test_come_and_go (BusFixture    *fixture,
                  gconstpointer  data)
{
  MgrCache *cache;

  add_cache (fixture, "first", NULL);
  export_quietly (fixture);
  cache = add_cache (fixture, "a-b", NULL);
  bus_fixture_assert_log (fixture, "added " CACHE ("a_2db") ";");
  g_assert_true (mgr_manager_remove_cache (fixture->manager, cache));
  bus_fixture_assert_log (fixture, "removed " CACHE ("a_2db") ";");
}

static void
test_changes (BusFixture    *fixture,
              gconstpointer  data)
{
  MgrCache *cache = add_cache (fixture, "c", NULL);

  export_quietly (fixture);
  g_object_set (cache, "max-entries", (guint64) 50, NULL);
  bus_fixture_assert_log (fixture, "c.MaxEntries=50;");
  g_object_set (cache, "max-bytes", MIB, NULL);
  bus_fixture_assert_log (fixture, "c.MaxBytes=1048576;");
  g_object_set (cache, "resist-pressure", TRUE, NULL);
  bus_fixture_assert_log (fixture, "c.ResistPressure=true;");

  g_test_message ("What is in it is not announced");
  use_cache (cache, 10, 1);
  bus_fixture_assert_log (fixture, "");
}

static GVariant *
call (BusFixture  *fixture,
      const char  *method,
      GVariant    *arguments,
      GError     **error)
{
  return bus_fixture_call (fixture, CACHE ("c"), CACHE_INTERFACE, method, arguments, error);
}

static void
test_statistics (BusFixture    *fixture,
                 gconstpointer  data)
{
  MgrCache *cache = add_cache (fixture, "c", NULL);
  g_autoptr (MgrCacheStatistics) statistics = NULL;
  g_autoptr (GVariant) expected = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) found = NULL;
  g_autoptr (GError) error = NULL;

  bus_fixture_export (fixture);
  use_cache (cache, 150, 2);
  statistics = mgr_cache_get_statistics (cache);
  expected = g_variant_ref_sink (mgr_cache_statistics_to_variant (statistics));
  reply = call (fixture, "GetStatistics", NULL, &error);
  g_assert_no_error (error);
  g_variant_get (reply, "(@a{sv})", &found);
  g_assert_true (g_variant_equal (found, expected));
}

static GVariant *
make_fractions (const double *fractions,
                gsize         n_fractions)
{
  GVariant *array =
    g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, fractions, n_fractions, sizeof (double));

  return g_variant_new_tuple (&array, 1);
}

static void
assert_predicted (BusFixture *fixture,
                  gsize       expected)
{
  const double fractions[] = { 0.0, 0.5, 2.0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (fixture, "Predict",
                                     make_fractions (fractions, G_N_ELEMENTS (fractions)), &error);
  g_autoptr (GVariant) ratios = NULL;
  const double *found;
  gsize n_found;

  g_assert_no_error (error);
  ratios = g_variant_get_child_value (reply, 0);
  found = g_variant_get_fixed_array (ratios, &n_found, sizeof (double));
  g_assert_cmpuint (n_found, ==, expected);
  for (gsize i = 1; i < n_found; i++)
    g_assert_cmpfloat (found[i], >=, found[i - 1]);
}

static void
test_predict (BusFixture    *fixture,
              gconstpointer  data)
{
  static const double bad[] = { -0.1, 2.1, 0.0 / 0.0 };
  double many[257] = { 0.0, };
  MgrCache *cache = add_cache (fixture, "c", NULL);

  bus_fixture_export (fixture);
  assert_predicted (fixture, 0);
  use_cache (cache, 150, 100);
  assert_predicted (fixture, 3);

  for (gsize i = 0; i <= G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      GVariant *arguments = i < G_N_ELEMENTS (bad) ? make_fractions (&bad[i], 1)
                                                   : make_fractions (many, G_N_ELEMENTS (many));

      g_assert_null (call (fixture, "Predict", arguments, &error));
      bus_fixture_assert_remote_error (error, "org.libmgr.Error.InvalidArgument");
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  bus_fixture_add_test ("/dbus/caches/properties", test_properties);
  bus_fixture_add_test ("/dbus/caches/come-and-go", test_come_and_go);
  bus_fixture_add_test ("/dbus/caches/changes", test_changes);
  bus_fixture_add_test ("/dbus/caches/statistics", test_statistics);
  bus_fixture_add_test ("/dbus/caches/predict", test_predict);

  return g_test_run ();
}
