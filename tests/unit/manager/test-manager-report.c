/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "mgr-report-private.h"

#define MIB ((guint64) 1 << 20)

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

/* Holds a charge of more than it says, and gives all of it up. */
static guint64
free_ten_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  MgrAllocation **charge = user_data;

  g_clear_pointer (charge, mgr_allocation_unref);
  return 10;
}

static void
test_cleanups_count_at_once (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_x", 10);
  g_autoptr (MgrCleanupReport) cleanup = NULL;
  g_autoptr (MgrReport) report = NULL;
  MgrAllocation *charge;

  mgr_manager_add_component (manager, "c", 100, NULL, NULL);
  charge = mgr_manager_allocate (manager, "c", 30, NULL, 5, NULL, NULL);
  g_assert_nonnull (charge);
  g_signal_connect (resource, "reclaim", G_CALLBACK (free_ten_cb), &charge);
  g_assert_true (mgr_manager_register_resource (manager, resource, NULL));
  cleanup = mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL);

  report = mgr_manager_get_report (manager);
  g_assert_cmpuint (mgr_report_get_cleanups (report), ==, 1);
  g_assert_cmpuint (mgr_report_get_claimed (report), ==, 10);
  g_assert_cmpint (mgr_report_get_ledger (report), ==, 30);
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

static GVariant *
lookup (GVariant   *dict,
        const char *key)
{
  GVariant *value = g_variant_lookup_value (dict, key, NULL);

  g_assert_nonnull (value);
  return value;
}

static void
test_status (void)
{
  static const MgrMemoryStatus expected[] = {
    MGR_MEMORY_STATUS_NORMAL, MGR_MEMORY_STATUS_NORMAL, MGR_MEMORY_STATUS_WARNING,
    MGR_MEMORY_STATUS_WARNING, MGR_MEMORY_STATUS_CRITICAL, MGR_MEMORY_STATUS_CRITICAL,
  };
  static const char *const nicks[] = { "normal", "warning", "critical" };

  for (guint level = 0; level < G_N_ELEMENTS (expected); level++)
    {
      g_autoptr (MgrReport) report = mgr_report_new ();
      g_autoptr (GVariant) variant = NULL;
      g_autoptr (GVariant) status = NULL;

      report->level = level;
      g_assert_cmpint (mgr_report_get_status (report), ==, expected[level]);
      variant = g_variant_ref_sink (mgr_report_to_variant (report));
      status = lookup (variant, "status");
      g_assert_cmpstr (g_variant_get_string (status, NULL), ==, nicks[expected[level]]);
    }
}

static void
test_unmanaged (void)
{
  g_autoptr (MgrReport) report = mgr_report_new ();

  g_test_summary ("More may be charged than the process has touched");

  report->used = 1000;
  g_assert_cmpint (mgr_report_get_unmanaged (report), ==, 0);
  report->process = 1500;
  g_assert_cmpint (mgr_report_get_unmanaged (report), ==, 500);
  report->process = 400;
  g_assert_cmpint (mgr_report_get_unmanaged (report), ==, -600);
}

static void
test_limits (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=64M available=48M swap=4M swap-free=3M\n");
  g_autoptr (MgrManager) manager = NULL;
  g_autoptr (MgrReport) report = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) limits = NULL;
  const char *explanation;
  guint64 limit;

  manager = g_object_new (MGR_TYPE_MANAGER, "total-budget", MIB,
                          "proc-path", mgr_fake_tree_get_proc (tree),
                          "cgroup-path", mgr_fake_tree_get_root (tree), NULL);
  report = mgr_manager_get_report (manager);
  g_assert_cmpuint (mgr_report_get_limit (report), ==, 64 * MIB);
  g_assert_cmpuint (mgr_report_get_soft_limit (report), ==, 0);
  g_assert_cmpuint (mgr_report_get_headroom (report), ==, 48 * MIB);
  g_assert_cmpuint (mgr_report_get_swap (report), ==, 3 * MIB);

  variant = g_variant_ref_sink (mgr_report_to_variant (report));
  limits = lookup (variant, "limits");
  g_assert_true (g_variant_lookup (limits, "limit", "t", &limit));
  g_assert_cmpuint (limit, ==, 64 * MIB);
  g_assert_true (g_variant_lookup (limits, "swap", "t", &limit));
  g_assert_cmpuint (limit, ==, 3 * MIB);
  g_assert_true (g_variant_lookup (limits, "explanation", "&s", &explanation));
  g_assert_nonnull (strstr (explanation, "MemTotal"));
}

