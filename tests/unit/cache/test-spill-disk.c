/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "spill-folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each of these is told once, and is then no more than a miss. */

/* Root may write everywhere; this user may not. */
#define NOBODY 65534

/* The call that comes across it, and one after it that keeps quiet. */
static void
assert_fails_once (MgrCacheStore *store,
                   int            code,
                   const char    *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (try_store (store, "key", "value", 0, &error));
  g_assert_error (error, MGR_ERROR, code);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_false (store_text (store, "key", "value", 0));
  assert_loads (store, "key", NULL);
  assert_problem (store, error->message);
}

static void
assert_mended (Folder        *folder,
               MgrCacheStore *store)
{
  mgr_manual_clock_advance (folder->clock, SECOND);
  assert_loads (store, "key", NULL);
  g_assert_true (store_text (store, "key", "mended", 0));
  assert_loads (store, "key", "mended");
  assert_problem (store, NULL);
}

static void
overwrite (const char *path,
           off_t       offset,
           const char *with)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (pwrite (fd, with, strlen (with), offset), ==, strlen (with));
  close (fd);
}

static void
test_damaged_header (Folder        *folder,
                     gconstpointer  data)
{
  g_autofree char *aside = g_strconcat (folder->path, ".corrupt", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (folder->path, "this is no database at all", -1, NULL));
  g_assert_null (try_load (folder->store, "key", NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, aside));
  g_assert_true (g_file_get_contents (aside, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "this is no database at all");

  g_assert_true (store_text (folder->store, "key", "value", 0));
  assert_loads (folder->store, "key", "value");
  assert_problem (folder->store, NULL);
}

/* Where SQLite cannot see it. */
static void
test_damaged_value (Folder        *folder,
                    gconstpointer  data)
{
  g_autofree char *value = g_strnfill (40000, 'v');
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize length = 0;
  gsize middle;

  store_text (folder->store, "key", value, 0);
  g_clear_object (&folder->store);
  g_assert_true (g_file_get_contents (folder->path, &contents, &length, NULL));
  for (middle = length / 2; memcmp (contents + middle, "vvvvvvvv", 8) != 0; middle++)
    continue;
  overwrite (folder->path, (off_t) middle, "VVVV");

  folder->store = folder_open (folder, 16 * MIB);
  g_assert_null (try_load (folder->store, "key", NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_true (folder_has (folder, ".corrupt"));
  assert_loads (folder->store, "key", NULL);
  g_assert_true (store_text (folder->store, "key", "value", 0));
  assert_loads (folder->store, "key", "value");
}

static void
test_damaged_meanwhile (Folder        *folder,
                        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  store_text (folder->store, "key", "value", 0);
  folder_run_sql (folder,
                  "PRAGMA writable_schema = ON;"
                  "UPDATE sqlite_master SET rootpage = 4711 WHERE name = 'entries';"
                  "PRAGMA schema_version = 4711");

  g_assert_false (try_store (folder->store, "key", "other", 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_true (folder_has (folder, ".corrupt"));
  g_assert_true (store_text (folder->store, "key", "another", 0));
  assert_loads (folder->store, "key", "another");
}

static void
test_foreign_database (Folder        *folder,
                       gconstpointer  data)
{
  folder_run_sql (folder, "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
  assert_fails_once (folder->store, MGR_ERROR_FAILED, "the database of something else. Name another folder");
  mgr_manual_clock_advance (folder->clock, 100 * SECOND);
  assert_loads (folder->store, "key", NULL);
  g_assert_false (folder_has (folder, ".corrupt"));
  folder_run_sql (folder, "DROP TABLE recipes");
}

static void
test_other_version (Folder        *folder,
                    gconstpointer  data)
{
  store_text (folder->store, "key", "value", 0);
  g_clear_object (&folder->store);
  folder_run_sql (folder, "PRAGMA user_version = 2");

  folder->store = folder_open (folder, MIB);
  assert_fails_once (folder->store, MGR_ERROR_FAILED, "of another version of libmgr");
}

static void
test_folder_vanishes (Folder        *folder,
                      gconstpointer  data)
{
  store_text (folder->store, "key", "value", 0);
  folder_empty (folder);
  g_assert_cmpint (g_rmdir (folder->folder), ==, 0);

  assert_fails_once (folder->store, MGR_ERROR_FAILED, "No such file or directory. Make its folder");
  g_assert_false (remove_key (folder->store, "key"));
  g_assert_false (clear (folder->store));
  mgr_manual_clock_advance (folder->clock, SECOND);
  assert_loads (folder->store, "key", NULL);
  g_assert_false (g_file_test (folder->folder, G_FILE_TEST_EXISTS));

  g_assert_cmpint (g_mkdir (folder->folder, 0700), ==, 0);
  mgr_manual_clock_advance (folder->clock, SECOND);
  assert_mended (folder, folder->store);
}

static void
test_file_vanishes (Folder        *folder,
                    gconstpointer  data)
{
  store_text (folder->store, "key", "value", 0);
  folder_empty (folder);
  assert_loads (folder->store, "key", NULL);
  g_assert_true (store_text (folder->store, "key", "other", 0));
  assert_loads (folder->store, "key", "other");
  g_assert_cmpuint (get_figure (folder->store, "connects"), ==, 2);
  g_assert_cmpuint (get_figure (folder->store, "failures"), ==, 0);
}

static void
test_no_such_folder (Folder        *folder,
                     gconstpointer  data)
{
  static const char *const folders[] = { "/nonexistent/folder", "/dev/full", "/proc" };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (MgrSpillStore) store = mgr_spill_store_new (folders[i], MIB);

      assert_fails_once (MGR_CACHE_STORE (store), MGR_ERROR_FAILED, folders[i]);
      g_assert_cmpuint (get_figure (MGR_CACHE_STORE (store), "failures"), ==, 1);
      g_assert_cmpuint (get_figure (MGR_CACHE_STORE (store), "misses"), ==, 1);
      g_assert_cmpuint (get_figure (MGR_CACHE_STORE (store), "refused"), ==, 2);
    }
}

static void
test_no_folder (Folder        *folder,
                gconstpointer  data)
{
  g_autoptr (MgrCacheStore) store = g_object_new (MGR_TYPE_SPILL_STORE, NULL);

  assert_fails_once (store, MGR_ERROR_INVALID_ARGUMENT, "has no folder. Name one");
}

static void
test_no_regular_file (Folder        *folder,
                      gconstpointer  data)
{
  g_assert_cmpint (g_mkdir (folder->path, 0700), ==, 0);
  assert_fails_once (folder->store, MGR_ERROR_FAILED, "that is no regular file");
  g_assert_cmpint (g_rmdir (folder->path), ==, 0);
  assert_mended (folder, folder->store);
}

static void
test_folder_is_not_writable (Folder        *folder,
                             gconstpointer  data)
{
  gboolean root = geteuid () == 0;

  g_assert_cmpint (g_chmod (folder->folder, 0555), ==, 0);
  if (root)
    g_assert_cmpint (setresuid (NOBODY, NOBODY, 0), ==, 0);
  assert_fails_once (folder->store, MGR_ERROR_FAILED, "make that writable for this program");

  if (root)
    g_assert_cmpint (setresuid (0, 0, 0), ==, 0);
  g_assert_cmpint (g_chmod (folder->folder, 0700), ==, 0);
  assert_mended (folder, folder->store);
}

static void
test_file_is_not_writable (Folder        *folder,
                           gconstpointer  data)
{
  gboolean root = geteuid () == 0;

  store_text (folder->store, "key", "value", 0);
  g_clear_object (&folder->store);
  g_assert_cmpint (g_chmod (folder->path, 0444), ==, 0);
  g_assert_cmpint (g_chmod (folder->folder, 0777), ==, 0);
  folder->store = folder_open (folder, MIB);

  if (root)
    g_assert_cmpint (setresuid (NOBODY, NOBODY, 0), ==, 0);
  assert_fails_once (folder->store, MGR_ERROR_FAILED, "writable for this program");
  if (root)
    g_assert_cmpint (setresuid (0, 0, 0), ==, 0);
  g_assert_cmpint (g_chmod (folder->path, 0600), ==, 0);
  assert_mended (folder, folder->store);
}

/* What this process may write stands for the room on a disk: nothing need be mounted. */
static void
limit_files (rlim_t bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = MIN (bytes, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* What is there can still be read, but not what it was to be replaced by, nor what it was. */
static void
test_full_disk (Folder        *folder,
                gconstpointer  data)
{
  g_autofree char *large = g_strnfill (300000, 'v');
  g_autoptr (GError) error = NULL;

  signal (SIGXFSZ, SIG_IGN);
  store_text (folder->store, "old", "value", 0);
  store_text (folder->store, "key", "old value", 0);
  store_text (folder->store, "gone", "value", 0);

  limit_files (64 * 1024);
  g_assert_false (try_store (folder->store, "key", large, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "Make room on its disk"));
  g_assert_false (store_text (folder->store, "other", large, 0));
  g_assert_false (remove_key (folder->store, "gone"));
  assert_loads (folder->store, "key", NULL);
  assert_loads (folder->store, "gone", NULL);
  assert_loads (folder->store, "old", "value");
  assert_problem (folder->store, "Make room on its disk");

  /* Tried again, and in vain: less often from now on. */
  mgr_manual_clock_advance (folder->clock, SECOND);
  g_assert_false (store_text (folder->store, "key", large, 0));
  limit_files (RLIM_INFINITY);
  mgr_manual_clock_advance (folder->clock, SECOND);
  g_assert_false (store_text (folder->store, "key", large, 0));
  mgr_manual_clock_advance (folder->clock, SECOND);
  g_assert_true (store_text (folder->store, "other", large, 0));
  assert_loads (folder->store, "key", NULL);
  assert_loads (folder->store, "gone", NULL);
  assert_loads (folder->store, "old", "value");
  g_assert_cmpuint (get_figure (folder->store, "entries"), ==, 2);
  assert_mended (folder, folder->store);
}

/* All that could not be removed is not found again, and is gone in the end. */
static void
test_clear_on_full_disk (Folder        *folder,
                         gconstpointer  data)
{
  g_autofree char *large = g_strnfill (30000, 'v');
  g_autoptr (GError) error = NULL;

  signal (SIGXFSZ, SIG_IGN);
  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      store_text (folder->store, key, large, 0);
    }

  limit_files (4096);
  g_assert_false (mgr_cache_store_clear (folder->store, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  assert_loads (folder->store, "0", NULL);
  g_assert_false (store_text (folder->store, "new", "value", 0));

  limit_files (RLIM_INFINITY);
  mgr_manual_clock_advance (folder->clock, SECOND);
  g_assert_true (store_text (folder->store, "new", "value", 0));
  assert_loads (folder->store, "0", NULL);
  assert_loads (folder->store, "new", "value");
  g_assert_cmpuint (get_figure (folder->store, "entries"), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  folder_add_test ("/cache/spill-disk/damaged-header", test_damaged_header);
  folder_add_test ("/cache/spill-disk/damaged-value", test_damaged_value);
  folder_add_test ("/cache/spill-disk/damaged-meanwhile", test_damaged_meanwhile);
  folder_add_test ("/cache/spill-disk/foreign-database", test_foreign_database);
  folder_add_test ("/cache/spill-disk/other-version", test_other_version);
  folder_add_test ("/cache/spill-disk/folder-vanishes", test_folder_vanishes);
  folder_add_test ("/cache/spill-disk/file-vanishes", test_file_vanishes);
  folder_add_test ("/cache/spill-disk/no-such-folder", test_no_such_folder);
  folder_add_test ("/cache/spill-disk/no-folder", test_no_folder);
  folder_add_test ("/cache/spill-disk/no-regular-file", test_no_regular_file);
  folder_add_test ("/cache/spill-disk/folder-is-not-writable", test_folder_is_not_writable);
  folder_add_test ("/cache/spill-disk/file-is-not-writable", test_file_is_not_writable);
  folder_add_test ("/cache/spill-disk/full", test_full_disk);
  folder_add_test ("/cache/spill-disk/clear-on-full", test_clear_on_full_disk);

  return g_test_run ();
}
