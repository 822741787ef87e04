/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-resource-registry-private.h"

/**
 * mgr_cleaner_register_group:
 * @self: a cleaner
 * @group: what to clean from now on
 * @error: return location for a #GError
 *
 * Registers the resources of a group, and from now on each that is added to it, and
 * keeps a reference to it. In the thread that made the group it looks at once what items
 * there are.
 *
 * Fails with %MGR_ERROR_EXISTS where the group is registered, or another one of its
 * name, or a resource is called as one of its resources, and with %MGR_ERROR_CLOSED
 * where its object is gone; none of its resources is registered then. May be called from
 * any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_cleaner_register_group (MgrCleaner        *self,
                            MgrResourceGroup  *group,
                            GError           **error)
{
  g_return_val_if_fail (MGR_IS_CLEANER (self), FALSE);
  g_return_val_if_fail (MGR_IS_RESOURCE_GROUP (group), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return mgr_resource_registry_add_group (mgr_cleaner_get_registry (self), group, error);
}

/**
 * mgr_cleaner_unregister_group:
 * @self: a cleaner
 * @group: a group
 *
 * Forgets a group and its resources. May be called from any thread.
 *
 * Returns: %TRUE if it was registered
 *
 * Since: 1.0
 */
gboolean
mgr_cleaner_unregister_group (MgrCleaner       *self,
                              MgrResourceGroup *group)
{
  g_return_val_if_fail (MGR_IS_CLEANER (self), FALSE);
  g_return_val_if_fail (MGR_IS_RESOURCE_GROUP (group), FALSE);

  return mgr_resource_registry_remove_group (mgr_cleaner_get_registry (self), group);
}
