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

#define MGR_TYPE_PHASE_REPORT (mgr_phase_report_get_type ())

typedef struct _MgrPhaseReport MgrPhaseReport;

MGR_AVAILABLE_IN_1_0
GType             mgr_phase_report_get_type           (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrPhaseReport   *mgr_phase_report_ref                (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
void              mgr_phase_report_unref              (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
const char       *mgr_phase_report_get_name           (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
gint64            mgr_phase_report_get_time           (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
gint64            mgr_phase_report_get_duration       (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
MgrPressureLevel  mgr_phase_report_get_level_before   (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
MgrPressureLevel  mgr_phase_report_get_level_after    (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_phase_report_get_used_before    (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_phase_report_get_used_after     (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_phase_report_get_peak           (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_phase_report_get_process_before (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_phase_report_get_process_after  (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_phase_report_get_cleanups       (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_phase_report_get_claimed        (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
gint64            mgr_phase_report_get_ledger         (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
gint64            mgr_phase_report_get_returned       (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
MgrCleanupReport *mgr_phase_report_get_cleanup        (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
const char       *mgr_phase_report_get_alert          (MgrPhaseReport *self);

MGR_AVAILABLE_IN_1_0
GVariant         *mgr_phase_report_to_variant         (MgrPhaseReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrPhaseReport, mgr_phase_report_unref)

G_END_DECLS
