/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "score-goals.h"

#include "score-rules.h"

#include <math.h>

static double
get_lead (const Score *score)
{
  return score->marks[SCORE_OWN_RULE].lead_critical;
}

static double
get_false_critical (const Score *score)
{
  return score->marks[SCORE_OWN_RULE].false_critical;
}

static double
get_false_high_share (const Score *score)
{
  gint64 duration = mgr_pressure_trace_get_duration (score->trace);

  return duration > 0 ? score->marks[SCORE_OWN_RULE].false_high * G_TIME_SPAN_SECOND /
                        (double) duration : 0;
}

static double
get_recovery (const Score *score)
{
  return score->marks[SCORE_OWN_RULE].recovery;
}

static const struct
{
  const char *name;
  const char *text;
  gboolean concerns[N_TRACE_KINDS];
  double (*get_value) (const Score *score);
  double bound;
  gboolean is_least;  /* a value is to be @bound at least, else at most */
} goals[N_SCORE_GOALS] = {
  [SCORE_GOAL_WARNING] = { "warning", "critical at least 5 s before each kill",
                           { [TRACE_KIND_OOM] = TRUE }, get_lead, 5, TRUE },
  [SCORE_GOAL_ONSET] = { "onset", "critical within 3 s of the onset of each stall",
                         { [TRACE_KIND_STALL] = TRUE }, get_lead, -3, TRUE },
  [SCORE_GOAL_FALSE_CRITICAL] = { "false-critical", "never critical where nothing is wrong",
                                  { [TRACE_KIND_BENIGN] = TRUE }, get_false_critical, 0, FALSE },
  [SCORE_GOAL_FALSE_HIGH] = { "false-high", "high for 5 % of a benign trace at most",
                              { [TRACE_KIND_BENIGN] = TRUE }, get_false_high_share, 0.05, FALSE },
  [SCORE_GOAL_RECOVERY] = { "recovery", "below high within 20 s of the end of the harm",
                            { [TRACE_KIND_OOM] = TRUE, [TRACE_KIND_STALL] = TRUE },
                            get_recovery, 20, FALSE },
};

const char *
score_goal_get_name (ScoreGoal goal)
{
  return goals[goal].name;
}

const char *
score_goal_get_text (ScoreGoal goal)
{
  return goals[goal].text;
}

gboolean
score_goal_accepts (ScoreGoal goal,
                    double    value)
{
  return goals[goal].is_least ? value >= goals[goal].bound : value <= goals[goal].bound;
}

static gboolean
is_worse (ScoreGoal goal,
          double    value,
          double    than)
{
  if (isnan (value) || isnan (than))
    return isnan (value) && !isnan (than);

  return goals[goal].is_least ? value < than : value > than;
}

ScoreGoalResult
score_goal_judge (ScoreGoal  goal,
                  GPtrArray *scores)
{
  ScoreGoalResult result = { .met = TRUE };

  for (guint i = 0; i < scores->len; i++)
    {
      const Score *score = g_ptr_array_index (scores, i);
      double value;

      if (!goals[goal].concerns[score->label.kind])
        continue;

      value = goals[goal].get_value (score);
      result.n_traces++;
      result.met = result.met && score_goal_accepts (goal, value);
      if (result.where == NULL || is_worse (goal, value, result.worst))
        {
          result.worst = value;
          result.where = score;
        }
    }

  return result;
}

gboolean
score_goals_are_met (GPtrArray *scores)
{
  for (guint goal = 0; goal < N_SCORE_GOALS; goal++)
    {
      if (!score_goal_judge ((ScoreGoal) goal, scores).met)
        return FALSE;
    }

  return TRUE;
}
