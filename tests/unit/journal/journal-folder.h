/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

/* A folder of a test's own, with room for the file of a journal. */
typedef struct
{
  char *folder; /* (owned) */
  char *path;   /* (owned): where the journal goes */
} Folder;

static inline void
folder_set_up (Folder        *self,
               gconstpointer  data)
{
  self->folder = g_dir_make_tmp ("libmgr-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->path = g_build_filename (self->folder, "journal.db", NULL);
}

static inline gboolean
folder_has (Folder     *self,
            const char *suffix)
{
  g_autofree char *path = g_strconcat (self->path, suffix, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* What a journal leaves, and nothing besides. */
static inline void
folder_tear_down (Folder        *self,
                  gconstpointer  data)
{
  static const char *const left[] = {
    "", ".corrupt", ".corrupt.1", ".corrupt-wal", ".corrupt-shm", ".corrupt.1-wal", ".corrupt.1-shm",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (left); i++)
    {
      g_autofree char *path = g_strconcat (self->path, left[i], NULL);

      g_unlink (path);
    }

  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
  g_free (self->path);
}

static inline guint64
add_text (MgrJournal *journal,
          const char *summary)
{
  return mgr_journal_add (journal, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_INFO, summary, NULL, 0);
}

static inline void
flush (MgrJournal *journal)
{
  g_autoptr (GError) error = NULL;

  mgr_journal_flush (journal, &error);
  g_assert_no_error (error);
}

/* A connection beside that of the journal, as sqlite3(1) would have it. */
static inline sqlite3 *
open_beside (Folder *self)
{
  sqlite3 *database = NULL;

  g_assert_cmpint (sqlite3_open (self->path, &database), ==, SQLITE_OK);
  return database;
}

static inline void
run_sql (sqlite3    *database,
         const char *statement)
{
  g_assert_cmpint (sqlite3_exec (database, statement, NULL, NULL, NULL), ==, SQLITE_OK);
}

static inline gint64
ask_number (sqlite3    *database,
            const char *statement)
{
  sqlite3_stmt *prepared = NULL;
  gint64 number;

  g_assert_cmpint (sqlite3_prepare_v2 (database, statement, -1, &prepared, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (prepared), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (prepared, 0);
  sqlite3_finalize (prepared);
  return number;
}

/* How many entries the file has. */
static inline gint64
count_rows (Folder *self)
{
  sqlite3 *database = open_beside (self);
  gint64 count = ask_number (database, "SELECT count(*) FROM entries");

  sqlite3_close (database);
  return count;
}

#define folder_add_test(path, func) \
  g_test_add (path, Folder, NULL, folder_set_up, func, folder_tear_down)
