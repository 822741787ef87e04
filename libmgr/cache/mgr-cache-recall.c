/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

/* To look into the second tier without a loader, for those who load in a way of their own:
 * the store is asked in a thread, and what it has is read where the caller is. */

typedef struct
{
  MgrKey key;               /* (owned) */
  MgrCacheReading *reading; /* (owned) (nullable) */
  MgrCache *cache;          /* (owned) */
  GBytes *stored;           /* (owned) (nullable): once it was asked */
  gint64 ttl;               /* µs; 0 if it has no end */
  MgrCacheHolder *found;    /* (owned) (nullable) */
} MgrCacheRecall;

static void
recall_free (gpointer data)
{
  MgrCacheRecall *self = data;

  mgr_cache_end_reading (self->cache, self->reading);
  mgr_key_clear (&self->key);
  g_clear_pointer (&self->stored, g_bytes_unref);
  g_clear_pointer (&self->found, mgr_cache_holder_unref);
  g_object_unref (self->cache);
  g_free (self);
}

static void
recall_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  MgrCacheRecall *self = task_data;

  self->stored = mgr_cache_load_stored (self->cache, &self->key, &self->ttl, cancellable);
  g_task_return_boolean (task, TRUE);
}

/* Returns: (transfer full) (nullable): what is in memory */
static MgrCacheHolder *
recall_look (MgrCacheRecall *self)
{
  MgrCacheKey read = mgr_cache_key_of (self->cache, &self->key);
  MgrCacheHolder *holder = mgr_cache_fetch (self->cache, &read, FALSE);

  if (holder != NULL && mgr_cache_holder_is_failure (holder))
    g_clear_pointer (&holder, mgr_cache_holder_unref);
  return holder;
}

/* What was stored is given also where it cannot be kept, but not where it is out of date. */
static MgrCacheHolder *
recall_read (MgrCacheRecall *self)
{
  MgrCacheKey read = mgr_cache_key_of (self->cache, &self->key);
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();
  MgrCacheItem item = { .reading = self->reading };
  MgrCacheHolder *holder;

  if (self->stored == NULL || !mgr_cache_read_stored (self->cache, self->stored, self->ttl, terms))
    return NULL;

  holder = mgr_cache_keep_loaded (self->cache, &read, terms, &item);
  if (holder == NULL && mgr_cache_tier_is_current (self->cache->tier, self->reading))
    holder = mgr_cache_holder_new (&terms->value, mgr_cache_get_time (self->cache), NULL);
  return holder;
}

static void
recall_asked_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      data)
{
  g_autoptr (GTask) task = data;
  MgrCacheRecall *self = g_task_get_task_data (task);

  /* It may have come meanwhile. */
  self->found = recall_look (self);
  if (self->found == NULL)
    self->found = recall_read (self);
  if (self->found == NULL)
    self->found = recall_look (self);
  g_task_return_boolean (task, self->found != NULL);
}

/**
 * mgr_cache_recall_async:
 * @self: a cache
 * @key: what to look for
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): is called in the thread-default context of the caller
 * @user_data: data for @callback
 *
 * Looks for a value in memory, and in #MgrCache:store without waiting for that. What is
 * found there is in memory from then on. It is for those who cannot load by
 * mgr_cache_get_or_load(): the store is asked in another thread, and #MgrCache::decode is
 * emitted in the thread-default context of the caller. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_recall_async (MgrCache            *self,
                        const GValue        *key,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GTask) asking = NULL;
  GError *error = NULL;
  MgrCacheRecall *recall;
  MgrKey read;

  g_return_if_fail (MGR_IS_CACHE (self));
  g_return_if_fail (G_IS_VALUE (key));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mgr_cache_recall_async);
  if (!mgr_key_read (&read, self->key_type, key, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  recall = g_new0 (MgrCacheRecall, 1);
  recall->cache = g_object_ref (self);
  mgr_key_copy (&recall->key, &read);
  recall->reading = mgr_cache_begin_reading (self, &recall->key);
  g_task_set_task_data (task, recall, recall_free);
  recall->found = recall_look (recall);
  if (recall->found != NULL || self->tier == NULL)
    {
      g_task_return_boolean (task, recall->found != NULL);
      return;
    }

  asking = g_task_new (self, cancellable, recall_asked_cb, g_object_ref (task));
  g_task_set_source_tag (asking, mgr_cache_recall_async);
  g_task_set_task_data (asking, recall, NULL);
  g_task_run_in_thread (asking, recall_thread);
}

/**
 * mgr_cache_recall_finish:
 * @self: a cache
 * @result: what the callback was given
 * @value: (out caller-allocates) (optional): return location for the value, not
 *    initialised; a pointer that is %NULL where there is none, and on error
 * @error: return location for a #GError
 *
 * Ends what mgr_cache_recall_async() began. That there is no value is no error. May be
 * called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where the key is not of the type of the keys, and
 * with %G_IO_ERROR_CANCELLED where the caller has cancelled.
 *
 * Returns: whether there is one; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_recall_finish (MgrCache      *self,
                         GAsyncResult  *result,
                         GValue        *value,
                         GError       **error)
{
  MgrCacheRecall *recall;
  gboolean found;

  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_cache_recall_async), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  found = g_task_propagate_boolean (G_TASK (result), error);
  recall = g_task_get_task_data (G_TASK (result));
  if (found && value != NULL)
    mgr_cache_holder_copy_value (recall->found, value);
  else if (value != NULL)
    g_value_init (value, G_TYPE_POINTER);
  return found;
}
