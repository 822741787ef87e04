/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor-layout-private.h"
#include "pool/mgr-tensor-pool-private.h"

/**
 * mgr_tensor_pool_new:
 * @component: (nullable): the component to charge, or %NULL for none
 * @name: what to call the pool
 * @capacity: the most that it may hold, in bytes, a page at least
 * @error: return location for a #GError
 *
 * Makes a pool of tensors. It takes no memory before it is asked for some, or before
 * mgr_tensor_pool_reserve(). May be called from any thread.
 *
 * Returns: (transfer full): the pool, or %NULL on failure
 *
 * Since: 1.0
 */
MgrTensorPool *
mgr_tensor_pool_new (MgrComponent  *component,
                     const char    *name,
                     guint64        capacity,
                     GError       **error)
{
  g_return_val_if_fail (component == NULL || MGR_IS_COMPONENT (component), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (MGR_TYPE_TENSOR_POOL, NULL, error,
                         "component", component,
                         "name", name,
                         "capacity", capacity,
                         NULL);
}

static MgrTensorPoolBlock *
pool_take_slowly (MgrTensorPool  *self,
                  guint64         size,
                  const char     *description,
                  GError        **error)
{
  MgrTensorPoolBlock *block = NULL;

  mgr_tensor_pool_collect_leases (self);
  g_mutex_lock (&self->grow_lock);
  if (mgr_pool_check_open (MGR_POOL (self), error))
    block = mgr_tensor_pool_grow_and_take (self, size, description, error);
  g_mutex_unlock (&self->grow_lock);

  if (block == NULL)
    {
      g_mutex_lock (&self->lock);
      self->gauge.refused++;
      g_mutex_unlock (&self->lock);
    }
  return block;
}

static MgrTensorPoolBlock *
pool_take (MgrTensorPool  *self,
           guint64         size,
           const char     *description,
           GError        **error)
{
  MgrTensorPoolBlock *block = NULL;
  gboolean is_open;

  g_mutex_lock (&self->lock);
  is_open = mgr_pool_check_open (MGR_POOL (self), error);
  if (is_open)
    block = mgr_tensor_pool_take (self, size, description);
  g_mutex_unlock (&self->lock);

  if (is_open && block == NULL)
    block = pool_take_slowly (self, size, description, error);
  return block;
}

/**
 * mgr_tensor_pool_allocate_tensor:
 * @self: a tensor pool
 * @shape: (array length=n_dimensions): how many elements there are in each dimension, 1 at
 *    least; none at all for a single number
 * @n_dimensions: how many dimensions there are, up to 32
 * @dtype: what the elements are
 * @description: (nullable): what the tensor is for
 * @error: return location for a #GError
 *
 * Takes memory for a tensor. What is in it is what was there before.
 *
 * Where the segments there are have no room, another one is reserved, which takes about a
 * second for 4 GiB. It fails with %MGR_ERROR_INVALID_ARGUMENT for a shape or type that
 * cannot be, %MGR_ERROR_INFEASIBLE for more than the capacity, the budget or the machine
 * could ever hold, %MGR_ERROR_NO_BUDGET for more than there is now, and %MGR_ERROR_CLOSED
 * while the pool is inactive or flushing. May be called from any thread.
 *
 * Returns: (transfer full): the tensor, or %NULL on failure
 *
 * Since: 1.0
 */
MgrTensor *
mgr_tensor_pool_allocate_tensor (MgrTensorPool  *self,
                                 const gint64   *shape,
                                 gsize           n_dimensions,
                                 MgrDataType     dtype,
                                 const char     *description,
                                 GError        **error)
{
  MgrTensorPoolBlock *block;
  guint64 nbytes = 0;

  g_return_val_if_fail (MGR_IS_TENSOR_POOL (self), NULL);
  g_return_val_if_fail (shape != NULL || n_dimensions == 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!mgr_tensor_layout_measure (shape, n_dimensions, dtype, &nbytes, error))
    return NULL;

  block = pool_take (self, nbytes, description != NULL ? description : "", error);
  return block != NULL
    ? mgr_tensor_new (&block->parent, shape, n_dimensions, dtype, nbytes)
    : NULL;
}

/* With the grow_lock held: how large the next segment is on the way to @bytes; 0 when there
 * is enough. */
static guint64
pool_plan_reserve (MgrTensorPool *self,
                   guint64        bytes)
{
  const guint64 page = mgr_memory_page_size ();
  guint64 missing;

  g_mutex_lock (&self->lock);
  missing = bytes - MIN (bytes, self->reserved);
  g_mutex_unlock (&self->lock);

  return (missing + page - 1) & ~(page - 1);
}

/**
 * mgr_tensor_pool_reserve:
 * @self: a tensor pool
 * @bytes: how much memory the pool is to have at least, up to its capacity
 * @error: return location for a #GError
 *
 * Takes memory from the system before it is needed, so that requests neither wait for it
 * nor are refused. All that is missing becomes one segment. The memory goes back with
 * mgr_pool_trim() or a cleanup, as far as no tensor is in it. It fails as
 * mgr_tensor_pool_allocate_tensor() does. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_tensor_pool_reserve (MgrTensorPool  *self,
                         guint64         bytes,
                         GError        **error)
{
  guint64 capacity;
  guint64 missing;
  gboolean done;

  g_return_val_if_fail (MGR_IS_TENSOR_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_mutex_lock (&self->grow_lock);
  g_mutex_lock (&self->lock);
  capacity = self->capacity & ~(mgr_memory_page_size () - 1);
  g_mutex_unlock (&self->lock);

  done = mgr_pool_check_open (MGR_POOL (self), error);
  if (done && bytes > capacity)
    {
      mgr_pool_set_full (MGR_POOL (self), bytes, capacity, error);
      done = FALSE;
    }
  missing = done ? pool_plan_reserve (self, bytes) : 0;
  if (missing > 0)
    done = mgr_tensor_pool_grow (self, missing, error);
  g_mutex_unlock (&self->grow_lock);

  return done;
}
