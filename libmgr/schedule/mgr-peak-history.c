/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-peak-history-private.h"

#include <math.h>

#define ESTIMATE_SHARE 0.95

/* Above the quantile: two runs of the same work differ by a few percent. */
#define ESTIMATE_MARGIN 1.125

void
mgr_peak_history_add (MgrPeakHistory *self,
                      guint64         peak)
{
  self->peaks[self->count % MGR_PEAK_HISTORY_LENGTH] = peak;
  self->count++;
  self->mean += ((double) peak - self->mean) / (double) self->count;
}

static int
compare_peaks (gconstpointer a,
               gconstpointer b)
{
  guint64 peak_a = *(const guint64 *) a;
  guint64 peak_b = *(const guint64 *) b;

  return (peak_a > peak_b) - (peak_a < peak_b);
}

guint64
mgr_peak_history_get_quantile (const MgrPeakHistory *self,
                               double                share)
{
  guint64 sorted[MGR_PEAK_HISTORY_LENGTH];
  gsize n = (gsize) MIN (self->count, MGR_PEAK_HISTORY_LENGTH);
  gsize rank;

  if (n == 0)
    return 0;

  for (gsize i = 0; i < n; i++)
    sorted[i] = self->peaks[i];
  qsort (sorted, n, sizeof *sorted, compare_peaks);

  rank = (gsize) ceil (CLAMP (share, 0, 1) * (double) n);
  return sorted[MAX (rank, 1) - 1];
}

/* Beyond 2^63 a double would not fit back. */
static guint64
scale (guint64 bytes,
       double  factor)
{
  double scaled = (double) bytes * factor;

  return scaled < (double) G_MAXINT64 ? (guint64) scaled : G_MAXUINT64;
}

guint64
mgr_peak_history_get_estimate (const MgrPeakHistory *self)
{
  if (self->count < MGR_PEAK_HISTORY_ENOUGH)
    return 0;

  return scale (mgr_peak_history_get_quantile (self, ESTIMATE_SHARE), ESTIMATE_MARGIN);
}

guint64
mgr_grant_after_oom (guint64 grant,
                     guint64 peak,
                     guint64 budget)
{
  return MIN (MAX (scale (grant, 2), scale (peak, 1.25)), budget);
}
