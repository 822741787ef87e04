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

#define MGR_TYPE_CLEANUP_PLAN (mgr_cleanup_plan_get_type ())

typedef struct _MgrCleanupPlan MgrCleanupPlan;

MGR_AVAILABLE_IN_1_0
GType               mgr_cleanup_plan_get_type      (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrCleanupPlan     *mgr_cleanup_plan_ref           (MgrCleanupPlan *self);

MGR_AVAILABLE_IN_1_0
void                mgr_cleanup_plan_unref         (MgrCleanupPlan *self);

MGR_AVAILABLE_IN_1_0
MgrCleanupStrategy  mgr_cleanup_plan_get_strategy  (MgrCleanupPlan *self);

MGR_AVAILABLE_IN_1_0
MgrCleanupFlags     mgr_cleanup_plan_get_flags     (MgrCleanupPlan *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cleanup_plan_get_target    (MgrCleanupPlan *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_cleanup_plan_get_expected  (MgrCleanupPlan *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_cleanup_plan_get_time      (MgrCleanupPlan *self);

MGR_AVAILABLE_IN_1_0
GPtrArray          *mgr_cleanup_plan_get_steps     (MgrCleanupPlan *self);

MGR_AVAILABLE_IN_1_0
GPtrArray          *mgr_cleanup_plan_get_protected (MgrCleanupPlan *self);

MGR_AVAILABLE_IN_1_0
GPtrArray          *mgr_cleanup_plan_get_kept      (MgrCleanupPlan *self);

MGR_AVAILABLE_IN_1_0
GVariant           *mgr_cleanup_plan_to_variant    (MgrCleanupPlan *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCleanupPlan, mgr_cleanup_plan_unref)

G_END_DECLS
