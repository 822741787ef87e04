/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-reclaim-estimate.h"

/**
 * SECTION:mgr-reclaim-estimate
 * @title: MgrReclaimEstimate
 * @short_description: what a reclaimer could give back, and at what price
 *
 * An estimate is immutable and may be shared between threads.
 */

/**
 * MgrReclaimEstimate:
 *
 * What a #MgrReclaimer could give back, and at what price.
 *
 * Since: 1.0
 */
struct _MgrReclaimEstimate
{
  gatomicrefcount ref_count;

  guint64 bytes;
  gboolean lossy;
  gint64 rebuild_cost; /* µs */
  gint64 walk_cost;    /* µs */
};

G_DEFINE_BOXED_TYPE (MgrReclaimEstimate, mgr_reclaim_estimate,
                     mgr_reclaim_estimate_ref, mgr_reclaim_estimate_unref)

/**
 * mgr_reclaim_estimate_new:
 * @bytes: how many bytes could be given back now
 * @lossy: whether what they hold is lost and has to be made again when it is wanted
 * @rebuild_cost: how long that takes for all of it, in microseconds, or 0
 * @walk_cost: how long it takes to find out what may go, in microseconds, or 0
 *
 * Makes an estimate. Costs below 0 count as 0. May be called from any thread.
 *
 * Returns: (transfer full): the estimate
 *
 * Since: 1.0
 */
MgrReclaimEstimate *
mgr_reclaim_estimate_new (guint64  bytes,
                          gboolean lossy,
                          gint64   rebuild_cost,
                          gint64   walk_cost)
{
  MgrReclaimEstimate *self = g_new0 (MgrReclaimEstimate, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->bytes = bytes;
  self->lossy = !!lossy;
  self->rebuild_cost = MAX (rebuild_cost, 0);
  self->walk_cost = MAX (walk_cost, 0);
  return self;
}

/**
 * mgr_reclaim_estimate_ref:
 * @self: an estimate
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrReclaimEstimate *
mgr_reclaim_estimate_ref (MgrReclaimEstimate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_reclaim_estimate_unref:
 * @self: (transfer full): an estimate
 *
 * Drops a reference; the last one frees the estimate. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_reclaim_estimate_unref (MgrReclaimEstimate *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * mgr_reclaim_estimate_get_bytes:
 * @self: an estimate
 *
 * Gets how much could be given back now. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_reclaim_estimate_get_bytes (MgrReclaimEstimate *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->bytes;
}

/**
 * mgr_reclaim_estimate_get_lossy:
 * @self: an estimate
 *
 * Gets whether what is given back has to be made again when it is wanted. May be called from any thread.
 *
 * Returns: %TRUE if it is lost; %FALSE if it comes back by itself, as from a file
 *
 * Since: 1.0
 */
gboolean
mgr_reclaim_estimate_get_lossy (MgrReclaimEstimate *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->lossy;
}

/**
 * mgr_reclaim_estimate_get_rebuild_cost:
 * @self: an estimate
 *
 * Gets how long it takes to make all of it again. May be called from any thread.
 *
 * Returns: microseconds; 0 if that is not known
 *
 * Since: 1.0
 */
gint64
mgr_reclaim_estimate_get_rebuild_cost (MgrReclaimEstimate *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->rebuild_cost;
}

/**
 * mgr_reclaim_estimate_get_walk_cost:
 * @self: an estimate
 *
 * Gets how long it takes to find out what may go. May be called from any thread.
 *
 * Returns: microseconds; 0 if that is not known
 *
 * Since: 1.0
 */
gint64
mgr_reclaim_estimate_get_walk_cost (MgrReclaimEstimate *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->walk_cost;
}
