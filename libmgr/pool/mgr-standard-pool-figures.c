/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-standard-pool-private.h"

MgrPoolStatistics *
mgr_standard_pool_get_statistics (MgrPool *pool)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);
  MgrPoolStatistics *statistics;
  MgrPoolGauge gauge;
  guint64 largest = 0;

  mgr_standard_pool_lock_all (self);
  gauge = self->gauge;
  gauge.count = 0;
  gauge.total = 0;
  for (guint i = 0; i < self->n_stripes; i++)
    {
      gauge.count += self->stripes[i].count;
      gauge.total += self->stripes[i].total;
    }
  if (self->allocator != NULL)
    largest = mgr_offset_allocator_get_largest_free (self->allocator);
  statistics = mgr_pool_make_statistics (pool, &gauge, largest);
  mgr_standard_pool_unlock_all (self);

  return statistics;
}

void
mgr_standard_pool_draw          (MgrPool *pool,
                                 double  *cells,
                                 guint    n_cells)
{
  MgrStandardPool *self = MGR_STANDARD_POOL (pool);
  guint64 extent = mgr_pool_get_capacity (pool);
  MgrOffsetAllocator *allocator;

  mgr_standard_pool_lock_all (self);
  allocator = self->allocator;
  for (MgrOffsetBlock block = allocator != NULL ? mgr_offset_allocator_get_first (allocator) : 0;
       block != 0; block = mgr_offset_allocator_get_next (allocator, block))
    {
      if (!mgr_offset_allocator_is_hole (allocator, block))
        mgr_pool_cells_add (cells, n_cells, extent,
                            mgr_offset_allocator_get_offset (allocator, block),
                            mgr_offset_allocator_get_length (allocator, block));
    }
  mgr_standard_pool_unlock_all (self);
}

static gboolean
slot_has_tag (const MgrBlockSlot *slot,
              const char         *tag)
{
  return tag == NULL || (slot->tags != NULL
                         && g_strv_contains ((const char *const *) slot->tags, tag));
}

/**
 * mgr_standard_pool_list_blocks:
 * @self: a pool
 * @tag: (nullable): only blocks with this tag, or %NULL for all
 * @offset: how many to leave out
 * @limit: how many to list at most, or 0 for all
 *
 * Lists the blocks in the order in which they lie. May be called from any thread.
 *
 * Returns: (transfer container) (element-type MgrBlock): the blocks
 *
 * Since: 1.0
 */
GPtrArray *
mgr_standard_pool_list_blocks (MgrStandardPool *self,
                               const char      *tag,
                               guint            offset,
                               guint            limit)
{
  GPtrArray *blocks;
  MgrOffsetBlock block;

  g_return_val_if_fail (MGR_IS_STANDARD_POOL (self), NULL);

  blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_block_unref);
  mgr_standard_pool_lock_all (self);
  block = self->allocator != NULL ? mgr_offset_allocator_get_first (self->allocator) : 0;
  for (; block != 0 && (limit == 0 || blocks->len < limit);
       block = mgr_offset_allocator_get_next (self->allocator, block))
    {
      MgrBlockSlot *slot = mgr_offset_allocator_get_data (self->allocator, block);

      if (slot == NULL || !slot_has_tag (slot, tag))
        continue;
      if (offset > 0)
        offset--;
      else
        g_ptr_array_add (blocks, mgr_block_new (slot));
    }
  mgr_standard_pool_unlock_all (self);

  return blocks;
}

/**
 * mgr_standard_pool_lookup:
 * @self: a pool
 * @id: the id of a block
 * @error: return location for a #GError
 *
 * Tells what is known of a block. To look it up does not count as a use of it. An id that
 * is not that of a block of the pool is %MGR_ERROR_NOT_FOUND, and the text says whether
 * there was one. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the block, or %NULL on failure
 *
 * Since: 1.0
 */
MgrBlock *
mgr_standard_pool_lookup (MgrStandardPool  *self,
                          guint64           id,
                          GError          **error)
{
  MgrPoolStripe *stripe;
  MgrBlockSlot *slot;
  MgrBlock *block;

  g_return_val_if_fail (MGR_IS_STANDARD_POOL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  stripe = mgr_standard_pool_lock_block (self, id, MGR_ERROR_NOT_FOUND, &slot, error);
  if (stripe == NULL)
    return NULL;

  block = mgr_block_new (slot);
  mgr_brief_lock_let_go (&stripe->lock);
  return block;
}

/**
 * mgr_standard_pool_get_histogram:
 * @self: a pool
 * @length: (out): how many counts there are
 *
 * Counts the free pieces by their size: the count at index n is that of pieces of 2^n
 * bytes or more, but less than 2^(n+1). Costs the same however many there are. May be
 * called from any thread.
 *
 * Returns: (transfer full) (array length=length): the counts, up to the largest piece
 *
 * Since: 1.0
 */
guint *
mgr_standard_pool_get_histogram (MgrStandardPool *self,
                                 gsize           *length)
{
  guint *counts = NULL;

  g_return_val_if_fail (length != NULL, NULL);
  *length = 0;
  g_return_val_if_fail (MGR_IS_STANDARD_POOL (self), NULL);

  counts = g_new0 (guint, MGR_OFFSET_BINS);
  mgr_standard_pool_lock_all (self);
  if (self->allocator != NULL)
    mgr_offset_allocator_get_histogram (self->allocator, counts);
  mgr_standard_pool_unlock_all (self);

  for (gsize i = 0; i < MGR_OFFSET_BINS; i++)
    {
      if (counts[i] > 0)
        *length = i + 1;
    }
  return counts;
}
