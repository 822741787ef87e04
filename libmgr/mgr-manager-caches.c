/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "cache/mgr-cache-private.h"
#include "reclaim/mgr-resource-private.h"

/* As for other names that are shown: a line of a table holds no more. */
#define NAME_LENGTH_MAX 255

GParamSpec *
mgr_manager_describe_caches (void)
{
  /**
   * MgrManager:caches:
   *
   * The caches that were added, as #MgrCache. The list changes in the owner's context and
   * is to be read there.
   *
   * Since: 1.0
   */
  return g_param_spec_object ("caches", NULL, NULL, G_TYPE_LIST_MODEL,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

/**
 * mgr_manager_get_caches:
 * @self: a manager
 *
 * Gets the caches that were added. The list changes in the owner's context and is to be
 * read there.
 *
 * Returns: (transfer none): a list of #MgrCache
 *
 * Since: 1.0
 */
GListModel *
mgr_manager_get_caches (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return mgr_member_list_get_model (self->caches);
}

static gboolean
check_name (const char  *name,
            GError     **error)
{
  g_autofree char *shown = NULL;

  if (*name != '\0' && strlen (name) <= NAME_LENGTH_MAX && g_utf8_validate (name, -1, NULL))
    return TRUE;

  shown = g_utf8_make_valid (name, -1);
  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "“%s” cannot name a cache that is added: use 1 to %d bytes of UTF-8",
               shown, NAME_LENGTH_MAX);
  return FALSE;
}

static gboolean
check_cache (MgrManager  *self,
             MgrCache    *cache,
             GError     **error)
{
  MgrComponent *component = mgr_cache_get_component (cache);

  if (!check_name (mgr_cache_get_name (cache), error))
    return FALSE;

  if (component != NULL && component->ledger != self->ledger)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "Cache “%s” is charged to component “%s” of another manager: add it there",
                   mgr_cache_get_name (cache), mgr_component_display_path (component));
      return FALSE;
    }

  return TRUE;
}

/* Whatever goes can be had again, and a cache may lose entries at any time: so it is SAFE. */
static MgrResource *
resource_new_for_cache (MgrCache *cache)
{
  MgrResource *resource = mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (cache));

  mgr_resource_set_component (resource, mgr_cache_get_component (cache));
  mgr_resource_set_safety (resource, MGR_SAFETY_SAFE);
  return resource;
}

/**
 * mgr_manager_add_cache:
 * @self: a manager
 * @cache: a cache
 * @error: return location for a #GError
 *
 * Makes a cache known: reports, D-Bus and `mgrctl caches` show it, and cleanups and
 * requests of others may have it give memory back. For them it is a resource of the same
 * name and component in mgr_cleaner_get_resources(), and %MGR_SAFETY_SAFE unless you say
 * otherwise there; see also #MgrCache:resist-pressure. The cache begins to watch what other
 * sizes would be worth, see mgr_cache_predict().
 *
 * The manager keeps the cache until mgr_manager_remove_cache(). A name that another cache
 * or resource has is %MGR_ERROR_EXISTS; one that is empty, longer than 255 bytes or not
 * UTF-8, and a cache that is charged to another manager's component, are
 * %MGR_ERROR_INVALID_ARGUMENT. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_add_cache (MgrManager  *self,
                       MgrCache    *cache,
                       GError     **error)
{
  g_autoptr (MgrResource) resource = NULL;
  double hit_ratio;

  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (MGR_IS_CACHE (cache), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_cache (self, cache, error))
    return FALSE;

  resource = resource_new_for_cache (cache);
  if (!mgr_member_list_add (self->caches, cache, resource, error))
    return FALSE;

  /* A cache watches what other sizes would be worth once it is asked, and the answer should
   * be there by the time that a cleanup or a person wants it. */
  mgr_cache_predict (cache, 1.0, &hit_ratio);
  return TRUE;
}

/**
 * mgr_manager_remove_cache:
 * @self: a manager
 * @cache: a cache
 *
 * Lets go of a cache that was added. The cache itself goes on. May be called from any
 * thread.
 *
 * Returns: %TRUE if it had been added
 *
 * Since: 1.0
 */
gboolean
mgr_manager_remove_cache (MgrManager *self,
                          MgrCache   *cache)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (MGR_IS_CACHE (cache), FALSE);

  return mgr_member_list_remove (self->caches, cache);
}

/**
 * mgr_manager_lookup_cache:
 * @self: a manager
 * @name: the name of a cache
 *
 * Finds a cache that was added. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the cache, or %NULL
 *
 * Since: 1.0
 */
MgrCache *
mgr_manager_lookup_cache (MgrManager *self,
                          const char *name)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return mgr_member_list_lookup (self->caches, name);
}
