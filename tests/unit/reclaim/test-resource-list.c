/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-resource-list-private.h"

#define N_RESOURCES 1000

static void
changed_cb (GListModel *model,
            guint       position,
            guint       removed,
            guint       added,
            gpointer    user_data)
{
  g_string_append_printf (user_data, "%u-%u+%u ", position, removed, added);
}

static void
assert_log (GString    *log,
            const char *expected)
{
  g_assert_cmpstr (log->str, ==, expected);
  g_string_truncate (log, 0);
}

static void
assert_names (GListModel *model,
              const char *expected)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (MgrResource) resource = g_list_model_get_item (model, i);

      g_string_append_printf (names, "%s ", mgr_resource_get_name (resource));
    }

  g_assert_cmpstr (names->str, ==, expected);
}

static void
test_order (void)
{
  MgrResourceList *list = mgr_resource_list_new ();
  g_autoptr (MgrResource) a = mgr_resource_new ("a", 0);
  g_autoptr (MgrResource) b = mgr_resource_new ("b", 0);
  g_autoptr (MgrResource) c = mgr_resource_new ("c", 0);
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (mgr_resource_list_get_model (list), "items-changed", G_CALLBACK (changed_cb), log);
  g_assert_true (g_list_model_get_item_type (mgr_resource_list_get_model (list)) == MGR_TYPE_RESOURCE);
  g_assert_null (g_list_model_get_item (mgr_resource_list_get_model (list), 0));

  mgr_resource_list_append (list, a);
  mgr_resource_list_append (list, b);
  mgr_resource_list_append (list, c);
  assert_log (log, "0-0+1 1-0+1 2-0+1 ");
  assert_names (mgr_resource_list_get_model (list), "a b c ");
  g_assert_null (g_list_model_get_item (mgr_resource_list_get_model (list), 3));

  g_assert_true (mgr_resource_list_remove (list, b));
  g_assert_false (mgr_resource_list_remove (list, b));
  assert_log (log, "1-1+0 ");
  assert_names (mgr_resource_list_get_model (list), "a c ");

  mgr_resource_list_append (list, b);
  g_assert_true (mgr_resource_list_remove (list, a));
  assert_log (log, "2-0+1 0-1+0 ");
  assert_names (mgr_resource_list_get_model (list), "c b ");
  mgr_resource_list_free (list);
}

static void
test_lets_go (void)
{
  MgrResourceList *list = mgr_resource_list_new ();
  MgrResource *resource = mgr_resource_new ("a", 0);
  MgrResource *other = mgr_resource_new ("b", 0);

  g_test_summary ("It keeps what is in it, and nothing else");

  mgr_resource_list_append (list, resource);
  mgr_resource_list_append (list, other);
  g_assert_true (mgr_resource_list_remove (list, resource));
  g_assert_finalize_object (resource);
  g_object_ref (other);
  g_clear_pointer (&list, mgr_resource_list_free);
  g_object_unref (other);
  g_assert_finalize_object (other);
}

/* Against an array that does the same. */
static void
test_random (void)
{
  MgrResourceList *list = mgr_resource_list_new ();
  g_autoptr (GPtrArray) expected = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < N_RESOURCES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      MgrResource *resource = mgr_resource_new (name, 0);

      mgr_resource_list_append (list, resource);
      g_ptr_array_add (expected, resource);
    }

  while (expected->len > 0)
    {
      guint at = (guint) g_test_rand_int_range (0, (int) expected->len);
      g_autoptr (MgrResource) gone = g_object_ref (g_ptr_array_index (expected, at));
      g_autoptr (MgrResource) there = g_list_model_get_item (mgr_resource_list_get_model (list), at);

      g_assert_true (there == gone);
      g_assert_true (mgr_resource_list_remove (list, gone));
      g_ptr_array_remove_index (expected, at);
      g_assert_cmpuint (g_list_model_get_n_items (mgr_resource_list_get_model (list)), ==, expected->len);
    }
  mgr_resource_list_free (list);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/resource-list/order", test_order);
  g_test_add_func ("/reclaim/resource-list/lets-go", test_lets_go);
  g_test_add_func ("/reclaim/resource-list/random", test_random);

  return g_test_run ();
}
