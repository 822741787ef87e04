/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-statistics.h"

G_BEGIN_DECLS

#define MGR_CACHE_N_CAUSES (MGR_CACHE_CAUSE_COLLECTED + 1)

/* See the getters. */
typedef struct
{
  guint64 entries;
  guint64 bytes;
  guint64 hits;
  guint64 misses;
  guint64 loads;
  guint64 load_failures;
  gint64 load_time;
  guint64 joins;
  guint64 stale;
  guint64 recalled;
  gint64 eviction_age;
  guint64 removed[MGR_CACHE_N_CAUSES];
  guint64 removed_bytes[MGR_CACHE_N_CAUSES];
} MgrCacheFigures;

/* Returns: (transfer full) */
MgrCacheStatistics *mgr_cache_statistics_new (const MgrCacheFigures *figures);

G_END_DECLS
