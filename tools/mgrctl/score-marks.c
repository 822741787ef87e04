/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "score-marks.h"

#include "score-rules.h"
#include "trace-run.h"

#include <math.h>

/* Times are sums of cadences, and those of a tenth are not exact. */
#define SAME_TIME 1e-6

static double
to_seconds (gint64 microseconds)
{
  return (double) microseconds / G_TIME_SPAN_SECOND;
}

static const ScoreAlarm *
get_alarm (GArray *alarms,
           guint   index)
{
  return &g_array_index (alarms, ScoreAlarm, index);
}

/* How much of the trace it lasted, of which @end is the end. */
static double
measure_alarm (const ScoreAlarm *alarm,
               double            end)
{
  return MIN (alarm->time + alarm->length, end) - alarm->time;
}

static void
marks_take_alarms (ScoreMarks *self,
                   GArray     *alarms,
                   double      end)
{
  double last_second = -1;

  for (guint i = 0; i < alarms->len && get_alarm (alarms, i)->time <= end; i++)
    {
      const ScoreAlarm *alarm = get_alarm (alarms, i);

      if (isnan (self->first_high))
        self->first_high = alarm->time;
      self->false_high += measure_alarm (alarm, end);

      if (floor (alarm->time) > last_second)
        self->alarm_seconds++;
      last_second = floor (alarm->time);

      if (!alarm->critical)
        continue;
      if (isnan (self->first_critical))
        self->first_critical = alarm->time;
      self->false_critical += measure_alarm (alarm, end);
    }
}

/* From @harm_end on, one alarm after the other; NAN where they do not end. */
static double
measure_recovery (GArray *alarms,
                  double  harm_end,
                  double  end)
{
  double time = harm_end;

  for (guint i = 0; i < alarms->len; i++)
    {
      const ScoreAlarm *alarm = get_alarm (alarms, i);

      if (alarm->time > time + SAME_TIME)
        break;
      time = MAX (time, alarm->time + alarm->length);
    }

  return time < end - SAME_TIME ? time - harm_end : NAN;
}

void
score_marks_take (ScoreMarks       *self,
                  const TraceLabel *label,
                  gint64            duration,
                  GArray           *alarms)
{
  *self = (ScoreMarks) { .first_high = NAN, .first_critical = NAN, .recovery = NAN };
  marks_take_alarms (self, alarms, to_seconds (duration));

  if (label->kind == TRACE_KIND_BENIGN)
    {
      self->lead_high = NAN;
      self->lead_critical = NAN;
      return;
    }

  self->lead_high = to_seconds (label->harm) - self->first_high;
  self->lead_critical = to_seconds (label->harm) - self->first_critical;
  self->false_high = NAN;
  self->false_critical = NAN;

  /* Who said nothing has nothing to take back. */
  if (!isnan (self->first_high))
    self->recovery = measure_recovery (alarms, to_seconds (label->harm_end),
                                       to_seconds (duration + SCORE_HOLD));
}

static gboolean
score_apply_rules (Score   *self,
                   GError **error)
{
  gint64 duration = mgr_pressure_trace_get_duration (self->trace);

  for (guint i = 0; i < score_rules_get_n (); i++)
    {
      g_autoptr (GArray) alarms = NULL;

      alarms = score_rule_apply (score_rules_get (i), self->trace, duration + SCORE_HOLD, error);
      if (alarms == NULL)
        return FALSE;

      score_marks_take (&self->marks[i], &self->label, duration, alarms);
    }

  return TRUE;
}

Score *
score_new (const char  *path,
           GError     **error)
{
  g_autoptr (MgrPressureTrace) trace = trace_load (path, error);
  g_autoptr (Score) self = NULL;
  TraceLabel label;

  if (trace == NULL || !trace_label_read (&label, trace, path, error))
    return NULL;

  self = g_new0 (Score, 1);
  self->trace = g_steal_pointer (&trace);
  self->label = label;
  self->marks = g_new0 (ScoreMarks, score_rules_get_n ());

  return score_apply_rules (self, error) ? g_steal_pointer (&self) : NULL;
}

void
score_free (Score *self)
{
  mgr_pressure_trace_unref (self->trace);
  g_free (self->marks);
  g_free (self);
}

const char *
score_get_name (const Score *self)
{
  return mgr_pressure_trace_get_name (self->trace);
}
