/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-object-pool-private.h"
#include "pool/mgr-object-queue-private.h"
#include "reclaim/mgr-reclaim-private.h"

/* What comes of a request. */
typedef enum
{
  STEP_TAKEN,   /* there is a lease */
  STEP_PLACE,   /* an object may be made */
  STEP_WAIT,    /* there may be one later */
  STEP_REFUSED, /* there is an error */
} Step;

/* With the lock held. */
static gboolean
core_is_open (MgrObjectCore  *core,
              GError        **error)
{
  if (core->pool != NULL)
    return mgr_pool_check_open (MGR_POOL (core->pool), error);

  g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED, "Pool “%s” was disposed of", core->name);
  return FALSE;
}

/* With the lock held. A new object is wanted, not one that is free: what comes back is
 * nothing to wait for. */
static Step
core_begin_fresh (MgrObjectCore  *core,
                  GError        **error)
{
  if (mgr_object_core_claim (core, error))
    return STEP_PLACE;

  if (*error == NULL)
    g_set_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET,
                 "Pool “%s” has all the %u objects that it may have: raise the maximum",
                 core->name, core->max);
  return STEP_REFUSED;
}

/* With the lock held. Nobody overtakes who waits already. Sets @error as well where the
 * budget is what there is to wait for. */
static Step
core_begin (MgrObjectCore  *core,
            gboolean        fresh,
            MgrLease      **out_lease,
            GError        **error)
{
  g_autoptr (GError) refusal = NULL;
  GObject *object;

  *out_lease = NULL;
  if (!core_is_open (core, error))
    return STEP_REFUSED;

  mgr_object_queue_serve (core);
  if (fresh)
    return core_begin_fresh (core, error);
  if (core->waiting.length > 0)
    return STEP_WAIT;

  object = mgr_object_core_pop (core);
  if (object != NULL)
    {
      *out_lease = mgr_object_core_lease (core, object);
      return STEP_TAKEN;
    }
  if (mgr_object_core_claim (core, &refusal))
    return STEP_PLACE;

  if (refusal == NULL)
    return STEP_WAIT;

  g_propagate_error (error, g_steal_pointer (&refusal));
  return core->n_objects > 0 ? STEP_WAIT : STEP_REFUSED;
}

/* With the lock held. */
static void
core_set_full (MgrObjectCore  *core,
               GError        **error)
{
  core->gauge.refused++;
  if (*error != NULL)
    return;

  mgr_object_core_look (core);
  g_set_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET,
               "Pool “%s” has no object left: of at most %u, %" G_GUINT64_FORMAT " are leased, "
               "and %u requests wait. Release a lease, raise the maximum, or wait for one",
               core->name, core->max, core->gauge.count, core->waiting.length);
}

/* With the lock held. */
static void
core_set_absent (MgrObjectCore  *core,
                 GError        **error)
{
  core->gauge.refused++;
  g_set_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET,
               "Pool “%s” has no object left, and makes new ones in the thread that it lives in "
               "alone. Wait for one, or prepare more", core->name);
}

/* With the lock held. */
static void
core_set_deadlock (MgrObjectCore  *core,
                   GError        **error)
{
  core->gauge.refused++;
  g_clear_error (error);
  g_set_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
               "Pool “%s” has no object left, and a handler of its own, or of a cleanup, asked "
               "for one: it might wait for itself. Ask after the handler has returned, or "
               "without waiting", core->name);
}

/* Whether the calling thread may wait for others. */
static gboolean
core_may_wait (MgrObjectCore *core)
{
  return !mgr_reclaim_in_progress () && !mgr_object_core_is_inside (core);
}

/* With the lock held: what there is to be waited for, or FALSE and an error. */
static gboolean
request_settle_down (MgrObjectRequest  *request,
                     Step               step,
                     GError           **error)
{
  MgrObjectCore *core = request->core;

  if (step == STEP_PLACE && request->may_call)
    {
      request->state = MGR_OBJECT_REQUEST_PLACED;
      return TRUE;
    }

  if (!core_may_wait (core))
    {
      if (step == STEP_PLACE)
        mgr_object_core_abandon (core);
      core_set_deadlock (core, error);
      return FALSE;
    }

  g_clear_error (error);
  if (step == STEP_PLACE)
    mgr_object_queue_post_create (mgr_object_request_ref (request));
  else
    mgr_object_queue_push (request);
  return TRUE;
}

/* Whether it need not wait any more: it is over, or its own thread is to make an object. */
static gboolean
request_is_ready (MgrObjectRequest *request)
{
  return request->state == MGR_OBJECT_REQUEST_DONE
         || (request->state == MGR_OBJECT_REQUEST_PLACED && request->may_call);
}

/* The owner's thread does meanwhile what others ask it to: they could not give back what
 * it waits for otherwise. */
