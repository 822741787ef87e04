/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)

static MgrManager *
manager_with (const char *component,
              guint64     budget)
{
  MgrManager *manager = mgr_manager_new (100 * MIB);

  g_assert_nonnull (mgr_manager_add_component (manager, component, budget, NULL, NULL));
  return manager;
}

static void
test_total_budget (void)
{
  g_autoptr (MgrManager) fixed = mgr_manager_new (100 * MIB);
  g_autoptr (MgrManager) found = mgr_manager_new (0);
  guint64 limit = mgr_memory_limits_get_limit (mgr_manager_get_limits (found));

  g_assert_cmpuint (mgr_manager_get_total_budget (fixed), ==, 100 * MIB);
  g_assert_cmpuint (limit, >, 0);
  g_assert_cmpuint (mgr_manager_get_total_budget (found), <=, limit - limit / 20 + 1);
  g_assert_cmpuint (mgr_manager_get_total_budget (found), >, limit / 10 * 9);

  g_assert_true (mgr_manager_set_total_budget (fixed, 50 * MIB, NULL));
  g_assert_cmpuint (mgr_manager_get_total_budget (fixed), ==, 50 * MIB);
}

static void
test_default (void)
{
  MgrManager *manager = mgr_manager_get_default ();

  g_assert_true (manager == mgr_manager_get_default ());
  g_assert_true (mgr_manager_get_track_process (manager));
}

