/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "cache/mgr-cache-glance-private.h"

MgrKey
mgr_cache_key_of_data (MgrCache        *self,
                       MgrCacheKeyData  data)
{
  switch (self->key_type)
    {
    case MGR_CACHE_KEY_TYPE_STRING:
      return mgr_key_of_string (data.text);
    case MGR_CACHE_KEY_TYPE_BYTES:
      return mgr_key_of_bytes (data.bytes);
    case MGR_CACHE_KEY_TYPE_INT64:
    default:
      return mgr_key_of_int64 (data.number);
    }
}

/* The time only matters once something can have expired. */
static gint64
cache_get_time_to_read (MgrCache *self)
{
  if (g_atomic_int_get (&self->has_deadlines))
    return mgr_cache_get_time (self);

  return 0;
}

static void
cache_extend (MgrCache          *self,
              const MgrCacheKey *key,
              MgrCacheLease     *lease,
              gint64             now)
{
  gint64 slack = lease->idle / MGR_CACHE_IDLE_SHARE;
  gint64 deadline = now + lease->idle + slack;

  if (lease->deadline != 0 && deadline > lease->deadline)
    deadline = lease->deadline;
  if (deadline - __atomic_load_n (&lease->extended, __ATOMIC_RELAXED) <= slack)
    return;

  __atomic_store_n (&lease->extended, deadline, __ATOMIC_RELAXED);
  mgr_cache_core_set_deadline (self->core, key, now, deadline);
}

static void
cache_drop (MgrCache             *self,
            const MgrCacheKey    *key,
            const MgrCacheHolder *holder)
{
  MgrCacheRemovals removals = { 0, };

  mgr_cache_core_remove_value (self->core, key, mgr_cache_holder_get_kept (holder),
                               cache_get_time_to_read (self), MGR_CACHE_CAUSE_EXPLICIT, &removals);
  mgr_cache_bid_farewell (self, &removals);
}

/* What a number cannot say of itself its holder does, in its place. */
static void
cache_track (MgrCache          *self,
             const MgrCacheKey *key,
             MgrCacheHolder    *holder)
{
  MgrCacheValue kept = mgr_cache_holder_get_kept (holder);

  if (holder->note != 0)
    {
      holder->note = 0;
      if (!mgr_cache_core_exchange (self->core, key, kept, mgr_cache_holder_ref (holder)))
        mgr_cache_holder_unref (holder);
    }

  __atomic_fetch_add (&holder->uses, 1, __ATOMIC_RELAXED);
  __atomic_store_n (&holder->used, mgr_cache_get_time (self), __ATOMIC_RELAXED);
}

/* @holder: (transfer full): what was found
 *
 * Returns: (transfer full) (nullable): what counts */
static MgrCacheHolder *
cache_accept (MgrCache          *self,
              const MgrCacheKey *key,
              gint64             now,
              gboolean           is_use,
              MgrCacheHolder    *holder)
{
  if (G_UNLIKELY (holder->lease != NULL) && !mgr_cache_holder_is_valid (holder))
    {
      if (is_use)
        __atomic_fetch_add (&self->not_hits, 1, __ATOMIC_RELAXED);
      cache_drop (self, key, holder);
      mgr_cache_holder_unref (holder);
      return NULL;
    }

  if (G_UNLIKELY (holder->lease != NULL) && is_use && holder->lease->idle > 0)
    cache_extend (self, key, holder->lease, now);
  if (is_use && g_atomic_int_get (&self->track_uses))
    cache_track (self, key, holder);
  return holder;
}

MgrCacheHolder *
mgr_cache_fetch (MgrCache          *self,
                 const MgrCacheKey *key,
                 gboolean           is_use)
{
  gint64 now = cache_get_time_to_read (self);
  MgrCacheValue found;

  if (!(is_use ? mgr_cache_core_get (self->core, key, now, &found)
               : mgr_cache_core_peek (self->core, key, now, &found)))
    return NULL;

  return cache_accept (self, key, now, is_use, mgr_cache_holder_take (found));
}

gboolean
mgr_cache_give (MgrCache       *self,
                MgrCacheHolder *holder,
                GValue         *value)
{
  gboolean given = holder != NULL && !mgr_cache_holder_is_failure (holder);

  if (given && value != NULL)
    mgr_cache_holder_copy_value (holder, value);

  g_clear_pointer (&holder, mgr_cache_holder_unref);
  return given;
}

