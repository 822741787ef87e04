/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-reclaim-score-private.h"

/* The kernel adds resident pages up in batches per processor, and other threads come
 * and go: of each claim so much is believed, whatever is measured, and less is no
 * loss. */
#define NOISE ((double) (1 << 20))

/* What a resource is taken to do until it has shown otherwise: to be called takes
 * 20 µs, and a GiB is freed in a second, about what free() takes for blocks of a
 * KiB. It counts as much as the freeing of 64 KiB, which are gone before a clock of
 * microseconds can tell. */
#define USUAL_CALL 20.0
#define USUAL_RATE ((double) (1 << 30) / G_USEC_PER_SEC)
#define USUAL_WEIGHT ((double) (1 << 16))

/* Of one that was never asked the best is hoped, what unmapping takes: so it has its
 * turn soon, and is known. */
#define HOPED_RATE (4 * USUAL_RATE)

/* What is lost has to be made again by somebody. Where nobody says how long that
 * takes, it is taken to be what freeing takes. */
#define USUAL_REBUILD_RATE USUAL_RATE

/* Of old experience, so much counts when new is added. */
#define MEMORY 0.5

/* Less than a page is not worth a call. */
#define SMALLEST_SLICE 4096

/* Who has nothing else to do begins within that, on a busy machine too. */
#define BRIEF_PATIENCE (5 * G_TIME_SPAN_MILLISECOND)

static gboolean
score_was_silent (const MgrReclaimScore *self,
                  gint64                 time)
{
  return self->waited > 0 && time - self->silence <= MGR_SILENCE_WINDOW;
}

/* A brief look in between says nothing new, and makes nobody wait longer. */
void
mgr_reclaim_score_note_silence (MgrReclaimScore *self,
                                gint64           time,
                                gint64           waited)
{
  if (score_was_silent (self, time) && waited < self->waited)
    return;

  self->waited = waited;
  self->silence = time;
}

gint64
mgr_reclaim_score_get_patience (const MgrReclaimScore *self,
                                gint64                 time,
                                gint64                 patience)
{
  if (!score_was_silent (self, time) || self->waited < patience)
    return patience;

  return MIN (patience, BRIEF_PATIENCE);
}

void
mgr_reclaim_score_add (MgrReclaimScore         *self,
                       const MgrReclaimOutcome *outcome)
{
  double asked = (double) MAX (outcome->asked, outcome->claimed);
  double returned = MAX ((double) outcome->returned, 0);
  double believed = returned + MIN (NOISE, (double) outcome->claimed);

  self->asked = MEMORY * self->asked + asked;
  self->delivered = MEMORY * self->delivered + MIN (believed, asked);
  self->claimed = MEMORY * self->claimed + (double) outcome->claimed;
  self->regretted = MEMORY * self->regretted;
  self->spent = MEMORY * self->spent + (double) MAX (outcome->duration, 0);

  self->time = outcome->time;
  self->last_size = outcome->size;
  self->last_claim = outcome->claimed;
  self->last_regret = 0;

  if (outcome->waited > 0)
    mgr_reclaim_score_note_silence (self, outcome->time, outcome->waited);
  else
    self->waited = 0;
}

void
mgr_reclaim_score_notice_size (MgrReclaimScore *self,
                               gint64           time,
                               guint64          size)
{
  guint64 again;

  if (self->last_claim == 0 || time - self->time > MGR_REGRET_WINDOW)
    return;

  again = size > self->last_size ? MIN (size - self->last_size, self->last_claim) : 0;
  if (again <= self->last_regret)
    return;

  self->regretted += (double) (again - self->last_regret);
  self->last_regret = again;
}

/* Of the bytes it holds, the part that comes and stays. */
static double
score_get_share (const MgrReclaimScore *self)
{
  double delivered = self->asked > 0 ? self->delivered / self->asked : 1;
  double kept = 1 - self->regretted / (self->claimed + NOISE);

  return delivered * CLAMP (kept, 0, 1);
}

/* Bytes per microsecond. */
static double
score_get_rate (const MgrReclaimScore *self)
{
  return (self->claimed + USUAL_WEIGHT) / (self->spent + USUAL_WEIGHT / USUAL_RATE);
}

double
mgr_reclaim_score_get_yield (const MgrReclaimScore *self,
                             const MgrReclaimPrior *prior)
{
  double bytes = (double) prior->bytes;
  double rate = self->asked > 0 ? score_get_rate (self) : HOPED_RATE;
  double time = USUAL_CALL + bytes / rate + (double) prior->walk_cost;

  if (prior->lossy)
    time += prior->rebuild_cost > 0 ? (double) prior->rebuild_cost : bytes / USUAL_REBUILD_RATE;

  return 1000 * bytes * score_get_share (self) / time;
}

guint64
mgr_reclaim_score_get_slice (const MgrReclaimScore *self,
                             gint64                 duration)
{
  double bytes = score_get_rate (self) * (double) MAX (duration, 0);

  return MAX ((guint64) MIN (bytes, 1e18), SMALLEST_SLICE);
}
