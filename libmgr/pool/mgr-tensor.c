/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor.h"

#include "pool/mgr-tensor-layout-private.h"
#include "pool/mgr-tensor-private.h"

#include <string.h>

/**
 * SECTION:mgr-tensor
 * @title: MgrTensor
 * @short_description: an array of numbers in shared memory
 *
 * A tensor comes from mgr_tensor_pool_allocate_tensor(), or from another process by
 * mgr_tensor_new_from_export(). Its elements lie one after the other, the last
 * dimension varying fastest, and begin at a multiple of 64 bytes.
 *
 * The memory goes back to the pool with mgr_tensor_release() or with the last
 * reference; but not before all else that looks at it is gone: what
 * mgr_tensor_new_view(), mgr_tensor_get_bytes() and mgr_tensor_export_dlpack() made,
 * and other processes. So whoever has a view may go on using it.
 *
 * In Python a tensor is what NumPy takes for an array, without a copy, and a context
 * manager.
 *
 * All functions may be called from any thread; but nobody else may be using a tensor
 * while it is released.
 */

/**
 * MgrTensor:
 *
 * An array of numbers in shared memory.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrTensor, mgr_tensor, mgr_tensor_ref, mgr_tensor_unref)

MgrTensor *
mgr_tensor_new (MgrTensorBlock *block,
                const gint64   *shape,
                gsize           n_dimensions,
                MgrDataType     dtype,
                guint64         nbytes)
{
  MgrTensor *self = g_malloc (sizeof (MgrTensor) + 2 * n_dimensions * sizeof (gint64));

  g_atomic_ref_count_init (&self->ref_count);
  self->block = block;
  self->description = g_ref_string_acquire (block->description);
  self->offset = block->offset;
  self->nbytes = nbytes;
  self->dtype = dtype;
  self->is_view = FALSE;
  self->n_dimensions = (guint) n_dimensions;
  if (n_dimensions > 0)
    memcpy (self->extents, shape, n_dimensions * sizeof (gint64));
  mgr_tensor_layout_stride (shape, n_dimensions, dtype, self->extents + n_dimensions);
  return self;
}

MgrTensorBlock *
mgr_tensor_get_block (MgrTensor  *self,
                      GError    **error)
{
  MgrTensorBlock *block = g_atomic_pointer_get (&self->block);
  g_autofree char *text = NULL;

  if (block != NULL)
    return block;

  text = mgr_tensor_layout_format (self->extents, self->n_dimensions, self->dtype);
  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
               "The tensor “%s” of %s was released: its memory may be somebody else's by now",
               self->description, text);
  return NULL;
}

/**
 * mgr_tensor_ref:
 * @self: a tensor
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrTensor *
mgr_tensor_ref (MgrTensor *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_tensor_unref:
 * @self: (transfer full): a tensor
 *
 * Drops a reference. The last one gives the memory back, unless mgr_tensor_release()
 * did.
 *
 * Since: 1.0
 */
void
mgr_tensor_unref (MgrTensor *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->block != NULL && !self->is_view && self->block->klass->leak != NULL)
    self->block->klass->leak (self->block);
  g_clear_pointer (&self->block, mgr_tensor_block_unref);
  g_ref_string_release (self->description);
  g_free (self);
}

/**
 * mgr_tensor_release:
 * @self: a tensor
 * @error: return location for a #GError
 *
 * Gives the memory back now, or when nothing else looks at it any more. What the
 * tensor says of itself can still be read; its memory is %MGR_ERROR_NOT_FOUND from now
 * on, and a second release is %MGR_ERROR_DOUBLE_RELEASE.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_tensor_release (MgrTensor  *self,
                    GError    **error)
{
  MgrTensorBlock *block;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  block = g_atomic_pointer_exchange (&self->block, NULL);
  if (block == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE,
                   "The tensor “%s” was released before", self->description);
      return FALSE;
    }

  mgr_tensor_block_unref (block);
  return TRUE;
}

/**
 * mgr_tensor_is_released:
 * @self: a tensor
 *
 * Whether mgr_tensor_release() was called.
 *
 * Returns: %TRUE if the memory cannot be reached through @self any more
 *
 * Since: 1.0
 */
