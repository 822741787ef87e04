/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

/**
 * mgr_manager_register_group:
 * @self: a manager
 * @group: a group of resources
 * @error: return location for a #GError
 *
 * Lets cleanups know of a group, as mgr_cleaner_register_group() does.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_register_group (MgrManager        *self,
                            MgrResourceGroup  *group,
                            GError           **error)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);

  return mgr_cleaner_register_group (self->cleaner, group, error);
}

/**
 * mgr_manager_unregister_group:
 * @self: a manager
 * @group: a group of resources
 *
 * Lets cleanups forget a group.
 *
 * Returns: %TRUE if it was registered
 *
 * Since: 1.0
 */
gboolean
mgr_manager_unregister_group (MgrManager       *self,
                              MgrResourceGroup *group)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);

  return mgr_cleaner_unregister_group (self->cleaner, group);
}

/**
 * mgr_manager_restore:
 * @self: a manager
 * @name: the name of a resource
 * @error: return location for a #GError
 *
 * Brings back what cleanups took from a resource, or says why that cannot be, as
 * mgr_cleaner_restore() does.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_restore (MgrManager  *self,
                     const char  *name,
                     GError     **error)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);

  return mgr_cleaner_restore (self->cleaner, name, error);
}
