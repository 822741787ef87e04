/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-ring-core-private.h"
#include "pool/mgr-ring-pool.h"

G_BEGIN_DECLS

struct _MgrRingPool
{
  MgrPool parent_instance;

  MgrRingPolicy policy;    /* never changes, as the three below */
  MgrRingSharing sharing;
  MgrRingCore *core;       /* (owned) */
  const int *changed_flag; /* (unowned), atomic: see mgr_pool_get_changed_flag() */

  /* Guarded by the lock of the core. */
  gboolean drop_posted;    /* the owner is about to be told */
  guint64 told_frames;     /* of what was dropped */
  guint64 told_bytes;
};

/* As MGR_IS_RING_POOL(), without asking for the type first, which costs as much as the
 * half of what follows: a final class is one. */
extern gpointer mgr_ring_pool_class;

static inline gboolean
mgr_ring_pool_is (gpointer self)
{
  return G_LIKELY (self != NULL && ((GTypeInstance *) self)->g_class == mgr_ring_pool_class);
}

/* Says that a frame came or went. */
static inline void
mgr_ring_pool_changed (MgrRingPool *self)
{
  if (G_UNLIKELY (!g_atomic_int_get (self->changed_flag)))
    mgr_pool_changed (&self->parent_instance);
}

/* With the lock of the core held: what was dropped so far. */
void     mgr_ring_pool_sum_dropped (MgrRingPool    *self,
                                    guint64        *out_frames,
                                    guint64        *out_bytes);

/* What went wrong where there is no way on. %TRUE, without an error, where the ring was
 * closed but is not any more: try again. */
gboolean mgr_ring_pool_set_error   (MgrRingPool    *self,
                                    MgrRingResult   result,
                                    gsize           size,
                                    GError        **error);

/* Waits for what was asked: %FALSE with an error when @timeout is over or @cancellable
 * was cancelled; @size is that of a frame to be written. */
gboolean mgr_ring_pool_wait_for    (MgrRingPool       *self,
                                    MgrRingCondition   condition,
                                    gsize              size,
                                    gint64             timeout,
                                    gint64             deadline,
                                    GCancellable      *cancellable,
                                    GError           **error);

/* When a wait of @timeout ends, 0 for never; -1 with an error where there is no such
 * timeout. */
gint64   mgr_ring_pool_get_deadline (MgrRingPool  *self,
                                     gint64        timeout,
                                     GError      **error);

G_END_DECLS
