/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-standard-pool-private.h"

guint64
mgr_standard_pool_trim (MgrPool *pool,
                        guint64  target)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);
  guint64 released = 0;

  mgr_standard_pool_lock_all (self);
  if (self->allocator != NULL)
    released = mgr_standard_pool_release_granules (self, target);
  mgr_standard_pool_unlock_all (self);

  mgr_pool_changed (pool);
  return released;
}

/* Bytes of granules that are held and nothing is in. */
static guint64
pool_get_loose (MgrStandardPool *self)
{
  MgrOffsetAllocator *allocator = self->allocator;
  guint64 loose = 0;

  if (self->arena == NULL)
    return 0;

  for (MgrOffsetBlock hole = mgr_offset_allocator_get_first (allocator); hole != 0;
       hole = mgr_offset_allocator_get_next (allocator, hole))
    {
      if (mgr_offset_allocator_is_hole (allocator, hole))
        loose += mgr_arena_get_loose (self->arena,
                                      mgr_offset_allocator_get_offset (allocator, hole),
                                      mgr_offset_allocator_get_length (allocator, hole));
    }

  return loose;
}

/* With all locks held: what could be evicted, as if nobody objected. */
static guint64
pool_get_evictable (MgrStandardPool *self)
{
  guint64 bytes = 0;

  if ((self->flags & MGR_STANDARD_POOL_FLAGS_EVICT) == 0 || self->arena == NULL)
    return 0;

  for (guint i = 0; i < self->n_stripes; i++)
    {
      for (guint k = 0; k < MGR_STANDARD_POOL_PRIORITIES; k++)
        {
          for (MgrBlockSlot *slot = self->stripes[i].lines[k].oldest; slot != NULL;
               slot = slot->newer)
            bytes += slot->size;
        }
    }

  return bytes;
}

MgrReclaimEstimate *
mgr_standard_pool_estimate (MgrPool *pool)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);
  guint64 evictable;
  guint64 loose;

  /* A cleanup that takes both would lose data where it was told that none is lost: what
   * has to be evicted is offered once nothing else is left. */
  mgr_standard_pool_lock_all (self);
  loose = self->allocator != NULL ? pool_get_loose (self) : 0;
  evictable = loose == 0 ? pool_get_evictable (self) : 0;
  mgr_standard_pool_unlock_all (self);

  return mgr_reclaim_estimate_new (loose + evictable, loose == 0, 0, 0);
}

guint64
mgr_standard_pool_reclaim (MgrPool          *pool,
                           guint64           target,
                           MgrPressureLevel  level,
                           gint64            deadline)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);
  guint64 released = mgr_pool_trim (pool, target);

  if (released > 0 || (self->flags & MGR_STANDARD_POOL_FLAGS_EVICT) == 0)
    return released;

  mgr_standard_pool_evict (self, target, deadline);
  return mgr_pool_trim (pool, target);
}
