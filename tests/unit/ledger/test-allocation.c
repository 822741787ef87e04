/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ledger-fixture.h"

#include "ledger/mgr-allocation-private.h"

static void
test_fields (void)
{
  static const char *const tags[] = { "options", "real-time", NULL };
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  g_autoptr (MgrAllocation) plain = take (component, 1);
  g_autoptr (MgrAllocation) full = NULL;
  g_autofree char *description = g_strdup ("SPY options chain");

  full = mgr_component_allocate (component, 100, description, 8, tags, NULL);
  memset (description, 'x', strlen (description));

  g_assert_cmpstr (mgr_allocation_get_description (full), ==, "SPY options chain");
  g_assert_cmpuint (mgr_allocation_get_size (full), ==, 100);
  g_assert_cmpuint (mgr_allocation_get_priority (full), ==, 8);
  g_assert_true (mgr_allocation_get_component (full) == component);
  g_assert_cmpstrv (mgr_allocation_get_tags (full), tags);
  g_assert_cmpuint (g_strv_length ((char **) mgr_allocation_get_tags (plain)), ==, 0);
  g_assert_cmpuint (mgr_allocation_get_id (full), !=, mgr_allocation_get_id (plain));
  g_assert_cmpuint (mgr_allocation_get_id (full), <, G_GUINT64_CONSTANT (1) << 53);
  g_assert_cmpint (mgr_allocation_get_created (full), >, 0);
  g_assert_cmpint (mgr_allocation_get_created (full), <=, g_get_monotonic_time ());
}