static void
request_wait (MgrObjectRequest *request)
{
  MgrObjectCore *core = request->core;
  gboolean is_owner = request->may_call && !core->thread_safe;
  MgrObjectRequest *outer;

  g_mutex_lock (&core->lock);
  outer = core->owner_request;
  if (is_owner)
    core->owner_request = request;
  while (!request_is_ready (request))
    {
      if (!is_owner || core->chores.length == 0)
        {
          g_cond_wait (&request->changed, &core->lock);
          continue;
        }
      g_mutex_unlock (&core->lock);
      mgr_object_queue_do_chore (request->pool, core);
      g_mutex_lock (&core->lock);
    }
  if (is_owner)
    core->owner_request = outer;
  g_mutex_unlock (&core->lock);
}

static MgrLease *
request_run (MgrObjectRequest  *request,
             GError           **error)
{
  if (g_cancellable_is_cancelled (request->cancellable))
    mgr_object_request_cancel (request);

  request_wait (request);
  if (request->state == MGR_OBJECT_REQUEST_PLACED)
    mgr_object_pool_create_for (request->pool, request);
  mgr_object_request_disconnect (request);

  if (request->error != NULL)
    g_propagate_error (error, g_steal_pointer (&request->error));
  return g_steal_pointer (&request->lease);
}

/* @fresh: a new object is wanted, not one that is free. */
static MgrLease *
pool_acquire_slowly (MgrObjectPool  *self,
                     gboolean        fresh,
                     GCancellable   *cancellable,
                     GError        **error)
{
  g_autoptr (MgrObjectRequest) request = mgr_object_request_new (self, NULL, cancellable);
  MgrObjectCore *core = request->core;
  g_autoptr (GError) local_error = NULL;
  gboolean waits = FALSE;
  MgrLease *lease;
  Step step;

  g_mutex_lock (&core->lock);
  step = core_begin (core, fresh, &lease, &local_error);
  if (step == STEP_REFUSED)
    core->gauge.refused++;
  else if (step != STEP_TAKEN)
    waits = request_settle_down (request, step, &local_error);
  mgr_object_core_unlock (core);

  if (waits)
    return request_run (request, error);

  mgr_object_request_disconnect (request);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return lease;
}

/**
 * mgr_object_pool_acquire:
 * @self: a pool
 * @cancellable: (nullable): ends the wait
 * @error: return location for a #GError
 *
 * Takes an object: the free one that came back last or, if there is none and fewer than
 * #MgrObjectPool:max, a new one. Where that may be neither, because there are as many as
 * there may be or the budget of the component allows no more, it waits until somebody
 * releases one, or the budget has room; who came first is served first.
 *
 * In a pool that is not #MgrObjectPool:thread-safe, another thread than the owner's
 * waits until the owner's main context, or a wait of the owner's own, has made the
 * object. While the owner waits here, it resets and makes objects for other threads, but
 * its main context is not iterated: if it is the owner itself who would have to release a
 * lease, it waits for ever, or until it is cancelled or the pool is flushed. In a thread
 * that runs a main loop mgr_object_pool_acquire_async() is the better choice.
 *
 * Fails with what #MgrObjectPool::create says if that gives no object, with
 * %MGR_ERROR_NO_BUDGET or %MGR_ERROR_INFEASIBLE if the budget allows not even one, with
 * %MGR_ERROR_CLOSED if the pool is not active or is flushed, with %G_IO_ERROR_CANCELLED,
 * and with %MGR_ERROR_WOULD_DEADLOCK where it would have to wait inside of a handler of
 * this pool or of a cleanup. May be called from any thread.
 *
 * Returns: (transfer full): the lease
 *
 * Since: 1.0
 */
MgrLease *
mgr_object_pool_acquire (MgrObjectPool  *self,
                         GCancellable   *cancellable,
                         GError        **error)
{
  MgrLease *lease;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  lease = mgr_object_core_take (mgr_object_pool_get_core (self));
  return G_LIKELY (lease != NULL) ? lease : pool_acquire_slowly (self, FALSE, cancellable, error);
}

/* Without waiting; with an error where that cannot be. */
static Step
core_try (MgrObjectCore  *core,
          MgrLease      **out_lease,
          GError        **error)
{
  Step step;

  g_mutex_lock (&core->lock);
  step = core_begin (core, FALSE, out_lease, error);
  if (step == STEP_REFUSED)
    {
      core->gauge.refused++;
    }
  else if (step == STEP_WAIT)
    {
      core_set_full (core, error);
    }
  else if (step == STEP_PLACE && !mgr_object_core_may_call (core))
    {
      mgr_object_core_abandon (core);
      core_set_absent (core, error);
      step = STEP_WAIT;
    }
  mgr_object_core_unlock (core);

  return step;
}

