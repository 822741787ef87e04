/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor-private.h"

#include <unistd.h>

static GVariant *
pack_shape (MgrTensor *self)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, self->extents, self->n_dimensions,
                                    sizeof (gint64));
}

static GVariant *
pack (MgrTensor *self,
      guint64    offset,
      int        segment,
      int        lease)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "version", "u", MGR_TENSOR_EXPORT_VERSION);
  g_variant_dict_insert_value (&dict, "shape", pack_shape (self));
  g_variant_dict_insert (&dict, "dtype", "s", mgr_data_type_get_name (self->dtype));
  g_variant_dict_insert (&dict, "description", "s", self->description);
  g_variant_dict_insert (&dict, "offset", "t", offset);
  g_variant_dict_insert (&dict, "segment", "h", segment);
  g_variant_dict_insert (&dict, "lease", "h", lease);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/**
 * mgr_tensor_export:
 * @self: a tensor
 * @fds: where to put the file descriptors
 * @error: return location for a #GError
 *
 * Describes the tensor for another process, which makes a tensor of its own of it with
 * mgr_tensor_new_from_export(): the memory is the same, and is not copied. The
 * description is an `a{sv}` that names two file descriptors of @fds, so it can be sent
 * over D-Bus as it is, or over any Unix socket together with @fds.
 *
 * One of the descriptors is a lease. While any process has it open, @fds included, the
 * memory is not used for anything else, even when @self is released. When the last
 * process has closed it or ended, the main loop of the pool's owner gives the memory
 * back to the pool, and so does a request that needs it. So unref @fds once it is sent.
 *
 * A tensor that came from another process can be handed on in the same way.
 *
 * A released tensor is %MGR_ERROR_NOT_FOUND; too many open files is %MGR_ERROR_FAILED.
 *
 * Returns: (transfer full): the description, or %NULL on failure
 *
 * Since: 1.0
 */
GVariant *
mgr_tensor_export (MgrTensor    *self,
                   GUnixFDList  *fds,
                   GError      **error)
{
  MgrTensorBlock *block;
  int lease;
  int segment_index;
  int lease_index;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (G_IS_UNIX_FD_LIST (fds), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  block = mgr_tensor_get_block (self, error);
  if (block == NULL)
    return NULL;

  lease = block->klass->lease (block, error);
  if (lease < 0)
    return NULL;

  segment_index = g_unix_fd_list_append (fds, block->segment->fd, NULL);
  lease_index = segment_index >= 0 ? g_unix_fd_list_append (fds, lease, NULL) : -1;
  close (lease);
  if (lease_index < 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "The tensor “%s” cannot be exported: there are too many open files",
                   self->description);
      return NULL;
    }

  return pack (self, block->offset, segment_index, lease_index);
}

/**
 * mgr_tensor_return_to_invocation:
 * @self: a tensor
 * @invocation: (transfer full): a call of a D-Bus method that returns one `a{sv}`
 *
 * Answers the call of another process with the tensor, which that makes a tensor of its
 * own with mgr_tensor_new_from_export(). If it cannot be exported the answer is an error.
 *
 * Since: 1.0
 */
void
mgr_tensor_return_to_invocation (MgrTensor             *self,
                                 GDBusMethodInvocation *invocation)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) exported = NULL;
  GError *error = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (G_IS_DBUS_METHOD_INVOCATION (invocation));

  exported = mgr_tensor_export (self, fds, &error);
  if (exported == NULL)
    g_dbus_method_invocation_take_error (invocation, error);
  else
    g_dbus_method_invocation_return_value_with_unix_fd_list (
      invocation, g_variant_new_tuple (&exported, 1), fds);
}
