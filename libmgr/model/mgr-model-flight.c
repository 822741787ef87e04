/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"
#include "model/mgr-model-meter-private.h"
#include "model/mgr-model-private.h"

/* One load, wherever it runs: from the first who asks to the answer that all get. */

static MgrModelFlight *
flight_new (MgrModel *model)
{
  MgrModelFlight *self = g_new0 (MgrModelFlight, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->model = g_object_ref (model);
  self->path = mgr_model_make_path (model);
  self->tasks = g_ptr_array_new ();
  return self;
}

static MgrModelFlight *
flight_ref (MgrModelFlight *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mgr_model_flight_unref (MgrModelFlight *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (mgr_model_is_owner (self->model))
    g_object_unref (self->model);
  else
    mgr_owner_context_unref (mgr_model_get_private (self->model)->context, self->model);
  g_ptr_array_unref (self->path);
  g_ptr_array_unref (self->tasks);
  g_clear_error (&self->error);
  g_free (self);
}

MgrModelFlight *
mgr_model_join_locked (MgrModel *self,
                       gboolean *out_first)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);

  if (out_first != NULL)
    *out_first = priv->flight == NULL;
  if (priv->flight == NULL)
    priv->flight = flight_new (self);
  return flight_ref (priv->flight);
}

/* With the lock held: what everybody who waits is to get. */
static void
flight_count_locked (MgrModelFlight *self,
                     gboolean        found)
{
  MgrModelPrivate *priv = mgr_model_get_private (self->model);
  guint n_served = self->n_waiters + self->tasks->len;
  gint64 now = mgr_clock_get_time (priv->clock);

  priv->figures.n_uses += n_served;
  priv->figures.n_active += n_served;
  priv->figures.n_joins += n_served - MIN (n_served, 1);
  priv->figures.n_hits += found && n_served > 0 ? 1 : 0;
  priv->figures.n_found_again += found ? 1 : 0;
  priv->figures.last_use = now;
  mgr_recent_count_add (&priv->uses, now, n_served);
}

/* Takes @object and @error. */
static void
flight_land (MgrModelFlight *self,
             GObject        *object,
             gboolean        found,
             GError         *error)
{
  MgrModelPrivate *priv = mgr_model_get_private (self->model);
  g_autoptr (MgrModelRegistry) registry = g_weak_ref_get (&priv->home);
  GPtrArray *tasks;

  g_mutex_lock (&priv->lock);
  self->done = TRUE;
  self->object = object;
  self->error = error;
  priv->object = object;
  if (object != NULL)
    flight_count_locked (self, found);
  else
    priv->figures.n_failures++;
  tasks = mgr_model_flight_steal_tasks_locked (self);
  priv->flight = NULL;
  g_cond_broadcast (&priv->changed);
  g_mutex_unlock (&priv->lock);

  if (object != NULL)
    mgr_model_announce (self->model, MGR_MODEL_SIGNAL_LOADED);
  mgr_model_answer_tasks (self, tasks);
  /* Whoever asked may have gone away meanwhile. */
  if (object != NULL && registry != NULL)
    mgr_model_registry_note_idle (registry);
  mgr_model_flight_unref (self);
}

static gboolean
flight_may_begin (MgrModelFlight  *self,
                  GError         **error)
{
  MgrModelPrivate *priv = mgr_model_get_private (self->model);

  if (priv->unloading == g_thread_self ())
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                   "Model “%s” is just being unloaded here: try again once that has ended",
                   priv->name);
      return FALSE;
    }

  while (priv->unloading != NULL)
    g_cond_wait (&priv->changed, &priv->lock);
  return TRUE;
}

/* Whether this thread is the one to run it: some other may have, or nobody waits any
 * more. With @error set it is, but cannot. */
static gboolean
flight_claim (MgrModelFlight  *self,
              GError         **error)
{
  MgrModelPrivate *priv = mgr_model_get_private (self->model);
  gboolean claimed;
  gboolean abandoned;

  g_mutex_lock (&priv->lock);
  claimed = !self->begun;
  self->begun = TRUE;
  abandoned = claimed && self->n_waiters == 0 && self->tasks->len == 0;
  if (abandoned)
    {
      self->done = TRUE;
      priv->flight = NULL;
    }
  else if (claimed)
    {
      flight_may_begin (self, error);
    }
  g_mutex_unlock (&priv->lock);

  if (abandoned)
    mgr_model_flight_unref (self);
  return claimed && !abandoned;
}

/* Somebody else may have kept what was let go. Where an unloader has been at it, it is of
 * no use any more. */
static GObject *
model_find_again (MgrModel *self)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);

  return mgr_model_has_unloader (self) ? NULL : g_weak_ref_get (&priv->last);
}

/* Remembers what the load took; returns what is to be charged for that. */
static guint64
model_note_load (MgrModel      *self,
                 MgrModelMeter *meter,
                 gint64         duration)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  MgrModelFigures *figures = &priv->figures;
  guint64 resident;
  guint64 ledger;
  gboolean measured = mgr_model_meter_end (meter, &resident, &ledger);
  guint64 charge;

  g_mutex_lock (&priv->lock);
  if (measured)
    {
      figures->resident_size = resident;
      figures->ledger_size = ledger;
    }
  figures->n_loads++;
  figures->load_time = MAX (duration, 0);
  figures->total_load_time += figures->load_time;
  mgr_recent_count_add (&priv->loads, mgr_clock_get_time (priv->clock), 1);
  charge = mgr_model_get_size_locked (self) - figures->ledger_size;
  g_mutex_unlock (&priv->lock);

  return charge;
}

