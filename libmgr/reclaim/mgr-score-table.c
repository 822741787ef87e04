/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-score-table-private.h"

#include "reclaim/mgr-cleanup-candidate-private.h"

/* So many strangers are kept in any case. */
#define SPARE_SCORES 256

struct _MgrScoreTable
{
  GMutex lock;
  GHashTable *scores; /* (owned) (element-type utf8 MgrReclaimScore), guarded by lock */
};

MgrScoreTable *
mgr_score_table_new (void)
{
  MgrScoreTable *self = g_new0 (MgrScoreTable, 1);

  g_mutex_init (&self->lock);
  self->scores = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mgr_score_table_free (MgrScoreTable *self)
{
  g_hash_table_unref (self->scores);
  g_mutex_clear (&self->lock);
  g_free (self);
}

MgrReclaimScore
mgr_score_table_lookup (MgrScoreTable *self,
                        const char    *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const MgrReclaimScore *score = g_hash_table_lookup (self->scores, name);

  return score != NULL ? *score : (MgrReclaimScore) { 0 };
}

void
mgr_score_table_add (MgrScoreTable           *self,
                     const char              *name,
                     const MgrReclaimOutcome *outcome)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  MgrReclaimScore *score = g_hash_table_lookup (self->scores, name);

  if (score == NULL)
    {
      score = g_new0 (MgrReclaimScore, 1);
      g_hash_table_insert (self->scores, g_strdup (name), score);
    }

  mgr_reclaim_score_add (score, outcome);
}

static gboolean
is_stranger_cb (gpointer name,
                gpointer score,
                gpointer known)
{
  return !g_hash_table_contains (known, name);
}

static void
score_table_forget_strangers (MgrScoreTable *self,
                              GPtrArray     *candidates)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < candidates->len; i++)
    {
      const MgrCleanupCandidate *candidate = g_ptr_array_index (candidates, i);

      g_hash_table_add (known, candidate->step->name);
    }

  g_hash_table_foreach_remove (self->scores, is_stranger_cb, known);
}

void
mgr_score_table_rate (MgrScoreTable *self,
                      GPtrArray     *candidates,
                      gint64         time)
{
  static const MgrReclaimScore unknown;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (g_hash_table_size (self->scores) > 2 * candidates->len + SPARE_SCORES)
    score_table_forget_strangers (self, candidates);

  for (guint i = 0; i < candidates->len; i++)
    {
      MgrCleanupCandidate *candidate = g_ptr_array_index (candidates, i);
      MgrReclaimScore *score = g_hash_table_lookup (self->scores, candidate->step->name);

      if (score != NULL)
        mgr_reclaim_score_notice_size (score, time, candidate->prior.bytes);
      candidate->yield = mgr_reclaim_score_get_yield (score != NULL ? score : &unknown,
                                                      &candidate->prior);
    }
}
