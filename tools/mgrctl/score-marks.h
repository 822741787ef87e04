/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "trace-label.h"

G_BEGIN_DECLS

/* How long the last row of a trace holds, so that what comes after the harm is seen. */
#define SCORE_HOLD (30 * G_TIME_SPAN_SECOND)

/* How well a rule did with a trace. All in seconds; NAN stands for never, and for
 * what means nothing with a trace of its kind. */
typedef struct
{
  double first_high;
  double first_critical;
  double lead_high;      /* from the alarm to the harm; below 0: it came late */
  double lead_critical;
  double false_high;     /* of a benign trace */
  double false_critical;
  guint alarm_seconds;   /* how many distinct seconds an alarm began in */
  double recovery;       /* from the end of the harm until it is below high */
} ScoreMarks;

/* What all rules did with one trace. */
typedef struct
{
  MgrPressureTrace *trace; /* (owned) */
  TraceLabel label;
  ScoreMarks *marks;       /* (owned) (array): one a rule */
} Score;

/* Reads a trace and its label and applies all rules to it.
 *
 * Returns: (transfer full): the score, or NULL on error */
Score      *score_new            (const char         *path,
                                  GError            **error);
void        score_free           (Score              *self);
const char *score_get_name       (const Score        *self);

/* @alarms as score_rule_apply() gives them, until SCORE_HOLD after the trace. */
void        score_marks_take     (ScoreMarks         *self,
                                  const TraceLabel   *label,
                                  gint64              duration,
                                  GArray             *alarms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Score, score_free)

G_END_DECLS
