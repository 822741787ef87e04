/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-values.h"
#include "fake-redis.h"
#include "mgr-test-support.h"
#include "real-redis.h"
#include "spill-folder.h"

#define WAIT (10 * G_USEC_PER_SEC)
#define RUBBISH "\x00\xff\x01what is this"

/* A cache of two entries before a store in a folder of its own. */
typedef struct
{
  Folder folder;
  MgrCache *cache; /* (owned) (nullable) */
  guint n_loads;   /* atomic */
  gboolean remove; /* what is wanted, while it is loaded */
} Case;

static void
case_set_up (Case          *self,
             gconstpointer  data)
{
  folder_set_up (&self->folder, NULL);
  self->cache = g_object_new (MGR_TYPE_CACHE, "max-entries", (guint64) 2, "eviction",
                              MGR_CACHE_EVICTION_LRU, "clock", self->folder.clock, "store",
                              self->folder.store, NULL);
}

/* A thread that has done its work may be about to let go of @object. */
static void
wait_for_threads (gpointer object)
{
  for (guint i = 0; i < 1000 && g_atomic_int_get (&G_OBJECT (object)->ref_count) > 1; i++)
    g_usleep (1000);
}

static void
case_tear_down (Case          *self,
                gconstpointer  data)
{
  if (self->cache != NULL)
    {
      g_assert_true (mgr_cache_flush (self->cache, WAIT));
      wait_for_threads (self->cache);
      g_assert_finalize_object (self->cache);
    }

  wait_for_threads (self->folder.store);
  g_assert_cmpuint (G_OBJECT (self->folder.store)->ref_count, ==, 1);
  folder_tear_down (&self->folder, NULL);
}

static gboolean
load_cb (MgrCache       *cache,
         const GValue   *key,
         MgrCacheTerms  *terms,
         GCancellable   *cancellable,
         gpointer        data,
         GError        **error)
{
  Case *self = data;
  g_auto (GValue) value = G_VALUE_INIT;

  g_atomic_int_inc (&self->n_loads);
  value_set_string (&value, "loaded");
  mgr_cache_terms_set_value (terms, &value);
  return TRUE;
}

static void
get_or_load (Case       *self,
             const char *key,
             GValue     *value)
{
  g_auto (GValue) wanted = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  value_set_string (&wanted, key);
  g_assert_true (mgr_cache_get_or_load (self->cache, &wanted, load_cb, self, NULL, value, &error));
  g_assert_no_error (error);
}

static void
assert_got (Case       *self,
            const char *key,
            const char *expected)
{
  g_auto (GValue) value = G_VALUE_INIT;

  get_or_load (self, key, &value);
  g_assert_cmpstr (g_value_get_string (&value), ==, expected);
}

/* Puts so many others that all that was there has left. */
static void
push_out (Case *self)
{
  put_text (self->cache, "other 1", "1", NULL);
  put_text (self->cache, "other 2", "2", NULL);
}

static void
flush (Case *self)
{
  g_assert_true (mgr_cache_flush (self->cache, WAIT));
}

static guint64
count_recalled (Case *self)
{
  g_autoptr (MgrCacheStatistics) statistics = mgr_cache_get_statistics (self->cache);

  return mgr_cache_statistics_get_recalled (statistics);
}

static void
test_comes_back (Case          *self,
                 gconstpointer  data)
{
  g_assert_true (mgr_cache_get_store (self->cache) == self->folder.store);
  put_text (self->cache, "a", "A", NULL);
  push_out (self);
  assert_text (self->cache, "a", NULL);
  assert_got (self, "a", "A");
  g_assert_cmpuint (self->n_loads, ==, 0);
  g_assert_cmpuint (count_recalled (self), ==, 1);

  g_test_message ("Once it has arrived, and in memory from then on");
  push_out (self);
  flush (self);
  g_assert_cmpuint (get_figure (self->folder.store, "stored"), >=, 1);
  assert_got (self, "a", "A");
  assert_text (self->cache, "a", "A");
  assert_got (self, "never put", "loaded");
  g_assert_cmpuint (self->n_loads, ==, 1);
}

static void
test_outlives_the_cache (Case          *self,
                         gconstpointer  data)
{
  put_text (self->cache, "a", "A", NULL);
  push_out (self);
  flush (self);
  g_clear_object (&self->cache);

  self->cache = g_object_new (MGR_TYPE_CACHE, "clock", self->folder.clock, "store",
                              self->folder.store, NULL);
  assert_got (self, "a", "A");
}

