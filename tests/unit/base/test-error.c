/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

/* Every code has its own name on the bus, and comes back from it as itself. */
static void
test_bus_names (void)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_ERROR);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < klass->n_values; i++)
    {
      g_autoptr (GError) error = g_error_new_literal (MGR_ERROR, klass->values[i].value, "text");
      g_autofree char *name = g_dbus_error_encode_gerror (error);
      g_autoptr (GError) back = g_dbus_error_new_for_dbus_error (name, "text");

      g_assert_true (g_str_has_prefix (name, "org.libmgr.Error."));
      g_assert_error (back, MGR_ERROR, klass->values[i].value);
      g_assert_true (g_hash_table_add (names, g_steal_pointer (&name)));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/error/bus-names", test_bus_names);

  return g_test_run ();
}
