/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "journal/mgr-journal-entry-private.h"

G_BEGIN_DECLS

/* Brings entries into the file of a journal, in a thread of its own. Where the file
 * cannot be had it keeps quiet after one warning, and where it cannot be written it
 * tries again now and then. In a child process after fork() it does nothing. */
typedef struct _MgrJournalWriter MgrJournalWriter;

/* @entries: (out) (transfer full) (element-type MgrJournalEntry): what the file has, the
 *    last @capacity of them, the oldest first */
MgrJournalWriter *mgr_journal_writer_new   (const char        *path,
                                            guint              capacity,
                                            GPtrArray        **entries);

/* Writes what is left. */
void              mgr_journal_writer_free  (MgrJournalWriter  *self);

void              mgr_journal_writer_push  (MgrJournalWriter  *self,
                                            MgrJournalEntry   *entry);

/* Tries to write all there is, and waits for that until @deadline of the system's
 * monotonic clock. */
gboolean          mgr_journal_writer_flush (MgrJournalWriter  *self,
                                            gint64             deadline,
                                            GError           **error);

/* Returns: (transfer full) (nullable): what keeps entries from the file */
char             *mgr_journal_writer_dup_problem (MgrJournalWriter *self);

G_END_DECLS
