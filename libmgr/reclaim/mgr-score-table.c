/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-score-table-private.h"

#include "reclaim/mgr-cleanup-candidate-private.h"

/* So many strangers are kept in any case. */
#define SPARE_SCORES 256

typedef struct
{
  MgrReclaimScore score;
  gboolean warned;
  gint64 warning_time; /* of the last warning */
} Entry;

struct _MgrScoreTable
{
  GMutex lock;
  GHashTable *entries; /* (owned) (element-type utf8 Entry), guarded by lock */
};

MgrScoreTable *
mgr_score_table_new (void)
{
  MgrScoreTable *self = g_new0 (MgrScoreTable, 1);

  g_mutex_init (&self->lock);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mgr_score_table_free (MgrScoreTable *self)
{
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_free (self);
}

MgrReclaimScore
mgr_score_table_lookup (MgrScoreTable *self,
                        const char    *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const Entry *entry = g_hash_table_lookup (self->entries, name);

  return entry != NULL ? entry->score : (MgrReclaimScore) { 0 };
}

static Entry *
score_table_ensure_locked (MgrScoreTable *self,
                           const char    *name)
{
  Entry *entry = g_hash_table_lookup (self->entries, name);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      g_hash_table_insert (self->entries, g_strdup (name), entry);
    }

  return entry;
}

void
mgr_score_table_add (MgrScoreTable           *self,
                     const char              *name,
                     const MgrReclaimOutcome *outcome)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  mgr_reclaim_score_add (&score_table_ensure_locked (self, name)->score, outcome);
}

void
mgr_score_table_note_silence (MgrScoreTable *self,
                              const char    *name,
                              gint64         time,
                              gint64         waited)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  mgr_reclaim_score_note_silence (&score_table_ensure_locked (self, name)->score, time, waited);
}

gboolean
mgr_score_table_warns (MgrScoreTable *self,
                       const char    *name,
                       gint64         time)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Entry *entry = score_table_ensure_locked (self, name);

  if (entry->warned && time - entry->warning_time < MGR_RECLAIM_WARNING_INTERVAL)
    return FALSE;

  entry->warned = TRUE;
  entry->warning_time = time;
  return TRUE;
}

static gboolean
is_stranger_cb (gpointer name,
                gpointer entry,
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

  g_hash_table_foreach_remove (self->entries, is_stranger_cb, known);
}

void
mgr_score_table_rate (MgrScoreTable *self,
                      GPtrArray     *candidates,
                      gint64         time)
{
  static const MgrReclaimScore unknown;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (g_hash_table_size (self->entries) > 2 * candidates->len + SPARE_SCORES)
    score_table_forget_strangers (self, candidates);

  for (guint i = 0; i < candidates->len; i++)
    {
      MgrCleanupCandidate *candidate = g_ptr_array_index (candidates, i);
      Entry *entry = g_hash_table_lookup (self->entries, candidate->step->name);

      if (entry != NULL)
        mgr_reclaim_score_notice_size (&entry->score, time, candidate->prior.bytes);
      candidate->yield = mgr_reclaim_score_get_yield (entry != NULL ? &entry->score : &unknown,
                                                      &candidate->prior);
    }
}
