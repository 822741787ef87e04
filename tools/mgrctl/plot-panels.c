/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "plot-panels.h"

#include <math.h>

/* Pixels */
#define TITLE_RISE 10
#define KEY_LETTER 12
#define KEY_LINE 24
#define KEY_GAP 8

#define MIB (1024.0 * 1024.0)

/* Seconds; a time to exhaustion that is longer says little. */
#define LONGEST_TIME_LEFT 120

static double
get_room (MgrPressureSample *sample)
{
  return mgr_pressure_sample_get_limit (sample) > 0
           ? (double) mgr_pressure_sample_get_available (sample) / MIB : NAN;
}

static double
get_swap (MgrPressureSample *sample)
{
  return (double) mgr_pressure_sample_get_swap (sample) / MIB;
}

static double
get_stall (MgrPressureSample *sample)
{
  return 100 * mgr_pressure_sample_get_stall (sample);
}

static double
get_time_left (MgrPressureSample *sample)
{
  double left = (double) sample_get_time_left (sample) / G_TIME_SPAN_SECOND;

  return left <= LONGEST_TIME_LEFT ? left : NAN;
}

/* The interval of the forecast is shown where the forecast itself is. */
static double
get_earliest (MgrPressureSample *sample)
{
  MgrPressureForecast *forecast = mgr_pressure_sample_get_forecast (sample);

  return isnan (get_time_left (sample))
           ? NAN : (double) mgr_pressure_forecast_get_earliest (forecast) / G_TIME_SPAN_SECOND;
}

static double
get_latest (MgrPressureSample *sample)
{
  MgrPressureForecast *forecast = mgr_pressure_sample_get_forecast (sample);

  return isnan (get_time_left (sample))
           ? NAN : (double) mgr_pressure_forecast_get_latest (forecast) / G_TIME_SPAN_SECOND;
}

static void
draw_frame (SvgWriter       *svg,
            const PlotField *field,
            const char      *title,
            double           step)
{
  svg_writer_text (svg, "name", "start", field->x, field->y - TITLE_RISE, title);

  for (double value = 0; value <= field->top * (1 + 1e-9); value += step)
    {
      double y = plot_field_get_y (field, value);
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (text, sizeof (text), "%.12g", value);
      svg_writer_line (svg, value > 0 ? "grid" : "axis", field->x, y, field->x + field->width, y);
      svg_writer_text (svg, "mark", "end", field->x - KEY_GAP, y + 4, text);
    }
}

/* Says what a line is, to the left of @right; returns where that begins. */
static double
draw_key (SvgWriter       *svg,
          const PlotField *field,
          double           right,
          const char      *class,
          const char      *text)
{
  double y = field->y - TITLE_RISE;
  double end = right - svg_text_width (text, KEY_LETTER) - KEY_GAP;

  svg_writer_line (svg, class, end - KEY_LINE, y - 4, end, y - 4);
  svg_writer_text (svg, "mark", "end", right, y, text);
  return end - KEY_LINE - 2 * KEY_GAP;
}

static void
draw_room (const TraceRun *run,
           SvgWriter      *svg,
           PlotField      *field)
{
  g_autoptr (PlotSeries) room = plot_series_new (run, field, get_room, PLOT_WORST_IS_LEAST);
  g_autoptr (PlotSeries) swap = plot_series_new (run, field, get_swap, PLOT_WORST_IS_LEAST);
  double most_swap = plot_series_get_most (swap);
  double most = fmax (fmax (plot_series_get_most (room), most_swap), 1);
  double step = plot_choose_step (most, 4);
  double right = field->x + field->width;

  field->top = step * ceil (most / step);
  draw_frame (svg, field, "Memory that is left (MiB)", step);

  plot_series_draw_area (room, NULL, svg, field, "area room-area");
  plot_series_draw_line (room, svg, field, "line room");
  if (most_swap > 0)
    {
      plot_series_draw_line (swap, svg, field, "line swap");
      right = draw_key (svg, field, right, "line swap", "swap");
    }
  draw_key (svg, field, right, "line room", "below the tightest limit");
}

static void
draw_stall (const TraceRun *run,
            SvgWriter      *svg,
            PlotField      *field)
{
  g_autoptr (PlotSeries) stall = plot_series_new (run, field, get_stall, PLOT_WORST_IS_MOST);

  field->top = 100;
  draw_frame (svg, field, "Time in which tasks wait for memory (%)", 50);
  plot_series_draw_area (stall, NULL, svg, field, "area stall-area");
  plot_series_draw_line (stall, svg, field, "line stall");
  draw_key (svg, field, field->x + field->width, "line stall", "stall");
}

static void
draw_time_left (const TraceRun *run,
                SvgWriter      *svg,
                PlotField      *field)
{
  g_autoptr (PlotSeries) left = plot_series_new (run, field, get_time_left, PLOT_WORST_IS_LEAST);
  g_autoptr (PlotSeries) earliest = plot_series_new (run, field, get_earliest, PLOT_WORST_IS_LEAST);
  g_autoptr (PlotSeries) latest = plot_series_new (run, field, get_latest, PLOT_WORST_IS_LEAST);
  double right = field->x + field->width;

  field->top = LONGEST_TIME_LEFT;
  draw_frame (svg, field, "Time until it is used up, as things go (s)", LONGEST_TIME_LEFT / 2);

  if (isnan (plot_series_get_most (left)))
    {
      svg_writer_text (svg, "mark", "end", right, field->y - TITLE_RISE, "no forecast below 120 s");
      return;
    }

  plot_series_draw_area (latest, earliest, svg, field, "area left-area");
  plot_series_draw_line (left, svg, field, "line left");
  draw_key (svg, field, right, "line left", "forecast, and how sure it is");
}

static const struct
{
  double height;
  void (*draw) (const TraceRun *run,
                SvgWriter      *svg,
                PlotField      *field);
} panels[N_PLOT_PANELS] = {
  [PLOT_PANEL_ROOM] = { 150, draw_room },
  [PLOT_PANEL_STALL] = { 64, draw_stall },
  [PLOT_PANEL_TIME_LEFT] = { 84, draw_time_left },
};

double
plot_panel_get_height (PlotPanel panel)
{
  return panels[panel].height;
}

void
plot_panel_draw (PlotPanel       panel,
                 const TraceRun *run,
                 SvgWriter      *svg,
                 PlotField       field)
{
  panels[panel].draw (run, svg, &field);
}
