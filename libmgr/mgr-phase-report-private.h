/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgr-phase-report.h"

G_BEGIN_DECLS

/* Whoever makes a report fills it in before anybody else sees it; from then on it
 * never changes. */
struct _MgrPhaseReport
{
  gatomicrefcount ref_count;

  char *name;                /* (owned) */
  gint64 time;
  gint64 duration;
  MgrPressureLevel level_before;
  MgrPressureLevel level_after;
  guint64 used_before;
  guint64 used_after;
  guint64 peak;
  guint64 process_before;
  guint64 process_after;
  guint64 cleanups;
  guint64 claimed;
  gint64 ledger;
  gint64 returned;
  MgrCleanupReport *cleanup; /* (owned) (nullable) */
  char *alert;               /* (owned) (nullable) */
};

MgrPhaseReport *mgr_phase_report_new (const char *name);

G_END_DECLS
