/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-test-support.h"

#include <mgr.h>

/* Numbers that leave while nobody listens are put off for a moment; who then begins to listen
 * misses nothing. */

#define ROOM 4
#define THREADS 6
#define PUTS 20000

/* More are not put off by a thread, nor for any time that a person notices. */
#define MOST_EARLIER 32
#define REST (10 * G_USEC_PER_SEC)

static void
put (MgrCache *cache,
     gint64    first,
     gint64    n)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  for (gint64 key = first; key < first + n; key++)
    {
      g_value_set_int64 (&value, -key);
      g_assert_true (mgr_cache_put_int64 (cache, key, &value, NULL, NULL));
    }
}

/* How often each key was told of. */
static void
heard_cb (MgrCache      *cache,
          const GValue  *key,
          const GValue  *value,
          MgrCacheCause  cause,
          gpointer       user_data)
{
  GHashTable *heard = user_data;
  gint64 *number = g_memdup2 (&(gint64) { g_value_get_int64 (key) }, sizeof (gint64));

  g_assert_cmpint (g_value_get_int64 (value), ==, -*number);
  g_assert_cmpint (cause, ==, MGR_CACHE_CAUSE_SIZE);
  g_assert_true (g_hash_table_add (heard, number));
}

static GHashTable *
listen_to (MgrCache *cache)
{
  GHashTable *heard = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  g_signal_connect (cache, "removed", G_CALLBACK (heard_cb), heard);
  return heard;
}

