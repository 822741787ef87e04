/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor-layout-private.h"
#include "pool/mgr-tensor-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Memory of another process, and the descriptor that keeps it from being used again. */
typedef struct
{
  MgrTensorBlock parent;
  int lease;
} ImportedBlock;

static void
imported_block_free (MgrTensorBlock *block)
{
  ImportedBlock *self = (ImportedBlock *) block;

  mgr_memory_segment_unref (block->segment);
  g_ref_string_release (block->description);
  close (self->lease);
  g_free (self);
}

static int
imported_block_lease (MgrTensorBlock  *block,
                      GError         **error)
{
  ImportedBlock *self = (ImportedBlock *) block;
  int lease = fcntl (self->lease, F_DUPFD_CLOEXEC, 3);

  if (lease < 0)
    g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                 "The tensor “%s” cannot be handed on: %s", block->description, g_strerror (errno));
  return lease;
}

static const MgrTensorBlockClass imported_block_class = {
  .free = imported_block_free,
  .lease = imported_block_lease,
};

/* What another process says: to be believed only as far as it is checked. */
typedef struct
{
  GVariant *shape;       /* (owned) (nullable) */
  GVariant *description; /* (owned) (nullable) */
  const gint64 *extents; /* (unowned), within shape */
  gsize n_dimensions;
  MgrDataType dtype;
  guint64 nbytes;
  guint64 offset;
  int segment;           /* (owned), -1 for none */
  int lease;             /* (owned), -1 for none */
} Description;

static void
description_clear (Description *self)
{
  g_clear_pointer (&self->shape, g_variant_unref);
  g_clear_pointer (&self->description, g_variant_unref);
  if (self->segment >= 0)
    close (self->segment);
  if (self->lease >= 0)
    close (self->lease);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Description, description_clear)

/* A field that has to be there, of the type given. */
static GVariant *
take_field (GVariant    *dict,
            const char  *name,
            const char  *type,
            GError     **error)
{
  GVariant *value = g_variant_lookup_value (dict, name, G_VARIANT_TYPE (type));

  if (value == NULL)
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "What was exported has no “%s” of type “%s”: is it from mgr_tensor_export()?",
                 name, type);
  return value;
}

static int
take_fd (GVariant     *dict,
         const char   *name,
         GUnixFDList  *fds,
         GError      **error)
{
  g_autoptr (GVariant) value = take_field (dict, name, "h", error);
  gint32 index;
  int fd;

  if (value == NULL)
    return -1;

  index = g_variant_get_handle (value);
  if (index < 0 || index >= g_unix_fd_list_get_length (fds))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The file descriptor %d, the “%s” of the tensor, did not come with it: there "
                   "are %d", index, name, g_unix_fd_list_get_length (fds));
      return -1;
    }

  fd = g_unix_fd_list_get (fds, index, error);
  if (fd < 0)
    g_prefix_error (error, "The “%s” of the tensor cannot be had: ", name);
  return fd;
}

static gboolean
check_version (GVariant  *dict,
               GError   **error)
{
  g_autoptr (GVariant) version = take_field (dict, "version", "u", error);

  if (version == NULL)
    return FALSE;
  if (g_variant_get_uint32 (version) == MGR_TENSOR_EXPORT_VERSION)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "The tensor is described in version %u, but this library knows version %d alone",
               g_variant_get_uint32 (version), MGR_TENSOR_EXPORT_VERSION);
  return FALSE;
}

/* The last byte, where it can be counted, of something aligned as its elements are. */
static gboolean
check_place (const Description  *self,
             GError            **error)
{
  gsize size = mgr_data_type_get_size (self->dtype);

  if (self->offset > (guint64) G_MAXINT64 - self->nbytes)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The tensor begins at byte %" G_GUINT64_FORMAT ", where nothing can be",
                   self->offset);
      return FALSE;
    }
  if (self->offset % size != 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The tensor begins at byte %" G_GUINT64_FORMAT ", which is no multiple of the "
                   "%" G_GSIZE_FORMAT " bytes of its elements", self->offset, size);
      return FALSE;
    }

  return TRUE;
}

