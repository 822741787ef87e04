/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-trend-private.h"

#include <math.h>

/* A line through fewer points fits by chance. */
#define MINIMUM_POINTS 4

/* The part of the window that the points have to span. */
#define MINIMUM_SPAN 0.35

/* The kernel counts pages by batches and by processor: what is less than this moves
 * by itself. */
#define NOISE_FLOOR (256.0 * 1024)

/* Student's t for 95 % confidence on both sides, by degrees of freedom from 2 on.
 * https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm */
static const double t_quantiles[] = {
  4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
  2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
};

G_STATIC_ASSERT (G_N_ELEMENTS (t_quantiles) == MGR_TREND_BUCKETS - 3);

void
mgr_trend_init (MgrTrend *self,
                gint64    window)
{
  *self = (MgrTrend) { .window = window };
}

static const MgrTrendBucket *
trend_get (const MgrTrend *self,
           guint           i)
{
  return &self->buckets[(self->first + i) % MGR_TREND_BUCKETS];
}

static void
trend_append (MgrTrend       *self,
              MgrTrendBucket  bucket)
{
  if (self->length == MGR_TREND_BUCKETS)
    self->first = (self->first + 1) % MGR_TREND_BUCKETS;
  else
    self->length++;

  self->buckets[(self->first + self->length - 1) % MGR_TREND_BUCKETS] = bucket;
}

static void
trend_forget_before (MgrTrend *self,
                     gint64    number)
{
  while (self->length > 0 && trend_get (self, 0)->number < number)
    {
      self->first = (self->first + 1) % MGR_TREND_BUCKETS;
      self->length--;
    }
}

void
mgr_trend_feed (MgrTrend *self,
                gint64    time,
                double    value)
{
  MgrTrendBucket bucket = { time / (self->window / MGR_TREND_BUCKETS), time, value };
  MgrTrendBucket *last;

  /* A clock that went back says nothing about what was before. */
  if (self->length > 0 && trend_get (self, self->length - 1)->time > time)
    self->length = 0;

  trend_forget_before (self, bucket.number - MGR_TREND_BUCKETS + 1);
  last = self->length > 0 ? (MgrTrendBucket *) trend_get (self, self->length - 1) : NULL;

  if (last == NULL || last->number != bucket.number)
    trend_append (self, bucket);
  else if (value >= last->value)
    *last = bucket;
}

gboolean
mgr_trend_fit (const MgrTrend *self,
               MgrTrendFit    *fit)
{
  guint n = self->length;
  double mean_time = 0.0, mean_value = 0.0;
  double time_squares = 0.0, products = 0.0, value_squares = 0.0;
  double residual;
  gint64 origin;

  if (n < MINIMUM_POINTS)
    return FALSE;

  origin = trend_get (self, 0)->time;
  if ((double) (trend_get (self, n - 1)->time - origin) < MINIMUM_SPAN * (double) self->window)
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      mean_time += (double) (trend_get (self, i)->time - origin) / G_USEC_PER_SEC / n;
      mean_value += trend_get (self, i)->value / n;
    }

  for (guint i = 0; i < n; i++)
    {
      double x = (double) (trend_get (self, i)->time - origin) / G_USEC_PER_SEC - mean_time;
      double y = trend_get (self, i)->value - mean_value;

      time_squares += x * x;
      products += x * y;
      value_squares += y * y;
    }

  /* https://en.wikipedia.org/wiki/Simple_linear_regression */
  fit->slope = products / time_squares;
  residual = MAX (value_squares - fit->slope * products, 0.0);
  fit->r_squared = value_squares > 0.0 ? 1.0 - residual / value_squares : 0.0;
  fit->slope_error = t_quantiles[n - MINIMUM_POINTS] *
                     MAX (sqrt (residual / (n - 2)), NOISE_FLOOR) / sqrt (time_squares);
  return TRUE;
}
