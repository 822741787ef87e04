/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bus-fixture.h"

#define COMPONENT(path) "/org/libmgr/Component/" path

#define assert_property(fixture, object_path, property, expected) \
  bus_fixture_assert_property (fixture, object_path, COMPONENT_INTERFACE, property, expected)

static MgrComponent *
add (BusFixture   *fixture,
     const char   *name,
     guint64       budget,
     MgrComponent *parent)
{
  g_autoptr (GError) error = NULL;
  MgrComponent *component =
    mgr_manager_add_component (fixture->manager, name, budget, parent, &error);

  g_assert_no_error (error);
  return component;
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
  MgrComponent *models = add (fixture, "ml-models", 50 * MIB, NULL);
  MgrComponent *bert = add (fixture, "bert", 20 * MIB, models);
  g_autoptr (MgrAllocation) refused = NULL;

  g_assert_true (mgr_component_set_guaranteed (bert, 10 * MIB, NULL));
  mgr_component_set_priority (bert, 8);
  bus_fixture_export (fixture);

  assert_property (fixture, COMPONENT ("ml_2dmodels"), "Parent", "objectpath '" MANAGER_PATH "'");
  assert_property (fixture, COMPONENT ("ml_2dmodels/bert"), "Name", "'bert'");
  assert_property (fixture, COMPONENT ("ml_2dmodels/bert"), "Path", "'ml-models/bert'");
  assert_property (fixture, COMPONENT ("ml_2dmodels/bert"), "Parent",
                   "objectpath '" COMPONENT ("ml_2dmodels") "'");
  assert_property (fixture, COMPONENT ("ml_2dmodels/bert"), "Budget", "uint64 20971520");
  assert_property (fixture, COMPONENT ("ml_2dmodels/bert"), "Guaranteed", "uint64 10485760");
  assert_property (fixture, COMPONENT ("ml_2dmodels/bert"), "Priority", "uint32 8");

  bus_fixture_hold (fixture, "ml-models/bert", 3 * MIB);
  bus_fixture_hold (fixture, "ml-models/bert", 2 * MIB);
  g_ptr_array_set_size (fixture->held, 1);
  refused = mgr_component_allocate (bert, 19 * MIB, "too much", 5, NULL, NULL);
  g_assert_null (refused);
  assert_property (fixture, COMPONENT ("ml_2dmodels/bert"), "Used", "uint64 3145728");
  assert_property (fixture, COMPONENT ("ml_2dmodels/bert"), "Peak", "uint64 5242880");
  assert_property (fixture, COMPONENT ("ml_2dmodels/bert"), "AllocationCount", "uint64 1");
  assert_property (fixture, COMPONENT ("ml_2dmodels/bert"), "RefusedCount", "uint64 1");
  assert_property (fixture, COMPONENT ("ml_2dmodels"), "Used", "uint64 3145728");
}

static void
test_come_and_go (BusFixture    *fixture,
                  gconstpointer  data)
{
  MgrComponent *models;
  MgrComponent *bert;

  export_quietly (fixture);

  models = add (fixture, "models", 0, NULL);
  bert = add (fixture, "bert", 0, models);
  bus_fixture_assert_log (fixture, "added " COMPONENT ("models") "; "
                                   "added " COMPONENT ("models/bert") ";");

  g_assert_true (mgr_manager_remove_component (fixture->manager, bert, NULL));
  bus_fixture_assert_log (fixture, "removed " COMPONENT ("models/bert") ";");

  add (fixture, "gpt", 0, models);
  bus_fixture_assert_log (fixture, "added " COMPONENT ("models/gpt") ";");
}

static gpointer
replace_thread (gpointer user_data)
{
  BusFixture *fixture = user_data;
  g_autoptr (MgrComponent) old = mgr_manager_lookup_component (fixture->manager, "c");

  g_assert_true (mgr_manager_remove_component (fixture->manager, old, NULL));
  add (fixture, "c", 7 * MIB, NULL);
  return NULL;
}

