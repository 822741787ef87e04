/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "pressure/mgr-pressure-monitor.h"
#include "schedule/mgr-executor.h"

G_BEGIN_DECLS

#define MGR_TYPE_PROCESS_EXECUTOR (mgr_process_executor_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrProcessExecutor, mgr_process_executor, MGR, PROCESS_EXECUTOR, GObject)

MGR_AVAILABLE_IN_1_0
MgrExecutor *mgr_process_executor_new            (MgrPressureMonitor  *monitor) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
char       **mgr_process_executor_get_survivors  (MgrProcessExecutor  *self) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
guint        mgr_process_executor_end_survivors  (MgrProcessExecutor  *self);

G_END_DECLS
