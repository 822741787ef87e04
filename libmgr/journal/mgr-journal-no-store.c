/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-store-private.h"

#include "base/mgr-error.h"

/* What stands for the store where there is no SQLite. */

static void
set_not_available (const char  *path,
                   GError     **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "The journal “%s” is not kept in its file: libmgr was built without SQLite. "
               "Build it with the option sqlite enabled", path);
}

MgrJournalStore *
mgr_journal_store_open (const char  *path,
                        guint        rows,
                        char       **note,
                        GError     **error)
{
  set_not_available (path, error);
  return NULL;
}

void
mgr_journal_store_free (MgrJournalStore *self)
{
}

void
mgr_journal_store_abandon (MgrJournalStore *self)
{
}

GPtrArray *
mgr_journal_store_read (MgrJournalStore  *self,
                        guint             limit,
                        GError          **error)
{
  g_return_val_if_reached (NULL);
}

gboolean
mgr_journal_store_write (MgrJournalStore  *self,
                         GQueue           *entries,
                         char            **note,
                         GError          **error)
{
  g_return_val_if_reached (FALSE);
}

void
mgr_journal_store_set_bytes (MgrJournalStore *self,
                             guint64          bytes)
{
}

GPtrArray *
mgr_journal_store_read_file (const char  *path,
                             GError     **error)
{
  set_not_available (path, error);
  return NULL;
}
