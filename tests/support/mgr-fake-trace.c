/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-fake-trace.h"

#include <glib/gstdio.h>

#define IDLE_MACHINE \
  "t_ms=0 mem_total_kb=1000000 mem_avail_kb=500000 swap_total_kb=0 swap_free_kb=0 psi_some_us=0 " \
  "cg_current=0 cg_high=-1 cg_max=-1 cg_file=0 cg_inactive_file=0 cg_some_us=0"

MgrPressureTrace *
mgr_fake_trace_read (const char  *text,
                     GError     **error)
{
  g_autofree char *directory = g_dir_make_tmp ("libmgr-trace-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "fake.csv", NULL);
  MgrPressureTrace *trace;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  trace = mgr_pressure_trace_new_from_file (path, error);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (directory), ==, 0);

  return trace;
}

/* Sets the values that @row gives; the names are in the order of their first row. */
static void
take_row (GPtrArray  *names,
          GHashTable *values,
          const char *row)
{
  g_auto (GStrv) words = g_strsplit (row, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (words[i], "=", 2);

      g_assert_cmpuint (g_strv_length (parts), ==, 2);
      if (!g_hash_table_contains (values, parts[0]))
        g_ptr_array_add (names, g_strdup (parts[0]));
      g_hash_table_insert (values, g_strdup (parts[0]), g_strdup (parts[1]));
    }
}

static void
append_row (GString    *text,
            GPtrArray  *names,
            GHashTable *values)
{
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "",
                              values != NULL ? (const char *) g_hash_table_lookup (values, name)
                                             : name);
    }
  g_string_append_c (text, '\n');
}

MgrPressureTrace *
mgr_fake_trace_new (const char *description)
{
  g_auto (GStrv) rows = g_strsplit (description, "\n", -1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  MgrPressureTrace *trace;

  take_row (names, values, IDLE_MACHINE);
  for (guint i = 0; rows[i] != NULL; i++)
    {
      if (rows[i][0] == '\0')
        continue;

      take_row (names, values, rows[i]);
      if (text->len == 0)
        append_row (text, names, NULL);
      append_row (text, names, values);
    }

  trace = mgr_fake_trace_read (text->str, &error);
  g_assert_no_error (error);
  return trace;
}
