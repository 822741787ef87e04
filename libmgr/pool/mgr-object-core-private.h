/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-object-pool.h"
#include "pool/mgr-object-slots-private.h"
#include "pool/mgr-pool-private.h"

G_BEGIN_DECLS

/* What a pool of objects and its leases share. It is there until both are gone, so that
 * a lease may outlive its pool. */
typedef struct _MgrObjectCore MgrObjectCore;
typedef struct _MgrObjectRequest MgrObjectRequest;

/* A time to live is counted in so many ticks: an object that was not taken for that many
 * in a row goes. So an object needs no time stamp, and taking one no look at a clock. */
#define MGR_OBJECT_IDLE_TICKS 4

/* What a thread that takes or gives back an object looks at, to find out whether there is
 * more to do than that. */
typedef enum
{
  MGR_OBJECT_CLOSED  = 1 << 0, /* nothing is to be had */
  MGR_OBJECT_WAITING = 1 << 1, /* somebody waits */
  MGR_OBJECT_SIFT    = 1 << 2, /* what comes back is reset, or there is too much of it */
  MGR_OBJECT_UNTOLD  = 1 << 3, /* nobody was told yet that figures change */
  MGR_OBJECT_TICKS   = 1 << 4, /* what becomes free has ticks come */
} MgrObjectAttention;

/* References are those of who holds the lease and, as long as the pool is there or the
 * object leased, one of its slot. */
struct _MgrLease
{
  int ref_count;       /* atomic */
  MgrObjectCore *core; /* (owned) */
  MgrObjectSlot *slot; /* (unowned), kept by core */
  GObject *object;     /* (unowned) (nullable), atomic: that of slot until it is released */
};

struct _MgrObjectCore
{
  /* Never change once the pool is constructed */
  char *name;            /* (owned) of the pool, for errors */
  guint64 object_size;   /* bytes */
  gboolean thread_safe;  /* create and reset may be called from any thread */
  GMainContext *context; /* (owned) where the pool lives */
  GThread *thread;       /* (owned) that made the pool */

  /* Atomic; only head of slots changes without the lock */
  int ref_count;         /* of the pool, of each lease, and of who waits for the budget */
  guint attention;       /* MgrObjectAttention */
  guint n_inside;        /* free and leased, so that those that are not free are leased */
  guint use_peak;        /* who makes it that many leases or more has to say so */
  guint use_low;         /* the same for fewer */
  guint tick;
  MgrObjectSlots slots;

  GMutex lock;

  /* Guarded by lock */
  MgrObjectPool *pool;   /* (unowned) (nullable): NULL once it is disposed of, which waits
                          * for the lock, so that a reference may be taken under it */
  gboolean finalized;    /* the pool was */
  gboolean active;
  gboolean open;         /* active, and not flushing */
  gboolean resets;
  gboolean untold;       /* the owner heard of all changes so far: the next is to be told */
  guint min;
  guint max;
  guint n_objects;       /* free, leased, being made and being reset: all are charged */
  MgrPoolGauge gauge;    /* brought up to date by mgr_object_core_look() */
  guint64 n_leaked;
  guint64 n_created;
  gint64 create_time;    /* µs, of all that were created */
  GQueue waiting;        /* (element-type MgrObjectRequest) (owned) in order of arrival */
  MgrRoomWatch *room_watch; /* (owned) (nullable): the budget is what they wait for */
  GQueue chores;         /* (element-type Chore) (owned) for the owner's thread */
  gboolean chores_posted;
  MgrObjectRequest *owner_request; /* (unowned) (nullable): the owner's thread waits in it */

  gint64 idle_timeout;   /* µs, 0: for ever */
  gboolean ticking;      /* a tick will come, or its timer is being set up */
  GSource *timer;        /* (owned) (nullable) */
};

MgrObjectCore *mgr_object_core_new            (GMainContext   *context);

/* The pool is gone: the core goes with its last lease. */
void           mgr_object_core_release        (MgrObjectCore  *self);
MgrObjectCore *mgr_object_core_ref            (MgrObjectCore  *self);
void           mgr_object_core_unref          (MgrObjectCore  *self);

