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

#define MGR_TYPE_RECLAIM_RECORD (mgr_reclaim_record_get_type ())

typedef struct _MgrReclaimRecord MgrReclaimRecord;

MGR_AVAILABLE_IN_1_0
GType             mgr_reclaim_record_get_type        (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrReclaimRecord *mgr_reclaim_record_ref             (MgrReclaimRecord *self);

MGR_AVAILABLE_IN_1_0
void              mgr_reclaim_record_unref           (MgrReclaimRecord *self);

MGR_AVAILABLE_IN_1_0
const char       *mgr_reclaim_record_get_name        (MgrReclaimRecord *self);

MGR_AVAILABLE_IN_1_0
MgrSafety         mgr_reclaim_record_get_safety      (MgrReclaimRecord *self);

MGR_AVAILABLE_IN_1_0
guint64           mgr_reclaim_record_get_size        (MgrReclaimRecord *self);

MGR_AVAILABLE_IN_1_0
gint64            mgr_reclaim_record_get_time        (MgrReclaimRecord *self);

MGR_AVAILABLE_IN_1_0
const char       *mgr_reclaim_record_get_reason      (MgrReclaimRecord *self);

MGR_AVAILABLE_IN_1_0
gboolean          mgr_reclaim_record_get_lossy       (MgrReclaimRecord *self);

MGR_AVAILABLE_IN_1_0
gboolean          mgr_reclaim_record_get_can_restore (MgrReclaimRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrReclaimRecord, mgr_reclaim_record_unref)

G_END_DECLS
