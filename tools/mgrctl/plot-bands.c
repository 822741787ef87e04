/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "plot-bands.h"

#include "mgrctl-print.h"

/* Pixels: how high a name is, how much of a band it needs, and between neighbours in time,
 * so that they can be told apart. */
#define NAME_SIZE 12
#define NAME_HEIGHT 16
#define NAME_MARGIN 5
#define GAP 1.2

typedef struct
{
  SvgWriter *svg;         /* (unowned) */
  const PlotField *field; /* (unowned): of bytes over time */
  gint64 begin;           /* µs */
} Bands;

static double
find_x (const Bands *self,
        gint64       time)
{
  return plot_field_get_x (self->field, (double) (time - self->begin));
}

static double
find_y (const Bands *self,
        double       bytes)
{
  return plot_field_get_y (self->field, bytes);
}

static const TaskStep *
get_step (const TaskEntry *entry,
          guint            index)
{
  return &g_array_index (entry->steps, TaskStep, index);
}

static gint64
get_step_end (const TaskEntry *entry,
              guint            index)
{
  return index + 1 < entry->steps->len ? get_step (entry, index + 1)->time : entry->ended;
}

/* From one step to the next, of which the last is a bit short. */
static void
add_edge (const Bands     *self,
          const TaskEntry *entry,
          double           above,
          gboolean         back)
{
  for (guint n = 0; n < entry->steps->len; n++)
    {
      guint i = back ? entry->steps->len - 1 - n : n;
      double y = find_y (self, get_step (entry, i)->base + above);
      double left = find_x (self, get_step (entry, i)->time);
      double right = find_x (self, get_step_end (entry, i));

      if (i + 1 == entry->steps->len)
        right = MAX (right - GAP, left);
      if (n == 0 && !back)
        svg_writer_move_to (self->svg, left, y);
      else
        svg_writer_line_to (self->svg, back ? right : left, y);
      svg_writer_line_to (self->svg, back ? left : right, y);
    }
}

static void
draw_area (const Bands     *self,
           const TaskEntry *entry,
           const char      *kind,
           double           bytes)
{
  g_autofree char *class = g_strdup_printf ("%s %s", kind, task_entry_get_class (entry));

  svg_writer_path_begin (self->svg, class);
  add_edge (self, entry, bytes, FALSE);
  add_edge (self, entry, 0, TRUE);
  svg_writer_line_to (self->svg, find_x (self, entry->started),
                      find_y (self, get_step (entry, 0)->base + bytes));
  svg_writer_path_end (self->svg);
}

/* The step that is the longest in time. */
static guint
find_longest (const TaskEntry *entry)
{
  guint longest = 0;

  for (guint i = 1; i < entry->steps->len; i++)
    if (get_step_end (entry, i) - get_step (entry, i)->time
        > get_step_end (entry, longest) - get_step (entry, longest)->time)
      longest = i;

  return longest;
}

/* In what it took where that is high enough, otherwise in what was granted beyond. */
static void
draw_name (const Bands     *self,
           const TaskEntry *entry)
{
  g_autofree char *name = mgrctl_printable (entry->name);
  guint index = find_longest (entry);
  double base = get_step (entry, index)->base;
  double x = find_x (self, get_step (entry, index)->time) + NAME_MARGIN;
  double room = find_x (self, get_step_end (entry, index)) - x;
  double peak = find_y (self, base + (double) entry->peak);
  double grant = find_y (self, base + task_entry_get_height (entry));

  if (svg_text_width (name, NAME_SIZE) > room)
    return;

  if (find_y (self, base) - peak >= NAME_HEIGHT)
    svg_writer_text (self->svg, "task", "start", x, peak + NAME_SIZE + 1, name);
  else if (peak - grant >= NAME_HEIGHT)
    svg_writer_text (self->svg, "task", "start", x, grant + NAME_SIZE + 1, name);
}

static void
draw_failure (const Bands     *self,
              const TaskEntry *entry)
{
  double base = get_step (entry, entry->steps->len - 1)->base;
  double x = MAX (find_x (self, entry->ended) - GAP, find_x (self, entry->started));

  if (task_entry_is_failed (entry))
    svg_writer_line (self->svg, "failed", x, find_y (self, base), x,
                     find_y (self, base + task_entry_get_height (entry)));
}

void
plot_bands_draw (SvgWriter       *svg,
                 const PlotField *field,
                 gint64           begin,
                 const TaskEntry *entry)
{
  Bands self = { svg, field, begin };

  if (entry->steps->len == 0)
    return;

  if (entry->peak > 0)
    draw_area (&self, entry, "peak", (double) entry->peak);
  draw_area (&self, entry, "grant", (double) entry->grant);
  draw_failure (&self, entry);
  draw_name (&self, entry);
}
