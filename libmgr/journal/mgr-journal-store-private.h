/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "journal/mgr-journal-entry-private.h"

G_BEGIN_DECLS

/* The file of a journal: an SQLite database with one table, and beside it, while it is
 * open, PATH.lock, so that one journal at a time has it. One thread at a time may use
 * it. Errors name the file and what helps. */
typedef struct _MgrJournalStore MgrJournalStore;

/* @rows: how many entries to keep
 * @note: (out) (transfer full) (nullable): what else there is to say: a damaged file
 *    was set aside
 *
 * Returns: (transfer full) (nullable) */
MgrJournalStore *mgr_journal_store_open      (const char        *path,
                                              guint              rows,
                                              char             **note,
                                              GError           **error);
void             mgr_journal_store_free      (MgrJournalStore   *self);

/* Frees it without a touch of the file, in a child process. */
void             mgr_journal_store_abandon   (MgrJournalStore   *self);

/* Returns: (transfer full) (element-type MgrJournalEntry) (nullable): the last @limit,
 *   the oldest first */
GPtrArray       *mgr_journal_store_read      (MgrJournalStore   *self,
                                              guint              limit,
                                              GError           **error);

/* Writes the entries of a queue, all or none, and deletes what is too old. A file that
 * turns out to be damaged is set aside, which @note says, and a new one is begun. */
gboolean         mgr_journal_store_write     (MgrJournalStore   *self,
                                              GQueue            *entries,
                                              char             **note,
                                              GError           **error);

/* How large the file may be, 16 MiB if nobody says so. */
void             mgr_journal_store_set_bytes (MgrJournalStore   *self,
                                              guint64            bytes);

/* Reads a file that may be somebody else's, and changes nothing.
 *
 * Returns: (transfer full) (element-type MgrJournalEntry) (nullable): the oldest first */
GPtrArray       *mgr_journal_store_read_file (const char        *path,
                                              GError           **error);

G_END_DECLS
