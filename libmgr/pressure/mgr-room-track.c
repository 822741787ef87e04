/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-room-track-private.h"

#include <math.h>

/* A burst, a leak that a person would see, and one that takes the night. */
static const gint64 windows[MGR_N_TRENDS] = {
  2 * G_TIME_SPAN_SECOND,
  30 * G_TIME_SPAN_SECOND,
  10 * G_TIME_SPAN_MINUTE,
};

/* A line that explains less of what was seen describes something else. */
#define MINIMUM_R_SQUARED 0.5

/* From this gain on, as a share of the total, room counts as gained back. */
#define GAIN 0.05

/* With less room than this share of the total, no habit is an excuse. */
#define ALWAYS_TOLD 0.15

#define NO_LOW (-1)

void
mgr_room_track_init (MgrRoomTrack *self)
{
  *self = (MgrRoomTrack) { .total = 0 };

  for (guint i = 0; i < MGR_N_TRENDS; i++)
    mgr_trend_init (&self->trends[i], windows[i]);
  for (guint i = 0; i < MGR_N_LOWS; i++)
    self->lows[i].minute = NO_LOW;
}

static void
track_note_low (MgrRoomTrack *self,
                gint64        time,
                double        low)
{
  /* A clock may begin before its zero, the ring does not. */
  gint64 minute = MAX (time, 0) / G_TIME_SPAN_MINUTE;
  guint i = (guint) (minute % MGR_N_LOWS);

  if (self->lows[i].minute == minute && self->lows[i].room <= low)
    return;

  self->lows[i].minute = minute;
  self->lows[i].room = low;
}

/* The least room of the last minutes from which it rose again: down to there, a
 * fall is what this memory does all the time. */
static double
track_get_habitual_low (const MgrRoomTrack *self)
{
  gint64 oldest = self->last_time / G_TIME_SPAN_MINUTE - MGR_N_LOWS + 1;
  double low = G_MAXDOUBLE;

  for (guint i = 0; i < MGR_N_LOWS; i++)
    {
      if (self->lows[i].minute != NO_LOW && self->lows[i].minute >= oldest)
        low = MIN (low, self->lows[i].room);
    }

  return MAX (low, ALWAYS_TOLD * (double) self->total);
}

void
mgr_room_track_feed (MgrRoomTrack *self,
                     gint64        time,
                     guint64       room,
                     guint64       total)
{
  /* A limit that was changed, or a clock that went back, ends what was known. */
  if (total != self->total || time < self->last_time)
    {
      mgr_room_track_init (self);
      self->total = total;
      self->low = (double) room;
    }
  self->last_time = time;

  if ((double) room < self->low)
    {
      self->low = (double) room;
    }
  else if ((double) room > self->low + GAIN * (double) total)
    {
      track_note_low (self, time, self->low);
      self->low = (double) room;
    }

  for (guint i = 0; i < MGR_N_TRENDS; i++)
    mgr_trend_feed (&self->trends[i], time, (double) room);
}

static gint64
time_until_gone (guint64 room,
                 double  fall)
{
  double seconds = fall > 0.0 ? (double) room / fall : G_MAXDOUBLE;

  return seconds >= (double) MGR_TIME_NEVER / G_USEC_PER_SEC
         ? MGR_TIME_NEVER
         : (gint64) (seconds * G_USEC_PER_SEC);
}

static gboolean
fit_tells_a_fall (const MgrTrendFit *fit)
{
  return -fit->slope > fit->slope_error && fit->r_squared >= MINIMUM_R_SQUARED;
}

static gboolean
fits_contradict (const MgrTrendFit *a,
                 const MgrTrendFit *b)
{
  return fabs (a->slope - b->slope) > a->slope_error + b->slope_error;
}

static gboolean
any_contradicts (const MgrTrendFit *fits,
                 guint              n_fits,
                 const MgrTrendFit *fit)
{
  for (guint i = 0; i < n_fits; i++)
    {
      if (fits_contradict (&fits[i], fit))
        return TRUE;
    }

  return FALSE;
}

static void
figures_take (MgrForecastFigures *figures,
              const MgrTrend     *trend,
              const MgrTrendFit  *fit)
{
  figures->window = trend->window;
  figures->slope = fit->slope;
  figures->slope_error = fit->slope_error;
  figures->r_squared = fit->r_squared;
  figures->time_to_exhaustion = time_until_gone (figures->room, -fit->slope);
  figures->earliest = time_until_gone (figures->room, fit->slope_error - fit->slope);
  figures->latest = time_until_gone (figures->room, -fit->slope - fit->slope_error);
}

/* A longer window counts only where a shorter one does not contradict it: what has
 * ended lies in the long window still. */
void
mgr_room_track_forecast (const MgrRoomTrack *self,
                         guint64             room,
                         MgrForecastFigures *figures)
{
  MgrTrendFit fits[MGR_N_TRENDS];
  guint n_fits = 0;
  gboolean habitual = (double) room > track_get_habitual_low (self);

  figures->time = self->last_time;
  figures->room = room;
  figures->time_to_exhaustion = figures->earliest = figures->latest = MGR_TIME_NEVER;

  for (guint i = 0; i < MGR_N_TRENDS; i++)
    {
      MgrTrendFit *fit = &fits[n_fits];

      if (!mgr_trend_fit (&self->trends[i], fit))
        continue;

      figures->smallest_slope = n_fits == 0
        ? fit->slope_error
        : MIN (figures->smallest_slope, fit->slope_error);
      n_fits++;
      if (!habitual && fit_tells_a_fall (fit) && !any_contradicts (fits, n_fits - 1, fit) &&
          time_until_gone (room, -fit->slope) < figures->time_to_exhaustion)
        figures_take (figures, &self->trends[i], fit);
    }
}
