/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "plot-tasks.h"

#include "mgrctl-print.h"
#include "plot-bands.h"
#include "plot-series.h"
#include "svg-writer.h"
#include "task-layout.h"

#include <mgr.h>

#include <math.h>

/* Pixels. The width is that of a page of text, for which the letters are set. */
#define WIDTH 800
#define LEFT 84
#define RIGHT 24
#define TITLE_LINE 26
#define FACTS_LINE 46
#define LEGEND_LINE 70
#define TOP 92
#define FIELD_WIDTH (WIDTH - LEFT - RIGHT)
#define FIELD_HEIGHT 280
#define BOTTOM (TOP + FIELD_HEIGHT)
#define WAITS_TOP (BOTTOM + 12)
#define WAITS_HEIGHT 112
#define WAIT_PITCH 7
#define SCALE_HEIGHT 18
#define FOOT 12
#define SWATCH 11
#define MARK_SIZE 12

#define N_SIZE_MARKS 8
#define N_TIME_MARKS 8
/* Above what is shown. */
#define HEADROOM 1.06

/* The outline of a band is what the task was granted, the inside what it took. */
#define STYLE \
  "svg { font-family: Cantarell, 'DejaVu Sans', sans-serif; font-size: 13px }\n" \
  "text { fill: #241f31 }\n" \
  ".title { font-size: 17px; font-weight: bold }\n" \
  ".mark { font-size: 12px; fill: #5e5c64 }\n" \
  ".task { font-size: 12px }\n" \
  ".grid { stroke: #deddda }\n" \
  ".axis { stroke: #9a9996 }\n" \
  ".budget { stroke: #a51d2d; stroke-width: 1.5; stroke-dasharray: 6 3 }\n" \
  ".grant { fill-opacity: 0.14; stroke-width: 1.2 }\n" \
  ".wait { stroke-width: 2 }\n" \
  ".failed { stroke: #241f31; stroke-width: 2.5 }\n" \
  ".critical { fill: #a51d2d; stroke: #a51d2d }\n" \
  ".high { fill: #c64600; stroke: #c64600 }\n" \
  ".normal { fill: #1a5fb4; stroke: #1a5fb4 }\n" \
  ".low { fill: #1d8a57; stroke: #1d8a57 }\n" \
  ".deferred { fill: #813d9c; stroke: #813d9c }\n" \
  ".any { fill: #5e5c64; stroke: #5e5c64 }\n" \
  ".peak { fill-opacity: 0.42; stroke: none }\n" \
  "@media (prefers-color-scheme: dark) {\n" \
  "text { fill: #f6f5f4 }\n" \
  ".mark { fill: #c0bfbc }\n" \
  ".grid { stroke: #3d3846 }\n" \
  ".axis { stroke: #77767b }\n" \
  ".budget { stroke: #ff7b63 }\n" \
  ".critical { fill: #ff7b63; stroke: #ff7b63 }\n" \
  ".high { fill: #ffa348; stroke: #ffa348 }\n" \
  ".normal { fill: #78aeed; stroke: #78aeed }\n" \
  ".low { fill: #57e389; stroke: #57e389 }\n" \
  ".deferred { fill: #d5a6e6; stroke: #d5a6e6 }\n" \
  ".any { fill: #c0bfbc; stroke: #c0bfbc }\n" \
  ".peak { fill-opacity: 0.45; stroke: none }\n" \
  ".failed { stroke: #f6f5f4 }\n" \
  "}\n"

typedef struct
{
  SvgWriter *svg;     /* (unowned) */
  GPtrArray *entries; /* (unowned) (element-type TaskEntry) */
  PlotField field;    /* of bytes over time */
  gint64 begin;       /* µs, the first time shown */
  guint64 budget;     /* bytes; 0: none */
  double most;        /* bytes at once */
  guint n_waits;
} Picture;

static const TaskEntry *
get_entry (const Picture *self,
           guint          index)
{
  return g_ptr_array_index (self->entries, index);
}

static double
find_x (const Picture *self,
        gint64         time)
{
  return plot_field_get_x (&self->field, (double) (time - self->begin));
}

static double
find_y (const Picture *self,
        double         bytes)
{
  return plot_field_get_y (&self->field, bytes);
}

