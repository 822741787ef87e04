/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-statistics-private.h"

#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"

/**
 * SECTION:mgr-cache-statistics
 * @title: MgrCacheStatistics
 * @short_description: what a cache was good for
 *
 * Statistics are immutable and may be shared between threads. They count from the making
 * of the cache on.
 */

/**
 * MgrCacheStatistics:
 *
 * What a #MgrCache was good for.
 *
 * Since: 1.0
 */
struct _MgrCacheStatistics
{
  gatomicrefcount ref_count;
  MgrCacheFigures figures;
};

G_DEFINE_BOXED_TYPE (MgrCacheStatistics, mgr_cache_statistics, mgr_cache_statistics_ref,
                     mgr_cache_statistics_unref)

MgrCacheStatistics *
mgr_cache_statistics_new (const MgrCacheFigures *figures)
{
  MgrCacheStatistics *self = g_new0 (MgrCacheStatistics, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->figures = *figures;
  return self;
}

/**
 * mgr_cache_statistics_ref:
 * @self: statistics
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrCacheStatistics *
mgr_cache_statistics_ref (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_cache_statistics_unref:
 * @self: (transfer full): statistics
 *
 * Drops a reference; the last one frees it. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_statistics_unref (MgrCacheStatistics *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * mgr_cache_statistics_get_entries:
 * @self: statistics
 *
 * Gets how many entries are in the cache now.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_entries (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.entries;
}

/**
 * mgr_cache_statistics_get_bytes:
 * @self: statistics
 *
 * Gets what the entries that are in the cache now take, with what the cache itself needs for each.
 * May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_bytes (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.bytes;
}

/**
 * mgr_cache_statistics_get_hits:
 * @self: statistics
 *
 * Gets how many times a value was asked for and there.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_hits (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.hits;
}

/**
 * mgr_cache_statistics_get_misses:
 * @self: statistics
 *
 * Gets how many times a value was asked for and not there.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_misses (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.misses;
}

/**
 * mgr_cache_statistics_get_loads:
 * @self: statistics
 *
 * Gets how many times a loader gave a value.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_loads (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.loads;
}

/**
 * mgr_cache_statistics_get_load_failures:
 * @self: statistics
 *
 * Gets how many times a loader failed.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_load_failures (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.load_failures;
}

/**
 * mgr_cache_statistics_get_load_time:
 * @self: statistics
 *
 * Gets how long all loaders took together.
 * May be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_cache_statistics_get_load_time (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.load_time;
}

/**
 * mgr_cache_statistics_get_joins:
 * @self: statistics
 *
 * Gets how many times somebody waited for what another was loading already.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_joins (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.joins;
}

/**
 * mgr_cache_statistics_get_stale:
 * @self: statistics
 *
 * Gets how many times a value was given that was due to be loaded again, since somebody was loading it.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_stale (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.stale;
}

/**
 * mgr_cache_statistics_get_recalled:
 * @self: statistics
 *
 * Gets how many times a value that was not in memory came back from #MgrCache:store: misses
 * that needed no loader. May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_recalled (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.recalled;
}

/**
 * mgr_cache_statistics_get_hit_ratio:
 * @self: statistics
 *
 * Gets which share of what was asked for was there. May be called from any thread.
 *
 * Returns: a ratio from 0 to 1; 0 where nothing was asked for
 *
 * Since: 1.0
 */
double
mgr_cache_statistics_get_hit_ratio (MgrCacheStatistics *self)
{
  guint64 asked;

  g_return_val_if_fail (self != NULL, 0.0);

  asked = self->figures.hits + self->figures.misses;
  return asked > 0 ? (double) self->figures.hits / (double) asked : 0.0;
}

/**
 * mgr_cache_statistics_get_eviction_age:
 * @self: statistics
 *
 * Gets how old entries were on average when they went for want of room or of memory: if
 * that is not much longer than values are wanted for, the cache is too small. May be called
 * from any thread.
 *
 * Returns: microseconds; 0 where none went
 *
 * Since: 1.0
 */
gint64
mgr_cache_statistics_get_eviction_age (MgrCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.eviction_age;
}

/**
 * mgr_cache_statistics_get_removed:
 * @self: statistics
 * @cause: why
 *
 * Gets how many entries went for a reason. May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_removed (MgrCacheStatistics *self,
                                  MgrCacheCause       cause)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail ((guint) cause < MGR_CACHE_N_CAUSES, 0);

  return self->figures.removed[cause];
}

/**
 * mgr_cache_statistics_get_removed_bytes:
 * @self: statistics
 * @cause: why
 *
 * Gets what the entries took that went for a reason. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_cache_statistics_get_removed_bytes (MgrCacheStatistics *self,
                                        MgrCacheCause       cause)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail ((guint) cause < MGR_CACHE_N_CAUSES, 0);

  return self->figures.removed_bytes[cause];
}

static GVariant *
causes_to_variant (const guint64 *figures)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (int i = 0; i < MGR_CACHE_N_CAUSES; i++)
    g_variant_builder_add (&builder, "{sv}", mgr_enum_get_nick (MGR_TYPE_CACHE_CAUSE, i),
                           g_variant_new_uint64 (figures[i]));

  return g_variant_builder_end (&builder);
}

/**
 * mgr_cache_statistics_to_variant:
 * @self: statistics
 *
 * Writes the figures as a dictionary of type `a{sv}`, for D-Bus and JSON: `hit-ratio` (d),
 * `load-time` and `eviction-age` in microseconds (x), `entries`, `bytes`, `hits`, `misses`,
 * `loads`, `load-failures`, `joins`, `stale` and `recalled` (t), and `removed` and `removed-bytes`
 * (a{sv}), each with a number (t) by cause, such as `pressure`. May be called from any
 * thread.
 *
 * Returns: (transfer floating): the dictionary
 *
 * Since: 1.0
 */
GVariant *
mgr_cache_statistics_to_variant (MgrCacheStatistics *self)
{
  const MgrCacheFigures *figures;
  GVariantDict dict;

  g_return_val_if_fail (self != NULL, NULL);

  figures = &self->figures;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "entries", "t", figures->entries);
  g_variant_dict_insert (&dict, "bytes", "t", figures->bytes);
  g_variant_dict_insert (&dict, "hits", "t", figures->hits);
  g_variant_dict_insert (&dict, "misses", "t", figures->misses);
  g_variant_dict_insert (&dict, "hit-ratio", "d", mgr_cache_statistics_get_hit_ratio (self));
  g_variant_dict_insert (&dict, "loads", "t", figures->loads);
  g_variant_dict_insert (&dict, "load-failures", "t", figures->load_failures);
  g_variant_dict_insert (&dict, "load-time", "x", figures->load_time);
  g_variant_dict_insert (&dict, "joins", "t", figures->joins);
  g_variant_dict_insert (&dict, "stale", "t", figures->stale);
  g_variant_dict_insert (&dict, "recalled", "t", figures->recalled);
  g_variant_dict_insert (&dict, "eviction-age", "x", figures->eviction_age);
  g_variant_dict_insert_value (&dict, "removed", causes_to_variant (figures->removed));
  g_variant_dict_insert_value (&dict, "removed-bytes", causes_to_variant (figures->removed_bytes));
  return g_variant_dict_end (&dict);
}
