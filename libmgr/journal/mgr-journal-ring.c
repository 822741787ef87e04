/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-ring-private.h"

struct _MgrJournalRing
{
  MgrJournalEntry **entries; /* (owned) (array): capacity of them */
  guint capacity;
  guint first;               /* where the oldest is */
  guint count;
};

MgrJournalRing *
mgr_journal_ring_new (guint capacity)
{
  MgrJournalRing *self = g_new0 (MgrJournalRing, 1);

  self->entries = g_new0 (MgrJournalEntry *, capacity);
  self->capacity = capacity;
  return self;
}

/* The entry that is @index places after the oldest. */
static MgrJournalEntry *
ring_get (MgrJournalRing *self,
          guint           index)
{
  return self->entries[(self->first + index) % self->capacity];
}

void
mgr_journal_ring_free (MgrJournalRing *self)
{
  for (guint i = 0; i < self->count; i++)
    mgr_journal_entry_unref (ring_get (self, i));

  g_free (self->entries);
  g_free (self);
}

void
mgr_journal_ring_push (MgrJournalRing  *self,
                       MgrJournalEntry *entry)
{
  if (self->count == self->capacity)
    {
      mgr_journal_entry_unref (ring_get (self, 0));
      self->first = (self->first + 1) % self->capacity;
      self->count--;
    }

  self->entries[(self->first + self->count) % self->capacity] = entry;
  self->count++;
}

MgrJournalEntry *
mgr_journal_ring_lookup (MgrJournalRing *self,
                         guint64         id)
{
  guint low = 0;
  guint high = self->count;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      MgrJournalEntry *entry = ring_get (self, middle);

      if (entry->id == id)
        return entry;
      if (entry->id < id)
        low = middle + 1;
      else
        high = middle;
    }

  return NULL;
}

static GPtrArray *
entries_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_journal_entry_unref);
}

GPtrArray *
mgr_journal_ring_list (MgrJournalRing *self,
                       MgrJournalKind  kind,
                       guint           limit)
{
  GPtrArray *entries = entries_new ();

  for (guint i = self->count; i > 0 && (limit == 0 || entries->len < limit); i--)
    {
      MgrJournalEntry *entry = ring_get (self, i - 1);

      if (kind == MGR_JOURNAL_KIND_ANY || entry->kind == kind)
        g_ptr_array_add (entries, mgr_journal_entry_ref (entry));
    }

  return entries;
}

GPtrArray *
mgr_journal_ring_copy (MgrJournalRing *self)
{
  GPtrArray *entries = entries_new ();

  for (guint i = 0; i < self->count; i++)
    g_ptr_array_add (entries, mgr_journal_entry_ref (ring_get (self, i)));

  return entries;
}
