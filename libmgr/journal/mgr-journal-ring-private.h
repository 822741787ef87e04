/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "journal/mgr-journal-entry-private.h"

G_BEGIN_DECLS

/* The last so many entries, in the order of their ids. Whoever has it locks it. */
typedef struct _MgrJournalRing MgrJournalRing;

MgrJournalRing  *mgr_journal_ring_new    (guint            capacity);
void             mgr_journal_ring_free   (MgrJournalRing  *self);

/* Takes @entry, whose id is above all others. */
void             mgr_journal_ring_push   (MgrJournalRing  *self,
                                          MgrJournalEntry *entry);

/* Returns: (transfer none) (nullable) */
MgrJournalEntry *mgr_journal_ring_lookup (MgrJournalRing  *self,
                                          guint64          id);

/* Returns: (transfer full) (element-type MgrJournalEntry): the newest first; all for a
 *   limit of 0 */
GPtrArray       *mgr_journal_ring_list   (MgrJournalRing  *self,
                                          MgrJournalKind   kind,
                                          guint            limit);

/* Returns: (transfer full) (element-type MgrJournalEntry): all, the oldest first */
GPtrArray       *mgr_journal_ring_copy   (MgrJournalRing  *self);

G_END_DECLS
