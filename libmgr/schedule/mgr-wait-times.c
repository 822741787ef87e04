/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-wait-times-private.h"

#include <math.h>

static guint
bucket_of (gint64 wait)
{
  double steps = wait > 1 ? ceil (log2 ((double) wait) * MGR_WAIT_STEPS_PER_DOUBLING) : 0;

  return (guint) MIN (steps, MGR_WAIT_BUCKETS - 1);
}

static gint64
bucket_get_end (guint bucket)
{
  return (gint64) ceil (exp2 ((double) bucket / MGR_WAIT_STEPS_PER_DOUBLING));
}

void
mgr_wait_times_add (MgrWaitTimes *self,
                    gint64        wait)
{
  self->buckets[bucket_of (wait)]++;
  self->count++;
  self->mean += ((double) wait - self->mean) / (double) self->count;
}

gint64
mgr_wait_times_get_quantile (const MgrWaitTimes *self,
                             double              share)
{
  double wanted = ceil (CLAMP (share, 0, 1) * (double) self->count);
  guint64 seen = 0;

  if (self->count == 0)
    return 0;

  for (guint i = 0; i < MGR_WAIT_BUCKETS; i++)
    {
      seen += self->buckets[i];
      if (seen > 0 && (double) seen >= wanted)
        return bucket_get_end (i);
    }

  return bucket_get_end (MGR_WAIT_BUCKETS - 1);
}
