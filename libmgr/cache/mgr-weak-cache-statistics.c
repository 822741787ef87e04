/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-weak-cache-statistics.h"

#include "cache/mgr-weak-cache-statistics-private.h"

/**
 * SECTION:mgr-weak-cache-statistics
 * @title: MgrWeakCacheStatistics
 * @short_description: what a weak cache was good for
 *
 * Statistics are immutable and may be shared between threads. They count from the making
 * of the cache on.
 */

/**
 * MgrWeakCacheStatistics:
 *
 * What a #MgrWeakCache was good for.
 *
 * Since: 1.0
 */
struct _MgrWeakCacheStatistics
{
  gatomicrefcount ref_count;
  MgrWeakCacheFigures figures;
};

G_DEFINE_BOXED_TYPE (MgrWeakCacheStatistics, mgr_weak_cache_statistics,
                     mgr_weak_cache_statistics_ref, mgr_weak_cache_statistics_unref)

MgrWeakCacheStatistics *
mgr_weak_cache_statistics_new (const MgrWeakCacheFigures *figures)
{
  MgrWeakCacheStatistics *self = g_new0 (MgrWeakCacheStatistics, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->figures = *figures;
  return self;
}

/**
 * mgr_weak_cache_statistics_ref:
 * @self: statistics
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrWeakCacheStatistics *
mgr_weak_cache_statistics_ref (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_weak_cache_statistics_unref:
 * @self: (transfer full): statistics
 *
 * Drops a reference; the last one frees the statistics. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_weak_cache_statistics_unref (MgrWeakCacheStatistics *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * mgr_weak_cache_statistics_get_entries:
 * @self: statistics
 *
 * Gets how many objects are in the cache now. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_weak_cache_statistics_get_entries (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.entries;
}

/**
 * mgr_weak_cache_statistics_get_hits:
 * @self: statistics
 *
 * Gets how many times an object was asked for and there. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_weak_cache_statistics_get_hits (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.hits;
}

/**
 * mgr_weak_cache_statistics_get_misses:
 * @self: statistics
 *
 * Gets how many times an object was asked for and not there. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_weak_cache_statistics_get_misses (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.misses;
}

/**
 * mgr_weak_cache_statistics_get_loads:
 * @self: statistics
 *
 * Gets how many times a loader gave an object. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_weak_cache_statistics_get_loads (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.loads;
}

/**
 * mgr_weak_cache_statistics_get_load_failures:
 * @self: statistics
 *
 * Gets how many times a loader failed. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_weak_cache_statistics_get_load_failures (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.load_failures;
}

/**
 * mgr_weak_cache_statistics_get_load_time:
 * @self: statistics
 *
 * Gets how long all loaders took together. May be called
 * from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_weak_cache_statistics_get_load_time (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.load_time;
}

/**
 * mgr_weak_cache_statistics_get_joins:
 * @self: statistics
 *
 * Gets how many times somebody waited for what another was loading already. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_weak_cache_statistics_get_joins (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.joins;
}

/**
 * mgr_weak_cache_statistics_get_collected:
 * @self: statistics
 *
 * Gets how many objects left because nobody held them any more. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_weak_cache_statistics_get_collected (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.collected;
}

/**
 * mgr_weak_cache_statistics_get_removed:
 * @self: statistics
 *
 * Gets how many objects were removed by hand. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_weak_cache_statistics_get_removed (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.removed;
}

/**
 * mgr_weak_cache_statistics_get_replaced:
 * @self: statistics
 *
 * Gets how many objects made way for others under the same key. May be called
 * from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_weak_cache_statistics_get_replaced (MgrWeakCacheStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.replaced;
}

/**
 * mgr_weak_cache_statistics_get_hit_ratio:
 * @self: statistics
 *
 * Gets which share of what was asked for was there. May be called from any thread.
 *
 * Returns: a ratio from 0 to 1; 0 where nothing was asked for
 *
 * Since: 1.0
 */
double
mgr_weak_cache_statistics_get_hit_ratio (MgrWeakCacheStatistics *self)
{
  guint64 asked;

  g_return_val_if_fail (self != NULL, 0.0);

  asked = self->figures.hits + self->figures.misses;
  return asked > 0 ? (double) self->figures.hits / (double) asked : 0.0;
}
