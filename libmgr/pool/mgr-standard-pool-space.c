/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-standard-pool-private.h"

void
mgr_standard_pool_follow_gauge (MgrStandardPool *self,
                                gboolean         crossed)
{
  /* Above the high line every release may be the one that goes below the low one. */
  gboolean counts = self->gauge.is_high && self->gauge.low_at > 0;

  if (crossed)
    mgr_pool_say_water (MGR_POOL (self), self->gauge.is_high, self->gauge.used);
  g_atomic_int_set (&self->stocking,
                    self->arena != NULL && !self->returning && !self->flushing && !counts);
}

gboolean
mgr_standard_pool_hold (MgrStandardPool  *self,
                        guint64           offset,
                        guint64           size,
                        guint64           used,
                        GError          **error)
{
  guint64 missing;

  if (self->arena == NULL)
    return mgr_pool_charge (MGR_POOL (self), used, error);

  missing = mgr_arena_get_missing (self->arena, offset, size);
  if (missing == 0)
    return TRUE;
  if (!mgr_pool_charge (MGR_POOL (self), mgr_arena_get_held (self->arena) + missing, error))
    return FALSE;

  mgr_arena_hold (self->arena, offset, size);
  return TRUE;
}

MgrBlockOutcome
mgr_standard_pool_take_place (MgrStandardPool        *self,
                              MgrBlockSlot           *slot,
                              const MgrBlockRequest  *request,
                              GError                **error)
{
  MgrOffsetAllocator *allocator = self->allocator;
  MgrOffsetBlock place;
  guint64 offset;
  guint64 size;

  place = mgr_offset_allocator_take (allocator, request->texts.size, request->alignment, slot);
  if (place == 0)
    return MGR_BLOCK_NO_PLACE;

  offset = mgr_offset_allocator_get_offset (allocator, place);
  size = mgr_offset_allocator_get_length (allocator, place);
  if (!mgr_standard_pool_hold (self, offset, size, self->gauge.used + size, error))
    {
      mgr_offset_allocator_give (allocator, place);
      return MGR_BLOCK_NO_CHARGE;
    }

  slot->place = place;
  slot->offset = offset;
  slot->size = size;
  if (mgr_pool_gauge_add (&self->gauge, size))
    mgr_standard_pool_follow_gauge (self, TRUE);
  return MGR_BLOCK_TAKEN;
}

void
mgr_standard_pool_follow_charge (MgrStandardPool *self)
{
  guint64 bytes = self->arena != NULL ? mgr_arena_get_held (self->arena) : self->gauge.used;

  mgr_pool_charge (MGR_POOL (self), bytes, NULL);
}

void
mgr_standard_pool_give_place (MgrStandardPool *self,
                              MgrBlockSlot    *slot)
{
  MgrOffsetAllocator *allocator = self->allocator;

  mgr_offset_allocator_give (allocator, slot->place);
  if (mgr_pool_gauge_remove (&self->gauge, slot->size))
    mgr_standard_pool_follow_gauge (self, TRUE);

  if (self->returning && self->arena != NULL)
    mgr_arena_release (self->arena,
                       mgr_offset_allocator_get_offset (allocator, slot->place),
                       mgr_offset_allocator_get_length (allocator, slot->place), G_MAXUINT64);
}

guint64
mgr_standard_pool_release_granules (MgrStandardPool *self,
                                    guint64          target)
{
  MgrOffsetAllocator *allocator = self->allocator;
  guint64 released = 0;

  if (self->arena == NULL)
    return 0;

  for (MgrOffsetBlock hole = mgr_offset_allocator_get_last (allocator);
       hole != 0 && released < target;
       hole = mgr_offset_allocator_get_previous (allocator, hole))
    {
      if (mgr_offset_allocator_is_hole (allocator, hole))
        released += mgr_arena_release (self->arena,
                                       mgr_offset_allocator_get_offset (allocator, hole),
                                       mgr_offset_allocator_get_length (allocator, hole),
                                       target - released);
    }

  self->gauge.trimmed_bytes += released;
  if (released > 0)
    mgr_standard_pool_follow_charge (self);
  return released;
}

double
mgr_standard_pool_get_scatter (MgrStandardPool *self)
{
  guint64 all = mgr_offset_allocator_get_free (self->allocator);
  guint64 largest = mgr_offset_allocator_get_largest_free (self->allocator);

  return all > 0 ? 1 - (double) largest / (double) all : 0;
}
