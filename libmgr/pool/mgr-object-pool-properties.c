/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-object-pool-private.h"

/**
 * mgr_object_pool_get_min:
 * @self: a pool
 *
 * Gets #MgrObjectPool:min. May be called from any thread.
 *
 * Returns: how many objects stay
 *
 * Since: 1.0
 */
guint
mgr_object_pool_get_min (MgrObjectPool *self)
{
  MgrObjectCore *core;
  guint min;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), 0);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  min = core->min;
  g_mutex_unlock (&core->lock);

  return min;
}

/**
 * mgr_object_pool_get_max:
 * @self: a pool
 *
 * Gets #MgrObjectPool:max. May be called from any thread.
 *
 * Returns: how many objects there may be
 *
 * Since: 1.0
 */
guint
mgr_object_pool_get_max (MgrObjectPool *self)
{
  MgrObjectCore *core;
  guint max;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), 0);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  max = core->max;
  g_mutex_unlock (&core->lock);

  return max;
}

static guint
pool_exchange_min (MgrObjectPool *self,
                   guint          min)
{
  MgrObjectCore *core = mgr_object_pool_get_core (self);
  guint before;

  g_mutex_lock (&core->lock);
  before = core->min;
  core->min = min;
  mgr_object_core_unlock (core);

  if (before != min)
    mgr_object_pool_notify (self, MGR_OBJECT_POOL_PROP_MIN);
  return before;
}

/**
 * mgr_object_pool_set_limits:
 * @self: a pool
 * @min: how many objects stay
 * @max: how many objects there may be, 1 at least
 * @error: return location for a #GError
 *
 * Changes #MgrObjectPool:min and #MgrObjectPool:max, and the #MgrPool:capacity with them.
 * Where there may be more by that, those who wait get them; what is free and too much
 * goes. A maximum of 0, or below the minimum, is %MGR_ERROR_INVALID_ARGUMENT, one below
 * what is leased %MGR_ERROR_BUSY: then everything stays as it was. May be called from any
 * thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_object_pool_set_limits (MgrObjectPool  *self,
                            guint           min,
                            guint           max,
                            GError        **error)
{
  guint before;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!mgr_object_pool_check_limits (self, min, max, error))
    return FALSE;

  /* The capacity may not shrink below the minimum. */
  before = pool_exchange_min (self, MIN (min, mgr_object_pool_get_min (self)));
  if (!mgr_pool_set_capacity (MGR_POOL (self), max * mgr_object_pool_get_object_size (self), error))
    {
      pool_exchange_min (self, before);
      return FALSE;
    }

  pool_exchange_min (self, min);
  return TRUE;
}

/**
 * mgr_object_pool_get_object_size:
 * @self: a pool
 *
 * Gets #MgrObjectPool:object-size. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_object_pool_get_object_size (MgrObjectPool *self)
{
  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), 0);

  return mgr_object_pool_get_core (self)->object_size;
}

/**
 * mgr_object_pool_get_idle_timeout:
 * @self: a pool
 *
 * Gets #MgrObjectPool:idle-timeout. May be called from any thread.
 *
 * Returns: microseconds; 0 if objects may be idle for as long as they like
 *
 * Since: 1.0
 */
gint64
mgr_object_pool_get_idle_timeout (MgrObjectPool *self)
{
  MgrObjectCore *core;
  gint64 idle_timeout;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), 0);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  idle_timeout = core->idle_timeout;
  g_mutex_unlock (&core->lock);

  return idle_timeout;
}

/**
 * mgr_object_pool_set_idle_timeout:
 * @self: a pool
 * @idle_timeout: microseconds, or 0 for as long as they like
 *
 * Sets #MgrObjectPool:idle-timeout. It counts from now on, also for objects that are idle
 * already. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_object_pool_set_idle_timeout (MgrObjectPool *self,
                                  gint64         idle_timeout)
{
  MgrObjectCore *core;
  gboolean changed;

  g_return_if_fail (MGR_IS_OBJECT_POOL (self));
  g_return_if_fail (idle_timeout >= 0);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  changed = core->idle_timeout != idle_timeout;
  core->idle_timeout = idle_timeout;
  if (changed)
    mgr_object_core_begin_idle (core);
  mgr_object_core_unlock (core);

  if (changed)
    mgr_object_pool_notify (self, MGR_OBJECT_POOL_PROP_IDLE_TIMEOUT);
}

/**
 * mgr_object_pool_get_thread_safe:
 * @self: a pool
 *
 * Gets #MgrObjectPool:thread-safe. May be called from any thread.
 *
 * Returns: %TRUE if objects may be made, reset and dropped in any thread
 *
 * Since: 1.0
 */
