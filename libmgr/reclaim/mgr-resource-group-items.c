/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"
#include "reclaim/mgr-resource-group-private.h"
#include "reclaim/mgr-resource-private.h"

/* What the handlers of an item's resource know. */
typedef struct
{
  GWeakRef group;
  char *item; /* (owned) */
} ItemLink;

void
mgr_resource_group_item_free (gpointer data)
{
  MgrResourceGroupItem *item = data;

  g_object_unref (item->resource);
  g_free (item);
}

static void
item_link_free (gpointer  data,
                GClosure *closure)
{
  ItemLink *link = data;

  g_weak_ref_clear (&link->group);
  g_free (link->item);
  g_free (link);
}

static ItemLink *
item_link_new (MgrResourceGroup *self,
               const char       *item)
{
  ItemLink *link = g_new0 (ItemLink, 1);

  g_weak_ref_init (&link->group, self);
  link->item = g_strdup (item);
  return link;
}

static guint64
item_measure_cb (MgrResource *resource,
                 gpointer     user_data)
{
  ItemLink *link = user_data;
  g_autoptr (MgrResourceGroup) group = g_weak_ref_get (&link->group);
  guint64 size;

  if (group == NULL || !mgr_resource_group_measures_items (group))
    return mgr_resource_get_size (resource);

  size = mgr_resource_group_emit_item_size (group, link->item);
  return size >= mgr_resource_group_get_minimum_size (group) ? size : 0;
}

static guint64
item_reclaim_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  ItemLink *link = user_data;
  g_autoptr (MgrResourceGroup) group = g_weak_ref_get (&link->group);
  guint64 freed;

  if (group == NULL)
    return 0;

  freed = mgr_resource_group_emit_drop_item (group, link->item);
  if (freed > 0)
    mgr_resource_set_dropped (resource, mgr_resource_group_get_part (group, link->item) == 0);
  return freed;
}

guint64
mgr_resource_group_get_part (MgrResourceGroup *self,
                             const char       *item)
{
  guint64 size;

  if (!mgr_resource_group_measures_items (self))
    return 0;

  mgr_reclaim_enter ();
  size = mgr_resource_group_emit_item_size (self, item);
  mgr_reclaim_leave ();

  return size;
}

static MgrResource *
group_create_resource (MgrResourceGroup *self,
                       const char       *item,
                       guint64           size)
{
  g_autofree char *name = g_strconcat (self->name, ".", item, NULL);
  g_autoptr (GObject) object = mgr_resource_group_get_object (self);
  MgrResource *resource = mgr_resource_new_item (name, item, self);

  g_signal_connect_data (resource, "measure", G_CALLBACK (item_measure_cb),
                         item_link_new (self, item), item_link_free, 0);
  g_signal_connect_data (resource, "reclaim", G_CALLBACK (item_reclaim_cb),
                         item_link_new (self, item), item_link_free, 0);
  if (object != NULL)
    mgr_resource_bind_object (resource, object);
  mgr_resource_set_size (resource, size);
  return resource;
}

/* Takes a reference to @resource. */
static gboolean
group_insert (MgrResourceGroup *self,
              const char       *name,
              MgrResource      *resource,
              gboolean          listed)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  MgrResourceGroupItem *item;

  if (g_hash_table_contains (self->items, name))
    return FALSE;

  item = g_new0 (MgrResourceGroupItem, 1);
  item->resource = g_object_ref (resource);
  item->serial = ++self->last_serial;
  item->listed = listed;
  g_hash_table_insert (self->items, g_strdup (name), item);
  return TRUE;
}

typedef struct
{
  char *item;            /* (owned) */
  MgrResource *resource; /* (owned) */
} Added;

static void
added_free (gpointer data)
{
  Added *added = data;

  g_object_unref (added->resource);
  g_free (added->item);
  g_free (added);
}

static void
emit_item_added_cb (gpointer object,
                    gpointer user_data)
{
  const Added *added = user_data;

  mgr_resource_group_emit_item_added (object, added->item, added->resource);
}

static void
group_post_item_added (MgrResourceGroup *self,
                       const char       *item,
                       MgrResource      *resource)
{
  Added *added = g_new0 (Added, 1);

  added->item = g_strdup (item);
  added->resource = g_object_ref (resource);
  mgr_owner_context_post (self->context, self, emit_item_added_cb, added, added_free);
}

static gboolean
group_register (MgrResourceGroup  *self,
                MgrResource       *resource,
                GError           **error)
{
  g_autoptr (MgrResourceRegistry) registry = g_weak_ref_get (&self->registry);

  return registry == NULL
         || mgr_resource_registry_contains (registry, resource)
         || mgr_resource_registry_add (registry, resource, error);
}

