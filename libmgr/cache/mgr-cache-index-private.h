/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-nodes-private.h"

G_BEGIN_DECLS

/* Finds nodes by their hash: buckets of chains through the nodes. Walk one with
 *
 *   for (id = mgr_cache_index_first (index, hash); id != 0; id = node->chain)
 *
 * That may be done while somebody else links a node, which comes at the head of a chain and
 * is complete by then; not while one is unlinked or the index grows. */
typedef struct
{
  guint32 *buckets; /* (owned) */
  guint shift;      /* 32 less the bits of a bucket's number */
  guint32 n_nodes;  /* for those alone who change it */
} MgrCacheIndex;

void mgr_cache_index_init   (MgrCacheIndex       *self);
void mgr_cache_index_clear  (MgrCacheIndex       *self);
void mgr_cache_index_grow   (MgrCacheIndex       *self,
                             const MgrCacheNodes *nodes);

static inline gsize
mgr_cache_index_get_n_buckets (const MgrCacheIndex *self)
{
  return (gsize) 1 << (32 - self->shift);
}

static inline gsize
mgr_cache_index_get_size (const MgrCacheIndex *self)
{
  return mgr_cache_index_get_n_buckets (self) * sizeof *self->buckets;
}

/* The upper bits of a hash choose the bucket. */
static inline guint32 *
mgr_cache_index_bucket (const MgrCacheIndex *self,
                        guint32              hash)
{
  return &self->buckets[hash >> self->shift];
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

  node->chain = *bucket;
  __atomic_store_n (bucket, id, __ATOMIC_RELEASE);
}

/* Whether the next node to link makes it grow. */
static inline gboolean
mgr_cache_index_is_full (const MgrCacheIndex *self)
{
  return self->n_nodes == mgr_cache_index_get_n_buckets (self);
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

  *link = node->chain;
  self->n_nodes--;
}

G_END_DECLS
