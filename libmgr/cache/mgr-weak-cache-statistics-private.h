/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-weak-cache-statistics.h"

G_BEGIN_DECLS

/* See the getters. */
typedef struct
{
  guint64 entries;
  guint64 hits;
  guint64 misses;
  guint64 loads;
  guint64 load_failures;
  gint64 load_time;
  guint64 joins;
  guint64 collected;
  guint64 removed;
  guint64 replaced;
} MgrWeakCacheFigures;

/* Returns: (transfer full) */
MgrWeakCacheStatistics *mgr_weak_cache_statistics_new (const MgrWeakCacheFigures *figures);

G_END_DECLS
