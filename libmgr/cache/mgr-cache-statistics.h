/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-enums.h"

G_BEGIN_DECLS

#define MGR_TYPE_CACHE_STATISTICS (mgr_cache_statistics_get_type ())

typedef struct _MgrCacheStatistics MgrCacheStatistics;

MGR_AVAILABLE_IN_1_0
GType mgr_cache_statistics_get_type (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrCacheStatistics *mgr_cache_statistics_ref (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
void mgr_cache_statistics_unref (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_entries (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_bytes (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_hits (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_misses (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_loads (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_load_failures (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
gint64 mgr_cache_statistics_get_load_time (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_joins (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_stale (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_recalled (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
double mgr_cache_statistics_get_hit_ratio (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
gint64 mgr_cache_statistics_get_eviction_age (MgrCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_removed (MgrCacheStatistics *self,
                                          MgrCacheCause       cause);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_statistics_get_removed_bytes (MgrCacheStatistics *self,
                                                MgrCacheCause       cause);

MGR_AVAILABLE_IN_1_0
GVariant *mgr_cache_statistics_to_variant (MgrCacheStatistics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCacheStatistics, mgr_cache_statistics_unref)

G_END_DECLS