static void
test_replaced (BusFixture    *fixture,
               gconstpointer  data)
{
  g_test_summary ("A component is removed and one of the same name added from another thread");

  add (fixture, "c", 5 * MIB, NULL);
  export_quietly (fixture);

  g_thread_join (g_thread_new ("replace", replace_thread, fixture));
  bus_fixture_assert_log (fixture, "removed " COMPONENT ("c") "; added " COMPONENT ("c") ";");
  assert_property (fixture, COMPONENT ("c"), "Budget", "uint64 7340032");
}

static void
test_changes_are_gathered (BusFixture    *fixture,
                           gconstpointer  data)
{
  MgrComponent *component = add (fixture, "c", 1 * MIB, NULL);

  export_quietly (fixture);
  for (guint i = 1; i <= 1000; i++)
    g_assert_true (mgr_component_set_budget (component, i * 1000, NULL));
  bus_fixture_assert_log (fixture, "c.Budget=1000000;");

  mgr_component_set_priority (component, 2);
  bus_fixture_assert_log (fixture, "c.Priority=2;");

  bus_fixture_hold (fixture, "c", 1000);
  bus_fixture_assert_log (fixture, "");
}

static void
test_follows_a_share (BusFixture    *fixture,
                      gconstpointer  data)
{
  MgrComponent *component = add (fixture, "c", 0, NULL);

  g_assert_true (mgr_component_set_budget_share (component, 0.5, NULL));
  export_quietly (fixture);
  assert_property (fixture, COMPONENT ("c"), "Budget", "uint64 52428800");

  g_assert_true (mgr_manager_set_total_budget (fixture->manager, 10 * MIB, NULL));
  assert_property (fixture, COMPONENT ("c"), "Budget", "uint64 5242880");
}

static void
test_names (BusFixture    *fixture,
            gconstpointer  data)
{
  static const struct { const char *name; const char *object_path; } cases[] = {
    { "plain9", COMPONENT ("plain9") },
    { "a_b", COMPONENT ("a_5fb") },
    { "a-b", COMPONENT ("a_2db") },
    { "a b.c", COMPONENT ("a_20b_2ec") },
    { "é", COMPONENT ("_c3_a9") },
  };

  export_quietly (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *expected = g_strdup_printf ("added %s;", cases[i].object_path);
      g_autofree char *name = g_strdup_printf ("'%s'", cases[i].name);

      add (fixture, cases[i].name, 0, NULL);
      bus_fixture_assert_log (fixture, expected);
      assert_property (fixture, cases[i].object_path, "Name", name);
    }
}

static void
test_object_manager (BusFixture    *fixture,
                     gconstpointer  data)
{
  MgrComponent *parent = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GVariant) deepest = NULL;
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GError) error = NULL;
  guint64 used = 0;

  g_test_summary ("One call answers the whole tree, with counters of that moment");

  for (guint i = 0; i < 20; i++)
    parent = add (fixture, "n", 0, parent);
  bus_fixture_export (fixture);
  bus_fixture_hold (fixture, mgr_component_get_path (parent), 5);

  reply = bus_fixture_call (fixture, "/org/libmgr", "org.freedesktop.DBus.ObjectManager",
                            "GetManagedObjects", NULL, &error);
  g_assert_no_error (error);
  objects = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (objects), ==, 22);

  deepest = g_variant_lookup_value (objects, COMPONENT ("n/n/n/n/n/n/n/n/n/n/n/n/n/n/n/n/n/n/n/n"),
                                    NULL);
  g_assert_nonnull (deepest);
  properties = g_variant_lookup_value (deepest, COMPONENT_INTERFACE, NULL);
  g_assert_true (g_variant_lookup (properties, "Used", "t", &used));
  g_assert_cmpuint (used, ==, 5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  bus_fixture_add_test ("/dbus/components/properties", test_properties);
  bus_fixture_add_test ("/dbus/components/come-and-go", test_come_and_go);
  bus_fixture_add_test ("/dbus/components/replaced", test_replaced);
  bus_fixture_add_test ("/dbus/components/changes-are-gathered", test_changes_are_gathered);
  bus_fixture_add_test ("/dbus/components/follows-a-share", test_follows_a_share);
  bus_fixture_add_test ("/dbus/components/names", test_names);
  bus_fixture_add_test ("/dbus/components/object-manager", test_object_manager);

  return g_test_run ();
}