gboolean
mgr_tensor_is_released (MgrTensor *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return g_atomic_pointer_get (&self->block) == NULL;
}

/**
 * mgr_tensor_get_shape:
 * @self: a tensor
 * @n_dimensions: (out): return location for the number of dimensions
 *
 * Gets how many elements there are in each dimension.
 *
 * Returns: (transfer none) (array length=n_dimensions): the shape; of no length for a
 *    single number
 *
 * Since: 1.0
 */
const gint64 *
mgr_tensor_get_shape (MgrTensor *self,
                      gsize     *n_dimensions)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (n_dimensions != NULL, NULL);

  *n_dimensions = self->n_dimensions;
  return self->extents;
}

/**
 * mgr_tensor_get_strides:
 * @self: a tensor
 * @n_dimensions: (out): return location for the number of dimensions
 *
 * Gets how many bytes there are from one element to the next in each dimension.
 *
 * Returns: (transfer none) (array length=n_dimensions): the strides in bytes
 *
 * Since: 1.0
 */
const gint64 *
mgr_tensor_get_strides (MgrTensor *self,
                        gsize     *n_dimensions)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (n_dimensions != NULL, NULL);

  *n_dimensions = self->n_dimensions;
  return self->extents + self->n_dimensions;
}

/**
 * mgr_tensor_get_dtype:
 * @self: a tensor
 *
 * Gets what the elements are.
 *
 * Returns: the data type
 *
 * Since: 1.0
 */
MgrDataType
mgr_tensor_get_dtype (MgrTensor *self)
{
  g_return_val_if_fail (self != NULL, MGR_DATA_TYPE_BOOL);

  return self->dtype;
}

/**
 * mgr_tensor_get_nbytes:
 * @self: a tensor
 *
 * Gets how large all elements together are. The block in the pool may be a little
 * larger.
 *
 * Returns: the size in bytes
 *
 * Since: 1.0
 */
guint64
mgr_tensor_get_nbytes (MgrTensor *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->nbytes;
}

/**
 * mgr_tensor_get_offset:
 * @self: a tensor
 *
 * Gets where the tensor begins in its segment of shared memory.
 *
 * Returns: the offset in bytes
 *
 * Since: 1.0
 */
guint64
mgr_tensor_get_offset (MgrTensor *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->offset;
}

/**
 * mgr_tensor_get_description:
 * @self: a tensor
 *
 * Gets what the tensor is for. It travels with the tensor to other processes.
 *
 * Returns: (transfer none): the description, empty if none was given
 *
 * Since: 1.0
 */
const char *
mgr_tensor_get_description (MgrTensor *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->description;
}

/**
 * mgr_tensor_get_device:
 * @self: a tensor
 *
 * Gets where the tensor lies. One of another process is %MGR_TENSOR_DEVICE_CPU, since
 * page-locking does not reach beyond a process.
 *
 * Returns: the device
 *
 * Since: 1.0
 */
MgrTensorDevice
mgr_tensor_get_device (MgrTensor *self)
{
  MgrTensorBlock *block;

  g_return_val_if_fail (self != NULL, MGR_TENSOR_DEVICE_CPU);

  block = g_atomic_pointer_get (&self->block);
  return block != NULL && g_atomic_pointer_get (&block->segment->cuda) != NULL
    ? MGR_TENSOR_DEVICE_CUDA_HOST : MGR_TENSOR_DEVICE_CPU;
}

/**
 * mgr_tensor_is_writable:
 * @self: a tensor
 *
 * Whether this process may write into the tensor: always in the pool's own process, and
 * elsewhere unless the pool shares for reading alone.
 *
 * Returns: %TRUE if writing is allowed; %FALSE also once released
 *
 * Since: 1.0
 */
gboolean
mgr_tensor_is_writable (MgrTensor *self)
{
  MgrTensorBlock *block;

  g_return_val_if_fail (self != NULL, FALSE);

  block = g_atomic_pointer_get (&self->block);
  return block != NULL && block->segment->writable;
}
