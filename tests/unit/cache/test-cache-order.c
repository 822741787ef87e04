/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-values.h"

#include <stdlib.h>

/* That nothing older than what was put last comes back from a second tier, whatever other
 * threads do between the steps of one. */

#define WAIT (10 * G_USEC_PER_SEC)
#define KEY "k"

typedef void (*Meddle) (MgrCache *cache);

/* Does what another thread might do, at the moment when somebody asks it for the time: the
 * first one to do so is who has just evicted something. */
typedef struct
{
  MgrClock parent_instance;
  MgrCache *cache; /* (unowned) (nullable) */
  Meddle meddle;   /* (nullable) once it was called */
} BusyClock;

typedef MgrClockClass BusyClockClass;

static GType busy_clock_get_type (void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BusyClock, g_object_unref)

G_DEFINE_TYPE (BusyClock, busy_clock, MGR_TYPE_CLOCK)

static gint64
busy_clock_get_time (MgrClock *clock)
{
  BusyClock *self = (BusyClock *) clock;
  Meddle meddle = g_steal_pointer (&self->meddle);

  if (meddle != NULL)
    meddle (self->cache);
  return 1;
}

static void
busy_clock_class_init (BusyClockClass *klass)
{
  klass->get_time = busy_clock_get_time;
}

static void
busy_clock_init (BusyClock *self)
{
}

/* A store in memory. */
typedef struct
{
  GObject parent_instance;
  GMutex lock;
  GHashTable *values; /* (owned) (element-type GBytes GBytes), guarded by lock */
  MgrCache *cache;    /* (unowned) (nullable) */
  Meddle meddle;      /* (nullable): once a value was found */
} MemoryStore;

typedef GObjectClass MemoryStoreClass;

static void memory_store_init_iface (MgrCacheStoreInterface *iface);
static GType memory_store_get_type (void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MemoryStore, g_object_unref)

G_DEFINE_TYPE_WITH_CODE (MemoryStore, memory_store, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (MGR_TYPE_CACHE_STORE, memory_store_init_iface))

static GBytes *
memory_store_load (MgrCacheStore  *store,
                   GBytes         *key,
                   gint64         *ttl,
                   GCancellable   *cancellable,
                   GError        **error)
{
  MemoryStore *self = (MemoryStore *) store;
  Meddle meddle = NULL;
  GBytes *value;

  g_mutex_lock (&self->lock);
  value = g_hash_table_lookup (self->values, key);
  if (value != NULL)
    {
      g_bytes_ref (value);
      meddle = g_steal_pointer (&self->meddle);
    }
  g_mutex_unlock (&self->lock);

  if (meddle != NULL)
    meddle (self->cache);
  *ttl = 0;
  return value;
}

static gboolean
memory_store_store (MgrCacheStore  *store,
                    GBytes         *key,
                    GBytes         *value,
                    gint64          ttl,
                    GCancellable   *cancellable,
                    GError        **error)
{
  MemoryStore *self = (MemoryStore *) store;

  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->values, g_bytes_ref (key), g_bytes_ref (value));
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
memory_store_remove (MgrCacheStore  *store,
                     GBytes         *key,
                     GCancellable   *cancellable,
                     GError        **error)
{
  MemoryStore *self = (MemoryStore *) store;

  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->values, key);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
memory_store_clear (MgrCacheStore  *store,
                    GCancellable   *cancellable,
                    GError        **error)
{
  MemoryStore *self = (MemoryStore *) store;

  g_mutex_lock (&self->lock);
  g_hash_table_remove_all (self->values);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
memory_store_init_iface (MgrCacheStoreInterface *iface)
{
  iface->load = memory_store_load;
  iface->store = memory_store_store;
  iface->remove = memory_store_remove;
  iface->clear = memory_store_clear;
}

static void
memory_store_finalize (GObject *object)
{
  MemoryStore *self = (MemoryStore *) object;

  g_hash_table_unref (self->values);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (memory_store_parent_class)->finalize (object);
}

static void
memory_store_class_init (MemoryStoreClass *klass)
{
  klass->finalize = memory_store_finalize;
}

static void
memory_store_init (MemoryStore *self)
{
  g_mutex_init (&self->lock);
  self->values = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                        (GDestroyNotify) g_bytes_unref,
                                        (GDestroyNotify) g_bytes_unref);
}