static gboolean
is_wait_seen (const Picture   *self,
              const TaskEntry *entry)
{
  return find_x (self, entry->submitted + task_entry_get_wait (entry))
         - find_x (self, entry->submitted) >= 1;
}

static void
picture_measure (Picture *self)
{
  gint64 end = 0;

  self->begin = G_MAXINT64;
  for (guint i = 0; i < self->entries->len; i++)
    {
      self->begin = MIN (self->begin, get_entry (self, i)->submitted);
      end = MAX (end, get_entry (self, i)->ended);
    }

  self->most = task_layout_place (self->entries, self->budget > 0 ? (double) self->budget
                                                                  : HUGE_VAL);
  self->field = (PlotField) { LEFT, TOP, FIELD_WIDTH, FIELD_HEIGHT,
                              (double) (end - self->begin),
                              HEADROOM * MAX (MAX ((double) self->budget, self->most), 1) };
  for (guint i = 0; i < self->entries->len; i++)
    self->n_waits += is_wait_seen (self, get_entry (self, i));
}

static double
get_waits_bottom (const Picture *self)
{
  double pitch = MIN (WAIT_PITCH, (double) WAITS_HEIGHT / MAX (self->n_waits, 1));

  return self->n_waits > 0 ? WAITS_TOP + pitch * self->n_waits : BOTTOM;
}

/* In 1, 2 or 5 times a power of ten of the unit that a size is written in. */
static double
choose_size_step (double top)
{
  double unit = 1;

  while (top / unit >= 1024)
    unit *= 1024;

  return unit * plot_choose_step (top / unit, N_SIZE_MARKS);
}

static void
draw_size_axis (const Picture *self)
{
  double step = choose_size_step (self->field.top);

  for (guint i = 0; i * step <= self->field.top; i++)
    {
      g_autofree char *text = mgr_size_format ((guint64) (i * step));
      double y = find_y (self, i * step);

      svg_writer_line (self->svg, i > 0 ? "grid" : "axis", LEFT, y, WIDTH - RIGHT, y);
      svg_writer_text (self->svg, "mark", "end", LEFT - 8, y + 4, text);
    }
}

static void
draw_time_axis (const Picture *self)
{
  double seconds = self->field.duration / G_TIME_SPAN_SECOND;
  double step = plot_choose_step (MAX (seconds, 0.001), N_TIME_MARKS);
  double bottom = get_waits_bottom (self);

  for (guint i = 0; i * step <= MAX (seconds, 0.001); i++)
    {
      char number[G_ASCII_DTOSTR_BUF_SIZE];
      g_autofree char *text = NULL;
      double x = plot_field_get_x (&self->field, i * step * G_TIME_SPAN_SECOND);

      g_ascii_formatd (number, sizeof (number), "%.12g", i * step);
      text = g_strdup_printf ("%s s", number);
      svg_writer_line (self->svg, "grid", x, TOP, x, bottom + 4);
      svg_writer_text (self->svg, "mark", "middle", x, bottom + SCALE_HEIGHT, text);
    }
}

static void
draw_budget (const Picture *self)
{
  g_autofree char *size = mgr_size_format (self->budget);
  g_autofree char *text = g_strdup_printf ("budget %s", size);
  double y = find_y (self, (double) self->budget);

  if (self->budget == 0)
    return;

  svg_writer_line (self->svg, "budget", LEFT, y, WIDTH - RIGHT, y);
  svg_writer_text (self->svg, "mark", "end", WIDTH - RIGHT, y - 6, text);
}

/* One below the other, in the order in which they came. */
static void
draw_waits (const Picture *self)
{
  double pitch = (get_waits_bottom (self) - WAITS_TOP) / MAX (self->n_waits, 1);
  double y = WAITS_TOP + pitch / 2;

  if (self->n_waits == 0)
    return;

  svg_writer_text (self->svg, "mark", "end", LEFT - 8, WAITS_TOP + 9, "waiting");
  for (guint i = 0; i < self->entries->len; i++)
    {
      const TaskEntry *entry = get_entry (self, i);
      g_autofree char *class = g_strdup_printf ("wait %s", task_entry_get_class (entry));

      if (!is_wait_seen (self, entry))
        continue;

      svg_writer_line (self->svg, class, find_x (self, entry->submitted), y,
                       find_x (self, entry->submitted + task_entry_get_wait (entry)), y);
      y += pitch;
    }
}

