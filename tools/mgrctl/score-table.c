/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "score-table.h"

#include "mgrctl-print.h"
#include "score-goals.h"
#include "score-rules.h"

#include <math.h>
#include <stdio.h>

/* “+126.0” */
#define LEAST_WIDTH 6
#define GAP 2

/* A trace. Its name is written part by part, one below the other, so that the column
 * stays narrow. */
typedef struct
{
  const Score *score; /* (unowned) */
  GStrv parts;        /* (owned) */
  int width;
  int kind_width;     /* of the columns of its kind, for the first of them; else 0 */
} Column;

/* A row a rule, a column a trace; those of one kind stand together. */
typedef struct
{
  const MgrctlOptions *options; /* (unowned) */
  GPtrArray *columns;           /* (owned) (element-type Column) */
  int rule_width;
} Table;

static const struct
{
  const char *title;
  ScoreGoal goal;       /* that colours the alarms in traces of this kind */
} kinds[N_TRACE_KINDS] = {
  [TRACE_KIND_OOM] = { "out of memory", SCORE_GOAL_WARNING },
  [TRACE_KIND_STALL] = { "stalled", SCORE_GOAL_ONSET },
  [TRACE_KIND_BENIGN] = { "nothing wrong", SCORE_GOAL_FALSE_CRITICAL },
};

static void
column_free (gpointer data)
{
  Column *column = data;

  g_strfreev (column->parts);
  g_free (column);
}

static Column *
column_new (const Score *score)
{
  Column *column = g_new0 (Column, 1);
  g_autofree char *name = mgrctl_printable (score_get_name (score));

  column->score = score;
  column->parts = g_strsplit (name, "_", -1);
  column->width = LEAST_WIDTH;
  for (guint i = 0; column->parts[i] != NULL; i++)
    column->width = MAX (column->width, mgrctl_count_columns (column->parts[i]));

  return column;
}

static const char *
choose (const char *utf8,
        const char *ascii)
{
  return g_get_charset (NULL) ? utf8 : ascii;
}

static Column *
table_get (const Table *self,
           guint        index)
{
  return g_ptr_array_index (self->columns, index);
}

static int
compare_scores (gconstpointer a,
                gconstpointer b)
{
  const Score *const *first = a;
  const Score *const *second = b;

  if ((*first)->label.kind != (*second)->label.kind)
    return (int) (*first)->label.kind - (int) (*second)->label.kind;

  return g_strcmp0 (score_get_name (*first), score_get_name (*second));
}

/* Finds the first column of each kind, and makes its title fit. */
static void
table_join_kinds (Table *self)
{
  for (guint i = 0; i < self->columns->len;)
    {
      Column *first = table_get (self, i);
      int title = mgrctl_count_columns (kinds[first->score->label.kind].title);
      int width = first->width;

      for (i++; i < self->columns->len &&
                table_get (self, i)->score->label.kind == first->score->label.kind; i++)
        width += GAP + table_get (self, i)->width;

      first->width += MAX (title - width, 0);
      first->kind_width = MAX (title, width);
    }
}

static void
table_init (Table               *self,
            const MgrctlOptions *options,
            GPtrArray           *scores)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

  *self = (Table) { .options = options };
  self->columns = g_ptr_array_new_with_free_func (column_free);

  g_ptr_array_extend (sorted, scores, NULL, NULL);
  g_ptr_array_sort (sorted, compare_scores);
  for (guint i = 0; i < sorted->len; i++)
    g_ptr_array_add (self->columns, column_new (g_ptr_array_index (sorted, i)));
  table_join_kinds (self);

  for (guint i = 0; i < score_rules_get_n (); i++)
    self->rule_width = MAX (self->rule_width,
                            mgrctl_count_columns (score_rule_get_name (score_rules_get (i))));
}

static void
print_painted (const Table *self,
               MgrctlStyle  style,
               const char  *text,
               int          width)
{
  g_autofree char *padded = mgrctl_pad (text, width);
  g_autofree char *painted = mgrctl_paint (self->options, style, padded);

  printf ("%s", painted);
}

/* What stands to the left of a column. */
static void
print_gap (const Table  *self,
           const Column *column)
{
  if (column->kind_width > 0)
    print_painted (self, MGRCTL_STYLE_FAINT, choose (" │ ", " | "), 0);
  else
    printf ("%*s", GAP, "");
}

static void
print_kinds (const Table *self)
{
  printf ("%*s", self->rule_width, "");
  for (guint i = 0; i < self->columns->len; i++)
    {
      const Column *column = table_get (self, i);

      if (column->kind_width == 0)
        continue;
      print_gap (self, column);
      print_painted (self, MGRCTL_STYLE_PLAIN, kinds[column->score->label.kind].title,
                     column->kind_width);
    }
  printf ("\n");
}

