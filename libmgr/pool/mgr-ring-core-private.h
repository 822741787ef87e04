/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-mirror-map-private.h"
#include "pool/mgr-pool-private.h"

#include <string.h>

G_BEGIN_DECLS

/* Frames one behind the other in a mirrored mapping, each in one piece: a header, then
 * up to 4 GiB, rounded up to 8 bytes.
 *
 * A pair, one writer and one reader, shares no lock. Each side owns its position and
 * publishes it with release; the other one reads it with acquire, and only when what it
 * saw last no longer does. What is rare is behind the lock, and is told to the two sides
 * by the signs, which they read after each operation. For that no store may pass a later
 * read, on either side: instead of two expensive barriers on the path of every frame,
 * whoever sets a sign has the kernel put one into all threads.
 *
 * Each thread has a seat of its own at a side, and says there whether it is inside. The
 * side points to the seat of the thread that used it last, so that this one finds itself
 * there and goes on. Another one has to take its place, and can while nobody is inside:
 * two at a time are told so, and touch nothing.
 *
 * Any number of threads otherwise share the lock. A frame is RESERVED until it is
 * committed, READY until a reader claims it, CLAIMED until that consumes it, and then
 * FREE; memory is free again in the order of the frames. Dropping the oldest frame takes
 * it from the reader's side, so it needs the lock: what a reader has claimed stays. */

typedef enum
{
  MGR_RING_DONE,
  MGR_RING_AGAIN,     /* full, or empty, for now */
  MGR_RING_CLOSED,    /* closed, or flushing */
  MGR_RING_TOO_LARGE, /* for the ring, or for what was reserved */
  MGR_RING_TAKEN,     /* of a pair, this side holds a frame already */
  MGR_RING_CROWDED,   /* of a pair, another thread is at this side */
  MGR_RING_UNKNOWN,   /* no frame that is held */
} MgrRingResult;

typedef enum
{
  MGR_RING_READABLE = 1 << 0,
  MGR_RING_WRITABLE = 1 << 1,
} MgrRingCondition;

typedef enum
{
  MGR_RING_SIGN_CLOSED       = 1 << 0, /* no writing; reading goes on until it is empty */
  MGR_RING_SIGN_FLUSHING     = 1 << 1, /* neither */
  MGR_RING_SIGN_HALTED       = 1 << 2, /* wait for halt_lock, then try again */
  MGR_RING_SIGN_READER_WAITS = 1 << 3,
  MGR_RING_SIGN_WRITER_WAITS = 1 << 4,
  MGR_RING_SIGN_HIGH         = 1 << 5, /* the reader looks out for low_watch */
} MgrRingSign;

/* What a thread is at, on one side of a pair. */
typedef enum
{
  MGR_RING_IDLE,
  MGR_RING_INSIDE,    /* of a function, which it leaves soon */
  MGR_RING_HOLDING,   /* a reservation, or a claim */
} MgrRingMark;

typedef enum
{
  MGR_RING_RESERVED,
  MGR_RING_READY,
  MGR_RING_CLAIMED,
  MGR_RING_FREE,
} MgrRingState;

typedef struct
{
  guint32 length;      /* bytes */
  guint32 span;        /* with the header, in units of MGR_RING_ALIGN; not of a pair */
} MgrRingFrame;

/* Called with the lock held. */
typedef struct
{
  void (*crossed) (gpointer owner,
                   gboolean high,
                   guint64  used);
  /* Frames were dropped, as was agreed. */
  void (*dropped) (gpointer owner);
  /* Closed and empty: the memory was given back. */
  void (*drained) (gpointer owner);
} MgrRingFuncs;

/* A frame that a thread holds of a ring for any number of them. */
typedef struct
{
  guint8 *data;     /* (unowned): what the thread knows it by */
  guint64 position;
  gsize offset;
} MgrRingHold;

typedef struct
{
  GCond changed;
  gboolean waits;   /* some thread waits for changed */
  gsize wanted;     /* bytes that the least of those who wait needs */
} MgrRingQueue;

/* Lines come in pairs: the processor fetches the neighbour too. */
#define MGR_RING_LINE 128
#define MGR_RING_ALIGN 8
#define MGR_RING_FRAME_MAX ((gsize) G_MAXUINT32)

/* Of a thread at one side of a pair. Only that thread changes the mark. */
typedef struct
{
  gconstpointer thread;      /* never changes; NULL: of nobody */
  int mark;                  /* atomic: MgrRingMark */
} MgrRingSeat;