static guint
count_failed (const Picture *self)
{
  guint n = 0;

  for (guint i = 0; i < self->entries->len; i++)
    n += task_entry_is_failed (get_entry (self, i));

  return n;
}

static gboolean
has_priority (const Picture *self,
              const char    *priority)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (g_str_equal (task_entry_get_class (get_entry (self, i)), priority))
      return TRUE;

  return FALSE;
}

/* Returns: where the next one begins */
static double
draw_key_text (const Picture *self,
               double         x,
               const char    *text)
{
  x += SWATCH + 6;
  svg_writer_text (self->svg, "mark", "start", x, LEGEND_LINE, text);
  return x + svg_text_width (text, MARK_SIZE) + 16;
}

static double
draw_key (const Picture *self,
          double         x,
          const char    *class,
          const char    *text)
{
  svg_writer_rect (self->svg, class, x, LEGEND_LINE - SWATCH + 1, SWATCH, SWATCH);
  return draw_key_text (self, x, text);
}

/* What outline, inside and end are, and the priorities that there are. */
static void
draw_legend (const Picture *self)
{
  double x = draw_key (self, LEFT, "grant any", "granted");
  const char *noun = " priority";

  x = draw_key (self, x, "peak any", "taken at the peak");
  if (count_failed (self) > 0)
    {
      svg_writer_line (self->svg, "failed", x + SWATCH / 2, LEGEND_LINE - SWATCH, x + SWATCH / 2,
                       LEGEND_LINE + 2);
      x = draw_key_text (self, x, "ended, not done");
    }

  x += 16;
  for (guint i = 0; i < TASK_N_CLASSES; i++)
    {
      g_autofree char *peak = g_strdup_printf ("peak %s", task_classes[i]);
      g_autofree char *text = NULL;

      if (!has_priority (self, task_classes[i]))
        continue;

      text = g_strconcat (task_classes[i], noun, NULL);
      x = draw_key (self, x, peak, text);
      noun = NULL;
    }
}

/* Returns: (transfer full): the figures in a line */
static char *
describe (const Picture *self)
{
  g_autofree char *most = mgr_size_format ((guint64) self->most);
  gint64 wait = 0;

  for (guint i = 0; i < self->entries->len; i++)
    wait = MAX (wait, task_entry_get_wait (get_entry (self, i)));

  return g_strdup_printf ("%u %s, of which %u ended without being done; %s at once at most; "
                          "the longest wait %.1f s", self->entries->len,
                          self->entries->len == 1 ? "task" : "tasks", count_failed (self), most,
                          (double) wait / G_TIME_SPAN_SECOND);
}

char *
plot_tasks_draw (const char *program,
                 GPtrArray  *entries,
                 guint64     budget)
{
  g_autofree char *name = mgrctl_printable (program);
  g_autofree char *label = NULL;
  g_autofree char *facts = NULL;
  g_autoptr (SvgWriter) svg = NULL;
  Picture self = { .entries = entries, .budget = budget };

  picture_measure (&self);
  facts = describe (&self);
  label = g_strdup_printf ("Tasks of %s: %s", name, facts);
  svg = svg_writer_new (WIDTH, get_waits_bottom (&self) + SCALE_HEIGHT + FOOT, label, STYLE);
  self.svg = svg;

  svg_writer_text (svg, "title", "start", LEFT, TITLE_LINE, name);
  svg_writer_text (svg, "origin", "end", WIDTH - RIGHT, TITLE_LINE, "tasks over time");
  svg_writer_text (svg, "mark", "start", LEFT, FACTS_LINE, facts);
  draw_legend (&self);
  draw_size_axis (&self);
  draw_time_axis (&self);
  for (guint i = 0; i < entries->len; i++)
    plot_bands_draw (svg, &self.field, self.begin, get_entry (&self, i));
  draw_budget (&self);
  draw_waits (&self);
  return svg_writer_finish (svg);
}