/* Whom a loader told why it failed, in this thread. */
static GPrivate failure = G_PRIVATE_INIT (g_free);

/**
 * mgr_model_fail_load:
 * @self: a model
 * @message: why it cannot be loaded
 *
 * Says why a handler of #MgrModel::load gives no object: those who wait for it get this
 * text, and %MGR_ERROR_FAILED. To be called by the handler, which then returns %NULL. An
 * implementation of the vfunc sets an error instead.
 *
 * Returns: %TRUE if a handler of @self runs in this thread; %FALSE where nothing was done
 *
 * Since: 1.0
 */
gboolean
mgr_model_fail_load (MgrModel   *self,
                     const char *message)
{
  g_return_val_if_fail (MGR_IS_MODEL (self), FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  if (!mgr_model_is_innermost (self))
    return FALSE;

  g_private_replace (&failure, g_strdup (message));
  return TRUE;
}

static GObject *
model_call_loader (MgrModel  *self,
                   GError   **error)
{
  g_autoptr (GError) local_error = NULL;
  GObject *object;
  const char *told;

  g_private_replace (&failure, NULL);
  object = mgr_model_call_load (self, &local_error);
  if (object != NULL)
    return g_object_is_floating (object) ? g_object_ref_sink (object) : object;

  told = g_private_get (&failure);
  if (told != NULL)
    {
      g_clear_error (&local_error);
      g_set_error_literal (&local_error, MGR_ERROR, MGR_ERROR_FAILED, told);
    }
  else if (local_error == NULL)
    {
      g_set_error (&local_error, MGR_ERROR, MGR_ERROR_FAILED,
                   "its loader gave no object, and no reason");
    }
  g_private_replace (&failure, NULL);
  g_propagate_prefixed_error (error, g_steal_pointer (&local_error),
                              "Model “%s” could not be loaded: ", mgr_model_get_name (self));
  return NULL;
}

/* What was loaded is not to be kept: it takes more than there is. */
static void
model_discard (MgrModel *self,
               GObject  *object)
{
  if (mgr_model_has_unloader (self))
    mgr_model_call_unload (self, object);
  g_object_unref (object);
}

static GObject *
model_load (MgrModel  *self,
            GError   **error)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  MgrModelMeter meter;
  GObject *object;
  gint64 start;
  guint64 charge;
  guint64 unused;

  mgr_model_meter_begin (&meter, mgr_model_get_component (self));
  start = mgr_clock_get_time (priv->clock);
  object = model_call_loader (self, error);
  if (object == NULL)
    {
      mgr_model_meter_end (&meter, &unused, &unused);
      return NULL;
    }

  charge = model_note_load (self, &meter, mgr_clock_get_time (priv->clock) - start);
  if (mgr_model_charge (self, charge, error))
    return object;

  model_discard (self, object);
  return NULL;
}

void
mgr_model_flight_run (MgrModelFlight *self)
{
  MgrModelPrivate *priv = mgr_model_get_private (self->model);
  GPtrArray *outer;
  GObject *object = NULL;
  GError *error = NULL;
  gboolean found = FALSE;

  if (!flight_claim (self, &error))
    return;

  outer = mgr_model_enter (self->path);
  if (error == NULL && mgr_model_admit (self->model, &error))
    {
      object = model_find_again (self->model);
      found = object != NULL;
      if (!found)
        object = model_load (self->model, &error);
      if (object == NULL)
        mgr_model_drop_charge (self->model);
    }
  mgr_model_leave (outer);

  g_weak_ref_set (&priv->last, object);
  flight_land (self, object, found, error);
}

static gpointer
flight_thread (gpointer data)
{
  MgrModelFlight *self = data;

  mgr_model_flight_run (self);
  mgr_model_flight_unref (self);
  return NULL;
}

static void
flight_run_cb (gpointer object,
               gpointer user_data)
{
  mgr_model_flight_run (user_data);
}

/* Also comes where the owner's context goes away without having run it. */
static void
flight_posted_cb (gpointer user_data)
{
  MgrModelFlight *self = user_data;
  MgrModelPrivate *priv = mgr_model_get_private (self->model);
  gboolean lost;

  g_mutex_lock (&priv->lock);
  lost = !self->begun;
  self->begun = TRUE;
  g_mutex_unlock (&priv->lock);

  if (lost)
    flight_land (self, NULL, FALSE,
                 g_error_new (MGR_ERROR, MGR_ERROR_CLOSED,
                              "Model “%s” cannot be loaded: the main context of the thread that "
                              "made it is gone", priv->name));
  mgr_model_flight_unref (self);
}

static void
flight_spawn (MgrModelFlight *self)
{
  GError *error = NULL;
  GThread *thread = g_thread_try_new ("mgr-model", flight_thread, flight_ref (self), &error);

  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }

  g_prefix_error (&error, "Model “%s” could not be loaded: ", mgr_model_get_name (self->model));
  g_mutex_lock (&mgr_model_get_private (self->model)->lock);
  self->begun = TRUE;
  g_mutex_unlock (&mgr_model_get_private (self->model)->lock);
  flight_land (self, NULL, FALSE, error);
  mgr_model_flight_unref (self);
}

void
mgr_model_flight_start (MgrModelFlight *self,
                        gboolean        here)
{
  MgrModelPrivate *priv = mgr_model_get_private (self->model);

  if (priv->thread_safe)
    flight_spawn (self);
  else if (here)
    mgr_model_flight_run (self);
  else
    mgr_owner_context_post (priv->context, self->model, flight_run_cb, flight_ref (self),
                            flight_posted_cb);
}
