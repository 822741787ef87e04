/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

/* Loading: one loads, and all who want the same wait for that one. */

typedef struct
{
  MgrCache *cache;           /* (unowned) */
  const MgrKey *key;         /* (unowned) */
  MgrCacheKey read;
  MgrCacheLoader loader;
  gpointer user_data;        /* (unowned) */
  GCancellable *cancellable; /* (unowned) (nullable): the caller's */
  MgrCacheReading *reading;  /* (owned) (nullable): while this one loads */
} MgrCacheLoad;

static gboolean
load_call (MgrCacheLoad   *self,
           MgrCacheTerms  *terms,
           GCancellable   *cancellable,
           GError        **error)
{
  g_auto (GValue) key = G_VALUE_INIT;
  g_autoptr (GError) local_error = NULL;

  mgr_key_write (self->key, &key);
  if (!self->loader (self->cache, &key, terms, cancellable, self->user_data, &local_error))
    {
      if (local_error == NULL)
        g_set_error (&local_error, MGR_ERROR, MGR_ERROR_FAILED,
                     "The loader of cache “%s” gave neither a value nor an error",
                     self->cache->name);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  if (G_IS_VALUE (&terms->value))
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "The loader of cache “%s” gave no value: it has to call mgr_cache_terms_set_value()",
               self->cache->name);
  return FALSE;
}

/* A value that does not fit is given to those who wait all the same. */
static MgrCacheHolder *
load_keep (MgrCacheLoad         *self,
           MgrCacheTerms        *terms,
           const MgrCacheHolder *old)
{
  /* The second tier may have the old one. */
  MgrCacheItem item = { .supersedes = old != NULL, .reading = self->reading };
  MgrCacheHolder *holder;

  if (old != NULL)
    item.old = mgr_cache_holder_get_kept (old);
  holder = mgr_cache_keep_loaded (self->cache, &self->read, terms, &item);
  if (holder == NULL)
    holder = mgr_cache_holder_new (&terms->value, mgr_cache_get_time (self->cache), NULL);

  return holder;
}

static void
load_book (MgrCacheLoad *self,
           gint64        duration,
           gboolean      loaded)
{
  MgrCacheFigures *figures = &self->cache->figures;

  g_mutex_lock (&self->cache->lock);
  figures->load_time += duration;
  if (loaded)
    figures->loads++;
  else
    figures->load_failures++;
  g_mutex_unlock (&self->cache->lock);
}

/* Returns: (transfer full) (nullable) */
static MgrCacheHolder *
load_run (MgrCacheLoad          *self,
          const MgrCacheHolder  *old,
          GCancellable          *cancellable,
          GError               **error)
{
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();
  gint64 begin = mgr_cache_get_time (self->cache);
  gint64 duration;
  gboolean loaded;

  /* What is to be loaded again is old in the second tier too. */
  if (old == NULL && mgr_cache_recall (self->cache, self->key, terms, cancellable))
    return load_keep (self, terms, NULL);

  loaded = load_call (self, terms, cancellable, error);
  duration = MAX (mgr_cache_get_time (self->cache) - begin, 0);
  load_book (self, duration, loaded);
  if (!loaded)
    return NULL;

  if (terms->cost == 0)
    terms->cost = duration;
  return load_keep (self, terms, old);
}

static void
load_discard (MgrCacheLoad   *self,
              MgrCacheHolder *holder)
{
  MgrCacheRemovals removals = { 0, };

  mgr_cache_core_remove_value (self->cache->core, &self->read, mgr_cache_holder_get_kept (holder),
                               mgr_cache_get_time (self->cache), MGR_CACHE_CAUSE_REPLACED, &removals);
  mgr_cache_bid_farewell (self->cache, &removals);
}

/* @holder: (transfer full): a value, or a failure that is due to the caller */
static MgrCacheHolder *
load_take (MgrCacheHolder  *holder,
           GError         **error)
{
  if (!mgr_cache_holder_is_failure (holder))
    return holder;

  g_propagate_error (error, g_value_dup_boxed (&holder->value));
  mgr_cache_holder_unref (holder);
  return NULL;
}

/* @old: (nullable) */
static gboolean
load_is_old (const MgrCacheHolder *holder,
             const MgrCacheHolder *old)
{
  return old != NULL
         && mgr_cache_value_is (mgr_cache_holder_get_kept (holder), mgr_cache_holder_get_kept (old));
}

/* As the one who loads, for all who wait for @flight.
 *
 * @old: (nullable): what is to be loaded again */
