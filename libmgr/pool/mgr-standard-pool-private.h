/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-brief-lock-private.h"
#include "ledger/mgr-allocation-private.h"
#include "pool/mgr-arena-private.h"
#include "pool/mgr-block-private.h"
#include "pool/mgr-block-table-private.h"
#include "pool/mgr-pool-private.h"
#include "pool/mgr-standard-pool.h"
#include "pressure/mgr-memory-limits.h"

G_BEGIN_DECLS

/* Two kinds of lock, always taken in this order:
 *
 *   lock of a stripe   the blocks that threads of this stripe have taken, and its stock
 *   space_lock         where blocks and holes lie, what is held and charged
 *
 * A thread takes from its own stripe, so that threads seldom meet; a block is given back
 * to the stripe that it came from. Whoever looks at all blocks takes the locks of all
 * stripes, in their order.
 *
 * What is freed goes into the *stock* of its stripe: it stays where it is, and counts as
 * used in the gauge, until a request for just that size takes it again, with the lock of
 * the stripe alone. Whoever needs the room, or the exact figures, drains the stocks first.
 * What the gauge counts never exceeds a recorded peak or a water line that is not known to
 * be crossed, so nothing taken out of a stock can change either, and both stay exact. */

/* Blocks begin and end at a multiple of this, so that no two share a cache line. Where
 * there is no memory there are no cache lines. */
#define MGR_STANDARD_POOL_UNIT ((guint64) 64)

#define MGR_STANDARD_POOL_PRIORITIES (MGR_PRIORITY_MAX - MGR_PRIORITY_MIN + 1)

#define MGR_STANDARD_POOL_STOCKS 64
#define MGR_STANDARD_POOL_STRIPES_MAX 8

/* Keeps what threads write on lines of their own. */
#define MGR_STANDARD_POOL_CACHE_LINE 64

/* The blocks of a priority that nobody pinned, in the order of their use. */
typedef struct
{
  MgrBlockSlot *oldest; /* (unowned) (nullable) */
  MgrBlockSlot *newest; /* (unowned) (nullable) */
} MgrBlockLine;

/* Freed blocks of one size. */
typedef struct
{
  MgrBlockSlot *top;  /* (unowned) (nullable): the one that was freed last */
  guint64 size;       /* bytes */
  guint count;
  guint strangers;    /* blocks of another size that came since one of this was of use */
} MgrBlockStock;

typedef struct
{
  MgrBriefLock lock;

  /* Guarded by lock */
  MgrBlockChunk *chunks;      /* (owned) */
  MgrBlockSlot *free_slots;   /* (unowned) (nullable) */
  MgrBlockLine lines[MGR_STANDARD_POOL_PRIORITIES];
  guint64 count;
  guint64 total;
  guint64 last_stamp;
  guint64 stocked_bytes;
  MgrBlockStock stocks[MGR_STANDARD_POOL_STOCKS];

  char padding[MGR_STANDARD_POOL_CACHE_LINE];
} MgrPoolStripe;

struct _MgrStandardPool
{
  MgrPool parent_instance;

  MgrStandardPoolFlags flags; /* never changes */
  guint64 max_capacity;       /* never changes; 0 for what the system has to spare */
  MgrMemoryLimits *limits;    /* (owned), never changes */
  guint64 unit;               /* never changes */
  GThread *thread;            /* (unowned): the one it was made in */
  gboolean coarse_clock;      /* the clock is the system's: its cheap form will do */
  guint n_stripes;            /* a power of two */
  MgrPoolStripe *stripes;     /* (owned) */

  int stocking;               /* atomic: FALSE is set with all locks held */
  guint stocked;              /* atomic: a bit for each stripe that has stock */
  guint64 stock_bytes_max;    /* of a stripe; changes with all locks held */

  GMutex space_lock;

  /* Guarded by space_lock */
  MgrOffsetAllocator *allocator; /* (owned) (nullable) */
  MgrArena *arena;               /* (owned) (nullable) */
  MgrPoolGauge gauge;            /* of bytes alone; used includes what is stocked */
  gboolean flushing;
  gboolean returning;            /* stopped: what is free goes back to the system at once */
  gboolean compacting;           /* a source of the owner's context is at it, or is to be */
  guint compact_rest;            /* so many blocks are freed before it is tried again */

