/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"
#include "pool/mgr-pool-core-private.h"

/* As often as a ledger speaks: enough for eyes and dashboards. */
#define NOTIFY_INTERVAL (G_USEC_PER_SEC / 4)

static gboolean
notifier_dispatch (GSource     *source,
                   GSourceFunc  callback,
                   gpointer     user_data)
{
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static GSourceFuncs notifier_funcs = {
  .dispatch = notifier_dispatch,
};

static gboolean
notify_figures_cb (gpointer user_data)
{
  g_autoptr (MgrPool) self = g_weak_ref_get (user_data);

  if (self == NULL)
    return G_SOURCE_REMOVE;

  /* What changes from here on is told the next time. */
  g_atomic_int_set (&mgr_pool_get_private (self)->notify_armed, FALSE);
  mgr_pool_notify_figures (self);
  return G_SOURCE_CONTINUE;
}

void
mgr_pool_notifier_set_up (MgrPool *self)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  priv->notifier = g_source_new (&notifier_funcs, sizeof (GSource));
  g_source_set_callback (priv->notifier, notify_figures_cb,
                         mgr_weak_box_new (self), mgr_weak_box_free);
  g_source_set_static_name (priv->notifier, "[libmgr] pool changes");
  g_source_attach (priv->notifier, priv->context);
}

void
mgr_pool_notifier_clear (MgrPool *self)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  g_source_destroy (priv->notifier);
  g_clear_pointer (&priv->notifier, g_source_unref);
}

void
mgr_pool_changed (MgrPool *self)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  if (G_LIKELY (g_atomic_int_get (&priv->notify_armed)))
    return;

  if (g_atomic_int_compare_and_exchange (&priv->notify_armed, FALSE, TRUE))
    g_source_set_ready_time (priv->notifier, g_get_monotonic_time () + NOTIFY_INTERVAL);
}

const int *
mgr_pool_get_changed_flag (MgrPool *self)
{
  return &mgr_pool_get_private (self)->notify_armed;
}

static MgrPoolWater
water_take (MgrPool *self)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);
  MgrPoolWater water;

  g_mutex_lock (&priv->lock);
  water = priv->water;
  priv->water = (MgrPoolWater) { .is_high = water.is_high };
  g_mutex_unlock (&priv->lock);

  return water;
}

static void
say_water_cb (gpointer object,
              gpointer user_data)
{
  MgrPool *self = MGR_POOL (object);
  MgrPoolWater water = water_take (self);

  /* The side it is on now is told last. */
  if (water.is_high && water.low_due)
    mgr_pool_emit_water (self, FALSE, water.low_used);
  if (water.high_due)
    mgr_pool_emit_water (self, TRUE, water.high_used);
  if (!water.is_high && water.low_due)
    mgr_pool_emit_water (self, FALSE, water.low_used);
}

void
mgr_pool_say_water (MgrPool  *self,
                    gboolean  high,
                    guint64   used)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);
  gboolean posted;

  g_mutex_lock (&priv->lock);
  posted = priv->water.posted;
  priv->water.posted = TRUE;
  priv->water.is_high = high;
  if (high)
    {
      priv->water.high_due = TRUE;
      priv->water.high_used = used;
    }
  else
    {
      priv->water.low_due = TRUE;
      priv->water.low_used = used;
    }
  g_mutex_unlock (&priv->lock);

  if (!posted)
    mgr_owner_context_post (priv->context, self, say_water_cb, NULL, NULL);
}
