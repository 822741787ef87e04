/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-enums.h"
#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

/* What a strategy means. */
typedef struct
{
  guint64 percent; /* of the bytes that may be cleaned */
  gint64 box;      /* microseconds after which no further step begins */
  gboolean trim;   /* whether malloc gives back what it holds free */
} MgrCleanupLimits;

const MgrCleanupLimits *mgr_cleanup_limits_get (MgrCleanupStrategy strategy);

/* A resource and, from the making of the plan on, what it was then: the order
 * holds while other threads change it. */
typedef struct
{
  MgrResource *resource; /* (owned) */
  guint64 serial;        /* in which order they were registered */
  MgrSafety safety;
  guint priority;
  guint64 size;
  gboolean over_limit;
} MgrCleanupStep;

MgrCleanupStep *mgr_cleanup_step_new  (MgrResource    *resource,
                                       guint64         serial);
void            mgr_cleanup_step_free (MgrCleanupStep *step);

/* Which resources have their turn, in which order, and how much is wanted. */
typedef struct
{
  GPtrArray *steps;     /* (owned) (element-type MgrCleanupStep) in the order of their turns */
  GPtrArray *protected; /* (owned) (element-type MgrCleanupStep) */
  GPtrArray *barred;    /* (owned) (element-type MgrCleanupStep) kept, whatever comes of the steps */
  guint64 target;       /* bytes at which to stop */
} MgrCleanupPlan;

/* Takes the elements of @snapshot, of MgrCleanupStep, out of it. */
MgrCleanupPlan *mgr_cleanup_plan_new  (GPtrArray          *snapshot,
                                       MgrCleanupStrategy  strategy,
                                       gboolean            force);
void            mgr_cleanup_plan_free (MgrCleanupPlan     *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCleanupPlan, mgr_cleanup_plan_free)

G_END_DECLS
