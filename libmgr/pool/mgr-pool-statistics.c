/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-pool-statistics-private.h"

/**
 * SECTION:mgr-pool-statistics
 * @title: MgrPoolStatistics
 * @short_description: the figures of a pool, at one moment
 *
 * All figures of a #MgrPool, taken together under its lock, so that they fit each other.
 * They never change and may be read from any thread.
 */

/**
 * MgrPoolStatistics:
 *
 * The figures of a pool, from mgr_pool_get_statistics().
 *
 * Since: 1.0
 */
struct _MgrPoolStatistics
{
  gatomicrefcount ref_count;

  MgrPoolFigures figures;
};

G_DEFINE_BOXED_TYPE (MgrPoolStatistics, mgr_pool_statistics,
                     mgr_pool_statistics_ref, mgr_pool_statistics_unref)

MgrPoolStatistics *
mgr_pool_statistics_new (const MgrPoolFigures *figures)
{
  MgrPoolStatistics *self = g_new (MgrPoolStatistics, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->figures = *figures;
  return self;
}

/**
 * mgr_pool_statistics_ref:
 * @self: statistics
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrPoolStatistics *
mgr_pool_statistics_ref (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_pool_statistics_unref:
 * @self: (transfer full): statistics
 *
 * Drops a reference; the last one frees the statistics. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pool_statistics_unref (MgrPoolStatistics *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * mgr_pool_statistics_get_capacity:
 * @self: statistics
 *
 * Gets the most that the pool may hold. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_capacity (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.capacity;
}

/**
 * mgr_pool_statistics_get_charged:
 * @self: statistics
 *
 * Gets what the pool held from the system, and what its component was charged for. May be
 * called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_charged (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.charged;
}

/**
 * mgr_pool_statistics_get_used:
 * @self: statistics
 *
 * Gets what was handed out, each block rounded up to its alignment. May be called from any
 * thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_used (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.used;
}

/**
 * mgr_pool_statistics_get_peak:
 * @self: statistics
 *
 * Gets the most that was handed out at one time. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_peak (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.peak;
}

/**
 * mgr_pool_statistics_get_available:
 * @self: statistics
 *
 * Gets what could still be handed out: the capacity less what is used. One request may get
 * no more than mgr_pool_statistics_get_largest_free() of it. May be called from any
 * thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_available (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.capacity - MIN (self->figures.used, self->figures.capacity);
}

/**
 * mgr_pool_statistics_get_largest_free:
 * @self: statistics
 *
 * Gets the most that one request could get. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_largest_free (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.largest_free;
}

/**
 * mgr_pool_statistics_get_fragmentation:
 * @self: statistics
 *
 * Gets which share of what is available one request cannot get, as it lies in pieces: 1
 * less the largest free piece over all that is available. May be called from any thread.
 *
 * Returns: the share, from 0 (all in one piece) to 1
 *
 * Since: 1.0
 */
double
mgr_pool_statistics_get_fragmentation (MgrPoolStatistics *self)
{
  guint64 available;

  g_return_val_if_fail (self != NULL, 0);

  available = mgr_pool_statistics_get_available (self);
  if (available <= self->figures.largest_free)
    return 0;

  return 1 - (double) self->figures.largest_free / (double) available;
}

/**
 * mgr_pool_statistics_get_allocation_count:
 * @self: statistics
 *
 * Gets how many blocks were handed out. May be called from any thread.
 *
 * Returns: the number of blocks
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_allocation_count (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.allocation_count;
}

/**
 * mgr_pool_statistics_get_total_count:
 * @self: statistics
 *
 * Gets how many blocks were handed out since the pool was made. May be called from any
 * thread.
 *
 * Returns: the number of blocks
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_total_count (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.total_count;
}

/**
 * mgr_pool_statistics_get_refused_count:
 * @self: statistics
 *
 * Gets how many requests the pool refused since it was made. May be called from any
 * thread.
 *
 * Returns: the number of requests
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_refused_count (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.refused_count;
}

/**
 * mgr_pool_statistics_get_evicted_count:
 * @self: statistics
 *
 * Gets how many blocks the pool took from their holders since it was made, to make room or
 * because memory was short. May be called from any thread.
 *
 * Returns: the number of blocks
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_evicted_count (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.evicted_count;
}

/**
 * mgr_pool_statistics_get_evicted_bytes:
 * @self: statistics
 *
 * Gets how much the pool took from holders since it was made. May be called from any
 * thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_evicted_bytes (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.evicted_bytes;
}

/**
 * mgr_pool_statistics_get_trimmed_bytes:
 * @self: statistics
 *
 * Gets how much free memory the pool gave back to the system since it was made. May be
 * called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_statistics_get_trimmed_bytes (MgrPoolStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.trimmed_bytes;
}

/**
 * mgr_pool_statistics_to_variant:
 * @self: statistics
 *
 * Writes the figures as a dictionary of type `a{sv}`, for D-Bus and JSON: `fragmentation`
 * (d), and `capacity`, `charged`, `used`, `peak`, `available`, `largest-free`,
 * `allocation-count`, `total-count`, `refused-count`, `evicted-count`, `evicted-bytes` and
 * `trimmed-bytes` (t). May be called from any thread.
 *
 * Returns: (transfer floating): the dictionary
 *
 * Since: 1.0
 */
GVariant *
mgr_pool_statistics_to_variant (MgrPoolStatistics *self)
{
  const MgrPoolFigures *figures;
  GVariantDict dict;

  g_return_val_if_fail (self != NULL, NULL);

  figures = &self->figures;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "capacity", "t", figures->capacity);
  g_variant_dict_insert (&dict, "charged", "t", figures->charged);
  g_variant_dict_insert (&dict, "used", "t", figures->used);
  g_variant_dict_insert (&dict, "peak", "t", figures->peak);
  g_variant_dict_insert (&dict, "available", "t", mgr_pool_statistics_get_available (self));
  g_variant_dict_insert (&dict, "largest-free", "t", figures->largest_free);
  g_variant_dict_insert (&dict, "fragmentation", "d",
                         mgr_pool_statistics_get_fragmentation (self));
  g_variant_dict_insert (&dict, "allocation-count", "t", figures->allocation_count);
  g_variant_dict_insert (&dict, "total-count", "t", figures->total_count);
  g_variant_dict_insert (&dict, "refused-count", "t", figures->refused_count);
  g_variant_dict_insert (&dict, "evicted-count", "t", figures->evicted_count);
  g_variant_dict_insert (&dict, "evicted-bytes", "t", figures->evicted_bytes);
  g_variant_dict_insert (&dict, "trimmed-bytes", "t", figures->trimmed_bytes);
  return g_variant_dict_end (&dict);
}
