/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-data-type.h"

G_BEGIN_DECLS

/* As many as NumPy 1 can have. */
#define MGR_TENSOR_MAX_DIMENSIONS 32

/* How many bytes a tensor of @shape has, none of which may be below 1. The error is
 * MGR_ERROR_INVALID_ARGUMENT and names the dimension. */
gboolean mgr_tensor_layout_measure (const gint64  *shape,
                                    gsize          n_dimensions,
                                    MgrDataType    dtype,
                                    guint64       *out_nbytes,
                                    GError       **error);

/* The bytes from one element to the next in each dimension, where the last one varies
 * fastest. @shape was measured before. */
void     mgr_tensor_layout_stride  (const gint64  *shape,
                                    gsize          n_dimensions,
                                    MgrDataType    dtype,
                                    gint64        *strides);

/* Such as “3 × 4 float32”, for messages. */
char    *mgr_tensor_layout_format  (const gint64  *shape,
                                    gsize          n_dimensions,
                                    MgrDataType    dtype) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
