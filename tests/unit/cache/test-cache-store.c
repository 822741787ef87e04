/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "store-case.h"
#include "mgr-test-support.h"

/* A store of a program's own, in memory; and one that implements nothing. */

typedef struct
{
  GObject parent_instance;
  GMutex lock;
  GHashTable *values; /* (owned) (element-type GBytes GBytes), guarded by lock */
  gint64 ttl;         /* of what was stored last, guarded by lock */
} OwnStore;

typedef GObjectClass OwnStoreClass;
typedef GObject EmptyStore;
typedef GObjectClass EmptyStoreClass;

static GBytes *
own_store_load (MgrCacheStore  *store,
                GBytes         *key,
                gint64         *ttl,
                GCancellable   *cancellable,
                GError        **error)
{
  OwnStore *self = (OwnStore *) store;
  GBytes *value;

  g_mutex_lock (&self->lock);
  value = g_hash_table_lookup (self->values, key);
  if (value != NULL)
    g_bytes_ref (value);
  *ttl = self->ttl;
  g_mutex_unlock (&self->lock);

  if (value == NULL && g_bytes_get_size (key) == 0)
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_FAILED, "There is no key");
  return value;
}

static gboolean
own_store_store (MgrCacheStore  *store,
                 GBytes         *key,
                 GBytes         *value,
                 gint64          ttl,
                 GCancellable   *cancellable,
                 GError        **error)
{
  OwnStore *self = (OwnStore *) store;

  if (g_bytes_get_size (key) == 0)
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_FAILED, "There is no key");
      return FALSE;
    }

  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->values, g_bytes_ref (key), g_bytes_ref (value));
  self->ttl = ttl;
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
own_store_iface_init (MgrCacheStoreInterface *iface)
{
  iface->load = own_store_load;
  iface->store = own_store_store;
}

static void
empty_store_iface_init (MgrCacheStoreInterface *iface)
{
}

static GType own_store_get_type (void);
static GType empty_store_get_type (void);

G_DEFINE_TYPE_WITH_CODE (OwnStore, own_store, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (MGR_TYPE_CACHE_STORE, own_store_iface_init))
G_DEFINE_TYPE_WITH_CODE (EmptyStore, empty_store, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (MGR_TYPE_CACHE_STORE, empty_store_iface_init))

static void
own_store_finalize (GObject *object)
{
  OwnStore *self = (OwnStore *) object;

  g_hash_table_unref (self->values);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (own_store_parent_class)->finalize (object);
}

static void
own_store_class_init (OwnStoreClass *klass)
{
  klass->finalize = own_store_finalize;
}

static void
own_store_init (OwnStore *self)
{
  g_mutex_init (&self->lock);
  self->values = g_hash_table_new_full (g_bytes_hash, g_bytes_equal,
                                        (GDestroyNotify) g_bytes_unref,
                                        (GDestroyNotify) g_bytes_unref);
}

static void
empty_store_class_init (EmptyStoreClass *klass)
{
}

static void
empty_store_init (EmptyStore *self)
{
}

static void
test_nothing_implemented (void)
{
  g_autoptr (MgrCacheStore) store = g_object_new (empty_store_get_type (), NULL);

  g_assert_false (store_text (store, "a", "value", 0));
  assert_loads (store, "a", NULL);
  g_assert_false (remove_key (store, "a"));
  g_assert_false (clear (store));
  g_assert_cmpuint (get_figure (store, "hits"), ==, 0);
  assert_problem (store, NULL);
}

typedef struct
{
  GAsyncResult *result; /* (owned) */
  GThread *thread;
  gboolean done;
} Answer;

static void
answer_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  Answer *answer = data;

  answer->result = g_object_ref (result);
  answer->thread = g_thread_self ();
  answer->done = TRUE;
}

