/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-system-source.h"

G_BEGIN_DECLS

#define MGR_TYPE_CGROUP_SOURCE (mgr_cgroup_source_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrCgroupSource, mgr_cgroup_source, MGR, CGROUP_SOURCE, MgrSystemSource)

MGR_AVAILABLE_IN_1_0
MgrPressureSource *mgr_cgroup_source_new (const char *proc_path,
                                          const char *cgroup_path);

G_END_DECLS