  /* Guarded by all locks */
  gboolean sliding;              /* compact() has filled the holes that could be filled */
  guint64 slide_cursor;          /* the id of the block from where it goes on, or 0 */

  int moving;                    /* atomic: handlers copy blocks of a virtual pool */
};

/* Of all pools of this kind, once there is one. The type is final, so that a comparison
 * tells what a call to the type system does at a tenth of what a whole request costs. */
extern gpointer mgr_standard_pool_class; /* (unowned) */

#define MGR_CHECK_STANDARD_POOL(self) \
  ((self) != NULL && ((GTypeInstance *) (self))->g_class == mgr_standard_pool_class)

/* What is asked for. */
typedef struct
{
  MgrRequest texts;  /* and priority and size, as asked for */
  guint64 alignment;
} MgrBlockRequest;

typedef enum
{
  MGR_BLOCK_TAKEN,
  MGR_BLOCK_NO_PLACE,  /* no hole is large enough */
  MGR_BLOCK_NO_CHARGE, /* there is one, but the component refuses what it would hold */
  MGR_BLOCK_NO_ID,     /* all 2^26 blocks of the process are in use */
  MGR_BLOCK_CLOSED,
} MgrBlockOutcome;

/* Stripes: the lock of the stripe is held. */

MgrPoolStripe *mgr_standard_pool_get_stripe (MgrStandardPool       *self);
/* The stripe of a live block, locked, and in @out_slot its slot; otherwise NULL, and
 * @code in @error unless no id of this pool is known to have been freed. */
MgrPoolStripe *mgr_standard_pool_lock_block (MgrStandardPool       *self,
                                             guint64                id,
                                             MgrError               code,
                                             MgrBlockSlot         **out_slot,
                                             GError               **error);
/* Whether there is a free slot for the next block. */
gboolean       mgr_pool_stripe_prepare      (MgrPoolStripe         *stripe);
/* Makes the first free slot, with its place, the block that is asked for. */
guint64        mgr_pool_stripe_begin_block  (MgrStandardPool       *self,
                                             MgrPoolStripe         *stripe,
                                             MgrBlockSlot          *slot,
                                             MgrBlockRequest       *request);
/* As mgr_pool_stripe_begin_block(), of the stock; 0 if that has no such block. */
guint64        mgr_pool_stripe_draw         (MgrStandardPool       *self,
                                             MgrPoolStripe         *stripe,
                                             MgrBlockRequest       *request);
/* The block is no more, but still has its place. Returns (transfer full) (nullable): what
 * the caller frees once unlocked. */
gpointer       mgr_pool_stripe_end_block    (MgrPoolStripe         *stripe,
                                             MgrBlockSlot          *slot,
                                             gboolean               evicted);
/* Puts an ended block into stock, %FALSE where it would be of no use there. */
gboolean       mgr_pool_stripe_stock        (MgrStandardPool       *self,
                                             MgrPoolStripe         *stripe,
                                             MgrBlockSlot          *slot);
/* The slot has no place any more. */
void           mgr_pool_stripe_put_slot     (MgrPoolStripe         *stripe,
                                             MgrBlockSlot          *slot);
/* Puts a block that is in no line at the end of its own, as the one used last. */
void           mgr_pool_stripe_line_up      (MgrStandardPool       *self,
                                             MgrPoolStripe         *stripe,
                                             MgrBlockSlot          *slot);
void           mgr_pool_stripe_leave_line   (MgrPoolStripe         *stripe,
                                             MgrBlockSlot          *slot);

/* Everything: no lock is held before. What is stocked is drained. */
void           mgr_standard_pool_lock_all   (MgrStandardPool       *self);
void           mgr_standard_pool_unlock_all (MgrStandardPool       *self);

/* Space: the space_lock is held. */

/* With @slot the first free one of a stripe. */
MgrBlockOutcome
               mgr_standard_pool_take_place (MgrStandardPool       *self,
                                             MgrBlockSlot          *slot,
                                             const MgrBlockRequest *request,
                                             GError               **error);
/* The charge does not follow yet: several may go at once. */
void           mgr_standard_pool_give_place (MgrStandardPool       *self,
                                             MgrBlockSlot          *slot);