static void
test_async (void)
{
  g_autoptr (MgrCacheStore) store = g_object_new (own_store_get_type (), NULL);
  g_autoptr (GBytes) key = bytes_of ("a");
  g_autoptr (GBytes) value = bytes_of ("value");
  g_autoptr (GBytes) found = NULL;
  g_autoptr (GError) error = NULL;
  Answer stored = { 0 };
  Answer loaded = { 0 };
  gint64 ttl = 0;

  mgr_cache_store_store_async (store, key, value, 5 * SECOND, NULL, answer_cb, &stored);
  mgr_test_iterate_until (&stored.done);
  g_assert_true (mgr_cache_store_store_finish (store, stored.result, &error));
  g_assert_no_error (error);
  g_assert_true (stored.thread == g_thread_self ());

  mgr_cache_store_load_async (store, key, NULL, answer_cb, &loaded);
  mgr_test_iterate_until (&loaded.done);
  found = mgr_cache_store_load_finish (store, loaded.result, &ttl, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (found, value));
  g_assert_cmpint (ttl, ==, 5 * SECOND);

  g_object_unref (stored.result);
  g_object_unref (loaded.result);
}

static void
test_async_fails (void)
{
  g_autoptr (MgrCacheStore) store = g_object_new (own_store_get_type (), NULL);
  g_autoptr (GBytes) key = bytes_of ("");
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer stored = { 0 };
  Answer loaded = { 0 };
  Answer cancelled = { 0 };
  gint64 ttl = -1;

  mgr_cache_store_store_async (store, key, key, 0, NULL, answer_cb, &stored);
  mgr_test_iterate_until (&stored.done);
  g_assert_false (mgr_cache_store_store_finish (store, stored.result, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_clear_error (&error);

  mgr_cache_store_load_async (store, key, NULL, answer_cb, &loaded);
  mgr_test_iterate_until (&loaded.done);
  g_assert_null (mgr_cache_store_load_finish (store, loaded.result, &ttl, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpint (ttl, ==, 0);
  g_clear_error (&error);

  g_cancellable_cancel (cancellable);
  mgr_cache_store_load_async (store, key, cancellable, answer_cb, &cancelled);
  mgr_test_iterate_until (&cancelled.done);
  g_assert_null (mgr_cache_store_load_finish (store, cancelled.result, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  g_object_unref (stored.result);
  g_object_unref (loaded.result);
  g_object_unref (cancelled.result);
}

static void
test_statistics (void)
{
  g_autoptr (GVariant) figures =
    g_variant_ref_sink (g_variant_new_parsed ("{'hits': <uint64 3>, 'bytes': <uint64 18446744073709551615>, "
                                              "'misses': <'many'>, 'mood': <uint64 7>}"));
  g_autoptr (MgrCacheStoreStatistics) statistics = mgr_cache_store_statistics_new (figures);
  g_autoptr (MgrCacheStoreStatistics) again = mgr_cache_store_statistics_ref (statistics);
  g_autoptr (GVariant) variant = g_variant_ref_sink (mgr_cache_store_statistics_to_variant (again));
  g_autoptr (MgrCacheStoreStatistics) copy = mgr_cache_store_statistics_new (variant);

  g_assert_cmpuint (mgr_cache_store_statistics_get_hits (copy), ==, 3);
  g_assert_cmpuint (mgr_cache_store_statistics_get_misses (copy), ==, 0);
  g_assert_cmpuint (mgr_cache_store_statistics_get_bytes (copy), ==, G_MAXUINT64);
  g_assert_cmpuint (mgr_cache_store_statistics_get_stored (copy), ==, 0);
  g_assert_cmpuint (mgr_cache_store_statistics_get_refused (copy), ==, 0);
  g_assert_cmpuint (mgr_cache_store_statistics_get_evicted (copy), ==, 0);
  g_assert_cmpuint (mgr_cache_store_statistics_get_expired (copy), ==, 0);
  g_assert_cmpuint (mgr_cache_store_statistics_get_failures (copy), ==, 0);
  g_assert_cmpuint (mgr_cache_store_statistics_get_timeouts (copy), ==, 0);
  g_assert_cmpuint (mgr_cache_store_statistics_get_connects (copy), ==, 0);
  g_assert_cmpuint (mgr_cache_store_statistics_get_entries (copy), ==, 0);
  g_assert_cmpuint (g_variant_n_children (variant), ==, 11);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/store/nothing-implemented", test_nothing_implemented);
  g_test_add_func ("/cache/store/async", test_async);
  g_test_add_func ("/cache/store/async-fails", test_async_fails);
  g_test_add_func ("/cache/store/statistics", test_statistics);

  return g_test_run ();
}