static gboolean
description_read (Description  *self,
                  GVariant     *dict,
                  GUnixFDList  *fds,
                  GError      **error)
{
  g_autoptr (GVariant) dtype = NULL;
  g_autoptr (GVariant) offset = NULL;

  if (!check_version (dict, error) ||
      (self->shape = take_field (dict, "shape", "ax", error)) == NULL ||
      (self->description = take_field (dict, "description", "s", error)) == NULL ||
      (dtype = take_field (dict, "dtype", "s", error)) == NULL ||
      (offset = take_field (dict, "offset", "t", error)) == NULL)
    return FALSE;

  self->extents = g_variant_get_fixed_array (self->shape, &self->n_dimensions, sizeof (gint64));
  self->offset = g_variant_get_uint64 (offset);
  if (!mgr_data_type_from_name (g_variant_get_string (dtype, NULL), &self->dtype, error) ||
      !mgr_tensor_layout_measure (self->extents, self->n_dimensions, self->dtype, &self->nbytes,
                                  error) ||
      !check_place (self, error))
    return FALSE;

  self->segment = take_fd (dict, "segment", fds, error);
  self->lease = self->segment >= 0 ? take_fd (dict, "lease", fds, error) : -1;
  return self->lease >= 0;
}

static MgrTensorBlock *
imported_block_new (Description  *description,
                    GError      **error)
{
  MgrMemorySegment *segment;
  ImportedBlock *self;

  segment = mgr_memory_segment_import (description->segment,
                                       description->offset + description->nbytes, error);
  if (segment == NULL)
    return NULL;

  self = g_new0 (ImportedBlock, 1);
  self->parent.klass = &imported_block_class;
  g_atomic_ref_count_init (&self->parent.ref_count);
  self->parent.segment = segment;
  self->parent.offset = description->offset;
  self->parent.description = g_ref_string_new (g_variant_get_string (description->description,
                                                                     NULL));
  self->lease = g_steal_fd (&description->lease);
  return &self->parent;
}

/* As it was exported, or as a D-Bus method returns it.
 * Returns: (transfer full) (nullable) */
static GVariant *
unwrap (GVariant *exported)
{
  if (g_variant_is_of_type (exported, G_VARIANT_TYPE_VARDICT))
    return g_variant_get_normal_form (exported);
  if (g_variant_is_of_type (exported, G_VARIANT_TYPE ("(a{sv})")))
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (exported, 0);

      return g_variant_get_normal_form (child);
    }

  return NULL;
}

/**
 * mgr_tensor_new_from_export:
 * @exported: what mgr_tensor_export() returned, or what a D-Bus method that returns
 *    nothing else answered
 * @fds: (nullable): the file descriptors that came with it
 * @error: return location for a #GError
 *
 * Makes a tensor of what another process has exported. The memory is the same, and what
 * either writes the other reads; whether this process may write, mgr_tensor_is_writable()
 * tells. It stays there until the tensor and its views are gone, even when its owner has
 * released it or ended. It is charged to its owner alone.
 *
 * The lease is in @fds as well until those are gone, which with a garbage collector may
 * take long: mgr_tensor_fetch() and mgr_tensor_receive() leave nothing behind.
 *
 * What the other process says is checked: what is incomplete, does not fit together or is
 * no memory that is safe to read is %MGR_ERROR_INVALID_ARGUMENT.
 *
 * Returns: (transfer full): the tensor, or %NULL on failure
 *
 * Since: 1.0
 */
MgrTensor *
mgr_tensor_new_from_export (GVariant     *exported,
                            GUnixFDList  *fds,
                            GError      **error)
{
  g_auto (Description) description = { .segment = -1, .lease = -1 };
  g_autoptr (GUnixFDList) none = NULL;
  g_autoptr (GVariant) dict = NULL;
  MgrTensorBlock *block;

  g_return_val_if_fail (exported != NULL, NULL);
  g_return_val_if_fail (fds == NULL || G_IS_UNIX_FD_LIST (fds), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (fds == NULL)
    fds = none = g_unix_fd_list_new ();

  dict = unwrap (exported);
  if (dict == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "A tensor is described by “a{sv}”, not by “%s”",
                   g_variant_get_type_string (exported));
      return NULL;
    }
  if (!description_read (&description, dict, fds, error))
    return NULL;

  block = imported_block_new (&description, error);
  return block != NULL
    ? mgr_tensor_new (block, description.extents, description.n_dimensions, description.dtype,
                      description.nbytes)
    : NULL;
}