/**
 * mgr_object_pool_try_acquire:
 * @self: a pool
 * @error: return location for a #GError
 *
 * As mgr_object_pool_acquire(), but never waits for others: where there is neither a
 * free object nor room for a new one it fails with %MGR_ERROR_NO_BUDGET, as it does where
 * a new one could be made in another thread alone. May be called from any thread.
 *
 * Returns: (transfer full): the lease
 *
 * Since: 1.0
 */
MgrLease *
mgr_object_pool_try_acquire (MgrObjectPool  *self,
                             GError        **error)
{
  g_autoptr (MgrObjectRequest) request = NULL;
  g_autoptr (GError) local_error = NULL;
  MgrObjectCore *core;
  MgrLease *lease;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  core = mgr_object_pool_get_core (self);
  lease = mgr_object_core_take (core);
  if (G_LIKELY (lease != NULL))
    return lease;

  if (core_try (core, &lease, &local_error) == STEP_PLACE)
    {
      request = mgr_object_request_new (self, NULL, NULL);
      request->state = MGR_OBJECT_REQUEST_PLACED;
      return request_run (request, error);
    }

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return lease;
}

/* With the lock held. */
static void
request_begin_async (MgrObjectRequest *request)
{
  MgrObjectCore *core = request->core;
  GError *error = NULL;
  MgrLease *lease;
  Step step = core_begin (core, FALSE, &lease, &error);

  if (step == STEP_WAIT)
    {
      g_clear_error (&error);
      mgr_object_queue_push (request);
    }
  else if (step == STEP_PLACE)
    {
      mgr_object_queue_post_create (mgr_object_request_ref (request));
    }
  else
    {
      core->gauge.refused += step == STEP_REFUSED;
      mgr_object_request_finish (mgr_object_request_ref (request), lease, error);
    }
}

/**
 * mgr_object_pool_acquire_async:
 * @self: a pool
 * @cancellable: (nullable): ends the wait
 * @callback: (scope async): called with the result, in the main context that was the
 *    thread default when this was called
 * @user_data: data for @callback
 *
 * As mgr_object_pool_acquire(), without blocking, also inside of a handler. A new object
 * is made in the owner's context or, if the pool is #MgrObjectPool:thread-safe, in a
 * thread of the library's. The pool is kept alive until then. An object whose request was
 * cancelled too late, or whose result nobody asks for, stays in the pool. May be called
 * from any thread.
 *
 * Since: 1.0
 */
void
mgr_object_pool_acquire_async (MgrObjectPool       *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr (MgrObjectRequest) request = NULL;
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MGR_IS_OBJECT_POOL (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mgr_object_pool_acquire_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  request = mgr_object_request_new (self, task, cancellable);
  g_mutex_lock (&request->core->lock);
  request_begin_async (request);
  mgr_object_core_unlock (request->core);

  if (g_cancellable_is_cancelled (cancellable))
    mgr_object_request_cancel (request);
}

/**
 * mgr_object_pool_acquire_finish:
 * @self: a pool
 * @result: what the callback was given
 * @error: return location for a #GError
 *
 * Ends mgr_object_pool_acquire_async(). Fails as mgr_object_pool_acquire() does.
 *
 * Returns: (transfer full): the lease
 *
 * Since: 1.0
 */
MgrLease *
mgr_object_pool_acquire_finish (MgrObjectPool  *self,
                                GAsyncResult   *result,
                                GError        **error)
{
  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_object_pool_acquire_async), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
pool_wants_more (MgrObjectPool *self,
                 guint          n_objects)
{
  return mgr_object_pool_get_n_objects (self) < n_objects;
}

/**
 * mgr_object_pool_prepare:
 * @self: a pool
 * @n_objects: how many objects there shall be, at most #MgrObjectPool:max
 * @error: return location for a #GError
 *
 * Makes objects until there are that many, so that the first requests need not wait for
 * them. More than #MgrObjectPool:max is %MGR_ERROR_INFEASIBLE, and where the budget allows
 * no more it fails as the budget says: it does not wait for that. Otherwise it fails as
 * mgr_object_pool_acquire() does. What was made by then it keeps. May be called from any
 * thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_object_pool_prepare (MgrObjectPool  *self,
                         guint           n_objects,
                         GError        **error)
{
  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (n_objects > mgr_object_pool_get_max (self))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
                   "Pool “%s” cannot prepare %u objects: its maximum is %u",
                   mgr_pool_get_name (MGR_POOL (self)), n_objects,
                   mgr_object_pool_get_max (self));
      return FALSE;
    }

  while (pool_wants_more (self, n_objects))
    {
      g_autoptr (GError) local_error = NULL;
      MgrLease *lease = pool_acquire_slowly (self, TRUE, NULL, &local_error);

      if (lease != NULL)
        {
          mgr_lease_discard (lease);
        }
      /* Others may have made the rest. */
      else if (pool_wants_more (self, n_objects))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }

  return TRUE;
}
