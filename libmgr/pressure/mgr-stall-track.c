/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-stall-track-private.h"

/* Two marks on are no closer than this, so that 4 seconds fit at any pace. */
#define MARK_DISTANCE (125 * G_TIME_SPAN_MILLISECOND)

static const MgrStallMark *
track_get (const MgrStallTrack *self,
           guint                age)
{
  return &self->marks[(self->next + MGR_STALL_MARKS - 1 - age) % MGR_STALL_MARKS];
}

static void
track_append (MgrStallTrack *self,
              MgrStallMark   mark)
{
  self->marks[self->next] = mark;
  self->next = (self->next + 1) % MGR_STALL_MARKS;
  self->length = MIN (self->length + 1, MGR_STALL_MARKS);
}

static void
track_drop_last (MgrStallTrack *self)
{
  self->next = (self->next + MGR_STALL_MARKS - 1) % MGR_STALL_MARKS;
  self->length--;
}

void
mgr_stall_track_feed (MgrStallTrack *self,
                      gint64         time,
                      double         stall)
{
  MgrStallMark mark = { time, 0.0 };

  /* A clock that went back says nothing about what was before. */
  if (self->length > 0 && time < track_get (self, 0)->time)
    self->length = 0;

  if (self->length == 0)
    {
      track_append (self, mark);
      return;
    }

  mark.total = track_get (self, 0)->total + stall * (double) (time - track_get (self, 0)->time);
  if (self->length > 1 && time - track_get (self, 1)->time < MARK_DISTANCE)
    track_drop_last (self);
  track_append (self, mark);
}

/* The total at @time, along a straight line between two marks. */
static double
track_get_total (const MgrStallTrack *self,
                 gint64               time)
{
  for (guint age = 0; age < self->length; age++)
    {
      const MgrStallMark *before = track_get (self, age);
      const MgrStallMark *after;

      if (before->time > time)
        continue;
      if (age == 0)
        return before->total;

      after = track_get (self, age - 1);
      return before->total + (after->total - before->total) * (double) (time - before->time)
                             / (double) (after->time - before->time);
    }

  return track_get (self, self->length - 1)->total;
}

double
mgr_stall_track_get_average (const MgrStallTrack *self,
                             gint64               window)
{
  const MgrStallMark *last;

  if (self->length == 0)
    return 0.0;

  last = track_get (self, 0);
  return (last->total - track_get_total (self, last->time - window)) / (double) window;
}
