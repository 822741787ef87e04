/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleanup-report.h"

G_BEGIN_DECLS

/* Whoever makes a report fills it in before anybody else sees it; from then on
 * it never changes. */
struct _MgrCleanupReport
{
  gatomicrefcount ref_count;

  MgrCleanupStrategy strategy;
  gboolean dry_run;
  char **cleaned;   /* (owned) */
  char **protected; /* (owned) */
  char **kept;      /* (owned) */
  guint64 freed;
  gint64 returned;
  gint64 time;
  gint64 duration;
};

MgrCleanupReport *mgr_cleanup_report_new (void);

G_END_DECLS
