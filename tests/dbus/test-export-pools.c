/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bus-fixture.h"
#include "mgr-fake-pool.h"

#define POOL(name) "/org/libmgr/Pool/" name
#define POOL_INTERFACE "org.libmgr.Pool1"

#define assert_property(fixture, object_path, property, expected) \
  bus_fixture_assert_property (fixture, object_path, POOL_INTERFACE, property, expected)

/* Returns a pool that the manager alone keeps. */
static MgrPool *
add_pool (BusFixture   *fixture,
          const char   *name,
          MgrComponent *component)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPool) pool = mgr_fake_pool_new (name, component, MIB, &error);

  g_assert_no_error (error);
  g_assert_true (mgr_manager_add_pool (fixture->manager, pool, &error));
  g_assert_no_error (error);
  return pool;
}

static void
export_quietly (BusFixture *fixture)
{
  g_autofree char *log = NULL;

  bus_fixture_export (fixture);
  log = bus_fixture_take_log (fixture);
}

static void
test_properties (BusFixture    *fixture,
                 gconstpointer  data)
{
  MgrComponent *market = mgr_manager_add_component (fixture->manager, "market", 0, NULL, NULL);
  MgrPool *pool = add_pool (fixture, "tick data", market);

  add_pool (fixture, "free", NULL);
  add_pool (fixture, "top", mgr_manager_get_root (fixture->manager));
  bus_fixture_export (fixture);
  g_assert_true (mgr_fake_pool_take (pool, 3000, NULL));
  g_assert_true (mgr_fake_pool_take (pool, 1000, NULL));
  mgr_fake_pool_give (pool, 3000);

  assert_property (fixture, POOL ("tick_20data"), "Name", "'tick data'");
  assert_property (fixture, POOL ("tick_20data"), "Kind", "'fake'");
  assert_property (fixture, POOL ("tick_20data"), "Component",
                   "objectpath '/org/libmgr/Component/market'");
  assert_property (fixture, POOL ("free"), "Component", "objectpath '/'");
  assert_property (fixture, POOL ("top"), "Component", "objectpath '" MANAGER_PATH "'");
  assert_property (fixture, POOL ("tick_20data"), "Active", "true");
  assert_property (fixture, POOL ("tick_20data"), "Flushing", "false");
  assert_property (fixture, POOL ("tick_20data"), "Capacity", "uint64 1048576");
  assert_property (fixture, POOL ("tick_20data"), "LowWater", "0.69999999999999996");
  assert_property (fixture, POOL ("tick_20data"), "HighWater", "0.90000000000000002");
  assert_property (fixture, POOL ("tick_20data"), "Used", "uint64 1000");
  assert_property (fixture, POOL ("tick_20data"), "Peak", "uint64 4000");
  assert_property (fixture, POOL ("tick_20data"), "Charged", "uint64 4000");
  assert_property (fixture, POOL ("tick_20data"), "Fragmentation", "0.0");
  assert_property (fixture, POOL ("tick_20data"), "AllocationCount", "uint64 1");
}

static void
test_come_and_go (BusFixture    *fixture,
                  gconstpointer  data)
{
  MgrPool *pool;

  add_pool (fixture, "first", NULL);
  export_quietly (fixture);
  pool = add_pool (fixture, "a-b", NULL);
  bus_fixture_assert_log (fixture, "added " POOL ("a_2db") ";");
  g_assert_true (mgr_manager_remove_pool (fixture->manager, pool));
  bus_fixture_assert_log (fixture, "removed " POOL ("a_2db") ";");
}

static gpointer
replace_thread (gpointer user_data)
{
  BusFixture *fixture = user_data;
  g_autoptr (MgrPool) old = mgr_manager_lookup_pool (fixture->manager, "p");

  g_assert_true (mgr_manager_remove_pool (fixture->manager, old));
  add_pool (fixture, "p", NULL);
  return NULL;
}

static void
test_replaced (BusFixture    *fixture,
               gconstpointer  data)
{
  g_test_summary ("A pool is removed and one of the same name added from another thread");

  add_pool (fixture, "p", NULL);
  export_quietly (fixture);
  g_thread_join (g_thread_new ("replace", replace_thread, fixture));
  bus_fixture_assert_log (fixture, "removed " POOL ("p") "; added " POOL ("p") ";");
}

