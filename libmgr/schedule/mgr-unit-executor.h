/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "schedule/mgr-executor.h"

G_BEGIN_DECLS

#define MGR_TYPE_UNIT_EXECUTOR (mgr_unit_executor_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrUnitExecutor, mgr_unit_executor, MGR, UNIT_EXECUTOR, GObject)

MGR_AVAILABLE_IN_1_0
MgrExecutor *mgr_unit_executor_new (GDBusConnection *connection) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
