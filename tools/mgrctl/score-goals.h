/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "score-marks.h"

G_BEGIN_DECLS

typedef enum
{
  SCORE_GOAL_WARNING,        /* critical before each kill */
  SCORE_GOAL_ONSET,          /* critical soon after each stall sets in */
  SCORE_GOAL_FALSE_CRITICAL, /* in no benign trace */
  SCORE_GOAL_FALSE_HIGH,     /* hardly ever in any benign trace */
  SCORE_GOAL_RECOVERY,       /* below high soon after the harm */
} ScoreGoal;

#define N_SCORE_GOALS (SCORE_GOAL_RECOVERY + 1)

/* How libmgr's own rule stands to a goal. */
typedef struct
{
  guint n_traces;     /* that it is about */
  gboolean met;       /* by all of them; TRUE where there are none */
  double worst;       /* s, or a share for SCORE_GOAL_FALSE_HIGH; NAN: never */
  const Score *where; /* (unowned) (nullable): where it was worst; NULL: no trace */
} ScoreGoalResult;

const char      *score_goal_get_name (ScoreGoal   goal);
const char      *score_goal_get_text (ScoreGoal   goal);

/* @scores: (element-type Score) */
ScoreGoalResult  score_goal_judge    (ScoreGoal   goal,
                                      GPtrArray  *scores);
gboolean         score_goals_are_met (GPtrArray  *scores);

/* Whether @value, in the unit of the goal, is good enough; NAN never is. */
gboolean         score_goal_accepts  (ScoreGoal   goal,
                                      double      value);

G_END_DECLS
