/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Counts what happens again and again, so that it does not fill a journal: of what is
 * alike, by a key, the first few are written down, and from then on every second,
 * fourth, eighth… Any thread. */
typedef struct _MgrJournalTally MgrJournalTally;

MgrJournalTally *mgr_journal_tally_new   (void);
void             mgr_journal_tally_free  (MgrJournalTally *self);

/* Returns how often it has happened, or 0 if this time is not written down. */
guint64          mgr_journal_tally_count (MgrJournalTally *self,
                                          const char      *key);

/* Whether the @count-th of what is alike is written down. */
gboolean         mgr_journal_is_written  (guint64          count);

/* For the end of a summary. Returns (transfer full): " (the 32nd @what)", or "" where
 * each was written down so far. */
char            *mgr_journal_count_text  (guint64          count,
                                          const char      *what);

G_END_DECLS
