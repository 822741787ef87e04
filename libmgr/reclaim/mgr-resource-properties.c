/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-allocation.h"
#include "reclaim/mgr-resource-private.h"

/* What a program says of a resource, and may ask of it at any time. */

/**
 * mgr_resource_get_name:
 * @self: a resource
 *
 * Gets #MgrResource:name. May be called from any thread.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
mgr_resource_get_name (MgrResource *self)
{
  g_return_val_if_fail (MGR_IS_RESOURCE (self), NULL);

  return self->name;
}

/**
 * mgr_resource_get_size:
 * @self: a resource
 *
 * Gets #MgrResource:size. May be called from any thread.
 *
 * Returns: the size in bytes
 *
 * Since: 1.0
 */
guint64
mgr_resource_get_size (MgrResource *self)
{
  guint64 size;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), 0);

  g_mutex_lock (&self->lock);
  size = self->size;
  g_mutex_unlock (&self->lock);

  return size;
}

void
mgr_resource_set_size_locked (MgrResource *self,
                              guint64      size)
{
  /* Who holds more than before has put back what was taken. */
  if (size > self->size)
    self->missing -= MIN (self->missing, size - self->size);

  self->size = size;
}

guint64
mgr_resource_get_missing (MgrResource *self)
{
  guint64 missing;

  g_mutex_lock (&self->lock);
  missing = self->missing;
  g_mutex_unlock (&self->lock);

  return missing;
}

/**
 * mgr_resource_set_size:
 * @self: a resource
 * @size: how many bytes it holds now
 *
 * Sets #MgrResource:size. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_size (MgrResource *self,
                       guint64      size)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_RESOURCE (self));

  g_mutex_lock (&self->lock);
  changed = self->size != size;
  mgr_resource_set_size_locked (self, size);
  self->size_serial++;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_SIZE);
}

/**
 * mgr_resource_get_safety:
 * @self: a resource
 *
 * Gets #MgrResource:safety. May be called from any thread.
 *
 * Returns: what a cleanup may do with it
 *
 * Since: 1.0
 */
MgrSafety
mgr_resource_get_safety (MgrResource *self)
{
  MgrSafety safety;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), MGR_SAFETY_PROTECTED);

  g_mutex_lock (&self->lock);
  safety = self->safety;
  g_mutex_unlock (&self->lock);

  return safety;
}

/**
 * mgr_resource_set_safety:
 * @self: a resource
 * @safety: what a cleanup may do with it
 *
 * Sets #MgrResource:safety by hand: rules no longer change it. Where a cleanup is
 * running, a resource made %MGR_SAFETY_PROTECTED before its turn is kept. May be
 * called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_safety (MgrResource *self,
                         MgrSafety    safety)
{
  gboolean changed;
  gboolean first;

  g_return_if_fail (MGR_IS_RESOURCE (self));
  g_return_if_fail ((guint) safety <= MGR_SAFETY_CAUTIOUS);

  g_mutex_lock (&self->lock);
  changed = self->safety != safety;
  first = !self->safety_set;
  self->safety = safety;
  self->safety_set = TRUE;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_SAFETY);
  if (first)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_SAFETY_SET);
}

/**
 * mgr_resource_get_safety_set:
 * @self: a resource
 *
 * Gets #MgrResource:safety-set. May be called from any thread.
 *
 * Returns: %TRUE if the safety was set by hand
 *
 * Since: 1.0
 */
gboolean
mgr_resource_get_safety_set (MgrResource *self)
{
  gboolean safety_set;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), FALSE);

  g_mutex_lock (&self->lock);
  safety_set = self->safety_set;
  g_mutex_unlock (&self->lock);

  return safety_set;
}

/**
 * mgr_resource_get_priority:
 * @self: a resource
 *
 * Gets #MgrResource:priority. May be called from any thread.
 *
 * Returns: the priority, 1 to 10
 *
 * Since: 1.0
 */
guint
mgr_resource_get_priority (MgrResource *self)
{
  guint priority;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), MGR_PRIORITY_DEFAULT);

  g_mutex_lock (&self->lock);
  priority = self->priority;
  g_mutex_unlock (&self->lock);

  return priority;
}

/**
 * mgr_resource_set_priority:
 * @self: a resource
 * @priority: how much it is worth keeping, 1 to 10
 *
 * Sets #MgrResource:priority. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_priority (MgrResource *self,
                           guint        priority)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_RESOURCE (self));
  g_return_if_fail (priority >= MGR_PRIORITY_MIN && priority <= MGR_PRIORITY_MAX);

  g_mutex_lock (&self->lock);
  changed = self->priority != priority;
  self->priority = priority;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_PRIORITY);
}

/**
 * mgr_resource_get_limit:
 * @self: a resource
 *
 * Gets #MgrResource:limit. May be called from any thread.
 *
 * Returns: the limit in bytes; 0 for none
 *
 * Since: 1.0
 */
guint64
mgr_resource_get_limit (MgrResource *self)
{
  guint64 limit;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), 0);

  g_mutex_lock (&self->lock);
  limit = self->limit;
  g_mutex_unlock (&self->lock);

  return limit;
}

