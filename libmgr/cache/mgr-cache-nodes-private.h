/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a policy has to know of an entry. Nodes name each other by number, which is
 * half of a pointer, and never move. Number 0 names none. */
typedef struct
{
  guint32 prev;       /* the next colder of its queue; or its place in the heap */
  guint32 next;       /* the next warmer of its queue; or its density, a float */
  guint32 chain;      /* atomic: the next of its bucket, or of the free ones */
  guint32 hash;
  guint32 weight_low;
  guint8 weight_high;
  guint8 stamp;       /* atomic: when its use was last told, and if each one has to be */
  guint8 queue;       /* a MgrCacheQueue */
  guint8 frequency;   /* of use while in the cache; kept by the heap alone */
} MgrCacheNode;

/* Of a stamp: every use counts, as shadows watch the entry. */
#define MGR_CACHE_STAMP_WATCHED 0x80
#define MGR_CACHE_STAMP_EPOCHS 0x7f

typedef enum
{
  MGR_CACHE_QUEUE_NONE,      /* free, or held by nobody yet */
  MGR_CACHE_QUEUE_WINDOW,    /* new */
  MGR_CACHE_QUEUE_PROBATION, /* used once since, or fallen from grace */
  MGR_CACHE_QUEUE_PROTECTED, /* used again */
  MGR_CACHE_QUEUE_LIMBO,     /* not worth its room, which nobody needs yet */
  MGR_CACHE_QUEUE_HEAP,
  MGR_CACHE_QUEUE_PINNED,    /* never chosen */
} MgrCacheQueue;

#define MGR_CACHE_MAX_WEIGHT ((G_GUINT64_CONSTANT (1) << 40) - 1)
#define MGR_CACHE_MAX_NODES G_MAXINT32

G_STATIC_ASSERT (sizeof (MgrCacheNode) == 24);

/* The nodes of one cache, each at the head of a record of a cache line: one size for all,
 * so that a number becomes a place by a shift that is known beforehand. They come in
 * chunks: the first has room for as many as are foreseen, each other one doubles what
 * there is. What was never used of a chunk was never touched. */
#define MGR_CACHE_CHUNKS 32
#define MGR_CACHE_LINE 64

typedef struct
{
  guint32 n_first;                /* nodes in the first chunk: 2^first_bits */
  guint first_bits;
  char *chunks[MGR_CACHE_CHUNKS]; /* (owned) (nullable) */
  guint32 n_touched;              /* numbers below have been in use */
  guint32 free;                   /* a list through chain */
} MgrCacheNodes;

/* @n_foreseen may be 0 where nobody knows. */
void    mgr_cache_nodes_init     (MgrCacheNodes       *self,
                                  guint64              n_foreseen);
void    mgr_cache_nodes_clear    (MgrCacheNodes       *self);
/* Returns: the number of one that was never in use */
guint32 mgr_cache_nodes_touch    (MgrCacheNodes       *self);
/* Gives the memory of nodes from @first on back, none of which may be in use. They stay
 * readable, as free ones. */
void    mgr_cache_nodes_release  (MgrCacheNodes       *self,
                                  guint32              first);

/* The chunk after the first begins where that ends, and is as long; so for all others. */
static inline guint
mgr_cache_nodes_get_chunk (const MgrCacheNodes *self,
                           guint32              id)
{
  return id < self->n_first ? 0 : 32 - (guint) __builtin_clz (id >> self->first_bits);
}

static inline MgrCacheNode *
mgr_cache_nodes_get (const MgrCacheNodes *self,
                     guint32              id)
{
  guint chunk = mgr_cache_nodes_get_chunk (self, id);
  guint32 start = G_LIKELY (chunk == 0) ? 0 : self->n_first << (chunk - 1);

  return (gpointer) (self->chunks[chunk] + (gsize) (id - start) * MGR_CACHE_LINE);
}

static inline guint32
mgr_cache_node_get_chain (const MgrCacheNode *node)
{
  return __atomic_load_n (&node->chain, __ATOMIC_ACQUIRE);
}

static inline void
mgr_cache_node_set_chain (MgrCacheNode *node,
                          guint32       chain)
{
  __atomic_store_n (&node->chain, chain, __ATOMIC_RELEASE);
}

/* Returns: a node whose chain and queue are 0 */
static inline guint32
mgr_cache_nodes_take (MgrCacheNodes *self)
{
  guint32 id = self->free;
  MgrCacheNode *node;

  if (G_UNLIKELY (id == 0))
    id = mgr_cache_nodes_touch (self);

  node = mgr_cache_nodes_get (self, id);
  if (id == self->free)
    self->free = node->chain;

  mgr_cache_node_set_chain (node, 0);
  node->queue = MGR_CACHE_QUEUE_NONE;
  node->frequency = 0;
  __atomic_store_n (&node->stamp, 0, __ATOMIC_RELAXED);
  return id;
}

/* @node: that of @id */
static inline void
mgr_cache_nodes_put (MgrCacheNodes *self,
                     guint32        id,
                     MgrCacheNode  *node)
{
  node->queue = MGR_CACHE_QUEUE_NONE;
  mgr_cache_node_set_chain (node, self->free);
  self->free = id;
}

static inline guint64
mgr_cache_node_get_weight (const MgrCacheNode *node)
{
  return node->weight_low | (guint64) node->weight_high << 32;
}

static inline void
mgr_cache_node_set_weight (MgrCacheNode *node,
                           guint64       weight)
{
  node->weight_low = (guint32) weight;
  node->weight_high = (guint8) (weight >> 32);
}

/* Read while somebody else may write it: either answer will do. */
static inline guint8
mgr_cache_node_get_stamp (const MgrCacheNode *node)
{
  return __atomic_load_n (&node->stamp, __ATOMIC_RELAXED);
}

/* @epoch: 1 to 127, or 0 for a use that has to be told */
static inline void
mgr_cache_node_set_epoch (MgrCacheNode *node,
                          guint8        epoch)
{
  __atomic_store_n (&node->stamp, (node->stamp & MGR_CACHE_STAMP_WATCHED) | epoch,
                    __ATOMIC_RELAXED);
}

/* Returns: @watched */
static inline gboolean
mgr_cache_node_set_watched (MgrCacheNode *node,
                            gboolean      watched)
{
  guint8 epoch = node->stamp & MGR_CACHE_STAMP_EPOCHS;

  __atomic_store_n (&node->stamp, epoch | (watched ? MGR_CACHE_STAMP_WATCHED : 0),
                    __ATOMIC_RELAXED);
  return watched;
}

G_END_DECLS
