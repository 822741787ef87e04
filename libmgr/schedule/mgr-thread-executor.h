/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-executor.h"

G_BEGIN_DECLS

#define MGR_TYPE_THREAD_EXECUTOR (mgr_thread_executor_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrThreadExecutor, mgr_thread_executor, MGR, THREAD_EXECUTOR, GObject)

MGR_AVAILABLE_IN_1_0
MgrExecutor *mgr_thread_executor_new (guint n_threads);

G_END_DECLS
