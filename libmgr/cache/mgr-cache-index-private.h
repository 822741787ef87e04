/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-nodes-private.h"

G_BEGIN_DECLS

/* Finds nodes by their hash: buckets of chains through the nodes. Walk one with
 *
 *   for (id = mgr_cache_index_first (index, hash); id != 0; id = mgr_cache_node_get_chain (node))
 *
 * That may be done while somebody else links a node, which comes at the head of a chain and
 * is complete by then. While one is unlinked or the index grows it leads anywhere, but always
 * to nodes and to an end: arrays that grew too small, or too large for what was left, stay
 * where they are, as addresses without memory, and are taken again. */
typedef struct
{
  gsize table;      /* atomic: where the buckets are, and in the lower bits, 32 less the bits of a
                     * bucket's number: one word, since who reads it needs both of one time */
  guint32 n_nodes;  /* for those alone who change it */
} MgrCacheIndex;

void mgr_cache_index_init   (MgrCacheIndex       *self);
void mgr_cache_index_clear  (MgrCacheIndex       *self);
void mgr_cache_index_grow   (MgrCacheIndex       *self,
                             const MgrCacheNodes *nodes);
/* There may be no node. */
void mgr_cache_index_shrink (MgrCacheIndex       *self);
gsize mgr_cache_index_get_size (const MgrCacheIndex *self);

/* Where there are few nodes the memory does not matter, and a longer way does. */
#define MGR_CACHE_INDEX_FEW (1 << 15)

#define MGR_CACHE_INDEX_SHIFT 63

static inline guint
mgr_cache_index_table_shift (gsize table)
{
  return table & MGR_CACHE_INDEX_SHIFT;
}

static inline guint32 *
mgr_cache_index_table_buckets (gsize table)
{
  return (guint32 *) (table & ~(gsize) MGR_CACHE_INDEX_SHIFT);
}

static inline gsize
mgr_cache_index_get_n_buckets (const MgrCacheIndex *self)
{
  return (gsize) 1 << (32 - mgr_cache_index_table_shift (self->table));
}

/* The upper bits of a hash choose the bucket. */
static inline guint32 *
mgr_cache_index_bucket (const MgrCacheIndex *self,
                        guint32              hash)
{
  gsize table = __atomic_load_n (&self->table, __ATOMIC_ACQUIRE);

  return &mgr_cache_index_table_buckets (table)[hash >> mgr_cache_index_table_shift (table)];
}

static inline guint32
mgr_cache_index_first (const MgrCacheIndex *self,
                       guint32              hash)
{
  return __atomic_load_n (mgr_cache_index_bucket (self, hash), __ATOMIC_ACQUIRE);
}

/* @node: that of @id, here and below */
static inline void
mgr_cache_index_push (MgrCacheIndex *self,
                      guint32        id,
                      MgrCacheNode  *node)
{
  guint32 *bucket = mgr_cache_index_bucket (self, node->hash);

  mgr_cache_node_set_chain (node, *bucket);
  __atomic_store_n (bucket, id, __ATOMIC_RELEASE);
}

/* Whether the next node to link makes it grow. */
static inline gboolean
mgr_cache_index_is_full (const MgrCacheIndex *self)
{
  gsize n_buckets = mgr_cache_index_get_n_buckets (self);

  return self->n_nodes >= (n_buckets <= MGR_CACHE_INDEX_FEW ? n_buckets / 4 : n_buckets);
}

static inline void
mgr_cache_index_link (MgrCacheIndex       *self,
                      const MgrCacheNodes *nodes,
                      guint32              id,
                      MgrCacheNode        *node)
{
  if (G_UNLIKELY (mgr_cache_index_is_full (self)))
    mgr_cache_index_grow (self, nodes);

  mgr_cache_index_push (self, id, node);
  self->n_nodes++;
}

static inline void
mgr_cache_index_unlink (MgrCacheIndex       *self,
                        const MgrCacheNodes *nodes,
                        guint32              id,
                        const MgrCacheNode  *node)
{
  guint32 *link = mgr_cache_index_bucket (self, node->hash);

  while (*link != id)
    link = &mgr_cache_nodes_get (nodes, *link)->chain;

  __atomic_store_n (link, node->chain, __ATOMIC_RELEASE);
  self->n_nodes--;
}

G_END_DECLS