/**
 * mgr_resource_set_limit:
 * @self: a resource
 * @limit: how many bytes it ought to hold at most; 0 for no limit
 *
 * Sets #MgrResource:limit. Nothing is freed by that. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_limit (MgrResource *self,
                        guint64      limit)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_RESOURCE (self));

  g_mutex_lock (&self->lock);
  changed = self->limit != limit;
  self->limit = limit;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_LIMIT);
}

/**
 * mgr_resource_is_over_limit:
 * @self: a resource
 *
 * Asks whether #MgrResource:size, as far as it is known, is above #MgrResource:limit.
 * May be called from any thread.
 *
 * Returns: %TRUE if there is a limit and the resource holds more
 *
 * Since: 1.0
 */
gboolean
mgr_resource_is_over_limit (MgrResource *self)
{
  gboolean over;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), FALSE);

  g_mutex_lock (&self->lock);
  over = self->limit > 0 && self->size > self->limit;
  g_mutex_unlock (&self->lock);

  return over;
}

/**
 * mgr_resource_get_lossy:
 * @self: a resource
 *
 * Gets #MgrResource:lossy. May be called from any thread.
 *
 * Returns: %TRUE if what it gives back is lost; %FALSE if it comes back by itself
 *
 * Since: 1.0
 */
gboolean
mgr_resource_get_lossy (MgrResource *self)
{
  gboolean lossy;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), FALSE);

  g_mutex_lock (&self->lock);
  lossy = self->lossy;
  g_mutex_unlock (&self->lock);

  return lossy;
}

/**
 * mgr_resource_set_lossy:
 * @self: a resource
 * @lossy: whether what it gives back has to be made again when it is wanted
 *
 * Sets #MgrResource:lossy. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_lossy (MgrResource *self,
                        gboolean     lossy)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_RESOURCE (self));

  lossy = !!lossy;
  g_mutex_lock (&self->lock);
  changed = self->lossy != lossy;
  self->lossy = lossy;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_LOSSY);
}

/**
 * mgr_resource_get_rebuild_cost:
 * @self: a resource
 *
 * Gets #MgrResource:rebuild-cost. May be called from any thread.
 *
 * Returns: microseconds; 0 if that is not known
 *
 * Since: 1.0
 */
gint64
mgr_resource_get_rebuild_cost (MgrResource *self)
{
  gint64 rebuild_cost;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), 0);

  g_mutex_lock (&self->lock);
  rebuild_cost = self->rebuild_cost;
  g_mutex_unlock (&self->lock);

  return rebuild_cost;
}

/**
 * mgr_resource_set_rebuild_cost:
 * @self: a resource
 * @rebuild_cost: how long it takes to make all of it again, in microseconds; 0 if that is not
 *    known
 *
 * Sets #MgrResource:rebuild-cost. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_rebuild_cost (MgrResource *self,
                               gint64       rebuild_cost)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_RESOURCE (self));
  g_return_if_fail (rebuild_cost >= 0);

  g_mutex_lock (&self->lock);
  changed = self->rebuild_cost != rebuild_cost;
  self->rebuild_cost = rebuild_cost;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_REBUILD_COST);
}

/**
 * mgr_resource_get_walk_cost:
 * @self: a resource
 *
 * Gets #MgrResource:walk-cost. May be called from any thread.
 *
 * Returns: microseconds; 0 if that is not known
 *
 * Since: 1.0
 */
gint64
mgr_resource_get_walk_cost (MgrResource *self)
{
  gint64 walk_cost;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), 0);

  g_mutex_lock (&self->lock);
  walk_cost = self->walk_cost;
  g_mutex_unlock (&self->lock);

  return walk_cost;
}

/**
 * mgr_resource_set_walk_cost:
 * @self: a resource
 * @walk_cost: how long it takes to find out what may go, in microseconds; 0 if that is not
 *    known
 *
 * Sets #MgrResource:walk-cost. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_walk_cost (MgrResource *self,
                            gint64       walk_cost)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_RESOURCE (self));
  g_return_if_fail (walk_cost >= 0);

  g_mutex_lock (&self->lock);
  changed = self->walk_cost != walk_cost;
  self->walk_cost = walk_cost;
  g_mutex_unlock (&self->lock);

  if (changed)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_WALK_COST);
}

/**
 * mgr_resource_get_component:
 * @self: a resource
 *
 * Gets #MgrResource:component. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the component whose memory it holds, or %NULL
 *
 * Since: 1.0
 */
MgrComponent *
mgr_resource_get_component (MgrResource *self)
{
  MgrComponent *component;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), NULL);

  g_mutex_lock (&self->lock);
  component = self->component != NULL ? g_object_ref (self->component) : NULL;
  g_mutex_unlock (&self->lock);

  return component;
}

/**
 * mgr_resource_set_component:
 * @self: a resource
 * @component: (nullable): the component whose memory it holds, or %NULL
 *
 * Sets #MgrResource:component. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_component (MgrResource  *self,
                            MgrComponent *component)
{
  g_autoptr (MgrComponent) before = NULL;

  g_return_if_fail (MGR_IS_RESOURCE (self));
  g_return_if_fail (component == NULL || MGR_IS_COMPONENT (component));

  g_mutex_lock (&self->lock);
  before = g_steal_pointer (&self->component);
  self->component = component != NULL ? g_object_ref (component) : NULL;
  g_mutex_unlock (&self->lock);

  if (before != component)
    mgr_resource_notify (self, MGR_RESOURCE_PROP_COMPONENT);
}
