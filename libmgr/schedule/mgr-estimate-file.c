/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-estimate-file-private.h"

#include "base/mgr-error.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

/* “MGRT”: tells our files from other databases. */
#define APPLICATION_ID 0x4d475254
#define SCHEMA_VERSION 1

/* So many milliseconds somebody else's write is waited for. */
#define PATIENCE 200

/* Of what nobody used for longest, no more than that is kept. */
#define MAX_ROWS 4096

/* For people with sqlite3(1): sizes are bytes, times microseconds, and last are the
 * peaks of the last runs, oldest first. */
static const char schema_statements[] =
  "CREATE TABLE estimates ("
  "  key TEXT PRIMARY KEY,"
  "  runs INTEGER NOT NULL,"
  "  duration REAL NOT NULL,"
  "  measured INTEGER NOT NULL,"
  "  mean REAL NOT NULL,"
  "  p95 INTEGER NOT NULL,"
  "  last TEXT NOT NULL,"
  "  used INTEGER NOT NULL"
  ");"
  "CREATE INDEX estimates_used ON estimates (used);"
  "PRAGMA application_id = " G_STRINGIFY (APPLICATION_ID) ";"
  "PRAGMA user_version = " G_STRINGIFY (SCHEMA_VERSION) ";";

/* A power cut may cost the last runs: they are learned again. */
static const char set_up_statements[] =
  "PRAGMA journal_mode = WAL;"
  "PRAGMA synchronous = NORMAL;"
  "PRAGMA journal_size_limit = 1048576;";

static const char read_statement[] =
  "SELECT key, runs, duration, measured, mean, last FROM estimates ORDER BY used DESC "
  "LIMIT " G_STRINGIFY (MAX_ROWS);

static const char write_statement[] =
  "INSERT OR REPLACE INTO estimates (key, runs, duration, measured, mean, p95, last, used) "
  "VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

static const char forget_statement[] =
  "DELETE FROM estimates WHERE key IN (SELECT key FROM estimates ORDER BY used DESC "
  "LIMIT -1 OFFSET " G_STRINGIFY (MAX_ROWS) ")";

struct _MgrEstimateFile
{
  char *path;     /* (owned) */
  GMutex lock;    /* guards what follows */
  sqlite3 *database; /* (owned) */
};

static int
primary_code (int status)
{
  return status & 0xff;
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
      return "End the program that keeps it locked, or name another file; it is tried again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "Move it away, and a new one is made";
    default:
      return "Make it and its folder writable for this program, or name another file";
    }
}

static void
set_error (const char  *path,
           const char  *what,
           const char  *remedy,
           GError     **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "The estimates of tasks are kept in memory alone, and “%s” is left as it is: %s. %s",
               path, what, remedy);
}

static gboolean
file_fail (MgrEstimateFile  *self,
           int               status,
           GError          **error)
{
  set_error (self->path, sqlite3_errstr (status), get_remedy (status), error);
  return FALSE;
}

static int
file_run (MgrEstimateFile *self,
          const char      *statements)
{
  return sqlite3_exec (self->database, statements, NULL, NULL, NULL);
}

static int
file_ask (MgrEstimateFile *self,
          const char      *statement,
          gint64          *number)
{
  sqlite3_stmt *prepared = NULL;
  int status = sqlite3_prepare_v2 (self->database, statement, -1, &prepared, NULL);

  if (status == SQLITE_OK)
    status = sqlite3_step (prepared);
  if (status == SQLITE_ROW)
    *number = sqlite3_column_int64 (prepared, 0);
  sqlite3_finalize (prepared);

  return status == SQLITE_ROW ? SQLITE_OK : status;
}

/* With the file locked, or what another program is making would seem to be somebody
 * else's. */
