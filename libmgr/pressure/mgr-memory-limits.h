/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-error.h"

G_BEGIN_DECLS

#define MGR_TYPE_MEMORY_LIMITS (mgr_memory_limits_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrMemoryLimits, mgr_memory_limits, MGR, MEMORY_LIMITS, GObject)

MGR_AVAILABLE_IN_1_0
MgrMemoryLimits *mgr_memory_limits_new            (const char       *proc_path,
                                                   const char       *cgroup_path);

MGR_AVAILABLE_IN_1_0
gboolean         mgr_memory_limits_refresh        (MgrMemoryLimits  *self,
                                                   GError          **error);

MGR_AVAILABLE_IN_1_0
guint64          mgr_memory_limits_get_limit      (MgrMemoryLimits  *self);

MGR_AVAILABLE_IN_1_0
guint64          mgr_memory_limits_get_soft_limit (MgrMemoryLimits  *self);

MGR_AVAILABLE_IN_1_0
guint64          mgr_memory_limits_get_headroom   (MgrMemoryLimits  *self);

MGR_AVAILABLE_IN_1_0
guint64          mgr_memory_limits_get_swap       (MgrMemoryLimits  *self);

MGR_AVAILABLE_IN_1_0
char            *mgr_memory_limits_explain        (MgrMemoryLimits  *self);

G_END_DECLS