/* Charges what is held, or used where there is no memory: no more than before. */
void           mgr_standard_pool_follow_charge (MgrStandardPool    *self);
/* Charges what is held once the range is as well, and holds it. For a pool without memory
 * it charges @used. */
gboolean       mgr_standard_pool_hold       (MgrStandardPool       *self,
                                             guint64                offset,
                                             guint64                size,
                                             guint64                used,
                                             GError               **error);
/* Gives free granules back, the highest first; returns the bytes. */
guint64        mgr_standard_pool_release_granules (MgrStandardPool *self,
                                                   guint64          target);
/* After the gauge has changed: tells of a crossing, and whether stocks may be kept. The
 * locks of all are held if they may be no longer. */
void           mgr_standard_pool_follow_gauge (MgrStandardPool     *self,
                                               gboolean             crossed);
/* What is free but not in the largest hole, as a share of it. */
double         mgr_standard_pool_get_scatter (MgrStandardPool      *self);

/* No lock is held. */

/* Whether a request that does not fit could after blocks were moved, which were. */
gboolean       mgr_standard_pool_compact_for (MgrStandardPool       *self,
                                              const MgrBlockRequest *request);
/* Moves all blocks to the start of the pool that can be moved. */
void           mgr_standard_pool_compact_fully (MgrStandardPool      *self);
/* Compacts while the owner's context is idle, once mgr_standard_pool_wants_idle() has said
 * so with the space_lock held, after something was freed. */
gboolean       mgr_standard_pool_wants_idle  (MgrStandardPool       *self);
void           mgr_standard_pool_compact_idly (MgrStandardPool      *self);
/* Evicts what has to go for the request, and takes it; 0 if it cannot. */
guint64        mgr_standard_pool_allocate_evicting (MgrStandardPool *self,
                                                    MgrPoolStripe   *stripe,
                                                    MgrBlockRequest *request,
                                                    MgrBlockOutcome  outcome);
/* Evicts the blocks that matter least until @target bytes are free, or all have said no,
 * or it is @deadline. */
guint64        mgr_standard_pool_evict      (MgrStandardPool       *self,
                                             guint64                target,
                                             gint64                 deadline);

/* Whether the calling thread is inside of a handler of “evict”: it evicts nothing there. */
gboolean       mgr_standard_pool_is_asking  (MgrStandardPool       *self);

gboolean       mgr_standard_pool_is_owner   (MgrStandardPool       *self);
gboolean       mgr_standard_pool_asks       (MgrStandardPool       *self);
gboolean       mgr_standard_pool_tells_moves (MgrStandardPool      *self);
/* In the owner's context: whether a handler wants to keep the block. */
gboolean       mgr_standard_pool_emit_evict (MgrStandardPool       *self,
                                             MgrBlock              *block);
void           mgr_standard_pool_emit_moved (MgrStandardPool       *self,
                                             guint64                id,
                                             guint64                old_offset,
                                             guint64                new_offset);

/* vfuncs of MgrPool. */

gboolean            mgr_standard_pool_start          (MgrPool           *pool,
                                                      GError           **error);
void                mgr_standard_pool_stop           (MgrPool           *pool);
void                mgr_standard_pool_flush          (MgrPool           *pool,
                                                      gboolean           flushing);
gboolean            mgr_standard_pool_resize         (MgrPool           *pool,
                                                      guint64            capacity,
                                                      GError           **error);
guint64             mgr_standard_pool_round_capacity (MgrPool         *pool,
                                                      guint64            capacity);
void                mgr_standard_pool_place_waters   (MgrPool           *pool,
                                                      guint64            low_at,
                                                      guint64            high_at);
guint64             mgr_standard_pool_trim           (MgrPool           *pool,
                                                      guint64            target);
MgrPoolStatistics  *mgr_standard_pool_get_statistics (MgrPool           *pool);
void                mgr_standard_pool_draw           (MgrPool           *pool,
                                                      double            *cells,
                                                      guint              n_cells);
MgrReclaimEstimate *mgr_standard_pool_estimate       (MgrPool           *pool);
guint64             mgr_standard_pool_reclaim        (MgrPool           *pool,
                                                      guint64            target,
                                                      MgrPressureLevel   level,
                                                      gint64             deadline);

G_END_DECLS