static gboolean
group_add (MgrResourceGroup  *self,
           const char        *item,
           guint64            size,
           gboolean           listed,
           GError           **error)
{
  g_autoptr (MgrResource) resource = group_create_resource (self, item, size);

  if (!group_insert (self, item, resource, listed))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
                   "The group “%s” has an item “%s” already: remove it first, "
                   "or set its size", self->name, item);
      return FALSE;
    }

  if (mgr_resource_group_is_owner (self))
    mgr_resource_group_emit_item_added (self, item, resource);
  else
    group_post_item_added (self, item, resource);

  if (!group_register (self, resource, error))
    {
      mgr_resource_group_remove (self, item);
      return FALSE;
    }

  return TRUE;
}

gboolean
mgr_resource_group_add_listed (MgrResourceGroup  *self,
                               const char        *item,
                               GError           **error)
{
  return group_add (self, item, 0, TRUE, error);
}

/**
 * mgr_resource_group_add:
 * @self: a group
 * @item: what to call it; unique within the group
 * @size: how many bytes it holds
 * @error: return location for a #GError
 *
 * Adds an item. If the group is registered, so is the resource that stands for it.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @item is empty, and with
 * %MGR_ERROR_EXISTS where there is one of that name, or a resource that was registered
 * otherwise is called as this one would be. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_resource_group_add (MgrResourceGroup  *self,
                        const char        *item,
                        guint64            size,
                        GError           **error)
{
  g_return_val_if_fail (MGR_IS_RESOURCE_GROUP (self), FALSE);
  g_return_val_if_fail (item != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (*item == '\0')
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "An item of the group “%s” needs a name", self->name);
      return FALSE;
    }

  return group_add (self, item, size, FALSE, error);
}

/**
 * mgr_resource_group_remove:
 * @self: a group
 * @item: the name of an item
 *
 * Removes an item. The resource that stands for it is unregistered. May be called from
 * any thread, a handler too.
 *
 * Returns: %TRUE if there was one
 *
 * Since: 1.0
 */
gboolean
mgr_resource_group_remove (MgrResourceGroup *self,
                           const char       *item)
{
  g_autoptr (MgrResource) resource = NULL;
  const MgrResourceGroupItem *found;

  g_return_val_if_fail (MGR_IS_RESOURCE_GROUP (self), FALSE);
  g_return_val_if_fail (item != NULL, FALSE);

  g_mutex_lock (&self->lock);
  found = g_hash_table_lookup (self->items, item);
  if (found != NULL)
    resource = g_object_ref (found->resource);
  g_hash_table_remove (self->items, item);
  g_mutex_unlock (&self->lock);

  if (resource != NULL)
    mgr_resource_unregister (resource);
  return resource != NULL;
}

/**
 * mgr_resource_group_lookup:
 * @self: a group
 * @item: the name of an item
 *
 * Finds what stands for an item. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the resource, or %NULL if there is no such item
 *
 * Since: 1.0
 */
MgrResource *
mgr_resource_group_lookup (MgrResourceGroup *self,
                           const char       *item)
{
  MgrResource *resource;
  const MgrResourceGroupItem *found;

  g_return_val_if_fail (MGR_IS_RESOURCE_GROUP (self), NULL);
  g_return_val_if_fail (item != NULL, NULL);

  g_mutex_lock (&self->lock);
  found = g_hash_table_lookup (self->items, item);
  resource = found != NULL ? g_object_ref (found->resource) : NULL;
  g_mutex_unlock (&self->lock);

  return resource;
}

static int
compare_serials (gconstpointer a,
                 gconstpointer b)
{
  const MgrResourceGroupItem *left = *(const MgrResourceGroupItem *const *) a;
  const MgrResourceGroupItem *right = *(const MgrResourceGroupItem *const *) b;

  return left->serial < right->serial ? -1 : left->serial > right->serial;
}

/**
 * mgr_resource_group_list_resources:
 * @self: a group
 *
 * Lists what stands for the items, in the order in which they were added. May be called
 * from any thread.
 *
 * Returns: (transfer container) (element-type MgrResource): the resources
 *
 * Since: 1.0
 */
GPtrArray *
mgr_resource_group_list_resources (MgrResourceGroup *self)
{
  g_autoptr (GPtrArray) items = NULL;
  GPtrArray *resources;
  GHashTableIter iter;
  gpointer value;

  g_return_val_if_fail (MGR_IS_RESOURCE_GROUP (self), NULL);

  items = g_ptr_array_new ();
  resources = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (items, value);
  g_ptr_array_sort (items, compare_serials);
  for (guint i = 0; i < items->len; i++)
    {
      const MgrResourceGroupItem *item = g_ptr_array_index (items, i);

      g_ptr_array_add (resources, g_object_ref (item->resource));
    }
  g_mutex_unlock (&self->lock);

  return resources;
}