static void
wait_for (GHashTable *heard,
          guint       n)
{
  while (g_hash_table_size (heard) < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_who_comes_late (void)
{
  g_autoptr (MgrCache) cache = mgr_cache_new ("late", MGR_CACHE_KEY_TYPE_INT64, 0, ROOM);
  g_autoptr (GHashTable) heard = NULL;
  guint n_earlier = 0;

  put (cache, 0, 1000);
  heard = listen_to (cache);
  put (cache, 1000, 3);
  wait_for (heard, 3);

  g_test_message ("What was put last may stay, or what came before");
  put (cache, 1003, 100);
  mgr_test_settle ();
  for (gint64 key = 0; key < 1000; key++)
    n_earlier += g_hash_table_contains (heard, &key);
  g_assert_cmpuint (n_earlier, <=, MOST_EARLIER + ROOM);
  g_assert_cmpuint (g_hash_table_size (heard) - n_earlier, >=, 103 - ROOM);
}

static void
test_who_goes_and_comes (void)
{
  g_autoptr (MgrCache) cache = mgr_cache_new ("again", MGR_CACHE_KEY_TYPE_INT64, 0, ROOM);
  g_autoptr (GHashTable) heard = listen_to (cache);
  guint before;

  put (cache, 0, 100);
  mgr_test_settle ();
  g_assert_cmpuint (g_hash_table_size (heard), ==, 100 - ROOM);

  g_signal_handlers_disconnect_by_func (cache, heard_cb, heard);
  put (cache, 100, 1000);
  mgr_test_settle ();
  g_assert_cmpuint (g_hash_table_size (heard), ==, 100 - ROOM);

  before = g_hash_table_size (heard);
  g_signal_connect (cache, "removed", G_CALLBACK (heard_cb), heard);
  put (cache, 1100, 50);
  wait_for (heard, before + 50);
}

/* Returns: the milliseconds until the main context has something to do; -1 for never */
static int
next_timeout (void)
{
  GMainContext *context = g_main_context_default ();
  int priority, timeout;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  g_main_context_query (context, priority, &timeout, NULL, 0);
  g_main_context_release (context);
  return timeout;
}

static void
test_at_rest (void)
{
  g_autoptr (MgrCache) cache = mgr_cache_new ("rest", MGR_CACHE_KEY_TYPE_INT64, 0, ROOM);
  gint64 begun;

  g_test_summary ("A cache that nothing leaves wakes nobody");

  put (cache, 0, 100);
  g_assert_cmpint (next_timeout (), >=, 0);
  begun = g_get_monotonic_time ();
  while (next_timeout () >= 0)
    {
      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (g_get_monotonic_time () - begun, <, REST);
    }

  put (cache, 100, 1);
  g_assert_cmpint (next_timeout (), >=, 0);
}

static void
test_the_end (void)
{
  MgrCache *cache = mgr_cache_new ("end", MGR_CACHE_KEY_TYPE_INT64, 0, ROOM);
  g_autoptr (GHashTable) heard = NULL;

  put (cache, 0, 10);
  heard = listen_to (cache);
  put (cache, 10, 10);
  g_object_unref (cache);
  mgr_test_settle ();
  g_assert_cmpint (next_timeout (), ==, -1);
}

typedef struct
{
  MgrCache *cache; /* (unowned) */
  gint64 first;
} Share;

static gpointer
put_cb (gpointer data)
{
  const Share *share = data;

  put (share->cache, share->first, PUTS);
  return NULL;
}

/* Puts THREADS * PUTS keys from @first on. */
static void
put_by_all (MgrCache *cache,
            gint64    first)
{
  GThread *threads[THREADS];
  Share shares[THREADS];

  for (guint i = 0; i < THREADS; i++)
    {
      shares[i] = (Share) { cache, first + (gint64) i * PUTS };
      threads[i] = g_thread_new ("put", put_cb, &shares[i]);
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
}

static void
test_many_threads (void)
{
  g_autoptr (MgrCache) cache = mgr_cache_new ("threads", MGR_CACHE_KEY_TYPE_INT64, 0, ROOM);
  g_autoptr (GHashTable) heard = NULL;
  gint64 n = THREADS * PUTS;

  g_test_summary ("Each is told of once, whoever put it, and whoever listened before");

  put_by_all (cache, 0);
  heard = listen_to (cache);
  put_by_all (cache, n);

  g_test_message ("All that came since are either gone or there");
  for (gint64 key = n; key < 2 * n; key++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      if (!mgr_cache_get_int64 (cache, key, &value))
        while (!g_hash_table_contains (heard, &key))
          g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpint (g_hash_table_size (heard), >=, n - ROOM);
}

typedef struct
{
  MgrCache *cache; /* (unowned) */
  gint connected;  /* atomic */
} Removal;

/* Half of it at least is left for who listens. */
static gpointer
remove_cb (gpointer data)
{
  Removal *removal = data;
  g_auto (GValue) key = G_VALUE_INIT;

  g_value_init (&key, G_TYPE_INT64);
  for (gint64 i = 0; i < PUTS; i++)
    {
      while (i == PUTS / 2 && !g_atomic_int_get (&removal->connected))
        g_thread_yield ();
      g_value_set_int64 (&key, i);
      g_assert_true (mgr_cache_remove (removal->cache, &key, NULL));
    }
  return NULL;
}

static void
in_order_cb (MgrCache      *cache,
             const GValue  *key,
             const GValue  *value,
             MgrCacheCause  cause,
             gpointer       user_data)
{
  gint64 *last = user_data;

  g_assert_cmpint (g_value_get_int64 (key), >, *last);
  *last = g_value_get_int64 (key);
}

static void
test_order (void)
{
  g_test_summary ("What one thread removes is told of in that order, whenever somebody begins to listen");

  for (guint round = 0; round < 20; round++)
    {
      g_autoptr (MgrCache) cache = mgr_cache_new ("order", MGR_CACHE_KEY_TYPE_INT64, 0, 0);
      Removal removal = { cache, FALSE };
      gint64 last = -1;
      GThread *thread;

      put (cache, 0, PUTS);
      thread = g_thread_new ("remove", remove_cb, &removal);
      g_signal_connect (cache, "removed", G_CALLBACK (in_order_cb), &last);
      g_atomic_int_set (&removal.connected, TRUE);
      while (last < PUTS - 1)
        g_main_context_iteration (NULL, TRUE);
      g_thread_join (thread);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/tell/who-comes-late", test_who_comes_late);
  g_test_add_func ("/cache/tell/who-goes-and-comes", test_who_goes_and_comes);
  g_test_add_func ("/cache/tell/at-rest", test_at_rest);
  g_test_add_func ("/cache/tell/the-end", test_the_end);
  g_test_add_func ("/cache/tell/many-threads", test_many_threads);
  g_test_add_func ("/cache/tell/order", test_order);

  return g_test_run ();
}
