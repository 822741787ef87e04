/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "reclaim/mgr-reclaimer.h"

G_BEGIN_DECLS

#define MGR_TYPE_HEAP_RECLAIMER (mgr_heap_reclaimer_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrHeapReclaimer, mgr_heap_reclaimer, MGR, HEAP_RECLAIMER, GObject)

MGR_AVAILABLE_IN_1_0
MgrHeapReclaimer *mgr_heap_reclaimer_new (const char *proc_path);

G_END_DECLS
