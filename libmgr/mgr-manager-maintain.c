/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "reclaim/mgr-reclaim-private.h"

/* Everything that waits has a deadline. */
#define DEADLINE (5 * G_TIME_SPAN_SECOND)

/**
 * mgr_manager_maintain:
 * @self: a manager
 *
 * Maintains all SAFE resources now that are not in use: #MgrResource::maintain is
 * emitted, and where a resource holds more than #MgrResource:limit still,
 * #MgrResource::reclaim for the rest. How much memory there is plays no part. The same
 * happens by itself, for each resource at its #MgrResource:maintenance-interval or at
 * #MgrManager:maintenance-interval, which this does not put off.
 *
 * Each is asked where it lives, and waited for; what has not answered within 5 s
 * altogether does not count. Inside a handler of a cleanup nothing is done. May be
 * called from any thread.
 *
 * Returns: the bytes that handlers say they freed
 *
 * Since: 1.0
 */
guint64
mgr_manager_maintain (MgrManager *self)
{
  g_autoptr (MgrManager) keep_alive = NULL;
  g_autoptr (GPtrArray) resources = NULL;

  g_return_val_if_fail (MGR_IS_MANAGER (self), 0);

  if (mgr_reclaim_in_progress ())
    {
      g_debug ("No maintenance inside a handler of a cleanup, which is part of one");
      return 0;
    }

  keep_alive = g_object_ref (self);
  resources = mgr_release_list_get_all (self->release_list);
  return mgr_maintenance_run (self->clock, self->cleaner, resources,
                              g_get_monotonic_time () + DEADLINE);
}

/**
 * mgr_manager_get_maintenance_interval:
 * @self: a manager
 *
 * Gets #MgrManager:maintenance-interval. May be called from any thread.
 *
 * Returns: microseconds; 0 for none
 *
 * Since: 1.0
 */
gint64
mgr_manager_get_maintenance_interval (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), 0);

  return mgr_maintenance_get_interval (self->maintenance);
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify (object, "maintenance-interval");
}

/**
 * mgr_manager_set_maintenance_interval:
 * @self: a manager
 * @maintenance_interval: microseconds; 0 for none
 *
 * Sets #MgrManager:maintenance-interval. The next maintenance comes so long after
 * this. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_manager_set_maintenance_interval (MgrManager *self,
                                      gint64      maintenance_interval)
{
  g_return_if_fail (MGR_IS_MANAGER (self));
  g_return_if_fail (maintenance_interval >= 0);

  if (mgr_maintenance_get_interval (self->maintenance) == maintenance_interval)
    return;

  mgr_maintenance_set_interval (self->maintenance, maintenance_interval);
  mgr_owner_context_post (self->context, self, notify_cb, NULL, NULL);
}