typedef struct
{
  gboolean pair;             /* never changes, as the three below */
  gboolean drops_oldest;     /* not of a pair */
  const MgrRingFuncs *funcs; /* (unowned) */
  gpointer owner;            /* (unowned) */
  guint signs;               /* atomic: MgrRingSign; written with the lock held */
  guint8 *data;              /* (unowned): of map; changes while nobody is inside */
  gsize size;                /* atomic where it is read from outside; as data */
  guint64 low_watch;         /* atomic: below it the reader has to note the use */

  /* Positions are bytes since the beginning, and never wrap. */
  guint64 head __attribute__ ((aligned (MGR_RING_LINE))); /* atomic: the end of what is written */

  struct
  {
    guint64 tail_seen;
    gsize offset;            /* of head */
    gsize reserved;          /* atomic: what it holds beyond head, with its header */
    gsize asked;             /* of it, what may be written to */
    gsize wanted;            /* atomic: what did not fit last, or 0 */
    guint64 watch;           /* atomic: up to there the writer need not note the use */
    guint64 frames;          /* atomic: ever written */
    MgrRingSeat *seat;       /* atomic (unowned): of writer_seats, or vacant */
  } writer __attribute__ ((aligned (MGR_RING_LINE)));

  guint64 tail __attribute__ ((aligned (MGR_RING_LINE))); /* atomic: the start of what is not free */

  struct
  {
    guint64 head_seen;
    guint64 low_seen;        /* atomic: of head, when it was looked at for low_watch */
    gsize offset;            /* atomic: of tail */
    gsize skip;              /* what was read of the first frame, in bytes */
    guint64 frames;          /* atomic: ever freed */
    MgrRingSeat *seat;       /* atomic (unowned): of reader_seats, or vacant */
  } reader __attribute__ ((aligned (MGR_RING_LINE)));

  /* Held while the ring is halted; taken before lock. */
  GMutex halt_lock __attribute__ ((aligned (MGR_RING_LINE)));
  GMutex lock;               /* guards what follows */
  GPtrArray *writer_seats;   /* (owned) (element-type MgrRingSeat) */
  GPtrArray *reader_seats;   /* (owned) (element-type MgrRingSeat) */
  MgrRingSeat vacant;        /* never changes */
  MgrMirrorMap *map;         /* (owned) (nullable) */
  MgrPoolGauge gauge;
  guint64 dropped;           /* frames that were not let in */
  guint64 dropped_bytes;
  MgrRingQueue readers;
  MgrRingQueue writers;
  GPtrArray *watches;        /* (owned) (element-type MgrRingWatch), not them */
  guint epoch;               /* changes when it opens, closes, flushes, or no longer does */

  /* Of a ring for any number of threads alone. */
  guint64 next;              /* the first frame that nobody has claimed */
  gsize next_offset;
  GArray *reservations;      /* (owned) (element-type MgrRingHold) */
  GArray *claims;            /* (owned) (element-type MgrRingHold) */
  guint inside;              /* holds among them that end without anybody's help */
} MgrRingCore;

#define mgr_ring_get(place) __atomic_load_n ((place), __ATOMIC_RELAXED)
#define mgr_ring_put(place, value) __atomic_store_n ((place), (value), __ATOMIC_RELAXED)
#define mgr_ring_acquire(place) __atomic_load_n ((place), __ATOMIC_ACQUIRE)
#define mgr_ring_release(place, value) __atomic_store_n ((place), (value), __ATOMIC_RELEASE)

/* Whether the kernel puts barriers into other threads. */
extern gboolean mgr_ring_has_membarrier;

/* Between a store of one side and its reading of signs. */
static inline void
mgr_ring_light_barrier (void)
{
  if (G_LIKELY (mgr_ring_has_membarrier))
    __atomic_signal_fence (__ATOMIC_SEQ_CST);
  else
    __sync_synchronize ();
}

/* Between a change of signs and the reading of what a side stored. */
void           mgr_ring_heavy_barrier  (void);

/* Its address is that of no other thread. */
extern __thread char mgr_ring_here __attribute__ ((tls_model ("initial-exec")));

/* What the side that points to @seat is at, as far as another thread can tell. */
static inline int
mgr_ring_get_mark (MgrRingSeat *const *seat)
{
  return mgr_ring_acquire (&mgr_ring_acquire (seat)->mark);
}

static inline gsize
mgr_ring_span (gsize size)
{
  return sizeof (MgrRingFrame) + ((size + MGR_RING_ALIGN - 1) & ~(gsize) (MGR_RING_ALIGN - 1));
}

static inline gboolean
mgr_ring_is_too_large (const MgrRingCore *self,
                       gsize              size)
{
  return size > MGR_RING_FRAME_MAX || mgr_ring_span (size) > self->size;
}

