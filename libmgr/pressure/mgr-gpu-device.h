/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-version-macros.h"

G_BEGIN_DECLS

#define MGR_TYPE_GPU_DEVICE (mgr_gpu_device_get_type ())

typedef struct _MgrGpuDevice MgrGpuDevice;

MGR_AVAILABLE_IN_1_0
GType         mgr_gpu_device_get_type      (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrGpuDevice *mgr_gpu_device_ref           (MgrGpuDevice *self);

MGR_AVAILABLE_IN_1_0
void          mgr_gpu_device_unref         (MgrGpuDevice *self);

MGR_AVAILABLE_IN_1_0
GPtrArray    *mgr_gpu_device_list          (void);

MGR_AVAILABLE_IN_1_0
guint         mgr_gpu_device_get_index     (MgrGpuDevice *self);

MGR_AVAILABLE_IN_1_0
const char   *mgr_gpu_device_get_name      (MgrGpuDevice *self);

MGR_AVAILABLE_IN_1_0
guint64       mgr_gpu_device_get_total     (MgrGpuDevice *self);

MGR_AVAILABLE_IN_1_0
guint64       mgr_gpu_device_get_available (MgrGpuDevice *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrGpuDevice, mgr_gpu_device_unref)

G_END_DECLS
