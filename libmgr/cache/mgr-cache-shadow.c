/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-shadow-private.h"

void
mgr_cache_shadow_init (MgrCacheShadow       *self,
                       MgrCacheOrder         order,
                       const MgrCacheSketch *sketch)
{
  *self = (MgrCacheShadow) { .gain = 0.0 };
  mgr_cache_nodes_init (&self->nodes, MGR_CACHE_SHADOW_NODES);
  mgr_cache_index_init (&self->index);
  mgr_cache_evictor_init (&self->evictor, order, &self->nodes, sketch);
}

void
mgr_cache_shadow_clear (MgrCacheShadow *self)
{
  mgr_cache_evictor_clear (&self->evictor);
  mgr_cache_index_clear (&self->index);
  mgr_cache_nodes_clear (&self->nodes);
}

static guint32
shadow_find (const MgrCacheShadow *self,
             guint32               hash)
{
  guint32 id = mgr_cache_index_first (&self->index, hash);

  while (id != 0)
    {
      const MgrCacheNode *node = mgr_cache_nodes_get (&self->nodes, id);

      if (node->hash == hash)
        break;
      id = node->chain;
    }

  return id;
}

static void
shadow_drop (MgrCacheShadow *self,
             guint32         id)
{
  MgrCacheNode *node = mgr_cache_nodes_get (&self->nodes, id);

  mgr_cache_index_unlink (&self->index, &self->nodes, id, node);
  mgr_cache_nodes_put (&self->nodes, id, node);
}

static void
shadow_insert (MgrCacheShadow *self,
               guint32         hash,
               guint64         weight,
               double          cost)
{
  guint32 id = mgr_cache_nodes_take (&self->nodes);
  MgrCacheNode *node = mgr_cache_nodes_get (&self->nodes, id);

  node->hash = hash;
  mgr_cache_node_set_weight (node, weight);
  mgr_cache_index_link (&self->index, &self->nodes, id, node);
  mgr_cache_evictor_add (&self->evictor, id, node, cost);
  while (mgr_cache_evictor_is_over (&self->evictor))
    shadow_drop (self, mgr_cache_evictor_pick (&self->evictor));
}

gboolean
mgr_cache_shadow_request (MgrCacheShadow *self,
                          guint32         hash,
                          guint64         weight,
                          double          cost)
{
  guint32 id = shadow_find (self, hash);

  if (id == 0)
    shadow_insert (self, hash, weight, cost);
  else
    mgr_cache_evictor_touch (&self->evictor, id, mgr_cache_nodes_get (&self->nodes, id));

  return id != 0;
}

void
mgr_cache_shadow_forget (MgrCacheShadow *self,
                         guint32         hash)
{
  guint32 id = shadow_find (self, hash);

  if (id == 0)
    return;

  mgr_cache_evictor_remove (&self->evictor, id);
  shadow_drop (self, id);
}

void
mgr_cache_shadow_sample (MgrCacheShadow     *self,
                         MgrCacheSampleFunc  is_sampled,
                         guint               sampling)
{
  for (guint32 id = 1; id < self->nodes.n_touched; id++)
    {
      const MgrCacheNode *node = mgr_cache_nodes_get (&self->nodes, id);

      if (node->queue == MGR_CACHE_QUEUE_NONE || is_sampled (node->hash, sampling))
        continue;

      mgr_cache_evictor_remove (&self->evictor, id);
      shadow_drop (self, id);
    }
}

gsize
mgr_cache_shadow_get_size (const MgrCacheShadow *self)
{
  return (gsize) self->nodes.n_touched * MGR_CACHE_LINE + mgr_cache_index_get_size (&self->index) +
         self->evictor.density.room * (sizeof (double) + sizeof (guint32));
}
