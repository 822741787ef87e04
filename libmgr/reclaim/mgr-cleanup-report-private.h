/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleanup-plan-private.h"
#include "reclaim/mgr-cleanup-report.h"

G_BEGIN_DECLS

/* Whoever makes a report fills it in before anybody else sees it; from then on
 * it never changes. */
struct _MgrCleanupReport
{
  gatomicrefcount ref_count;

  MgrCleanupStrategy strategy;
  MgrCleanupFlags flags;
  gboolean dry_run; /* a plan, on its way to a dictionary */
  guint64 target;
  guint64 expected;
  GPtrArray *steps; /* (owned) (element-type MgrCleanupStep) all that was registered */
  char **cleaned;   /* (owned) */
  char **protected; /* (owned) */
  char **kept;      /* (owned) */
  guint64 claimed;
  gint64 ledger;
  gint64 returned;
  guint64 heap_trimmed;
  guint64 pss_before; /* 0: not known */
  guint64 pss_after;  /* 0: not known */
  gint64 time;
  gint64 duration;
};

/* A report of @plan, with what came of its turns, a #MgrCleanupStep for each; without
 * @turns, of a dry run. */
MgrCleanupReport *mgr_cleanup_report_new    (MgrCleanupPlan         *plan,
                                             GPtrArray              *turns);

/* The same report, with what was verified afterwards. */
MgrCleanupReport *mgr_cleanup_report_verify (const MgrCleanupReport *self,
                                             guint64                 pss_before,
                                             guint64                 pss_after);

G_END_DECLS
