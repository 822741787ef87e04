/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "ledger/mgr-component.h"
#include "pressure/mgr-pressure-source.h"

G_BEGIN_DECLS

#define MGR_TYPE_GPU_MEMORY (mgr_gpu_memory_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrGpuMemory, mgr_gpu_memory, MGR, GPU_MEMORY, GObject)

MGR_AVAILABLE_IN_1_0
MgrGpuMemory *mgr_gpu_memory_new           (guint          device,
                                            guint64        budget,
                                            GError       **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
guint         mgr_gpu_memory_get_device    (MgrGpuMemory  *self);

MGR_AVAILABLE_IN_1_0
guint64       mgr_gpu_memory_get_total     (MgrGpuMemory  *self);

MGR_AVAILABLE_IN_1_0
MgrComponent *mgr_gpu_memory_get_component (MgrGpuMemory  *self);

MGR_AVAILABLE_IN_1_0
MgrComponent *mgr_gpu_memory_add_component (MgrGpuMemory  *self,
                                            const char    *name,
                                            guint64        budget,
                                            GError       **error);

G_END_DECLS
