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

void
mgr_cache_evictor_add (MgrCacheEvictor *self,
                       guint32          id,
                       double           cost)
{
  self->n_entries++;
  self->weight += mgr_cache_node_get_weight (mgr_cache_nodes_get (self->nodes, id));
  if (self->order == MGR_CACHE_ORDER_SEGMENTS)
    mgr_cache_segments_add (self, id);
  else
    mgr_cache_density_add (self, id, cost);
}

void
mgr_cache_evictor_touch (MgrCacheEvictor *self,
                         guint32          id)
{
  if (self->order == MGR_CACHE_ORDER_SEGMENTS)
    mgr_cache_segments_touch (self, id);
  else
    mgr_cache_density_touch (self, id);
}

void
mgr_cache_evictor_reweigh (MgrCacheEvictor *self,
                           guint32          id,
                           guint64          weight,
                           double           cost)
{
  MgrCacheNode *node = mgr_cache_nodes_get (self->nodes, id);

  self->weight += weight - mgr_cache_node_get_weight (node);
  if (self->order == MGR_CACHE_ORDER_SEGMENTS)
    mgr_cache_segments_reweigh (self, id, weight);

  mgr_cache_node_set_weight (node, weight);
  if (self->order == MGR_CACHE_ORDER_DENSITY)
    mgr_cache_density_reweigh (self, id, cost);
}

static void
evictor_forget (MgrCacheEvictor *self,
                guint32          id)
{
  MgrCacheNode *node = mgr_cache_nodes_get (self->nodes, id);

  node->queue = MGR_CACHE_QUEUE_NONE;
  self->n_entries--;
  self->weight -= mgr_cache_node_get_weight (node);
}

void
mgr_cache_evictor_remove (MgrCacheEvictor *self,
                          guint32          id)
{
  if (self->order == MGR_CACHE_ORDER_SEGMENTS)
    mgr_cache_segments_remove (self, id);
  else
    mgr_cache_density_remove (self, id);

  evictor_forget (self, id);
}

guint32
mgr_cache_evictor_pick (MgrCacheEvictor *self)
{
  guint32 id;

  if (self->order == MGR_CACHE_ORDER_SEGMENTS)
    id = mgr_cache_segments_pick (self);
  else
    id = mgr_cache_density_pick (self);

  if (id != 0)
    evictor_forget (self, id);
  return id;
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
    mgr_cache_evictor_add (self, ids[i], 1.0);
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
