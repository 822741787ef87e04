/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor-layout-private.h"

char *
mgr_tensor_layout_format (const gint64 *shape,
                          gsize         n_dimensions,
                          MgrDataType   dtype)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n_dimensions; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? " × " : "", shape[i]);

  g_string_append_printf (text, "%s%s", n_dimensions > 0 ? " " : "", mgr_data_type_get_name (dtype));
  return g_string_free (text, FALSE);
}

static gboolean
check_arguments (gsize         n_dimensions,
                 MgrDataType   dtype,
                 GError      **error)
{
  if (mgr_data_type_get_size (dtype) == 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "There is no data type %d: use one of MgrDataType", (int) dtype);
      return FALSE;
    }
  if (n_dimensions > MGR_TENSOR_MAX_DIMENSIONS)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "A tensor of %" G_GSIZE_FORMAT " dimensions: there may be %d at most",
                   n_dimensions, MGR_TENSOR_MAX_DIMENSIONS);
      return FALSE;
    }

  return TRUE;
}

gboolean
mgr_tensor_layout_measure (const gint64  *shape,
                           gsize          n_dimensions,
                           MgrDataType    dtype,
                           guint64       *out_nbytes,
                           GError       **error)
{
  guint64 nbytes = mgr_data_type_get_size (dtype);

  if (!check_arguments (n_dimensions, dtype, error))
    return FALSE;

  for (gsize i = 0; i < n_dimensions; i++)
    {
      g_autofree char *text = NULL;

      /* All strides are counted in gint64, so the whole has to be. */
      if (shape[i] >= 1 && nbytes <= (guint64) G_MAXINT64 / (guint64) shape[i])
        {
          nbytes *= (guint64) shape[i];
          continue;
        }

      text = mgr_tensor_layout_format (shape, n_dimensions, dtype);
      if (shape[i] < 1)
        g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                     "A tensor of %s: dimension %" G_GSIZE_FORMAT " must be 1 at least", text, i);
      else
        g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                     "A tensor of %s would have more bytes than can be counted", text);
      return FALSE;
    }

  *out_nbytes = nbytes;
  return TRUE;
}

void
mgr_tensor_layout_stride (const gint64 *shape,
                          gsize         n_dimensions,
                          MgrDataType   dtype,
                          gint64       *strides)
{
  gint64 stride = (gint64) mgr_data_type_get_size (dtype);

  for (gsize i = n_dimensions; i-- > 0;)
    {
      strides[i] = stride;
      stride *= shape[i];
    }
}
