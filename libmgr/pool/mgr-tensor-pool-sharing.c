/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor-pool-private.h"

/**
 * mgr_tensor_pool_get_lease_count:
 * @self: a tensor pool
 *
 * Counts the exported tensors that other processes still hold: each export once, whether
 * or not this process has released the tensor. May be called from any thread.
 *
 * Returns: how many
 *
 * Since: 1.0
 */
guint
mgr_tensor_pool_get_lease_count (MgrTensorPool *self)
{
  guint count;

  g_return_val_if_fail (MGR_IS_TENSOR_POOL (self), 0);

  mgr_tensor_pool_collect_leases (self);
  g_mutex_lock (&self->lock);
  count = g_hash_table_size (self->leases);
  g_mutex_unlock (&self->lock);

  return count;
}

/**
 * mgr_tensor_pool_get_leak_count:
 * @self: a tensor pool
 *
 * Gets #MgrTensorPool:leak-count. With `G_MESSAGES_DEBUG=libmgr` each of them is named.
 * May be called from any thread.
 *
 * Returns: how many tensors were let go of without having been released
 *
 * Since: 1.0
 */
guint64
mgr_tensor_pool_get_leak_count (MgrTensorPool *self)
{
  guint64 leaks;

  g_return_val_if_fail (MGR_IS_TENSOR_POOL (self), 0);

  g_mutex_lock (&self->lock);
  leaks = self->leaks;
  g_mutex_unlock (&self->lock);

  return leaks;
}

/**
 * mgr_tensor_pool_get_page_locked:
 * @self: a tensor pool
 *
 * Gets #MgrTensorPool:page-locked. May be called from any thread.
 *
 * Returns: %TRUE if all segments are page-locked
 *
 * Since: 1.0
 */
gboolean
mgr_tensor_pool_get_page_locked (MgrTensorPool *self)
{
  g_return_val_if_fail (MGR_IS_TENSOR_POOL (self), FALSE);

  return g_atomic_pointer_get (&self->cuda) != NULL;
}

/* With the grow_lock held, so that there come no more. What is held here no trim takes.
 * Returns: (transfer full) (element-type MgrMemorySegment) */
static GPtrArray *
pool_hold_segments (MgrTensorPool *self)
{
  GPtrArray *held = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_memory_segment_unref);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->segments->len; i++)
    {
      MgrTensorSegment *segment = g_ptr_array_index (self->segments, i);

      g_ptr_array_add (held, mgr_memory_segment_ref (segment->memory));
    }
  g_mutex_unlock (&self->lock);

  return held;
}

static void
unlock_segments (GPtrArray *segments)
{
  for (guint i = 0; i < segments->len; i++)
    mgr_cuda_unlock_pages (g_ptr_array_index (segments, i));
}

static void
pool_unlock_pages (MgrTensorPool *self)
{
  g_autoptr (MgrCuda) cuda = g_atomic_pointer_exchange (&self->cuda, NULL);
  g_autoptr (GPtrArray) held = pool_hold_segments (self);

  unlock_segments (held);
}

static gboolean
pool_lock_pages (MgrTensorPool  *self,
                 GError        **error)
{
  g_autoptr (MgrCuda) cuda = mgr_cuda_open (self->cuda_library, error);
  g_autoptr (GPtrArray) held = NULL;

  if (cuda == NULL)
    return FALSE;

  held = pool_hold_segments (self);
  for (guint i = 0; i < held->len; i++)
    {
      if (mgr_cuda_lock_pages (cuda, g_ptr_array_index (held, i), error))
        continue;

      unlock_segments (held);
      return FALSE;
    }

  g_atomic_pointer_set (&self->cuda, g_steal_pointer (&cuda));
  return TRUE;
}

/**
 * mgr_tensor_pool_set_page_locked:
 * @self: a tensor pool
 * @page_locked: whether to page-lock the segments
 * @error: return location for a #GError
 *
 * Page-locks all segments, those to come included, or none, for all NVIDIA GPUs. A GPU
 * copies from page-locked memory by itself, which is faster and needs no waiting; the
 * system can neither move nor swap it. Where there is no driver, no GPU, or a limit to
 * what may be locked, it is %MGR_ERROR_NOT_AVAILABLE, and nothing is locked. The driver
 * may take a second. Only in this process are the tensors %MGR_TENSOR_DEVICE_CUDA_HOST.
 * May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_tensor_pool_set_page_locked (MgrTensorPool  *self,
                                 gboolean        page_locked,
                                 GError        **error)
{
  gboolean changes;
  gboolean done = TRUE;

  g_return_val_if_fail (MGR_IS_TENSOR_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_mutex_lock (&self->grow_lock);
  changes = (self->cuda != NULL) != !!page_locked;
  if (changes && page_locked)
    done = pool_lock_pages (self, error);
  else if (changes)
    pool_unlock_pages (self);
  g_mutex_unlock (&self->grow_lock);

  if (changes && done)
    mgr_tensor_pool_notify_page_locked (self);
  return done;
}