static MgrCacheHolder *
load_fly (MgrCacheLoad          *self,
          MgrFlight             *flight,
          const MgrCacheHolder  *old,
          GError               **error)
{
  MgrFlights *flights = self->cache->flights;
  g_autoptr (GError) local_error = NULL;
  /* Somebody may have ended loading it before this flight began. */
  MgrCacheHolder *holder = mgr_cache_fetch (self->cache, &self->read, FALSE);

  if (holder != NULL && !load_is_old (holder, old))
    {
      gboolean failed = mgr_cache_holder_is_failure (holder);

      mgr_flights_land (flights, flight, failed ? NULL : holder,
                        failed ? g_value_get_boxed (&holder->value) : NULL);
      return load_take (holder, error);
    }

  g_clear_pointer (&holder, mgr_cache_holder_unref);
  self->reading = mgr_cache_begin_reading (self->cache, self->key);
  holder = load_run (self, old, mgr_flight_get_cancellable (flight), &local_error);
  if (holder == NULL && old == NULL)
    mgr_cache_keep_failure (self->cache, &self->read, self->reading, local_error);
  mgr_cache_end_reading (self->cache, g_steal_pointer (&self->reading));
  if (!mgr_flights_land (flights, flight, holder, local_error) && holder != NULL)
    load_discard (self, holder);

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return holder;
}

/* @again: (out): whether to ask again: all others had cancelled, and this caller had not,
 *    or what they load was out of date before this caller asked */
static MgrCacheHolder *
load_join (MgrCacheLoad  *self,
           MgrFlight     *flight,
           gboolean      *again,
           GError       **error)
{
  gint64 timeout = mgr_cache_get_rules (self->cache).load_timeout;
  gboolean outdated = mgr_flights_is_superseded (self->cache->flights, flight);
  g_autoptr (GError) local_error = NULL;
  MgrCacheHolder *holder;

  mgr_cache_change_figure (self->cache, &self->cache->figures.joins, 1);
  holder = mgr_flights_wait (self->cache->flights, flight, timeout, self->cancellable, &local_error);
  *again = g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
           && !g_cancellable_is_cancelled (self->cancellable);
  if (holder != NULL && outdated)
    {
      g_clear_pointer (&holder, mgr_cache_holder_unref);
      *again = TRUE;
    }
  if (local_error != NULL && !*again)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return holder;
}

static MgrCacheHolder *
load_get (MgrCacheLoad  *self,
          GError       **error)
{
  MgrCacheHolder *holder = NULL;
  gboolean again = TRUE;

  while (holder == NULL && again)
    {
      gboolean loads = FALSE;
      MgrFlight *flight = mgr_flights_board (self->cache->flights, self->key, self->cancellable,
                                             &loads, error);

      again = FALSE;
      if (flight == NULL)
        break;
      if (loads)
        holder = load_fly (self, flight, NULL, error);
      else
        holder = load_join (self, flight, &again, error);
    }

  return holder;
}

/* Whoever comes first loads it again, and has the old one where that fails; the others have
 * the old one at once.
 *
 * @old: (transfer full) */
static MgrCacheHolder *
load_refresh (MgrCacheLoad   *self,
              MgrCacheHolder *old)
{
  MgrCacheHolder *holder = NULL;
  MgrFlight *flight = mgr_flights_begin (self->cache->flights, self->key, self->cancellable);

  if (flight != NULL)
    holder = load_fly (self, flight, old, NULL);
  if (holder == NULL)
    {
      mgr_cache_change_figure (self->cache, &self->cache->figures.stale, 1);
      return old;
    }

  mgr_cache_holder_unref (old);
  return holder;
}

static gboolean
load_is_due (MgrCacheLoad         *self,
             const MgrCacheHolder *holder)
{
  gint64 refresh_after = mgr_cache_get_rules (self->cache).refresh_after;

  return refresh_after > 0 && mgr_cache_get_time (self->cache) - holder->created >= refresh_after;
}

/* Returns: (transfer full) (nullable) */
static MgrCacheHolder *
cache_get_or_load (MgrCacheLoad  *self,
                   GError       **error)
{
  MgrCacheHolder *holder = mgr_cache_fetch (self->cache, &self->read, TRUE);

  if (holder == NULL)
    return load_get (self, error);
  if (!mgr_cache_holder_is_failure (holder) && load_is_due (self, holder))
    return load_refresh (self, holder);

  return load_take (holder, error);
}

