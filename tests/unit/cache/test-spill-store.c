/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "spill-folder.h"
#include "mgr-test-support.h"

#include <sys/stat.h>

static void
test_store_and_load (Folder        *folder,
                     gconstpointer  data)
{
  MgrCacheStore *store = folder->store;
  gint64 ttl = -1;
  g_autofree char *text = NULL;

  assert_loads (store, "a", NULL);
  g_assert_true (store_text (store, "a", "one", 0));
  text = load_text (store, "a", &ttl);
  g_assert_cmpstr (text, ==, "one");
  g_assert_cmpint (ttl, ==, 0);

  g_assert_true (store_text (store, "a", "another", 0));
  g_assert_true (store_text (store, "", "", 0));
  assert_loads (store, "a", "another");
  assert_loads (store, "", "");
  g_assert_true (remove_key (store, "a"));
  g_assert_true (remove_key (store, "a"));
  assert_loads (store, "a", NULL);
  g_assert_true (clear (store));
  assert_loads (store, "", NULL);
  assert_problem (store, NULL);

  g_assert_cmpuint (get_figure (store, "hits"), ==, 3);
  g_assert_cmpuint (get_figure (store, "misses"), ==, 3);
  g_assert_cmpuint (get_figure (store, "stored"), ==, 3);
  g_assert_cmpuint (get_figure (store, "connects"), ==, 1);
  g_assert_cmpuint (get_figure (store, "entries"), ==, 0);
}

/* Keys and values are bytes, whatever they are. */
static void
test_bytes (Folder        *folder,
            gconstpointer  data)
{
  char all[256];
  g_autoptr (GBytes) key = NULL;
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GBytes) large = g_bytes_new_take (g_malloc0 (3 * MIB), 3 * MIB);
  g_autoptr (GBytes) found_large = NULL;

  for (guint i = 0; i < sizeof all; i++)
    all[i] = (char) i;
  key = g_bytes_new_static (all, sizeof all);
  value = g_bytes_new_static (all + 7, 123);

  g_assert_true (mgr_cache_store_store (folder->store, key, value, 0, NULL, NULL));
  found = mgr_cache_store_load (folder->store, key, NULL, NULL, NULL);
  g_assert_true (g_bytes_equal (found, value));
  g_assert_true (mgr_cache_store_store (folder->store, key, large, 0, NULL, NULL));
  found_large = mgr_cache_store_load (folder->store, key, NULL, NULL, NULL);
  g_assert_true (g_bytes_equal (found_large, large));
}

static void
test_ttl (Folder        *folder,
          gconstpointer  data)
{
  gint64 ttl = 0;

  store_text (folder->store, "short", "value", 10 * SECOND);
  store_text (folder->store, "long", "value", G_MAXINT64);
  mgr_manual_clock_advance (folder->clock, 4 * SECOND);
  g_free (load_text (folder->store, "short", &ttl));
  g_assert_cmpint (ttl, ==, 6 * SECOND);

  mgr_manual_clock_advance (folder->clock, 6 * SECOND - 1);
  assert_loads (folder->store, "short", "value");
  mgr_manual_clock_advance (folder->clock, 1);
  assert_loads (folder->store, "short", NULL);
  assert_loads (folder->store, "long", "value");

  /* Whoever comes by removes it. */
  g_assert_cmpuint (get_figure (folder->store, "entries"), ==, 2);
  store_text (folder->store, "other", "value", 0);
  g_assert_cmpuint (get_figure (folder->store, "entries"), ==, 2);
  g_assert_cmpuint (get_figure (folder->store, "expired"), ==, 1);
}

/* What was stored in the future is as good as new, and no better. */
static void
test_clock_jumps (Folder        *folder,
                  gconstpointer  data)
{
  gint64 ttl = 0;

  store_text (folder->store, "a", "value", 10 * SECOND);
  mgr_manual_clock_advance (folder->clock, -500 * SECOND);
  g_free (load_text (folder->store, "a", &ttl));
  g_assert_cmpint (ttl, ==, 10 * SECOND);

  mgr_manual_clock_advance (folder->clock, 100000 * SECOND);
  assert_loads (folder->store, "a", NULL);
  store_text (folder->store, "a", "again", 10 * SECOND);
  assert_loads (folder->store, "a", "again");
}

