/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print.h"
#include "mgrctl-target.h"

#include <mgr.h>

#include <stdio.h>

/* More rows than these make a table that nobody reads. */
#define STEPS_SHOWN 40

enum
{
  COLUMN_NAME,
  COLUMN_CLASS,
  COLUMN_BYTES,
  COLUMN_LEDGER,
  COLUMN_RETURNED,
  COLUMN_REASON,
  N_COLUMNS
};

static char *strategy;
static gboolean force;
static gboolean dry_run;

const GOptionEntry mgrctl_cleanup_entries[] = {
  { "strategy", 0, 0, G_OPTION_ARG_STRING, &strategy,
    "How far to go: light, moderate (the default), aggressive or emergency", "STRATEGY" },
  { "force", 0, 0, G_OPTION_ARG_NONE, &force,
    "Clean what is CAUTIOUS too; what is PROTECTED never is", NULL },
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run,
    "Say what would be cleaned, and leave it alone", NULL },
  { NULL, }
};

/* A row of the table; what does not apply is an empty text. */
typedef struct
{
  char *cells[N_COLUMNS]; /* (owned) */
} Row;

static void
row_clear (gpointer data)
{
  Row *row = data;

  for (guint i = 0; i < N_COLUMNS; i++)
    g_free (row->cells[i]);
}

static char *
step_get_text (GVariant   *step,
               const char *key)
{
  const char *text = "";

  g_variant_lookup (step, key, "&s", &text);
  return mgrctl_printable (text);
}

/* Empty where the resource was not asked. */
static char *
step_get_measured (GVariant   *step,
                   const char *key)
{
  guint64 claimed = 0;
  gint64 duration = 0;
  gint64 bytes = 0;

  g_variant_lookup (step, "claimed", "t", &claimed);
  g_variant_lookup (step, "duration", "x", &duration);
  if (claimed == 0 && duration == 0)
    return g_strdup ("");

  g_variant_lookup (step, key, "x", &bytes);
  return mgrctl_signed_size (bytes);
}

static char *
step_get_reason (GVariant *step)
{
  g_autofree char *reason = step_get_text (step, "reason");
  g_autofree char *error = step_get_text (step, "error");

  return g_strconcat (reason, *error != '\0' ? ": " : "", error, NULL);
}

static void
rows_add_step (GArray   *rows,
               GVariant *step)
{
  g_autofree char *safety = step_get_text (step, "safety");
  guint64 bytes = 0;
  Row row;

  g_variant_lookup (step, dry_run ? "expected" : "claimed", "t", &bytes);
  row.cells[COLUMN_NAME] = step_get_text (step, "name");
  row.cells[COLUMN_CLASS] = g_ascii_strup (safety, -1);
  row.cells[COLUMN_BYTES] = mgr_size_format (bytes);
  row.cells[COLUMN_LEDGER] = step_get_measured (step, "ledger");
  row.cells[COLUMN_RETURNED] = step_get_measured (step, "returned");
  row.cells[COLUMN_REASON] = step_get_reason (step);
  g_array_append_val (rows, row);
}

static void
rows_add_heading (GArray *rows)
{
  Row row;

  row.cells[COLUMN_NAME] = g_strdup ("name");
  row.cells[COLUMN_CLASS] = g_strdup ("class");
  row.cells[COLUMN_BYTES] = g_strdup (dry_run ? "expected" : "claimed");
  row.cells[COLUMN_LEDGER] = g_strdup ("ledger");
  row.cells[COLUMN_RETURNED] = g_strdup ("returned");
  row.cells[COLUMN_REASON] = g_strdup ("why");
  g_array_append_val (rows, row);
}

static gboolean
is_column_shown (guint column)
{
  return !dry_run || (column != COLUMN_LEDGER && column != COLUMN_RETURNED);
}

static int
column_get_width (GArray *rows,
                  guint   column)
{
  int width = 0;

  for (guint i = 0; i < rows->len; i++)
    width = MAX (width, mgrctl_count_columns (g_array_index (rows, Row, i).cells[column]));

  return width;
}

