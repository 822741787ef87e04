/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-index-private.h"

#define FIRST_BITS 3

void
mgr_cache_index_init (MgrCacheIndex *self)
{
  *self = (MgrCacheIndex) { .shift = 32 - FIRST_BITS };
  self->buckets = g_new0 (guint32, mgr_cache_index_get_n_buckets (self));
}

void
mgr_cache_index_clear (MgrCacheIndex *self)
{
  g_clear_pointer (&self->buckets, g_free);
}

static void
index_push (MgrCacheIndex       *self,
            const MgrCacheNodes *nodes,
            guint32              id)
{
  MgrCacheNode *node = mgr_cache_nodes_get (nodes, id);
  guint32 *bucket = mgr_cache_index_bucket (self, node->hash);

  node->chain = *bucket;
  *bucket = id;
}

static void
index_grow (MgrCacheIndex       *self,
            const MgrCacheNodes *nodes)
{
  gsize n_old = mgr_cache_index_get_n_buckets (self);
  g_autofree guint32 *old = g_steal_pointer (&self->buckets);

  self->shift--;
  self->buckets = g_new0 (guint32, mgr_cache_index_get_n_buckets (self));
  for (gsize i = 0; i < n_old; i++)
    {
      guint32 id = old[i];

      while (id != 0)
        {
          guint32 after = mgr_cache_nodes_get (nodes, id)->chain;

          index_push (self, nodes, id);
          id = after;
        }
    }
}

void
mgr_cache_index_link (MgrCacheIndex       *self,
                      const MgrCacheNodes *nodes,
                      guint32              id)
{
  if (self->n_nodes == mgr_cache_index_get_n_buckets (self))
    index_grow (self, nodes);

  index_push (self, nodes, id);
  self->n_nodes++;
}

void
mgr_cache_index_unlink (MgrCacheIndex       *self,
                        const MgrCacheNodes *nodes,
                        guint32              id)
{
  MgrCacheNode *node = mgr_cache_nodes_get (nodes, id);
  guint32 *link = mgr_cache_index_bucket (self, node->hash);

  while (*link != id)
    link = &mgr_cache_nodes_get (nodes, *link)->chain;

  *link = node->chain;
  self->n_nodes--;
}
