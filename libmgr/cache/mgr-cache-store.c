/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-store.h"

#include "cache/mgr-cache-store-statistics-private.h"

/**
 * SECTION:mgr-cache-store
 * @title: MgrCacheStore
 * @short_description: where values go that a cache has no room for
 *
 * A second tier keeps what a cache had to let go, and gives it back when it is asked for
 * again: on a disk (#MgrSpillStore), so that a cache outgrows the process, or in a server
 * (#MgrRedisStore), so that it outgrows the machine. A program may bring its own: a class
 * that implements this interface, in C or Python.
 *
 * Keys and values are bytes. Each value has a time to live, in microseconds, or 0 if it
 * has no end; it is kept at most so long.
 *
 * A store is never needed: whatever goes wrong with it, a value is just not there.
 * Therefore a store that is out of reach is no error for whoever asks. Loading finds
 * nothing, and storing keeps nothing; mgr_cache_store_dup_problem() says why, and the
 * statistics how often. A #GError tells what somebody has to mend or did wrong: it comes
 * once, from the call that comes across it, and until then next calls just miss.
 *
 * All functions may be called from any thread. Those without an “async” in their name
 * wait for a disk or a server, for a short time: they are for threads that may.
 */

/**
 * MgrCacheStore:
 *
 * Where values go that a cache has no room for.
 *
 * Since: 1.0
 */

/**
 * MgrCacheStoreInterface:
 * @load: see mgr_cache_store_load(); @ttl is never %NULL, and is 0 to begin with
 * @store: see mgr_cache_store_store()
 * @remove: see mgr_cache_store_remove()
 * @clear: see mgr_cache_store_clear()
 * @get_statistics: see mgr_cache_store_get_statistics(); without it, all figures are 0
 * @dup_problem: see mgr_cache_store_dup_problem(); without it, there never is one
 *
 * What a store implements. All of it is called from any thread, also from several at
 * once, so that a class in JavaScript cannot be a store.
 *
 * Since: 1.0
 */
G_DEFINE_INTERFACE (MgrCacheStore, mgr_cache_store, G_TYPE_OBJECT)

static void
mgr_cache_store_default_init (MgrCacheStoreInterface *iface)
{
}

/* Carries what a call in another thread needs and what it finds. */
typedef struct
{
  GBytes *key;   /* (owned) */
  GBytes *value; /* (owned) (nullable) */
  gint64 ttl;
} StoreCall;

static StoreCall *
store_call_new (GBytes *key,
                GBytes *value,
                gint64  ttl)
{
  StoreCall *call = g_new0 (StoreCall, 1);

  call->key = g_bytes_ref (key);
  call->value = value != NULL ? g_bytes_ref (value) : NULL;
  call->ttl = ttl;
  return call;
}

static void
store_call_free (gpointer data)
{
  StoreCall *call = data;

  g_bytes_unref (call->key);
  g_clear_pointer (&call->value, g_bytes_unref);
  g_free (call);
}

/**
 * mgr_cache_store_load:
 * @self: a store
 * @key: what to look for
 * @ttl: (out) (optional): return location for how long the value may still be used, in
 *    microseconds; 0 if it has no end
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Looks for a value. It waits for a disk or a server, and may be called from any thread.
 *
 * Fails with %G_IO_ERROR_CANCELLED where @cancellable is, and with %MGR_ERROR_FAILED or
 * %MGR_ERROR_NOT_AVAILABLE where the store has come across a problem, see
 * mgr_cache_store_dup_problem().
 *
 * Returns: (transfer full) (nullable): the value; %NULL where there is none, or on error
 *
 * Since: 1.0
 */
