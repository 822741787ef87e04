/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-executor.h"

G_BEGIN_DECLS

#define MGR_TYPE_OWNER_EXECUTOR (mgr_owner_executor_get_type ())

/* Runs functions in the context in which their task was made, one at a time: those of
 * JavaScript may not run anywhere else. */
G_DECLARE_FINAL_TYPE (MgrOwnerExecutor, mgr_owner_executor, MGR, OWNER_EXECUTOR, GObject)

MgrExecutor *mgr_owner_executor_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
