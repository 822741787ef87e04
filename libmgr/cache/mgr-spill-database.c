/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-spill-database-private.h"

#include "base/mgr-error.h"
#include "cache/mgr-spill-rows-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* “MGRS”: tells our files from other databases. */
#define APPLICATION_ID 0x4d475253
#define SCHEMA_VERSION 1

/* Whoever waits for a value waits so many milliseconds at most for another process. */
#define PATIENCE 200

/* Values lie apart from what changes when they are read, or they would be written anew
 * each time. */
static const char schema_statements[] =
  "CREATE TABLE entries ("
  "  id INTEGER PRIMARY KEY,"
  "  key BLOB NOT NULL UNIQUE,"
  "  stored INTEGER NOT NULL,"
  "  ttl INTEGER NOT NULL,"
  "  expires INTEGER NOT NULL,"
  "  used INTEGER NOT NULL,"
  "  sum INTEGER NOT NULL"
  ");"
  "CREATE INDEX entries_used ON entries (used);"
  "CREATE INDEX entries_expires ON entries (expires) WHERE expires > 0;"
  "CREATE TABLE contents (id INTEGER PRIMARY KEY, value BLOB NOT NULL);"
  "PRAGMA application_id = " G_STRINGIFY (APPLICATION_ID) ";"
  "PRAGMA user_version = " G_STRINGIFY (SCHEMA_VERSION) ";";

/* Nobody waits for the disk itself: a program that is killed loses nothing, and what a
 * power cut damages is found out, by SQLite or by the sum of an entry. */
static const char set_up_statements[] =
  "PRAGMA auto_vacuum = INCREMENTAL;"
  "PRAGMA journal_mode = WAL;"
  "PRAGMA synchronous = OFF;"
  "PRAGMA wal_autocheckpoint = 256;"
  "PRAGMA journal_size_limit = 1048576;";

static const char *const statement_texts[MGR_SPILL_N_STATEMENTS] = {
  [MGR_SPILL_LOAD] = "SELECT id, stored, ttl, sum, value FROM entries JOIN contents USING (id) WHERE key = ?",
  [MGR_SPILL_FIND] = "SELECT id FROM entries WHERE key = ?",
  [MGR_SPILL_TOUCH] = "UPDATE entries SET used = ? WHERE id = ?",
  [MGR_SPILL_INSERT_ENTRY] =
    "INSERT INTO entries (key, stored, ttl, expires, used, sum) VALUES (?, ?, ?, ?, ?, ?)",
  [MGR_SPILL_INSERT_CONTENT] = "INSERT INTO contents (id, value) VALUES (last_insert_rowid (), ?)",
  [MGR_SPILL_DELETE_ENTRY] = "DELETE FROM entries WHERE id = ?",
  [MGR_SPILL_DELETE_CONTENT] = "DELETE FROM contents WHERE id = ?",
  [MGR_SPILL_OLDEST] = "SELECT id FROM entries ORDER BY used LIMIT 1",
  [MGR_SPILL_EXPIRED] =
    "SELECT id FROM entries WHERE expires > 0 AND expires <= ? LIMIT " G_STRINGIFY (MGR_SPILL_BATCH),
  [MGR_SPILL_LAST_USED] = "SELECT max (used) FROM entries",
  [MGR_SPILL_BYTES] =
    "SELECT (page_count - freelist_count) * page_size, page_size "
    "FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
  [MGR_SPILL_FILE_BYTES] = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
  [MGR_SPILL_COUNT] = "SELECT count (*) FROM entries",
};

/* Errors */

static int
primary_code (int status)
{
  return status & 0xff;
}

static gboolean
is_damage (int status)
{
  return primary_code (status) == SQLITE_CORRUPT || primary_code (status) == SQLITE_NOTADB;
}

static const char *
get_remedy (int status)
{
  switch (primary_code (status))
    {
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return "Make room on its disk, or lower the store's bytes; it is tried again";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "Another program keeps it locked: end that, or give each a folder of its own";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "A new one is begun";
    default:
      return "Make it and its folder writable for this program, or name another folder";
    }
}

static MgrSpillResult
fail (sqlite3     *handle,
      const char  *path,
      int          status,
      GError     **error)
{
  int number = handle != NULL ? sqlite3_system_errno (handle) : 0;
  gboolean by_system = number != 0 && !is_damage (status) && primary_code (status) != SQLITE_BUSY;

  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "Values cannot be kept in or had from “%s”: %s%s%s. %s", path,
               sqlite3_errstr (status), by_system ? ": " : "",
               by_system ? g_strerror (number) : "", get_remedy (status));
  return is_damage (status) ? MGR_SPILL_DAMAGED : MGR_SPILL_FAILED;
}

MgrSpillResult
mgr_spill_database_fail (MgrSpillDatabase  *self,
                         int                status,
                         GError           **error)
{
  return fail (self->handle, self->path, status, error);
}

/* Statements */

int
mgr_spill_database_prepare (MgrSpillDatabase   *self,
                            MgrSpillStatement   statement,
                            sqlite3_stmt      **prepared)
{
  int status = SQLITE_OK;

  if (self->statements[statement] == NULL)
    status = sqlite3_prepare_v3 (self->handle, statement_texts[statement], -1,
                                 SQLITE_PREPARE_PERSISTENT, &self->statements[statement], NULL);

  *prepared = self->statements[statement];
  return status;
}

int
mgr_spill_database_run (MgrSpillDatabase *self,
                        const char       *statements)
{
  return sqlite3_exec (self->handle, statements, NULL, NULL, NULL);
}

/* Opening */

