/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-block-view.h"

#include "pool/mgr-block-view-private.h"

/**
 * SECTION:mgr-block-view
 * @title: MgrBlockView
 * @short_description: the memory of a block, for as long as it is held
 *
 * A view is got from mgr_standard_pool_view(). As long as somebody holds it the block is
 * pinned, so that it is neither freed, evicted nor moved, and its pool stays. Others may
 * see the memory at the same time.
 *
 * In Python `memoryview()` and `numpy.asarray()` see the memory itself, and hold the view
 * as long as they need it. All functions may be called from any thread.
 */

/**
 * MgrBlockView:
 *
 * The memory of a block, for as long as it is held.
 *
 * Since: 1.0
 */
struct _MgrBlockView
{
  gatomicrefcount ref_count;

  MgrStandardPool *pool; /* (owned) */
  guint64 id;
  gpointer data;         /* (unowned): pinned in the pool */
  gsize size;
};

G_DEFINE_BOXED_TYPE (MgrBlockView, mgr_block_view, mgr_block_view_ref, mgr_block_view_unref)

MgrBlockView *
mgr_block_view_new (MgrStandardPool *pool,
                    guint64          id,
                    gpointer         data,
                    gsize            size)
{
  MgrBlockView *self = g_new0 (MgrBlockView, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->pool = g_object_ref (pool);
  self->id = id;
  self->data = data;
  self->size = size;
  return self;
}

/**
 * mgr_block_view_ref:
 * @self: a view
 *
 * Takes another reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrBlockView *
mgr_block_view_ref (MgrBlockView *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_block_view_unref:
 * @self: (transfer full): a view
 *
 * Drops a reference. The last one unpins the block.
 *
 * Since: 1.0
 */
void
mgr_block_view_unref (MgrBlockView *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  mgr_standard_pool_unpin (self->pool, self->id, NULL);
  g_object_unref (self->pool);
  g_free (self);
}

/**
 * mgr_block_view_get_id:
 * @self: a view
 *
 * Gets the id of the block.
 *
 * Returns: the id
 *
 * Since: 1.0
 */
guint64
mgr_block_view_get_id (MgrBlockView *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->id;
}

/**
 * mgr_block_view_get_data: (skip)
 * @self: a view
 *
 * Gets where the block lies. It may be read and written as long as the view is held.
 *
 * Returns: (transfer none): the address
 *
 * Since: 1.0
 */
gpointer
mgr_block_view_get_data (MgrBlockView *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->data;
}

/**
 * mgr_block_view_get_address:
 * @self: a view
 *
 * Gets where the block lies as a number, for languages that have no pointers.
 *
 * Returns: the address
 *
 * Since: 1.0
 */
gsize
mgr_block_view_get_address (MgrBlockView *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return (gsize) self->data;
}

/**
 * mgr_block_view_get_size:
 * @self: a view
 *
 * Gets the size of the block.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
gsize
mgr_block_view_get_size (MgrBlockView *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

static void
view_unref_cb (gpointer data)
{
  mgr_block_view_unref (data);
}

/**
 * mgr_block_view_get_bytes:
 * @self: a view
 *
 * Gets the memory itself as #GBytes, which hold the view. What others write there changes
 * the bytes.
 *
 * Returns: (transfer full): the bytes
 *
 * Since: 1.0
 */
GBytes *
mgr_block_view_get_bytes (MgrBlockView *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_bytes_new_with_free_func (self->data, self->size, view_unref_cb,
                                     mgr_block_view_ref (self));
}
