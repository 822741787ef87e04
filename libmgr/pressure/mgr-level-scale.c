/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-level-scale-private.h"

/* How far under its threshold a level is left: a collector's saw-tooth stays
 * within. */
#define MARGIN 0.05

/* From these shares of stall on, of the long and of the short window, the level is one
 * or two steps higher. */
#define STALL_ONE_STEP 0.10
#define STALL_TWO_STEPS 0.40

/* An estimate whose upper bound is more than so many times its horizon is a guess. */
#define SPREAD 2

/* An exhaustion counts no longer once it is so many times as far as its horizon. */
#define HORIZON_CLEAR 2

/* What is usual stays so far below the level that would tell of it. */
#define ROOM_FOR_USUAL 0.02

/* Levels that were moved stay so far apart. */
#define LEVELS_APART 0.01

static const double default_thresholds[MGR_N_PRESSURE_LEVELS] = {
  0.0, 0.70, 0.80, 0.85, 0.90, 0.95,
};

/* A level by forecast needs that much to be used already: a program that starts takes
 * memory fast too. Nothing is an emergency before it is there. */
static const struct
{
  gint64 horizon;
  double usage;
} forecasts[] = {
  [MGR_PRESSURE_LEVEL_LOW] = { 120 * G_TIME_SPAN_SECOND, 0.50 },
  [MGR_PRESSURE_LEVEL_MEDIUM] = { 60 * G_TIME_SPAN_SECOND, 0.60 },
  [MGR_PRESSURE_LEVEL_HIGH] = { 30 * G_TIME_SPAN_SECOND, 0.70 },
  [MGR_PRESSURE_LEVEL_CRITICAL] = { 8 * G_TIME_SPAN_SECOND, 0.60 },
};

void
mgr_level_scale_init (MgrLevelScale *self)
{
  *self = (MgrLevelScale) { .sizes = { 0 } };

  for (guint i = 0; i < MGR_N_PRESSURE_LEVELS; i++)
    self->thresholds[i] = default_thresholds[i];
}

void
mgr_level_scale_adapt (MgrLevelScale *self,
                       double         usual)
{
  double *low = &self->thresholds[MGR_PRESSURE_LEVEL_LOW];
  double *medium = &self->thresholds[MGR_PRESSURE_LEVEL_MEDIUM];
  double most = self->thresholds[MGR_PRESSURE_LEVEL_HIGH] - LEVELS_APART;

  if (usual + ROOM_FOR_USUAL <= *low)
    return;

  *medium = CLAMP (usual + ROOM_FOR_USUAL + LEVELS_APART, *medium, MAX (most, *medium));
  *low = CLAMP (usual + ROOM_FOR_USUAL, *low, MAX (*medium - LEVELS_APART, *low));
}

MgrPressureLevel
mgr_level_scale_judge_usage (const MgrLevelScale *self,
                             double               usage,
                             MgrJudgement         judgement)
{
  double margin = judgement == MGR_JUDGE_CLEAR ? MARGIN : 0.0;
  guint level = MGR_PRESSURE_LEVEL_NORMAL;

  while (level < MGR_PRESSURE_LEVEL_EMERGENCY && usage >= self->thresholds[level + 1] - margin)
    level++;

  return level;
}

/* Stall counts only where memory is short as well: reading much of a disk stalls
 * tasks too. It never makes an emergency: that is said of memory that is all but
 * gone, at once and on the word of one sample. */
MgrPressureLevel
mgr_level_scale_judge_stall (const MgrLevelScale *self,
                             double               brief,
                             double               lasting,
                             double               usage,
                             MgrJudgement         judgement)
{
  guint level = MIN (mgr_level_scale_judge_usage (self, usage, judgement), MGR_PRESSURE_LEVEL_HIGH);

  if (level == MGR_PRESSURE_LEVEL_NORMAL)
    return MGR_PRESSURE_LEVEL_NORMAL;

  if (brief >= STALL_TWO_STEPS)
    return MIN (level + 2, MGR_PRESSURE_LEVEL_CRITICAL);

  return lasting >= STALL_ONE_STEP
    ? MIN (level + 1, MGR_PRESSURE_LEVEL_HIGH)
    : MGR_PRESSURE_LEVEL_NORMAL;
}

MgrPressureLevel
mgr_level_scale_judge_forecast (const MgrLevelScale *self,
                                gint64               time_to_exhaustion,
                                gint64               latest,
                                double               usage,
                                MgrJudgement         judgement)
{
  gint64 factor = judgement == MGR_JUDGE_CLEAR ? HORIZON_CLEAR : 1;

  for (guint level = MGR_PRESSURE_LEVEL_CRITICAL; level > MGR_PRESSURE_LEVEL_NORMAL; level--)
    {
      gint64 horizon = factor * forecasts[level].horizon;

      if (time_to_exhaustion <= horizon && latest <= SPREAD * horizon &&
          usage >= forecasts[level].usage)
        return level;
    }

  return MGR_PRESSURE_LEVEL_NORMAL;
}

MgrPressureLevel
mgr_level_scale_judge_size (const MgrLevelScale *self,
                            guint64              size,
                            MgrJudgement         judgement)
{
  double margin = judgement == MGR_JUDGE_CLEAR ? MARGIN : 0.0;

  for (guint level = MGR_PRESSURE_LEVEL_EMERGENCY; level > MGR_PRESSURE_LEVEL_NORMAL; level--)
    {
      if (self->sizes[level] > 0 && (double) size >= (1.0 - margin) * (double) self->sizes[level])
        return level;
    }

  return MGR_PRESSURE_LEVEL_NORMAL;
}
