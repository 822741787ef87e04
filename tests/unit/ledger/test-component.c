/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ledger-fixture.h"

static void
test_tree (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *models = add (ledger, "ml-models", 600, NULL);
  MgrComponent *bert = add (ledger, "bert", 400, models);
  g_autoptr (MgrComponent) found = mgr_ledger_lookup (ledger, "ml-models/bert");

  g_assert_true (found == bert);
  g_assert_cmpstr (mgr_component_get_name (bert), ==, "bert");
  g_assert_cmpstr (mgr_component_get_path (bert), ==, "ml-models/bert");
  g_assert_true (mgr_component_get_parent (bert) == models);
  g_assert_true (mgr_component_get_parent (models) == ledger->root);
  g_assert_null (mgr_component_get_parent (ledger->root));
  g_assert_cmpuint (g_list_model_get_n_items (mgr_component_get_children (models)), ==, 1);
  g_assert_null (mgr_ledger_lookup (ledger, "bert"));
}

static void
test_names (void)
{
  static const char *const bad[] = { "", "a/b", "/", "\xff" };
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  g_autofree char *long_name = g_strnfill (256, 'n');
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (mgr_ledger_add (ledger, bad[i], 0, NULL, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }

  g_assert_null (mgr_ledger_add (ledger, long_name, 0, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (g_list_model_get_n_items (mgr_component_get_children (ledger->root)), ==, 0);
}

static void
test_same_name_stays_apart (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *first = add (ledger, "first", 0, NULL);
  MgrComponent *second = add (ledger, "second", 0, NULL);
  MgrComponent *one = add (ledger, "cache", 0, first);
  MgrComponent *other = add (ledger, "cache", 0, second);
  g_autoptr (MgrAllocation) held = take (one, 10);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (mgr_component_get_used (one), ==, 10);
  g_assert_cmpuint (mgr_component_get_used (other), ==, 0);

  g_assert_null (mgr_ledger_add (ledger, "cache", 0, first, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_EXISTS);
  g_assert_nonnull (held);
}

static void
test_charge_all_levels_or_none (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *middle = add (ledger, "middle", 80, NULL);
  MgrComponent *leaf = add (ledger, "leaf", 90, middle);
  MgrComponent *other = add (ledger, "other", 0, NULL);
  g_autoptr (MgrAllocation) held = take (leaf, 70);

  assert_figures (leaf, 70, 70);
  assert_figures (middle, 70, 70);
  assert_figures (ledger->root, 70, 70);

  g_test_message ("Failure upstream leaves every counter as it was");
  assert_refused (leaf, 15, MGR_ERROR_NO_BUDGET);
  assert_figures (leaf, 70, 70);
  assert_figures (middle, 70, 70);
  assert_figures (ledger->root, 70, 70);
  g_assert_cmpuint (mgr_component_get_refused_count (leaf), ==, 1);

  assert_refused (other, 31, MGR_ERROR_NO_BUDGET);
  g_assert_true (mgr_allocation_release (held, NULL));
  g_clear_pointer (&held, mgr_allocation_unref);
  held = take (other, 100);
  assert_figures (ledger->root, 100, 100);
  assert_figures (middle, 0, 70);
}

static void
test_peak_is_exact (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *a = add (ledger, "a", 0, NULL);
  MgrComponent *b = add (ledger, "b", 0, NULL);
  MgrAllocation *held;

  g_test_summary ("Bytes left as stock with one component count for no peak");

  held = take (a, 100);
  mgr_allocation_unref (held);
  held = take (b, 60);
  assert_figures (ledger->root, 60, 100);
  mgr_allocation_unref (held);

  held = take (b, 110);
  assert_figures (ledger->root, 110, 110);
  assert_figures (b, 110, 110);
  assert_figures (a, 0, 100);
  mgr_allocation_unref (held);
}

static void
test_set_budget (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 100, NULL);
  g_autoptr (MgrAllocation) held = take (component, 60);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A limit set under today's use fails and keeps the old one");

  g_assert_false (mgr_component_set_budget (component, 59, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (error->message, "test 60 B"));
  g_assert_cmpuint (mgr_component_get_budget (component), ==, 100);
  g_clear_error (&error);

  g_assert_true (mgr_component_set_budget (component, 60, &error));
  assert_refused (component, 1, MGR_ERROR_NO_BUDGET);

  g_assert_true (mgr_component_set_budget (component, 0, &error));
  g_assert_cmpuint (mgr_component_get_budget (component), ==, 0);
  g_assert_cmpuint (mgr_component_get_available (component), ==, 940);
  g_assert_nonnull (held);
}

static void
over_budget_cb (MgrComponent *component,
                guint64       excess,
                gpointer      user_data)
{
  guint64 *seen = user_data;

  *seen = excess;
}

static void
test_shares_follow (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *middle = add (ledger, "middle", 0, NULL);
  MgrComponent *leaf = add (ledger, "leaf", 0, middle);
  g_autoptr (MgrAllocation) held = NULL;
  g_autoptr (GError) error = NULL;
  guint64 excess = 0;

  g_assert_false (mgr_component_set_budget_share (leaf, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (mgr_component_set_budget_share (leaf, 1.01, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (mgr_component_set_budget_share (ledger->root, 0.5, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_assert_true (mgr_component_set_budget_share (leaf, 0.5, &error));
  g_assert_cmpuint (mgr_component_get_budget (leaf), ==, 500);
  g_assert_cmpfloat (mgr_component_get_budget_share (leaf), ==, 0.5);

  held = take (leaf, 300);
  g_signal_connect (leaf, "over-budget", G_CALLBACK (over_budget_cb), &excess);
  g_assert_true (mgr_component_set_budget (ledger->root, 400, &error));
  g_assert_cmpuint (mgr_component_get_budget (leaf), ==, 200);
  g_assert_cmpuint (mgr_component_get_used (leaf), ==, 300);
  assert_refused (leaf, 1, MGR_ERROR_NO_BUDGET);

  while (excess == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (excess, ==, 100);
}

static void
test_guarantee (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *quiet = add (ledger, "quiet", 60, NULL);
  MgrComponent *greedy = add (ledger, "greedy", 0, NULL);
  g_autoptr (MgrAllocation) held = NULL;
  g_autoptr (MgrAllocation) own = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_component_set_guaranteed (quiet, 61, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_assert_true (mgr_component_set_guaranteed (quiet, 40, &error));
  g_assert_cmpuint (mgr_component_get_used (ledger->root), ==, 0);
  g_assert_cmpuint (mgr_component_get_available (greedy), ==, 60);
  g_assert_cmpuint (mgr_component_get_available (quiet), ==, 60);
  assert_refused (greedy, 61, MGR_ERROR_NO_BUDGET);

  held = take (greedy, 60);
  g_assert_cmpuint (mgr_component_get_available (quiet), ==, 40);
  assert_refused (quiet, 41, MGR_ERROR_NO_BUDGET);
  own = take (quiet, 40);
  assert_figures (ledger->root, 100, 100);

  g_assert_false (mgr_component_set_guaranteed (greedy, 61, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_cmpuint (mgr_component_get_guaranteed (greedy), ==, 0);
}

static void
test_eighty_consumers_each_get_their_minimum (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (80 * 10 + 200);
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  MgrComponent *components[80];

  for (guint i = 0; i < G_N_ELEMENTS (components); i++)
    {
      g_autofree char *name = g_strdup_printf ("consumer-%u", i);

      components[i] = add (ledger, name, 0, NULL);
      g_assert_true (mgr_component_set_guaranteed (components[i], 10, NULL));
    }

  g_test_message ("The first takes all that is not guaranteed, and no byte more");
  g_ptr_array_add (held, take (components[0], 210));
  assert_refused (components[0], 1, MGR_ERROR_NO_BUDGET);

  for (guint i = 1; i < G_N_ELEMENTS (components); i++)
    {
      g_ptr_array_add (held, take (components[i], 10));
      assert_refused (components[i], 1, MGR_ERROR_NO_BUDGET);
    }
  g_assert_cmpuint (mgr_component_get_used (ledger->root), ==, 1000);
}

static void
test_remove (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *parent = add (ledger, "parent", 0, NULL);
  g_autoptr (MgrComponent) child = g_object_ref (add (ledger, "child", 0, parent));
  g_autoptr (MgrAllocation) held = take (child, 10);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_component_set_guaranteed (child, 30, NULL));
  g_assert_false (mgr_ledger_remove (ledger, parent, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (mgr_ledger_remove (ledger, child, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (mgr_ledger_remove (ledger, ledger->root, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_test_message ("A handle that remains names a removed component safely");
  g_assert_true (mgr_allocation_release (held, NULL));
  g_assert_true (mgr_ledger_remove (ledger, child, &error));
  g_assert_null (mgr_ledger_lookup (ledger, "parent/child"));
  g_assert_cmpuint (mgr_component_get_available (parent), ==, 100);
  g_assert_true (mgr_allocation_get_component (held) == child);
  assert_refused (child, 1, MGR_ERROR_NOT_FOUND);
  g_assert_false (mgr_ledger_remove (ledger, child, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
}

static void
test_belongs_elsewhere (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  g_autoptr (ScopedLedger) other = scoped_ledger_new (100);
  MgrComponent *foreign = add (other, "foreign", 0, NULL);
  g_autoptr (MgrComponent) nowhere = g_object_new (MGR_TYPE_COMPONENT, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_ledger_add (ledger, "name", 0, foreign, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (mgr_ledger_remove (ledger, foreign, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);

  assert_refused (nowhere, 1, MGR_ERROR_CLOSED);
  g_assert_cmpuint (mgr_component_get_available (nowhere), ==, 0);
}

static void
test_scope_that_frees_from_outside_goes_negative (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  g_autoptr (MgrAllocation) outer = take (component, 100);
  g_autoptr (MgrAllocation) inner = NULL;
  guint64 before = mgr_component_get_used (component);

  inner = take (component, 30);
  g_assert_true (mgr_allocation_release (outer, NULL));
  g_assert_cmpint ((gint64) (mgr_component_get_used (component) - before), ==, -70);
}

static void
test_succeeds_after_a_release (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  g_autoptr (MgrAllocation) first = take (component, 60);
  g_autoptr (MgrAllocation) second = NULL;

  assert_refused (component, 50, MGR_ERROR_NO_BUDGET);
  g_assert_true (mgr_allocation_release (first, NULL));
  second = take (component, 50);
  assert_figures (component, 50, 60);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  guint *count = user_data;

  (*count)++;
}

static void
test_notify_is_gathered (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000000);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  guint count = 0;

  g_signal_connect (component, "notify::used", G_CALLBACK (count_cb), &count);
  for (guint i = 0; i < 1000; i++)
    g_ptr_array_add (held, take (component, 1));

  g_assert_cmpuint (count, ==, 0);
  while (count == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (count, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ledger/component/tree", test_tree);
  g_test_add_func ("/ledger/component/names", test_names);
  g_test_add_func ("/ledger/component/same-name-stays-apart", test_same_name_stays_apart);
  g_test_add_func ("/ledger/component/charge-all-levels-or-none", test_charge_all_levels_or_none);
  g_test_add_func ("/ledger/component/peak-is-exact", test_peak_is_exact);
  g_test_add_func ("/ledger/component/set-budget", test_set_budget);
  g_test_add_func ("/ledger/component/shares-follow", test_shares_follow);
  g_test_add_func ("/ledger/component/guarantee", test_guarantee);
  g_test_add_func ("/ledger/component/eighty-consumers-each-get-their-minimum", test_eighty_consumers_each_get_their_minimum);
  g_test_add_func ("/ledger/component/remove", test_remove);
  g_test_add_func ("/ledger/component/belongs-elsewhere", test_belongs_elsewhere);
  g_test_add_func ("/ledger/component/scope-that-frees-from-outside-goes-negative", test_scope_that_frees_from_outside_goes_negative);
  g_test_add_func ("/ledger/component/succeeds-after-a-release", test_succeeds_after_a_release);
  g_test_add_func ("/ledger/component/notify-is-gathered", test_notify_is_gathered);

  return g_test_run ();
}
