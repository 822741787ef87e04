/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print.h"
#include "mgrctl-target.h"

#include <mgr.h>

#include <stdio.h>
#include <string.h>

typedef struct
{
  char *path; /* (owned) */
  char *name; /* (owned) */
  guint64 budget;
  guint64 guaranteed;
  guint64 used;
  guint64 peak;
  guint64 allocations;
  guint64 refused;
  guint priority;

  guint depth;   /* 0 at the top of the tree */
  char *branch;  /* (owned): the lines that lead to it */
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->path);
  g_free (row->name);
  g_free (row->branch);
  g_free (row);
}

static Row *
row_new (GVariant *properties)
{
  Row *row = g_new0 (Row, 1);

  g_variant_lookup (properties, "Path", "s", &row->path);
  g_variant_lookup (properties, "Name", "s", &row->name);
  g_variant_lookup (properties, "Budget", "t", &row->budget);
  g_variant_lookup (properties, "Guaranteed", "t", &row->guaranteed);
  g_variant_lookup (properties, "Used", "t", &row->used);
  g_variant_lookup (properties, "Peak", "t", &row->peak);
  g_variant_lookup (properties, "AllocationCount", "t", &row->allocations);
  g_variant_lookup (properties, "RefusedCount", "t", &row->refused);
  g_variant_lookup (properties, "Priority", "u", &row->priority);

  return row;
}

/* As a tree is read: a parent before its children, siblings by name. So “/” comes
 * before whatever a name may hold. */
static int
rank_byte (char byte)
{
  if (byte == '\0')
    return 0;

  return byte == '/' ? 1 : 1 + (guchar) byte;
}

static int
compare_paths (const char *a,
               const char *b)
{
  while (*a != '\0' && *a == *b)
    {
      a++;
      b++;
    }

  return rank_byte (*a) - rank_byte (*b);
}

static int
compare_rows (gconstpointer a,
              gconstpointer b)
{
  const Row *const *first = a;
  const Row *const *second = b;

  return compare_paths ((*first)->path, (*second)->path);
}

static guint
count_depth (const char *path)
{
  guint depth = 0;

  for (const char *p = path; *p != '\0'; p++)
    depth += *p == '/';

  return depth;
}

/* Whether a later row is a sibling of @rows[index]'s ancestor at @depth. */
static gboolean
continues_at (GPtrArray *rows,
              guint      index,
              guint      depth)
{
  for (guint i = index + 1; i < rows->len; i++)
    {
      const Row *row = g_ptr_array_index (rows, i);

      if (row->depth <= depth)
        return row->depth == depth;
    }

  return FALSE;
}

static char *
draw_branch (GPtrArray *rows,
             guint      index)
{
  const Row *row = g_ptr_array_index (rows, index);
  gboolean utf8 = g_get_charset (NULL);
  GString *branch = g_string_new (NULL);

  for (guint depth = 1; depth < row->depth; depth++)
    {
      if (continues_at (rows, index, depth))
        g_string_append (branch, utf8 ? "│  " : "|  ");
      else
        g_string_append (branch, "   ");
    }

  if (row->depth > 0 && continues_at (rows, index, row->depth))
    g_string_append (branch, utf8 ? "├─ " : "|- ");
  else if (row->depth > 0)
    g_string_append (branch, utf8 ? "└─ " : "`- ");

  return g_string_free (branch, FALSE);
}

static GPtrArray *
rows_new (GVariant *objects)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);
  g_autoptr (GVariant) interfaces = NULL;
  GVariantIter iter;

  g_variant_iter_init (&iter, objects);
  while (g_variant_iter_loop (&iter, "{o@a{sa{sv}}}", NULL, &interfaces))
    {
      g_autoptr (GVariant) properties = NULL;

      properties = g_variant_lookup_value (interfaces, MGRCTL_COMPONENT_INTERFACE, NULL);
      if (properties != NULL)
        g_ptr_array_add (rows, row_new (properties));
    }

  g_ptr_array_sort (rows, compare_rows);
  for (guint i = 0; i < rows->len; i++)
    {
      Row *row = g_ptr_array_index (rows, i);

      row->depth = count_depth (row->path);
    }
  for (guint i = 0; i < rows->len; i++)
    {
      Row *row = g_ptr_array_index (rows, i);

      row->branch = draw_branch (rows, i);
    }

  return rows;
}

