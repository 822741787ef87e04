/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "model/mgr-model-private.h"

/* How a model is to be treated. */

/**
 * mgr_model_get_declared_size:
 * @self: a model
 *
 * Gets what the model is expected to take. May be called from any thread.
 *
 * Returns: bytes; 0 if that is not known
 *
 * Since: 1.0
 */
guint64
mgr_model_get_declared_size (MgrModel *self)
{
  MgrModelPrivate *priv;
  guint64 declared_size;

  g_return_val_if_fail (MGR_IS_MODEL (self), 0);

  priv = mgr_model_get_private (self);
  g_mutex_lock (&priv->lock);
  declared_size = priv->figures.declared_size;
  g_mutex_unlock (&priv->lock);

  return declared_size;
}

/**
 * mgr_model_set_declared_size:
 * @self: a model
 * @declared_size: bytes, or 0
 *
 * Says what the model is expected to take; that counts from the next load on. May be
 * called from any thread.
 *
 * Since: 1.0
 */
void
mgr_model_set_declared_size (MgrModel *self,
                             guint64   declared_size)
{
  MgrModelPrivate *priv;
  gboolean changes;

  g_return_if_fail (MGR_IS_MODEL (self));

  priv = mgr_model_get_private (self);
  g_mutex_lock (&priv->lock);
  changes = priv->figures.declared_size != declared_size;
  priv->figures.declared_size = declared_size;
  g_mutex_unlock (&priv->lock);

  if (changes)
    mgr_model_notify (self, MGR_MODEL_PROP_DECLARED_SIZE);
}

/**
 * mgr_model_get_safety:
 * @self: a model
 *
 * Gets who may unload the model, see #MgrModel:safety. May be called from any thread.
 *
 * Returns: the class
 *
 * Since: 1.0
 */
MgrSafety
mgr_model_get_safety (MgrModel *self)
{
  MgrModelPrivate *priv;
  MgrSafety safety;

  g_return_val_if_fail (MGR_IS_MODEL (self), MGR_SAFETY_PROTECTED);

  priv = mgr_model_get_private (self);
  g_mutex_lock (&priv->lock);
  safety = priv->safety;
  g_mutex_unlock (&priv->lock);

  return safety;
}

/**
 * mgr_model_set_safety:
 * @self: a model
 * @safety: the class
 *
 * Says who may unload the model, see #MgrModel:safety. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_model_set_safety (MgrModel  *self,
                      MgrSafety  safety)
{
  MgrModelPrivate *priv;
  gboolean changes;

  g_return_if_fail (MGR_IS_MODEL (self));
  g_return_if_fail (safety <= MGR_SAFETY_CAUTIOUS);

  priv = mgr_model_get_private (self);
  g_mutex_lock (&priv->lock);
  changes = priv->safety != safety;
  priv->safety = safety;
  g_mutex_unlock (&priv->lock);

  if (changes)
    mgr_model_notify (self, MGR_MODEL_PROP_SAFETY);
}

/**
 * mgr_model_get_priority:
 * @self: a model
 *
 * Gets how much it matters that the model stays loaded. May be called from any thread.
 *
 * Returns: the priority, from %MGR_PRIORITY_MIN to %MGR_PRIORITY_MAX
 *
 * Since: 1.0
 */
guint
mgr_model_get_priority (MgrModel *self)
{
  MgrModelPrivate *priv;
  guint priority;

  g_return_val_if_fail (MGR_IS_MODEL (self), 0);

  priv = mgr_model_get_private (self);
  g_mutex_lock (&priv->lock);
  priority = priv->priority;
  g_mutex_unlock (&priv->lock);

  return priority;
}

/**
 * mgr_model_set_priority:
 * @self: a model
 * @priority: the priority, from %MGR_PRIORITY_MIN to %MGR_PRIORITY_MAX
 *
 * Says how much it matters that the model stays loaded. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_model_set_priority (MgrModel *self,
                        guint     priority)
{
  MgrModelPrivate *priv;
  gboolean changes;

  g_return_if_fail (MGR_IS_MODEL (self));
  g_return_if_fail (priority >= MGR_PRIORITY_MIN && priority <= MGR_PRIORITY_MAX);

  priv = mgr_model_get_private (self);
  g_mutex_lock (&priv->lock);
  changes = priv->priority != priority;
  priv->priority = priority;
  g_mutex_unlock (&priv->lock);

  if (changes)
    mgr_model_notify (self, MGR_MODEL_PROP_PRIORITY);
}

/**
 * mgr_model_get_load_timeout:
 * @self: a model
 *
 * Gets how long a use waits for a load. May be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_model_get_load_timeout (MgrModel *self)
{
  MgrModelPrivate *priv;
  gint64 load_timeout;

  g_return_val_if_fail (MGR_IS_MODEL (self), 0);

  priv = mgr_model_get_private (self);
  g_mutex_lock (&priv->lock);
  load_timeout = priv->load_timeout;
  g_mutex_unlock (&priv->lock);

  return load_timeout;
}

/**
 * mgr_model_set_load_timeout:
 * @self: a model
 * @load_timeout: microseconds, 1 at least
 *
 * Says how long a use waits for a load, see #MgrModel:load-timeout. Who waits already goes
 * on as before. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_model_set_load_timeout (MgrModel *self,
                            gint64    load_timeout)
{
  MgrModelPrivate *priv;
  gboolean changes;

  g_return_if_fail (MGR_IS_MODEL (self));
  g_return_if_fail (load_timeout > 0);

  priv = mgr_model_get_private (self);
  g_mutex_lock (&priv->lock);
  changes = priv->load_timeout != load_timeout;
  priv->load_timeout = load_timeout;
  g_mutex_unlock (&priv->lock);

  if (changes)
    mgr_model_notify (self, MGR_MODEL_PROP_LOAD_TIMEOUT);
}