static void
test_pressure (Case          *self,
               gconstpointer  data)
{
  put_text (self->cache, "a", "A", NULL);
  g_assert_cmpuint (mgr_cache_trim (self->cache, G_MAXUINT64), >, 0);
  g_assert_cmpuint (mgr_cache_get_n_entries (self->cache), ==, 0);
  assert_got (self, "a", "A");
}

static void
test_removal_reaches_it (Case          *self,
                         gconstpointer  data)
{
  g_auto (GValue) key = G_VALUE_INIT;

  value_set_string (&key, "a");
  for (guint i = 0; i < 2; i++)
    {
      put_text (self->cache, "a", "A", NULL);
      push_out (self);
      if (i > 0)
        flush (self);
      g_assert_false (mgr_cache_remove (self->cache, &key, NULL));
      assert_got (self, "a", "loaded");
      flush (self);
      g_assert_true (mgr_cache_remove (self->cache, &key, NULL));
      flush (self);
      assert_loads (self->folder.store, "a", NULL);
    }

  g_test_message ("What is put is newer than what is there, also once it has expired");
  put_text (self->cache, "a", "old", NULL);
  push_out (self);
  flush (self);
  put_text (self->cache, "a", "new", NULL);
  flush (self);
  assert_loads (self->folder.store, "a", NULL);

  g_test_message ("All of it");
  push_out (self);
  flush (self);
  mgr_cache_clear (self->cache);
  assert_got (self, "a", "loaded");
  flush (self);
  assert_loads (self->folder.store, "other 1", NULL);
}

static void
test_ttl_is_kept (Case          *self,
                  gconstpointer  data)
{
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();

  mgr_cache_terms_set_ttl (terms, 60 * SECOND);
  put_text (self->cache, "a", "A", terms);
  mgr_manual_clock_advance (self->folder.clock, 20 * SECOND);
  push_out (self);
  flush (self);
  mgr_manual_clock_advance (self->folder.clock, 30 * SECOND);
  assert_got (self, "a", "A");

  g_test_message ("In memory again it has what was left");
  mgr_manual_clock_advance (self->folder.clock, 11 * SECOND);
  assert_got (self, "a", "loaded");
}

static void
test_tags_stay_here (Case          *self,
                     gconstpointer  data)
{
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();

  mgr_cache_terms_add_tag (terms, "site");
  put_text (self->cache, "a", "A", terms);
  push_out (self);
  mgr_cache_invalidate (self->cache, "site");
  assert_got (self, "a", "loaded");
}

static void
put_variant (Case       *self,
             const char *key,
             const char *text)
{
  g_autoptr (GVariant) variant = g_variant_parse (NULL, text, NULL, NULL, NULL);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_VARIANT);
  g_value_set_variant (&value, variant);
  g_assert_true (mgr_cache_put_string (self->cache, key, &value, NULL, NULL));
}

static void
test_kinds_of_values (Case          *self,
                      gconstpointer  data)
{
  static const char *const texts[] = {
    "('x', uint64 7)", "{'a': <1.5>, 'b': <[true, false]>}", "@as []", "''",
  };
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) found = G_VALUE_INIT;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (GValue) back = G_VALUE_INIT;
      g_autofree char *text = NULL;

      put_variant (self, "a", texts[i]);
      push_out (self);
      flush (self);
      get_or_load (self, "a", &back);
      g_assert_true (G_VALUE_HOLDS_VARIANT (&back));
      text = g_variant_print (g_value_get_variant (&back), TRUE);
      g_assert_cmpstr (text, ==, texts[i]);
    }

  g_value_init (&value, G_TYPE_BYTES);
  g_value_take_boxed (&value, g_bytes_new_static ("\0\1\2", 3));
  g_assert_true (mgr_cache_put_string (self->cache, "b", &value, NULL, NULL));
  push_out (self);
  flush (self);
  get_or_load (self, "b", &found);
  g_assert_true (g_bytes_equal (g_value_get_boxed (&found), g_value_get_boxed (&value)));

  g_test_message ("A string that is not UTF-8 is not stored, nor is a number");
  put_text (self->cache, "c", "\xff", NULL);
  push_out (self);
  assert_got (self, "c", "loaded");
}

/* Numbers, in a way of their own. */
static GBytes *
encode_cb (MgrCache     *cache,
           const GValue *value,
           gpointer      data)
{
  g_autofree char *text = NULL;

  if (!G_VALUE_HOLDS_INT64 (value) || g_value_get_int64 (value) < 0)
    return NULL;

  text = g_strdup_printf ("%" G_GINT64_FORMAT, g_value_get_int64 (value));
  return g_bytes_new (text, strlen (text));
}

