/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-pool.h"

G_BEGIN_DECLS

#define MGR_TYPE_RING_POOL (mgr_ring_pool_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrRingPool, mgr_ring_pool, MGR, RING_POOL, MgrPool)

MGR_AVAILABLE_IN_1_0
MgrRingPool    *mgr_ring_pool_new                (MgrComponent    *component,
                                                  const char      *name,
                                                  guint64          capacity,
                                                  MgrRingPolicy    policy,
                                                  MgrRingSharing   sharing,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrRingPolicy   mgr_ring_pool_get_policy         (MgrRingPool     *self);
MGR_AVAILABLE_IN_1_0
MgrRingSharing  mgr_ring_pool_get_sharing        (MgrRingPool     *self);
MGR_AVAILABLE_IN_1_0
guint64         mgr_ring_pool_get_dropped_frames (MgrRingPool     *self);
MGR_AVAILABLE_IN_1_0
guint64         mgr_ring_pool_get_dropped_bytes  (MgrRingPool     *self);

MGR_AVAILABLE_IN_1_0
gboolean        mgr_ring_pool_write              (MgrRingPool     *self,
                                                  const guint8    *data,
                                                  gsize            size,
                                                  gint64           timeout,
                                                  GCancellable    *cancellable,
                                                  GError         **error);
MGR_AVAILABLE_IN_1_0
gpointer        mgr_ring_pool_reserve            (MgrRingPool     *self,
                                                  gsize            size,
                                                  gint64           timeout,
                                                  GCancellable    *cancellable,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
gboolean        mgr_ring_pool_commit             (MgrRingPool     *self,
                                                  gpointer         frame,
                                                  gsize            size,
                                                  GError         **error);
MGR_AVAILABLE_IN_1_0
gboolean        mgr_ring_pool_abandon            (MgrRingPool     *self,
                                                  gpointer         frame,
                                                  GError         **error);

MGR_AVAILABLE_IN_1_0
GBytes         *mgr_ring_pool_read               (MgrRingPool     *self,
                                                  gint64           timeout,
                                                  GCancellable    *cancellable,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
GBytes         *mgr_ring_pool_try_read           (MgrRingPool     *self,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
gssize          mgr_ring_pool_try_read_into      (MgrRingPool     *self,
                                                  guint8          *buffer,
                                                  gsize            size,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
void            mgr_ring_pool_read_async         (MgrRingPool     *self,
                                                  GCancellable    *cancellable,
                                                  GAsyncReadyCallback callback,
                                                  gpointer         user_data);
MGR_AVAILABLE_IN_1_0
GBytes         *mgr_ring_pool_read_finish        (MgrRingPool     *self,
                                                  GAsyncResult    *result,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gconstpointer   mgr_ring_pool_peek               (MgrRingPool     *self,
                                                  gsize           *size,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
gboolean        mgr_ring_pool_consume            (MgrRingPool     *self,
                                                  gconstpointer    frame,
                                                  GError         **error);
MGR_AVAILABLE_IN_1_0
GBytes         *mgr_ring_pool_peek_bytes         (MgrRingPool     *self,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
gboolean        mgr_ring_pool_consume_bytes      (MgrRingPool     *self,
                                                  GBytes          *frame,
                                                  GError         **error);

MGR_AVAILABLE_IN_1_0
gboolean        mgr_ring_pool_wait               (MgrRingPool     *self,
                                                  GIOCondition     condition,
                                                  gint64           timeout,
                                                  GCancellable    *cancellable,
                                                  GError         **error);
MGR_AVAILABLE_IN_1_0
GSource        *mgr_ring_pool_create_source      (MgrRingPool     *self,
                                                  GIOCondition     condition,
                                                  GCancellable    *cancellable,
                                                  GError         **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
