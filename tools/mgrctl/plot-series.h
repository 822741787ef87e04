/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "svg-writer.h"
#include "trace-run.h"

G_BEGIN_DECLS

/* Where something stands in a figure: values from 0 to @top over times from 0 to
 * @duration, as a rectangle of pixels. */
typedef struct
{
  double x;
  double y;        /* of the upper edge */
  double width;
  double height;
  double duration; /* µs */
  double top;
} PlotField;

double  plot_field_get_x (const PlotField *self,
                          double           time);
double  plot_field_get_y (const PlotField *self,
                          double           value);

/* What a sample says of something; NAN: nothing. */
typedef double (*PlotValueFunc) (MgrPressureSample *sample);

typedef enum
{
  PLOT_WORST_IS_LEAST,
  PLOT_WORST_IS_MOST,
} PlotWorst;

/* The points of a curve, of which no two are in the same half of a pixel: a day takes
 * no more of them than a minute. */
typedef struct _PlotSeries PlotSeries;

/* Of samples that fall together the worst counts.
 *
 * Returns: (transfer full): the series, as wide as @field */
PlotSeries *plot_series_new       (const TraceRun   *run,
                                   const PlotField  *field,
                                   PlotValueFunc     get_value,
                                   PlotWorst         worst);
void        plot_series_free      (PlotSeries       *self);

/* The largest value, or NAN. */
double      plot_series_get_most  (const PlotSeries *self);

/* Draws a line that is broken where there are no values, or more than the field's
 * top. */
void        plot_series_draw_line (const PlotSeries *self,
                                   SvgWriter        *svg,
                                   const PlotField  *field,
                                   const char       *class);

/* Draws the area down to @low, a series of the same run, or to the base line where
 * that is NULL; what is above the field's top is cut off there. */
void        plot_series_draw_area (const PlotSeries *self,
                                   const PlotSeries *low,
                                   SvgWriter        *svg,
                                   const PlotField  *field,
                                   const char       *class);

/* A step between the marks of an axis that has @n_marks of them at most: 1, 2 or 5
 * times a power of ten. */
double      plot_choose_step      (double            top,
                                   guint             n_marks);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlotSeries, plot_series_free)

G_END_DECLS
