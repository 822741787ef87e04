/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "spill-folder.h"

#include <sys/wait.h>
#include <unistd.h>

/* Several processes and several threads with one file. */

#define N_SHARERS 4
#define N_KEYS 50
#define N_ROUNDS 20

/* A value says whose it is, so that a mixture of two is noticed. */
static char *
make_value (const char *key,
            guint       round)
{
  g_autoptr (GString) value = g_string_new (NULL);

  while (value->len < 500 + 40 * round)
    g_string_append_printf (value, "%s of %u, ", key, round);
  return g_string_free (g_steal_pointer (&value), FALSE);
}

static void
assert_whole (const char *key,
              const char *value)
{
  guint round = 0;
  g_autofree char *expected = NULL;

  g_assert_cmpint (sscanf (value, "%*s of %u", &round), ==, 1);
  expected = make_value (key, round);
  g_assert_cmpstr (value, ==, expected);
}

/* On a busy machine one may wait too long for another; nothing else may fail. */
static gboolean
is_good (gboolean  done,
         GError  **error)
{
  if (*error != NULL)
    g_assert_nonnull (strstr ((*error)->message, "keeps it locked"));

  g_clear_error (error);
  return done;
}

static void
use_store (Folder        *folder,
           MgrCacheStore *store)
{
  g_autoptr (GError) error = NULL;
  guint n_stored = 0;

  for (guint i = 0; i < N_ROUNDS * N_KEYS; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i * 7 % N_KEYS);
      g_autofree char *value = make_value (key, i / N_KEYS);
      g_autofree char *found = try_load (store, key, NULL, &error);

      if (is_good (found != NULL, &error))
        assert_whole (key, found);
      if (i % 10 == 9)
        is_good (try_remove (store, key, &error), &error);
      else
        n_stored += is_good (try_store (store, key, value, 0, &error), &error);
    }

  /* Who waited too long for another does not try again for a while by the clock, which
   * stands still. */
  for (guint i = 0; i < 60 && n_stored == 0; i++)
    {
      g_autofree char *value = make_value ("0", 0);

      mgr_manual_clock_advance (folder->clock, SECOND);
      n_stored += is_good (try_store (store, "0", value, 0, &error), &error);
    }
  g_assert_cmpuint (n_stored, >, 0);
}

static void
assert_file_is_sound (Folder *folder)
{
  sqlite3 *database = NULL;
  sqlite3_stmt *check = NULL;

  g_assert_cmpint (sqlite3_open (folder->path, &database), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database,
                                       "SELECT integrity_check, (SELECT count (*) FROM entries), "
                                       "(SELECT count (*) FROM entries JOIN contents USING (id)), "
                                       "(SELECT count (*) FROM contents) "
                                       "FROM pragma_integrity_check",
                                       -1, &check, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (check), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (check, 0), ==, "ok");
  g_assert_cmpint (sqlite3_column_int (check, 1), ==, sqlite3_column_int (check, 2));
  g_assert_cmpint (sqlite3_column_int (check, 1), ==, sqlite3_column_int (check, 3));
  sqlite3_finalize (check);
  sqlite3_close (database);
}

static void
test_processes (Folder        *folder,
                gconstpointer  data)
{
  pid_t children[N_SHARERS];

  for (guint i = 0; i < N_SHARERS; i++)
    {
      children[i] = fork ();
      if (children[i] == 0)
        {
          MgrCacheStore *store = folder_open (folder, 16 * MIB);

          use_store (folder, store);
          g_object_unref (store);
          _exit (0);
        }
    }
  for (guint i = 0; i < N_SHARERS; i++)
    {
      int status = 0;

      g_assert_cmpint (waitpid (children[i], &status, 0), ==, children[i]);
      g_assert_cmpint (status, ==, 0);
    }

  assert_file_is_sound (folder);
}

static gpointer
use_store_cb (gpointer data)
{
  Folder *folder = data;

  use_store (folder, folder->store);
  return NULL;
}

static void
test_threads (Folder        *folder,
              gconstpointer  data)
{
  GThread *threads[N_SHARERS];

  for (guint i = 0; i < N_SHARERS; i++)
    threads[i] = g_thread_new ("spill", use_store_cb, folder);
  for (guint i = 0; i < N_SHARERS; i++)
    g_thread_join (threads[i]);

  g_clear_object (&folder->store);
  assert_file_is_sound (folder);
}

/* A child has a connection of its own, and that of its parent is left alone. */
static void
test_fork (Folder        *folder,
           gconstpointer  data)
{
  int status = 0;
  pid_t child;

  store_text (folder->store, "parent", "value", 0);
  child = fork ();
  if (child == 0)
    {
      g_autofree char *value = load_text (folder->store, "parent", NULL);

      store_text (folder->store, "child", "value", 0);
      g_clear_object (&folder->store);
      _exit (g_strcmp0 (value, "value") == 0 ? 0 : 1);
    }

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  assert_loads (folder->store, "child", "value");
  store_text (folder->store, "parent", "other", 0);
  assert_loads (folder->store, "parent", "other");
  g_clear_object (&folder->store);
  assert_file_is_sound (folder);
}

/* As one process sees it when another has set the file aside. */
static void
test_replaced_by_another (Folder        *folder,
                          gconstpointer  data)
{
  g_autoptr (MgrCacheStore) other = folder_open (folder, 16 * MIB);
  g_autofree char *aside = g_strconcat (folder->path, ".corrupt", NULL);

  store_text (folder->store, "a", "value", 0);
  assert_loads (other, "a", "value");
  g_assert_cmpint (g_rename (folder->path, aside), ==, 0);
  store_text (other, "b", "value", 0);
  assert_loads (folder->store, "a", NULL);
  assert_loads (folder->store, "b", "value");
}

static void
test_locked (Folder        *folder,
             gconstpointer  data)
{
  sqlite3 *beside = NULL;
  g_autoptr (GError) error = NULL;

  store_text (folder->store, "a", "value", 0);
  g_assert_cmpint (sqlite3_open (folder->path, &beside), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (beside, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);

  g_assert_false (try_store (folder->store, "b", "value", 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "keeps it locked"));
  g_assert_false (store_text (folder->store, "b", "value", 0));
  assert_loads (folder->store, "a", "value");

  g_assert_cmpint (sqlite3_exec (beside, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (beside);
  mgr_manual_clock_advance (folder->clock, SECOND);
  g_assert_true (store_text (folder->store, "b", "value", 0));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  folder_add_test ("/cache/spill-shared/processes", test_processes);
  folder_add_test ("/cache/spill-shared/threads", test_threads);
  folder_add_test ("/cache/spill-shared/fork", test_fork);
  folder_add_test ("/cache/spill-shared/replaced-by-another", test_replaced_by_another);
  folder_add_test ("/cache/spill-shared/locked", test_locked);

  return g_test_run ();
}
