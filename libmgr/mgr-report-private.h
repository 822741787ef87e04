/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgr-report.h"

G_BEGIN_DECLS

typedef struct
{
  char *path;          /* (owned) */
  guint64 budget;
  guint64 used;
  guint64 peak;
  guint64 allocations;
  guint64 refused;
} MgrReportComponent;

struct _MgrReport
{
  gatomicrefcount ref_count;

  MgrPressureLevel level;
  guint64 budget;
  guint64 used;
  guint64 peak;
  guint64 process;
  guint64 allocations;
  guint64 refused;
  guint64 cleanups;
  guint64 freed;
  gint64 returned;
  GArray *components; /* (owned) (element-type MgrReportComponent), parents first */
};

MgrReport *mgr_report_new (void);

G_END_DECLS
