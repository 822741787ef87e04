/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-enums.h"
#include "base/mgr-error.h"

G_BEGIN_DECLS

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
