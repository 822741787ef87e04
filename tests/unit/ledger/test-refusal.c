/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ledger-fixture.h"

static void
assert_text (const GError *error,
             const char   *part)
{
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” is not in “%s”", part, error->message);
}

static void
test_names_holders (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (8 * 1024);
  MgrComponent *models = add (ledger, "ml-models", 4 * 1024, NULL);
  MgrComponent *bert = add (ledger, "bert", 0, models);
  MgrComponent *gpt = add (ledger, "gpt", 0, models);
  g_autoptr (MgrAllocation) large = take (gpt, 2048);
  g_autoptr (MgrAllocation) small = take (bert, 1024);
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_component_allocate (bert, 1536, "more", 5, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  assert_text (error, "1.5 KiB for “ml-models/bert” does not fit");
  assert_text (error, "“ml-models” has used 3.0 KiB of its budget of 4.0 KiB");
  assert_text (error, "Largest holders: ml-models/gpt 2.0 KiB, ml-models/bert 1.0 KiB");
  assert_text (error, "after 512 B more are released");
  assert_text (error, "a budget of 4.5 KiB for “ml-models”");
  g_assert_nonnull (large);
  g_assert_nonnull (small);
}

static void
test_names_three_largest_allocations (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 100, NULL);
  static const char *const names[] = { "small", "largest", "middle", "large" };
  static const guint64 sizes[] = { 5, 40, 15, 30 };
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_ptr_array_add (held, mgr_component_allocate (component, sizes[i], names[i], 5, NULL, NULL));

  g_assert_null (mgr_component_allocate (component, 11, NULL, 5, NULL, &error));
  assert_text (error, "Largest holders: largest 40 B, large 30 B, middle 15 B.");
}

static void
test_infeasible (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 100, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_component_allocate (component, 101, NULL, 5, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  assert_text (error, "101 B for “c” can never fit: the whole budget of “c” is 100 B");
  g_assert_cmpuint (mgr_component_get_refused_count (component), ==, 1);
}

static void
test_unknown_path (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_ledger_require (ledger, "models", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  assert_text (error, "There are: none yet");
  g_clear_error (&error);

  add (ledger, "ml-models", 0, NULL);
  g_assert_null (mgr_ledger_require (ledger, "models", &error));
  assert_text (error, "There is no component “models”. There are: “ml-models”");
}

static void
test_guarantee_is_said (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *quiet = add (ledger, "quiet", 0, NULL);
  MgrComponent *greedy = add (ledger, "greedy", 0, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_component_set_guaranteed (quiet, 40, NULL));
  g_assert_null (mgr_component_allocate (greedy, 70, NULL, 5, NULL, &error));
  assert_text (error, "and 40 B is guaranteed to others");
  assert_text (error, "Largest holders: none");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ledger/refusal/names-holders", test_names_holders);
  g_test_add_func ("/ledger/refusal/names-three-largest-allocations", test_names_three_largest_allocations);
  g_test_add_func ("/ledger/refusal/infeasible", test_infeasible);
  g_test_add_func ("/ledger/refusal/unknown-path", test_unknown_path);
  g_test_add_func ("/ledger/refusal/guarantee-is-said", test_guarantee_is_said);

  return g_test_run ();
}
