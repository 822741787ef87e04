/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "journal/mgr-journal-entry-private.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* What the file of a journal is to SQLite. Errors name the file and what helps. */

/* Whether SQLite found that a file is not what it wrote. */
gboolean   mgr_journal_database_is_damage (int                status);

/* Returns SQLITE_OK, or sets @error. A file that is not there is made. */
int        mgr_journal_database_open      (const char        *path,
                                           sqlite3          **database,
                                           GError           **error);

/* As above, but only to read, and only where it is there. */
int        mgr_journal_database_open_old  (const char        *path,
                                           sqlite3          **database,
                                           GError           **error);

/* Says why a file that is only to be read could not be, by @status, which it returns.
 * @database may be %NULL. */
int        mgr_journal_database_fail_to_read (sqlite3        *database,
                                              const char     *path,
                                              int             status,
                                              GError        **error);

/* Returns SQLITE_OK, or sets @error; @entries are the last @limit, the oldest first. */
int        mgr_journal_database_read      (sqlite3           *database,
                                           const char        *path,
                                           guint              limit,
                                           GPtrArray         *entries,
                                           GError           **error);

/* Writes the entries of a queue, all or none, keeps @rows of all there are then, and
 * less where they take more than @bytes. Returns SQLITE_OK, or sets @error. */
int        mgr_journal_database_write     (sqlite3           *database,
                                           const char        *path,
                                           GQueue            *entries,
                                           guint              rows,
                                           guint64            bytes,
                                           GError           **error);

G_END_DECLS