static int
ask_number (sqlite3    *handle,
            const char *statement,
            gint64     *number)
{
  sqlite3_stmt *prepared = NULL;
  int status = sqlite3_prepare_v2 (handle, statement, -1, &prepared, NULL);

  if (status == SQLITE_OK)
    status = sqlite3_step (prepared);
  if (status == SQLITE_ROW)
    *number = sqlite3_column_int64 (prepared, 0);
  sqlite3_finalize (prepared);

  return status == SQLITE_ROW ? SQLITE_OK : status;
}

/* Whether it is a file of ours, of a layout that we know; @is_new: it has nothing yet. */
static MgrSpillResult
check_layout (MgrSpillDatabase  *self,
              gboolean          *is_new,
              GError           **error)
{
  gint64 application = 0;
  gint64 version = 0;
  gint64 tables = 0;
  int status = ask_number (self->handle, "PRAGMA application_id", &application);

  if (status == SQLITE_OK)
    status = ask_number (self->handle, "PRAGMA user_version", &version);
  if (status == SQLITE_OK)
    status = ask_number (self->handle, "SELECT count (*) FROM sqlite_master", &tables);
  if (status != SQLITE_OK)
    return mgr_spill_database_fail (self, status, error);

  *is_new = application == 0 && version == 0 && tables == 0;
  if (*is_new || (application == APPLICATION_ID && version == SCHEMA_VERSION))
    return MGR_SPILL_DONE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "Values cannot be kept in “%s”, which is left as it is: it is %s. Name another folder",
               self->path,
               application == APPLICATION_ID ? "of another version of libmgr" : "the database of something else");
  return MGR_SPILL_FAILED;
}

/* All of it is looked at in one moment, or what another process is making would seem to
 * be somebody else's. */
static MgrSpillResult
check_and_make (MgrSpillDatabase  *self,
                const char        *begin,
                gboolean           make,
                GError           **error)
{
  gboolean is_new = FALSE;
  MgrSpillResult result;
  int status = mgr_spill_database_run (self, begin);

  if (status != SQLITE_OK)
    return mgr_spill_database_fail (self, status, error);

  result = check_layout (self, &is_new, error);
  if (result == MGR_SPILL_DONE)
    {
      status = is_new && make ? mgr_spill_database_run (self, schema_statements) : SQLITE_OK;
      if (status == SQLITE_OK)
        status = mgr_spill_database_run (self, "COMMIT");
      if (status != SQLITE_OK)
        result = mgr_spill_database_fail (self, status, error);
    }

  if (result != MGR_SPILL_DONE)
    mgr_spill_database_run (self, "ROLLBACK");
  return result;
}

/* What is not ours is left as it is; of two processes that come at once, one makes the
 * tables. */
static MgrSpillResult
set_up (MgrSpillDatabase  *self,
        GError           **error)
{
  MgrSpillResult result;
  int status;

  sqlite3_extended_result_codes (self->handle, TRUE);
  sqlite3_busy_timeout (self->handle, PATIENCE);
  result = check_and_make (self, "BEGIN", FALSE, error);
  if (result != MGR_SPILL_DONE)
    return result;

  status = mgr_spill_database_run (self, set_up_statements);
  if (status != SQLITE_OK)
    return mgr_spill_database_fail (self, status, error);

  return check_and_make (self, "BEGIN IMMEDIATE", TRUE, error);
}

/* What it holds is nobody else's business, and SQLite would let others read it. */
static void
create_private (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd >= 0)
    g_close (fd, NULL);
}

static gboolean
check_kind (const char  *path,
            GError     **error)
{
  struct stat info;

  if (stat (path, &info) != 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "Values cannot be kept in “%s”: %s. Make its folder, or make that writable for "
                   "this program", path, g_strerror (errno));
      return FALSE;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "Values cannot be kept in “%s”: that is no regular file. Name another folder", path);
      return FALSE;
    }

  /* SQLite would open it to read, and leave files beside it. */
  if (euidaccess (path, W_OK) != 0)
    {
      fail (NULL, path, SQLITE_READONLY, error);
      return FALSE;
    }

  return TRUE;
}

MgrSpillResult
mgr_spill_database_open (const char        *path,
                         MgrSpillDatabase **database,
                         GError           **error)
{
  MgrSpillDatabase *self;
  struct stat info = { 0 };
  MgrSpillResult result;
  int status;

  create_private (path);
  if (!check_kind (path, error))
    return MGR_SPILL_FAILED;

  self = g_new0 (MgrSpillDatabase, 1);
  self->path = g_strdup (path);
  self->touched = g_array_new (FALSE, FALSE, sizeof (gint64));
  status = sqlite3_open_v2 (path, &self->handle, SQLITE_OPEN_READWRITE, NULL);
  if (status != SQLITE_OK)
    result = mgr_spill_database_fail (self, status, error);
  else
    result = set_up (self, error);

  if (result != MGR_SPILL_DONE)
    {
      mgr_spill_database_close (self);
      return result;
    }

  if (stat (path, &info) == 0)
    {
      self->device = info.st_dev;
      self->inode = info.st_ino;
    }
  *database = self;
  return MGR_SPILL_DONE;
}

static void
database_free (MgrSpillDatabase *self)
{
  g_array_unref (self->touched);
  g_free (self->path);
  g_free (self);
}

void
mgr_spill_database_close (MgrSpillDatabase *self)
{
  mgr_spill_database_flush (self);
  for (guint i = 0; i < MGR_SPILL_N_STATEMENTS; i++)
    sqlite3_finalize (self->statements[i]);
  sqlite3_close (self->handle);
  database_free (self);
}

void
mgr_spill_database_abandon (MgrSpillDatabase *self)
{
  database_free (self);
}

gboolean
mgr_spill_database_is_there (MgrSpillDatabase *self)
{
  struct stat info;

  return stat (self->path, &info) == 0
         && info.st_dev == self->device && info.st_ino == self->inode;
}
