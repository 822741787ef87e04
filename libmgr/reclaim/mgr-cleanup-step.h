/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-enums.h"

G_BEGIN_DECLS

#define MGR_TYPE_CLEANUP_STEP (mgr_cleanup_step_get_type ())

typedef struct _MgrCleanupStep MgrCleanupStep;

MGR_AVAILABLE_IN_1_0
GType           mgr_cleanup_step_get_type     (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrCleanupStep *mgr_cleanup_step_ref          (MgrCleanupStep *self);

MGR_AVAILABLE_IN_1_0
void            mgr_cleanup_step_unref        (MgrCleanupStep *self);

/* What a plan knows */

MGR_AVAILABLE_IN_1_0
const char     *mgr_cleanup_step_get_name     (MgrCleanupStep *self);

MGR_AVAILABLE_IN_1_0
MgrSafety       mgr_cleanup_step_get_safety   (MgrCleanupStep *self);

MGR_AVAILABLE_IN_1_0
guint           mgr_cleanup_step_get_priority (MgrCleanupStep *self);

MGR_AVAILABLE_IN_1_0
guint64         mgr_cleanup_step_get_expected (MgrCleanupStep *self);

MGR_AVAILABLE_IN_1_0
const char     *mgr_cleanup_step_get_reason   (MgrCleanupStep *self);

/* What a report knows besides */

MGR_AVAILABLE_IN_1_0
guint64         mgr_cleanup_step_get_claimed  (MgrCleanupStep *self);

MGR_AVAILABLE_IN_1_0
gint64          mgr_cleanup_step_get_ledger   (MgrCleanupStep *self);

MGR_AVAILABLE_IN_1_0
gint64          mgr_cleanup_step_get_returned (MgrCleanupStep *self);

MGR_AVAILABLE_IN_1_0
gint64          mgr_cleanup_step_get_duration (MgrCleanupStep *self);

MGR_AVAILABLE_IN_1_0
const char     *mgr_cleanup_step_get_error    (MgrCleanupStep *self);

MGR_AVAILABLE_IN_1_0
GVariant       *mgr_cleanup_step_to_variant   (MgrCleanupStep *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCleanupStep, mgr_cleanup_step_unref)

G_END_DECLS
