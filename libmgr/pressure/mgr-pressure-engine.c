/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-engine-private.h"

#include "pressure/mgr-pressure-reason-private.h"
#include "pressure/mgr-room-track-private.h"
#include "pressure/mgr-source-set-private.h"
#include "pressure/mgr-stall-track-private.h"

/* A cleanup has time to show its effect, and a collector to come round. */
#define DWELL (15 * G_TIME_SPAN_SECOND)

/* A burst that ends proves the forecast wrong; its level need not stay. */
#define DWELL_FORECAST (3 * G_TIME_SPAN_SECOND)

/* Room that changes by this share of the whole between two samples moves. */
#define MOVING_ROOM 0.002

/* So does memory of which a millisecond of stall is told in half a second. */
#define MOVING_STALL 0.002

/* Stall seldom comes alone: for so long after it the next is looked out for. */
#define ALERT (15 * G_TIME_SPAN_SECOND)

/* What must not reach a level stays this far below it. */
#define BELOW_LEVEL 0.001

/* Tracks of sources that were silent for that long are dropped. */
#define TRACK_LIFE (10 * G_TIME_SPAN_MINUTE)

/* What is remembered of one source. */
typedef struct
{
  MgrRoomTrack room;
  MgrStallTrack stall;
  gint64 last_time; /* µs */
} Track;

struct _MgrPressureEngine
{
  MgrLevelScale scale;
  gboolean adaptive;
  MgrUsualLoad *usual;                      /* (owned) */
  GHashTable *tracks;                       /* (owned) (element-type utf8 Track) */
  MgrLevelFilter filters[MGR_N_PRESSURE_CAUSES];
  MgrPressureLevel level;
  guint64 last_room;                        /* bytes, of the last sample */
  gint64 last_stall;                        /* µs: when tasks waited last, or G_MININT64 */
  gboolean moving;
};

/* What one sample says, while it is summed up. */
typedef struct
{
  MgrLevelScale scale;
  guint64 swap_available; /* bytes */
  guint64 swap_limit;     /* bytes */
  double machine_usage;   /* without swap */
  double group_usage;     /* without swap */
  guint64 total;          /* bytes: of the fullest limit, with swap */
  guint64 least_room;     /* bytes, with swap */
  double forecast_usage;
  MgrForecastFigures forecast;
  MgrPressureVerdict verdict;
} Judgement;

MgrPressureEngine *
mgr_pressure_engine_new (void)
{
  MgrPressureEngine *self = g_new0 (MgrPressureEngine, 1);

  mgr_level_scale_init (&self->scale);
  self->adaptive = TRUE;
  self->last_stall = G_MININT64;
  self->usual = mgr_usual_load_new ();
  self->tracks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < MGR_N_PRESSURE_CAUSES; i++)
    mgr_level_filter_init (&self->filters[i],
                           i == MGR_PRESSURE_CAUSE_FORECAST ? DWELL_FORECAST : DWELL);
  return self;
}

void
mgr_pressure_engine_free (MgrPressureEngine *self)
{
  g_hash_table_unref (self->tracks);
  mgr_usual_load_free (self->usual);
  g_free (self);
}

MgrLevelScale *
mgr_pressure_engine_get_scale (MgrPressureEngine *self)
{
  return &self->scale;
}

gboolean
mgr_pressure_engine_get_adaptive (MgrPressureEngine *self)
{
  return self->adaptive;
}

void
mgr_pressure_engine_set_adaptive (MgrPressureEngine *self,
                                  gboolean           adaptive)
{
  self->adaptive = adaptive;
}

MgrLevelScale
mgr_pressure_engine_get_current_scale (MgrPressureEngine *self)
{
  MgrLevelScale scale = self->scale;

  if (self->adaptive)
    mgr_level_scale_adapt (&scale, mgr_usual_load_get (self->usual)->usage);

  return scale;
}

const MgrUsualUsage *
mgr_pressure_engine_get_usual (MgrPressureEngine *self)
{
  return mgr_usual_load_get (self->usual);
}

MgrPressureLevel
mgr_pressure_engine_get_level (MgrPressureEngine *self)
{
  return self->level;
}

