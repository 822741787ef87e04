/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-nodes-private.h"

/* A record of a power of two never crosses a line more than it must. */
#define CHUNK_ALIGNMENT 64

void
mgr_cache_nodes_init (MgrCacheNodes *self,
                      gsize          size)
{
  g_assert (size >= sizeof (MgrCacheNode) && (size & (size - 1)) == 0);

  *self = (MgrCacheNodes) { .shift = (guint) __builtin_ctzl (size), .n_touched = 1 };
}

void
mgr_cache_nodes_clear (MgrCacheNodes *self)
{
  for (guint i = 0; i < MGR_CACHE_CHUNKS; i++)
    g_clear_pointer (&self->chunks[i], g_aligned_free);

  self->n_touched = 1;
  self->n_live = 0;
  self->free = 0;
}

static guint32
nodes_touch (MgrCacheNodes *self)
{
  guint32 place = self->n_touched + MGR_CACHE_FIRST_CHUNK;
  guint chunk = 31 - (guint) __builtin_clz (place) - 6;

  if (self->chunks[chunk] == NULL)
    self->chunks[chunk] = g_aligned_alloc ((gsize) MGR_CACHE_FIRST_CHUNK << chunk,
                                           (gsize) 1 << self->shift, CHUNK_ALIGNMENT);

  return self->n_touched++;
}

guint32
mgr_cache_nodes_take (MgrCacheNodes *self)
{
  guint32 id = self->free;
  MgrCacheNode *node;

  if (id == 0)
    id = nodes_touch (self);

  node = mgr_cache_nodes_get (self, id);
  if (id == self->free)
    self->free = node->chain;

  node->chain = 0;
  node->queue = MGR_CACHE_QUEUE_NONE;
  node->frequency = 0;
  node->stamp = 0;
  self->n_live++;
  return id;
}

void
mgr_cache_nodes_put (MgrCacheNodes *self,
                     guint32        id)
{
  MgrCacheNode *node = mgr_cache_nodes_get (self, id);

  node->queue = MGR_CACHE_QUEUE_NONE;
  node->chain = self->free;
  self->free = id;
  self->n_live--;
}
