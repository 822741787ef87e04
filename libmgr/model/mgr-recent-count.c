/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "model/mgr-recent-count-private.h"

/* Empties what is older than an hour. */
static void
recent_count_pass (MgrRecentCount *self,
                   gint64          time)
{
  gint64 minute = time / G_TIME_SPAN_MINUTE;
  gint64 passed = CLAMP (minute - self->minute, 0, MGR_RECENT_COUNT_MINUTES);

  for (gint64 i = 1; i <= passed; i++)
    self->counts[(self->minute + i) % MGR_RECENT_COUNT_MINUTES] = 0;

  self->minute = MAX (minute, self->minute);
}

void
mgr_recent_count_add (MgrRecentCount *self,
                      gint64          time,
                      guint           n)
{
  guint32 *count;

  recent_count_pass (self, time);
  count = &self->counts[self->minute % MGR_RECENT_COUNT_MINUTES];
  *count += MIN (n, G_MAXUINT32 - *count);
}

guint64
mgr_recent_count_get (MgrRecentCount *self,
                      gint64          time)
{
  guint64 sum = 0;

  recent_count_pass (self, time);
  for (guint i = 0; i < MGR_RECENT_COUNT_MINUTES; i++)
    sum += self->counts[i];

  return sum;
}