gboolean
mgr_object_pool_get_thread_safe (MgrObjectPool *self)
{
  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), FALSE);

  return mgr_object_pool_get_core (self)->thread_safe;
}

/**
 * mgr_object_pool_get_resets:
 * @self: a pool
 *
 * Gets #MgrObjectPool:resets. May be called from any thread.
 *
 * Returns: %TRUE if #MgrObjectPool::reset is asked when an object comes back
 *
 * Since: 1.0
 */
gboolean
mgr_object_pool_get_resets (MgrObjectPool *self)
{
  MgrObjectCore *core;
  gboolean resets;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), FALSE);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  resets = core->resets;
  g_mutex_unlock (&core->lock);

  return resets;
}

/**
 * mgr_object_pool_set_resets:
 * @self: a pool
 * @resets: whether to ask #MgrObjectPool::reset when an object comes back
 *
 * Sets #MgrObjectPool:resets. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_object_pool_set_resets (MgrObjectPool *self,
                            gboolean       resets)
{
  MgrObjectCore *core;
  gboolean changed;

  g_return_if_fail (MGR_IS_OBJECT_POOL (self));

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  changed = core->resets != !!resets;
  core->resets = !!resets;
  mgr_object_core_unlock (core);

  if (changed)
    mgr_object_pool_notify (self, MGR_OBJECT_POOL_PROP_RESETS);
}

/**
 * mgr_object_pool_get_n_objects:
 * @self: a pool
 *
 * Gets #MgrObjectPool:n-objects. May be called from any thread.
 *
 * Returns: how many objects there are
 *
 * Since: 1.0
 */
guint
mgr_object_pool_get_n_objects (MgrObjectPool *self)
{
  MgrObjectCore *core;
  guint n_objects;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), 0);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  n_objects = core->n_objects;
  g_mutex_unlock (&core->lock);

  return n_objects;
}

/**
 * mgr_object_pool_get_n_free:
 * @self: a pool
 *
 * Gets #MgrObjectPool:n-free. May be called from any thread.
 *
 * Returns: how many objects are there to be taken
 *
 * Since: 1.0
 */
guint
mgr_object_pool_get_n_free (MgrObjectPool *self)
{
  MgrObjectCore *core;
  guint n_free;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), 0);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  n_free = mgr_object_slots_count (&core->slots);
  g_mutex_unlock (&core->lock);

  return n_free;
}

/**
 * mgr_object_pool_get_n_waiting:
 * @self: a pool
 *
 * Gets #MgrObjectPool:n-waiting. May be called from any thread.
 *
 * Returns: how many requests wait
 *
 * Since: 1.0
 */
guint
mgr_object_pool_get_n_waiting (MgrObjectPool *self)
{
  MgrObjectCore *core;
  guint n_waiting;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), 0);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  n_waiting = core->waiting.length;
  g_mutex_unlock (&core->lock);

  return n_waiting;
}

/**
 * mgr_object_pool_get_n_created:
 * @self: a pool
 *
 * Gets #MgrObjectPool:n-created. May be called from any thread.
 *
 * Returns: how many objects were ever made
 *
 * Since: 1.0
 */
guint64
mgr_object_pool_get_n_created (MgrObjectPool *self)
{
  MgrObjectCore *core;
  guint64 n_created;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), 0);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  n_created = core->n_created;
  g_mutex_unlock (&core->lock);

  return n_created;
}

/**
 * mgr_object_pool_get_n_leaked:
 * @self: a pool
 *
 * Gets #MgrObjectPool:n-leaked. May be called from any thread.
 *
 * Returns: how many leases were dropped without having been released
 *
 * Since: 1.0
 */
guint64
mgr_object_pool_get_n_leaked (MgrObjectPool *self)
{
  MgrObjectCore *core;
  guint64 n_leaked;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), 0);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  n_leaked = core->n_leaked;
  g_mutex_unlock (&core->lock);

  return n_leaked;
}

/**
 * mgr_object_pool_get_create_time:
 * @self: a pool
 *
 * Gets #MgrObjectPool:create-time. May be called from any thread.
 *
 * Returns: microseconds, 0 as long as none was made
 *
 * Since: 1.0
 */
gint64
mgr_object_pool_get_create_time (MgrObjectPool *self)
{
  MgrObjectCore *core;
  gint64 create_time;

  g_return_val_if_fail (MGR_IS_OBJECT_POOL (self), 0);

  core = mgr_object_pool_get_core (self);
  g_mutex_lock (&core->lock);
  create_time = mgr_object_core_get_create_time (core);
  g_mutex_unlock (&core->lock);

  return create_time;
}
