/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "plot-series.h"

#include <math.h>

/* Pixels; less is not seen. */
#define BUCKET_WIDTH 0.5

typedef struct
{
  double x;
  double value; /* NAN: none */
} Point;

struct _PlotSeries
{
  GArray *points; /* (owned) (element-type Point) */
};

double
plot_field_get_x (const PlotField *self,
                  double           time)
{
  return self->x + self->width * (self->duration > 0 ? time / self->duration : 0);
}

double
plot_field_get_y (const PlotField *self,
                  double           value)
{
  return self->y + self->height * (1 - CLAMP (value / self->top, 0, 1));
}

static Point *
series_get (const PlotSeries *self,
            guint             index)
{
  return &g_array_index (self->points, Point, index);
}

static void
series_add (PlotSeries *self,
            double      x,
            double      value,
            PlotWorst   worst)
{
  Point point = { x, value };
  Point *last = self->points->len > 0 ? series_get (self, self->points->len - 1) : NULL;

  if (last == NULL || floor (x / BUCKET_WIDTH) > floor (last->x / BUCKET_WIDTH))
    g_array_append_val (self->points, point);
  else if (worst == PLOT_WORST_IS_MOST)
    last->value = fmax (last->value, value);
  else
    last->value = fmin (last->value, value);
}

PlotSeries *
plot_series_new (const TraceRun  *run,
                 const PlotField *field,
                 PlotValueFunc    get_value,
                 PlotWorst        worst)
{
  PlotSeries *self = g_new0 (PlotSeries, 1);

  self->points = g_array_new (FALSE, FALSE, sizeof (Point));
  for (guint i = 0; i < run->samples->len; i++)
    {
      MgrPressureSample *sample = trace_run_get_sample (run, i);
      double time = (double) mgr_pressure_sample_get_time (sample);

      series_add (self, plot_field_get_x (field, time), get_value (sample), worst);
    }

  return self;
}

void
plot_series_free (PlotSeries *self)
{
  g_array_unref (self->points);
  g_free (self);
}

double
plot_series_get_most (const PlotSeries *self)
{
  double most = NAN;

  for (guint i = 0; i < self->points->len; i++)
    most = fmax (most, series_get (self, i)->value);

  return most;
}

/* Whether it lies on the level line between its neighbours, and can be left out. */
static gboolean
is_flat (const PlotSeries *self,
         guint             index)
{
  double value = series_get (self, index)->value;

  return index > 0 && index + 1 < self->points->len &&
         series_get (self, index - 1)->value == value &&
         series_get (self, index + 1)->value == value;
}

void
plot_series_draw_line (const PlotSeries *self,
                       SvgWriter        *svg,
                       const PlotField  *field,
                       const char       *class)
{
  gboolean drawing = FALSE;

  svg_writer_path_begin (svg, class);
  for (guint i = 0; i < self->points->len; i++)
    {
      const Point *point = series_get (self, i);
      gboolean shown = point->value <= field->top;
      double y = shown ? plot_field_get_y (field, point->value) : NAN;

      if (shown && !drawing)
        svg_writer_move_to (svg, point->x, y);
      else if (shown && !is_flat (self, i))
        svg_writer_line_to (svg, point->x, y);
      drawing = shown;
    }
  svg_writer_path_end (svg);
}

/* From the point @begin up to that before @end, there above and back below. */
static void
draw_patch (const PlotSeries *self,
            const PlotSeries *low,
            SvgWriter        *svg,
            const PlotField  *field,
            guint             begin,
            guint             end)
{
  svg_writer_move_to (svg, series_get (self, begin)->x,
                      plot_field_get_y (field, low != NULL ? series_get (low, begin)->value : 0));

  for (guint i = begin; i < end; i++)
    {
      if (i == begin || i + 1 == end || !is_flat (self, i))
        svg_writer_line_to (svg, series_get (self, i)->x,
                            plot_field_get_y (field, series_get (self, i)->value));
    }

  if (low == NULL)
    svg_writer_line_to (svg, series_get (self, end - 1)->x, plot_field_get_y (field, 0));
  for (guint i = end - 1; low != NULL && i > begin; i--)
    svg_writer_line_to (svg, series_get (low, i)->x,
                        plot_field_get_y (field, series_get (low, i)->value));
}

void
plot_series_draw_area (const PlotSeries *self,
                       const PlotSeries *low,
                       SvgWriter        *svg,
                       const PlotField  *field,
                       const char       *class)
{
  guint begin = 0;

  svg_writer_path_begin (svg, class);
  for (guint i = 0; i <= self->points->len; i++)
    {
      if (i < self->points->len && !isnan (series_get (self, i)->value) &&
          (low == NULL || series_get (low, i)->value <= field->top))
        continue;

      if (i > begin)
        draw_patch (self, low, svg, field, begin, i);
      begin = i + 1;
    }
  svg_writer_path_end (svg);
}

double
plot_choose_step (double top,
                  guint  n_marks)
{
  static const double multiples[] = { 1, 2, 5 };
  double power = pow (10, floor (log10 (top / n_marks)));

  /* The last digits of a quotient are not to be trusted. */
  for (guint i = 0; i < G_N_ELEMENTS (multiples); i++)
    {
      if (multiples[i] * power * n_marks >= top * (1 - 1e-9))
        return multiples[i] * power;
    }

  return 10 * power;
}
