/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-cancel-watch-private.h"
#include "base/mgr-duration-private.h"
#include "model/mgr-model-private.h"
#include "reclaim/mgr-reclaim-private.h"

/* Who asks for a load later, without waiting in a thread. */
typedef struct
{
  gatomicrefcount ref_count;
  GTask *task;               /* (owned) */
  MgrModelFlight *flight;    /* (owned) (nullable) once it waits */
  GSource *timeout;          /* (owned) */
  MgrCancelWatch *cancelled; /* (owned) (nullable) until it is stopped */
} MgrModelTask;

static void
model_task_unref (gpointer data)
{
  MgrModelTask *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->timeout, g_source_unref);
  g_clear_pointer (&self->cancelled, mgr_cancel_watch_free);
  g_clear_pointer (&self->flight, mgr_model_flight_unref);
  g_object_unref (self->task);
  g_free (self);
}

static void
model_task_stop (MgrModelTask *self)
{
  g_source_destroy (self->timeout);
  g_clear_pointer (&self->cancelled, mgr_cancel_watch_free);
}

void
mgr_model_pin_locked (MgrModel *self)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  gint64 now = mgr_clock_get_time (priv->clock);

  priv->figures.n_uses++;
  priv->figures.n_hits++;
  priv->figures.n_active++;
  priv->figures.last_use = now;
  mgr_recent_count_add (&priv->uses, now, 1);
}

void
mgr_model_unpin (MgrModel *self,
                 gboolean  dropped)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  g_autoptr (MgrModelRegistry) registry = NULL;
  gboolean idle;

  g_mutex_lock (&priv->lock);
  priv->figures.n_active--;
  priv->figures.n_dropped += dropped ? 1 : 0;
  priv->figures.last_use = mgr_clock_get_time (priv->clock);
  idle = priv->figures.n_active == 0;
  g_mutex_unlock (&priv->lock);

  if (idle)
    registry = g_weak_ref_get (&priv->home);
  if (registry != NULL)
    mgr_model_registry_note_idle (registry);
}

static gboolean
use_check (MgrModel  *self,
           GError   **error)
{
  if (mgr_model_is_inside (self))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
                   "Model “%s” cannot be used by what loads or unloads it: it would wait for "
                   "itself", mgr_model_get_name (self));
      return FALSE;
    }

  return TRUE;
}

/* In a cleanup memory is given back, and not taken. */
static gboolean
use_check_load (MgrModel  *self,
                GError   **error)
{
  if (!mgr_reclaim_in_progress () || mgr_model_is_loaded (self))
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
               "Model “%s” is not loaded inside a cleanup: use it after that has ended",
               mgr_model_get_name (self));
  return FALSE;
}

static void
set_timed_out (MgrModel  *self,
               gboolean   begun,
               gint64     timeout,
               GError   **error)
{
  g_autofree char *waited = mgr_duration_format (timeout);

  g_set_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT,
               begun ? "Model “%s” was not loaded within %s: its loader has not ended. What it "
                       "loads is kept for the next use; or raise its load timeout"
                     : "Model “%s” was not loaded within %s: its loader has not begun. Iterate the "
                       "main context of the thread that made the model",
               mgr_model_get_name (self), waited);
}

/* The pin comes with the end of the load. */
static GObject *
flight_wait (MgrModelFlight  *flight,
             GError         **error)
{
  MgrModelPrivate *priv = mgr_model_get_private (flight->model);
  gint64 timeout = mgr_model_get_load_timeout (flight->model);
  gint64 now = g_get_monotonic_time ();
  gint64 deadline = now + MIN (timeout, G_MAXINT64 - now);
  GObject *object = NULL;

  g_mutex_lock (&priv->lock);
  while (!flight->done && g_cond_wait_until (&priv->changed, &priv->lock, deadline))
    continue;

  if (!flight->done)
    {
      flight->n_waiters--;
      set_timed_out (flight->model, flight->begun, timeout, error);
    }
  else if (flight->error != NULL)
    {
      g_propagate_error (error, g_error_copy (flight->error));
    }
  else
    {
      object = flight->object;
    }
  g_mutex_unlock (&priv->lock);

  return object;
}

