/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

static void
test_figures (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  g_autoptr (MgrAllocation) first = NULL;
  g_autoptr (MgrReport) report = NULL;
  MgrComponent *component = mgr_manager_add_component (manager, "c", 100, NULL, NULL);

  first = mgr_component_allocate (component, 60, NULL, 5, NULL, NULL);
  mgr_allocation_unref (mgr_component_allocate (component, 30, NULL, 5, NULL, NULL));
  g_assert_null (mgr_component_allocate (component, 70, NULL, 5, NULL, NULL));

  report = mgr_manager_get_report (manager);
  g_assert_cmpint (mgr_report_get_level (report), ==, mgr_manager_get_level (manager));
  g_assert_cmpuint (mgr_report_get_budget (report), ==, 1000);
  g_assert_cmpuint (mgr_report_get_used (report), ==, 60);
  g_assert_cmpuint (mgr_report_get_peak (report), ==, 90);
  g_assert_cmpuint (mgr_report_get_allocations (report), ==, 1);
  g_assert_cmpuint (mgr_report_get_refused (report), ==, 1);
  g_assert_cmpuint (mgr_report_get_process (report), >, 100000);
  g_assert_cmpuint (mgr_report_get_cleanups (report), ==, 0);
}

static guint64
free_ten_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  return 10;
}

static void
test_cleanups_count_at_once (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_x", 10);
  g_autoptr (MgrCleanupReport) cleanup = NULL;
  g_autoptr (MgrReport) report = NULL;

  g_signal_connect (resource, "reclaim", G_CALLBACK (free_ten_cb), NULL);
  g_assert_true (mgr_manager_register_resource (manager, resource, NULL));
  cleanup = mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL);

  report = mgr_manager_get_report (manager);
  g_assert_cmpuint (mgr_report_get_cleanups (report), ==, 1);
  g_assert_cmpuint (mgr_report_get_freed (report), ==, 10);
  g_assert_cmpint (mgr_report_get_returned (report), ==, mgr_cleanup_report_get_returned (cleanup));
  g_assert_true (mgr_manager_unregister_resource (manager, resource));
  g_assert_false (mgr_manager_unregister_resource (manager, resource));
}

static void
test_variant (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  g_autoptr (MgrReport) report = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) components = NULL;
  g_autoptr (GVariant) first = NULL;
  const char *text;
  guint64 number;

  mgr_manager_add_component (manager, "c", 100, NULL, NULL);
  report = mgr_manager_get_report (manager);
  variant = g_variant_ref_sink (mgr_report_to_variant (report));

  g_assert_true (g_variant_is_of_type (variant, G_VARIANT_TYPE_VARDICT));
  g_assert_true (g_variant_lookup (variant, "level", "&s", &text));
  g_assert_cmpstr (text, ==, "normal");
  g_assert_true (g_variant_lookup (variant, "budget", "t", &number));
  g_assert_cmpuint (number, ==, 1000);

  components = g_variant_lookup_value (variant, "components", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (components), ==, 1);
  first = g_variant_get_child_value (components, 0);
  g_assert_true (g_variant_lookup (first, "path", "&s", &text));
  g_assert_cmpstr (text, ==, "c");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manager/report/figures", test_figures);
  g_test_add_func ("/manager/report/cleanups-count-at-once", test_cleanups_count_at_once);
  g_test_add_func ("/manager/report/variant", test_variant);

  return g_test_run ();
}
