/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-bus-pools-private.h"

#include "service/mgr-exported-pool-private.h"

struct _MgrBusPools
{
  GDBusObjectManagerServer *server; /* (owned) */
  GListModel *model;                /* (owned) */
  gulong changed_id;
  GHashTable *paths;                /* (owned) (element-type MgrPool utf8): object paths */
};

static GHashTable *
paths_table_new (void)
{
  return g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
}

static void
pools_export (MgrBusPools *self,
              MgrPool     *pool)
{
  g_autoptr (MgrExportedPool) exported = mgr_exported_pool_new (pool);
  g_autofree char *path = mgr_exported_pool_object_path (mgr_pool_get_name (pool));
  g_autoptr (MgrBusObjectSkeleton) object = mgr_bus_object_skeleton_new (path);

  mgr_bus_object_skeleton_set_pool1 (object, MGR_BUS_POOL1 (exported));
  g_dbus_object_manager_server_export (self->server, G_DBUS_OBJECT_SKELETON (object));
  g_hash_table_insert (self->paths, g_object_ref (pool), g_steal_pointer (&path));
}

static void
pools_unexport (MgrBusPools *self,
                GHashTable  *paths)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, paths);
  while (g_hash_table_iter_next (&iter, NULL, &path))
    g_dbus_object_manager_server_unexport (self->server, path);
}

/* Compares the list with what is exported instead of following positions: a pool may have
 * been replaced by one of the same name in between, and its object must go before the new
 * one comes. */
static void
pools_sync (MgrBusPools *self)
{
  g_autoptr (GHashTable) gone = g_steal_pointer (&self->paths);
  guint n_items = g_list_model_get_n_items (self->model);

  self->paths = paths_table_new ();
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (MgrPool) pool = g_list_model_get_item (self->model, i);
      gpointer key = NULL;
      gpointer path = NULL;

      if (g_hash_table_steal_extended (gone, pool, &key, &path))
        g_hash_table_insert (self->paths, key, path);
    }
  pools_unexport (self, gone);

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (MgrPool) pool = g_list_model_get_item (self->model, i);

      if (!g_hash_table_contains (self->paths, pool))
        pools_export (self, pool);
    }
}

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  pools_sync (user_data);
}

MgrBusPools *
mgr_bus_pools_new (GDBusObjectManagerServer *server,
                   GListModel               *pools)
{
  MgrBusPools *self = g_new0 (MgrBusPools, 1);

  self->server = g_object_ref (server);
  self->model = g_object_ref (pools);
  self->paths = paths_table_new ();
  self->changed_id = g_signal_connect (pools, "items-changed", G_CALLBACK (items_changed_cb), self);
  pools_sync (self);
  return self;
}

void
mgr_bus_pools_free (MgrBusPools *self)
{
  g_clear_signal_handler (&self->changed_id, self->model);
  pools_unexport (self, self->paths);

  g_hash_table_unref (self->paths);
  g_object_unref (self->model);
  g_object_unref (self->server);
  g_free (self);
}
