/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-database-private.h"

#include "base/mgr-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* “MGRJ”: tells our files from other databases. */
#define APPLICATION_ID 0x4d47524a
#define SCHEMA_VERSION 1

/* Whoever makes a journal waits so many milliseconds for somebody who has its file
 * locked; the thread that writes may wait longer. */
#define OPEN_PATIENCE 100
#define WRITE_PATIENCE 5000

/* For as long as nothing is lost that cannot be made again: a program that is killed
 * loses nothing that was written, a machine that goes down the last moments. */
static const char set_up_statements[] =
  "PRAGMA journal_mode = WAL;"
  "PRAGMA synchronous = NORMAL;"
  "PRAGMA journal_size_limit = 1048576;";

/* For people with sqlite3(1) the words are words, and details are a text of GVariant. */
static const char schema_statements[] =
  "PRAGMA auto_vacuum = INCREMENTAL;"
  "BEGIN;"
  "CREATE TABLE entries ("
  "  id INTEGER PRIMARY KEY,"
  "  time INTEGER NOT NULL,"
  "  monotonic INTEGER NOT NULL,"
  "  kind TEXT NOT NULL,"
  "  severity TEXT NOT NULL,"
  "  cause INTEGER NOT NULL,"
  "  summary TEXT NOT NULL,"
  "  details TEXT NOT NULL"
  ");"
  "PRAGMA application_id = " G_STRINGIFY (APPLICATION_ID) ";"
  "PRAGMA user_version = " G_STRINGIFY (SCHEMA_VERSION) ";"
  "COMMIT;";

static int
primary_code (int status)
{
  return status & 0xff;
}

gboolean
mgr_journal_database_is_damage (int status)
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
      return "Make room on its disk; it is tried again";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "End the program that keeps it locked, or name another file";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "Move it away; what can be saved of it, “sqlite3 FILE .recover” saves";
    default:
      return "Make it and its folder writable for this program, or name another file";
    }
}

/* Returns @status. */
static int
fail (sqlite3     *database,
      const char  *path,
      int          status,
      GError     **error)
{
  int number = database != NULL ? sqlite3_system_errno (database) : 0;
  gboolean by_system = number != 0 && primary_code (status) != SQLITE_CORRUPT
                       && primary_code (status) != SQLITE_BUSY;

  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "The journal “%s” is kept in memory alone, and what is in the file stays there: "
               "%s%s%s. %s", path, sqlite3_errstr (status),
               by_system ? ": " : "", by_system ? g_strerror (number) : "", get_remedy (status));
  return status;
}

static int
run (sqlite3     *database,
     const char  *path,
     const char  *statements,
     GError     **error)
{
  int status = sqlite3_exec (database, statements, NULL, NULL, NULL);

  return status == SQLITE_OK ? status : fail (database, path, status, error);
}

/* The number that a statement answers, or 0 with an error. */
static int
query_number (sqlite3     *database,
              const char  *path,
              const char  *statement,
              gint64      *number,
              GError     **error)
{
  sqlite3_stmt *prepared = NULL;
  int status = sqlite3_prepare_v2 (database, statement, -1, &prepared, NULL);

  *number = 0;
  if (status == SQLITE_OK)
    status = sqlite3_step (prepared);
  if (status == SQLITE_ROW)
    {
      *number = sqlite3_column_int64 (prepared, 0);
      status = SQLITE_OK;
    }
  else if (status == SQLITE_DONE)
    {
      status = SQLITE_OK;
    }
  sqlite3_finalize (prepared);

  return status == SQLITE_OK ? status : fail (database, path, status, error);
}

/* Whose file it is. */
typedef enum
{
  LAYOUT_NONE,    /* there is nothing yet */
  LAYOUT_OURS,
  LAYOUT_NEWER,   /* of a libmgr that knows more */
  LAYOUT_FOREIGN, /* the database of something else */
} Layout;

static int
read_layout (sqlite3     *database,
             const char  *path,
             Layout      *layout,
             gint64      *version,
             GError     **error)
{
  gint64 application = 0;
  gint64 tables = 0;
  int status;

  status = query_number (database, path, "PRAGMA application_id", &application, error);
  if (status == SQLITE_OK)
    status = query_number (database, path, "PRAGMA user_version", version, error);
  if (status == SQLITE_OK)
    status = query_number (database, path, "SELECT count(*) FROM sqlite_master", &tables, error);

  if (application == APPLICATION_ID)
    *layout = *version == SCHEMA_VERSION ? LAYOUT_OURS : LAYOUT_NEWER;
  else
    *layout = application == 0 && *version == 0 && tables == 0 ? LAYOUT_NONE : LAYOUT_FOREIGN;
  return status;
}

