/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-block.h"

#include "pool/mgr-block-private.h"

/**
 * SECTION:mgr-block
 * @title: MgrBlock
 * @short_description: what a pool knows of one of its blocks
 *
 * What mgr_standard_pool_lookup() and mgr_standard_pool_list_blocks() tell of a block as
 * it was at that moment. It is immutable, may be shared between threads, and keeps
 * nothing alive.
 */

/**
 * MgrBlock:
 *
 * What a pool knows of one of its blocks.
 *
 * Since: 1.0
 */
struct _MgrBlock
{
  gatomicrefcount ref_count;

  guint64 id;
  guint64 offset;    /* bytes */
  guint64 size;      /* bytes */
  gint64 last_used;  /* µs */
  char *description; /* (owned) */
  GStrv tags;        /* (owned) */
  guint priority;
  gboolean pinned;
};

G_DEFINE_BOXED_TYPE (MgrBlock, mgr_block, mgr_block_ref, mgr_block_unref)

MgrBlock *
mgr_block_new (const MgrBlockSlot *slot)
{
  MgrBlock *self = g_new0 (MgrBlock, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = slot->id;
  self->offset = slot->offset;
  self->size = slot->size;
  self->last_used = (gint64) (slot->stamp >> MGR_BLOCK_STAMP_BITS);
  self->description = g_strdup (slot->description);
  self->tags = slot->tags != NULL ? g_strdupv ((GStrv) slot->tags) : g_new0 (char *, 1);
  self->priority = slot->priority;
  self->pinned = slot->pins > 0;
  return self;
}

/**
 * mgr_block_ref:
 * @self: a block
 *
 * Takes another reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrBlock *
mgr_block_ref (MgrBlock *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_block_unref:
 * @self: (transfer full): a block
 *
 * Drops a reference. The block itself stays in its pool. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_block_unref (MgrBlock *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->description);
  g_strfreev (self->tags);
  g_free (self);
}

/**
 * mgr_block_get_id:
 * @self: a block
 *
 * Gets the id that the pool knows the block by. No other block of this process ever has
 * it, and it is below 2^53, so that JavaScript can count it.
 *
 * Returns: the id, never 0
 *
 * Since: 1.0
 */
guint64
mgr_block_get_id (MgrBlock *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->id;
}

/**
 * mgr_block_get_offset:
 * @self: a block
 *
 * Gets where the block began, from the start of the pool. A block that is not pinned may
 * have moved since.
 *
 * Returns: the offset in bytes
 *
 * Since: 1.0
 */
guint64
mgr_block_get_offset (MgrBlock *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->offset;
}

/**
 * mgr_block_get_size:
 * @self: a block
 *
 * Gets the size: what was asked for, rounded up to the unit of the pool.
 *
 * Returns: the size in bytes
 *
 * Since: 1.0
 */
guint64
mgr_block_get_size (MgrBlock *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * mgr_block_get_description:
 * @self: a block
 *
 * Gets what the block is for.
 *
 * Returns: the description, empty if none was given
 *
 * Since: 1.0
 */
const char *
mgr_block_get_description (MgrBlock *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->description;
}

/**
 * mgr_block_get_priority:
 * @self: a block
 *
 * Gets how much the block is worth keeping.
 *
 * Returns: 1 (goes first) to 10 (goes last)
 *
 * Since: 1.0
 */
guint
mgr_block_get_priority (MgrBlock *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->priority;
}

/**
 * mgr_block_get_tags:
 * @self: a block
 *
 * Gets the tags.
 *
 * Returns: (array zero-terminated=1) (transfer none): the tags
 *
 * Since: 1.0
 */
const char * const *
mgr_block_get_tags (MgrBlock *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *) self->tags;
}

/**
 * mgr_block_get_pinned:
 * @self: a block
 *
 * Gets whether somebody was using the block: then it neither moves nor goes.
 *
 * Returns: %TRUE if it was pinned
 *
 * Since: 1.0
 */
gboolean
mgr_block_get_pinned (MgrBlock *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->pinned;
}

/**
 * mgr_block_get_last_used:
 * @self: a block
 *
 * Gets when the block was made, pinned, unpinned or touched last, by the clock of the
 * pool. On the system's clock it is rounded to the kernel's tick (1 to 10 ms).
 *
 * Returns: the time in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_block_get_last_used (MgrBlock *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->last_used;
}
