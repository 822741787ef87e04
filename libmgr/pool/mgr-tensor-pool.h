/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-pool.h"
#include "pool/mgr-tensor.h"

G_BEGIN_DECLS

#define MGR_TYPE_TENSOR_POOL (mgr_tensor_pool_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrTensorPool, mgr_tensor_pool, MGR, TENSOR_POOL, MgrPool)

MGR_AVAILABLE_IN_1_0
MgrTensorPool *mgr_tensor_pool_new             (MgrComponent   *component,
                                                const char     *name,
                                                guint64         capacity,
                                                GError        **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrTensor     *mgr_tensor_pool_allocate_tensor (MgrTensorPool  *self,
                                                const gint64   *shape,
                                                gsize           n_dimensions,
                                                MgrDataType     dtype,
                                                const char     *description,
                                                GError        **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gboolean       mgr_tensor_pool_reserve         (MgrTensorPool  *self,
                                                guint64         bytes,
                                                GError        **error);

MGR_AVAILABLE_IN_1_0
gboolean       mgr_tensor_pool_get_page_locked (MgrTensorPool  *self);

MGR_AVAILABLE_IN_1_0
gboolean       mgr_tensor_pool_set_page_locked (MgrTensorPool  *self,
                                                gboolean        page_locked,
                                                GError        **error);

MGR_AVAILABLE_IN_1_0
guint          mgr_tensor_pool_get_lease_count (MgrTensorPool  *self);

MGR_AVAILABLE_IN_1_0
guint64        mgr_tensor_pool_get_leak_count  (MgrTensorPool  *self);

G_END_DECLS
