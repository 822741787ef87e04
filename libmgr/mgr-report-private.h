/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-statistics.h"
#include "mgr-report-models-private.h"
#include "mgr-report.h"
#include "pool/mgr-pool-statistics.h"
#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

typedef struct
{
  char *path;          /* (owned) */
  guint64 budget;
  double share;        /* its part of all that is in use, 0 to 1 */
  guint64 guaranteed;
  guint64 used;
  guint64 peak;
  guint64 allocations;
  guint64 refused;
} MgrReportComponent;

/* All that holds memory in one way, such as resources. */
typedef struct
{
  const char *kind; /* static */
  guint64 count;
  guint64 size;
} MgrReportHolders;

typedef struct
{
  char *name;      /* (owned) */
  const char *kind; /* static */
  guint64 size;
  MgrSafety safety;
  char *component; /* (owned) (nullable) its path */
} MgrReportObject;

typedef struct
{
  char *name;      /* (owned) */
  char *kind;      /* (owned) such as standard */
  char *component; /* (owned) (nullable) its path */
  gboolean active;
  MgrPoolStatistics *statistics; /* (owned) */
} MgrReportPool;

typedef struct
{
  char *name;      /* (owned) */
  char *component; /* (owned) (nullable) its path */
  guint64 max_bytes;   /* 0: no bound, as below */
  guint64 max_entries;
  MgrCacheStatistics *statistics; /* (owned) */
} MgrReportCache;

/* What the process may have. */
typedef struct
{
  guint64 limit;      /* 0: not known */
  guint64 soft_limit; /* 0: there is none */
  guint64 headroom;
  guint64 swap;
  char *explanation;  /* (owned) */
} MgrReportLimits;

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
  guint64 claimed;
  gint64 ledger;
  gint64 returned;
  GArray *components; /* (owned) (element-type MgrReportComponent), parents first */
  GArray *holders;    /* (owned) (element-type MgrReportHolders), by kind */
  GArray *largest;    /* (owned) (element-type MgrReportObject), the largest first */
  GArray *pools;      /* (owned) (element-type MgrReportPool), in the order they were added */
  GArray *caches;     /* (owned) (element-type MgrReportCache), in the order they were added */
  GArray *models;     /* (owned) (element-type MgrReportModel), as they were registered */
  MgrReportLimits limits;
  MgrCleanupReport *last_cleanup; /* (owned) (nullable) */
};

MgrReport *mgr_report_new (void);

G_END_DECLS