/**
 * mgr_cache_get_or_load:
 * @self: a cache
 * @key: what to look for
 * @loader: (scope call): makes it where it is not there
 * @user_data: data for @loader
 * @cancellable: (nullable): a #GCancellable
 * @value: (out caller-allocates) (optional): return location for the value, not initialised
 * @error: return location for a #GError
 *
 * Looks for a value, in #MgrCache:store too, and has it made and put into the cache where it
 * is not there. Of those
 * who want it at the same time one makes it, in the thread of that one, and the others
 * wait; an error goes to all of them. Who cancels stops waiting, and the one who makes it
 * goes on until all have cancelled. What is put or removed under @key meanwhile is newer:
 * then what was made is given to those who wait, and not kept. Nor is what does not fit.
 * May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys, with
 * %MGR_ERROR_WOULD_DEADLOCK where @loader is what it would have to wait for, with
 * %MGR_ERROR_TIMED_OUT where another takes longer than #MgrCache:load-timeout, with
 * %G_IO_ERROR_CANCELLED where @cancellable is, and with the errors of @loader.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_get_or_load (MgrCache        *self,
                       const GValue    *key,
                       MgrCacheLoader   loader,
                       gpointer         user_data,
                       GCancellable    *cancellable,
                       GValue          *value,
                       GError         **error)
{
  MgrCacheLoad load = { .cache = self, .loader = loader, .user_data = user_data };
  MgrKey read;

  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (key), FALSE);
  g_return_val_if_fail (loader != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!mgr_key_read (&read, self->key_type, key, error)
      || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  load.key = &read;
  load.read = mgr_cache_key_of (self, &read);
  load.cancellable = cancellable;
  return mgr_cache_give (self, cache_get_or_load (&load, error), value);
}

/* Not in the caller's thread */

typedef struct
{
  GValue key;                    /* (owned) */
  GValue value;                  /* (owned): once it is loaded */
  MgrCacheLoader loader;
  gpointer loader_data;          /* (owned) through loader_destroy */
  GDestroyNotify loader_destroy; /* (nullable) */
} MgrCacheAsyncLoad;

static void
async_load_free (gpointer data)
{
  MgrCacheAsyncLoad *load = data;

  g_value_unset (&load->key);
  if (G_IS_VALUE (&load->value))
    g_value_unset (&load->value);
  if (load->loader_destroy != NULL)
    load->loader_destroy (load->loader_data);
  g_free (load);
}

static void
async_load_thread (GTask        *task,
                   gpointer      source_object,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  MgrCacheAsyncLoad *load = task_data;
  GError *error = NULL;

  if (mgr_cache_get_or_load (source_object, &load->key, load->loader, load->loader_data, cancellable,
                             &load->value, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * mgr_cache_get_or_load_async:
 * @self: a cache
 * @key: what to look for
 * @loader: (scope notified) (closure loader_data) (destroy loader_destroy): makes it where it
 *    is not there, in a thread of its own
 * @loader_data: data for @loader
 * @loader_destroy: frees @loader_data
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): is called in the thread-default context of the caller
 * @user_data: data for @callback
 *
 * Does what mgr_cache_get_or_load() does, and does not wait for it. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_cache_get_or_load_async (MgrCache            *self,
                             const GValue        *key,
                             MgrCacheLoader       loader,
                             gpointer             loader_data,
                             GDestroyNotify       loader_destroy,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  MgrCacheAsyncLoad *load;

  g_return_if_fail (MGR_IS_CACHE (self));
  g_return_if_fail (G_IS_VALUE (key));
  g_return_if_fail (loader != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  load = g_new0 (MgrCacheAsyncLoad, 1);
  g_value_init (&load->key, G_VALUE_TYPE (key));
  g_value_copy (key, &load->key);
  load->loader = loader;
  load->loader_data = loader_data;
  load->loader_destroy = loader_destroy;

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mgr_cache_get_or_load_async);
  g_task_set_task_data (task, load, async_load_free);
  g_task_run_in_thread (task, async_load_thread);
}

/**
 * mgr_cache_get_or_load_finish:
 * @self: a cache
 * @result: what the callback was given
 * @value: (out caller-allocates) (optional): return location for the value, not initialised
 * @error: return location for a #GError
 *
 * Ends what mgr_cache_get_or_load_async() began, with the errors of
 * mgr_cache_get_or_load(). May be called from any thread.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_get_or_load_finish (MgrCache      *self,
                              GAsyncResult  *result,
                              GValue        *value,
                              GError       **error)
{
  MgrCacheAsyncLoad *load;

  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_cache_get_or_load_async), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  load = g_task_get_task_data (G_TASK (result));
  if (value != NULL)
    {
      g_value_init (value, G_VALUE_TYPE (&load->value));
      g_value_copy (&load->value, value);
    }
  return TRUE;
}
