/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-pressure-source.h"

G_BEGIN_DECLS

#define MGR_TYPE_GPU_SOURCE (mgr_gpu_source_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrGpuSource, mgr_gpu_source, MGR, GPU_SOURCE, GObject)

MGR_AVAILABLE_IN_1_0
MgrPressureSource *mgr_gpu_source_new           (guint device);

MGR_AVAILABLE_IN_1_0
guint              mgr_gpu_source_count_devices (void);

G_END_DECLS
