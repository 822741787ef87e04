/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-object-core-private.h"

G_BEGIN_DECLS

typedef enum
{
  MGR_OBJECT_REQUEST_NEW,
  MGR_OBJECT_REQUEST_WAITING, /* in the queue */
  MGR_OBJECT_REQUEST_PLACED,  /* an object is being made for it, or about to be */
  MGR_OBJECT_REQUEST_DONE,
} MgrObjectRequestState;

/* Who waits for an object, in a thread or with a task. */
struct _MgrObjectRequest
{
  gatomicrefcount ref_count;
  MgrObjectPool *pool;       /* (owned) */
  MgrObjectCore *core;       /* (unowned), kept by pool */
  GTask *task;               /* (owned) (nullable): of who does not block */
  GCancellable *cancellable; /* (owned) (nullable) */
  gulong cancelled_id;       /* 0: not connected */
  gboolean may_call;         /* the thread that waits may make the object itself */
  GCond changed;             /* with the lock of the core: of who blocks */
  GList link;                /* in the queue, guarded by the lock of the core */

  /* Guarded by the lock of the core until it is done */
  MgrObjectRequestState state;
  MgrLease *lease;           /* (owned) (nullable) */
  GError *error;             /* (owned) (nullable) */
};

/* @task: (nullable): that of who does not block. */
MgrObjectRequest *mgr_object_request_new       (MgrObjectPool     *pool,
                                                GTask             *task,
                                                GCancellable      *cancellable);

/* The last reference goes without the lock: a task, and a pool, go with it. */
MgrObjectRequest *mgr_object_request_ref       (MgrObjectRequest  *self);
void              mgr_object_request_unref     (gpointer           request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrObjectRequest, mgr_object_request_unref)

/* Without the lock: it does not wait any more, if it can be helped. */
void              mgr_object_request_cancel    (MgrObjectRequest  *self);

/* Without the lock: nobody may cancel it any more. */
void              mgr_object_request_disconnect (MgrObjectRequest *self);

/* The functions that follow are called with the lock held, unless they say otherwise. */

/* It has what it waited for, or an error. Takes @lease or @error, and a reference. */
void              mgr_object_request_finish    (MgrObjectRequest  *self,
                                                MgrLease          *lease,
                                                GError            *error);

/* Queues up, behind all who came before. */
void              mgr_object_queue_push        (MgrObjectRequest  *request);

/* Has the object for @request, which has a place, made where that may be done, other
 * than by the calling thread. Takes a reference. */
void              mgr_object_queue_post_create (MgrObjectRequest  *request);

/* Hands @object, which is counted in n_objects, or a place that is, to the first of those
 * who wait; there is one. */
void              mgr_object_queue_offer       (MgrObjectCore     *core,
                                                GObject           *object);
void              mgr_object_queue_offer_place (MgrObjectCore     *core);

/* Hands out the places there are, as far as the budget allows. */
void              mgr_object_queue_serve       (MgrObjectCore     *core);

/* Serves those who wait once the budget has room, if that is what they wait for. */
void              mgr_object_queue_watch_room (MgrObjectCore    *core);

/* Why a request fails that the pool was open for when it came. */
GError           *mgr_object_queue_make_error  (MgrObjectCore     *core);

/* All who wait, and those for whom no object is being made yet, fail, as the pool says. */
void              mgr_object_queue_fail        (MgrObjectCore     *core);

/* Has the owner's thread reset @object, which is in no lease any more. */
void              mgr_object_queue_post_reset  (MgrObjectCore     *core,
                                                GObject           *object);

/* Without the lock, in the thread that may call: does one thing that others asked the
 * owner to. %FALSE if there was none. */
gboolean          mgr_object_queue_do_chore    (MgrObjectPool     *pool,
                                                MgrObjectCore     *core);

/* Without the lock: drops what nobody will do any more. */
void              mgr_object_queue_clear       (MgrObjectCore     *core);

G_END_DECLS
