/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-enums.h"
#include "reclaim/mgr-cleanup-step.h"

G_BEGIN_DECLS

#define MGR_TYPE_CLEANUP_REPORT (mgr_cleanup_report_get_type ())

typedef struct _MgrCleanupReport MgrCleanupReport;

MGR_AVAILABLE_IN_1_0
GType               mgr_cleanup_report_get_type         (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrCleanupReport   *mgr_cleanup_report_ref              (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
void                mgr_cleanup_report_unref            (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
MgrCleanupStrategy  mgr_cleanup_report_get_strategy     (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
MgrCleanupFlags     mgr_cleanup_report_get_flags        (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
GPtrArray          *mgr_cleanup_report_get_steps        (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
const char * const *mgr_cleanup_report_get_cleaned      (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
const char * const *mgr_cleanup_report_get_protected    (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
const char * const *mgr_cleanup_report_get_kept         (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cleanup_report_get_target       (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cleanup_report_get_expected     (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cleanup_report_get_claimed      (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_cleanup_report_get_ledger       (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_cleanup_report_get_returned     (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cleanup_report_get_heap_trimmed (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cleanup_report_get_pss_before   (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cleanup_report_get_pss_after    (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_cleanup_report_get_time         (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_cleanup_report_get_duration     (MgrCleanupReport *self);

MGR_AVAILABLE_IN_1_0
GVariant           *mgr_cleanup_report_to_variant       (MgrCleanupReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCleanupReport, mgr_cleanup_report_unref)

G_END_DECLS