static void
test_by_path (void)
{
  g_autoptr (MgrManager) manager = manager_with ("ml-models", 10 * MIB);
  g_autoptr (MgrComponent) models = mgr_manager_lookup_component (manager, "ml-models");
  g_autoptr (MgrAllocation) allocation = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (mgr_manager_add_component (manager, "bert", 0, models, NULL));
  allocation = mgr_manager_allocate (manager, "ml-models/bert", MIB, "weights", 5, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_component_get_used (models), ==, MIB);

  g_assert_null (mgr_manager_allocate (manager, "bert", MIB, "weights", 5, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
}

static void
test_adaptive (void)
{
  g_autoptr (MgrManager) manager = manager_with ("c", 10 * MIB);
  g_autoptr (MgrAllocation) first = NULL;
  g_autoptr (MgrAllocation) second = NULL;
  g_autoptr (GError) error = NULL;

  first = mgr_manager_allocate_adaptive (manager, "c", 4 * MIB, "all of it", 5, NULL, MIB, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_allocation_get_size (first), ==, 4 * MIB);

  second = mgr_manager_allocate_adaptive (manager, "c", 50 * MIB, "what fits", 5, NULL, MIB, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_allocation_get_size (second), ==, 6 * MIB);

  g_assert_null (mgr_manager_allocate_adaptive (manager, "c", MIB, NULL, 5, NULL, 1, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_clear_error (&error);

  g_assert_null (mgr_manager_allocate_adaptive (manager, "c", 1, NULL, 5, NULL, 2, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_assert_null (mgr_manager_allocate_adaptive (manager, "c", 0, NULL, 5, NULL, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_adaptive_keeps_the_minimum (void)
{
  g_autoptr (MgrManager) manager = manager_with ("c", 5000);
  g_autoptr (MgrAllocation) allocation = NULL;

  g_test_summary ("Rounding down to pages never goes below the minimum");

  allocation = mgr_manager_allocate_adaptive (manager, "c", 9000, NULL, 5, NULL, 4500, NULL);
  g_assert_cmpuint (mgr_allocation_get_size (allocation), ==, 5000);
}

static void
test_fallback (void)
{
  g_autoptr (MgrManager) manager = manager_with ("c", 10 * MIB);
  g_autoptr (MgrAllocation) primary = NULL;
  g_autoptr (MgrAllocation) fallback = NULL;
  g_autoptr (GError) error = NULL;

  primary = mgr_manager_allocate_with_fallback (manager, "c", 8 * MIB, MIB, NULL, 5, NULL, &error);
  g_assert_cmpuint (mgr_allocation_get_size (primary), ==, 8 * MIB);
  fallback = mgr_manager_allocate_with_fallback (manager, "c", 99 * MIB, MIB, NULL, 5, NULL, &error);
  g_assert_cmpuint (mgr_allocation_get_size (fallback), ==, MIB);
  g_assert_no_error (error);

  g_assert_null (mgr_manager_allocate_with_fallback (manager, "c", 3 * MIB, 2 * MIB, NULL, 5,
                                                     NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_clear_error (&error);
  g_assert_null (mgr_manager_allocate_with_fallback (manager, "c", 1, 1, NULL, 99, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
refused_cb (MgrManager *manager,
            const char *component,
            guint64     size,
            const char *message,
            gpointer    user_data)
{
  GString *log = user_data;

  g_string_append_printf (log, "%s %" G_GUINT64_FORMAT " ", component, size);
}

static void
test_refusals_are_signalled (void)
{
  g_autoptr (MgrManager) manager = manager_with ("c", 10);
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (manager, "allocation-refused", G_CALLBACK (refused_cb), log);
  g_assert_null (mgr_manager_allocate (manager, "c", 11, NULL, 5, NULL, NULL));
  g_assert_null (mgr_manager_allocate (manager, "c", 0, NULL, 5, NULL, NULL));
  g_assert_cmpstr (log->str, ==, "");

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpstr (log->str, ==, "c 11 ");
}

static void
allocated_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  MgrAllocation **out = user_data;
  g_autoptr (GError) error = NULL;

  *out = mgr_manager_allocate_finish (MGR_MANAGER (source), result, &error);
  g_assert_no_error (error);
}

static void
test_async (void)
{
  g_autoptr (MgrManager) manager = manager_with ("c", 10);
  MgrAllocation *held = mgr_manager_allocate (manager, "c", 10, NULL, 5, NULL, NULL);
  g_autoptr (MgrAllocation) waited = NULL;

  mgr_manager_allocate_async (manager, "c", 4, "later", 7, NULL, 0, NULL, allocated_cb, &waited);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_null (waited);

  mgr_allocation_unref (held);
  while (waited == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (mgr_allocation_get_size (waited), ==, 4);
  g_assert_cmpstr (mgr_allocation_get_description (waited), ==, "later");
  g_assert_cmpuint (mgr_allocation_get_priority (waited), ==, 7);
}

static void
failed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GError **error = user_data;

  g_assert_null (mgr_manager_allocate_finish (MGR_MANAGER (source), result, error));
}

static void
assert_async_fails (MgrManager *manager,
                    const char *path,
                    guint64     size,
                    gint64      timeout,
                    int         code)
{
  g_autoptr (GError) error = NULL;

  mgr_manager_allocate_async (manager, path, size, NULL, 5, NULL, timeout, NULL, failed_cb, &error);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, MGR_ERROR, code);
}

static void
test_async_errors (void)
{
  g_autoptr (MgrManager) manager = manager_with ("c", 10);

  assert_async_fails (manager, "nobody", 1, 0, MGR_ERROR_NOT_FOUND);
  assert_async_fails (manager, "c", 0, 0, MGR_ERROR_INVALID_ARGUMENT);
  assert_async_fails (manager, "c", 1, -1, MGR_ERROR_INVALID_ARGUMENT);
  assert_async_fails (manager, "c", 11, 0, MGR_ERROR_INFEASIBLE);
}

static guint64
reclaim_asks_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  MgrManager *manager = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  g_clear_error (&error);

  mgr_manager_allocate_async (manager, "c", 1, NULL, 5, NULL, 0, NULL, failed_cb,
                              g_object_get_data (G_OBJECT (resource), "error"));
  return 1;
}

static void
test_would_deadlock (void)
{
  g_autoptr (MgrManager) manager = manager_with ("c", 10);
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_x", 1);
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set_data (G_OBJECT (resource), "error", &error);
  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_asks_cb), manager);
  g_assert_true (mgr_manager_register_resource (manager, resource, NULL));
  report = mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL);
  while (error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
}

static void
test_deallocate (void)
{
  g_autoptr (MgrManager) manager = manager_with ("c", 10);
  g_autoptr (MgrComponent) component = mgr_manager_lookup_component (manager, "c");
  g_autoptr (GError) error = NULL;
  guint64 id = mgr_component_reserve (component, 5, NULL);

  g_assert_true (mgr_manager_deallocate (manager, id, &error));
  g_assert_no_error (error);
  g_assert_false (mgr_manager_deallocate (manager, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_clear_error (&error);
  g_assert_false (mgr_manager_deallocate (manager, 12345, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 0);
}

static void
test_list_allocations (void)
{
  static const char *const tags[] = { "spy", NULL };
  g_autoptr (MgrManager) manager = manager_with ("c", 0);
  g_autoptr (MgrAllocation) first = mgr_manager_allocate (manager, "c", 1, "a", 5, tags, NULL);
  g_autoptr (MgrAllocation) second = mgr_manager_allocate (manager, "c", 2, "b", 5, NULL, NULL);
  g_autoptr (GPtrArray) all = mgr_manager_list_allocations (manager, NULL, NULL, 0, 0, NULL);
  g_autoptr (GPtrArray) tagged = mgr_manager_list_allocations (manager, "c", "spy", 0, 0, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpuint (tagged->len, ==, 1);
  g_assert_true (g_ptr_array_index (tagged, 0) == first);
  g_assert_nonnull (second);
  g_assert_null (mgr_manager_list_allocations (manager, "nobody", NULL, 0, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
}

static void
test_classic_components (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  g_autoptr (MgrManager) taken = manager_with ("cache", 0);
  g_autoptr (MgrComponent) trading = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_manager_add_classic_components (manager, &error));
  g_assert_cmpuint (g_list_model_get_n_items (mgr_manager_get_components (manager)), ==, 5);
  trading = mgr_manager_lookup_component (manager, "trading-data");
  g_assert_cmpuint (mgr_component_get_budget (trading), ==, 350);
  g_assert_true (mgr_manager_set_total_budget (manager, 2000, NULL));
  g_assert_cmpuint (mgr_component_get_budget (trading), ==, 700);

  g_assert_false (mgr_manager_add_classic_components (taken, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_EXISTS);
  g_assert_cmpuint (g_list_model_get_n_items (mgr_manager_get_components (taken)), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manager/allocate/total-budget", test_total_budget);
  g_test_add_func ("/manager/allocate/default", test_default);
  g_test_add_func ("/manager/allocate/by-path", test_by_path);
  g_test_add_func ("/manager/allocate/adaptive", test_adaptive);
  g_test_add_func ("/manager/allocate/adaptive-keeps-the-minimum", test_adaptive_keeps_the_minimum);
  g_test_add_func ("/manager/allocate/fallback", test_fallback);
  g_test_add_func ("/manager/allocate/refusals-are-signalled", test_refusals_are_signalled);
  g_test_add_func ("/manager/allocate/async", test_async);
  g_test_add_func ("/manager/allocate/async-errors", test_async_errors);
  g_test_add_func ("/manager/allocate/would-deadlock", test_would_deadlock);
  g_test_add_func ("/manager/allocate/deallocate", test_deallocate);
  g_test_add_func ("/manager/allocate/list-allocations", test_list_allocations);
  g_test_add_func ("/manager/allocate/classic-components", test_classic_components);

  return g_test_run ();
}