/* Whether it is a journal, of a layout that we know; @is_new: it has nothing yet. */
static int
check_layout (sqlite3     *database,
              const char  *path,
              gboolean    *is_new,
              GError     **error)
{
  Layout layout = LAYOUT_NONE;
  gint64 version = 0;
  int status = read_layout (database, path, &layout, &version, error);

  *is_new = layout == LAYOUT_NONE;
  if (status != SQLITE_OK || layout == LAYOUT_NONE || layout == LAYOUT_OURS)
    return status;

  if (layout == LAYOUT_NEWER)
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                 "The journal “%s” is kept in memory alone, and the file is left as it is: its "
                 "layout is %" G_GINT64_FORMAT ", of a newer libmgr, and %d is the newest known "
                 "here. Use the newer libmgr, or name another file", path, version, SCHEMA_VERSION);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                 "The journal “%s” is kept in memory alone, and the file is left as it is: it is "
                 "the database of something else. Name another file", path);

  return SQLITE_MISMATCH;
}

/* Looks through all of it: there is little, and what is damaged is better known now. */
static int
check_health (sqlite3     *database,
              const char  *path,
              GError     **error)
{
  gint64 n_problems = 0;
  int status = query_number (database, path,
                             "SELECT count(*) FROM pragma_quick_check(1) WHERE quick_check <> 'ok'",
                             &n_problems, error);

  if (status == SQLITE_OK && n_problems > 0)
    return fail (database, path, SQLITE_CORRUPT, error);
  return status;
}

static int
set_up (sqlite3     *database,
        const char  *path,
        GError     **error)
{
  gboolean is_new = FALSE;
  int status;

  sqlite3_extended_result_codes (database, TRUE);
  sqlite3_busy_timeout (database, OPEN_PATIENCE);
  status = check_layout (database, path, &is_new, error);
  if (status == SQLITE_OK && !is_new)
    status = check_health (database, path, error);
  if (status == SQLITE_OK && is_new)
    status = run (database, path, schema_statements, error);
  if (status == SQLITE_OK)
    status = run (database, path, set_up_statements, error);
  if (status == SQLITE_OK)
    sqlite3_busy_timeout (database, WRITE_PATIENCE);

  return status;
}

/* What it holds is nobody else's business, and SQLite would let others read it. A file
 * that is there is not opened here: to close it would let go of SQLite's locks. */
static void
create_private (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd >= 0)
    g_close (fd, NULL);
}

static int
check_kind (const char  *path,
            GError     **error)
{
  struct stat info;

  if (stat (path, &info) != 0)
    return SQLITE_OK;

  /* SQLite would open it to read, and leave files beside it. */
  if (S_ISREG (info.st_mode))
    return euidaccess (path, W_OK) == 0 ? SQLITE_OK : fail (NULL, path, SQLITE_READONLY, error);

  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "The journal “%s” is kept in memory alone: that is no regular file. "
               "Name a file that libmgr may make", path);
  return SQLITE_CANTOPEN;
}

int
mgr_journal_database_open (const char  *path,
                           sqlite3    **database,
                           GError     **error)
{
  int status = check_kind (path, error);

  *database = NULL;
  if (status != SQLITE_OK)
    return status;

  create_private (path);
  status = sqlite3_open_v2 (path, database, SQLITE_OPEN_READWRITE, NULL);
  if (status != SQLITE_OK)
    fail (*database, path, status, error);
  else
    status = set_up (*database, path, error);

  if (status != SQLITE_OK)
    g_clear_pointer (database, sqlite3_close);
  return status;
}

/* For a file that nobody has open: to share one SQLite would make others beside it. */
static int
open_unshared (const char  *path,
               sqlite3    **database)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *plain_uri = g_filename_to_uri (absolute, NULL, NULL);
  g_autofree char *uri = g_strconcat (plain_uri, "?immutable=1", NULL);

  return sqlite3_open_v2 (uri, database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
}

static int
fail_no_journal (const char  *path,
                 const char  *what,
                 GError     **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "“%s” is no journal: it is %s. Name the file that the program was given as "
               "“journal-path” or MGR_JOURNAL_PATH", path, what);
  return SQLITE_MISMATCH;
}