static void
test_outlives_the_program (Folder        *folder,
                           gconstpointer  data)
{
  store_text (folder->store, "a", "value", 10 * SECOND);
  store_text (folder->store, "b", "value", 0);
  g_clear_object (&folder->store);

  mgr_manual_clock_advance (folder->clock, 11 * SECOND);
  folder->store = folder_open (folder, 16 * MIB);
  assert_loads (folder->store, "a", NULL);
  assert_loads (folder->store, "b", "value");
}

static guint64
get_file_bytes (Folder *folder)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (folder->path, &info), ==, 0);
  return (guint64) info.st_size;
}

static void
store_numbers (MgrCacheStore *store,
               guint          from,
               guint          to,
               gsize          size)
{
  g_autofree char *value = g_strnfill (size, 'v');

  for (guint i = from; i < to; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);

      g_assert_true (store_text (store, key, value, 0));
    }
}

static guint
count_numbers (MgrCacheStore *store,
               guint          from,
               guint          to)
{
  guint n = 0;

  for (guint i = from; i < to; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);
      g_autofree char *value = load_text (store, key, NULL);

      n += value != NULL;
    }

  return n;
}

/* The file holds what it may, down to the page, and whatever the size of the values. */
static void
test_bound (Folder        *folder,
            gconstpointer  data)
{
  static const gsize sizes[] = { 10, 1000, 5000, 100000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (MgrCacheStore) store = folder_open (folder, MIB);
      guint n = (guint) (4 * MIB / (sizes[i] + 50));
      guint64 used;

      store_numbers (store, 0, n, sizes[i]);
      used = get_figure (store, "bytes");
      g_assert_cmpuint (used, <=, MIB);
      g_assert_cmpuint (used, >, MIB - MIB / 5);
      g_assert_cmpuint (get_figure (store, "evicted"), ==, n - get_figure (store, "entries"));

      /* The last are there, the first are not. */
      g_assert_cmpuint (count_numbers (store, n - 5, n), ==, 5);
      g_assert_cmpuint (count_numbers (store, 0, 5), ==, 0);
      g_assert_true (clear (store));
      g_clear_object (&store);
      g_assert_cmpuint (get_file_bytes (folder), <=, MIB);
      folder_empty (folder);
    }
}

static void
test_least_recently_used_goes (Folder        *folder,
                               gconstpointer  data)
{
  g_autoptr (MgrCacheStore) store = folder_open (folder, MIB);

  store_numbers (store, 0, 40, 20000);
  g_assert_cmpuint (get_figure (store, "evicted"), ==, 0);
  g_assert_cmpuint (count_numbers (store, 0, 10), ==, 10);
  store_numbers (store, 100, 125, 20000);

  g_assert_cmpuint (get_figure (store, "evicted"), >, 5);
  g_assert_cmpuint (count_numbers (store, 0, 10), ==, 10);
  g_assert_cmpuint (count_numbers (store, 10, 15), ==, 0);
  g_assert_cmpuint (count_numbers (store, 100, 125), ==, 25);
}

/* As it was read last, also by the program before. */
static void
test_order_outlives_the_program (Folder        *folder,
                                 gconstpointer  data)
{
  MgrCacheStore *store = folder_open (folder, MIB);

  store_numbers (store, 0, 40, 20000);
  g_assert_cmpuint (count_numbers (store, 0, 10), ==, 10);
  g_object_unref (store);

  store = folder_open (folder, MIB);
  store_numbers (store, 100, 125, 20000);
  g_assert_cmpuint (count_numbers (store, 0, 10), ==, 10);
  g_object_unref (store);
}

static void
notify_cb (GObject    *store,
           GParamSpec *pspec,
           gpointer    user_data)
{
  *(guint *) user_data += 1;
}

