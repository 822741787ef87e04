/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-clock.h"
#include "base/mgr-enums.h"
#include "base/mgr-error.h"
#include "ledger/mgr-component.h"
#include "reclaim/mgr-cleanup-plan.h"
#include "reclaim/mgr-cleanup-report.h"
#include "reclaim/mgr-protection-rules.h"
#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

#define MGR_TYPE_CLEANER (mgr_cleaner_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrCleaner, mgr_cleaner, MGR, CLEANER, GObject)

MGR_AVAILABLE_IN_1_0
MgrCleaner         *mgr_cleaner_new           (MgrClock            *clock,
                                               const char          *proc_path);

MGR_AVAILABLE_IN_1_0
MgrProtectionRules *mgr_cleaner_get_rules     (MgrCleaner          *self);

MGR_AVAILABLE_IN_1_0
GListModel         *mgr_cleaner_get_resources (MgrCleaner          *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cleaner_register      (MgrCleaner          *self,
                                               MgrResource         *resource,
                                               GError             **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_cleaner_unregister    (MgrCleaner          *self,
                                               MgrResource         *resource);

MGR_AVAILABLE_IN_1_0
MgrCleanupPlan     *mgr_cleaner_plan          (MgrCleaner          *self,
                                               MgrCleanupStrategy   strategy,
                                               MgrCleanupFlags      flags,
                                               GError             **error);

MGR_AVAILABLE_IN_1_0
MgrCleanupReport   *mgr_cleaner_execute       (MgrCleaner          *self,
                                               MgrCleanupPlan      *plan,
                                               GError             **error);

MGR_AVAILABLE_IN_1_0
MgrCleanupReport   *mgr_cleaner_cleanup       (MgrCleaner          *self,
                                               MgrCleanupStrategy   strategy,
                                               gboolean             force,
                                               gboolean             safe_mode,
                                               GError             **error);

G_END_DECLS
