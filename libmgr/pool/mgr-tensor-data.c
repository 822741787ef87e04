/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor-private.h"

#include <string.h>

static guint8 *
block_data (MgrTensorBlock *block)
{
  return block->segment->data + block->offset;
}

/**
 * mgr_tensor_get_data:
 * @self: a tensor
 * @error: return location for a #GError
 *
 * Gets the memory. It is there until the tensor is released or the last reference is
 * gone; writing where mgr_tensor_is_writable() says no ends the process.
 *
 * A released tensor is %MGR_ERROR_NOT_FOUND.
 *
 * Returns: (transfer none) (nullable): the address of the first element, or %NULL on
 *    failure
 *
 * Since: 1.0
 */
gpointer
mgr_tensor_get_data (MgrTensor  *self,
                     GError    **error)
{
  MgrTensorBlock *block;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  block = mgr_tensor_get_block (self, error);
  return block != NULL ? block_data (block) : NULL;
}

/**
 * mgr_tensor_new_view:
 * @self: a tensor
 * @error: return location for a #GError
 *
 * Makes another tensor that is the same memory. It keeps that from going back to the
 * pool, also when @self is released. A released tensor is %MGR_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full): the view, or %NULL on failure
 *
 * Since: 1.0
 */
MgrTensor *
mgr_tensor_new_view (MgrTensor  *self,
                     GError    **error)
{
  MgrTensorBlock *block;
  MgrTensor *view;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  block = mgr_tensor_get_block (self, error);
  if (block == NULL)
    return NULL;

  view = mgr_tensor_new (mgr_tensor_block_ref (block), self->extents, self->n_dimensions,
                         self->dtype, self->nbytes);
  view->is_view = TRUE;
  return view;
}

/**
 * mgr_tensor_get_bytes:
 * @self: a tensor
 * @error: return location for a #GError
 *
 * Gets the memory without a copy. Other than bytes usually do, these change when
 * somebody writes into the tensor. They keep the memory from going back to the pool. A
 * released tensor is %MGR_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full): the memory, or %NULL on failure
 *
 * Since: 1.0
 */
GBytes *
mgr_tensor_get_bytes (MgrTensor  *self,
                      GError    **error)
{
  MgrTensorBlock *block;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  block = mgr_tensor_get_block (self, error);
  if (block == NULL)
    return NULL;

  return g_bytes_new_with_free_func (block_data (block), self->nbytes,
                                     (GDestroyNotify) mgr_tensor_block_unref,
                                     mgr_tensor_block_ref (block));
}

static gboolean
check_range (MgrTensor  *self,
             guint64     offset,
             guint64     size,
             GError    **error)
{
  if (size <= self->nbytes && offset <= self->nbytes - size)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "%" G_GUINT64_FORMAT " bytes from byte %" G_GUINT64_FORMAT " on: the tensor “%s” "
               "has %" G_GUINT64_FORMAT,
               size, offset, self->description, self->nbytes);
  return FALSE;
}

/**
 * mgr_tensor_read:
 * @self: a tensor
 * @offset: from which byte on
 * @size: how many bytes
 * @error: return location for a #GError
 *
 * Copies out of the tensor. What is not all within it is %MGR_ERROR_INVALID_ARGUMENT, a
 * released tensor is %MGR_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full): the copy, or %NULL on failure
 *
 * Since: 1.0
 */
GBytes *
mgr_tensor_read (MgrTensor  *self,
                 guint64     offset,
                 guint64     size,
                 GError    **error)
{
  MgrTensorBlock *block;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  block = mgr_tensor_get_block (self, error);
  if (block == NULL || !check_range (self, offset, size, error))
    return NULL;

  return g_bytes_new (block_data (block) + offset, size);
}

/**
 * mgr_tensor_write:
 * @self: a tensor
 * @offset: from which byte on
 * @bytes: what to write
 * @error: return location for a #GError
 *
 * Copies into the tensor. What does not all fit is %MGR_ERROR_INVALID_ARGUMENT, a
 * released tensor is %MGR_ERROR_NOT_FOUND, and one that another process shares for
 * reading alone is %MGR_ERROR_NOT_AVAILABLE; then nothing is written.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_tensor_write (MgrTensor  *self,
                  guint64     offset,
                  GBytes     *bytes,
                  GError    **error)
{
  MgrTensorBlock *block;
  gconstpointer data;
  gsize size = 0;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  block = mgr_tensor_get_block (self, error);
  data = g_bytes_get_data (bytes, &size);
  if (block == NULL || !check_range (self, offset, size, error))
    return FALSE;

  if (!block->segment->writable)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                   "The tensor “%s” is shared for reading alone", self->description);
      return FALSE;
    }

  /* Bytes may be a view of this very tensor. */
  if (size > 0)
    memmove (block_data (block) + offset, data, size);
  return TRUE;
}
