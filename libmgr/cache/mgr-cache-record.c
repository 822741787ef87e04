/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-record-private.h"

/**
 * SECTION:mgr-cache-record
 * @title: MgrCacheRecord
 * @short_description: an entry of a cache, as it was at one time
 *
 * mgr_cache_list() gives a record of each entry. Records are immutable and may be shared
 * between threads; each holds its value, whatever becomes of the entry.
 */

/**
 * MgrCacheRecord:
 *
 * An entry of a #MgrCache, as it was at one time.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrCacheRecord, mgr_cache_record, mgr_cache_record_ref, mgr_cache_record_unref)

MgrCacheRecord *
mgr_cache_record_new (void)
{
  MgrCacheRecord *self = g_new0 (MgrCacheRecord, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

/**
 * mgr_cache_record_ref:
 * @self: a record
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrCacheRecord *
mgr_cache_record_ref (MgrCacheRecord *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_cache_record_unref:
 * @self: (transfer full): a record
 *
 * Drops a reference; the last one frees it. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_record_unref (MgrCacheRecord *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_value_unset (&self->key);
  g_value_unset (&self->value);
  g_free (self);
}

/**
 * mgr_cache_record_get_key:
 * @self: a record
 * @key: (out caller-allocates): return location, not initialised
 *
 * Gets what the entry is found by. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_record_get_key (MgrCacheRecord *self,
                          GValue         *key)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (key != NULL);

  g_value_init (key, G_VALUE_TYPE (&self->key));
  g_value_copy (&self->key, key);
}

/**
 * mgr_cache_record_get_value:
 * @self: a record
 * @value: (out caller-allocates): return location, not initialised
 *
 * Gets the value of the entry. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_record_get_value (MgrCacheRecord *self,
                            GValue         *value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (value != NULL);

  g_value_init (value, G_VALUE_TYPE (&self->value));
  g_value_copy (&self->value, value);
}

/**
 * mgr_cache_record_get_size:
 * @self: a record
 *
 * Gets what the entry takes, with what the cache itself needs for it.
 * May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_cache_record_get_size (MgrCacheRecord *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * mgr_cache_record_get_age:
 * @self: a record
 *
 * Gets how long ago the value was put.
 * May be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_cache_record_get_age (MgrCacheRecord *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->age;
}

/**
 * mgr_cache_record_get_idle:
 * @self: a record
 *
 * Gets how long ago the value was used last, as far as uses are tracked; see #MgrCache:track-uses.
 * May be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_cache_record_get_idle (MgrCacheRecord *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->idle;
}

/**
 * mgr_cache_record_get_uses:
 * @self: a record
 *
 * Gets how many times the value was used, as far as uses are tracked; see #MgrCache:track-uses.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint
mgr_cache_record_get_uses (MgrCacheRecord *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->uses;
}