int
mgr_journal_database_fail_to_read (sqlite3     *database,
                                   const char  *path,
                                   int          status,
                                   GError     **error)
{
  int number = database != NULL ? sqlite3_system_errno (database) : 0;
  gboolean by_system = number != 0 && primary_code (status) != SQLITE_CORRUPT
                       && primary_code (status) != SQLITE_BUSY;
  const char *remedy = "Give yourself the right to read it and its folder";

  if (primary_code (status) == SQLITE_NOTADB)
    return fail_no_journal (path, "no SQLite database", error);

  if (primary_code (status) == SQLITE_CORRUPT)
    remedy = "What can be saved of it, “sqlite3 FILE .recover” saves";
  else if (primary_code (status) == SQLITE_BUSY || primary_code (status) == SQLITE_LOCKED)
    remedy = "Try again when the program that keeps it locked has ended";

  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED, "The journal “%s” cannot be read: %s%s%s. %s",
               path, sqlite3_errstr (status), by_system ? ": " : "",
               by_system ? g_strerror (number) : "", remedy);
  return status;
}

/* Whether there is something to read. */
static int
check_old_layout (sqlite3     *database,
                  const char  *path,
                  GError     **error)
{
  Layout layout = LAYOUT_NONE;
  gint64 version = 0;
  int status = read_layout (database, path, &layout, &version, NULL);

  if (status != SQLITE_OK)
    return mgr_journal_database_fail_to_read (database, path, status, error);
  if (layout == LAYOUT_OURS)
    return SQLITE_OK;
  if (layout != LAYOUT_NEWER)
    return fail_no_journal (path, layout == LAYOUT_NONE ? "empty" : "the database of something else",
                            error);

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "The journal “%s” is of a newer libmgr: its layout is %" G_GINT64_FORMAT ", and %d is "
               "the newest known here. Read it with the newer libmgr", path, version, SCHEMA_VERSION);
  return SQLITE_MISMATCH;
}

int
mgr_journal_database_open_old (const char  *path,
                               sqlite3    **database,
                               GError     **error)
{
  g_autofree char *log_path = g_strconcat (path, "-wal", NULL);
  int status;

  *database = NULL;
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return fail_no_journal (path, "a folder", error);

  if (g_file_test (log_path, G_FILE_TEST_EXISTS))
    status = sqlite3_open_v2 (path, database, SQLITE_OPEN_READONLY, NULL);
  else
    status = open_unshared (path, database);

  sqlite3_busy_timeout (*database, OPEN_PATIENCE);
  if (status != SQLITE_OK)
    mgr_journal_database_fail_to_read (*database, path, status, error);
  else
    status = check_old_layout (*database, path, error);

  if (status != SQLITE_OK)
    g_clear_pointer (database, sqlite3_close);
  return status;
}

static const char *
column_text (sqlite3_stmt *row,
             int           column)
{
  const char *text = (const char *) sqlite3_column_text (row, column);

  return text != NULL ? text : "";
}

/* A row may be anything: somebody else may have written it. */
static MgrJournalEntry *
entry_from_row (sqlite3_stmt *row)
{
  MgrJournalKind kind = mgr_journal_kind_from_nick (column_text (row, 3));
  GVariant *details = g_variant_parse (G_VARIANT_TYPE_VARDICT, column_text (row, 7),
                                       NULL, NULL, NULL);

  if (kind == MGR_JOURNAL_KIND_ANY)
    kind = MGR_JOURNAL_KIND_OTHER;

  return mgr_journal_entry_new ((guint64) sqlite3_column_int64 (row, 0),
                                sqlite3_column_int64 (row, 1),
                                sqlite3_column_int64 (row, 2),
                                kind,
                                mgr_journal_severity_from_nick (column_text (row, 4)),
                                column_text (row, 6),
                                details,
                                (guint64) MAX (sqlite3_column_int64 (row, 5), 0));
}

static void
reverse (GPtrArray *entries)
{
  for (guint i = 0; i < entries->len / 2; i++)
    {
      gpointer swapped = entries->pdata[i];

      entries->pdata[i] = entries->pdata[entries->len - 1 - i];
      entries->pdata[entries->len - 1 - i] = swapped;
    }
}