/* @holder: (transfer full) (nullable) */
static G_GNUC_NO_INLINE gboolean
cache_give_found (MgrCache       *self,
                  MgrCacheHolder *holder,
                  gboolean        is_use,
                  GValue         *value)
{
  if (is_use && holder != NULL && mgr_cache_holder_is_failure (holder))
    __atomic_fetch_add (&self->not_hits, 1, __ATOMIC_RELAXED);
  return mgr_cache_give (self, holder, value);
}

static G_GNUC_NO_INLINE gboolean
cache_read_otherwise (MgrCache          *self,
                      const MgrCacheKey *key,
                      gboolean           is_use,
                      GValue            *value)
{
  return cache_give_found (self, mgr_cache_fetch (self, key, is_use), is_use, value);
}

static inline __attribute__ ((always_inline)) gboolean
cache_read (MgrCache          *self,
            const MgrCacheKey *key,
            gboolean           is_use,
            GValue            *value)
{
  MgrCacheValue found;
  gint64 now;

  if (!is_use || value == NULL || g_atomic_int_get (&self->track_uses))
    return cache_read_otherwise (self, key, is_use, value);

  now = cache_get_time_to_read (self);
  if (!mgr_cache_core_get_here (self->core, key, now, &found))
    return FALSE;

  if (found.note != 0)
    {
      mgr_cache_number_read (found, value);
      return TRUE;
    }

  return cache_give_found (self, cache_accept (self, key, now, TRUE, found.data), TRUE, value);
}

static G_GNUC_NO_INLINE gboolean
cache_read_key (MgrCache     *self,
                const MgrKey *key,
                gboolean      is_use,
                GValue       *value)
{
  MgrCacheKey read = mgr_cache_key_of (self, key);

  return cache_read (self, &read, is_use, value);
}

/* Languages cannot do with a value that is of no type. */
static gboolean
give_nothing (GValue *value)
{
  if (value != NULL)
    g_value_init (value, G_TYPE_POINTER);
  return FALSE;
}

static gboolean
cache_read_or_nothing (MgrCache      *self,
                       const GValue  *key,
                       gboolean       is_use,
                       GValue        *value,
                       GError       **error)
{
  MgrKey read;

  return (mgr_key_read (&read, self->key_type, key, error)
          && cache_read_key (self, &read, is_use, value))
         || give_nothing (value);
}

/**
 * mgr_cache_get:
 * @self: a cache
 * @key: what to look for
 * @value: (out caller-allocates) (optional): return location for the value, not
 *    initialised; a pointer that is %NULL where there is none,
 *    and on error
 * @error: return location for a #GError
 *
 * Looks for a value in memory: never in #MgrCache:store, which may take its time. That
 * there is none is no error. May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys.
 *
 * Returns: whether there is one; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_get (MgrCache      *self,
               const GValue  *key,
               GValue        *value,
               GError       **error)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (key), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return cache_read_or_nothing (self, key, TRUE, value, error);
}

/**
 * mgr_cache_peek:
 * @self: a cache
 * @key: what to look for
 * @value: (out caller-allocates) (optional): return location for the value, not
 *    initialised; a pointer that is %NULL where there is none,
 *    and on error
 * @error: return location for a #GError
 *
 * Looks for a value, without counting that as a use. May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys.
 *
 * Returns: whether there is one; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_peek (MgrCache      *self,
                const GValue  *key,
                GValue        *value,
                GError       **error)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (key), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return cache_read_or_nothing (self, key, FALSE, value, error);
}

/**
 * mgr_cache_contains:
 * @self: a cache
 * @key: what to look for
 * @error: return location for a #GError
 *
 * Gets whether a value is in the cache, without counting that as a use. By the time it is
 * asked for it may be gone. May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys.
 *
 * Returns: whether there is one; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_contains (MgrCache      *self,
                    const GValue  *key,
                    GError       **error)
{
  return mgr_cache_peek (self, key, NULL, error);
}

/**
 * mgr_cache_get_string:
 * @self: a cache with keys of %MGR_CACHE_KEY_TYPE_STRING
 * @key: what to look for
 * @value: (out caller-allocates) (optional): return location for the value, not
 *    initialised; left as it is where there is none
 *
 * Looks for a value, as mgr_cache_get() does. May be called from any thread.
 *
 * Returns: whether there is one
 *
 * Since: 1.0
 */
