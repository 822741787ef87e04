/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-evictor-private.h"

void
mgr_cache_evictor_init (MgrCacheEvictor      *self,
                        MgrCacheOrder         order,
                        MgrCacheNodes        *nodes,
                        const MgrCacheSketch *sketch)
{
  *self = (MgrCacheEvictor) { .order = order, .nodes = nodes };
  mgr_cache_segments_init (self, sketch);
  self->density.sketch = sketch;
}

void
mgr_cache_evictor_clear (MgrCacheEvictor *self)
{
  mgr_cache_density_clear (self);
}

static void
evictor_unlink (MgrCacheEvictor    *self,
                guint32             id,
                const MgrCacheNode *node)
{
  if (node->queue == MGR_CACHE_QUEUE_HEAP)
    mgr_cache_density_remove (self, id);
  else if (mgr_cache_evictor_is_segment (node->queue))
    mgr_cache_segments_remove (self, id);
}

void
mgr_cache_evictor_reweigh (MgrCacheEvictor *self,
                           guint32          id,
                           guint64          weight,
                           double           cost)
{
  MgrCacheNode *node = mgr_cache_nodes_get (self->nodes, id);

  self->weight += weight - mgr_cache_node_get_weight (node);
  if (mgr_cache_evictor_is_segment (node->queue))
    mgr_cache_segments_reweigh (self, id, weight);

  mgr_cache_node_set_weight (node, weight);
  if (!mgr_cache_evictor_is_segment (node->queue))
    mgr_cache_density_weigh (node, cost);
  if (node->queue == MGR_CACHE_QUEUE_HEAP)
    mgr_cache_density_reweigh (self, id);
}

void
mgr_cache_evictor_remove (MgrCacheEvictor *self,
                          guint32          id)
{
  MgrCacheNode *node = mgr_cache_nodes_get (self->nodes, id);

  evictor_unlink (self, id, node);
  mgr_cache_evictor_forget (self, node);
}

void
mgr_cache_evictor_pin (MgrCacheEvictor *self,
                       guint32          id)
{
  MgrCacheNode *node = mgr_cache_nodes_get (self->nodes, id);

  evictor_unlink (self, id, node);
  /* The other order keeps no density, and by then it may be this one's turn. */
  if (mgr_cache_evictor_is_segment (node->queue))
    mgr_cache_density_weigh (node, 1.0);
  node->queue = MGR_CACHE_QUEUE_PINNED;
}

void
mgr_cache_evictor_unpin (MgrCacheEvictor *self,
                         guint32          id)
{
  MgrCacheNode *node = mgr_cache_nodes_get (self->nodes, id);

  if (node->queue == MGR_CACHE_QUEUE_PINNED)
    mgr_cache_evictor_link (self, id, node);
}

void
mgr_cache_evictor_reorder (MgrCacheEvictor *self,
                           MgrCacheOrder    order)
{
  g_autofree guint32 *ids = NULL;
  guint64 n = 0;

  if (order == self->order)
    return;

  ids = g_new (guint32, self->n_entries);
  for (guint32 id = mgr_cache_evictor_pick (self); id != 0; id = mgr_cache_evictor_pick (self))
    ids[n++] = id;

  self->order = order;
  self->segments.full = FALSE;
  for (guint64 i = 0; i < n; i++)
    mgr_cache_evictor_add (self, ids[i], mgr_cache_nodes_get (self->nodes, ids[i]), 1.0);
}

void
mgr_cache_evictor_bound (MgrCacheEvictor *self,
                         guint64          max_entries,
                         guint64          max_weight)
{
  gboolean other_unit = (self->max_weight > 0) != (max_weight > 0);

  self->max_entries = max_entries;
  self->max_weight = max_weight;
  self->segments.full = FALSE;
  if (other_unit)
    mgr_cache_segments_measure (self);
}