static gboolean
decode_cb (MgrCache      *cache,
           GBytes        *bytes,
           MgrCacheTerms *terms,
           gpointer       data)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_auto (GValue) value = G_VALUE_INIT;
  gint64 number;

  if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return FALSE;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, number);
  mgr_cache_terms_set_value (terms, &value);
  return TRUE;
}

static void
put_int (Case       *self,
         const char *key,
         gint64      number)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, number);
  g_assert_true (mgr_cache_put_string (self->cache, key, &value, NULL, NULL));
}

static void
test_codec (Case          *self,
            gconstpointer  data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  put_int (self, "unasked", 1);
  push_out (self);
  assert_got (self, "unasked", "loaded");

  g_signal_connect (self->cache, "encode", G_CALLBACK (encode_cb), NULL);
  g_signal_connect (self->cache, "decode", G_CALLBACK (decode_cb), NULL);
  put_int (self, "a", 42);
  put_int (self, "refused", -1);
  push_out (self);
  mgr_test_settle ();
  flush (self);
  get_or_load (self, "a", &value);
  g_assert_cmpint (g_value_get_int64 (&value), ==, 42);
  assert_got (self, "refused", "loaded");

  g_test_message ("What was removed before it was written does not come back");
  put_int (self, "late", 43);
  push_out (self);
  put_text (self->cache, "late", "newer", NULL);
  mgr_test_settle ();
  flush (self);
  assert_loads (self->folder.store, "late", NULL);
}

static void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* @expected: (nullable): if it is to be missing */
static void
assert_recalled (Case       *self,
                 const char *key,
                 const char *expected)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GValue) wanted = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;

  value_set_string (&wanted, key);
  mgr_cache_recall_async (self->cache, &wanted, NULL, keep_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpint (mgr_cache_recall_finish (self->cache, result, &value, &error), ==, expected != NULL);
  g_assert_no_error (error);
  if (expected != NULL)
    g_assert_cmpstr (g_value_get_string (&value), ==, expected);
  else
    g_assert_true (G_VALUE_HOLDS_POINTER (&value));
}

static void
test_recall (Case          *self,
             gconstpointer  data)
{
  g_auto (GValue) key = G_VALUE_INIT;

  assert_recalled (self, "a", NULL);
  put_text (self->cache, "a", "A", NULL);
  assert_recalled (self, "a", "A");
  g_assert_cmpuint (count_recalled (self), ==, 0);

  push_out (self);
  flush (self);
  assert_recalled (self, "a", "A");
  g_assert_cmpuint (count_recalled (self), ==, 1);
  assert_text (self->cache, "a", "A");

  value_set_string (&key, "a");
  g_assert_true (mgr_cache_remove (self->cache, &key, NULL));
  assert_recalled (self, "a", NULL);
}

/* What is put while the store is asked is what is found. */
static void
test_recall_is_overtaken (Case          *self,
                          gconstpointer  data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GValue) key = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;

  put_text (self->cache, "a", "old", NULL);
  push_out (self);
  flush (self);
  value_set_string (&key, "a");
  mgr_cache_recall_async (self->cache, &key, NULL, keep_result_cb, &result);
  put_text (self->cache, "a", "new", NULL);
  push_out (self);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (mgr_cache_recall_finish (self->cache, result, &value, NULL));
  assert_recalled (self, "a", "new");
}

static void
assert_recall_fails (MgrCache     *cache,
                     const GValue *key,
                     GCancellable *cancellable,
                     GQuark        domain,
                     gint          code)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  mgr_cache_recall_async (cache, key, cancellable, keep_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (mgr_cache_recall_finish (cache, result, &value, &error));
  g_assert_error (error, domain, code);
}

