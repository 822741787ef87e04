/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-error.h"

G_BEGIN_DECLS

/**
 * MgrDataType:
 * @MGR_DATA_TYPE_BOOL: a byte that is 0 or 1
 * @MGR_DATA_TYPE_INT8: a signed integer of 8 bits
 * @MGR_DATA_TYPE_INT16: a signed integer of 16 bits
 * @MGR_DATA_TYPE_INT32: a signed integer of 32 bits
 * @MGR_DATA_TYPE_INT64: a signed integer of 64 bits
 * @MGR_DATA_TYPE_UINT8: an unsigned integer of 8 bits
 * @MGR_DATA_TYPE_UINT16: an unsigned integer of 16 bits
 * @MGR_DATA_TYPE_UINT32: an unsigned integer of 32 bits
 * @MGR_DATA_TYPE_UINT64: an unsigned integer of 64 bits
 * @MGR_DATA_TYPE_FLOAT16: IEEE 754 half precision
 * @MGR_DATA_TYPE_BFLOAT16: the upper half of an IEEE 754 single precision number
 * @MGR_DATA_TYPE_FLOAT32: IEEE 754 single precision
 * @MGR_DATA_TYPE_FLOAT64: IEEE 754 double precision
 * @MGR_DATA_TYPE_COMPLEX64: two single precision numbers
 * @MGR_DATA_TYPE_COMPLEX128: two double precision numbers
 *
 * What the elements of a tensor are, in the byte order of the machine.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_DATA_TYPE_BOOL,
  MGR_DATA_TYPE_INT8,
  MGR_DATA_TYPE_INT16,
  MGR_DATA_TYPE_INT32,
  MGR_DATA_TYPE_INT64,
  MGR_DATA_TYPE_UINT8,
  MGR_DATA_TYPE_UINT16,
  MGR_DATA_TYPE_UINT32,
  MGR_DATA_TYPE_UINT64,
  MGR_DATA_TYPE_FLOAT16,
  MGR_DATA_TYPE_BFLOAT16,
  MGR_DATA_TYPE_FLOAT32,
  MGR_DATA_TYPE_FLOAT64,
  MGR_DATA_TYPE_COMPLEX64,
  MGR_DATA_TYPE_COMPLEX128,
} MgrDataType;

MGR_AVAILABLE_IN_1_0
gboolean    mgr_data_type_from_name       (const char   *name,
                                           MgrDataType  *out_type,
                                           GError      **error);

MGR_AVAILABLE_IN_1_0
const char *mgr_data_type_get_name        (MgrDataType   type);

MGR_AVAILABLE_IN_1_0
gsize       mgr_data_type_get_size        (MgrDataType   type);

MGR_AVAILABLE_IN_1_0
const char *mgr_data_type_get_typestr     (MgrDataType   type);

MGR_AVAILABLE_IN_1_0
guint       mgr_data_type_get_dlpack_code (MgrDataType   type);

G_END_DECLS
