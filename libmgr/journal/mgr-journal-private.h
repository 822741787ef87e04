/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "journal/mgr-journal.h"

G_BEGIN_DECLS

/* While a scope is open, what its thread adds to @journal without a cause has @cause
 * for one. Scopes lie on the stack, and the last one opened is the first to close. */
typedef struct _MgrJournalScope MgrJournalScope;

struct _MgrJournalScope
{
  MgrJournal *journal;    /* (unowned) (nullable) */
  guint64 cause;
  MgrJournalScope *outer; /* (unowned) (nullable) */
};

void    mgr_journal_scope_open  (MgrJournalScope *scope,
                                 MgrJournal      *journal,
                                 guint64          cause);
void    mgr_journal_scope_close (MgrJournalScope *scope);

/* The cause that the innermost open scope of @self gives, or 0. */
guint64 mgr_journal_get_cause   (MgrJournal      *self);

/* The story of an entry in @entries, which are in the order of their ids: what led to
 * it, then itself, then what it led to.
 *
 * Returns: (transfer full): lines, the last without a line feed */
char *mgr_journal_tell (GPtrArray       *entries,
                        MgrJournalEntry *entry);

/* A line of @text for each list of resources in the details of a cleanup. */
void  mgr_journal_tell_steps (GString  *text,
                              GVariant *details);

G_END_DECLS
