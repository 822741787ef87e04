/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-resource-list-private.h"

struct _MgrResourceList
{
  GListStore *store; /* (owned) */
  GSequence *order;  /* (owned) (element-type MgrResource) the same, to tell positions by;
                      * the store keeps them */
  GHashTable *iters; /* (owned) (element-type MgrResource GSequenceIter) where each is */
};

MgrResourceList *
mgr_resource_list_new (void)
{
  MgrResourceList *self = g_new0 (MgrResourceList, 1);

  self->store = g_list_store_new (MGR_TYPE_RESOURCE);
  self->order = g_sequence_new (NULL);
  self->iters = g_hash_table_new (NULL, NULL);
  return self;
}

void
mgr_resource_list_free (MgrResourceList *self)
{
  g_hash_table_unref (self->iters);
  g_sequence_free (self->order);
  g_object_unref (self->store);
  g_free (self);
}

GListModel *
mgr_resource_list_get_model (MgrResourceList *self)
{
  return G_LIST_MODEL (self->store);
}

void
mgr_resource_list_append (MgrResourceList *self,
                          MgrResource     *resource)
{
  g_return_if_fail (!g_hash_table_contains (self->iters, resource));

  g_hash_table_insert (self->iters, resource, g_sequence_append (self->order, resource));
  g_list_store_append (self->store, resource);
}

gboolean
mgr_resource_list_remove (MgrResourceList *self,
                          MgrResource     *resource)
{
  GSequenceIter *iter = g_hash_table_lookup (self->iters, resource);
  int position;

  if (iter == NULL)
    return FALSE;

  position = g_sequence_iter_get_position (iter);
  g_hash_table_remove (self->iters, resource);
  g_sequence_remove (iter);
  g_list_store_remove (self->store, (guint) position);
  return TRUE;
}