gboolean
mgr_pressure_engine_is_moving (MgrPressureEngine *self)
{
  return self->moving;
}

static gboolean
is_swappable (MgrPressureScope scope)
{
  return scope == MGR_PRESSURE_SCOPE_GROUP || scope == MGR_PRESSURE_SCOPE_MACHINE;
}

/* What the others are judged by: swap, and how full the memory itself is. */
static void
judgement_survey (Judgement *self,
                  GPtrArray *readings)
{
  gboolean swap_known = FALSE;

  for (guint i = 0; i < readings->len; i++)
    {
      const MgrNamedReading *named = g_ptr_array_index (readings, i);
      double usage = mgr_pressure_reading_get_usage (named->reading);
      guint64 available = mgr_pressure_reading_get_available (named->reading);

      switch (mgr_pressure_reading_get_scope (named->reading))
        {
        case MGR_PRESSURE_SCOPE_MACHINE:
          self->machine_usage = MAX (self->machine_usage, usage);
          break;
        case MGR_PRESSURE_SCOPE_GROUP:
          self->group_usage = MAX (self->group_usage, usage);
          break;
        case MGR_PRESSURE_SCOPE_SWAP:
          if (!swap_known || available < self->swap_available)
            {
              self->swap_available = available;
              self->swap_limit = mgr_pressure_reading_get_limit (named->reading);
            }
          swap_known = TRUE;
          break;
        case MGR_PRESSURE_SCOPE_PROGRAM:
        case MGR_PRESSURE_SCOPE_PROCESS:
        case MGR_PRESSURE_SCOPE_DEVICE:
        default:
          break;
        }
    }
}

/* The used share by which a limit is judged. Memory and swap are exhausted together;
 * memory that is full while swap is at hand is worth a light cleanup, no more. Programs
 * fill a device by design, and no cleanup of the process empties it. */
static double
judgement_rate (const Judgement    *self,
                MgrPressureReading *reading)
{
  double usage = mgr_pressure_reading_get_usage (reading);
  guint64 limit = mgr_pressure_reading_get_limit (reading);
  MgrPressureScope scope = mgr_pressure_reading_get_scope (reading);
  double with_swap;

  if (scope == MGR_PRESSURE_SCOPE_DEVICE)
    return MIN (usage, self->scale.thresholds[MGR_PRESSURE_LEVEL_MEDIUM] - BELOW_LEVEL);
  if (self->swap_limit == 0 || !is_swappable (scope))
    return usage;

  with_swap = 1.0 - ((1.0 - usage) * (double) limit + (double) self->swap_available)
                    / ((double) limit + (double) self->swap_limit);

  return MAX (with_swap,
              MIN (usage, self->scale.thresholds[MGR_PRESSURE_LEVEL_HIGH] - BELOW_LEVEL));
}

static Track *
engine_get_track (MgrPressureEngine *self,
                  const char        *name,
                  gint64             time)
{
  Track *track = g_hash_table_lookup (self->tracks, name);

  if (track == NULL)
    {
      track = g_new0 (Track, 1);
      mgr_room_track_init (&track->room);
      g_hash_table_insert (self->tracks, g_strdup (name), track);
    }

  track->last_time = time;
  return track;
}

static gboolean
track_is_old (gpointer name,
              gpointer track,
              gpointer time)
{
  return *(gint64 *) time - ((Track *) track)->last_time > TRACK_LIFE;
}

static void
judgement_foresee (Judgement             *self,
                   MgrRoomTrack          *track,
                   const MgrNamedReading *named,
                   gint64                 time)
{
  gboolean swappable = is_swappable (mgr_pressure_reading_get_scope (named->reading));
  MgrForecastFigures forecast = { .source = named->name };
  guint64 room = mgr_pressure_reading_get_available (named->reading);
  guint64 total = mgr_pressure_reading_get_limit (named->reading);
  gboolean first = self->forecast.source == NULL;

  if (swappable)
    {
      room += self->swap_available;
      total += self->swap_limit;
    }

  mgr_room_track_feed (track, time, room, total);
  mgr_room_track_forecast (track, room, &forecast);

  if (first || forecast.time_to_exhaustion < self->forecast.time_to_exhaustion ||
      (forecast.time_to_exhaustion == self->forecast.time_to_exhaustion &&
       room < self->forecast.room))
    {
      self->forecast = forecast;
      self->forecast_usage = 1.0 - (double) room / (double) total;
    }

  if (first || room < self->least_room)
    {
      self->least_room = room;
      self->total = total;
    }
}

