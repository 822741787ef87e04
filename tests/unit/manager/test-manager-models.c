/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-test-support.h"

#define MIB ((guint64) 1 << 20)

static GObject *
load_cb (MgrModel *model,
         gpointer  user_data)
{
  return g_object_new (G_TYPE_OBJECT, NULL);
}

/* Loaded, and not in use. */
static MgrModel *
add_loaded (MgrManager *manager,
            const char *name,
            MgrSafety   safety)
{
  g_autoptr (MgrModel) model = mgr_model_new (name, mgr_manager_get_root (manager), 10 * MIB);
  g_autoptr (MgrModelUse) used = NULL;
  g_autoptr (GError) error = NULL;

  mgr_model_set_safety (model, safety);
  g_signal_connect (model, "load", G_CALLBACK (load_cb), NULL);
  mgr_model_registry_register (mgr_manager_get_models (manager), model, &error);
  g_assert_no_error (error);
  used = mgr_model_use (model, &error);
  g_assert_no_error (error);
  g_assert_true (mgr_model_use_end (used, &error));
  return model;
}

static gboolean
cleans (MgrManager *manager,
        gboolean    force)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrCleanupReport) report =
    mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_AGGRESSIVE, force, TRUE, &error);

  g_assert_no_error (error);
  return g_strv_contains (mgr_cleanup_report_get_cleaned (report), "model");
}

static void
test_cleaned_by_class (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (100 * MIB);
  MgrModel *model = add_loaded (manager, "model", MGR_SAFETY_PROTECTED);

  g_assert_false (cleans (manager, TRUE));
  g_assert_true (mgr_model_is_loaded (model));

  mgr_model_set_safety (model, MGR_SAFETY_CAUTIOUS);
  g_assert_false (cleans (manager, FALSE));
  g_assert_true (cleans (manager, TRUE));
  g_assert_false (mgr_model_is_loaded (model));
  g_assert_cmpuint (mgr_component_get_used (mgr_manager_get_root (manager)), ==, 0);
}

static void
test_cleaned_when_unused (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (100 * MIB);
  MgrModel *model = add_loaded (manager, "model", MGR_SAFETY_SAFE);

  g_assert_true (cleans (manager, FALSE));
  g_assert_false (mgr_model_is_loaded (model));
}

static void
test_not_cleaned_in_use (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (100 * MIB);
  MgrModel *model = add_loaded (manager, "model", MGR_SAFETY_SAFE);
  g_autoptr (MgrModelUse) used = mgr_model_use (model, NULL);

  g_assert_false (cleans (manager, TRUE));
  g_assert_true (mgr_model_is_loaded (model));
  g_assert_true (mgr_model_use_end (used, NULL));
}

static void
test_in_and_out (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (100 * MIB);
  g_autoptr (MgrModelRegistry) models = NULL;
  MgrModel *model = add_loaded (manager, "model", MGR_SAFETY_SAFE);
  GListModel *resources = mgr_cleaner_get_resources (mgr_manager_get_cleaner (manager));
  guint n_resources = g_list_model_get_n_items (resources);

  add_loaded (manager, "other", MGR_SAFETY_SAFE);
  g_assert_cmpuint (g_list_model_get_n_items (resources), ==, n_resources + 1);
  g_assert_true (mgr_model_registry_unregister (mgr_manager_get_models (manager), model));
  g_assert_cmpuint (g_list_model_get_n_items (resources), ==, n_resources);
  g_assert_false (cleans (manager, FALSE));

  g_object_get (manager, "models", &models, NULL);
  g_assert_true (models == mgr_manager_get_models (manager));
}

static void
test_name_that_is_taken (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (100 * MIB);
  g_autoptr (MgrResource) resource = mgr_resource_new ("model", 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_manager_register_resource (manager, resource, &error));
  g_test_expect_message ("libmgr", G_LOG_LEVEL_WARNING, "*“model” cannot be cleaned*");
  add_loaded (manager, "model", MGR_SAFETY_SAFE);
  g_test_assert_expected_messages ();
}

