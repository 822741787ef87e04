/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "plot-figure.h"

#include "mgrctl-print.h"
#include "plot-panels.h"
#include "plot-style.h"

#include <math.h>

/* Pixels. The width is that of a page of text, for which the letters are set. */
#define WIDTH 800
#define LEFT 58
#define RIGHT 16
#define TITLE_LINE 26
#define STRIP_TOP 62
#define STRIP_HEIGHT 24
#define FIRST_PANEL_TOP 122
#define PANEL_GAP 44
#define FOOT 48
#define LETTER 13
#define LEGEND_PITCH 88

#define N_TIME_MARKS 10

typedef struct
{
  const TraceRun *run;     /* (unowned) */
  const TraceLabel *label; /* (unowned) (nullable) */
  SvgWriter *svg;          /* (unowned) */
  const char *name;        /* (unowned): of the trace, as it can be shown */
  double height;
} Figure;

/* A rectangle that is as wide as all of them are. */
static PlotField
make_field (const Figure *self,
            double        y,
            double        height)
{
  return (PlotField) {
    .x = LEFT,
    .y = y,
    .width = WIDTH - LEFT - RIGHT,
    .height = height,
    .duration = (double) mgr_pressure_trace_get_duration (self->run->trace),
    .top = 1,
  };
}

static double
get_x (const Figure *self,
       gint64        time)
{
  PlotField field = make_field (self, 0, 0);

  return plot_field_get_x (&field, (double) time);
}

static MgrPressureLevel
get_level (const Figure *self,
           guint         index)
{
  return mgr_pressure_sample_get_level (trace_run_get_sample (self->run, index));
}

static gint64
get_time (const Figure *self,
          guint         index)
{
  return mgr_pressure_sample_get_time (trace_run_get_sample (self->run, index));
}

/* When the level is critical for the first time, or -1. */
static gint64
find_critical (const Figure *self)
{
  for (guint i = 0; i < self->run->samples->len; i++)
    {
      if (get_level (self, i) >= MGR_PRESSURE_LEVEL_CRITICAL)
        return get_time (self, i);
    }

  return -1;
}

static gboolean
has_harm (const Figure *self)
{
  return self->label != NULL && self->label->kind != TRACE_KIND_BENIGN;
}

static const char *
name_harm (const Figure *self)
{
  return self->label->kind == TRACE_KIND_OOM ? "the OOM kill" : "the onset of the stall";
}

/* Returns: (transfer full): what the figure is to show, in a line */
static char *
describe (const Figure *self)
{
  gint64 critical = find_critical (self);
  double lead;

  if (!has_harm (self))
    {
      const char *known = self->label == NULL ? "" : ", and nothing is wrong";

      return critical < 0
               ? g_strdup_printf ("never critical%s", known)
               : g_strdup_printf ("critical from %.1f s on%s",
                                  (double) critical / G_TIME_SPAN_SECOND, known);
    }

  if (critical < 0)
    return g_strdup_printf ("never critical, in spite of %s", name_harm (self));

  lead = (double) (self->label->harm - critical) / G_TIME_SPAN_SECOND;
  return g_strdup_printf ("critical %.1f s %s %s", fabs (lead), lead >= 0 ? "before" : "after",
                          name_harm (self));
}

/* The title, and above the strip how far the harm is from the first critical sample. */
static void
draw_head (const Figure *self)
{
  const double y = STRIP_TOP - 9;
  gint64 critical = find_critical (self);
  g_autofree char *text = describe (self);

  svg_writer_text (self->svg, "title", "start", LEFT, TITLE_LINE, self->name);
  svg_writer_text (self->svg, "finding", "end", WIDTH - RIGHT, TITLE_LINE, text);

  if (!has_harm (self) || critical < 0)
    return;

  svg_writer_line (self->svg, "warning", get_x (self, critical), y,
                   get_x (self, self->label->harm), y);
  svg_writer_line (self->svg, "warning", get_x (self, critical), y - 4,
                   get_x (self, critical), STRIP_TOP);
}

/* The strip of levels, with the names of those that last. */
static void
draw_level (const Figure     *self,
            MgrPressureLevel  level,
            double            begin,
            double            end)
{
  const char *nick = level_get_nick (level);
  g_autofree char *class = g_strconcat ("on-", nick, NULL);

  svg_writer_rect (self->svg, nick, begin, STRIP_TOP, end - begin, STRIP_HEIGHT);
  if (end - begin > svg_text_width (nick, LETTER) + 4)
    svg_writer_text (self->svg, class, "middle", (begin + end) / 2,
                     STRIP_TOP + STRIP_HEIGHT - 8, nick);
}

