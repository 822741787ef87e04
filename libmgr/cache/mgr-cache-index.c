/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-index-private.h"

#include "cache/mgr-cache-memory-private.h"

#define FIRST_BITS 3

/* Before the buckets of a table: each is half as long as the next. */
typedef struct
{
  guint32 *shorter; /* (owned) (nullable) */
  guint32 *longer;  /* (unowned) (nullable) */
} __attribute__ ((aligned (MGR_CACHE_LINE))) Header;

static Header *
header_of (guint32 *buckets)
{
  return (Header *) (gpointer) buckets - 1;
}

static gsize
n_buckets_of (guint shift)
{
  return (gsize) 1 << (32 - shift);
}

/* Returns: buckets that are all 0 */
static guint32 *
buckets_new (guint    shift,
             guint32 *shorter)
{
  Header *header = g_aligned_alloc0 (1, sizeof *header + n_buckets_of (shift) * sizeof (guint32),
                                      MGR_CACHE_LINE);
  guint32 *buckets = (guint32 *) (header + 1);

  header->shorter = shorter;
  if (shorter != NULL)
    header_of (shorter)->longer = buckets;
  return buckets;
}

static void
buckets_free (guint32 *buckets)
{
  while (buckets != NULL)
    {
      Header *header = header_of (buckets);

      buckets = header->shorter;
      g_aligned_free (header);
    }
}

static void
index_set_table (MgrCacheIndex *self,
                 guint32       *buckets,
                 guint          shift)
{
  __atomic_store_n (&self->table, (gsize) buckets | shift, __ATOMIC_RELEASE);
}

static void
index_release (const MgrCacheIndex *self)
{
  guint32 *buckets = mgr_cache_index_table_buckets (self->table);

  mgr_cache_memory_release (buckets, buckets + mgr_cache_index_get_n_buckets (self));
}

void
mgr_cache_index_init (MgrCacheIndex *self)
{
  *self = (MgrCacheIndex) { .table = 0 };
  index_set_table (self, buckets_new (32 - FIRST_BITS, NULL), 32 - FIRST_BITS);
}

/* The longest one leads to all others. */
void
mgr_cache_index_clear (MgrCacheIndex *self)
{
  guint32 *buckets = mgr_cache_index_table_buckets (self->table);

  while (buckets != NULL && header_of (buckets)->longer != NULL)
    buckets = header_of (buckets)->longer;

  buckets_free (buckets);
  self->table = 0;
}

void
mgr_cache_index_grow (MgrCacheIndex       *self,
                      const MgrCacheNodes *nodes)
{
  const MgrCacheIndex before = *self;
  guint shift = mgr_cache_index_table_shift (before.table) - 1;
  guint32 *old = mgr_cache_index_table_buckets (before.table);
  guint32 *longer = header_of (old)->longer;

  index_set_table (self, longer != NULL ? longer : buckets_new (shift, old), shift);
  for (gsize i = 0; i < mgr_cache_index_get_n_buckets (&before); i++)
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
  index_release (&before);
}

void
mgr_cache_index_shrink (MgrCacheIndex *self)
{
  guint32 *buckets = mgr_cache_index_table_buckets (self->table);

  index_release (self);
  while (header_of (buckets)->shorter != NULL)
    buckets = header_of (buckets)->shorter;

  index_set_table (self, buckets, 32 - FIRST_BITS);
}

gsize
mgr_cache_index_get_size (const MgrCacheIndex *self)
{
  return mgr_cache_index_get_n_buckets (self) * sizeof (guint32);
}
