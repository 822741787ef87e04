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

#define MGR_TYPE_CACHE_STORE_STATISTICS (mgr_cache_store_statistics_get_type ())

typedef struct _MgrCacheStoreStatistics MgrCacheStoreStatistics;

MGR_AVAILABLE_IN_1_0
GType                    mgr_cache_store_statistics_get_type (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrCacheStoreStatistics *mgr_cache_store_statistics_new      (GVariant                *figures);

MGR_AVAILABLE_IN_1_0
MgrCacheStoreStatistics *mgr_cache_store_statistics_ref      (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
void                     mgr_cache_store_statistics_unref    (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
GVariant                *mgr_cache_store_statistics_to_variant (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_hits     (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_misses   (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_stored   (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_refused  (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_evicted  (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_expired  (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_failures (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_timeouts (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_connects (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_entries  (MgrCacheStoreStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64                  mgr_cache_store_statistics_get_bytes    (MgrCacheStoreStatistics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCacheStoreStatistics, mgr_cache_store_statistics_unref)

G_END_DECLS