static void
test_recall_fails (Case          *self,
                   gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (GValue) number = G_VALUE_INIT;
  g_auto (GValue) key = G_VALUE_INIT;

  g_value_init (&number, G_TYPE_INT64);
  assert_recall_fails (self->cache, &number, NULL, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);

  value_set_string (&key, "a");
  g_cancellable_cancel (cancellable);
  assert_recall_fails (self->cache, &key, cancellable, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_rubbish_is_a_miss (Case          *self,
                        gconstpointer  data)
{
  static const struct
  {
    const char *bytes;
    gsize length;
  } rubbish[] = {
    { "", 0 }, { RUBBISH, sizeof RUBBISH }, { "s\xff", 2 }, { "sa\0b", 4 }, { "v", 1 }, { "vs", 2 },
    { "v(\0x", 4 }, { "va*\0x", 5 }, { "vs\0no end", 9 }, { "x", 1 }, { "xnothing", 8 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rubbish); i++)
    {
      g_autoptr (GBytes) key = g_bytes_new_static ("k", 1);
      g_autoptr (GBytes) value = g_bytes_new_static (rubbish[i].bytes, rubbish[i].length);
      g_auto (GValue) wanted = G_VALUE_INIT;

      g_assert_true (mgr_cache_store_store (self->folder.store, key, value, 0, NULL, NULL));
      assert_got (self, "k", "loaded");
      g_assert_cmpuint (self->n_loads, ==, i + 1);
      value_set_string (&wanted, "k");
      mgr_cache_remove (self->cache, &wanted, NULL);
      flush (self);
    }
}

static void
test_keys_of_all_types (Case          *self,
                        gconstpointer  data)
{
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE, "key-type", MGR_CACHE_KEY_TYPE_INT64,
                                             "max-entries", (guint64) 1, "store",
                                             self->folder.store, NULL);
  g_auto (GValue) value = G_VALUE_INIT;

  value_set_string (&value, "text");
  for (gint64 i = 0; i < 3; i++)
    g_assert_true (mgr_cache_put_int64 (cache, i - 1, &value, NULL, NULL));
  g_assert_true (mgr_cache_flush (cache, WAIT));
  assert_loads (self->folder.store, "-1", "stext");
  assert_loads (self->folder.store, "1", NULL);
}

/* The folder is gone, and no one comes to harm. */
static void
test_folder_vanishes (Case          *self,
                      gconstpointer  data)
{
  put_text (self->cache, "a", "A", NULL);
  push_out (self);
  flush (self);
  folder_empty (&self->folder);
  g_assert_cmpint (g_rmdir (self->folder.folder), ==, 0);

  for (guint i = 0; i < 10; i++)
    {
      put_text (self->cache, "b", "B", NULL);
      push_out (self);
      flush (self);
    }
  assert_got (self, "never put", "loaded");
  g_assert_cmpint (g_mkdir (self->folder.folder, 0700), ==, 0);
}

/* A store of so few bytes holds nothing of what comes. */
static void
test_store_is_full (Case          *self,
                    gconstpointer  data)
{
  g_autofree char *large = g_strnfill (200000, 'x');

  mgr_spill_store_set_max_bytes (MGR_SPILL_STORE (self->folder.store), 100000);
  put_text (self->cache, "a", large, NULL);
  push_out (self);
  flush (self);
  assert_got (self, "a", "loaded");
}

static void
try_redis (const char *uri,
           gboolean    dead)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrRedisStore) redis = mgr_redis_store_new (uri, "t:", &error);
  Case self = { 0 };

  g_assert_no_error (error);
  self.cache = g_object_new (MGR_TYPE_CACHE, "max-entries", (guint64) 2, "eviction",
                             MGR_CACHE_EVICTION_LRU, "store", redis, NULL);
  put_text (self.cache, "a", "A", NULL);
  push_out (&self);
  flush (&self);
  assert_got (&self, "a", dead ? "loaded" : "A");
  push_out (&self);
  flush (&self);
  g_clear_object (&self.cache);
}

static void
test_redis (void)
{
  g_autoptr (RealRedis) redis = real_redis_start (NULL, FALSE);

  if (redis == NULL)
    return;

  try_redis (real_redis_get_uri (redis), FALSE);
  real_redis_kill (redis);
  try_redis (real_redis_get_uri (redis), TRUE);
}

static void
test_redis_that_misbehaves (void)
{
  static const char *const answers[] = { "rubbish\r\n", "$-7\r\n", "*1\r\n", "", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (FakeRedis) redis = fake_redis_start (answers[i], answers[i]);

      g_test_message ("It says “%s”", answers[i] != NULL ? answers[i] : "nothing at all");
      try_redis (fake_redis_get_uri (redis), TRUE);
    }
}

/* A store that holds everybody up until it is told to go on. */
typedef struct
{
  GObject parent_instance;
  GMutex lock;
  GCond changed;
  gboolean open;      /* guarded by lock, as below */
  guint n_stored;
  guint n_cleared;
} SlowStore;

typedef GObjectClass SlowStoreClass;

static void slow_store_init_iface (MgrCacheStoreInterface *iface);
static GType slow_store_get_type (void);