static void
test_registry_that_is_kept (void)
{
  MgrManager *manager = mgr_manager_new (100 * MIB);
  g_autoptr (MgrModelRegistry) models = g_object_ref (mgr_manager_get_models (manager));
  g_autoptr (MgrModel) model = g_object_ref (add_loaded (manager, "model", MGR_SAFETY_SAFE));

  g_test_summary ("Models go on when the manager is gone, charged to nobody");

  g_assert_finalize_object (manager);
  g_assert_true (mgr_model_is_loaded (model));
  g_assert_true (mgr_model_unload (model, NULL));
  g_assert_true (mgr_model_registry_unregister (models, model));
}

/* The only entry of a list of the report of the manager. */
static GVariant *
dup_reported (MgrManager *manager,
              const char *list)
{
  g_autoptr (MgrReport) report = mgr_manager_get_report (manager);
  g_autoptr (GVariant) variant = g_variant_ref_sink (mgr_report_to_variant (report));
  g_autoptr (GVariant) entries = g_variant_lookup_value (variant, list, G_VARIANT_TYPE ("aa{sv}"));

  g_assert_cmpuint (g_variant_n_children (entries), ==, 1);
  return g_variant_get_child_value (entries, 0);
}

static void
assert_reported (MgrManager *manager,
                 const char *list,
                 const char *key,
                 const char *expected)
{
  g_autoptr (GVariant) entry = dup_reported (manager, list);
  g_autoptr (GVariant) value = g_variant_lookup_value (entry, key, NULL);
  g_autofree char *text = value != NULL ? g_variant_print (value, FALSE) : g_strdup ("missing");

  g_assert_cmpstr (text, ==, expected);
}

static void
test_report (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrManager) manager = g_object_new (MGR_TYPE_MANAGER, "total-budget", 100 * MIB,
                                                 "clock", clock, NULL);
  g_autoptr (MgrModel) model = g_object_new (MGR_TYPE_MODEL, "name", "model", "clock", clock,
                                             "component", mgr_manager_get_root (manager),
                                             "declared-size", 10 * MIB, NULL);
  g_autoptr (MgrModelUse) used = NULL;

  g_signal_connect (model, "load", G_CALLBACK (load_cb), NULL);
  g_assert_true (mgr_model_registry_register (mgr_manager_get_models (manager), model, NULL));
  assert_reported (manager, "models", "unused-for", "-1");
  assert_reported (manager, "models", "loaded", "false");
  assert_reported (manager, "holders", "size", "0");

  used = mgr_model_use (model, NULL);
  mgr_manual_clock_advance (clock, 5);
  assert_reported (manager, "models", "name", "'model'");
  assert_reported (manager, "models", "component", "''");
  assert_reported (manager, "models", "loaded", "true");
  assert_reported (manager, "models", "pinned", "true");
  assert_reported (manager, "models", "safety", "'safe'");
  assert_reported (manager, "models", "priority", "5");
  assert_reported (manager, "models", "unused-for", "5");
  assert_reported (manager, "models", "size", "10485760");
  assert_reported (manager, "models", "n-loads", "1");
  assert_reported (manager, "models", "advice",
                   "['model model: 10.0 MiB, used once in an hour, reload 0.0 s: lower its "
                   "priority']");
  assert_reported (manager, "holders", "kind", "'model'");
  assert_reported (manager, "holders", "size", "10485760");

  g_assert_true (mgr_model_use_end (used, NULL));
  assert_reported (manager, "models", "pinned", "false");
  assert_reported (manager, "largest", "size", "10485760");
}

static void
test_report_of_what_nobody_pays (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (100 * MIB);
  g_autoptr (MgrModel) model = mgr_model_new ("model", NULL, 0);

  g_assert_true (mgr_model_registry_register (mgr_manager_get_models (manager), model, NULL));
  assert_reported (manager, "models", "component", "missing");
  assert_reported (manager, "models", "advice", "[]");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/manager-models/cleaned-by-class", test_cleaned_by_class);
  g_test_add_func ("/manager-models/cleaned-when-unused", test_cleaned_when_unused);
  g_test_add_func ("/manager-models/not-cleaned-in-use", test_not_cleaned_in_use);
  g_test_add_func ("/manager-models/in-and-out", test_in_and_out);
  g_test_add_func ("/manager-models/name-that-is-taken", test_name_that_is_taken);
  g_test_add_func ("/manager-models/registry-that-is-kept", test_registry_that_is_kept);
  g_test_add_func ("/manager-models/report", test_report);
  g_test_add_func ("/manager-models/report-of-what-nobody-pays", test_report_of_what_nobody_pays);
  return g_test_run ();
}