static void
print_row (const MgrctlOptions *options,
           const Row           *row,
           const int           *widths,
           MgrctlStyle          style)
{
  GString *line = g_string_new (NULL);
  g_autofree char *painted = NULL;

  for (guint i = 0; i < N_COLUMNS; i++)
    {
      gboolean is_number = i == COLUMN_BYTES || i == COLUMN_LEDGER || i == COLUMN_RETURNED;
      g_autofree char *cell = mgrctl_pad (row->cells[i], is_number ? -widths[i] : widths[i]);

      if (is_column_shown (i))
        g_string_append_printf (line, "  %s", i == COLUMN_REASON ? row->cells[i] : cell);
    }

  painted = mgrctl_paint (options, style, line->str);
  printf ("%s\n", painted);
  g_string_free (line, TRUE);
}

static void
print_steps (const MgrctlOptions *options,
             GVariant            *report)
{
  g_autoptr (GVariant) steps = g_variant_lookup_value (report, "steps", G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  gsize n_steps = steps != NULL ? g_variant_n_children (steps) : 0;
  int widths[N_COLUMNS];

  if (n_steps == 0)
    return;

  g_array_set_clear_func (rows, row_clear);
  rows_add_heading (rows);
  for (gsize i = 0; i < MIN (n_steps, STEPS_SHOWN); i++)
    {
      g_autoptr (GVariant) step = g_variant_get_child_value (steps, i);

      rows_add_step (rows, step);
    }

  for (guint i = 0; i < N_COLUMNS; i++)
    widths[i] = column_get_width (rows, i);
  for (guint i = 0; i < rows->len; i++)
    print_row (options, &g_array_index (rows, Row, i), widths,
               i == 0 ? MGRCTL_STYLE_FAINT : MGRCTL_STYLE_PLAIN);
  if (n_steps > STEPS_SHOWN)
    printf ("  and %" G_GSIZE_FORMAT " more, which --json shows\n", n_steps - STEPS_SHOWN);
}

static void
print_report (const MgrctlOptions *options,
              GVariant            *report)
{
  guint64 expected = 0;
  guint64 trimmed = 0;
  g_autofree char *size = NULL;
  g_autofree char *gain = mgrctl_gain (report);
  g_autofree char *strong = NULL;
  g_autofree char *trimmed_size = NULL;

  g_variant_lookup (report, "expected", "t", &expected);
  g_variant_lookup (report, "heap-trimmed", "t", &trimmed);
  size = mgr_size_format (expected);
  strong = mgrctl_paint (options, MGRCTL_STYLE_STRONG, dry_run ? size : gain);
  trimmed_size = mgr_size_format (trimmed);

  if (dry_run)
    printf ("A cleanup would free %s\n", strong);
  else
    printf ("%s\n", strong);
  if (trimmed > 0)
    printf ("%s of it by trimming the heap\n", trimmed_size);

  print_steps (options, report);
}

static gboolean
is_strategy (const char *nick)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_CLEANUP_STRATEGY);

  return g_enum_get_value_by_nick (klass, nick) != NULL;
}

MgrctlExit
mgrctl_cleanup (const MgrctlOptions *options)
{
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (MgrctlTarget) target = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GError) error = NULL;

  if (strategy == NULL)
    strategy = g_strdup ("moderate");
  if (!is_strategy (strategy))
    {
      g_autofree char *strategies = mgrctl_nicks (MGR_TYPE_CLEANUP_STRATEGY);

      mgrctl_print_error ("There is no strategy “%s”: use %s", strategy, strategies);
      return MGRCTL_EXIT_USAGE;
    }

  target = mgrctl_target_open (options, &exit_status);
  if (target == NULL)
    return exit_status;

  reply = mgrctl_target_call (target, MGRCTL_MANAGER_PATH, MGRCTL_MANAGER_INTERFACE, "Cleanup",
                              g_variant_new ("(sbb)", strategy, force, dry_run), "(a{sv})", &error);
  if (reply == NULL)
    return mgrctl_target_fail (error);

  report = g_variant_get_child_value (reply, 0);
  if (options->json)
    {
      JsonObject *object = json_object_new ();

      mgrctl_json_add_dict (object, report);
      mgrctl_print_json (object);
    }
  else
    print_report (options, report);

  return MGRCTL_EXIT_OK;
}