static void
test_changes (BusFixture    *fixture,
              gconstpointer  data)
{
  MgrPool *pool = add_pool (fixture, "p", NULL);

  export_quietly (fixture);
  mgr_pool_set_flushing (pool, TRUE);
  bus_fixture_assert_log (fixture, "p.Flushing=true;");
  g_assert_true (mgr_pool_set_active (pool, FALSE, NULL));
  bus_fixture_assert_log (fixture, "p.Active=false;");
  g_assert_true (mgr_pool_set_capacity (pool, 5000, NULL));
  bus_fixture_assert_log (fixture, "p.Capacity=5000;");

  g_test_message ("What is used is not announced");
  mgr_pool_set_flushing (pool, FALSE);
  g_assert_true (mgr_pool_set_active (pool, TRUE, NULL));
  g_free (bus_fixture_take_log (fixture));
  g_assert_true (mgr_fake_pool_take (pool, 10, NULL));
  bus_fixture_assert_log (fixture, "");
}

static void
test_statistics (BusFixture    *fixture,
                 gconstpointer  data)
{
  MgrPool *pool = add_pool (fixture, "p", NULL);
  g_autoptr (MgrPoolStatistics) expected = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) statistics = NULL;
  g_autoptr (GVariant) figures = NULL;
  g_autoptr (GError) error = NULL;

  bus_fixture_export (fixture);
  g_assert_true (mgr_fake_pool_take (pool, 10, NULL));
  expected = mgr_pool_get_statistics (pool);
  figures = g_variant_ref_sink (mgr_pool_statistics_to_variant (expected));
  reply = bus_fixture_call (fixture, POOL ("p"), POOL_INTERFACE, "GetStatistics", NULL, &error);
  g_assert_no_error (error);
  statistics = g_variant_get_child_value (reply, 0);
  g_assert_cmpvariant (statistics, figures);
}

static void
test_occupancy (BusFixture    *fixture,
                gconstpointer  data)
{
  MgrPool *pool = add_pool (fixture, "p", NULL);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  bus_fixture_export (fixture);
  g_assert_true (mgr_fake_pool_take (pool, 3 * MIB / 8, NULL));
  reply = bus_fixture_call (fixture, POOL ("p"), POOL_INTERFACE, "GetOccupancy",
                            g_variant_new ("(u)", 4), &error);
  g_assert_no_error (error);
  text = g_variant_print (reply, FALSE);
  g_assert_cmpstr (text, ==, "([1.0, 0.5, 0.0, 0.0],)");
}

static void
test_bad_number_of_cells (BusFixture    *fixture,
                          gconstpointer  data)
{
  const guint bad[] = { 0, 4097, G_MAXUINT };

  add_pool (fixture, "p", NULL);
  bus_fixture_export (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      GVariant *reply = bus_fixture_call (fixture, POOL ("p"), POOL_INTERFACE, "GetOccupancy",
                                          g_variant_new ("(u)", bad[i]), &error);

      g_assert_null (reply);
      bus_fixture_assert_remote_error (error, "org.libmgr.Error.InvalidArgument");
    }
}

static void
test_outlives_the_manager (BusFixture    *fixture,
                           gconstpointer  data)
{
  g_autoptr (MgrPool) pool = g_object_ref (add_pool (fixture, "p", NULL));

  export_quietly (fixture);
  g_clear_object (&fixture->manager);
  g_free (bus_fixture_take_log (fixture));
  g_assert_true (mgr_fake_pool_take (pool, 10, NULL));
  g_assert_finalize_object (g_steal_pointer (&pool));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  bus_fixture_add_test ("/dbus/pools/properties", test_properties);
  bus_fixture_add_test ("/dbus/pools/come-and-go", test_come_and_go);
  bus_fixture_add_test ("/dbus/pools/replaced", test_replaced);
  bus_fixture_add_test ("/dbus/pools/changes", test_changes);
  bus_fixture_add_test ("/dbus/pools/statistics", test_statistics);
  bus_fixture_add_test ("/dbus/pools/occupancy", test_occupancy);
  bus_fixture_add_test ("/dbus/pools/bad-number-of-cells", test_bad_number_of_cells);
  bus_fixture_add_test ("/dbus/pools/outlives-the-manager", test_outlives_the_manager);

  return g_test_run ();
}
