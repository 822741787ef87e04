/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-store-statistics.h"

G_BEGIN_DECLS

/* What a store counts; see the getters. Whoever has it locks it. */
typedef struct
{
  guint64 hits;
  guint64 misses;
  guint64 stored;
  guint64 refused;
  guint64 evicted;
  guint64 expired;
  guint64 failures;
  guint64 timeouts;
  guint64 connects;
  guint64 entries;
  guint64 bytes;
} MgrCacheStoreFigures;

/* Returns: (transfer full) */
MgrCacheStoreStatistics *mgr_cache_store_statistics_new_from_figures (const MgrCacheStoreFigures *figures);

G_END_DECLS
