/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-object-pool.h"
#include "pool/mgr-pool-private.h"

G_BEGIN_DECLS

/* What a pool of objects and its leases share. It is there until both are gone, so that
 * a lease may outlive its pool. */
typedef struct _MgrObjectCore MgrObjectCore;
typedef struct _MgrObjectRequest MgrObjectRequest;

/* A time to live is counted in so many ticks: an object that was not taken for that many
 * in a row goes. So an object needs no time stamp, and taking one no look at a clock. */
#define MGR_OBJECT_IDLE_TICKS 4

struct _MgrLease
{
  int ref_count;       /* atomic */
  MgrObjectCore *core; /* (unowned), which outlives it */
  GObject *object;     /* (owned) (nullable): NULL once released; set under the lock of
                        * the core, read by whoever holds the lease */
  MgrLease *next;      /* (unowned) among those that nobody holds */
};

struct _MgrObjectCore
{
  /* Never change once the pool is constructed */
  char *name;            /* (owned) of the pool, for errors */
  guint64 object_size;   /* bytes */
  gboolean thread_safe;  /* create and reset may be called from any thread */
  GMainContext *context; /* (owned) where the pool lives */
  GThread *thread;       /* (owned) that made the pool */

  GMutex lock;

  /* Guarded by lock */
  MgrObjectPool *pool;   /* (unowned) (nullable): NULL once it is disposed of, which waits
                          * for the lock, so that a reference may be taken under it */
  gboolean active;
  gboolean resets;
  guint min;
  guint max;
  guint n_objects;       /* free, leased, being made and being reset: all are charged */
  GObject **free;        /* (owned): the one that came back last is the last */
  guint n_free;
  guint n_room;          /* of free */
  MgrPoolGauge gauge;
  guint64 n_leaked;
  guint64 n_created;
  gint64 create_time;    /* µs, of all that were created */
  GQueue waiting;        /* (element-type MgrObjectRequest) (owned) in order of arrival */
  GQueue chores;         /* (element-type Chore) (owned) for the owner's thread */
  gboolean chores_posted;
  MgrObjectRequest *owner_request; /* (unowned) (nullable): the owner's thread waits in it */

  /* How long objects were idle, guarded by lock */
  gint64 idle_timeout;   /* µs, 0: for ever */
  gboolean ticking;      /* a tick will come, or its timer is being set up */
  guint lowest;          /* the least n_free was since the last tick */
  guint lows[MGR_OBJECT_IDLE_TICKS]; /* the same of ticks before */
  guint n_ticks;
  GSource *timer;        /* (owned) (nullable) */

  /* Leases */
  MgrLease *spare;       /* (owned) guarded by lock */
  guint n_leases;        /* there are, guarded by lock */
  MgrLease *returned;    /* (owned) atomic: nobody holds them any more; or CORE_IS_DEAD */
};

MgrObjectCore *mgr_object_core_new            (GMainContext   *context);

/* The pool is gone: the core goes with its last lease. */
void           mgr_object_core_release        (MgrObjectCore  *self);

/* Whether the calling thread is where the pool lives; whether it may call create and
 * reset. */
gboolean       mgr_object_core_is_owner       (MgrObjectCore  *self);
gboolean       mgr_object_core_may_call       (MgrObjectCore  *self);

/* The functions that follow are called with the lock held, unless they say otherwise. */

/* The object that came back last, in a lease, or %NULL if there is none. */
MgrLease      *mgr_object_core_take           (MgrObjectCore  *self);

/* Takes @object, which is counted in n_objects, into a lease. */
MgrLease      *mgr_object_core_lease          (MgrObjectCore  *self,
                                               GObject        *object);

/* A place for an object that is still to be made. %FALSE if there is none: with an error
 * where the budget refuses it, without one where there are as many as there may be. */
gboolean       mgr_object_core_claim          (MgrObjectCore  *self,
                                               GError        **error);

/* Gives a place back, to who waits or for good. */
void           mgr_object_core_abandon        (MgrObjectCore  *self);

/* Takes @object back, ready for use, to hand it to who waits or to keep it. Returns
 * (transfer full) (nullable): it is for the caller to drop, without the lock */
GObject       *mgr_object_core_give           (MgrObjectCore  *self,
                                               GObject        *object) G_GNUC_WARN_UNUSED_RESULT;

/* The object of a lease that is over; %NULL if it was over before. */
GObject       *mgr_object_core_end_lease      (MgrObjectCore  *self,
                                               MgrLease       *lease);

/* Takes up to @n free objects out, those that were idle for longest first. Returns
 * (transfer full): for mgr_object_core_drop_all() */
GPtrArray     *mgr_object_core_trim           (MgrObjectCore  *self,
                                               guint           n);

/* How many of the free objects nobody would miss. */
guint          mgr_object_core_count_surplus  (MgrObjectCore  *self);

/* Has ticks come, if there is something that could be idle for too long. */
void           mgr_object_core_arm            (MgrObjectCore  *self);

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

/* By which an object knows that it is in a pool. */
GQuark         mgr_object_core_quark          (void);

G_END_DECLS
