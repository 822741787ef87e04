/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "model/mgr-model-private.h"

/* What is known of a model, and what it is charged. */

/* By which the allocations of models are found in the ledger. */
static const char *const charge_tags[] = { "model", NULL };

guint64
mgr_model_get_size_locked (MgrModel *self)
{
  const MgrModelFigures *figures = &mgr_model_get_private (self)->figures;

  return MAX (figures->declared_size, MAX (figures->resident_size, figures->ledger_size));
}

static gboolean
model_try_charge (MgrModel  *self,
                  guint64    bytes,
                  GError   **error)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  MgrComponent *component = mgr_model_get_component (self);
  MgrAllocation *charge = priv->charge;

  /* Whoever released it by its id took nothing from the model but the charge. */
  if (charge != NULL && mgr_allocation_is_released (charge))
    charge = NULL;

  if (component == NULL || bytes == 0)
    mgr_model_drop_charge (self);
  else if (charge == NULL)
    charge = mgr_component_allocate (component, bytes, priv->name, mgr_model_get_priority (self),
                                     charge_tags, error);
  else if (!mgr_allocation_resize (charge, bytes, error))
    return FALSE;

  if (component == NULL || bytes == 0)
    return TRUE;
  if (charge == NULL)
    return FALSE;

  g_mutex_lock (&priv->lock);
  if (priv->charge != charge)
    g_clear_pointer (&priv->charge, mgr_allocation_unref);
  priv->charge = charge;
  priv->figures.charged = bytes;
  g_mutex_unlock (&priv->lock);
  return TRUE;
}

gboolean
mgr_model_charge (MgrModel  *self,
                  guint64    bytes,
                  GError   **error)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  g_autoptr (MgrModelRegistry) registry = g_weak_ref_get (&priv->home);
  g_autoptr (GError) local_error = NULL;
  guint64 lacking = bytes - MIN (bytes, priv->figures.charged);

  while (!model_try_charge (self, bytes, &local_error))
    {
      if (!g_error_matches (local_error, MGR_ERROR, MGR_ERROR_NO_BUDGET) || registry == NULL
          || !mgr_model_registry_make_room (registry, self, lacking))
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&local_error),
                                      "Model “%s”: ", priv->name);
          return FALSE;
        }
      g_clear_error (&local_error);
    }

  return TRUE;
}

gboolean
mgr_model_admit (MgrModel  *self,
                 GError   **error)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  guint64 bytes;

  /* The loader charges its share itself. */
  g_mutex_lock (&priv->lock);
  bytes = mgr_model_get_size_locked (self) - priv->figures.ledger_size;
  g_mutex_unlock (&priv->lock);

  return mgr_model_charge (self, bytes, error);
}

void
mgr_model_drop_charge (MgrModel *self)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  MgrAllocation *charge;

  g_mutex_lock (&priv->lock);
  charge = g_steal_pointer (&priv->charge);
  priv->figures.charged = 0;
  g_mutex_unlock (&priv->lock);

  g_clear_pointer (&charge, mgr_allocation_unref);
}

void
mgr_model_adopt (MgrModel     *self,
                 MgrComponent *component)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);

  /* What was loaded without a charge goes on without one. */
  g_mutex_lock (&priv->lock);
  if (priv->component == NULL && priv->object == NULL && priv->flight == NULL)
    priv->component = g_object_ref (component);
  g_mutex_unlock (&priv->lock);
}

gboolean
mgr_model_enter_home (MgrModel         *self,
                      MgrModelRegistry *registry)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);
  g_autoptr (MgrModelRegistry) home = NULL;

  g_mutex_lock (&priv->lock);
  home = g_weak_ref_get (&priv->home);
  if (home == NULL)
    g_weak_ref_set (&priv->home, registry);
  g_mutex_unlock (&priv->lock);

  return home == NULL;
}

void
mgr_model_leave_home (MgrModel *self)
{
  g_weak_ref_set (&mgr_model_get_private (self)->home, NULL);
}

void
mgr_model_look (MgrModel     *self,
                MgrModelView *out_view)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);

  g_mutex_lock (&priv->lock);
  *out_view = (MgrModelView) {
    .loaded = priv->object != NULL,
    .pinned = priv->figures.n_active > 0 || priv->unloading != NULL,
    .safety = priv->safety,
    .priority = priv->priority,
    .component = priv->component,
    .size = mgr_model_get_size_locked (self),
    .charged = priv->figures.charged,
    .load_time = priv->figures.load_time,
    .last_use = priv->figures.last_use,
    .now = mgr_clock_get_time (priv->clock),
  };
  g_mutex_unlock (&priv->lock);
}

/**
 * mgr_model_is_loaded:
 * @self: a model
 *
 * Asks whether the object is in memory. Another thread may be faster. May be called from
 * any thread.
 *
 * Returns: %TRUE if it is
 *
 * Since: 1.0
 */
gboolean
mgr_model_is_loaded (MgrModel *self)
{
  MgrModelView view;

  g_return_val_if_fail (MGR_IS_MODEL (self), FALSE);

  mgr_model_look (self, &view);
  return view.loaded;
}

/**
 * mgr_model_is_pinned:
 * @self: a model
 *
 * Asks whether somebody uses the model, so that it stays. May be called from any thread.
 *
 * Returns: %TRUE if somebody does
 *
 * Since: 1.0
 */
gboolean
mgr_model_is_pinned (MgrModel *self)
{
  MgrModelView view;

  g_return_val_if_fail (MGR_IS_MODEL (self), FALSE);

  mgr_model_look (self, &view);
  return view.loaded && view.pinned;
}

/**
 * mgr_model_get_size:
 * @self: a model
 *
 * Gets what the model counts for, loaded or not: the largest of what was declared and what
 * was measured when it was loaded last. May be called from any thread.
 *
 * Returns: bytes; 0 if nothing is known
 *
 * Since: 1.0
 */
guint64
mgr_model_get_size (MgrModel *self)
{
  MgrModelView view;

  g_return_val_if_fail (MGR_IS_MODEL (self), 0);

  mgr_model_look (self, &view);
  return view.size;
}

/**
 * mgr_model_get_statistics:
 * @self: a model
 *
 * Gets all figures of the model at one moment. May be called from any thread.
 *
 * Returns: (transfer full): the statistics
 *
 * Since: 1.0
 */
MgrModelStatistics *
mgr_model_get_statistics (MgrModel *self)
{
  MgrModelPrivate *priv;
  MgrModelFigures figures;
  gint64 now;

  g_return_val_if_fail (MGR_IS_MODEL (self), NULL);

  priv = mgr_model_get_private (self);
  now = mgr_clock_get_time (priv->clock);
  g_mutex_lock (&priv->lock);
  figures = priv->figures;
  figures.size = mgr_model_get_size_locked (self);
  figures.n_recent_uses = mgr_recent_count_get (&priv->uses, now);
  figures.n_recent_loads = mgr_recent_count_get (&priv->loads, now);
  g_mutex_unlock (&priv->lock);

  return mgr_model_statistics_new (&figures);
}
