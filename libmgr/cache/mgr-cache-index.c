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

void
mgr_cache_index_grow (MgrCacheIndex       *self,
                      const MgrCacheNodes *nodes)
{
  gsize n_old = mgr_cache_index_get_n_buckets (self);
  g_autofree guint32 *old = self->buckets;

  self->shift--;
  self->buckets = g_new0 (guint32, 2 * n_old);
  for (gsize i = 0; i < n_old; i++)
    {
      guint32 id = old[i];

      while (id != 0)
        {
          MgrCacheNode *node = mgr_cache_nodes_get (nodes, id);
          guint32 after = node->chain;

          mgr_cache_index_push (self, id, node);
          id = after;
        }
    }
}
