/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a resource was worth asking, from what came of asking it. Nothing but what it
 * was fed goes into it; sums are halved with each asking, so that a change shows
 * within a few. All zero: it was never asked. */
typedef struct
{
  double asked;     /* bytes that it should have given back */
  double delivered; /* bytes of these that the process shrank by */
  double claimed;   /* bytes that it said it freed */
  double regretted; /* bytes of these that it took again soon */
  double spent;     /* µs */

  gint64 time;         /* µs, when it was asked last */
  guint64 last_size;   /* bytes that it held then, afterwards */
  guint64 last_claim;  /* bytes that it said it freed then */
  guint64 last_regret; /* bytes of these that it has taken again so far */

  gint64 waited;       /* µs, that its owner was waited for in vain; 0: it answered since */
  gint64 silence;      /* µs, when that was */
} MgrReclaimScore;

/* Bytes taken again after this long are no regret: they served somebody. */
#define MGR_REGRET_WINDOW (30 * G_TIME_SPAN_SECOND)

/* What one asking came to. */
typedef struct
{
  gint64 time;     /* µs, when it began */
  gint64 duration; /* µs */
  guint64 asked;
  guint64 claimed;
  gint64 returned; /* what the process shrank by */
  guint64 size;    /* what it holds afterwards */
  gint64 waited;   /* µs, that its owner was waited for in vain; 0: it answered */
} MgrReclaimOutcome;

/* An owner that did not answer this long ago may have come back. */
#define MGR_SILENCE_WINDOW (30 * G_TIME_SPAN_SECOND)

/* What is known of a resource that was never asked. */
typedef struct
{
  guint64 bytes; /* it may give back */
  gboolean lossy;
  gint64 rebuild_cost; /* µs; 0: not known */
  gint64 walk_cost;    /* µs; 0: not known */
} MgrReclaimPrior;

void    mgr_reclaim_score_add         (MgrReclaimScore         *self,
                                       const MgrReclaimOutcome *outcome);

/* Its owner was waited for in vain at @time. */
void    mgr_reclaim_score_note_silence (MgrReclaimScore        *self,
                                       gint64                   time,
                                       gint64                   waited);

/* How long its owner should be waited for at @time to begin, where @patience is meant
 * for one of whom nothing is known: who kept silent as long lately may just show that
 * it is there again. In microseconds. */
gint64  mgr_reclaim_score_get_patience (const MgrReclaimScore  *self,
                                       gint64                   time,
                                       gint64                   patience);

/* Tells it how much the resource holds at @time. */
void    mgr_reclaim_score_notice_size (MgrReclaimScore         *self,
                                       gint64                   time,
                                       guint64                  size);

/* Bytes per millisecond that asking it may be expected to bring, and not to be taken
 * again. */
double  mgr_reclaim_score_get_yield   (const MgrReclaimScore   *self,
                                       const MgrReclaimPrior   *prior);

/* How many bytes it may be expected to free in @duration. */
guint64 mgr_reclaim_score_get_slice   (const MgrReclaimScore   *self,
                                       gint64                   duration);

G_END_DECLS