/* Pins what is loaded, or joins the load. Returns (nullable) */
static GObject *
model_pin_or_join (MgrModel        *self,
                   MgrModelTask    *task,
                   MgrModelFlight **out_flight,
                   gboolean        *out_first)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  GObject *object = NULL;

  g_mutex_lock (&priv->lock);
  if (priv->object != NULL && priv->unloading == NULL)
    {
      mgr_model_pin_locked (self);
      object = priv->object;
    }
  else
    {
      *out_flight = mgr_model_join_locked (self, out_first);
      if (task == NULL)
        (*out_flight)->n_waiters++;
      else
        {
          task->flight = mgr_model_join_locked (self, NULL);
          g_ptr_array_add (task->flight->tasks, task);
        }
    }
  g_mutex_unlock (&priv->lock);

  return object;
}

/**
 * mgr_model_use:
 * @self: a model
 * @error: return location for a #GError
 *
 * Gets the model for use: it stays until mgr_model_use_end(). One that is not in memory is
 * loaded first; who asks meanwhile shares that load, and its failure.
 *
 * A load waits for room in the budget of the component no longer than it takes to unload
 * others of the registry: %MGR_ERROR_NO_BUDGET or %MGR_ERROR_INFEASIBLE. A loader that
 * fails is %MGR_ERROR_FAILED, or the error it set; one that takes longer than
 * #MgrModel:load-timeout, %MGR_ERROR_TIMED_OUT; a use from inside the loader or unloader,
 * and a load from inside a cleanup, %MGR_ERROR_WOULD_DEADLOCK.
 *
 * May be called from any thread, and waits for the load. Another thread than the owner's
 * waits until that iterates its main context, unless the model is #MgrModel:thread-safe.
 *
 * Returns: (transfer full): the use
 *
 * Since: 1.0
 */
MgrModelUse *
mgr_model_use (MgrModel  *self,
               GError   **error)
{
  MgrModelPrivate *priv;
  MgrModelFlight *flight = NULL;
  GObject *object;
  gboolean first;
  gboolean here;

  g_return_val_if_fail (MGR_IS_MODEL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!use_check (self, error) || !use_check_load (self, error))
    return NULL;

  priv = mgr_model_get_private (self);
  object = model_pin_or_join (self, NULL, &flight, &first);
  if (flight != NULL)
    {
      here = !priv->thread_safe && mgr_model_is_owner (self);
      if (first || here)
        mgr_model_flight_start (flight, here);
      object = flight_wait (flight, error);
      mgr_model_flight_unref (flight);
    }

  return object != NULL ? mgr_model_use_new (self, object) : NULL;
}

/* Whether the task still waited; then nobody else answers it. */
static gboolean
model_task_withdraw (MgrModelTask *self)
{
  MgrModelPrivate *priv = mgr_model_get_private (g_task_get_source_object (self->task));
  gboolean waited;

  g_mutex_lock (&priv->lock);
  waited = self->flight != NULL && g_ptr_array_remove (self->flight->tasks, self);
  g_mutex_unlock (&priv->lock);

  return waited;
}

/* Takes @error. */
static void
model_task_give_up (MgrModelTask *self,
                    GError       *error)
{
  model_task_stop (self);
  g_task_return_error (self->task, error);
  model_task_unref (self);
}

static gboolean
task_timeout_cb (gpointer user_data)
{
  MgrModelTask *self = user_data;
  MgrModel *model = g_task_get_source_object (self->task);
  GError *error = NULL;

  if (!model_task_withdraw (self))
    return G_SOURCE_REMOVE;

  set_timed_out (model, self->flight->begun, mgr_model_get_load_timeout (model), &error);
  model_task_give_up (self, error);
  return G_SOURCE_REMOVE;
}

static gboolean
task_withdraw_cb (gpointer user_data)
{
  MgrModelTask *self = user_data;

  if (model_task_withdraw (self))
    model_task_give_up (self, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                           "The use of model “%s” was cancelled",
                                           mgr_model_get_name (g_task_get_source_object (self->task))));
  return G_SOURCE_REMOVE;
}