static gboolean
load_cb (MgrCache       *cache,
         const GValue   *key,
         MgrCacheTerms  *terms,
         GCancellable   *cancellable,
         gpointer        data,
         GError        **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  value_set_string (&value, "loaded");
  mgr_cache_terms_set_value (terms, &value);
  return TRUE;
}

static void
assert_got (MgrCache   *cache,
            const char *expected)
{
  g_auto (GValue) wanted = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;

  value_set_string (&wanted, KEY);
  g_assert_true (mgr_cache_get_or_load (cache, &wanted, load_cb, NULL, NULL, &value, NULL));
  g_assert_cmpstr (g_value_get_string (&value), ==, expected);
}

static void
remove_key (MgrCache   *cache,
            const char *text)
{
  g_auto (GValue) key = G_VALUE_INIT;

  value_set_string (&key, text);
  mgr_cache_remove (cache, &key, NULL);
}

/* Nothing that remembers but some of what was removed lately remembers KEY then. */
static void
remove_many_others (MgrCache *cache)
{
  for (guint i = 0; i < 32000; i++)
    {
      g_autofree char *key = g_strdup_printf ("other %u", i);

      remove_key (cache, key);
      if (i % 4000 == 0)
        g_assert_true (mgr_cache_flush (cache, WAIT));
    }
}

static void
meddle_put (MgrCache *cache)
{
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();

  mgr_cache_terms_add_tag (terms, "tag");
  put_text (cache, KEY, "new", terms);
  remove_many_others (cache);
}

static void
meddle_remove (MgrCache *cache)
{
  remove_key (cache, KEY);
  remove_many_others (cache);
}

static void
meddle_clear (MgrCache *cache)
{
  mgr_cache_clear (cache);
  remove_many_others (cache);
}

static void
test_while_evicted (gconstpointer data)
{
  static const Meddle meddles[] = { meddle_put, meddle_remove, meddle_clear };
  Meddle meddle = meddles[GPOINTER_TO_UINT (data)];
  g_autoptr (BusyClock) clock = g_object_new (busy_clock_get_type (), NULL);
  g_autoptr (MemoryStore) store = g_object_new (memory_store_get_type (), NULL);
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE, "clock", clock, "store", store, NULL);

  put_text (cache, KEY, "old", NULL);
  clock->cache = cache;
  clock->meddle = meddle;
  g_assert_cmpuint (mgr_cache_trim (cache, G_MAXUINT64), >, 0);
  g_assert_null (clock->meddle);

  g_test_message ("What came meanwhile goes, and what went before does not come back");
  mgr_cache_invalidate (cache, "tag");
  g_assert_true (mgr_cache_flush (cache, WAIT));
  assert_got (cache, "loaded");
  g_assert_true (mgr_cache_flush (cache, WAIT));
}

static void
meddle_put_and_trim (MgrCache *cache)
{
  put_text (cache, KEY, "new", NULL);
  mgr_cache_trim (cache, G_MAXUINT64);
}

static void
test_while_recalled (void)
{
  g_autoptr (MemoryStore) store = g_object_new (memory_store_get_type (), NULL);
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE, "store", store, NULL);

  put_text (cache, KEY, "old", NULL);
  mgr_cache_trim (cache, G_MAXUINT64);
  g_assert_true (mgr_cache_flush (cache, WAIT));
  store->cache = cache;
  store->meddle = meddle_put_and_trim;
  assert_got (cache, "old");
  g_assert_null (store->meddle);

  g_test_message ("Those who waited have what was there, and those who come later what was put");
  assert_text (cache, KEY, NULL);
  assert_got (cache, "new");
  g_assert_true (mgr_cache_flush (cache, WAIT));
}

