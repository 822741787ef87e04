/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bus-fixture.h"

#define MODEL(name) "/org/libmgr/Model/" name
#define MODEL_INTERFACE "org.libmgr.Model1"

#define assert_property(fixture, object_path, property, expected) \
  bus_fixture_assert_property (fixture, object_path, MODEL_INTERFACE, property, expected)

static GObject *
load_cb (MgrModel *model,
         gpointer  user_data)
{
  return g_object_new (G_TYPE_OBJECT, NULL);
}

/* Returns a model that the manager alone keeps. */
static MgrModel *
add_model (BusFixture   *fixture,
           const char   *name,
           MgrComponent *component)
{
  g_autoptr (MgrModel) model = g_object_new (MGR_TYPE_MODEL,
                                             "name", name,
                                             "component", component,
                                             "clock", fixture->clock,
                                             "declared-size", MIB,
                                             NULL);
  g_autoptr (GError) error = NULL;

  g_signal_connect (model, "load", G_CALLBACK (load_cb), NULL);
  mgr_model_registry_register (mgr_manager_get_models (fixture->manager), model, &error);
  g_assert_no_error (error);
  return model;
}

static MgrModelUse *
use (MgrModel *model)
{
  g_autoptr (GError) error = NULL;
  MgrModelUse *used = mgr_model_use (model, &error);

  g_assert_no_error (error);
  return used;
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
  MgrModel *model = add_model (fixture, "rank er", market);
  g_autoptr (MgrModelUse) used = NULL;

  add_model (fixture, "free", NULL);
  add_model (fixture, "top", mgr_manager_get_root (fixture->manager));
  bus_fixture_export (fixture);
  assert_property (fixture, MODEL ("rank_20er"), "Name", "'rank er'");
  assert_property (fixture, MODEL ("rank_20er"), "Component",
                   "objectpath '/org/libmgr/Component/market'");
  assert_property (fixture, MODEL ("free"), "Component", "objectpath '/'");
  assert_property (fixture, MODEL ("top"), "Component", "objectpath '" MANAGER_PATH "'");
  assert_property (fixture, MODEL ("rank_20er"), "Loaded", "false");
  assert_property (fixture, MODEL ("rank_20er"), "Pinned", "false");

  used = use (model);
  assert_property (fixture, MODEL ("rank_20er"), "Loaded", "true");
  assert_property (fixture, MODEL ("rank_20er"), "Pinned", "true");
  assert_property (fixture, MODEL ("rank_20er"), "Safety", "'safe'");
  assert_property (fixture, MODEL ("rank_20er"), "Priority", "uint32 5");
  assert_property (fixture, MODEL ("rank_20er"), "LoadTimeout", "int64 300000000");
  assert_property (fixture, MODEL ("rank_20er"), "DeclaredSize", "uint64 1048576");
  assert_property (fixture, MODEL ("rank_20er"), "Size", "uint64 1048576");
  g_assert_true (mgr_model_use_end (used, NULL));
}

static void
test_come_and_go (BusFixture    *fixture,
                  gconstpointer  data)
{
  MgrModelRegistry *models = mgr_manager_get_models (fixture->manager);
  MgrModel *model;

  add_model (fixture, "first", NULL);
  export_quietly (fixture);
  model = add_model (fixture, "a-b", NULL);
  bus_fixture_assert_log (fixture, "added " MODEL ("a_2db") ";");
  g_assert_true (mgr_model_registry_unregister (models, model));
  bus_fixture_assert_log (fixture, "removed " MODEL ("a_2db") ";");
}

static void
test_changes (BusFixture    *fixture,
              gconstpointer  data)
{
  MgrModel *model = add_model (fixture, "m", NULL);
  g_autoptr (MgrModelUse) used = NULL;

  export_quietly (fixture);
  used = use (model);
  bus_fixture_assert_log (fixture, "m.Loaded=true;");
  mgr_model_set_safety (model, MGR_SAFETY_CAUTIOUS);
  bus_fixture_assert_log (fixture, "m.Safety='cautious';");
  mgr_model_set_priority (model, 9);
  bus_fixture_assert_log (fixture, "m.Priority=9;");

  g_test_message ("That it is in use is not announced");
  g_assert_true (mgr_model_use_end (used, NULL));
  bus_fixture_assert_log (fixture, "");
  g_assert_true (mgr_model_unload (model, NULL));
  bus_fixture_assert_log (fixture, "m.Loaded=false;");
}

static void
test_statistics (BusFixture    *fixture,
                 gconstpointer  data)
{
  MgrModel *model = add_model (fixture, "m", NULL);
  g_autoptr (MgrModelUse) used = use (model);
  g_autoptr (MgrModelStatistics) expected = mgr_model_get_statistics (model);
  g_autoptr (GVariant) figures = g_variant_ref_sink (mgr_model_statistics_to_variant (expected));
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) statistics = NULL;
  g_autoptr (GError) error = NULL;

  bus_fixture_export (fixture);
  reply = bus_fixture_call (fixture, MODEL ("m"), MODEL_INTERFACE, "GetStatistics", NULL, &error);
  g_assert_no_error (error);
  statistics = g_variant_get_child_value (reply, 0);
  g_assert_cmpvariant (statistics, figures);
  g_assert_true (mgr_model_use_end (used, NULL));
}

static void
assert_advice (BusFixture *fixture,
               const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    bus_fixture_call (fixture, MODEL ("m"), MODEL_INTERFACE, "GetAdvice", NULL, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = g_variant_print (reply, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_advice (BusFixture    *fixture,
             gconstpointer  data)
{
  MgrModel *model = add_model (fixture, "m", NULL);
  g_autoptr (MgrModelUse) used = NULL;

  bus_fixture_export (fixture);
  assert_advice (fixture, "([],)");
  used = use (model);
  assert_advice (fixture, "(['model m: 1.0 MiB, used once in an hour, reload 0.0 s: lower its "
                          "priority'],)");
  g_assert_true (mgr_model_use_end (used, NULL));
}

static void
test_outlives_the_manager (BusFixture    *fixture,
                           gconstpointer  data)
{
  g_autoptr (MgrModel) model = g_object_ref (add_model (fixture, "m", NULL));
  g_autoptr (MgrModelUse) used = use (model);

  export_quietly (fixture);
  g_clear_object (&fixture->manager);
  g_free (bus_fixture_take_log (fixture));
  g_assert_true (mgr_model_use_end (used, NULL));
  g_clear_pointer (&used, mgr_model_use_unref);
  g_assert_finalize_object (g_steal_pointer (&model));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  bus_fixture_add_test ("/dbus/models/properties", test_properties);
  bus_fixture_add_test ("/dbus/models/come-and-go", test_come_and_go);
  bus_fixture_add_test ("/dbus/models/changes", test_changes);
  bus_fixture_add_test ("/dbus/models/statistics", test_statistics);
  bus_fixture_add_test ("/dbus/models/advice", test_advice);
  bus_fixture_add_test ("/dbus/models/outlives-the-manager", test_outlives_the_manager);

  return g_test_run ();
}