static gboolean
file_check_layout (MgrEstimateFile  *self,
                   GError          **error)
{
  gint64 application = 0;
  gint64 version = 0;
  gint64 tables = 0;
  int status = file_ask (self, "PRAGMA application_id", &application);

  if (status == SQLITE_OK)
    status = file_ask (self, "PRAGMA user_version", &version);
  if (status == SQLITE_OK)
    status = file_ask (self, "SELECT count (*) FROM sqlite_master", &tables);
  if (status == SQLITE_OK && application == 0 && version == 0 && tables == 0)
    status = file_run (self, schema_statements);
  else if (status == SQLITE_OK && (application != APPLICATION_ID || version != SCHEMA_VERSION))
    {
      set_error (self->path,
                 application == APPLICATION_ID ? "it is of another version of libmgr"
                                               : "it is the database of something else",
                 "Name another file", error);
      return FALSE;
    }

  return status == SQLITE_OK || file_fail (self, status, error);
}

static gboolean
file_set_up (MgrEstimateFile  *self,
             GError          **error)
{
  int status;

  sqlite3_busy_timeout (self->database, PATIENCE);
  status = file_run (self, "BEGIN IMMEDIATE");
  if (status != SQLITE_OK)
    return file_fail (self, status, error);
  if (!file_check_layout (self, error))
    return FALSE;

  status = file_run (self, "COMMIT");
  if (status == SQLITE_OK)
    status = file_run (self, set_up_statements);
  return status == SQLITE_OK || file_fail (self, status, error);
}

/* The names of tasks are nobody else's business, and SQLite would let others read them. */
static void
create_private (const char *path)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd >= 0)
    g_close (fd, NULL);
}

/* SQLite would open what may only be read, and leave files beside it. */
static gboolean
check_kind (const char  *path,
            GError     **error)
{
  struct stat info;

  if (stat (path, &info) != 0)
    return TRUE;
  if (S_ISREG (info.st_mode) && euidaccess (path, W_OK) == 0)
    return TRUE;

  set_error (path, S_ISREG (info.st_mode) ? "it may not be written" : "it is no regular file",
             get_remedy (SQLITE_READONLY), error);
  return FALSE;
}

MgrEstimateFile *
mgr_estimate_file_open (const char  *path,
                        GError     **error)
{
  g_autoptr (MgrEstimateFile) self = NULL;
  int status;

  if (!check_kind (path, error))
    return NULL;

  create_private (path);
  self = g_new0 (MgrEstimateFile, 1);
  self->path = g_strdup (path);
  g_mutex_init (&self->lock);
  status = sqlite3_open_v2 (path, &self->database, SQLITE_OPEN_READWRITE, NULL);
  if (status != SQLITE_OK)
    {
      file_fail (self, status, error);
      return NULL;
    }

  return file_set_up (self, error) ? g_steal_pointer (&self) : NULL;
}

void
mgr_estimate_file_free (MgrEstimateFile *self)
{
  sqlite3_close (self->database);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}

static char *
format_peaks (const MgrPeakHistory *history)
{
  guint64 n = MIN (history->count, MGR_PEAK_HISTORY_LENGTH);
  GString *text = g_string_new (NULL);

  for (guint64 i = history->count - n; i < history->count; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, text->len > 0 ? " " : "",
                            history->peaks[i % MGR_PEAK_HISTORY_LENGTH]);

  return g_string_free (text, FALSE);
}

/* A row may be anything: somebody else may have written it. */
static gboolean
parse_peaks (const char     *text,
             guint64         count,
             double          mean,
             MgrPeakHistory *history)
{
  g_auto (GStrv) numbers = g_strsplit (text, " ", -1);
  guint n = g_strv_length (numbers);

  if (*text == '\0')
    return count == 0;
  if (n > MGR_PEAK_HISTORY_LENGTH || n > count || count > G_MAXINT64)
    return FALSE;

  history->count = count - n;
  for (guint i = 0; i < n; i++)
    {
      guint64 peak;

      if (!g_ascii_string_to_unsigned (numbers[i], 10, 1, G_MAXINT64, &peak, NULL))
        return FALSE;
      mgr_peak_history_add (history, peak);
    }
  history->mean = mean;
  return TRUE;
}

