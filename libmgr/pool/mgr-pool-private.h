/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"
#include "ledger/mgr-room-watch-private.h"
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
  gboolean is_high;    /* the side of the water lines the pool is on */
} MgrPoolGauge;

/* Whether the use is on the other side of a water line than it was; takes it over. */
static inline gboolean
mgr_pool_gauge_cross (MgrPoolGauge *self)
{
  gboolean crossed = self->is_high ? self->used < self->low_at : self->used >= self->high_at;

  self->is_high ^= crossed;
  return G_UNLIKELY (crossed);
}

/* TRUE when a water line was crossed: then mgr_pool_say_water(), with is_high and used,
 * before the lock of the subclass is let go. */
static inline gboolean
mgr_pool_gauge_add (MgrPoolGauge *self,
                    guint64       size)
{
  self->used += size;
  self->count++;
  self->total++;
  if (G_UNLIKELY (self->used > self->peak))
    self->peak = self->used;
  return mgr_pool_gauge_cross (self);
}

/* As mgr_pool_gauge_add(). */
static inline gboolean
mgr_pool_gauge_remove (MgrPoolGauge *self,
                       guint64       size)
{
  self->used -= size;
  self->count--;
  return mgr_pool_gauge_cross (self);
}

/* As mgr_pool_gauge_add(): what the place_waters of a subclass does. */
static inline gboolean
mgr_pool_gauge_set_waters (MgrPoolGauge *self,
                           guint64       low_at,
                           guint64       high_at)
{
  self->low_at = low_at;
  self->high_at = high_at;
  return mgr_pool_gauge_cross (self);
}

/* The functions below may be called from any thread. Where the lock of the subclass may
 * be held it says so: the locks of MgrPool are taken after it, never before. MgrPool
 * calls its vfuncs with no lock held. */

/* Tells the owner, in the owner's context, of the side the pool is on now. The lock of
 * the subclass is held, so that crossings are told in their order. */
void               mgr_pool_say_water       (MgrPool             *self,
                                             gboolean             high,
                                             guint64              used);

/* Says that figures changed: notify::used and its like come in the owner's context, at
 * most four times a second. Costs one atomic read when it was said before. The lock of
 * the subclass may be held. */
void               mgr_pool_changed         (MgrPool             *self);
/* What mgr_pool_changed() reads: while it is TRUE the call may be left out, where that
 * would cost as much as the request. */
const int         *mgr_pool_get_changed_flag (MgrPool            *self);

/* Changes what is charged to the component to @bytes, or fails as the component
 * refuses it and leaves it as it was. Never fails to go down. The lock of the subclass
 * may be held, and has to be where several threads would charge different figures. */
gboolean           mgr_pool_charge          (MgrPool             *self,
                                             guint64              bytes,
                                             GError             **error);

/* Tells once that so many bytes can be charged, as mgr_room_watch_new() does. The lock of
 * the subclass may be held. */
MgrRoomWatch      *mgr_pool_watch_room      (MgrPool             *self,
                                             guint64              bytes,
                                             MgrRoomFunc          func,
                                             gpointer             user_data,
                                             GDestroyNotify       destroy);

/* %FALSE with an error that names the pool, when it is inactive or flushing. It takes no
 * lock. Called with the lock of the subclass held, it is %TRUE only for requests that
 * stop and flush will find. */
gboolean           mgr_pool_check_open      (MgrPool             *self,
                                             GError             **error);

/* An error that says what was asked of the pool, what there is, and what would help:
 * %MGR_ERROR_INFEASIBLE where @size exceeds the capacity, %MGR_ERROR_NO_BUDGET otherwise.
 * It asks for the statistics: the lock of the subclass is not held. */
void               mgr_pool_set_full        (MgrPool             *self,
                                             guint64              size,
                                             guint64              largest_free,
                                             GError             **error);

/* What a get_statistics of a subclass returns: @gauge, and what MgrPool itself counts.
 * The lock of the subclass, which guards @gauge, is held. */
MgrPoolStatistics *mgr_pool_make_statistics (MgrPool             *self,
                                             const MgrPoolGauge  *gauge,
                                             guint64              largest_free);

/* Spreads a range in use, in bytes from the start of the pool of @extent bytes, over the
 * cells of an occupancy, which are shares in use from 0 to 1. */
void               mgr_pool_cells_add       (double              *cells,
                                             guint                n_cells,
                                             guint64              extent,
                                             guint64              offset,
                                             guint64              size);

/* What the constructed of a subclass sets that counts in other units than bytes. */
void               mgr_pool_init_capacity   (MgrPool             *self,
                                             guint64              capacity);

MgrClock          *mgr_pool_get_clock       (MgrPool             *self);
GMainContext      *mgr_pool_get_context     (MgrPool             *self);

/* The one that the pool was made in. */
GThread           *mgr_pool_get_thread      (MgrPool             *self);

/* Whether a pool can be called so; one that cannot has never been started. */
gboolean           mgr_pool_check_name      (const char          *name,
                                             GError             **error);

/* What reports call the class: standard of MgrStandardPool. Returns (transfer full) */
char              *mgr_pool_dup_kind        (MgrPool             *self);

G_END_DECLS
