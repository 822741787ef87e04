/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-resource-private.h"

static gboolean
access_refuse (MgrResource  *self,
               GError      **error)
{
  if (mgr_reclaim_in_progress ())
    g_set_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
                 "“%s” is being cleaned, and a handler of a cleanup asked to use it: it would "
                 "wait for itself. Ask after the handler has returned", self->name);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT,
                 "“%s” is being cleaned for more than %" G_GINT64_FORMAT " ms: its handler of "
                 "“reclaim” should return sooner",
                 self->name, self->deadline / G_TIME_SPAN_MILLISECOND);

  return FALSE;
}

/**
 * mgr_resource_begin_access:
 * @self: a resource
 * @error: return location for a #GError
 *
 * Pins the resource: until as many calls of mgr_resource_end_access() it is in no
 * plan, and no handler of #MgrResource::reclaim runs.
 *
 * Where such a handler is running in another thread, this waits until it has
 * returned, so that what is used afterwards is what the handler left. It fails with
 * %MGR_ERROR_TIMED_OUT if that takes more than 5 s. A handler that a cleanup called
 * never waits: inside of one this fails at once with %MGR_ERROR_WOULD_DEADLOCK if the
 * resource is being cleaned, whichever it is. Where it fails nothing is pinned.
 *
 * Takes one lock that is hardly ever contended. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_resource_begin_access (MgrResource  *self,
                           GError      **error)
{
  gint64 deadline;
  gboolean begins;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_mutex_lock (&self->lock);
  if (self->reclaiming && !mgr_reclaim_in_progress ())
    {
      deadline = g_get_monotonic_time () + self->deadline;
      while (self->reclaiming && g_cond_wait_until (&self->left, &self->lock, deadline))
        continue;
    }
  begins = !self->reclaiming;
  if (begins)
    self->accesses++;
  g_mutex_unlock (&self->lock);

  return begins || access_refuse (self, error);
}

/**
 * mgr_resource_end_access:
 * @self: a resource
 * @error: return location for a #GError
 *
 * Ends what mgr_resource_begin_access() began, in any thread.
 *
 * Fails with %MGR_ERROR_DOUBLE_RELEASE where nothing has begun that has not ended.
 * May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_resource_end_access (MgrResource  *self,
                         GError      **error)
{
  gboolean ends;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_mutex_lock (&self->lock);
  ends = self->accesses > 0;
  if (ends)
    self->accesses--;
  g_mutex_unlock (&self->lock);

  if (!ends)
    g_set_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE,
                 "An access to “%s” ended that had not begun: end each one that succeeded to "
                 "begin, once", self->name);
  return ends;
}

/**
 * mgr_resource_is_pinned:
 * @self: a resource
 *
 * Asks whether the resource is being used, see mgr_resource_begin_access(). May be
 * called from any thread.
 *
 * Returns: %TRUE if an access has begun that has not ended
 *
 * Since: 1.0
 */
gboolean
mgr_resource_is_pinned (MgrResource *self)
{
  gboolean pinned;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), FALSE);

  g_mutex_lock (&self->lock);
  pinned = self->accesses > 0;
  g_mutex_unlock (&self->lock);

  return pinned;
}
