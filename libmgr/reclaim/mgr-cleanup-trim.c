/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-trim-private.h"

#include "reclaim/mgr-heap-reclaimer-private.h"

/* Less than this is not worth looking for in the heap. */
#define WORTH_TRIMMING ((guint64) 1 << 20)

/* What a step claimed and the system did not get. */
static guint64
step_get_missing (const MgrCleanupStep *step)
{
  guint64 returned = (guint64) MAX (step->returned, 0);

  return step->claimed > returned ? step->claimed - returned : 0;
}

static guint64
add_up_to_all (guint64 sum,
               guint64 more)
{
  return sum + MIN (more, G_MAXUINT64 - sum);
}

static guint64
trim_get_missing (MgrCleanupTrim *self,
                  guint           n_steps)
{
  guint64 missing = 0;

  for (guint i = 0; i < n_steps; i++)
    missing = add_up_to_all (missing, step_get_missing (g_ptr_array_index (self->steps, i)));

  return missing;
}

/* Other than a little, and other than what happens beside. */
static gboolean
is_suspicious (guint64 missing,
               guint64 claimed)
{
  return missing >= WORTH_TRIMMING && missing > claimed / 2;
}

/* What the heap gave back is what the steps had put there; each gets its part. Returns
 * what is left. */
static guint64
trim_credit (MgrCleanupTrim *self,
             guint           n_steps,
             guint64         gain,
             guint64         missing)
{
  double share = missing > 0 ? MIN ((double) gain / (double) missing, 1) : 0;
  guint64 left = gain;

  for (guint i = 0; i < n_steps; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (self->steps, i);
      guint64 credit = MIN ((guint64) (share * (double) step_get_missing (step)), left);

      /* One that was not asked belongs to the plan. */
      if (credit > 0)
        step->returned += (gint64) credit;
      left -= credit;
    }

  return left;
}

void
mgr_cleanup_trim_settle (MgrCleanupTrim *self,
                         guint           n_steps)
{
  guint64 missing = step_get_missing (g_ptr_array_index (self->steps, n_steps - 1));

  self->settled = add_up_to_all (self->settled, missing);
}

void
mgr_cleanup_trim_in_passing (MgrCleanupTrim *self,
                             guint           n_steps,
                             guint64         claimed)
{
  guint64 current = step_get_missing (g_ptr_array_index (self->steps, n_steps - 1));
  guint64 missing = add_up_to_all (self->settled, current);
  guint64 gain;

  /* Each look costs by all that is free, so that a few large ones are cheaper; but what
   * costs more than the box can no longer be trimmed. */
  if (missing < self->patience || !is_suspicious (missing, claimed - self->claimed)
      || mgr_heap_reclaimer_predict (self->heap, missing) < MGR_CLEANUP_TRIM_BACKGROUND / 8)
    return;

  gain = mgr_heap_reclaimer_trim_for (self->heap, missing, MGR_CLEANUP_TRIM_BACKGROUND);
  self->trimmed += gain;
  self->unclaimed += trim_credit (self, n_steps, gain, missing);
  self->settled = trim_get_missing (self, n_steps - 1);
  self->claimed = claimed;
  self->patience = gain < missing / 2 ? 2 * MIN (missing, G_MAXUINT64 / 2) : 0;
}

/* The heap comes last, and what it gives back belongs to those who put it there; only
 * the rest is its own. */
static void
trim_tell_heap_step (MgrCleanupTrim *self)
{
  self->heap_step->claimed = self->unclaimed;
  self->heap_step->returned = (gint64) self->unclaimed;
  self->unclaimed = 0;
  mgr_cleanup_step_set_reason (self->heap_step,
                               self->trimmed == 0 ? "gave nothing back"
                               : "trimmed; what others had freed is told with them");
}

void
mgr_cleanup_trim_finish (MgrCleanupTrim *self,
                         guint           n_steps,
                         guint64         claimed,
                         gboolean        always,
                         gint64          box)
{
  guint64 missing = trim_get_missing (self, n_steps);
  guint64 wanted = self->heap_step != NULL ? self->heap_step->expected : 0;
  guint64 gain = 0;

  if (is_suspicious (missing, claimed))
    wanted = MAX (wanted, missing);
  if (missing >= WORTH_TRIMMING)
    mgr_heap_reclaimer_suspect (self->heap, missing);

  if (always)
    gain = mgr_heap_reclaimer_trim (self->heap);
  else if (wanted > 0)
    gain = mgr_heap_reclaimer_trim_for (self->heap, wanted, box);

  self->trimmed += gain;
  self->unclaimed += trim_credit (self, n_steps, gain, missing);
  if (self->heap_step != NULL)
    trim_tell_heap_step (self);
}