static void
print_row (const MgrctlOptions *options,
           const Row           *row,
           int                  name_width)
{
  g_autofree char *name = mgrctl_printable (row->name);
  g_autofree char *label = g_strconcat (row->branch, name, NULL);
  g_autofree char *padded = mgrctl_pad (label, name_width);
  g_autofree char *used = mgr_size_format (row->used);
  g_autofree char *budget = row->budget > 0 ? mgr_size_format (row->budget) : g_strdup ("-");
  g_autofree char *peak = mgr_size_format (row->peak);
  g_autofree char *percent = mgrctl_percent (row->used, row->budget);
  g_autofree char *bar = mgrctl_bar (options, row->used, row->budget);

  printf ("%s %11s %11s %6s  %s %11s %9" G_GUINT64_FORMAT "\n",
          padded, used, budget, percent, bar, peak, row->refused);
}

static int
measure_names (GPtrArray *rows)
{
  int width = (int) strlen ("COMPONENT");

  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = g_ptr_array_index (rows, i);
      g_autofree char *name = mgrctl_printable (row->name);

      width = MAX (width, mgrctl_count_columns (row->branch) + mgrctl_count_columns (name));
    }

  return width;
}

static void
print_rows (const MgrctlOptions *options,
            GPtrArray           *rows)
{
  int width = measure_names (rows);
  g_autofree char *head = NULL;
  g_autofree char *faint_head = NULL;

  head = g_strdup_printf ("%-*s %11s %11s %6s  %-20s %11s %9s", width, "COMPONENT",
                          "USED", "BUDGET", "", "", "PEAK", "REFUSED");
  faint_head = mgrctl_paint (options, MGRCTL_STYLE_FAINT, head);
  printf ("%s\n", faint_head);

  for (guint i = 0; i < rows->len; i++)
    print_row (options, g_ptr_array_index (rows, i), width);
}

/* The names of the figures are those of the report. */
static JsonObject *
row_to_json (const Row *row)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "path", row->path);
  json_object_set_string_member (object, "name", row->name);
  json_object_set_int_member (object, "budget", (gint64) row->budget);
  json_object_set_int_member (object, "guaranteed", (gint64) row->guaranteed);
  json_object_set_int_member (object, "used", (gint64) row->used);
  json_object_set_int_member (object, "peak", (gint64) row->peak);
  json_object_set_int_member (object, "priority", row->priority);
  json_object_set_int_member (object, "allocations", (gint64) row->allocations);
  json_object_set_int_member (object, "refused", (gint64) row->refused);

  return object;
}

static void
print_rows_json (MgrctlTarget *target,
                 GPtrArray    *rows)
{
  JsonObject *object = json_object_new ();
  JsonArray *components = json_array_new ();

  for (guint i = 0; i < rows->len; i++)
    json_array_add_object_element (components, row_to_json (g_ptr_array_index (rows, i)));

  json_object_set_string_member (object, "program", mgrctl_target_get_program (target));
  json_object_set_int_member (object, "pid", mgrctl_target_get_pid (target));
  json_object_set_array_member (object, "components", components);
  mgrctl_print_json (object);
}

MgrctlExit
mgrctl_components (const MgrctlOptions *options)
{
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (MgrctlTarget) target = mgrctl_target_open (options, &exit_status);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) objects = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;

  if (target == NULL)
    return exit_status;

  reply = mgrctl_target_call (target, MGRCTL_BASE_PATH, "org.freedesktop.DBus.ObjectManager",
                              "GetManagedObjects", NULL, "(a{oa{sa{sv}}})", &error);
  if (reply == NULL)
    return mgrctl_target_fail (error);

  objects = g_variant_get_child_value (reply, 0);
  rows = rows_new (objects);
  if (options->json)
    print_rows_json (target, rows);
  else if (rows->len > 0)
    print_rows (options, rows);
  else
    mgrctl_print_error ("“%s” has no components", mgrctl_target_get_program (target));

  return MGRCTL_EXIT_OK;
}
