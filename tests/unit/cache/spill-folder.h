/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "store-case.h"

#include <sqlite3.h>

/* A folder of a test's own, and a store in it with a clock that stands still. */
typedef struct
{
  char *folder;          /* (owned) */
  char *path;            /* (owned): the file in it */
  MgrManualClock *clock; /* (owned) */
  MgrCacheStore *store;  /* (owned) (nullable) */
} Folder;

static inline MgrCacheStore *
folder_open (Folder  *self,
             guint64  max_bytes)
{
  return g_object_new (MGR_TYPE_SPILL_STORE, "directory", self->folder, "max-bytes", max_bytes,
                       "clock", self->clock, NULL);
}

static inline void
folder_set_up (Folder        *self,
               gconstpointer  data)
{
  self->folder = g_dir_make_tmp ("libmgr-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->path = g_build_filename (self->folder, "libmgr-spill.db", NULL);
  self->clock = mgr_manual_clock_new (1000 * SECOND);
  self->store = folder_open (self, 16 * MIB);
}

static inline gboolean
folder_has (Folder     *self,
            const char *suffix)
{
  g_autofree char *path = g_strconcat (self->path, suffix, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static inline void
folder_empty (Folder *self)
{
  static const char *const left[] = {
    "", "-wal", "-shm", ".corrupt", ".corrupt-wal", ".corrupt-shm",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (left); i++)
    {
      g_autofree char *path = g_strconcat (self->path, left[i], NULL);

      g_unlink (path);
    }
}

static inline void
folder_tear_down (Folder        *self,
                  gconstpointer  data)
{
  g_clear_object (&self->store);
  g_assert_false (folder_has (self, "-wal"));
  folder_empty (self);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_clear_object (&self->clock);
  g_free (self->folder);
  g_free (self->path);
}

/* As another program would have it. */
static inline void
folder_run_sql (Folder     *self,
                const char *statements)
{
  sqlite3 *database = NULL;

  g_assert_cmpint (sqlite3_open (self->path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (database, statements, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (database);
}

#define folder_add_test(path, func) \
  g_test_add (path, Folder, NULL, folder_set_up, func, folder_tear_down)