static void
verdict_raise (MgrPressureVerdict *verdict,
               MgrPressureCause    cause,
               MgrPressureLevel    judged,
               MgrPressureLevel    clear)
{
  verdict->judged[cause] = MAX (verdict->judged[cause], judged);
  verdict->clear[cause] = MAX (verdict->clear[cause], clear);
}

static void
judgement_weigh_usage (Judgement             *self,
                       const MgrNamedReading *named,
                       double                 usage,
                       MgrPressureFigures    *figures)
{
  guint64 available = mgr_pressure_reading_get_available (named->reading);

  if (figures->source == NULL || available < figures->available)
    figures->available = available;

  if (figures->source == NULL || usage > figures->usage)
    {
      figures->usage = usage;
      figures->limit = mgr_pressure_reading_get_limit (named->reading);
      g_free (figures->source);
      figures->source = g_strdup (named->name);
    }

  verdict_raise (&self->verdict, MGR_PRESSURE_CAUSE_USAGE,
                 mgr_level_scale_judge_usage (&self->scale, usage, MGR_JUDGE_STRICT),
                 mgr_level_scale_judge_usage (&self->scale, usage, MGR_JUDGE_CLEAR));
}

/* Tasks of the group wait for memory of the group or of the machine; those of the
 * machine may wait in other groups. */
static double
judgement_get_awaited_usage (const Judgement  *self,
                             MgrPressureScope  scope)
{
  return scope == MGR_PRESSURE_SCOPE_MACHINE
    ? self->machine_usage
    : MAX (self->machine_usage, self->group_usage);
}

static void
judgement_weigh_stall (Judgement           *self,
                       const MgrStallTrack *track,
                       MgrPressureScope     scope)
{
  double brief = mgr_stall_track_get_average (track, MGR_STALL_WINDOW_SHORT);
  double lasting = mgr_stall_track_get_average (track, MGR_STALL_WINDOW_LONG);
  double usage = judgement_get_awaited_usage (self, scope);
  MgrPressureLevel judged =
    mgr_level_scale_judge_stall (&self->scale, brief, lasting, usage, MGR_JUDGE_STRICT);

  if (judged > self->verdict.judged[MGR_PRESSURE_CAUSE_STALL] || self->verdict.stall == 0.0)
    {
      self->verdict.stall = MAX (brief, lasting);
      self->verdict.stall_usage = usage;
    }

  verdict_raise (&self->verdict, MGR_PRESSURE_CAUSE_STALL, judged,
                 mgr_level_scale_judge_stall (&self->scale, brief, lasting, usage,
                                              MGR_JUDGE_CLEAR));
}

static void
judgement_weigh_size (Judgement          *self,
                      MgrPressureReading *reading)
{
  guint64 size = mgr_pressure_reading_get_used (reading);

  self->verdict.size = MAX (self->verdict.size, size);
  verdict_raise (&self->verdict, MGR_PRESSURE_CAUSE_SIZE,
                 mgr_level_scale_judge_size (&self->scale, size, MGR_JUDGE_STRICT),
                 mgr_level_scale_judge_size (&self->scale, size, MGR_JUDGE_CLEAR));
}

static void
judgement_weigh_forecast (Judgement *self)
{
  const MgrForecastFigures *forecast = &self->forecast;

  if (forecast->source == NULL)
    return;

  verdict_raise (&self->verdict, MGR_PRESSURE_CAUSE_FORECAST,
                 mgr_level_scale_judge_forecast (&self->scale, forecast->time_to_exhaustion,
                                                 forecast->latest, self->forecast_usage,
                                                 MGR_JUDGE_STRICT),
                 mgr_level_scale_judge_forecast (&self->scale, forecast->time_to_exhaustion,
                                                 forecast->latest, self->forecast_usage,
                                                 MGR_JUDGE_CLEAR));
}

