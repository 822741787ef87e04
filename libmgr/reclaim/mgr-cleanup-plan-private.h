/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleanup-candidate-private.h"
#include "reclaim/mgr-cleanup-plan.h"

G_BEGIN_DECLS

/* Never changes once it is made, but for @executed. */
struct _MgrCleanupPlan
{
  gatomicrefcount ref_count;

  guint64 cleaner; /* the id of the cleaner that made it */
  MgrCleanupStrategy strategy;
  MgrCleanupFlags flags;
  guint64 target;
  gboolean by_bytes; /* the target was asked for, and is no share by the strategy */
  guint64 expected;
  gint64 time;
  gboolean here; /* only what may be asked in the thread that made it */
  GPtrArray *steps;     /* (owned) (element-type MgrCleanupStep) in the order of their turns */
  GPtrArray *protected; /* (owned) (element-type MgrCleanupStep) in the order of registration */
  GPtrArray *kept;      /* (owned) (element-type MgrCleanupStep) */

  /* (owned) (element-type MgrCleanupCandidate) as many as there are steps, then
   * those that would have had their turn if the target were larger. */
  GPtrArray *turns;
  guint n_barred; /* so many of kept come before these */

  gint executed; /* atomic */
};

/* What a step says that is left alone because enough was freed. */
#define MGR_REASON_TARGET_MET "target met"

/* What a step says that has an error of its resource. */
#define MGR_REASON_FAILED "failed"

/* Takes the elements of @candidates, which have been read and given their yields,
 * out of it. @target: bytes, or %NULL for the share of the strategy. */
MgrCleanupPlan *mgr_cleanup_plan_new (GPtrArray          *candidates,
                                      MgrCleanupStrategy  strategy,
                                      MgrCleanupFlags     flags,
                                      const guint64      *target);

G_END_DECLS
