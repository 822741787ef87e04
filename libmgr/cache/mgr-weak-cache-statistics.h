/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-version-macros.h"

G_BEGIN_DECLS

#define MGR_TYPE_WEAK_CACHE_STATISTICS (mgr_weak_cache_statistics_get_type ())

typedef struct _MgrWeakCacheStatistics MgrWeakCacheStatistics;

MGR_AVAILABLE_IN_1_0
GType                  mgr_weak_cache_statistics_get_type          (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrWeakCacheStatistics *mgr_weak_cache_statistics_ref               (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
void                   mgr_weak_cache_statistics_unref             (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                mgr_weak_cache_statistics_get_entries       (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                mgr_weak_cache_statistics_get_hits          (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                mgr_weak_cache_statistics_get_misses        (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                mgr_weak_cache_statistics_get_loads         (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                mgr_weak_cache_statistics_get_load_failures (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
gint64                 mgr_weak_cache_statistics_get_load_time     (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                mgr_weak_cache_statistics_get_joins         (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                mgr_weak_cache_statistics_get_collected     (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                mgr_weak_cache_statistics_get_removed       (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                mgr_weak_cache_statistics_get_replaced      (MgrWeakCacheStatistics *self);

MGR_AVAILABLE_IN_1_0
double                 mgr_weak_cache_statistics_get_hit_ratio     (MgrWeakCacheStatistics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrWeakCacheStatistics, mgr_weak_cache_statistics_unref)

G_END_DECLS