static void
engine_weigh (MgrPressureEngine     *self,
              Judgement             *judgement,
              const MgrNamedReading *named,
              MgrPressureFigures    *figures)
{
  MgrPressureScope scope = mgr_pressure_reading_get_scope (named->reading);
  Track *track = engine_get_track (self, named->name, figures->time);
  double stall = mgr_pressure_reading_get_stall (named->reading);

  figures->stall = MAX (figures->stall, stall);
  mgr_stall_track_feed (&track->stall, figures->time, stall);
  judgement_weigh_stall (judgement, &track->stall, scope);

  if (scope == MGR_PRESSURE_SCOPE_PROCESS)
    {
      judgement_weigh_size (judgement, named->reading);
    }
  else if (scope != MGR_PRESSURE_SCOPE_SWAP && mgr_pressure_reading_get_limit (named->reading) > 0)
    {
      double usage = judgement_rate (judgement, named->reading);

      judgement_weigh_usage (judgement, named, usage, figures);
      if (scope != MGR_PRESSURE_SCOPE_DEVICE)
        judgement_foresee (judgement, &track->room, named, figures->time);
    }
}

static void
engine_settle (MgrPressureEngine  *self,
               MgrPressureVerdict *verdict,
               gint64              time)
{
  verdict->before = self->level;
  self->level = MGR_PRESSURE_LEVEL_NORMAL;

  for (guint i = 0; i < MGR_N_PRESSURE_CAUSES; i++)
    {
      verdict->levels[i] = mgr_level_filter_feed (&self->filters[i], time,
                                                  verdict->judged[i], verdict->clear[i]);
      self->level = MAX (self->level, verdict->levels[i]);
    }
}

static void
engine_note_movement (MgrPressureEngine        *self,
                      const Judgement          *judgement,
                      const MgrPressureFigures *figures)
{
  guint64 room = judgement->least_room;
  guint64 change = room > self->last_room ? room - self->last_room : self->last_room - room;

  if (figures->stall >= MOVING_STALL || self->last_stall > figures->time)
    self->last_stall = figures->stall >= MOVING_STALL ? figures->time : G_MININT64;

  self->moving = self->level >= MGR_PRESSURE_LEVEL_HIGH ||
                 self->last_stall > figures->time - ALERT ||
                 (double) change > MOVING_ROOM * (double) judgement->total;
  self->last_room = room;
}

void
mgr_pressure_engine_judge (MgrPressureEngine  *self,
                           GPtrArray          *readings,
                           MgrPressureFigures *figures)
{
  Judgement judgement = { .scale = mgr_pressure_engine_get_current_scale (self) };
  MgrPressureVerdict *verdict = &judgement.verdict;

  judgement_survey (&judgement, readings);
  for (guint i = 0; i < readings->len; i++)
    engine_weigh (self, &judgement, g_ptr_array_index (readings, i), figures);
  judgement_weigh_forecast (&judgement);

  engine_settle (self, verdict, figures->time);
  engine_note_movement (self, &judgement, figures);
  g_hash_table_foreach_remove (self->tracks, track_is_old, &figures->time);
  if (figures->source != NULL)
    mgr_usual_load_feed (self->usual, figures->time, figures->usage,
                         verdict->levels[MGR_PRESSURE_CAUSE_STALL] == MGR_PRESSURE_LEVEL_NORMAL &&
                         self->level < MGR_PRESSURE_LEVEL_CRITICAL);

  figures->level = self->level;
  figures->swap = judgement.swap_available;
  for (guint i = 0; i < MGR_N_PRESSURE_CAUSES; i++)
    figures->judged = MAX (figures->judged, verdict->judged[i]);
  figures->reason = mgr_pressure_reason_new (verdict, &judgement.scale, figures,
                                             &judgement.forecast);
  if (judgement.forecast.source != NULL)
    {
      judgement.forecast.source = g_strdup (judgement.forecast.source);
      figures->forecast = mgr_pressure_forecast_new (&judgement.forecast);
    }
}
