/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-block-view-private.h"
#include "pool/mgr-standard-pool-private.h"

static gboolean
pool_check_memory (MgrStandardPool  *self,
                   GError          **error)
{
  if ((self->flags & MGR_STANDARD_POOL_FLAGS_VIRTUAL) == 0)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "Pool “%s” is virtual: its blocks are offsets of something else, and hold no "
               "memory to look at", mgr_pool_get_name (MGR_POOL (self)));
  return FALSE;
}

/* Of a pool without memory @out_data is NULL. */
static gboolean
pool_pin (MgrStandardPool  *self,
          guint64           id,
          guint8          **out_data,
          guint64          *out_size,
          GError          **error)
{
  MgrBlockSlot *slot = NULL;
  MgrPoolStripe *stripe =
    mgr_standard_pool_lock_block (self, id, MGR_ERROR_NOT_FOUND, &slot, error);
  gboolean moving;

  if (stripe == NULL)
    return FALSE;

  moving = slot->moving;
  if (!moving)
    {
      if (slot->pins++ == 0)
        mgr_pool_stripe_leave_line (stripe, slot);
      *out_data = self->arena != NULL ? mgr_arena_get_data (self->arena) + slot->offset : NULL;
      *out_size = slot->size;
    }
  mgr_brief_lock_let_go (&stripe->lock);

  if (moving)
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "Block %" G_GUINT64_FORMAT " of pool “%s” is being moved: pin it once the "
                 "handlers of “block-moved” have returned", id,
                 mgr_pool_get_name (MGR_POOL (self)));
  return !moving;
}

/**
 * mgr_standard_pool_pin:
 * @self: a pool
 * @id: the id of a block
 * @error: return location for a #GError
 *
 * Makes the block stay, and stay where it is, until as many calls of
 * mgr_standard_pool_unpin(). It counts as a use of the block. An id that is not that of a
 * block of the pool is %MGR_ERROR_NOT_FOUND. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_standard_pool_pin (MgrStandardPool  *self,
                       guint64           id,
                       GError          **error)
{
  guint8 *data;
  guint64 size;

  g_return_val_if_fail (MGR_CHECK_STANDARD_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return pool_pin (self, id, &data, &size, error);
}

/**
 * mgr_standard_pool_unpin:
 * @self: a pool
 * @id: the id of a block
 * @error: return location for a #GError
 *
 * Undoes one mgr_standard_pool_pin(). The block was used until now. A block that is not
 * pinned is %MGR_ERROR_DOUBLE_RELEASE. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_standard_pool_unpin (MgrStandardPool  *self,
                         guint64           id,
                         GError          **error)
{
  MgrPoolStripe *stripe;
  MgrBlockSlot *slot;
  gboolean pinned;

  g_return_val_if_fail (MGR_CHECK_STANDARD_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  stripe = mgr_standard_pool_lock_block (self, id, MGR_ERROR_NOT_FOUND, &slot, error);
  if (stripe == NULL)
    return FALSE;

  pinned = slot->pins > 0;
  if (pinned && --slot->pins == 0)
    mgr_pool_stripe_line_up (self, stripe, slot);
  mgr_brief_lock_let_go (&stripe->lock);

  if (!pinned)
    g_set_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE,
                 "Block %" G_GUINT64_FORMAT " of pool “%s” is not pinned: unpin it once for each "
                 "time that it was pinned", id, mgr_pool_get_name (MGR_POOL (self)));
  return pinned;
}

/**
 * mgr_standard_pool_touch:
 * @self: a pool
 * @id: the id of a block
 * @error: return location for a #GError
 *
 * Says that the block is of use: of those of its priority it is evicted last. An id that is
 * not that of a block of the pool is %MGR_ERROR_NOT_FOUND. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_standard_pool_touch (MgrStandardPool  *self,
                         guint64           id,
                         GError          **error)
{
  MgrPoolStripe *stripe;
  MgrBlockSlot *slot;

  g_return_val_if_fail (MGR_CHECK_STANDARD_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  stripe = mgr_standard_pool_lock_block (self, id, MGR_ERROR_NOT_FOUND, &slot, error);
  if (stripe == NULL)
    return FALSE;

  /* One that is pinned is in use until it is unpinned. */
  if (slot->pins == 0)
    {
      mgr_pool_stripe_leave_line (stripe, slot);
      mgr_pool_stripe_line_up (self, stripe, slot);
    }
  mgr_brief_lock_let_go (&stripe->lock);
  return TRUE;
}

/**
 * mgr_standard_pool_get_data: (skip)
 * @self: a pool
 * @id: the id of a block that the caller has pinned
 * @error: return location for a #GError
 *
 * Gets where the block lies in memory. It lies there until it is unpinned. A block that is
 * not pinned is %MGR_ERROR_INVALID_ARGUMENT, and a pool without memory
 * %MGR_ERROR_NOT_AVAILABLE. May be called from any thread.
 *
 * Returns: (transfer none): the address, or %NULL on failure
 *
 * Since: 1.0
 */
