/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-call-private.h"
#include "reclaim/mgr-resource-group-private.h"
#include "reclaim/mgr-resource-private.h"

static gboolean
group_set_registry (MgrResourceGroup    *self,
                    MgrResourceRegistry *registry)
{
  g_autoptr (MgrResourceRegistry) before = NULL;

  g_mutex_lock (&self->lock);
  before = g_weak_ref_get (&self->registry);
  if (before == NULL)
    g_weak_ref_set (&self->registry, registry);
  g_mutex_unlock (&self->lock);

  return before == NULL;
}

static gboolean
group_has_lost_object (MgrResourceGroup *self)
{
  g_autoptr (GObject) object = mgr_resource_group_get_object (self);

  return self->lifeline != NULL && object == NULL;
}

static gboolean
group_register_all (MgrResourceGroup     *self,
                    MgrResourceRegistry  *registry,
                    GError              **error)
{
  g_autoptr (GPtrArray) resources = mgr_resource_group_list_resources (self);

  for (guint i = 0; i < resources->len; i++)
    {
      MgrResource *resource = g_ptr_array_index (resources, i);

      if (!mgr_resource_registry_contains (registry, resource)
          && !mgr_resource_registry_add (registry, resource, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
mgr_resource_group_attach (MgrResourceGroup     *self,
                           MgrResourceRegistry  *registry,
                           GError              **error)
{
  if (group_has_lost_object (self))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED,
                   "The group “%s” cannot be registered: the object whose parts it has is gone",
                   self->name);
      return FALSE;
    }

  if (!group_set_registry (self, registry))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
                   "The group “%s” is registered with another cleaner: unregister it there first",
                   self->name);
      return FALSE;
    }

  if (!group_register_all (self, registry, error))
    {
      mgr_resource_group_detach (self);
      return FALSE;
    }

  return TRUE;
}

void
mgr_resource_group_detach (MgrResourceGroup *self)
{
  g_autoptr (GPtrArray) resources = NULL;

  g_weak_ref_set (&self->registry, NULL);
  resources = mgr_resource_group_list_resources (self);
  for (guint i = 0; i < resources->len; i++)
    mgr_resource_unregister (g_ptr_array_index (resources, i));
}

/**
 * mgr_resource_group_unregister:
 * @self: a group
 *
 * Leaves the cleaner that it is registered with, with all its resources. May be called
 * from any thread, a handler too.
 *
 * Returns: %TRUE if it was registered
 *
 * Since: 1.0
 */
gboolean
mgr_resource_group_unregister (MgrResourceGroup *self)
{
  g_autoptr (MgrResourceRegistry) registry = NULL;

  g_return_val_if_fail (MGR_IS_RESOURCE_GROUP (self), FALSE);

  registry = g_weak_ref_get (&self->registry);
  return registry != NULL && mgr_resource_registry_remove_group (registry, self);
}

/* What can be brought back stays, so that it is known whom to ask. */
static gboolean
item_may_return (const MgrResourceGroupItem *item)
{
  return mgr_resource_get_missing (item->resource) > 0
         && mgr_resource_can_rebuild (item->resource);
}

/* The names of the items that were listed before and are not any more. */
static GPtrArray *
group_find_vanished (MgrResourceGroup   *self,
                     const char * const *names)
{
  GPtrArray *vanished = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) present = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  for (gsize i = 0; names[i] != NULL; i++)
    g_hash_table_add (present, (gpointer) names[i]);

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const MgrResourceGroupItem *item = value;

      if (item->listed && !g_hash_table_contains (present, name) && !item_may_return (item))
        g_ptr_array_add (vanished, g_strdup (name));
    }
  g_mutex_unlock (&self->lock);

  return vanished;
}

static void
group_add_new (MgrResourceGroup   *self,
               const char * const *names)
{
  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autoptr (MgrResource) known = mgr_resource_group_lookup (self, names[i]);
      g_autoptr (GError) error = NULL;

      if (known == NULL && *names[i] != '\0'
          && !mgr_resource_group_add_listed (self, names[i], &error))
        g_debug ("An item is left alone: %s", error->message);
    }
}

static void
group_look (MgrResourceGroup *self)
{
  g_autoptr (GObject) object = mgr_resource_group_get_object (self);
  g_autoptr (GPtrArray) vanished = NULL;
  g_auto (GStrv) names = NULL;

  if (self->lifeline != NULL && object == NULL)
    {
      mgr_resource_group_unregister (self);
      return;
    }

  mgr_reclaim_enter ();
  names = mgr_resource_group_emit_list_items (self);
  if (names != NULL)
    {
      vanished = group_find_vanished (self, (const char * const *) names);
      for (guint i = 0; i < vanished->len; i++)
        mgr_resource_group_remove (self, g_ptr_array_index (vanished, i));
      group_add_new (self, (const char * const *) names);
    }
  mgr_reclaim_leave ();
}

static gboolean
group_begin_update (MgrResourceGroup *self)
{
  gboolean begins;

  g_mutex_lock (&self->lock);
  begins = !self->updating;
  self->updating = TRUE;
  g_mutex_unlock (&self->lock);

  return begins;
}

static void
group_end_update (MgrResourceGroup *self)
{
  g_mutex_lock (&self->lock);
  self->updating = FALSE;
  g_mutex_unlock (&self->lock);
}

static void
group_look_cb (gpointer object,
               gpointer user_data)
{
  group_look (object);
}

/* Holds no reference, so that a context that is never iterated does not keep it. */
static void
group_looked_cb (gpointer data)
{
  g_autoptr (MgrResourceGroup) group = g_weak_ref_get (data);

  if (group != NULL)
    group_end_update (group);
  mgr_weak_box_free (data);
}

static void
group_look_there (MgrResourceGroup *self,
                  gint64            deadline)
{
  g_autoptr (MgrOwnerCall) posted =
    mgr_owner_call_post (self->context, self, group_look_cb,
                         mgr_weak_box_new (self), group_looked_cb);

  mgr_owner_call_wait (posted, deadline);
}

void
mgr_resource_group_refresh (MgrResourceGroup *self,
                            gint64            deadline)
{
  g_autoptr (MgrResourceGroup) keep_alive = g_object_ref (self);

  if (!mgr_resource_group_lists_items (self) || !group_begin_update (self))
    return;

  if (mgr_resource_group_is_owner (self))
    {
      group_look (self);
      group_end_update (self);
    }
  else
    {
      group_look_there (self, deadline);
    }
}

/**
 * mgr_resource_group_update:
 * @self: a group
 *
 * Has the group look again what items there are, which it does by itself whenever a
 * plan wants to know. In another thread than the owner's it is done once the main
 * context of that is iterated. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_group_update (MgrResourceGroup *self)
{
  g_return_if_fail (MGR_IS_RESOURCE_GROUP (self));

  mgr_resource_group_refresh (self, 0);
}
