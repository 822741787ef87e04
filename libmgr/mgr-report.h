/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-enums.h"
#include "reclaim/mgr-cleanup-report.h"

G_BEGIN_DECLS

#define MGR_TYPE_REPORT (mgr_report_get_type ())

typedef struct _MgrReport MgrReport;

MGR_AVAILABLE_IN_1_0
GType             mgr_report_get_type              (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrReport        *mgr_report_ref                   (MgrReport *self);

MGR_AVAILABLE_IN_1_0
void              mgr_report_unref                 (MgrReport *self);

MGR_AVAILABLE_IN_1_0
MgrPressureLevel  mgr_report_get_level             (MgrReport *self);

MGR_AVAILABLE_IN_1_0
MgrMemoryStatus   mgr_report_get_status            (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_budget            (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_used              (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_peak              (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_process           (MgrReport *self);

MGR_AVAILABLE_IN_1_0
gint64            mgr_report_get_unmanaged         (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_limit             (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_soft_limit        (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_headroom          (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_swap              (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_allocations       (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_refused           (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_cleanups          (MgrReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_report_get_claimed           (MgrReport *self);

MGR_AVAILABLE_IN_1_0
gint64            mgr_report_get_ledger            (MgrReport *self);

MGR_AVAILABLE_IN_1_0
gint64            mgr_report_get_returned          (MgrReport *self);

MGR_AVAILABLE_IN_1_0
MgrCleanupReport *mgr_report_get_last_cleanup      (MgrReport *self);

MGR_AVAILABLE_IN_1_0
GVariant         *mgr_report_to_variant            (MgrReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrReport, mgr_report_unref)

G_END_DECLS