static inline gsize
mgr_ring_advance (const MgrRingCore *self,
                  gsize              offset,
                  gsize              span)
{
  offset += span;
  return offset < self->size ? offset : offset - self->size;
}

static inline MgrRingFrame *
mgr_ring_frame_at (const MgrRingCore *self,
                   gsize              offset)
{
  /* Frames begin at multiples of MGR_RING_ALIGN. */
  return (gpointer) (self->data + offset);
}

/* Exact on either side; others may find more than there is at any one time. */
static inline guint64
mgr_ring_used (MgrRingCore *self)
{
  guint64 tail = mgr_ring_acquire (&self->tail);
  guint64 head = mgr_ring_acquire (&self->head);
  guint64 used = head + mgr_ring_get (&self->writer.reserved) - tail;

  return MIN (used, mgr_ring_get (&self->size));
}

MgrRingCore   *mgr_ring_core_new       (gboolean             pair,
                                        gboolean             drops_oldest,
                                        const MgrRingFuncs  *funcs,
                                        gpointer             owner);
/* Nobody uses it any more, and no watch is left. */
void           mgr_ring_core_free      (MgrRingCore         *self);

/* One thread at a time opens, closes and resizes. A ring that is closed, but not empty
 * yet, opens again as it is: then %TRUE comes from mgr_ring_core_reopen(). */
gboolean       mgr_ring_core_reopen    (MgrRingCore         *self);
gboolean       mgr_ring_core_open      (MgrRingCore         *self,
                                        gsize                size,
                                        GError             **error);
void           mgr_ring_core_close     (MgrRingCore         *self);
void           mgr_ring_core_flush     (MgrRingCore         *self,
                                        gboolean             flushing);
/* %MGR_RING_TAKEN while a frame is held, %MGR_RING_TOO_LARGE where what is in it does not
 * fit; %MGR_RING_UNKNOWN with @error where the system refuses. */
MgrRingResult  mgr_ring_core_resize    (MgrRingCore         *self,
                                        gsize                size,
                                        GError             **error);

void           mgr_ring_core_set_waters (MgrRingCore        *self,
                                        guint64              low_at,
                                        guint64              high_at);
/* What did not get in: refused, or dropped as was agreed. */
void           mgr_ring_core_count_loss (MgrRingCore        *self,
                                        gsize                size,
                                        gboolean             dropped);
/* With the lock held: fills what the gauge does not know at any time. */
void           mgr_ring_core_read_gauge (MgrRingCore        *self);
/* With the lock held: what is used has changed, or where its lines are. Of a pair only
 * the two sides know exactly what is used. */
void           mgr_ring_core_note_use   (MgrRingCore        *self,
                                        gboolean             exact);
/* Has the calling thread take its place at a side, which points to it from then on. */
MgrRingResult  mgr_ring_core_sit_down  (MgrRingCore         *self,
                                        MgrRingSeat        **place);
/* What a side of a pair calls when it finds a sign it has to act on. */
void           mgr_ring_core_heed_signs (MgrRingCore        *self);
/* With the lock held: gives the memory back if the ring is closed and empty. */
void           mgr_ring_core_drain      (MgrRingCore        *self);

/* The operations of a ring for any number of threads; mgr-ring-pair-private.h has those of
 * a pair. Read takes bytes, of several frames or of a part of one; take a whole frame. */
MgrRingResult  mgr_ring_shared_reserve (MgrRingCore         *self,
                                        gsize                size,
                                        gpointer            *out_frame);
MgrRingResult  mgr_ring_shared_commit  (MgrRingCore         *self,
                                        gconstpointer        frame,
                                        gsize                size);
MgrRingResult  mgr_ring_shared_abandon (MgrRingCore         *self,
                                        gconstpointer        frame);
MgrRingResult  mgr_ring_shared_write   (MgrRingCore         *self,
                                        gconstpointer        data,
                                        gsize                size);
MgrRingResult  mgr_ring_shared_peek    (MgrRingCore         *self,
                                        gconstpointer       *out_frame,
                                        gsize               *out_size);
MgrRingResult  mgr_ring_shared_consume (MgrRingCore         *self,
                                        gconstpointer        frame);
MgrRingResult  mgr_ring_shared_read    (MgrRingCore         *self,
                                        gpointer             buffer,
                                        gsize                size,
                                        gsize               *out_size);
MgrRingResult  mgr_ring_shared_take    (MgrRingCore         *self,
                                        GBytes             **out_frame);

/* Of a ring for any number of threads, with the lock held. */
gboolean       mgr_ring_shared_is_readable (MgrRingCore     *self);

G_END_DECLS
