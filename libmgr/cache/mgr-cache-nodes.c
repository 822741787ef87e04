/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-nodes-private.h"

#include "cache/mgr-cache-memory-private.h"

/* Besides those foreseen: the heads of queues, and what is over for a moment. */
#define SPARE 8

/* More than a first chunk holds even if more are foreseen, and what it holds where nobody
 * knows: addresses, not memory, until they are used. */
#define MAX_FIRST (1 << 24)
#define UNFORESEEN (1 << 12)

void
mgr_cache_nodes_init (MgrCacheNodes *self,
                      guint64        n_foreseen)
{
  guint64 n = n_foreseen > 0 ? MIN (n_foreseen + SPARE, MAX_FIRST) : UNFORESEEN;

  *self = (MgrCacheNodes) { .first_bits = g_bit_storage (n - 1), .n_touched = 1 };
  self->n_first = 1u << self->first_bits;
}

void
mgr_cache_nodes_clear (MgrCacheNodes *self)
{
  for (guint i = 0; i < MGR_CACHE_CHUNKS; i++)
    g_clear_pointer (&self->chunks[i], g_aligned_free);
}

guint32
mgr_cache_nodes_touch (MgrCacheNodes *self)
{
  guint chunk = mgr_cache_nodes_get_chunk (self, self->n_touched);

  if (self->chunks[chunk] == NULL)
    {
      gsize n = (gsize) self->n_first << (MAX (chunk, 1) - 1);

      self->chunks[chunk] = g_aligned_alloc (n, MGR_CACHE_LINE, MGR_CACHE_LINE);
    }

  return self->n_touched++;
}

void
mgr_cache_nodes_release (MgrCacheNodes *self,
                         guint32        first)
{
  for (guint chunk = 0; chunk < MGR_CACHE_CHUNKS && self->chunks[chunk] != NULL; chunk++)
    {
      guint32 start = chunk > 0 ? self->n_first << (chunk - 1) : 0;
      guint64 end = (guint64) start + (self->n_first << (MAX (chunk, 1) - 1));
      guint64 from = CLAMP (first, start, end);
      guint64 to = CLAMP (self->n_touched, from, end);

      mgr_cache_memory_release (self->chunks[chunk] + (from - start) * MGR_CACHE_LINE,
                                self->chunks[chunk] + (to - start) * MGR_CACHE_LINE);
    }

  self->n_touched = first;
  self->free = 0;
}