int
mgr_journal_database_read (sqlite3    *database,
                           const char *path,
                           guint       limit,
                           GPtrArray  *entries,
                           GError    **error)
{
  sqlite3_stmt *rows = NULL;
  int status = sqlite3_prepare_v2 (database,
                                   "SELECT id, time, monotonic, kind, severity, cause, summary, details "
                                   "FROM entries WHERE id > 0 AND id < ? ORDER BY id DESC LIMIT ?",
                                   -1, &rows, NULL);

  if (status == SQLITE_OK)
    {
      sqlite3_bind_int64 (rows, 1, (gint64) MGR_JOURNAL_ID_MAX);
      sqlite3_bind_int64 (rows, 2, limit);
      while ((status = sqlite3_step (rows)) == SQLITE_ROW)
        g_ptr_array_add (entries, entry_from_row (rows));
    }
  sqlite3_finalize (rows);

  if (status != SQLITE_DONE)
    return fail (database, path, status, error);

  reverse (entries);
  return SQLITE_OK;
}

static int
insert (sqlite3_stmt    *row,
        MgrJournalEntry *entry)
{
  g_autoptr (GVariant) variant = mgr_journal_entry_get_details (entry);
  g_autofree char *details = g_variant_print (variant, TRUE);
  int status;

  sqlite3_bind_int64 (row, 1, (gint64) entry->id);
  sqlite3_bind_int64 (row, 2, entry->time);
  sqlite3_bind_int64 (row, 3, entry->monotonic);
  sqlite3_bind_text (row, 4, mgr_journal_kind_to_nick (entry->kind), -1, SQLITE_STATIC);
  sqlite3_bind_text (row, 5, mgr_journal_severity_to_nick (entry->severity), -1, SQLITE_STATIC);
  sqlite3_bind_int64 (row, 6, (gint64) entry->cause);
  sqlite3_bind_text (row, 7, entry->summary, -1, SQLITE_STATIC);
  sqlite3_bind_text (row, 8, details, -1, SQLITE_STATIC);
  status = sqlite3_step (row);
  sqlite3_reset (row);
  sqlite3_clear_bindings (row);

  return status == SQLITE_DONE ? SQLITE_OK : status;
}

static int
insert_all (sqlite3 *database,
            GQueue  *entries)
{
  sqlite3_stmt *row = NULL;
  int status = sqlite3_prepare_v2 (database,
                                   "INSERT OR REPLACE INTO entries (id, time, monotonic, kind, severity, "
                                   "cause, summary, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                                   -1, &row, NULL);

  for (GList *link = entries->head; status == SQLITE_OK && link != NULL; link = link->next)
    status = insert (row, link->data);
  sqlite3_finalize (row);

  return status;
}

static int
delete_old (sqlite3 *database,
            guint    rows)
{
  g_autofree char *statement =
    g_strdup_printf ("DELETE FROM entries WHERE id <= (SELECT max(id) FROM entries) - %u", rows);

  return sqlite3_exec (database, statement, NULL, NULL, NULL);
}

/* A quarter at once, so that it is not for every batch. */
static int
delete_quarter (sqlite3     *database,
                const char  *path,
                guint64      bytes,
                GError     **error)
{
  gint64 taken = 0;
  int status = query_number (database, path,
                             "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, "
                             "pragma_freelist_count, pragma_page_size", &taken, error);

  if (status != SQLITE_OK || (guint64) taken <= bytes)
    return status;

  return run (database, path,
              "DELETE FROM entries WHERE id <= (SELECT id FROM entries ORDER BY id "
              "LIMIT 1 OFFSET (SELECT count(*) / 4 FROM entries)); PRAGMA incremental_vacuum;", error);
}

int
mgr_journal_database_write (sqlite3     *database,
                            const char  *path,
                            GQueue      *entries,
                            guint        rows,
                            guint64      bytes,
                            GError     **error)
{
  int status = sqlite3_exec (database, "BEGIN IMMEDIATE", NULL, NULL, NULL);

  if (status == SQLITE_OK)
    status = insert_all (database, entries);
  if (status == SQLITE_OK)
    status = delete_old (database, rows);
  if (status == SQLITE_OK)
    status = sqlite3_exec (database, "COMMIT", NULL, NULL, NULL);
  if (status == SQLITE_OK)
    return delete_quarter (database, path, bytes, error);

  fail (database, path, status, error);
  if (!sqlite3_get_autocommit (database))
    sqlite3_exec (database, "ROLLBACK", NULL, NULL, NULL);
  return status;
}