static MgrModelTask *
model_task_new (GTask *task)
{
  MgrModel *model = g_task_get_source_object (task);
  gint64 timeout = mgr_model_get_load_timeout (model) / G_TIME_SPAN_MILLISECOND;
  MgrModelTask *self = g_new0 (MgrModelTask, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->task = g_object_ref (task);
  self->timeout = g_timeout_source_new ((guint) CLAMP (timeout, 1, G_MAXINT));
  return self;
}

static void
model_task_watch (MgrModelTask *self,
                  GSource      *source,
                  GSourceFunc   func)
{
  g_atomic_ref_count_inc (&self->ref_count);
  g_source_set_callback (source, func, self, model_task_unref);
  g_source_set_static_name (source, "[libmgr] use of a model");
  g_source_attach (source, g_task_get_context (self->task));
}

static void
task_cancelled_cb (gpointer user_data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  /* Before a load that was asked for earlier, and that nobody may want now. */
  g_source_set_priority (source, G_PRIORITY_HIGH);
  model_task_watch (user_data, source, task_withdraw_cb);
}

GPtrArray *
mgr_model_flight_steal_tasks_locked (MgrModelFlight *flight)
{
  GPtrArray *tasks = flight->tasks;

  flight->tasks = g_ptr_array_new ();
  return tasks;
}

void
mgr_model_answer_tasks (MgrModelFlight *flight,
                        GPtrArray      *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      MgrModelTask *self = g_ptr_array_index (tasks, i);

      model_task_stop (self);
      if (flight->error != NULL)
        g_task_return_error (self->task, g_error_copy (flight->error));
      else
        g_task_return_pointer (self->task, mgr_model_use_new (flight->model, flight->object),
                               (GDestroyNotify) mgr_model_use_unref);
      model_task_unref (self);
    }

  g_ptr_array_unref (tasks);
}

static void
model_join_later (MgrModel *self,
                  GTask    *task)
{
  MgrModelTask *waiting = model_task_new (task);
  MgrModelFlight *flight = NULL;
  gboolean first;
  GObject *object;

  /* Once it is in the flight that may land at any time, and stops them. */
  g_atomic_ref_count_inc (&waiting->ref_count);
  model_task_watch (waiting, waiting->timeout, task_timeout_cb);
  waiting->cancelled = mgr_cancel_watch_new (g_task_get_cancellable (task), task_cancelled_cb,
                                             waiting);
  object = model_pin_or_join (self, waiting, &flight, &first);
  if (flight == NULL)
    {
      g_task_return_pointer (task, mgr_model_use_new (self, object),
                             (GDestroyNotify) mgr_model_use_unref);
      model_task_stop (waiting);
      model_task_unref (waiting);
    }
  else
    {
      if (first)
        mgr_model_flight_start (flight, FALSE);
      mgr_model_flight_unref (flight);
    }
  model_task_unref (waiting);
}

/**
 * mgr_model_acquire_async:
 * @self: a model
 * @cancellable: (nullable): what withdraws the request, or %NULL
 * @callback: (scope async): called when the model is loaded, or cannot be
 * @user_data: for @callback
 *
 * As mgr_model_use(), without waiting: the load is done where the model was made, when
 * that iterates its main context, or in a thread if the model is #MgrModel:thread-safe. To
 * cancel it does not end a load that has begun. May be called from any thread; @callback is
 * called in the main context that is its thread default.
 *
 * Since: 1.0
 */
void
mgr_model_acquire_async (MgrModel            *self,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (MGR_IS_MODEL (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mgr_model_acquire_async);
  g_task_set_name (task, "[libmgr] use of a model");
  /* A use that was granted after all is given, so that it is ended. */
  g_task_set_check_cancellable (task, FALSE);

  if (!use_check (self, &error) || !use_check_load (self, &error))
    g_task_return_error (task, error);
  else
    model_join_later (self, task);
}

/**
 * mgr_model_acquire_finish:
 * @self: a model
 * @result: what the callback got
 * @error: return location for a #GError
 *
 * Ends mgr_model_acquire_async(). Errors are those of mgr_model_use(), and
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the use
 *
 * Since: 1.0
 */
MgrModelUse *
mgr_model_acquire_finish (MgrModel      *self,
                          GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (MGR_IS_MODEL (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_model_acquire_async), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
