/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-heap-reclaimer-private.h"

/* What malloc holds free nobody misses; it is asked last, for it grows by what the
 * others free. */
void
mgr_manager_set_up_heap (MgrManager *self)
{
  MgrHeapReclaimer *reclaimer = mgr_cleaner_get_heap (self->cleaner);

  if (!mgr_heap_reclaimer_is_available ())
    return;

  self->heap = mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (reclaimer));
  mgr_resource_set_safety (self->heap, MGR_SAFETY_SAFE);
  mgr_cleaner_register (self->cleaner, self->heap, NULL);
}

/**
 * mgr_manager_get_automatic_cleanup:
 * @self: a manager
 *
 * Whether rising pressure cleans by itself.
 *
 * Returns: %TRUE if it does
 *
 * Since: 1.0
 */
gboolean
mgr_manager_get_automatic_cleanup (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);

  return mgr_cleanup_trigger_get_enabled (self->trigger);
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify (object, "automatic-cleanup");
}

/**
 * mgr_manager_set_automatic_cleanup:
 * @self: a manager
 * @automatic_cleanup: whether to clean
 *
 * Sets whether rising pressure cleans by itself.
 *
 * Since: 1.0
 */
void
mgr_manager_set_automatic_cleanup (MgrManager *self,
                                   gboolean    automatic_cleanup)
{
  g_return_if_fail (MGR_IS_MANAGER (self));

  if (mgr_manager_get_automatic_cleanup (self) == !!automatic_cleanup)
    return;

  mgr_cleanup_trigger_set_enabled (self->trigger, automatic_cleanup);
  mgr_owner_context_post (self->context, self, notify_cb, NULL, NULL);
}

/**
 * mgr_manager_register_resource:
 * @self: a manager
 * @resource: a resource
 * @error: return location for a #GError
 *
 * Lets cleanups know of a resource, as mgr_cleaner_register() does.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_register_resource (MgrManager   *self,
                               MgrResource  *resource,
                               GError      **error)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);

  return mgr_cleaner_register (self->cleaner, resource, error);
}

/**
 * mgr_manager_unregister_resource:
 * @self: a manager
 * @resource: a resource
 *
 * Lets cleanups forget a resource.
 *
 * Returns: %TRUE if it was registered
 *
 * Since: 1.0
 */
gboolean
mgr_manager_unregister_resource (MgrManager  *self,
                                 MgrResource *resource)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);

  return mgr_cleaner_unregister (self->cleaner, resource);
}

/**
 * mgr_manager_cleanup:
 * @self: a manager
 * @strategy: how far to go
 * @force: whether CAUTIOUS resources may be cleaned too
 * @safe_mode: whether to keep to the rules of safety; see mgr_cleaner_cleanup()
 * @error: return location for a #GError
 *
 * Takes memory back now, as mgr_cleaner_cleanup() does. PROTECTED resources are
 * never touched.
 *
 * Returns: (transfer full): what was cleaned, what was kept, and what came back
 *
 * Since: 1.0
 */
MgrCleanupReport *
mgr_manager_cleanup (MgrManager          *self,
                     MgrCleanupStrategy   strategy,
                     gboolean             force,
                     gboolean             safe_mode,
                     GError             **error)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return mgr_cleaner_cleanup (self->cleaner, strategy, force, safe_mode, error);
}
