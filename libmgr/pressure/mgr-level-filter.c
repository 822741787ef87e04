/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-level-filter-private.h"

/* One sample may be a spike; two in a row are a state. */
#define SAMPLES_UP 2

/* At this point waiting for a second sample may cost the process its life. */
#define SAMPLES_UP_EMERGENCY 1

/* How far under its threshold a level is left, and for how long: a collector's
 * saw-tooth stays within, and a cleanup has time to show its effect. */
#define MARGIN_DOWN 0.05
#define DWELL_DOWN (15 * G_TIME_SPAN_SECOND)

/* From these shares of stall on, the level is one or two steps higher. */
#define STALL_ONE_STEP 0.10
#define STALL_TWO_STEPS 0.40

#define NOT_BELOW G_MAXINT64

static const double default_thresholds[MGR_N_PRESSURE_LEVELS] = {
  0.0, 0.70, 0.80, 0.85, 0.90, 0.95,
};

void
mgr_level_filter_init (MgrLevelFilter *self)
{
  *self = (MgrLevelFilter) { .level = MGR_PRESSURE_LEVEL_NORMAL };

  for (guint i = 0; i < MGR_N_PRESSURE_LEVELS; i++)
    {
      self->thresholds[i] = default_thresholds[i];
      self->below_since[i] = NOT_BELOW;
    }
}

/* Stall counts only where memory is short as well: reading much of a disk stalls
 * tasks too, and a group under memory.high can stall all the time without ever
 * being killed. It never makes an emergency: that is said of memory that is all
 * but gone, at once and on the word of one sample. */
static MgrPressureLevel
judge (const MgrLevelFilter *self,
       double                usage,
       double                stall,
       double                margin)
{
  guint scarcity = MGR_PRESSURE_LEVEL_NORMAL;
  guint steps = stall >= STALL_TWO_STEPS ? 2 : stall >= STALL_ONE_STEP ? 1 : 0;

  while (scarcity < MGR_PRESSURE_LEVEL_EMERGENCY &&
         usage >= self->thresholds[scarcity + 1] - margin)
    scarcity++;

  if (scarcity == MGR_PRESSURE_LEVEL_NORMAL)
    return MGR_PRESSURE_LEVEL_NORMAL;

  return MAX (scarcity, MIN (scarcity + steps, MGR_PRESSURE_LEVEL_CRITICAL));
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
            MgrPressureLevel  judged)
{
  for (guint i = MGR_PRESSURE_LEVEL_LOW; i < MGR_N_PRESSURE_LEVELS; i++)
    {
      /* The second case starts the wait, and starts it again for a clock that went
       * back. */
      if (judged >= i)
        self->below_since[i] = NOT_BELOW;
      else if (self->below_since[i] > time)
        self->below_since[i] = time;
    }
}

MgrPressureLevel
mgr_level_filter_feed (MgrLevelFilter *self,
                       gint64          time,
                       double          usage,
                       double          stall)
{
  count_up (self, judge (self, usage, stall, 0.0));
  count_down (self, time, judge (self, usage, stall, MARGIN_DOWN));

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
         time - self->below_since[self->level] >= DWELL_DOWN)
    self->level--;

  return self->level;
}
