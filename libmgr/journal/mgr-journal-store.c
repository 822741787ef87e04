/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-store-private.h"

#include "base/mgr-error.h"
#include "journal/mgr-journal-database-private.h"
#include "journal/mgr-journal-lock-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define FILE_BYTES (16 * 1024 * 1024)

/* So many damaged files are kept; whoever has as many has another problem. */
#define DAMAGED_MAX 10

struct _MgrJournalStore
{
  char *path;        /* (owned) */
  sqlite3 *database; /* (owned) (nullable): NULL once it could not be opened again */
  int lock;          /* a file descriptor */
  guint rows;
  guint64 bytes;
};

static gboolean
move_beside (const char *path,
             const char *new_path,
             const char *suffix)
{
  g_autofree char *from = g_strconcat (path, suffix, NULL);
  g_autofree char *to = g_strconcat (new_path, suffix, NULL);

  return g_rename (from, to) == 0 || errno == ENOENT;
}

/* PATH.corrupt, or PATH.corrupt.1 and so on: nothing is overwritten. */
static char *
find_free_name (const char *path)
{
  for (guint i = 0; i < DAMAGED_MAX; i++)
    {
      g_autofree char *name =
        i == 0 ? g_strconcat (path, ".corrupt", NULL) : g_strdup_printf ("%s.corrupt.%u", path, i);

      if (!g_file_test (name, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
        return g_steal_pointer (&name);
    }

  return NULL;
}

/* Renames a damaged file, with what SQLite has beside it, which may hold some of it.
 * Returns what there is to say about that, or NULL. */
static char *
set_aside (const char *path)
{
  g_autofree char *new_path = find_free_name (path);

  if (new_path == NULL || !move_beside (path, new_path, ""))
    return NULL;

  move_beside (path, new_path, "-wal");
  move_beside (path, new_path, "-shm");
  return g_strdup_printf ("The journal “%s” was damaged. It is now “%s”, and a new one was begun. "
                          "What can be saved of it, “sqlite3 FILE .recover” saves; remove it when "
                          "it is of no use", path, new_path);
}

/* Opens the file, and a new one where it was damaged. */
static gboolean
store_open_database (MgrJournalStore  *self,
                     char            **note,
                     GError          **error)
{
  g_autoptr (GError) local_error = NULL;
  int status = mgr_journal_database_open (self->path, &self->database, &local_error);

  if (mgr_journal_database_is_damage (status))
    {
      *note = set_aside (self->path);
      if (*note != NULL)
        {
          g_clear_error (&local_error);
          status = mgr_journal_database_open (self->path, &self->database, &local_error);
        }
    }

  if (status == SQLITE_OK)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

MgrJournalStore *
mgr_journal_store_open (const char  *path,
                        guint        rows,
                        char       **note,
                        GError     **error)
{
  int lock = mgr_journal_lock_take (path, error);
  MgrJournalStore *self;

  if (lock < 0)
    return NULL;

  self = g_new0 (MgrJournalStore, 1);
  self->path = g_strdup (path);
  self->lock = lock;
  self->rows = rows;
  self->bytes = FILE_BYTES;
  if (!store_open_database (self, note, error))
    g_clear_pointer (&self, mgr_journal_store_free);

  return self;
}

void
mgr_journal_store_free (MgrJournalStore *self)
{
  g_clear_pointer (&self->database, sqlite3_close);
  mgr_journal_lock_release (self->path, self->lock);
  g_free (self->path);
  g_free (self);
}

void
mgr_journal_store_abandon (MgrJournalStore *self)
{
  g_free (self->path);
  g_free (self);
}

void
mgr_journal_store_set_bytes (MgrJournalStore *self,
                             guint64          bytes)
{
  self->bytes = bytes;
}

static GPtrArray *
entries_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_journal_entry_unref);
}

GPtrArray *
mgr_journal_store_read (MgrJournalStore  *self,
                        guint             limit,
                        GError          **error)
{
  g_autoptr (GPtrArray) entries = entries_new ();

  if (mgr_journal_database_read (self->database, self->path, limit, entries, error) != SQLITE_OK)
    return NULL;

  return g_steal_pointer (&entries);
}

static int
store_try_write (MgrJournalStore  *self,
                 GQueue           *entries,
                 GError          **error)
{
  return mgr_journal_database_write (self->database, self->path, entries, self->rows, self->bytes, error);
}

gboolean
mgr_journal_store_write (MgrJournalStore  *self,
                         GQueue           *entries,
                         char            **note,
                         GError          **error)
{
  g_autoptr (GError) local_error = NULL;
  int status;

  if (self->database == NULL && !store_open_database (self, note, error))
    return FALSE;
  if (entries->length == 0)
    return TRUE;

  status = store_try_write (self, entries, &local_error);
  if (mgr_journal_database_is_damage (status))
    {
      g_clear_pointer (&self->database, sqlite3_close);
      *note = set_aside (self->path);
      if (*note != NULL && !store_open_database (self, note, error))
        return FALSE;
      if (*note != NULL)
        return store_try_write (self, entries, error) == SQLITE_OK;
    }

  if (status == SQLITE_OK)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

GPtrArray *
mgr_journal_store_read_file (const char  *path,
                             GError     **error)
{
  g_autoptr (GPtrArray) entries = entries_new ();
  sqlite3 *database = NULL;
  int status;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                   "There is no file “%s”: name that of a journal", path);
      return NULL;
    }

  if (mgr_journal_database_open_old (path, &database, error) != SQLITE_OK)
    return NULL;

  status = mgr_journal_database_read (database, path, G_MAXINT, entries, NULL);
  if (status != SQLITE_OK)
    mgr_journal_database_fail_to_read (database, path, status, error);
  sqlite3_close (database);
  return status == SQLITE_OK ? g_steal_pointer (&entries) : NULL;
}