static void
test_bad_arguments (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 100, NULL);
  g_autoptr (GError) error = NULL;

  assert_refused (component, 0, MGR_ERROR_INVALID_ARGUMENT);
  assert_refused (component, 101, MGR_ERROR_INFEASIBLE);
  assert_refused (component, G_MAXUINT64, MGR_ERROR_INFEASIBLE);

  g_assert_null (mgr_component_allocate (component, 1, NULL, 0, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (mgr_component_allocate (component, 1, NULL, 11, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  assert_figures (component, 0, 0);
}

static void
test_release_twice (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  g_autoptr (MgrAllocation) other = take (component, 5);
  g_autoptr (MgrAllocation) held = take (component, 10);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Releasing twice never underflows, and is reported");

  g_assert_false (mgr_allocation_is_released (held));
  g_assert_true (mgr_allocation_release (held, &error));
  g_assert_true (mgr_allocation_is_released (held));
  g_assert_cmpuint (mgr_allocation_get_size (held), ==, 10);
  g_assert_false (mgr_allocation_release (held, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  assert_figures (component, 5, 15);
  g_assert_nonnull (other);
}

static void
test_last_unref_releases (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  MgrAllocation *held = take (component, 10);
  MgrAllocation *second = mgr_allocation_ref (held);

  mgr_allocation_unref (held);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 10);
  g_assert_cmpuint (mgr_component_get_allocation_count (component), ==, 1);
  mgr_allocation_unref (second);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 0);
  g_assert_cmpuint (mgr_component_get_allocation_count (ledger->root), ==, 0);
}

static void
test_ids (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  MgrComponent *other = add (ledger, "other", 0, NULL);
  g_autoptr (GError) error = NULL;
  MgrAllocation *held = take (component, 10);
  guint64 id = mgr_allocation_keep (held);
  guint64 reserved;

  g_test_summary ("An id is kept by the manager, and no old one names a new allocation");

  mgr_allocation_unref (held);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 10);
  g_assert_false (mgr_component_release (other, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_clear_error (&error);
  g_assert_true (mgr_component_release (component, id, &error));
  g_assert_cmpuint (mgr_component_get_used (component), ==, 0);

  reserved = mgr_component_reserve (component, 20, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (reserved, !=, id);
  g_assert_false (mgr_component_release (component, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_clear_error (&error);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 20);
  g_assert_true (mgr_component_release (component, reserved, &error));
  g_assert_false (mgr_component_release (component, reserved, &error));
  g_clear_error (&error);

  g_assert_false (mgr_component_release (component, 0, &error));
  g_clear_error (&error);
  g_assert_false (mgr_component_release (component, G_MAXUINT64, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_clear_error (&error);
  g_assert_cmpuint (mgr_component_reserve (component, 0, &error), ==, 0);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_kept_and_released_by_hand (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  MgrAllocation *held = take (component, 10);
  guint64 id = mgr_allocation_keep (held);

  g_assert_cmpuint (mgr_allocation_keep (held), ==, id);
  g_assert_true (mgr_allocation_release (held, NULL));
  g_assert_false (mgr_component_release (component, id, NULL));
  g_assert_true (mgr_allocation_is_released (held));
  mgr_allocation_unref (held);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 0);
}

static void
test_resize (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  g_autoptr (MgrAllocation) held = take (component, 40);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Resizing is granted whole, or everything stays as it was");

  g_assert_true (mgr_allocation_resize (held, 100, &error));
  assert_figures (component, 100, 100);
  g_assert_true (mgr_allocation_resize (held, 10, &error));
  assert_figures (ledger->root, 10, 100);
  g_assert_false (mgr_allocation_resize (held, 101, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_clear_error (&error);
  g_assert_false (mgr_allocation_resize (held, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_cmpuint (mgr_allocation_get_size (held), ==, 10);

  g_assert_true (mgr_allocation_release (held, NULL));
  g_assert_false (mgr_allocation_resize (held, 20, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  assert_figures (component, 0, 100);
}

static void
test_list (void)
{
  static const char *const odd[] = { "odd", NULL };
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100000);
  MgrComponent *parent = add (ledger, "parent", 0, NULL);
  MgrComponent *child = add (ledger, "child", 0, parent);
  MgrComponent *other = add (ledger, "other", 0, NULL);
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) tagged = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < 200; i++)
    g_ptr_array_add (held, mgr_component_allocate (i % 2 ? child : parent, i + 1, "x", 5,
                                                   i % 2 ? odd : NULL, NULL));
  g_ptr_array_add (held, take (other, 1));

  all = mgr_allocation_list (ledger->root, NULL, 0, G_MAXUINT);
  g_assert_cmpuint (all->len, ==, 201);
  tagged = mgr_allocation_list (parent, "odd", 0, G_MAXUINT);
  g_assert_cmpuint (tagged->len, ==, 100);

  for (guint offset = 0; offset < 200; offset += 30)
    {
      g_autoptr (GPtrArray) page = mgr_allocation_list (parent, NULL, offset, 30);

      g_assert_cmpuint (page->len, ==, MIN (30, 200 - offset));
      for (guint i = 0; i < page->len; i++)
        g_assert_true (g_hash_table_add (seen, g_ptr_array_index (page, i)));
    }
  g_assert_cmpuint (g_hash_table_size (seen), ==, 200);
}

static void
test_outlives_manager (void)
{
  MgrLedger *ledger = scoped_ledger_new (1000);
  MgrComponent *component = add (ledger, "c", 0, NULL);
  g_autoptr (MgrComponent) kept = g_object_ref (component);
  MgrAllocation *first = take (component, 10);
  MgrAllocation *second = take (component, 20);

  scoped_ledger_free (ledger);

  g_assert_cmpuint (mgr_component_get_used (kept), ==, 30);
  g_assert_true (mgr_allocation_release (first, NULL));
  g_assert_cmpuint (mgr_component_get_used (kept), ==, 20);
  assert_refused (kept, 1, MGR_ERROR_CLOSED);
  mgr_allocation_unref (first);
  mgr_allocation_unref (second);
  g_assert_cmpuint (mgr_component_get_used (kept), ==, 0);
  g_assert_null (mgr_component_get_parent (kept));
}

static void
test_slots_are_used_again (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (G_MAXUINT64 - 1);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  guint chunks = 0;

  for (guint round = 0; round < 100; round++)
    {
      g_autofree char *name = g_strdup_printf ("round-%u", round);
      MgrComponent *component = add (ledger, name, 0, NULL);

      for (guint i = 0; i < 100; i++)
        {
          guint64 id = mgr_component_reserve (component, 1, NULL);

          g_assert_true (g_hash_table_add (ids, g_memdup2 (&id, sizeof id)));
          g_assert_true (mgr_component_release (component, id, NULL));
        }
      g_assert_true (mgr_ledger_remove (ledger, component, NULL));

      if (round == 0)
        chunks = ledger->n_chunks;
      g_assert_cmpuint (ledger->n_chunks, ==, chunks);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ledger/allocation/fields", test_fields);
  g_test_add_func ("/ledger/allocation/bad-arguments", test_bad_arguments);
  g_test_add_func ("/ledger/allocation/release-twice", test_release_twice);
  g_test_add_func ("/ledger/allocation/last-unref-releases", test_last_unref_releases);
  g_test_add_func ("/ledger/allocation/ids", test_ids);
  g_test_add_func ("/ledger/allocation/kept-and-released-by-hand", test_kept_and_released_by_hand);
  g_test_add_func ("/ledger/allocation/resize", test_resize);
  g_test_add_func ("/ledger/allocation/list", test_list);
  g_test_add_func ("/ledger/allocation/outlives-manager", test_outlives_manager);
  g_test_add_func ("/ledger/allocation/slots-are-used-again", test_slots_are_used_again);

  return g_test_run ();
}
