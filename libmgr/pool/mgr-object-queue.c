/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-object-queue-private.h"

#include "base/mgr-owner-context-private.h"
#include "pool/mgr-object-pool-private.h"

/* Something to be done in the owner's thread: one of the two. */
typedef struct
{
  GObject *object;           /* (owned) (nullable): to be reset */
  MgrObjectRequest *request; /* (owned) (nullable): to make an object for */
} Chore;

/* An object to be made in a thread that is nobody's. */
typedef struct
{
  MgrObjectPool *pool;       /* (owned) */
  MgrObjectRequest *request; /* (owned) */
} Order;

MgrObjectRequest *
mgr_object_request_ref (MgrObjectRequest *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mgr_object_request_unref (gpointer request)
{
  MgrObjectRequest *self = request;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->lease, mgr_lease_discard);
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->task);
  g_clear_object (&self->pool);
  g_cond_clear (&self->changed);
  g_free (self);
}

void
mgr_object_request_cancel (MgrObjectRequest *self)
{
  MgrObjectCore *core = self->core;
  MgrObjectRequest *taken = NULL;

  g_mutex_lock (&core->lock);
  if (self->state == MGR_OBJECT_REQUEST_WAITING)
    {
      g_queue_unlink (&core->waiting, &self->link);
      taken = self;
    }
  /* What is being made for it elsewhere stays in the pool. */
  else if (self->state == MGR_OBJECT_REQUEST_PLACED && !self->may_call)
    {
      taken = mgr_object_request_ref (self);
    }

  if (taken != NULL)
    mgr_object_request_finish (taken, NULL,
                               g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                            "Waiting for an object of pool “%s” was cancelled",
                                            core->name));
  mgr_object_core_unlock (core);
}

static void
request_cancelled_cb (GCancellable *cancellable,
                      gpointer      user_data)
{
  mgr_object_request_cancel (user_data);
}