/* What is high or worse is to be seen behind the curves too. */
static void
shade_level (const Figure     *self,
             MgrPressureLevel  level,
             double            begin,
             double            end)
{
  g_autofree char *class = g_strconcat ("shade ", level_get_nick (level), NULL);
  double y = FIRST_PANEL_TOP;

  if (level < MGR_PRESSURE_LEVEL_HIGH)
    return;

  for (guint panel = 0; panel < N_PLOT_PANELS; panel++)
    {
      double height = plot_panel_get_height ((PlotPanel) panel);

      svg_writer_rect (self->svg, class, begin, y, end - begin, height);
      y += height + PANEL_GAP;
    }
}

/* Calls @draw for each span of one level, with where it begins and ends. */
static void
for_each_level (const Figure *self,
                void        (*draw) (const Figure     *figure,
                                     MgrPressureLevel  level,
                                     double            begin,
                                     double            end))
{
  gint64 begin = 0;

  for (guint i = 0; i < self->run->samples->len; i++)
    {
      gboolean last = i + 1 == self->run->samples->len;
      gint64 end = last ? mgr_pressure_trace_get_duration (self->run->trace)
                        : get_time (self, i + 1);

      if (!last && get_level (self, i + 1) == get_level (self, i))
        continue;

      draw (self, get_level (self, i), get_x (self, begin), get_x (self, end));
      begin = end;
    }
}

static void
draw_harm (const Figure *self)
{
  double x;
  double y = FIRST_PANEL_TOP;

  if (!has_harm (self))
    return;

  x = get_x (self, self->label->harm);
  svg_writer_text (self->svg, "mark", "middle", CLAMP (x, LEFT + 34, WIDTH - RIGHT - 34),
                   STRIP_TOP - 17,
                   self->label->kind == TRACE_KIND_OOM ? "OOM kill" : "stall sets in");
  svg_writer_line (self->svg, "harm", x, STRIP_TOP - 13, x, STRIP_TOP);

  for (guint panel = 0; panel < N_PLOT_PANELS; panel++)
    {
      double height = plot_panel_get_height ((PlotPanel) panel);

      svg_writer_line (self->svg, "harm", x, y, x, y + height);
      y += height + PANEL_GAP;
    }
}

static void
draw_panels (const Figure *self)
{
  double y = FIRST_PANEL_TOP;

  for (guint panel = 0; panel < N_PLOT_PANELS; panel++)
    {
      double height = plot_panel_get_height ((PlotPanel) panel);

      plot_panel_draw ((PlotPanel) panel, self->run, self->svg, make_field (self, y, height));
      y += height + PANEL_GAP;
    }
}

static void
draw_times (const Figure *self)
{
  gint64 duration = mgr_pressure_trace_get_duration (self->run->trace);
  double seconds = (double) duration / G_TIME_SPAN_SECOND;
  double step = plot_choose_step (MAX (seconds, 0.001), N_TIME_MARKS);
  double y = self->height - FOOT;

  for (double time = 0; time <= seconds; time += step)
    {
      double x = get_x (self, (gint64) (time * G_TIME_SPAN_SECOND));
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (text, sizeof (text), "%.12g", time);
      svg_writer_line (self->svg, "axis", x, y, x, y + 5);
      svg_writer_text (self->svg, "mark", "middle", x, y + 19, text);
    }
}

static void
draw_legend (const Figure *self)
{
  const double y = self->height - 10;

  for (guint level = MGR_PRESSURE_LEVEL_NORMAL; level <= MGR_PRESSURE_LEVEL_EMERGENCY; level++)
    {
      const char *nick = level_get_nick ((MgrPressureLevel) level);
      double x = LEFT + level * LEGEND_PITCH;

      svg_writer_rect (self->svg, nick, x, y - 10, 12, 12);
      svg_writer_text (self->svg, "mark", "start", x + 17, y, nick);
    }
  svg_writer_text (self->svg, "mark", "end", WIDTH - RIGHT, y, "seconds");
}

char *
plot_figure_draw (const TraceRun   *run,
                  const TraceLabel *label)
{
  Figure self = { .run = run, .label = label, .height = FIRST_PANEL_TOP - PANEL_GAP + FOOT };
  g_autoptr (SvgWriter) svg = NULL;
  g_autofree char *name = mgrctl_printable (mgr_pressure_trace_get_name (run->trace));
  g_autofree char *finding = describe (&self);
  g_autofree char *text = g_strdup_printf ("%s: %s", name, finding);

  for (guint panel = 0; panel < N_PLOT_PANELS; panel++)
    self.height += plot_panel_get_height ((PlotPanel) panel) + PANEL_GAP;

  svg = svg_writer_new (WIDTH, self.height, text, PLOT_STYLE);
  self.svg = svg;
  self.name = name;

  draw_head (&self);
  for_each_level (&self, draw_level);
  for_each_level (&self, shade_level);
  draw_panels (&self);
  draw_harm (&self);
  draw_times (&self);
  draw_legend (&self);

  return svg_writer_finish (svg);
}