gboolean
mgr_cache_get_string (MgrCache   *self,
                      const char *key,
                      GValue     *value)
{
  MgrKey read = mgr_key_of_string (key);

  g_return_val_if_fail (mgr_is_cache (self), FALSE);
  g_return_val_if_fail (self->key_type == MGR_CACHE_KEY_TYPE_STRING, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return cache_read_key (self, &read, TRUE, value);
}

/**
 * mgr_cache_get_int64:
 * @self: a cache with keys of %MGR_CACHE_KEY_TYPE_INT64
 * @key: what to look for
 * @value: (out caller-allocates) (optional): return location for the value, not
 *    initialised; left as it is where there is none
 *
 * Looks for a value, as mgr_cache_get() does. May be called from any thread.
 *
 * Returns: whether there is one
 *
 * Since: 1.0
 */
gboolean
mgr_cache_get_int64 (MgrCache *self,
                     gint64    key,
                     GValue   *value)
{
  MgrCacheKey read;

  g_return_val_if_fail (mgr_is_cache (self), FALSE);
  g_return_val_if_fail (self->key_type == MGR_CACHE_KEY_TYPE_INT64, FALSE);

  read = mgr_cache_key_int64 (self->seed, key);
  return cache_read (self, &read, TRUE, value);
}

/**
 * mgr_cache_get_bytes:
 * @self: a cache with keys of %MGR_CACHE_KEY_TYPE_BYTES
 * @key: what to look for
 * @value: (out caller-allocates) (optional): return location for the value, not
 *    initialised; left as it is where there is none
 *
 * Looks for a value, as mgr_cache_get() does. May be called from any thread.
 *
 * Returns: whether there is one
 *
 * Since: 1.0
 */
gboolean
mgr_cache_get_bytes (MgrCache *self,
                     GBytes   *key,
                     GValue   *value)
{
  MgrKey read = mgr_key_of_bytes (key);

  g_return_val_if_fail (mgr_is_cache (self), FALSE);
  g_return_val_if_fail (self->key_type == MGR_CACHE_KEY_TYPE_BYTES, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return cache_read_key (self, &read, TRUE, value);
}

/**
 * mgr_cache_find_string: (rename-to mgr_cache_get_string)
 * @self: a cache with keys of %MGR_CACHE_KEY_TYPE_STRING
 * @key: what to look for
 * @value: (out caller-allocates) (optional): return location for the value, not
 *    initialised; a pointer that is %NULL where there is none
 *
 * Looks for a value, as mgr_cache_get_string() does, for languages that cannot do with a value
 * that is of no type. May be called from any thread.
 *
 * Returns: whether there is one
 *
 * Since: 1.0
 */
gboolean
mgr_cache_find_string (MgrCache   *self,
                       const char *key,
                       GValue     *value)
{
  g_return_val_if_fail (mgr_is_cache (self), FALSE);
  g_return_val_if_fail (self->key_type == MGR_CACHE_KEY_TYPE_STRING, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return mgr_cache_get_string (self, key, value) || give_nothing (value);
}

/**
 * mgr_cache_find_int64: (rename-to mgr_cache_get_int64)
 * @self: a cache with keys of %MGR_CACHE_KEY_TYPE_INT64
 * @key: what to look for
 * @value: (out caller-allocates) (optional): return location for the value, not
 *    initialised; a pointer that is %NULL where there is none
 *
 * Looks for a value, as mgr_cache_get_int64() does, for languages that cannot do with a value
 * that is of no type. May be called from any thread.
 *
 * Returns: whether there is one
 *
 * Since: 1.0
 */
gboolean
mgr_cache_find_int64 (MgrCache *self,
                      gint64    key,
                      GValue   *value)
{
  g_return_val_if_fail (mgr_is_cache (self), FALSE);
  g_return_val_if_fail (self->key_type == MGR_CACHE_KEY_TYPE_INT64, FALSE);

  return mgr_cache_get_int64 (self, key, value) || give_nothing (value);
}

/**
 * mgr_cache_find_bytes: (rename-to mgr_cache_get_bytes)
 * @self: a cache with keys of %MGR_CACHE_KEY_TYPE_BYTES
 * @key: what to look for
 * @value: (out caller-allocates) (optional): return location for the value, not
 *    initialised; a pointer that is %NULL where there is none
 *
 * Looks for a value, as mgr_cache_get_bytes() does, for languages that cannot do with a value
 * that is of no type. May be called from any thread.
 *
 * Returns: whether there is one
 *
 * Since: 1.0
 */
gboolean
mgr_cache_find_bytes (MgrCache *self,
                      GBytes   *key,
                      GValue   *value)
{
  g_return_val_if_fail (mgr_is_cache (self), FALSE);
  g_return_val_if_fail (self->key_type == MGR_CACHE_KEY_TYPE_BYTES, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  return mgr_cache_get_bytes (self, key, value) || give_nothing (value);
}
