/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-store-statistics.h"

#include "cache/mgr-cache-store-statistics-private.h"

/**
 * SECTION:mgr-cache-store-statistics
 * @title: MgrCacheStoreStatistics
 * @short_description: what a second tier of a cache was good for
 *
 * Statistics are immutable and may be shared between threads. They count from the
 * making of the store on, and only what went through it: where several programs share
 * a file or a server, each has its own.
 */

/**
 * MgrCacheStoreStatistics:
 *
 * What a #MgrCacheStore was good for.
 *
 * Since: 1.0
 */
struct _MgrCacheStoreStatistics
{
  gatomicrefcount ref_count;
  MgrCacheStoreFigures figures;
};

G_DEFINE_BOXED_TYPE (MgrCacheStoreStatistics, mgr_cache_store_statistics,
                     mgr_cache_store_statistics_ref, mgr_cache_store_statistics_unref)

static const struct
{
  const char *name;
  gsize offset;
} fields[] = {
  { "hits", G_STRUCT_OFFSET (MgrCacheStoreFigures, hits) },
  { "misses", G_STRUCT_OFFSET (MgrCacheStoreFigures, misses) },
  { "stored", G_STRUCT_OFFSET (MgrCacheStoreFigures, stored) },
  { "refused", G_STRUCT_OFFSET (MgrCacheStoreFigures, refused) },
  { "evicted", G_STRUCT_OFFSET (MgrCacheStoreFigures, evicted) },
  { "expired", G_STRUCT_OFFSET (MgrCacheStoreFigures, expired) },
  { "failures", G_STRUCT_OFFSET (MgrCacheStoreFigures, failures) },
  { "timeouts", G_STRUCT_OFFSET (MgrCacheStoreFigures, timeouts) },
  { "connects", G_STRUCT_OFFSET (MgrCacheStoreFigures, connects) },
  { "entries", G_STRUCT_OFFSET (MgrCacheStoreFigures, entries) },
  { "bytes", G_STRUCT_OFFSET (MgrCacheStoreFigures, bytes) },
};

MgrCacheStoreStatistics *
mgr_cache_store_statistics_new_from_figures (const MgrCacheStoreFigures *figures)
{
  MgrCacheStoreStatistics *self = g_new0 (MgrCacheStoreStatistics, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->figures = *figures;
  return self;
}

/**
 * mgr_cache_store_statistics_new:
 * @figures: an a{sv} of figures of type t by the names of the getters; taken if floating
 *
 * Makes statistics, for a store of a program's own. What is not among @figures is 0, and
 * names that are none of a getter are ignored. May be called from any thread.
 *
 * Returns: (transfer full): the statistics
 *
 * Since: 1.0
 */
MgrCacheStoreStatistics *
mgr_cache_store_statistics_new (GVariant *figures)
{
  g_autoptr (GVariant) sunk = NULL;
  MgrCacheStoreFigures read = { 0 };

  g_return_val_if_fail (figures != NULL, NULL);

  sunk = g_variant_ref_sink (figures);
  g_return_val_if_fail (g_variant_is_of_type (sunk, G_VARIANT_TYPE_VARDICT), NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    g_variant_lookup (sunk, fields[i].name, "t", G_STRUCT_MEMBER_P (&read, fields[i].offset));

  return mgr_cache_store_statistics_new_from_figures (&read);
}

/**
 * mgr_cache_store_statistics_ref:
 * @self: statistics
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrCacheStoreStatistics *
mgr_cache_store_statistics_ref (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_cache_store_statistics_unref:
 * @self: (transfer full): statistics
 *
 * Drops a reference; the last one frees the statistics. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_store_statistics_unref (MgrCacheStoreStatistics *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * mgr_cache_store_statistics_to_variant:
 * @self: statistics
 *
 * Gets all figures by the names of their getters. May be called from any thread.
 *
 * Returns: (transfer floating): an a{sv} of figures of type t
 *
 * Since: 1.0
 */
GVariant *
mgr_cache_store_statistics_to_variant (MgrCacheStoreStatistics *self)
{
  GVariantDict dict;

  g_return_val_if_fail (self != NULL, NULL);

  g_variant_dict_init (&dict, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    g_variant_dict_insert (&dict, fields[i].name, "t",
                           G_STRUCT_MEMBER (guint64, &self->figures, fields[i].offset));

  return g_variant_dict_end (&dict);
}

/**
 * mgr_cache_store_statistics_get_hits:
 * @self: statistics
 *
 * Gets how many loads found a value. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_hits (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.hits;
}

/**
 * mgr_cache_store_statistics_get_misses:
 * @self: statistics
 *
 * Gets how many loads found none, for whatever reason. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_misses (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.misses;
}

/**
 * mgr_cache_store_statistics_get_stored:
 * @self: statistics
 *
 * Gets how many values were kept. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_stored (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.stored;
}

/**
 * mgr_cache_store_statistics_get_refused:
 * @self: statistics
 *
 * Gets how many values were not kept, as those that are larger than the store. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_refused (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.refused;
}

/**
 * mgr_cache_store_statistics_get_evicted:
 * @self: statistics
 *
 * Gets how many values had to go for others. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_evicted (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.evicted;
}

/**
 * mgr_cache_store_statistics_get_expired:
 * @self: statistics
 *
 * Gets how many values were removed because their time was up; those that
 * something else removes, as a server does, are not known. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_expired (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.expired;
}

/**
 * mgr_cache_store_statistics_get_failures:
 * @self: statistics
 *
 * Gets how many calls failed: what they came for was not to be had. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_failures (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.failures;
}

/**
 * mgr_cache_store_statistics_get_timeouts:
 * @self: statistics
 *
 * Gets how many of the failures were for want of an answer in time. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_timeouts (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.timeouts;
}

/**
 * mgr_cache_store_statistics_get_connects:
 * @self: statistics
 *
 * Gets how often a connection was made, or a file opened. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_connects (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.connects;
}

/**
 * mgr_cache_store_statistics_get_entries:
 * @self: statistics
 *
 * Gets how many values there are now; 0 where that is not known. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_entries (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.entries;
}

/**
 * mgr_cache_store_statistics_get_bytes:
 * @self: statistics
 *
 * Gets how much room the values take now, in bytes; 0 where that is not known. May be called
 * from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_cache_store_statistics_get_bytes (MgrCacheStoreStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.bytes;
}
