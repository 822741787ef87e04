/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-cleanup-report-private.h"

G_BEGIN_DECLS

/* A plan on its way to a report. */
typedef struct _MgrCleanupRun MgrCleanupRun;

/* @exact: asks the steps of @plan alone; else those after them too, as far as the
 * target is not met. */
MgrCleanupRun    *mgr_cleanup_run_new    (MgrCleaner     *cleaner,
                                          MgrCleanupPlan *plan,
                                          gboolean        exact);
void              mgr_cleanup_run_free   (MgrCleanupRun  *self);

/* Asks the next resource. Returns %FALSE once there is none. */
gboolean          mgr_cleanup_run_next   (MgrCleanupRun  *self);

/* Trims the heap where that pays, has the cleaner learn from it all, and reports. */
MgrCleanupReport *mgr_cleanup_run_finish (MgrCleanupRun  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCleanupRun, mgr_cleanup_run_free)

G_END_DECLS
