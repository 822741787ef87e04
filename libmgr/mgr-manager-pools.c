/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "pool/mgr-pool-private.h"
#include "reclaim/mgr-resource-private.h"

GParamSpec *
mgr_manager_describe_pools (void)
{
  /**
   * MgrManager:pools:
   *
   * The pools that were added, as #MgrPool. The list changes in the owner's context and is
   * to be read there.
   *
   * Since: 1.0
   */
  return g_param_spec_object ("pools", NULL, NULL, G_TYPE_LIST_MODEL,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

/**
 * mgr_manager_get_pools:
 * @self: a manager
 *
 * Gets the pools that were added. The list changes in the owner's context and is to be
 * read there.
 *
 * Returns: (transfer none): a list of #MgrPool
 *
 * Since: 1.0
 */
GListModel *
mgr_manager_get_pools (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return mgr_member_list_get_model (self->pools);
}

static gboolean
check_pool (MgrManager  *self,
            MgrPool     *pool,
            GError     **error)
{
  MgrComponent *component = mgr_pool_get_component (pool);

  if (!mgr_pool_check_name (mgr_pool_get_name (pool), error))
    return FALSE;

  if (component != NULL && component->ledger != self->ledger)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "Pool “%s” is charged to component “%s” of another manager: add it there",
                   mgr_pool_get_name (pool), mgr_component_display_path (component));
      return FALSE;
    }

  return TRUE;
}

/* What a pool gives back it holds free, or was told that it may take: so it is SAFE. Where
 * it has to ask anybody it is asked where it lives. */
static MgrResource *
resource_new_for_pool (MgrPool *pool)
{
  MgrResource *resource = mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (pool));

  mgr_resource_set_owner (resource, mgr_pool_get_context (pool), mgr_pool_get_thread (pool));
  mgr_resource_set_component (resource, mgr_pool_get_component (pool));
  mgr_resource_set_safety (resource, MGR_SAFETY_SAFE);
  return resource;
}

/**
 * mgr_manager_add_pool:
 * @self: a manager
 * @pool: a pool
 * @error: return location for a #GError
 *
 * Makes a pool known: reports, D-Bus and `mgrctl pools` show it, and cleanups and requests
 * of others may have it give memory back. For them it is a resource of the same name and
 * component in mgr_cleaner_get_resources(), and %MGR_SAFETY_SAFE unless you say otherwise
 * there.
 *
 * The manager keeps the pool until mgr_manager_remove_pool(). A name that another pool or
 * resource has is %MGR_ERROR_EXISTS; a pool that is charged to another manager's component,
 * %MGR_ERROR_INVALID_ARGUMENT. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_add_pool (MgrManager  *self,
                      MgrPool     *pool,
                      GError     **error)
{
  g_autoptr (MgrResource) resource = NULL;

  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (MGR_IS_POOL (pool), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_pool (self, pool, error))
    return FALSE;

  resource = resource_new_for_pool (pool);
  return mgr_member_list_add (self->pools, pool, resource, error);
}

/**
 * mgr_manager_remove_pool:
 * @self: a manager
 * @pool: a pool
 *
 * Lets go of a pool that was added. The pool itself goes on. May be called from any thread.
 *
 * Returns: %TRUE if it had been added
 *
 * Since: 1.0
 */
gboolean
mgr_manager_remove_pool (MgrManager *self,
                         MgrPool    *pool)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (MGR_IS_POOL (pool), FALSE);

  return mgr_member_list_remove (self->pools, pool);
}

/**
 * mgr_manager_lookup_pool:
 * @self: a manager
 * @name: the name of a pool
 *
 * Finds a pool that was added. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the pool, or %NULL
 *
 * Since: 1.0
 */
MgrPool *
mgr_manager_lookup_pool (MgrManager *self,
                         const char *name)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return mgr_member_list_lookup (self->pools, name);
}