gpointer
mgr_standard_pool_get_data (MgrStandardPool  *self,
                            guint64           id,
                            GError          **error)
{
  MgrPoolStripe *stripe;
  MgrBlockSlot *slot;
  gpointer data = NULL;

  g_return_val_if_fail (MGR_CHECK_STANDARD_POOL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!pool_check_memory (self, error))
    return NULL;

  stripe = mgr_standard_pool_lock_block (self, id, MGR_ERROR_NOT_FOUND, &slot, error);
  if (stripe == NULL)
    return NULL;
  if (slot->pins > 0)
    data = mgr_arena_get_data (self->arena) + slot->offset;
  mgr_brief_lock_let_go (&stripe->lock);

  if (data == NULL)
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "Block %" G_GUINT64_FORMAT " of pool “%s” is not pinned, so that it may move or "
                 "go at any moment: pin it first", id, mgr_pool_get_name (MGR_POOL (self)));
  return data;
}

/**
 * mgr_standard_pool_view:
 * @self: a pool
 * @id: the id of a block
 * @error: return location for a #GError
 *
 * Pins the block for as long as the view is held, and keeps the pool: so what lies there
 * can be used in place, whoever comes to hold it. Errors are those of
 * mgr_standard_pool_pin(), and %MGR_ERROR_NOT_AVAILABLE of a pool without memory. May be
 * called from any thread.
 *
 * Returns: (transfer full) (nullable): the view, or %NULL on failure
 *
 * Since: 1.0
 */
MgrBlockView *
mgr_standard_pool_view (MgrStandardPool  *self,
                        guint64           id,
                        GError          **error)
{
  guint8 *data;
  guint64 size;

  g_return_val_if_fail (MGR_CHECK_STANDARD_POOL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!pool_check_memory (self, error) || !pool_pin (self, id, &data, &size, error))
    return NULL;

  return mgr_block_view_new (self, id, data, size);
}

/* Pins the block if the range lies within it. */
static gboolean
pool_pin_range (MgrStandardPool  *self,
                guint64           id,
                guint64           offset,
                guint64           size,
                guint8          **out_data,
                GError          **error)
{
  guint64 whole;

  if (!pool_check_memory (self, error) || !pool_pin (self, id, out_data, &whole, error))
    return FALSE;

  *out_data += offset;
  if (offset <= whole && size <= whole - offset)
    return TRUE;

  mgr_standard_pool_unpin (self, id, NULL);
  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "%" G_GUINT64_FORMAT " bytes from %" G_GUINT64_FORMAT " on are not within block "
               "%" G_GUINT64_FORMAT " of pool “%s”, which has %" G_GUINT64_FORMAT,
               size, offset, id, mgr_pool_get_name (MGR_POOL (self)), whole);
  return FALSE;
}

/**
 * mgr_standard_pool_read:
 * @self: a pool
 * @id: the id of a block
 * @offset: the first byte, from the start of the block
 * @size: how many bytes
 * @error: return location for a #GError
 *
 * Copies bytes out of a block, which is pinned meanwhile. A range that is not within the
 * block is %MGR_ERROR_INVALID_ARGUMENT; other errors are those of
 * mgr_standard_pool_view(). Two threads that read and write the same bytes at a time get
 * what they get. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the bytes, or %NULL on failure
 *
 * Since: 1.0
 */
GBytes *
mgr_standard_pool_read (MgrStandardPool  *self,
                        guint64           id,
                        guint64           offset,
                        guint64           size,
                        GError          **error)
{
  guint8 *data;
  GBytes *bytes;

  g_return_val_if_fail (MGR_CHECK_STANDARD_POOL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!pool_pin_range (self, id, offset, size, &data, error))
    return NULL;

  bytes = g_bytes_new (data, size);
  mgr_standard_pool_unpin (self, id, NULL);
  return bytes;
}

/**
 * mgr_standard_pool_write:
 * @self: a pool
 * @id: the id of a block
 * @offset: the first byte, from the start of the block
 * @data: (array length=size): the bytes
 * @size: how many there are
 * @error: return location for a #GError
 *
 * Copies bytes into a block, which is pinned meanwhile. Errors are those of
 * mgr_standard_pool_read(). May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_standard_pool_write (MgrStandardPool  *self,
                         guint64           id,
                         guint64           offset,
                         const guint8     *data,
                         gsize             size,
                         GError          **error)
{
  guint8 *place;

  g_return_val_if_fail (MGR_CHECK_STANDARD_POOL (self), FALSE);
  g_return_val_if_fail (data != NULL || size == 0, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!pool_pin_range (self, id, offset, size, &place, error))
    return FALSE;

  if (size > 0)
    memcpy (place, data, size);
  mgr_standard_pool_unpin (self, id, NULL);
  return TRUE;
}
