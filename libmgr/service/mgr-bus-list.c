/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-bus-list-private.h"

struct _MgrBusList
{
  GDBusObjectManagerServer *server; /* (owned) */
  GListModel *model;                /* (owned) */
  MgrBusListExport export_item;
  gulong changed_id;
  GHashTable *paths;                /* (owned) (element-type GObject utf8): object paths */
};

static GHashTable *
paths_table_new (void)
{
  return g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
}

static void
list_export (MgrBusList *self,
             gpointer    item)
{
  g_autoptr (GDBusObjectSkeleton) object = self->export_item (item);
  const char *path = g_dbus_object_get_object_path (G_DBUS_OBJECT (object));

  g_dbus_object_manager_server_export (self->server, object);
  g_hash_table_insert (self->paths, g_object_ref (item), g_strdup (path));
}

static void
list_unexport (MgrBusList *self,
               GHashTable *paths)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, paths);
  while (g_hash_table_iter_next (&iter, NULL, &path))
    g_dbus_object_manager_server_unexport (self->server, path);
}

/* Compares the list with what is exported instead of following positions: an item may have
 * been replaced by one of the same name in between, and its object must go before the new
 * one comes. */
static void
list_sync (MgrBusList *self)
{
  g_autoptr (GHashTable) gone = g_steal_pointer (&self->paths);
  guint n_items = g_list_model_get_n_items (self->model);

  self->paths = paths_table_new ();
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (self->model, i);
      gpointer key = NULL;
      gpointer path = NULL;

      if (g_hash_table_steal_extended (gone, item, &key, &path))
        g_hash_table_insert (self->paths, key, path);
    }
  list_unexport (self, gone);

  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (self->model, i);

      if (!g_hash_table_contains (self->paths, item))
        list_export (self, item);
    }
}

static void
items_changed_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  list_sync (user_data);
}

MgrBusList *
mgr_bus_list_new (GDBusObjectManagerServer *server,
                  GListModel               *model,
                  MgrBusListExport          export_item)
{
  MgrBusList *self = g_new0 (MgrBusList, 1);

  self->server = g_object_ref (server);
  self->model = g_object_ref (model);
  self->export_item = export_item;
  self->paths = paths_table_new ();
  self->changed_id = g_signal_connect (model, "items-changed", G_CALLBACK (items_changed_cb), self);
  list_sync (self);
  return self;
}

void
mgr_bus_list_free (MgrBusList *self)
{
  g_clear_signal_handler (&self->changed_id, self->model);
  list_unexport (self, self->paths);

  g_hash_table_unref (self->paths);
  g_object_unref (self->model);
  g_object_unref (self->server);
  g_free (self);
}
