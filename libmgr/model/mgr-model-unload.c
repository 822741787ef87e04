/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-call-private.h"
#include "model/mgr-model-private.h"

/* With the lock held: whether there is an object that may go. */
static gboolean
unload_check_locked (MgrModel  *self,
                     gint64     unused_since,
                     GError   **error)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);

  if (priv->flight != NULL && priv->object == NULL)
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "Model “%s” is just being loaded: unload it once that has ended", priv->name);
  else if (priv->unloading != NULL)
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "Model “%s” is just being unloaded", priv->name);
  else if (priv->figures.n_active > 0)
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "Model “%s” is in use by %" G_GUINT64_FORMAT ": end each use first",
                 priv->name, priv->figures.n_active);
  else if (priv->figures.last_use > unused_since)
    g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                 "Model “%s” was used meanwhile", priv->name);
  else
    return TRUE;

  return FALSE;
}

/* Calls foreign code; nobody else touches the object meanwhile. */
static void
unload_object (MgrModel *self)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  g_autoptr (GPtrArray) path = mgr_model_make_path (self);
  GPtrArray *outer = mgr_model_enter (path);
  GObject *object;

  if (mgr_model_has_unloader (self))
    mgr_model_call_unload (self, priv->object);

  g_mutex_lock (&priv->lock);
  object = g_steal_pointer (&priv->object);
  g_mutex_unlock (&priv->lock);
  g_object_unref (object);
  mgr_model_drop_charge (self);
  mgr_model_leave (outer);
}

static gboolean
unload_here (MgrModel  *self,
             gint64     unused_since,
             guint64   *out_bytes,
             GError   **error)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  gboolean loaded = FALSE;
  gboolean may_go;

  *out_bytes = 0;
  g_mutex_lock (&priv->lock);
  may_go = unload_check_locked (self, unused_since, error);
  if (may_go && priv->object != NULL)
    {
      loaded = TRUE;
      priv->unloading = g_thread_self ();
      *out_bytes = mgr_model_get_size_locked (self);
    }
  g_mutex_unlock (&priv->lock);

  if (!loaded)
    return may_go;

  unload_object (self);

  g_mutex_lock (&priv->lock);
  priv->unloading = NULL;
  priv->figures.n_unloads++;
  g_cond_broadcast (&priv->changed);
  g_mutex_unlock (&priv->lock);
  return TRUE;
}

static gboolean
unload_and_announce (MgrModel  *self,
                     gint64     unused_since,
                     guint64   *out_bytes,
                     GError   **error)
{
  gboolean was_loaded = mgr_model_is_loaded (self);

  if (!unload_here (self, unused_since, out_bytes, error))
    return FALSE;

  if (was_loaded && !mgr_model_is_loaded (self))
    mgr_model_announce (self, MGR_MODEL_SIGNAL_UNLOADED);
  return TRUE;
}

typedef struct
{
  gint64 unused_since;
  gboolean unloaded;
  guint64 bytes;
  GError *error; /* (owned) (nullable) */
} UnloadCall;

static void
unload_call_cb (gpointer object,
                gpointer user_data)
{
  UnloadCall *call = user_data;

  call->unloaded = unload_and_announce (object, call->unused_since, &call->bytes, &call->error);
}

static void
unload_call_free (gpointer data)
{
  UnloadCall *call = data;

  g_clear_error (&call->error);
  g_free (call);
}

static gboolean
unload_there (MgrModel  *self,
              gint64     unused_since,
              gboolean   wait,
              guint64   *out_bytes,
              GError   **error)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  UnloadCall *call = g_new0 (UnloadCall, 1);
  g_autoptr (MgrOwnerCall) posted = NULL;

  call->unused_since = unused_since;
  posted = mgr_owner_call_post (priv->context, self, unload_call_cb, call, unload_call_free);
  if (!wait)
    return TRUE;

  /* Unloading that has begun may take its time. */
  if (!mgr_owner_call_wait (posted, g_get_monotonic_time () + MGR_MODEL_UNLOAD_DEADLINE)
      && (mgr_owner_call_withdraw (posted) || !mgr_owner_call_wait (posted, G_MAXINT64)))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT,
                   "Model “%s” could not be unloaded: its owner did not answer. Iterate the main "
                   "context of the thread that made it", priv->name);
      return FALSE;
    }

  *out_bytes = call->bytes;
  if (call->error != NULL)
    g_propagate_error (error, g_steal_pointer (&call->error));
  return call->unloaded;
}

gboolean
mgr_model_try_unload (MgrModel  *self,
                      gint64     unused_since,
                      gboolean   wait,
                      guint64   *out_bytes,
                      GError   **error)
{
  guint64 bytes = 0;
  gboolean unloaded;

  if (mgr_model_get_private (self)->thread_safe || mgr_model_is_owner (self))
    unloaded = unload_and_announce (self, unused_since, &bytes, error);
  else
    unloaded = unload_there (self, unused_since, wait, &bytes, error);

  if (out_bytes != NULL)
    *out_bytes = bytes;
  return unloaded;
}

void
mgr_model_unload_at_end (MgrModel *self)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  guint64 bytes;

  if (priv->object == NULL)
    return;

  if (priv->thread_safe || mgr_model_is_owner (self))
    unload_here (self, G_MAXINT64, &bytes, NULL);
  else
    mgr_owner_context_unref (priv->context, g_steal_pointer (&priv->object));
}

/**
 * mgr_model_unload:
 * @self: a model
 * @error: return location for a #GError
 *
 * Lets the object go, whatever #MgrModel:safety says. While somebody uses the model, or it
 * is just being loaded, that is %MGR_ERROR_BUSY; where it has to be done in another thread,
 * which does not answer within 5 s, %MGR_ERROR_TIMED_OUT. One that is not loaded stays so.
 * May be called from any thread.
 *
 * Returns: %TRUE if it is not loaded any more
 *
 * Since: 1.0
 */
gboolean
mgr_model_unload (MgrModel  *self,
                  GError   **error)
{
  g_return_val_if_fail (MGR_IS_MODEL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return mgr_model_try_unload (self, G_MAXINT64, TRUE, NULL, error);
}

/* As a reclaimer */

static const char *
mgr_model_reclaimer_get_name (MgrReclaimer *reclaimer)
{
  return mgr_model_get_name (MGR_MODEL (reclaimer));
}

static MgrReclaimEstimate *
mgr_model_reclaimer_estimate (MgrReclaimer *reclaimer)
{
  MgrModelView view;

  mgr_model_look (MGR_MODEL (reclaimer), &view);
  return mgr_reclaim_estimate_new (view.loaded && !view.pinned ? view.size : 0,
                                   TRUE, view.load_time, 0);
}

static guint64
mgr_model_reclaimer_reclaim (MgrReclaimer      *reclaimer,
                             guint64            target,
                             MgrPressureLevel   level,
                             gint64             deadline,
                             GError           **error)
{
  guint64 bytes = 0;

  if (target > 0)
    mgr_model_try_unload (MGR_MODEL (reclaimer), G_MAXINT64, TRUE, &bytes, error);
  return bytes;
}

static gboolean
mgr_model_reclaimer_is_thread_safe (MgrReclaimer *reclaimer)
{
  return mgr_model_get_thread_safe (MGR_MODEL (reclaimer));
}

void
mgr_model_reclaimer_init (MgrReclaimerInterface *iface)
{
  iface->get_name = mgr_model_reclaimer_get_name;
  iface->estimate = mgr_model_reclaimer_estimate;
  iface->reclaim = mgr_model_reclaimer_reclaim;
  iface->is_thread_safe = mgr_model_reclaimer_is_thread_safe;
}
