/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-weak-cache-private.h"

/* What C has for keys of one type. */

/**
 * mgr_weak_cache_get_string:
 * @self: a weak cache with keys of %MGR_CACHE_KEY_TYPE_STRING
 * @key: what to look for
 *
 * Looks for an object, as mgr_weak_cache_get() does. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the object, or %NULL if there is none
 *
 * Since: 1.0
 */
GObject *
mgr_weak_cache_get_string (MgrWeakCache *self,
                           const char   *key)
{
  MgrKey read = mgr_key_of_string (key);

  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), NULL);
  g_return_val_if_fail (mgr_weak_cache_get_key_type (self) == MGR_CACHE_KEY_TYPE_STRING, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return mgr_weak_cache_look_up (self, &read);
}

/**
 * mgr_weak_cache_get_int64:
 * @self: a weak cache with keys of %MGR_CACHE_KEY_TYPE_INT64
 * @key: what to look for
 *
 * Looks for an object, as mgr_weak_cache_get() does. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the object, or %NULL if there is none
 *
 * Since: 1.0
 */
GObject *
mgr_weak_cache_get_int64 (MgrWeakCache *self,
                          gint64        key)
{
  MgrKey read = mgr_key_of_int64 (key);

  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), NULL);
  g_return_val_if_fail (mgr_weak_cache_get_key_type (self) == MGR_CACHE_KEY_TYPE_INT64, NULL);

  return mgr_weak_cache_look_up (self, &read);
}

/**
 * mgr_weak_cache_get_bytes:
 * @self: a weak cache with keys of %MGR_CACHE_KEY_TYPE_BYTES
 * @key: what to look for
 *
 * Looks for an object, as mgr_weak_cache_get() does. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the object, or %NULL if there is none
 *
 * Since: 1.0
 */
GObject *
mgr_weak_cache_get_bytes (MgrWeakCache *self,
                          GBytes       *key)
{
  MgrKey read = mgr_key_of_bytes (key);

  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), NULL);
  g_return_val_if_fail (mgr_weak_cache_get_key_type (self) == MGR_CACHE_KEY_TYPE_BYTES, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return mgr_weak_cache_look_up (self, &read);
}

/**
 * mgr_weak_cache_put_string:
 * @self: a weak cache with keys of %MGR_CACHE_KEY_TYPE_STRING
 * @key: what to find it by
 * @value: the object
 *
 * Puts an object into the cache, as mgr_weak_cache_put() does. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_weak_cache_put_string (MgrWeakCache *self,
                           const char   *key,
                           GObject      *value)
{
  MgrKey read = mgr_key_of_string (key);

  g_return_if_fail (MGR_IS_WEAK_CACHE (self));
  g_return_if_fail (mgr_weak_cache_get_key_type (self) == MGR_CACHE_KEY_TYPE_STRING);
  g_return_if_fail (key != NULL);
  g_return_if_fail (G_IS_OBJECT (value));

  mgr_weak_cache_insert (self, &read, value);
}

/**
 * mgr_weak_cache_put_int64:
 * @self: a weak cache with keys of %MGR_CACHE_KEY_TYPE_INT64
 * @key: what to find it by
 * @value: the object
 *
 * Puts an object into the cache, as mgr_weak_cache_put() does. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_weak_cache_put_int64 (MgrWeakCache *self,
                          gint64        key,
                          GObject      *value)
{
  MgrKey read = mgr_key_of_int64 (key);

  g_return_if_fail (MGR_IS_WEAK_CACHE (self));
  g_return_if_fail (mgr_weak_cache_get_key_type (self) == MGR_CACHE_KEY_TYPE_INT64);
  g_return_if_fail (G_IS_OBJECT (value));

  mgr_weak_cache_insert (self, &read, value);
}

/**
 * mgr_weak_cache_put_bytes:
 * @self: a weak cache with keys of %MGR_CACHE_KEY_TYPE_BYTES
 * @key: what to find it by
 * @value: the object
 *
 * Puts an object into the cache, as mgr_weak_cache_put() does. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_weak_cache_put_bytes (MgrWeakCache *self,
                          GBytes       *key,
                          GObject      *value)
{
  MgrKey read = mgr_key_of_bytes (key);

  g_return_if_fail (MGR_IS_WEAK_CACHE (self));
  g_return_if_fail (mgr_weak_cache_get_key_type (self) == MGR_CACHE_KEY_TYPE_BYTES);
  g_return_if_fail (key != NULL);
  g_return_if_fail (G_IS_OBJECT (value));

  mgr_weak_cache_insert (self, &read, value);
}
