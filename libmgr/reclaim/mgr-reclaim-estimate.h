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

#define MGR_TYPE_RECLAIM_ESTIMATE (mgr_reclaim_estimate_get_type ())

typedef struct _MgrReclaimEstimate MgrReclaimEstimate;

MGR_AVAILABLE_IN_1_0
GType               mgr_reclaim_estimate_get_type         (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrReclaimEstimate *mgr_reclaim_estimate_new              (guint64             bytes,
                                                           gboolean            lossy,
                                                           gint64              rebuild_cost,
                                                           gint64              walk_cost) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrReclaimEstimate *mgr_reclaim_estimate_ref              (MgrReclaimEstimate *self);

MGR_AVAILABLE_IN_1_0
void                mgr_reclaim_estimate_unref            (MgrReclaimEstimate *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_reclaim_estimate_get_bytes        (MgrReclaimEstimate *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_reclaim_estimate_get_lossy        (MgrReclaimEstimate *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_reclaim_estimate_get_rebuild_cost (MgrReclaimEstimate *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_reclaim_estimate_get_walk_cost    (MgrReclaimEstimate *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrReclaimEstimate, mgr_reclaim_estimate_unref)

G_END_DECLS
