/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-bus-tree-private.h"

#include "service/mgr-exported-component-private.h"

/* A component and what is below it. */
struct _MgrBusTree
{
  GDBusObjectManagerServer *server; /* (owned) */
  MgrComponent *component;          /* (owned) */
  char *object_path;                /* (owned) (nullable): NULL for the root, which
                                     * is the manager's own object */
  GListModel *model;                /* (owned) */
  gulong changed_id;
  GHashTable *children;             /* (owned) (element-type MgrComponent MgrBusTree) */
};

static GHashTable *
children_table_new (void)
{
  return g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) mgr_bus_tree_free);
}

static MgrBusTree *tree_new (GDBusObjectManagerServer *server,
                             MgrComponent             *component);

static void
tree_add_child (MgrBusTree   *self,
                MgrComponent *component)
{
  g_autoptr (MgrExportedComponent) exported = mgr_exported_component_new (component);
  g_autoptr (MgrBusObjectSkeleton) object = NULL;
  g_autofree char *object_path = NULL;
  MgrBusTree *child;

  object_path = mgr_exported_component_object_path (mgr_component_get_path (component));
  object = mgr_bus_object_skeleton_new (object_path);
  mgr_bus_object_skeleton_set_component1 (object, MGR_BUS_COMPONENT1 (exported));
  g_dbus_object_manager_server_export (self->server, G_DBUS_OBJECT_SKELETON (object));

  child = tree_new (self->server, component);
  child->object_path = g_steal_pointer (&object_path);
  g_hash_table_insert (self->children, component, child);
}

/* Compares the list with what is exported instead of following positions: a
 * component may have been replaced by one of the same name in between, and its
 * object must go before the new one comes. */
static void
tree_sync (MgrBusTree *self)
{
  g_autoptr (GHashTable) gone = g_steal_pointer (&self->children);
  guint n_items = g_list_model_get_n_items (self->model);

  self->children = children_table_new ();
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (MgrComponent) component = g_list_model_get_item (self->model, i);
      gpointer child = NULL;

      if (g_hash_table_steal_extended (gone, component, NULL, &child))
        g_hash_table_insert (self->children, component, child);
    }
  g_hash_table_remove_all (gone);

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (MgrComponent) component = g_list_model_get_item (self->model, i);

      if (!g_hash_table_contains (self->children, component))
        tree_add_child (self, component);
    }
}

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  tree_sync (user_data);
}

static MgrBusTree *
tree_new (GDBusObjectManagerServer *server,
          MgrComponent             *component)
{
  MgrBusTree *self = g_new0 (MgrBusTree, 1);

  self->server = g_object_ref (server);
  self->component = g_object_ref (component);
  self->model = g_object_ref (mgr_component_get_children (component));
  self->children = children_table_new ();
  self->changed_id = g_signal_connect (self->model, "items-changed",
                                       G_CALLBACK (items_changed_cb), self);
  tree_sync (self);

  return self;
}

MgrBusTree *
mgr_bus_tree_new (GDBusObjectManagerServer *server,
                  MgrComponent             *root)
{
  return tree_new (server, root);
}

void
mgr_bus_tree_free (MgrBusTree *self)
{
  g_clear_signal_handler (&self->changed_id, self->model);
  g_clear_pointer (&self->children, g_hash_table_unref);
  if (self->object_path != NULL)
    g_dbus_object_manager_server_unexport (self->server, self->object_path);

  g_free (self->object_path);
  g_object_unref (self->model);
  g_object_unref (self->component);
  g_object_unref (self->server);
  g_free (self);
}