MgrObjectRequest *
mgr_object_request_new (MgrObjectPool *pool,
                        GTask         *task,
                        GCancellable  *cancellable)
{
  MgrObjectRequest *self = g_new0 (MgrObjectRequest, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->pool = g_object_ref (pool);
  self->core = mgr_object_pool_get_core (pool);
  self->task = task != NULL ? g_object_ref (task) : NULL;
  self->may_call = task == NULL && mgr_object_core_may_call (self->core);
  self->link.data = self;
  g_cond_init (&self->changed);

  if (cancellable != NULL)
    {
      self->cancellable = g_object_ref (cancellable);
      self->cancelled_id = g_signal_connect_data (cancellable, "cancelled",
                                                  G_CALLBACK (request_cancelled_cb),
                                                  mgr_object_request_ref (self),
                                                  (GClosureNotify) (void (*) (void)) mgr_object_request_unref,
                                                  0);
    }

  return self;
}

void
mgr_object_request_disconnect (MgrObjectRequest *self)
{
  gulong id = self->cancelled_id;

  self->cancelled_id = 0;
  if (id != 0)
    g_signal_handler_disconnect (self->cancellable, id);
}

static gboolean
request_deliver_cb (gpointer user_data)
{
  MgrObjectRequest *self = user_data;

  mgr_object_request_disconnect (self);
  if (self->lease != NULL)
    g_task_return_pointer (self->task, g_steal_pointer (&self->lease), mgr_lease_discard);
  else
    g_task_return_error (self->task, g_steal_pointer (&self->error));

  return G_SOURCE_REMOVE;
}

void
mgr_object_request_finish (MgrObjectRequest *self,
                           MgrLease         *lease,
                           GError           *error)
{
  g_autoptr (GSource) source = NULL;

  self->lease = lease;
  self->error = error;
  self->state = MGR_OBJECT_REQUEST_DONE;

  if (self->task == NULL)
    {
      /* Who blocks has a reference, and needs the lock to let go of it. */
      g_cond_signal (&self->changed);
      mgr_object_request_unref (self);
      return;
    }

  /* Never at once, as a task may that returns where its context runs: whoever made it
   * possible holds a lock, and may be collecting garbage. */
  source = g_idle_source_new ();
  g_source_set_priority (source, g_task_get_priority (self->task));
  g_source_set_callback (source, request_deliver_cb, self, mgr_object_request_unref);
  g_source_set_static_name (source, "[libmgr] object waited for");
  g_source_attach (source, g_task_get_context (self->task));
}

/* Of those who block only one can be in the owner's thread; it sees to the chores. */
static void
queue_post_chore (MgrObjectCore    *core,
                  GObject          *object,
                  MgrObjectRequest *request)
{
  Chore *chore = g_new0 (Chore, 1);

  chore->object = object;
  chore->request = request;
  g_queue_push_tail (&core->chores, chore);

  if (core->owner_request != NULL)
    g_cond_signal (&core->owner_request->changed);
  if (core->chores_posted)
    return;

  core->chores_posted = TRUE;
  mgr_owner_context_post (core->context, core->pool, mgr_object_pool_do_chores_cb, NULL, NULL);
}

void
mgr_object_queue_post_reset (MgrObjectCore *core,
                             GObject       *object)
{
  queue_post_chore (core, object, NULL);
}

static void
order_do (gpointer data,
          gpointer user_data)
{
  g_autofree Order *order = data;

  mgr_object_pool_create_for (order->pool, order->request);
  mgr_object_request_unref (order->request);
  g_object_unref (order->pool);
}

static GThreadPool *
get_workers (void)
{
  static gsize workers = 0;

  if (g_once_init_enter (&workers))
    g_once_init_leave (&workers, (gsize) g_thread_pool_new (order_do, NULL,
                                                            (int) g_get_num_processors (),
                                                            FALSE, NULL));
  return (GThreadPool *) workers;
}

void
mgr_object_queue_post_create (MgrObjectRequest *request)
{
  MgrObjectCore *core = request->core;
  Order *order;

  request->state = MGR_OBJECT_REQUEST_PLACED;
  if (!core->thread_safe)
    {
      queue_post_chore (core, NULL, request);
      return;
    }

  order = g_new0 (Order, 1);
  order->pool = g_object_ref (request->pool);
  order->request = request;
  g_thread_pool_push (get_workers (), order, NULL);
}

void
mgr_object_queue_push (MgrObjectRequest *request)
{
  request->state = MGR_OBJECT_REQUEST_WAITING;
  mgr_object_request_ref (request);
  g_queue_push_tail_link (&request->core->waiting, &request->link);
}

/* The reference of the queue is the caller's. */
static MgrObjectRequest *
queue_pop (MgrObjectCore *core)
{
  return g_queue_pop_head_link (&core->waiting)->data;
}

void
mgr_object_queue_offer (MgrObjectCore *core,
                        GObject       *object)
{
  MgrObjectRequest *request = queue_pop (core);

  mgr_object_request_finish (request, mgr_object_core_lease (core, object), NULL);
}

void
mgr_object_queue_offer_place (MgrObjectCore *core)
{
  MgrObjectRequest *request = queue_pop (core);

  if (!request->may_call)
    {
      mgr_object_queue_post_create (request);
      return;
    }

  request->state = MGR_OBJECT_REQUEST_PLACED;
  g_cond_signal (&request->changed);
  mgr_object_request_unref (request);
}

void
mgr_object_queue_serve (MgrObjectCore *core)
{
  while (core->waiting.length > 0 && mgr_object_core_claim (core, NULL))
    mgr_object_queue_offer_place (core);
}

static void
room_serve (gpointer data,
            gpointer user_data)
{
  MgrObjectCore *core = data;

  g_mutex_lock (&core->lock);
  g_clear_pointer (&core->room_watch, mgr_room_watch_cancel);
  if (core->pool != NULL)
    mgr_object_queue_serve (core);
  mgr_object_core_unlock (core);
  mgr_object_core_unref (core);
}

/* Whoever made the room may hold this very lock, so that a thread of the library's has
 * to take it. */
static void
room_told_cb (gpointer user_data)
{
  static gsize servers = 0;

  if (g_once_init_enter (&servers))
    g_once_init_leave (&servers, (gsize) g_thread_pool_new (room_serve, NULL, 1, FALSE, NULL));
  g_thread_pool_push ((GThreadPool *) servers, mgr_object_core_ref (user_data), NULL);
}

static void
room_watch_destroy_cb (gpointer user_data)
{
  mgr_object_core_unref (user_data);
}

void
mgr_object_queue_watch_room (MgrObjectCore *core)
{
  gboolean wanted = core->waiting.length > 0 && core->n_objects < core->max && core->pool != NULL
                    && mgr_pool_get_component (MGR_POOL (core->pool)) != NULL;

  if (!wanted)
    g_clear_pointer (&core->room_watch, mgr_room_watch_cancel);
  else if (core->room_watch == NULL)
    core->room_watch = mgr_pool_watch_room (MGR_POOL (core->pool),
                                            (core->n_objects + 1) * core->object_size,
                                            room_told_cb, mgr_object_core_ref (core),
                                            room_watch_destroy_cb);
}

GError *
mgr_object_queue_make_error (MgrObjectCore *core)
{
  GError *error = NULL;

  if (mgr_pool_check_open (MGR_POOL (core->pool), &error))
    error = g_error_new (MGR_ERROR, MGR_ERROR_CLOSED,
                         "Pool “%s” was stopped or flushed: ask again", core->name);
  return error;
}

void
mgr_object_queue_fail (MgrObjectCore *core)
{
  while (core->waiting.length > 0)
    mgr_object_request_finish (queue_pop (core), NULL, mgr_object_queue_make_error (core));

  for (GList *link = core->chores.head; link != NULL; link = link->next)
    {
      Chore *chore = link->data;

      if (chore->request != NULL && chore->request->state == MGR_OBJECT_REQUEST_PLACED)
        mgr_object_request_finish (mgr_object_request_ref (chore->request), NULL,
                                   mgr_object_queue_make_error (core));
    }
}

gboolean
mgr_object_queue_do_chore (MgrObjectPool *pool,
                           MgrObjectCore *core)
{
  g_autofree Chore *chore = NULL;

  g_mutex_lock (&core->lock);
  chore = g_queue_pop_head (&core->chores);
  g_mutex_unlock (&core->lock);

  if (chore == NULL)
    return FALSE;

  if (chore->object != NULL)
    {
      mgr_object_core_return (core, chore->object);
    }
  else
    {
      mgr_object_pool_create_for (pool, chore->request);
      mgr_object_request_unref (chore->request);
    }

  return TRUE;
}

void
mgr_object_queue_clear (MgrObjectCore *core)
{
  GQueue chores;
  Chore *chore;

  g_mutex_lock (&core->lock);
  chores = core->chores;
  g_queue_init (&core->chores);
  core->n_objects -= chores.length;
  g_mutex_unlock (&core->lock);

  while ((chore = g_queue_pop_head (&chores)) != NULL)
    {
      if (chore->object != NULL)
        mgr_object_core_drop (core, chore->object);
      else
        mgr_object_request_unref (chore->request);
      g_free (chore);
    }
}
