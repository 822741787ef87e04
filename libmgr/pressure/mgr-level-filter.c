/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-level-filter-private.h"

/* One sample may be a spike; two in a row are a state. */
#define SAMPLES_UP 2

/* At this point waiting for a second sample may cost the process its life. */
#define SAMPLES_UP_EMERGENCY 1

#define NOT_BELOW G_MAXINT64

void
mgr_level_filter_init (MgrLevelFilter *self,
                       gint64          dwell)
{
  *self = (MgrLevelFilter) { .dwell = dwell, .level = MGR_PRESSURE_LEVEL_NORMAL };

  for (guint i = 0; i < MGR_N_PRESSURE_LEVELS; i++)
    self->below_since[i] = NOT_BELOW;
}

static void
count_up (MgrLevelFilter   *self,
          MgrPressureLevel  judged)
{
  for (guint i = MGR_PRESSURE_LEVEL_LOW; i < MGR_N_PRESSURE_LEVELS; i++)
    {
      if (judged < i)
        self->held[i] = 0;
      else if (self->held[i] < SAMPLES_UP)
        self->held[i]++;
    }
}

static void
count_down (MgrLevelFilter   *self,
            gint64            time,
            MgrPressureLevel  clear)
{
  for (guint i = MGR_PRESSURE_LEVEL_LOW; i < MGR_N_PRESSURE_LEVELS; i++)
    {
      /* The second case starts the wait, and starts it again for a clock that went
       * back. */
      if (clear >= i)
        self->below_since[i] = NOT_BELOW;
      else if (self->below_since[i] > time)
        self->below_since[i] = time;
    }
}

MgrPressureLevel
mgr_level_filter_feed (MgrLevelFilter   *self,
                       gint64            time,
                       MgrPressureLevel  judged,
                       MgrPressureLevel  clear)
{
  count_up (self, judged);
  count_down (self, time, clear);

  for (guint i = MGR_PRESSURE_LEVEL_EMERGENCY; i > self->level; i--)
    {
      if (self->held[i] >= (i == MGR_PRESSURE_LEVEL_EMERGENCY ? SAMPLES_UP_EMERGENCY : SAMPLES_UP))
        {
          self->level = i;
          return self->level;
        }
    }

  while (self->level > MGR_PRESSURE_LEVEL_NORMAL &&
         self->below_since[self->level] != NOT_BELOW &&
         time - self->below_since[self->level] >= self->dwell)
    self->level--;

  return self->level;
}