/* Whether the calling thread is where the pool lives; whether it may call create and
 * reset. */
gboolean       mgr_object_core_is_owner       (MgrObjectCore  *self);
gboolean       mgr_object_core_may_call       (MgrObjectCore  *self);

/* What follows is called without the lock, and takes it only if there is more to do. */

/* The object that came back last, in a lease. %NULL if there is none, or somebody else
 * has a better claim to it. */
MgrLease      *mgr_object_core_take           (MgrObjectCore  *self);

/* A leased object is free again. %FALSE if something is to be done with it first: then
 * the slot is the caller's still. */
gboolean       mgr_object_core_put            (MgrObjectCore  *self,
                                               MgrObjectSlot  *slot);

/* The owner was told that figures change: the next change is to be told again. */
void           mgr_object_core_hear           (MgrObjectCore  *self);

/* Lets go of the lock: who waits gets what is free by now, or hears of it once the budget
 * has room, and other threads learn what they go by. */
void           mgr_object_core_unlock         (MgrObjectCore  *self);

/* What follows is called with the lock held, unless it says otherwise. */

/* Brings the gauge up to date. */
void           mgr_object_core_look           (MgrObjectCore  *self);

/* The object that came back last, or %NULL if there is none. */
GObject       *mgr_object_core_pop            (MgrObjectCore  *self);

/* Takes @object, which is counted in n_objects, into a lease. */
MgrLease      *mgr_object_core_lease          (MgrObjectCore  *self,
                                               GObject        *object);

/* What was leased leaves its slot. Returns (transfer full): it is counted in n_objects
 * still */
GObject       *mgr_object_core_vacate         (MgrObjectCore  *self,
                                               MgrObjectSlot  *slot);

/* A place for an object that is still to be made. %FALSE if there is none: with an error
 * where the budget refuses it, without one where there are as many as there may be. */
gboolean       mgr_object_core_claim          (MgrObjectCore  *self,
                                               GError        **error);

/* Gives a place back, to who waits or for good. */
void           mgr_object_core_abandon        (MgrObjectCore  *self);

/* Takes @object back, ready for use. Returns
 * (transfer full) (nullable): it is for the caller to drop, without the lock */
GObject       *mgr_object_core_give           (MgrObjectCore  *self,
                                               GObject        *object) G_GNUC_WARN_UNUSED_RESULT;

/* Takes up to @n free objects out that were idle for more than @ticks, those that were so
 * for longest first. Returns (transfer full): for mgr_object_core_drop_all() */
GPtrArray     *mgr_object_core_trim           (MgrObjectCore  *self,
                                               guint           n,
                                               int             ticks);

/* Who waits fails, and nothing stays. Returns as mgr_object_core_trim(). */
GPtrArray     *mgr_object_core_close          (MgrObjectCore  *self);

/* How many of the free objects nobody would miss. */
guint          mgr_object_core_count_surplus  (MgrObjectCore  *self);

/* Has ticks come, if there is something that could be idle for too long. */
void           mgr_object_core_arm            (MgrObjectCore  *self);

/* The time to live is another: from now on all count anew. */
void           mgr_object_core_begin_idle     (MgrObjectCore  *self);

/* The mean, in microseconds. */
gint64         mgr_object_core_get_create_time (MgrObjectCore *self);

/* Without the lock: no tick comes any more. */
void           mgr_object_core_clear_timer    (MgrObjectCore  *self);

/* Without the lock: an object leaves the pool, and takes what it holds with it where the
 * pool lives. Takes @object. */
void           mgr_object_core_drop           (MgrObjectCore  *self,
                                               GObject        *object);
void           mgr_object_core_drop_all       (MgrObjectCore  *self,
                                               GPtrArray      *objects);

/* Without the lock: drops a lease that nobody has seen. The object need not be reset. */
void           mgr_lease_discard              (gpointer        lease);

/* A reference goes, of a lease that is over. */
void           mgr_lease_drop                 (MgrLease       *lease);

/* How often an object was taken. */
guint64        mgr_object_core_count_taken    (MgrObjectCore  *self);

/* By which an object knows that it is in a pool. */
GQuark         mgr_object_core_quark          (void);

G_END_DECLS
