/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* How a size changes within a window of time: buckets that keep the largest value
 * each, and a least-squares line through them. The largest room of a bucket is what
 * a collector left behind, so that its saw-tooth is no leak. A pure function of what
 * it was fed. */

#define MGR_TREND_BUCKETS 16

typedef struct
{
  gint64 number; /* time divided by the width of a bucket */
  gint64 time;   /* µs: when the value was seen */
  double value;  /* bytes */
} MgrTrendBucket;

typedef struct
{
  gint64 window;                             /* µs */
  MgrTrendBucket buckets[MGR_TREND_BUCKETS]; /* a ring */
  guint first;
  guint length;
} MgrTrend;

/* In bytes per second; errors with 95 % confidence. */
typedef struct
{
  double slope;
  double slope_error; /* at the same time the smallest slope that can be told from 0 */
  double r_squared;
} MgrTrendFit;

void     mgr_trend_init (MgrTrend       *self,
                         gint64          window);
void     mgr_trend_feed (MgrTrend       *self,
                         gint64          time,
                         double          value);

/* Returns FALSE while there is too little to draw a line through. */
gboolean mgr_trend_fit  (const MgrTrend *self,
                         MgrTrendFit    *fit);

G_END_DECLS