GBytes *
mgr_cache_store_load (MgrCacheStore  *self,
                      GBytes         *key,
                      gint64         *ttl,
                      GCancellable   *cancellable,
                      GError        **error)
{
  MgrCacheStoreInterface *iface;
  gint64 left = 0;
  GBytes *value;

  g_return_val_if_fail (MGR_IS_CACHE_STORE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (ttl != NULL)
    *ttl = 0;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  iface = MGR_CACHE_STORE_GET_IFACE (self);
  value = iface->load != NULL ? iface->load (self, key, &left, cancellable, error) : NULL;
  if (ttl != NULL && value != NULL)
    *ttl = MAX (left, 0);
  return value;
}

/**
 * mgr_cache_store_store:
 * @self: a store
 * @key: what to find it by
 * @value: the value
 * @ttl: how long it may be used, in microseconds; 0 for no end
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Keeps a value, in place of what was there under @key. Where it is not kept, what was
 * there may be gone nevertheless. It waits for a disk or a server, and may be called from
 * any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @ttl is below 0, and as
 * mgr_cache_store_load() does.
 *
 * Returns: whether the value is kept; %FALSE without an error where it is too large, or
 *    the store is out of reach
 *
 * Since: 1.0
 */
gboolean
mgr_cache_store_store (MgrCacheStore  *self,
                       GBytes         *key,
                       GBytes         *value,
                       gint64          ttl,
                       GCancellable   *cancellable,
                       GError        **error)
{
  MgrCacheStoreInterface *iface;

  g_return_val_if_fail (MGR_IS_CACHE_STORE (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (value != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (ttl < 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "A value cannot be kept for %" G_GINT64_FORMAT " µs: its time to live is above "
                   "0, or 0 for no end", ttl);
      return FALSE;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  iface = MGR_CACHE_STORE_GET_IFACE (self);
  return iface->store != NULL && iface->store (self, key, value, ttl, cancellable, error);
}

/**
 * mgr_cache_store_remove:
 * @self: a store
 * @key: what to remove
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Removes a value, if there is one. It waits for a disk or a server, and may be called
 * from any thread. Fails as mgr_cache_store_load() does.
 *
 * Returns: %TRUE if there is no value under @key now; %FALSE without an error where the
 *    store is out of reach
 *
 * Since: 1.0
 */
gboolean
mgr_cache_store_remove (MgrCacheStore  *self,
                        GBytes         *key,
                        GCancellable   *cancellable,
                        GError        **error)
{
  MgrCacheStoreInterface *iface;

  g_return_val_if_fail (MGR_IS_CACHE_STORE (self), FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  iface = MGR_CACHE_STORE_GET_IFACE (self);
  return iface->remove != NULL && iface->remove (self, key, cancellable, error);
}

/**
 * mgr_cache_store_clear:
 * @self: a store
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Removes all values. It waits for a disk or a server, and may be called from any thread.
 * Fails as mgr_cache_store_load() does.
 *
 * Returns: %TRUE if there is none now; %FALSE without an error where the store is out of
 *    reach
 *
 * Since: 1.0
 */
gboolean
mgr_cache_store_clear (MgrCacheStore  *self,
                       GCancellable   *cancellable,
                       GError        **error)
{
  MgrCacheStoreInterface *iface;

  g_return_val_if_fail (MGR_IS_CACHE_STORE (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  iface = MGR_CACHE_STORE_GET_IFACE (self);
  return iface->clear != NULL && iface->clear (self, cancellable, error);
}

static void
load_in_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  StoreCall *call = data;
  GError *error = NULL;

  call->value = mgr_cache_store_load (source, call->key, &call->ttl, cancellable, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * mgr_cache_store_load_async:
 * @self: a store
 * @key: what to look for
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called in the thread-default context of the caller
 * @user_data: data for @callback
 *
 * Looks for a value in a thread of its own; see mgr_cache_store_load(). May be called
 * from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_store_load_async (MgrCacheStore       *self,
                            GBytes              *key,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MGR_IS_CACHE_STORE (self));
  g_return_if_fail (key != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mgr_cache_store_load_async);
  g_task_set_task_data (task, store_call_new (key, NULL, 0), store_call_free);
  g_task_run_in_thread (task, load_in_thread);
}

/**
 * mgr_cache_store_load_finish:
 * @self: a store
 * @result: what the callback was given
 * @ttl: (out) (optional): return location for how long the value may still be used, in
 *    microseconds; 0 if it has no end
 * @error: return location for a #GError
 *
 * Ends what mgr_cache_store_load_async() began, once. Fails as mgr_cache_store_load()
 * does.
 *
 * Returns: (transfer full) (nullable): the value; %NULL where there is none, or on error
 *
 * Since: 1.0
 */
GBytes *
mgr_cache_store_load_finish (MgrCacheStore  *self,
                             GAsyncResult   *result,
                             gint64         *ttl,
                             GError        **error)
{
  StoreCall *call;

  g_return_val_if_fail (MGR_IS_CACHE_STORE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_cache_store_load_async), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (ttl != NULL)
    *ttl = 0;
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;

  call = g_task_get_task_data (G_TASK (result));
  if (ttl != NULL)
    *ttl = call->ttl;
  return g_steal_pointer (&call->value);
}

static void
store_in_thread (GTask        *task,
                 gpointer      source,
                 gpointer      data,
                 GCancellable *cancellable)
{
  StoreCall *call = data;
  GError *error = NULL;
  gboolean stored = mgr_cache_store_store (source, call->key, call->value, call->ttl,
                                           cancellable, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, stored);
}

/**
 * mgr_cache_store_store_async:
 * @self: a store
 * @key: what to find it by
 * @value: the value
 * @ttl: how long it may be used, in microseconds; 0 for no end
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called in the thread-default context of the caller
 * @user_data: data for @callback
 *
 * Keeps a value, in a thread of its own; see mgr_cache_store_store(). May be called from
 * any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_store_store_async (MgrCacheStore       *self,
                             GBytes              *key,
                             GBytes              *value,
                             gint64               ttl,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MGR_IS_CACHE_STORE (self));
  g_return_if_fail (key != NULL);
  g_return_if_fail (value != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mgr_cache_store_store_async);
  g_task_set_task_data (task, store_call_new (key, value, ttl), store_call_free);
  g_task_run_in_thread (task, store_in_thread);
}

/**
 * mgr_cache_store_store_finish:
 * @self: a store
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends what mgr_cache_store_store_async() began. Fails as mgr_cache_store_store() does.
 *
 * Returns: whether the value is kept; see mgr_cache_store_store()
 *
 * Since: 1.0
 */
gboolean
mgr_cache_store_store_finish (MgrCacheStore  *self,
                              GAsyncResult   *result,
                              GError        **error)
{
  g_return_val_if_fail (MGR_IS_CACHE_STORE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_cache_store_store_async), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * mgr_cache_store_get_statistics:
 * @self: a store
 *
 * Gets what the store was good for up to now. May be called from any thread.
 *
 * Returns: (transfer full): the statistics
 *
 * Since: 1.0
 */
MgrCacheStoreStatistics *
mgr_cache_store_get_statistics (MgrCacheStore *self)
{
  const MgrCacheStoreFigures none = { 0 };
  MgrCacheStoreInterface *iface;

  g_return_val_if_fail (MGR_IS_CACHE_STORE (self), NULL);

  iface = MGR_CACHE_STORE_GET_IFACE (self);
  return iface->get_statistics != NULL
         ? iface->get_statistics (self) : mgr_cache_store_statistics_new_from_figures (&none);
}

/**
 * mgr_cache_store_dup_problem:
 * @self: a store
 *
 * Gets what keeps the store from its work now, with what would help. May be called from
 * any thread.
 *
 * Returns: (transfer full) (nullable): a sentence or two, or %NULL if nothing does
 *
 * Since: 1.0
 */
char *
mgr_cache_store_dup_problem (MgrCacheStore *self)
{
  MgrCacheStoreInterface *iface;

  g_return_val_if_fail (MGR_IS_CACHE_STORE (self), NULL);

  iface = MGR_CACHE_STORE_GET_IFACE (self);
  return iface->dup_problem != NULL ? iface->dup_problem (self) : NULL;
}
