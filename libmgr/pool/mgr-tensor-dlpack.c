/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-dlpack-private.h"
#include "pool/mgr-tensor-private.h"

#define DLPACK_MAJOR 1
#define DLPACK_MINOR 0
#define DLPACK_READ_ONLY 1

/* One of the two forms, and what both need. */
typedef struct
{
  union
  {
    MgrDlManagedTensor plain;
    MgrDlManagedTensorVersioned versioned;
  } managed;
  MgrTensor *view;  /* (owned) */
  gint64 strides[]; /* in elements */
} DlpackExport;

static void
dlpack_free (MgrDlManagedTensor *managed)
{
  DlpackExport *self = managed->manager_context;

  mgr_tensor_unref (self->view);
  g_free (self);
}

static void
dlpack_free_versioned (MgrDlManagedTensorVersioned *managed)
{
  DlpackExport *self = managed->manager_context;

  mgr_tensor_unref (self->view);
  g_free (self);
}

static void
dlpack_describe (DlpackExport *self,
                 MgrDlTensor  *described,
                 gpointer      data)
{
  MgrTensor *view = self->view;
  gsize size = mgr_data_type_get_size (view->dtype);

  for (guint i = 0; i < view->n_dimensions; i++)
    self->strides[i] = view->extents[view->n_dimensions + i] / (gint64) size;

  described->data = data;
  described->device.device_type = (gint32) mgr_tensor_get_device (view);
  described->ndim = (gint32) view->n_dimensions;
  described->dtype.code = (guint8) mgr_data_type_get_dlpack_code (view->dtype);
  described->dtype.bits = (guint8) (size * 8);
  described->dtype.lanes = 1;
  described->shape = view->extents;
  described->strides = self->strides;
}

/**
 * mgr_tensor_export_dlpack:
 * @self: a tensor
 * @versioned: whether the form of DLPack 1 is wanted, which can say that the memory is
 *    for reading alone
 * @error: return location for a #GError
 *
 * Describes the tensor for another library, as
 * [DLPack](https://dmlc.github.io/dlpack/latest/) has it. The memory does not go back
 * to the pool before that library has called the deleter.
 *
 * A released tensor is %MGR_ERROR_NOT_FOUND; one for reading alone is
 * %MGR_ERROR_NOT_AVAILABLE in the form without a version.
 *
 * Returns: (transfer none) (nullable): a DLManagedTensorVersioned or DLManagedTensor,
 *    which its own deleter frees, or %NULL on failure
 *
 * Since: 1.0
 */
gpointer
mgr_tensor_export_dlpack (MgrTensor  *self,
                          gboolean    versioned,
                          GError    **error)
{
  DlpackExport *export;
  MgrTensor *view;
  gpointer data;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  view = mgr_tensor_new_view (self, error);
  if (view == NULL)
    return NULL;

  if (!versioned && !mgr_tensor_is_writable (view))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                   "The tensor “%s” is shared for reading alone, which only DLPack 1 can say: "
                   "ask for max_version (1, 0) or copy it", self->description);
      mgr_tensor_unref (view);
      return NULL;
    }

  data = mgr_tensor_get_data (view, NULL);
  export = g_malloc0 (sizeof (DlpackExport) + view->n_dimensions * sizeof (gint64));
  export->view = view;
  if (versioned)
    {
      MgrDlManagedTensorVersioned *managed = &export->managed.versioned;

      managed->version.major = DLPACK_MAJOR;
      managed->version.minor = DLPACK_MINOR;
      managed->manager_context = export;
      managed->deleter = dlpack_free_versioned;
      managed->flags = mgr_tensor_is_writable (view) ? 0 : DLPACK_READ_ONLY;
      dlpack_describe (export, &managed->tensor, data);
      return managed;
    }

  export->managed.plain.manager_context = export;
  export->managed.plain.deleter = dlpack_free;
  dlpack_describe (export, &export->managed.plain.tensor, data);
  return &export->managed.plain;
}
