/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"
#include "reclaim/mgr-heap-reclaimer.h"
#include "reclaim/mgr-resource-private.h"
#include "reclaim/mgr-resource-registry-private.h"

/* A resource knows the registries it is in, so that it can leave them when the
 * object goes that it must not outlive, in whatever thread that is. */

static void
home_clear (gpointer home)
{
  g_weak_ref_clear (home);
}

void
mgr_resource_home_release (gpointer home)
{
  g_atomic_rc_box_release_full (home, home_clear);
}

GPtrArray *
mgr_resource_homes_new (void)
{
  return g_ptr_array_new_with_free_func (mgr_resource_home_release);
}

gboolean
mgr_resource_join (MgrResource *self,
                   GWeakRef    *home)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->orphaned)
    return FALSE;

  g_ptr_array_add (self->homes, g_atomic_rc_box_acquire (home));
  return TRUE;
}

/* The registry is there, and so the share that is dropped is not the last. */
void
mgr_resource_leave (MgrResource *self,
                    GWeakRef    *home)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_ptr_array_remove_fast (self->homes, home);
}

/**
 * mgr_resource_unregister:
 * @self: a resource
 *
 * Leaves the cleaner that it is registered with, whichever that is. A cleanup that is
 * running does not ask it any more. May be called from any thread, a handler of
 * #MgrResource::reclaim too.
 *
 * Returns: %TRUE if it was registered
 *
 * Since: 1.0
 */
gboolean
mgr_resource_unregister (MgrResource *self)
{
  g_autoptr (GPtrArray) homes = NULL;
  gboolean was_registered = FALSE;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), FALSE);

  g_mutex_lock (&self->lock);
  homes = g_steal_pointer (&self->homes);
  self->homes = mgr_resource_homes_new ();
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < homes->len; i++)
    {
      g_autoptr (MgrResourceRegistry) registry = g_weak_ref_get (g_ptr_array_index (homes, i));

      if (registry != NULL && mgr_resource_registry_remove (registry, self))
        was_registered = TRUE;
    }

  return was_registered;
}

static void
object_lost (gpointer     holder,
             MgrLifeline *lifeline)
{
  MgrResource *self = holder;
  gboolean orphaned;

  /* The object is being disposed of, in any thread: what handlers hold may refer to it
   * weakly, and is not to be let go before all who do have been told. */
  mgr_owner_context_unref (self->context, g_object_ref (self));

  g_mutex_lock (&self->lock);
  if (lifeline == self->lifeline || lifeline == self->reclaimer)
    self->orphaned = TRUE;
  orphaned = self->orphaned;
  g_mutex_unlock (&self->lock);

  if (orphaned)
    mgr_resource_unregister (self);
}

void
mgr_resource_set_reclaimer (MgrResource  *self,
                            MgrReclaimer *reclaimer)
{
  self->reclaimer_is_thread_safe = mgr_reclaimer_is_thread_safe (reclaimer);
  self->reclaimer_is_heap = MGR_IS_HEAP_RECLAIMER (reclaimer);
  self->reclaimer = mgr_lifeline_new (G_OBJECT (reclaimer), G_OBJECT (self), object_lost);
}

/**
 * mgr_resource_bind_object:
 * @self: a resource
 * @object: (nullable): what it must not outlive, or %NULL for nothing
 *
 * Ties the resource to an object of the program's, which it does not keep alive:
 * when that goes, in whatever thread, the resource leaves its cleaner, is never
 * asked again and cannot be registered again. While its handlers run, the object is
 * kept alive.
 *
 * Only the object given last counts, once one has gone none. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_resource_bind_object (MgrResource *self,
                          GObject     *object)
{
  MgrLifeline *lifeline = NULL;
  MgrLifeline *before;

  g_return_if_fail (MGR_IS_RESOURCE (self));
  g_return_if_fail (object == NULL || G_IS_OBJECT (object));

  if (object != NULL)
    lifeline = mgr_lifeline_new (object, G_OBJECT (self), object_lost);

  g_mutex_lock (&self->lock);
  before = self->lifeline;
  self->lifeline = lifeline;
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&before, mgr_lifeline_cut);
}

static MgrLifeline *
resource_ref_lifeline (MgrResource *self,
                       gboolean    *out_orphaned)
{
  MgrLifeline *lifeline;

  g_mutex_lock (&self->lock);
  lifeline = self->lifeline != NULL ? mgr_lifeline_ref (self->lifeline) : NULL;
  *out_orphaned = self->orphaned;
  g_mutex_unlock (&self->lock);

  return lifeline;
}

/**
 * mgr_resource_get_bound_object:
 * @self: a resource
 *
 * Gets the object given to mgr_resource_bind_object(). May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the object, or %NULL if there is none, or none
 *    any more
 *
 * Since: 1.0
 */
GObject *
mgr_resource_get_bound_object (MgrResource *self)
{
  g_autoptr (MgrLifeline) lifeline = NULL;
  gboolean orphaned;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), NULL);

  lifeline = resource_ref_lifeline (self, &orphaned);
  return lifeline != NULL ? mgr_lifeline_dup_object (lifeline) : NULL;
}

/**
 * mgr_resource_get_reclaimer:
 * @self: a resource
 *
 * Gets #MgrResource:reclaimer. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the reclaimer, or %NULL if there is none, or
 *    none any more
 *
 * Since: 1.0
 */
MgrReclaimer *
mgr_resource_get_reclaimer (MgrResource *self)
{
  g_return_val_if_fail (MGR_IS_RESOURCE (self), NULL);

  return self->reclaimer != NULL ? (MgrReclaimer *) mgr_lifeline_dup_object (self->reclaimer)
                                 : NULL;
}

gboolean
mgr_resource_hold (MgrResource     *self,
                   MgrResourceHold *hold)
{
  gboolean orphaned;
  g_autoptr (MgrLifeline) lifeline = resource_ref_lifeline (self, &orphaned);

  hold->object = lifeline != NULL ? mgr_lifeline_dup_object (lifeline) : NULL;
  hold->reclaimer = mgr_resource_get_reclaimer (self);

  return !orphaned
         && (lifeline == NULL || hold->object != NULL)
         && (self->reclaimer == NULL || hold->reclaimer != NULL);
}

void
mgr_resource_hold_clear (MgrResourceHold *hold)
{
  g_clear_object (&hold->object);
  g_clear_object (&hold->reclaimer);
}
