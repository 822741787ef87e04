/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-pool-statistics.h"

G_BEGIN_DECLS

/* What statistics are made of; see the getters for units. What is available and how
 * fragmented it is follows from these. */
typedef struct
{
  guint64 capacity;
  guint64 charged;
  guint64 used;
  guint64 peak;
  guint64 largest_free;
  guint64 allocation_count;
  guint64 total_count;
  guint64 refused_count;
  guint64 evicted_count;
  guint64 evicted_bytes;
  guint64 trimmed_bytes;
} MgrPoolFigures;

MgrPoolStatistics *mgr_pool_statistics_new (const MgrPoolFigures *figures) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