G_DEFINE_TYPE_WITH_CODE (SlowStore, slow_store, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (MGR_TYPE_CACHE_STORE, slow_store_init_iface))

static void
slow_store_wait (SlowStore *self,
                 guint     *figure)
{
  g_mutex_lock (&self->lock);
  while (!self->open)
    g_cond_wait (&self->changed, &self->lock);
  (*figure)++;
  g_mutex_unlock (&self->lock);
}

static gboolean
slow_store_store (MgrCacheStore  *store,
                  GBytes         *key,
                  GBytes         *value,
                  gint64          ttl,
                  GCancellable   *cancellable,
                  GError        **error)
{
  SlowStore *self = (SlowStore *) store;

  slow_store_wait (self, &self->n_stored);
  return TRUE;
}

static gboolean
slow_store_clear (MgrCacheStore  *store,
                  GCancellable   *cancellable,
                  GError        **error)
{
  SlowStore *self = (SlowStore *) store;

  slow_store_wait (self, &self->n_cleared);
  return TRUE;
}

static void
slow_store_init_iface (MgrCacheStoreInterface *iface)
{
  iface->store = slow_store_store;
  iface->clear = slow_store_clear;
}

static void
slow_store_finalize (GObject *object)
{
  SlowStore *self = (SlowStore *) object;

  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (slow_store_parent_class)->finalize (object);
}

static void
slow_store_class_init (SlowStoreClass *klass)
{
  klass->finalize = slow_store_finalize;
}

static void
slow_store_init (SlowStore *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
}

static void
test_nobody_waits (void)
{
  SlowStore *store = g_object_new (slow_store_get_type (), NULL);
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE, "key-type", MGR_CACHE_KEY_TYPE_INT64,
                                             "max-entries", (guint64) 1, "store", store, NULL);
  g_autofree char *large = g_strnfill (1 << 20, 'x');
  g_auto (GValue) value = G_VALUE_INIT;

  g_test_summary ("With a store that stands still puts go on, and what waits is bounded");
  value_set_string (&value, large);
  for (gint64 i = 0; i < 100; i++)
    g_assert_true (mgr_cache_put_int64 (cache, i, &value, NULL, NULL));
  g_assert_false (mgr_cache_flush (cache, 1000));

  g_mutex_lock (&store->lock);
  store->open = TRUE;
  g_cond_broadcast (&store->changed);
  g_mutex_unlock (&store->lock);
  g_assert_true (mgr_cache_flush (cache, WAIT));
  g_assert_cmpuint (store->n_stored, >=, 20);
  g_assert_cmpuint (store->n_stored, <=, 40);

  g_test_message ("More removals than can be remembered clear all");
  store->open = FALSE;
  for (gint64 i = 0; i < 20000; i++)
    put_number (cache, i, 1, NULL);
  g_mutex_lock (&store->lock);
  store->open = TRUE;
  g_cond_broadcast (&store->changed);
  g_mutex_unlock (&store->lock);
  g_assert_true (mgr_cache_flush (cache, WAIT));
  g_object_unref (store);
}

#define add_case(path, func) \
  g_test_add (path, Case, NULL, case_set_up, func, case_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_case ("/cache/tier/comes-back", test_comes_back);
  add_case ("/cache/tier/outlives-the-cache", test_outlives_the_cache);
  add_case ("/cache/tier/pressure", test_pressure);
  add_case ("/cache/tier/removal-reaches-it", test_removal_reaches_it);
  add_case ("/cache/tier/ttl-is-kept", test_ttl_is_kept);
  add_case ("/cache/tier/tags-stay-here", test_tags_stay_here);
  add_case ("/cache/tier/kinds-of-values", test_kinds_of_values);
  add_case ("/cache/tier/codec", test_codec);
  add_case ("/cache/tier/recall", test_recall);
  add_case ("/cache/tier/recall-is-overtaken", test_recall_is_overtaken);
  add_case ("/cache/tier/recall-fails", test_recall_fails);
  add_case ("/cache/tier/rubbish-is-a-miss", test_rubbish_is_a_miss);
  add_case ("/cache/tier/keys-of-all-types", test_keys_of_all_types);
  add_case ("/cache/tier/folder-vanishes", test_folder_vanishes);
  add_case ("/cache/tier/store-is-full", test_store_is_full);
  g_test_add_func ("/cache/tier/redis", test_redis);
  g_test_add_func ("/cache/tier/redis-that-misbehaves", test_redis_that_misbehaves);
  g_test_add_func ("/cache/tier/nobody-waits", test_nobody_waits);

  return g_test_run ();
}