static void
print_names (const Table *self)
{
  gboolean more = TRUE;

  for (guint line = 0; more; line++)
    {
      more = FALSE;
      printf ("%*s", self->rule_width, "");
      for (guint i = 0; i < self->columns->len; i++)
        {
          const Column *column = table_get (self, i);
          guint n_parts = g_strv_length (column->parts);

          print_gap (self, column);
          print_painted (self, MGRCTL_STYLE_FAINT, line < n_parts ? column->parts[line] : "",
                         -column->width);
          more = more || line + 1 < n_parts;
        }
      printf ("\n");
    }
}

static void
print_dashes (int width)
{
  for (int i = 0; i < width; i++)
    printf ("%s", choose ("─", "-"));
}

static void
print_border (const Table *self)
{
  print_dashes (self->rule_width);
  for (guint i = 0; i < self->columns->len; i++)
    {
      const Column *column = table_get (self, i);

      if (column->kind_width == 0)
        continue;
      printf ("%s", choose ("─┼─", "-+-"));
      print_dashes (column->kind_width);
    }
  printf ("\n");
}

static void
print_lead (const Table  *self,
            const Column *column,
            double        lead)
{
  gboolean good = score_goal_accepts (kinds[column->score->label.kind].goal, lead);
  g_autofree char *text = isnan (lead) ? g_strdup ("-") : g_strdup_printf ("%+.1f", lead);

  print_painted (self,
                 good ? MGRCTL_STYLE_GOOD : lead >= 0 ? MGRCTL_STYLE_WARNING : MGRCTL_STYLE_BAD,
                 text, -column->width);
}

static void
print_false (const Table  *self,
             const Column *column,
             double        seconds)
{
  g_autofree char *text = seconds > 0 ? g_strdup_printf ("F %.0fs", ceil (seconds))
                                      : g_strdup ("ok");

  print_painted (self, seconds > 0 ? MGRCTL_STYLE_BAD : MGRCTL_STYLE_GOOD, text, -column->width);
}

static void
print_row (const Table *self,
           guint        rule,
           gboolean     critical)
{
  print_painted (self, rule == SCORE_OWN_RULE ? MGRCTL_STYLE_STRONG : MGRCTL_STYLE_PLAIN,
                 score_rule_get_name (score_rules_get (rule)), self->rule_width);

  for (guint i = 0; i < self->columns->len; i++)
    {
      const Column *column = table_get (self, i);
      const ScoreMarks *marks = &column->score->marks[rule];

      print_gap (self, column);
      if (column->score->label.kind == TRACE_KIND_BENIGN)
        print_false (self, column, critical ? marks->false_critical : marks->false_high);
      else
        print_lead (self, column, critical ? marks->lead_critical : marks->lead_high);
    }
  printf ("\n");
}

static void
print_block (const Table *self,
             gboolean     critical)
{
  print_painted (self, MGRCTL_STYLE_STRONG, critical ? "Critical" : "High", 0);
  printf (": how many seconds before the harm; where nothing is wrong, for how long\n\n");

  print_kinds (self);
  print_names (self);
  print_border (self);
  for (guint i = 0; i < score_rules_get_n (); i++)
    {
      if (!critical || !score_rule_is_only_low (score_rules_get (i)))
        print_row (self, i, critical);
    }
  printf ("\n");
}

/* Returns: (transfer full): what was worst, or that there was nothing to judge */
static char *
describe_worst (ScoreGoal              goal,
                const ScoreGoalResult *result)
{
  g_autofree char *value = NULL;
  g_autofree char *name = NULL;

  if (result->where == NULL)
    return g_strdup ("no such trace");

  if (isnan (result->worst))
    value = g_strdup ("never");
  else if (goal == SCORE_GOAL_FALSE_HIGH)
    value = g_strdup_printf ("%.1f %%", 100 * result->worst);
  else if (goal == SCORE_GOAL_WARNING || goal == SCORE_GOAL_ONSET)
    value = g_strdup_printf ("%.1f s %s", fabs (result->worst),
                             result->worst >= 0 ? "before" : "after");
  else
    value = g_strdup_printf ("%.1f s", result->worst);

  name = mgrctl_printable (score_get_name (result->where));
  return g_strdup_printf ("%s in %s", value, name);
}

static void
print_goals (const Table *self,
             GPtrArray   *scores)
{
  print_painted (self, MGRCTL_STYLE_STRONG, "Goals of libmgr", 0);
  printf (", and where it comes closest to missing them\n\n");

  for (guint goal = 0; goal < N_SCORE_GOALS; goal++)
    {
      ScoreGoalResult result = score_goal_judge ((ScoreGoal) goal, scores);
      g_autofree char *worst = describe_worst ((ScoreGoal) goal, &result);

      print_painted (self, result.met ? MGRCTL_STYLE_GOOD : MGRCTL_STYLE_BAD,
                     result.met ? "met" : "MISSED", 8);
      print_painted (self, MGRCTL_STYLE_PLAIN, score_goal_get_text ((ScoreGoal) goal), 50);
      printf ("%s\n", worst);
    }
}

void
score_table_print (const MgrctlOptions *options,
                   GPtrArray           *scores)
{
  Table table;

  table_init (&table, options, scores);
  print_block (&table, TRUE);
  print_block (&table, FALSE);
  print_goals (&table, scores);
  g_ptr_array_unref (table.columns);
}
