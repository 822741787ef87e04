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

#define MGR_TYPE_POOL_STATISTICS (mgr_pool_statistics_get_type ())

typedef struct _MgrPoolStatistics MgrPoolStatistics;

MGR_AVAILABLE_IN_1_0
GType              mgr_pool_statistics_get_type             (void) G_GNUC_CONST;
MGR_AVAILABLE_IN_1_0
MgrPoolStatistics *mgr_pool_statistics_ref                  (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
void               mgr_pool_statistics_unref                (MgrPoolStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_capacity         (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_charged          (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_used             (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_peak             (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_available        (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_largest_free     (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
double             mgr_pool_statistics_get_fragmentation    (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_allocation_count (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_total_count      (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_refused_count    (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_evicted_count    (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_evicted_bytes    (MgrPoolStatistics *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_statistics_get_trimmed_bytes    (MgrPoolStatistics *self);

MGR_AVAILABLE_IN_1_0
GVariant          *mgr_pool_statistics_to_variant           (MgrPoolStatistics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrPoolStatistics, mgr_pool_statistics_unref)

G_END_DECLS