/* Returns: (transfer full) (nullable) */
static MgrEstimateRow *
row_read (sqlite3_stmt *statement)
{
  const char *key = (const char *) sqlite3_column_text (statement, 0);
  const char *last = (const char *) sqlite3_column_text (statement, 5);
  gint64 runs = sqlite3_column_int64 (statement, 1);
  double duration = sqlite3_column_double (statement, 2);
  double mean = sqlite3_column_double (statement, 4);
  MgrEstimateRow *row;

  if (key == NULL || last == NULL || runs <= 0 || !(duration >= 0 && duration < (double) G_MAXINT64)
      || !(mean >= 0))
    return NULL;

  row = g_new0 (MgrEstimateRow, 1);
  row->key = g_strdup (key);
  row->n_runs = (guint64) runs;
  row->duration = duration;
  if (!parse_peaks (last, (guint64) sqlite3_column_int64 (statement, 3), mean, &row->peaks))
    g_clear_pointer (&row, mgr_estimate_row_free);
  return row;
}

GPtrArray *
mgr_estimate_file_read (MgrEstimateFile  *self,
                        GError          **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (mgr_estimate_row_free);
  sqlite3_stmt *statement = NULL;
  int status = sqlite3_prepare_v2 (self->database, read_statement, -1, &statement, NULL);

  while (status == SQLITE_OK || status == SQLITE_ROW)
    {
      MgrEstimateRow *row;

      status = sqlite3_step (statement);
      row = status == SQLITE_ROW ? row_read (statement) : NULL;
      if (row != NULL)
        g_ptr_array_add (rows, row);
    }
  sqlite3_finalize (statement);

  if (status != SQLITE_DONE)
    {
      file_fail (self, status, error);
      return NULL;
    }
  return g_steal_pointer (&rows);
}

static int
row_write (sqlite3_stmt         *statement,
           const MgrEstimateRow *row)
{
  g_autofree char *last = format_peaks (&row->peaks);
  guint64 p95 = mgr_peak_history_get_quantile (&row->peaks, 0.95);
  int status;

  sqlite3_bind_text (statement, 1, row->key, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, (gint64) row->n_runs);
  sqlite3_bind_double (statement, 3, row->duration);
  sqlite3_bind_int64 (statement, 4, (gint64) row->peaks.count);
  sqlite3_bind_double (statement, 5, row->peaks.mean);
  sqlite3_bind_int64 (statement, 6, (gint64) MIN (p95, G_MAXINT64));
  sqlite3_bind_text (statement, 7, last, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 8, g_get_real_time ());
  status = sqlite3_step (statement);
  sqlite3_reset (statement);
  return status == SQLITE_DONE ? SQLITE_OK : status;
}

static int
file_write_all (MgrEstimateFile *self,
                GPtrArray       *rows)
{
  sqlite3_stmt *statement = NULL;
  int status = sqlite3_prepare_v2 (self->database, write_statement, -1, &statement, NULL);

  for (guint i = 0; status == SQLITE_OK && i < rows->len; i++)
    status = row_write (statement, g_ptr_array_index (rows, i));
  sqlite3_finalize (statement);

  return status == SQLITE_OK ? file_run (self, forget_statement) : status;
}

gboolean
mgr_estimate_file_write (MgrEstimateFile  *self,
                         GPtrArray        *rows,
                         GError          **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  int status = file_run (self, "BEGIN IMMEDIATE");

  if (status == SQLITE_OK)
    status = file_write_all (self, rows);
  if (status == SQLITE_OK)
    status = file_run (self, "COMMIT");
  if (status == SQLITE_OK)
    return TRUE;

  if (!sqlite3_get_autocommit (self->database))
    file_run (self, "ROLLBACK");
  return file_fail (self, status, error);
}
