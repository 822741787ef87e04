/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-cleanup-report-private.h"

G_BEGIN_DECLS

/* A plan on its way to a report. */
typedef struct _MgrCleanupRun MgrCleanupRun;

/* How a plan is run. */
typedef enum
{
  MGR_CLEANUP_RUN_EXACT,      /* all the steps of the plan, and they alone */
  MGR_CLEANUP_RUN_TOLERANT,   /* those after them too, as far as the target is not met */
  MGR_CLEANUP_RUN_BACKGROUND, /* as tolerant, in slices that a main loop does not notice */
} MgrCleanupRunMode;

MgrCleanupRun    *mgr_cleanup_run_new    (MgrCleaner        *cleaner,
                                          MgrCleanupPlan    *plan,
                                          MgrCleanupRunMode  mode);
void              mgr_cleanup_run_free   (MgrCleanupRun     *self);

typedef enum
{
  MGR_CLEANUP_RUN_DONE,
  MGR_CLEANUP_RUN_MORE,
  MGR_CLEANUP_RUN_WAITING, /* for an owner in another thread */
} MgrCleanupRunState;

/* Asks the next resource, in the background for a slice of what is wanted. Waits for
 * an owner in another thread unless in the background, where @wake is made ready once
 * that has answered, or is waited for no longer. */
MgrCleanupRunState mgr_cleanup_run_next  (MgrCleanupRun     *self,
                                          GSource           *wake);

/* Asks nobody any more. */
void              mgr_cleanup_run_cancel (MgrCleanupRun     *self);

/* Trims the heap where that pays, has the cleaner learn from it all, and reports. */
MgrCleanupReport *mgr_cleanup_run_finish (MgrCleanupRun     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCleanupRun, mgr_cleanup_run_free)

G_END_DECLS