/* Several threads */

#define N_THREADS 4
#define N_KEYS 32
#define N_STEPS 20000

typedef struct
{
  MgrCache *cache;
  gint origin[N_KEYS]; /* atomic: the version that is loaded; only one thread changes a key */
  gint last[N_KEYS];   /* atomic: the version that was put last */
} Race;

typedef struct
{
  Race *race;
  guint32 seed;
  guint number;
} Runner;

static gboolean
load_version_cb (MgrCache       *cache,
                 const GValue   *key,
                 MgrCacheTerms  *terms,
                 GCancellable   *cancellable,
                 gpointer        data,
                 GError        **error)
{
  Race *race = data;
  g_autofree char *text = g_strdup_printf ("%d", g_atomic_int_get (&race->origin[g_value_get_int64 (key)]));
  g_auto (GValue) value = G_VALUE_INIT;

  value_set_string (&value, text);
  mgr_cache_terms_set_value (terms, &value);
  return TRUE;
}

static void
race_put (Race *self,
          gint  key)
{
  gint version = self->last[key] + 1;
  g_autofree char *text = g_strdup_printf ("%d", version);
  g_auto (GValue) value = G_VALUE_INIT;

  g_atomic_int_set (&self->origin[key], version);
  value_set_string (&value, text);
  g_assert_true (mgr_cache_put_int64 (self->cache, key, &value, NULL, NULL));
  g_atomic_int_set (&self->last[key], version);
}

static void
race_get (Race *self,
          gint  key)
{
  gint oldest = g_atomic_int_get (&self->last[key]);
  g_auto (GValue) wanted = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_value_init (&wanted, G_TYPE_INT64);
  g_value_set_int64 (&wanted, key);
  g_assert_true (mgr_cache_get_or_load (self->cache, &wanted, load_version_cb, self, NULL, &value, &error));
  g_assert_no_error (error);
  g_assert_cmpint (atoi (g_value_get_string (&value)), >=, oldest);
}

static gpointer
runner_run (gpointer data)
{
  Runner *self = data;
  g_autoptr (GRand) random = g_rand_new_with_seed (self->seed);

  for (guint i = 0; i < N_STEPS; i++)
    {
      gint key = g_rand_int_range (random, 0, N_KEYS);
      gint own = key - key % N_THREADS + (gint) self->number;

      if (g_rand_int_range (random, 0, 3) == 0)
        race_put (self->race, own);
      else
        race_get (self->race, key);
    }

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (MemoryStore) store = g_object_new (memory_store_get_type (), NULL);
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE, "key-type", MGR_CACHE_KEY_TYPE_INT64,
                                             "max-entries", (guint64) 4, "eviction",
                                             MGR_CACHE_EVICTION_LRU, "store", store, NULL);
  g_autoptr (MgrCacheStatistics) statistics = NULL;
  Race race = { .cache = cache };
  Runner runners[N_THREADS];
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    {
      runners[i] = (Runner) { .race = &race, .seed = (guint32) g_test_rand_int (), .number = i };
      threads[i] = g_thread_new ("runner", runner_run, &runners[i]);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  statistics = mgr_cache_get_statistics (cache);
  g_assert_cmpuint (mgr_cache_statistics_get_recalled (statistics), >, 0);
  g_assert_true (mgr_cache_flush (cache, WAIT));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/cache/order/put-while-evicted", GUINT_TO_POINTER (0), test_while_evicted);
  g_test_add_data_func ("/cache/order/removed-while-evicted", GUINT_TO_POINTER (1), test_while_evicted);
  g_test_add_data_func ("/cache/order/cleared-while-evicted", GUINT_TO_POINTER (2), test_while_evicted);
  g_test_add_func ("/cache/order/put-while-recalled", test_while_recalled);
  g_test_add_func ("/cache/order/threads", test_threads);

  return g_test_run ();
}
