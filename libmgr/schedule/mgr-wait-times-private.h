/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

#define MGR_WAIT_STEPS_PER_DOUBLING 8
#define MGR_WAIT_BUCKETS (40 * MGR_WAIT_STEPS_PER_DOUBLING)

/* How long tasks waited: counts in buckets that grow by 9 %, from 1 µs to 12 days. */
typedef struct
{
  guint64 count;
  double mean;    /* µs */
  guint32 buckets[MGR_WAIT_BUCKETS];
} MgrWaitTimes;

void   mgr_wait_times_add          (MgrWaitTimes       *self,
                                    gint64              wait);

/* A time in µs that at least @share of the waits did not exceed, by less than 10 % too
 * high; 0 of none. */
gint64 mgr_wait_times_get_quantile (const MgrWaitTimes *self,
                                    double              share);

G_END_DECLS
