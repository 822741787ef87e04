/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-reclaim-record.h"

G_BEGIN_DECLS

/* The last records of a cleaner, for any thread: a new one takes the place of the
 * oldest. */
typedef struct _MgrRecordRing MgrRecordRing;

MgrRecordRing    *mgr_record_ring_new    (guint             capacity);
MgrRecordRing    *mgr_record_ring_ref    (MgrRecordRing    *ring);
void              mgr_record_ring_unref  (MgrRecordRing    *ring);

void              mgr_record_ring_add    (MgrRecordRing    *ring,
                                          MgrReclaimRecord *record);

/* Newest first. Returns (transfer full) (element-type MgrReclaimRecord) */
GPtrArray        *mgr_record_ring_list   (MgrRecordRing    *ring);

/* The newest of @name. Returns (transfer full) (nullable) */
MgrReclaimRecord *mgr_record_ring_lookup (MgrRecordRing    *ring,
                                          const char       *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrRecordRing, mgr_record_ring_unref)

G_END_DECLS