static void
test_largest (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  MgrComponent *component = mgr_manager_add_component (manager, "c", 100, NULL, NULL);
  g_autoptr (MgrReport) report = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) largest = NULL;
  g_autoptr (GVariant) first = NULL;
  g_autoptr (GVariant) holders = NULL;
  g_autoptr (GVariant) kind = NULL;
  const char *text;
  guint64 number;

  g_test_summary ("The ten largest resources, and how many there are of what holds memory");

  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_%02u", i);
      g_autoptr (MgrResource) resource = mgr_resource_new (name, 100 + i);

      mgr_resource_set_component (resource, component);
      g_assert_true (mgr_manager_register_resource (manager, resource, NULL));
    }

  report = mgr_manager_get_report (manager);
  variant = g_variant_ref_sink (mgr_report_to_variant (report));
  largest = lookup (variant, "largest");
  g_assert_cmpuint (g_variant_n_children (largest), ==, 10);
  first = g_variant_get_child_value (largest, 0);
  g_assert_true (g_variant_lookup (first, "name", "&s", &text));
  g_assert_cmpstr (text, ==, "temp_11");
  g_assert_true (g_variant_lookup (first, "safety", "&s", &text));
  g_assert_cmpstr (text, ==, "safe");
  g_assert_true (g_variant_lookup (first, "component", "&s", &text));
  g_assert_cmpstr (text, ==, "c");

  holders = lookup (variant, "holders");
  g_assert_cmpuint (g_variant_n_children (holders), ==, 1);
  kind = g_variant_get_child_value (holders, 0);
  g_assert_true (g_variant_lookup (kind, "count", "t", &number));
  g_assert_cmpuint (number, ==, 12);
  g_assert_true (g_variant_lookup (kind, "size", "t", &number));
  g_assert_cmpuint (number, ==, 12 * 100 + 66);
}

static void
test_shares (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  MgrComponent *component = mgr_manager_add_component (manager, "c", 100, NULL, NULL);
  MgrComponent *other = mgr_manager_add_component (manager, "d", 0, NULL, NULL);
  g_autoptr (MgrAllocation) first = mgr_component_allocate (component, 25, NULL, 5, NULL, NULL);
  g_autoptr (MgrAllocation) second = mgr_component_allocate (other, 75, NULL, 5, NULL, NULL);
  g_autoptr (MgrReport) report = mgr_manager_get_report (manager);
  g_autoptr (GVariant) variant = g_variant_ref_sink (mgr_report_to_variant (report));
  g_autoptr (GVariant) components = lookup (variant, "components");
  g_autoptr (GVariant) entry = g_variant_get_child_value (components, 0);
  double share;

  g_assert_true (g_variant_lookup (entry, "share", "d", &share));
  g_assert_cmpfloat_with_epsilon (share, 0.25, 1e-9);
}

/* The same names as on D-Bus and in JSON, where they are tested too. */
static void
assert_fields (GVariant *variant)
{
  static const char *const fields[] = {
    "allocations", "budget", "caches", "claimed", "cleanups", "components", "holders", "largest",
    "last-cleanup", "ledger", "level", "limits", "models", "peak", "pools", "process", "refused",
    "returned", "status", "unmanaged", "used",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (GVariant) value = lookup (variant, fields[i]);

      g_assert_nonnull (value);
    }
  g_assert_cmpuint (g_variant_n_children (variant), ==, G_N_ELEMENTS (fields));
}

static void
test_last_cleanup (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  g_autoptr (MgrReport) before = mgr_manager_get_report (manager);
  g_autoptr (MgrCleanupReport) cleanup =
    mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, NULL);
  g_autoptr (MgrReport) after = mgr_manager_get_report (manager);
  g_autoptr (GVariant) variant = g_variant_ref_sink (mgr_report_to_variant (after));
  g_autoptr (GVariant) last = lookup (variant, "last-cleanup");
  const char *strategy;

  g_assert_null (mgr_report_get_last_cleanup (before));
  g_assert_true (mgr_report_get_last_cleanup (after) == cleanup);
  g_assert_true (g_variant_lookup (last, "strategy", "&s", &strategy));
  g_assert_cmpstr (strategy, ==, "light");
  assert_fields (variant);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manager/report/figures", test_figures);
  g_test_add_func ("/manager/report/cleanups-count-at-once", test_cleanups_count_at_once);
  g_test_add_func ("/manager/report/variant", test_variant);
  g_test_add_func ("/manager/report/status", test_status);
  g_test_add_func ("/manager/report/unmanaged", test_unmanaged);
  g_test_add_func ("/manager/report/limits", test_limits);
  g_test_add_func ("/manager/report/largest", test_largest);
  g_test_add_func ("/manager/report/shares", test_shares);
  g_test_add_func ("/manager/report/last-cleanup", test_last_cleanup);

  return g_test_run ();
}
