/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-tally-private.h"

/* So many are written down before some are left out. */
#define ALL_WRITTEN 4

/* So many keys are told apart; those beyond share what is left, since whoever makes
 * names up must not make this grow. */
#define KEYS_MAX 256
#define KEYS_BEYOND ""

struct _MgrJournalTally
{
  GMutex lock;
  GHashTable *counts; /* (owned) (element-type utf8 guint64), guarded by lock */
};

MgrJournalTally *
mgr_journal_tally_new (void)
{
  MgrJournalTally *self = g_new0 (MgrJournalTally, 1);

  g_mutex_init (&self->lock);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mgr_journal_tally_free (MgrJournalTally *self)
{
  g_hash_table_unref (self->counts);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* With the lock held. */
static guint64 *
tally_get_slot (MgrJournalTally *self,
                const char      *key)
{
  guint64 *count = g_hash_table_lookup (self->counts, key);

  if (count == NULL && g_hash_table_size (self->counts) >= KEYS_MAX)
    {
      key = KEYS_BEYOND;
      count = g_hash_table_lookup (self->counts, key);
    }
  if (count == NULL)
    {
      count = g_new0 (guint64, 1);
      g_hash_table_insert (self->counts, g_strdup (key), count);
    }

  return count;
}

guint64
mgr_journal_tally_count (MgrJournalTally *self,
                         const char      *key)
{
  guint64 count;

  g_mutex_lock (&self->lock);
  count = ++*tally_get_slot (self, key);
  g_mutex_unlock (&self->lock);

  return mgr_journal_is_written (count) ? count : 0;
}

gboolean
mgr_journal_is_written (guint64 count)
{
  return count <= ALL_WRITTEN || (count & (count - 1)) == 0;
}

/* Of the powers of two, which end in 2, 4, 6 and 8. */
static const char *
ordinal_suffix (guint64 count)
{
  return count % 10 == 2 && count % 100 != 12 ? "nd" : "th";
}

char *
mgr_journal_count_text (guint64     count,
                        const char *what)
{
  if (count <= ALL_WRITTEN)
    return g_strdup ("");

  return g_strdup_printf (" (the %" G_GUINT64_FORMAT "%s %s)", count, ordinal_suffix (count), what);
}
