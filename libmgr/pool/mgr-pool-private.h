/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"
#include "pool/mgr-pool-statistics-private.h"
#include "pool/mgr-pool.h"

G_BEGIN_DECLS

/* What a pool counts, guarded by the lock of the subclass, so that a request takes
 * that one lock and no other. */
typedef struct
{
  guint64 used;
  guint64 peak;
  guint64 count;       /* live */
  guint64 total;       /* ever made */
  guint64 refused;
  guint64 evicted;
  guint64 evicted_bytes;
  guint64 trimmed_bytes;
  guint64 low_at;      /* bytes: below it the pool says low-water, 0 for never */
  guint64 high_at;     /* bytes: from it on the pool says high-water, G_MAXUINT64 for never */
  gboolean is_high;
} MgrPoolGauge;

/* TRUE when a water line was crossed: then mgr_pool_say_water() once unlocked. */
static inline gboolean
mgr_pool_gauge_add (MgrPoolGauge *self,
                    guint64       size)
{
  self->used += size;
  self->count++;
  self->total++;
  if (G_UNLIKELY (self->used > self->peak))
    self->peak = self->used;
  return G_UNLIKELY (self->used >= self->high_at && !self->is_high);
}

static inline gboolean
mgr_pool_gauge_remove (MgrPoolGauge *self,
                       guint64       size)
{
  self->used -= size;
  self->count--;
  return G_UNLIKELY (self->is_high && self->used < self->low_at);
}

/* Any thread, no lock held: tells the owner of the side the pool is on now. The
 * subclass calls it when the gauge said that a line was crossed. */
void          mgr_pool_say_water  (MgrPool       *self,
                                   gboolean       high,
                                   guint64        used);
/* Any thread: notify::used, coalesced, in the owner's context. */
void          mgr_pool_changed    (MgrPool       *self);

/* Changes what is charged to the component to @bytes, or fails as the component
 * refuses it and leaves it as it was. Never fails to go down. Takes locks of the
 * ledger: the lock of the subclass may be held, never the other way round. */
gboolean      mgr_pool_charge     (MgrPool       *self,
                                   guint64        bytes,
                                   GError       **error);

/* %FALSE with an error that names the pool, when it is inactive or flushing. */
gboolean      mgr_pool_check_open (MgrPool       *self,
                                   GError       **error);

/* An error that says what was asked of the pool, what there is, and what would help. */
void          mgr_pool_set_full   (MgrPool       *self,
                                   guint64        size,
                                   guint64        largest_free,
                                   GError       **error);

MgrClock     *mgr_pool_get_clock   (MgrPool      *self);
GMainContext *mgr_pool_get_context (MgrPool      *self);

G_END_DECLS