static void
test_bound_is_lowered (Folder        *folder,
                       gconstpointer  data)
{
  g_autofree char *large = g_strnfill (100000, 'v');
  guint n_notified = 0;

  g_signal_connect (folder->store, "notify::max-bytes", G_CALLBACK (notify_cb), &n_notified);
  store_numbers (folder->store, 0, 100, 100000);
  mgr_spill_store_set_max_bytes (MGR_SPILL_STORE (folder->store), MIB);
  mgr_spill_store_set_max_bytes (MGR_SPILL_STORE (folder->store), MIB);
  g_assert_cmpuint (mgr_spill_store_get_max_bytes (MGR_SPILL_STORE (folder->store)), ==, MIB);
  mgr_test_settle ();
  g_assert_cmpuint (n_notified, ==, 1);

  g_assert_true (store_text (folder->store, "new", large, 0));
  g_assert_cmpuint (get_figure (folder->store, "bytes"), <=, MIB);
  assert_loads (folder->store, "new", large);
  g_clear_object (&folder->store);
  g_assert_cmpuint (get_file_bytes (folder), <=, MIB);
}

/* What is too large is not kept, and nothing goes for it but what was there before. */
static void
test_too_large (Folder        *folder,
                gconstpointer  data)
{
  g_autoptr (MgrCacheStore) store = folder_open (folder, MIB);
  g_autofree char *large = g_strnfill (MIB, 'v');

  store_text (store, "a", "small", 0);
  store_text (store, "b", "small", 0);
  g_assert_false (store_text (store, "a", large, 0));
  assert_loads (store, "a", NULL);
  assert_loads (store, "b", "small");
  g_assert_false (store_text (store, large, "small", 0));
  g_assert_cmpuint (get_figure (store, "refused"), ==, 2);
  g_assert_cmpuint (get_figure (store, "evicted"), ==, 0);
  assert_problem (store, NULL);
}

static void
test_no_room_at_all (Folder        *folder,
                     gconstpointer  data)
{
  g_autoptr (MgrCacheStore) store = folder_open (folder, 0);

  g_assert_false (store_text (store, "a", "small", 0));
  g_assert_false (store_text (store, "", "", 0));
  assert_loads (store, "a", NULL);
  assert_problem (store, NULL);
}

static void
test_file_is_private (Folder        *folder,
                      gconstpointer  data)
{
  g_autofree char *inner = g_build_filename (folder->folder, "inner", NULL);
  g_autofree char *path = g_build_filename (inner, "libmgr-spill.db", NULL);
  MgrSpillStore *store = mgr_spill_store_new (inner, MIB);
  GStatBuf info;

  g_assert_cmpstr (mgr_spill_store_get_directory (store), ==, inner);
  g_assert_false (g_file_test (inner, G_FILE_TEST_EXISTS));
  store_text (MGR_CACHE_STORE (store), "a", "secret", SECOND);
  assert_loads (MGR_CACHE_STORE (store), "a", "secret");
  g_object_unref (store);

  g_assert_cmpint (g_stat (inner, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (inner), ==, 0);
}

static void
test_cancelled (Folder        *folder,
                gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GBytes) key = bytes_of ("a");
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (mgr_cache_store_load (folder->store, key, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (folder_has (folder, ""));
}

static void
test_wrong_ttl (Folder        *folder,
                gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  store_text (folder->store, "a", "value", 0);
  g_assert_false (try_store (folder->store, "a", "other", -1, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  assert_loads (folder->store, "a", "value");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  folder_add_test ("/cache/spill-store/store-and-load", test_store_and_load);
  folder_add_test ("/cache/spill-store/bytes", test_bytes);
  folder_add_test ("/cache/spill-store/ttl", test_ttl);
  folder_add_test ("/cache/spill-store/clock-jumps", test_clock_jumps);
  folder_add_test ("/cache/spill-store/outlives-the-program", test_outlives_the_program);
  folder_add_test ("/cache/spill-store/bound", test_bound);
  folder_add_test ("/cache/spill-store/least-recently-used-goes", test_least_recently_used_goes);
  folder_add_test ("/cache/spill-store/order-outlives-the-program", test_order_outlives_the_program);
  folder_add_test ("/cache/spill-store/bound-is-lowered", test_bound_is_lowered);
  folder_add_test ("/cache/spill-store/too-large", test_too_large);
  folder_add_test ("/cache/spill-store/no-room-at-all", test_no_room_at_all);
  folder_add_test ("/cache/spill-store/file-is-private", test_file_is_private);
  folder_add_test ("/cache/spill-store/cancelled", test_cancelled);
  folder_add_test ("/cache/spill-store/wrong-ttl", test_wrong_ttl);

  return g_test_run ();
}
