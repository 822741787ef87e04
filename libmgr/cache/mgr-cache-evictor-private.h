/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-nodes-private.h"
#include "cache/mgr-cache-sketch-private.h"

G_BEGIN_DECLS

/* How the entry is chosen that goes. */
typedef enum
{
  MGR_CACHE_ORDER_SEGMENTS, /* W-TinyLFU; with a window of everything it is LRU */
  MGR_CACHE_ORDER_DENSITY,  /* GreedyDual-Size-Frequency */
} MgrCacheOrder;

/* Window, probation and protected queue, each from the coldest to the warmest.
 *
 * What is new enters the window. What the window has no room for becomes a candidate
 * of the main queues, and stays if it was asked for more often than the one that would
 * have to go.
 *
 * Uses of an entry that follow each other soon are one: those after the first in an epoch,
 * a fraction of the time in which all others are used, neither move it nor count. So
 * what is used much costs nothing, and a burst does not look like a habit.
 *
 * Einziger, Eytan, Friedman, Manes: Adaptive Software Cache Management,
 * Middleware 2018. */
typedef struct
{
  const MgrCacheSketch *sketch; /* (unowned) */
  guint32 heads[5];             /* by MgrCacheQueue: a node that closes the ring */
  MgrCacheNode *head_nodes[5];  /* (unowned) */
  guint64 sizes[5];             /* by MgrCacheQueue, in bytes or entries */
  guint8 epoch;                 /* 1 to 127, again and again */
  guint64 n_moves;              /* in this epoch, as below */
  guint64 n_again;              /* uses that were told and moved nothing */
  gboolean full;                /* something had to go since the bounds were set */
  gboolean by_weight;           /* hits count by their weight */
  double window;                /* share of the cache, 0 to 1 */
  guint64 base;                 /* what the shares are of */
  guint64 window_room;
  guint64 protected_room;
} MgrCacheSegments;

/* A heap by priority: age of the cache + frequency x cost / weight. The age is the
 * priority of what went last, so what is not used any more falls behind.
 *
 * Cherkasova: Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching
 * Policy, HP Laboratories 1998. */
typedef struct
{
  const MgrCacheSketch *sketch; /* (unowned) */
  double *priorities;           /* (owned) (nullable) */
  guint32 *ids;                 /* (owned) (nullable) */
  guint32 room;
  guint32 n_ids;
  double age;
} MgrCacheDensity;

/* The order of the entries of one cache, and what they amount to. */
typedef struct
{
  MgrCacheOrder order;
  MgrCacheNodes *nodes;  /* (unowned) */
  guint64 max_entries;   /* 0 if not bounded */
  guint64 max_weight;    /* 0 if not bounded */
  guint64 n_entries;
  guint64 weight;
  MgrCacheSegments segments;
  MgrCacheDensity density;
} MgrCacheEvictor;

void    mgr_cache_evictor_init    (MgrCacheEvictor      *self,
                                   MgrCacheOrder         order,
                                   MgrCacheNodes        *nodes,
                                   const MgrCacheSketch *sketch);
void    mgr_cache_evictor_clear   (MgrCacheEvictor      *self);

void    mgr_cache_evictor_remove  (MgrCacheEvictor      *self,
                                   guint32               id);
/* Gives the node another weight, and the queue it is in another sum. */
void    mgr_cache_evictor_reweigh (MgrCacheEvictor      *self,
                                   guint32               id,
                                   guint64               weight,
                                   double                cost);
/* A pinned entry counts, and stays. */
void    mgr_cache_evictor_pin     (MgrCacheEvictor      *self,
                                   guint32               id);
void    mgr_cache_evictor_unpin   (MgrCacheEvictor      *self,
                                   guint32               id);
/* Puts all entries into another order, as if they came again, the coldest first. */
void    mgr_cache_evictor_reorder (MgrCacheEvictor      *self,
                                   MgrCacheOrder         order);
/* Either may be 0, for no bound. What is too much then is for the caller to pick. */
void    mgr_cache_evictor_bound   (MgrCacheEvictor      *self,
                                   guint64               max_entries,
                                   guint64               max_weight);

/* Whether something has to go. */
static inline gboolean
mgr_cache_evictor_is_over (const MgrCacheEvictor *self)
{
  return (self->max_entries > 0 && self->n_entries > self->max_entries) ||
         (self->max_weight > 0 && self->weight > self->max_weight);
}

/* Whether a use of the node is one with an earlier one. */
static inline gboolean
mgr_cache_evictor_is_fresh (const MgrCacheEvictor *self,
                            const MgrCacheNode    *node)
{
  return (node->stamp & MGR_CACHE_STAMP_EPOCHS) == self->segments.epoch;
}

/* The two orders; they know nothing of bounds and sums. */
void    mgr_cache_segments_init   (MgrCacheEvictor      *evictor,
                                   const MgrCacheSketch *sketch);
/* Tells of a use that is one with an earlier one. */
void    mgr_cache_segments_touch_again (MgrCacheEvictor *evictor);
void    mgr_cache_segments_set_window (MgrCacheEvictor  *evictor,
                                   double                window);
/* @node: that of @id */
void    mgr_cache_segments_add    (MgrCacheEvictor      *evictor,
                                   guint32               id,
                                   MgrCacheNode         *node);
void    mgr_cache_segments_touch  (MgrCacheEvictor      *evictor,
                                   guint32               id,
                                   MgrCacheNode         *node);
void    mgr_cache_segments_remove (MgrCacheEvictor      *evictor,
                                   guint32               id);
void    mgr_cache_segments_reweigh (MgrCacheEvictor     *evictor,
                                   guint32               id,
                                   guint64               weight);
guint32 mgr_cache_segments_pick   (MgrCacheEvictor      *evictor);
/* After bytes became bounded, or no more are. */
void    mgr_cache_segments_measure (MgrCacheEvictor     *evictor);

void    mgr_cache_density_clear   (MgrCacheEvictor      *evictor);
/* Before a node is added, and when its weight or cost has changed. */
void    mgr_cache_density_weigh   (MgrCacheNode         *node,
                                   double                cost);
void    mgr_cache_density_add     (MgrCacheEvictor      *evictor,
                                   guint32               id);
void    mgr_cache_density_touch   (MgrCacheEvictor      *evictor,
                                   guint32               id);
void    mgr_cache_density_reweigh (MgrCacheEvictor      *evictor,
                                   guint32               id);
void    mgr_cache_density_remove  (MgrCacheEvictor      *evictor,
                                   guint32               id);
guint32 mgr_cache_density_pick    (MgrCacheEvictor      *evictor);

static inline gboolean
mgr_cache_evictor_is_segment (MgrCacheQueue queue)
{
  return queue != MGR_CACHE_QUEUE_HEAP && queue != MGR_CACHE_QUEUE_PINNED;
}

/* @node: that of @id, here and below */
static inline void
mgr_cache_evictor_link (MgrCacheEvictor *self,
                        guint32          id,
                        MgrCacheNode    *node)
{
  if (self->order == MGR_CACHE_ORDER_SEGMENTS)
    mgr_cache_segments_add (self, id, node);
  else
    mgr_cache_density_add (self, id);
}

/* The hash and weight of node @id are set; @cost is what it would take to have it again,
 * in any unit. */
static inline void
mgr_cache_evictor_add (MgrCacheEvictor *self,
                       guint32          id,
                       MgrCacheNode    *node,
                       double           cost)
{
  self->n_entries++;
  self->weight += mgr_cache_node_get_weight (node);
  if (self->order == MGR_CACHE_ORDER_DENSITY)
    mgr_cache_density_weigh (node, cost);
  mgr_cache_evictor_link (self, id, node);
}

static inline void
mgr_cache_evictor_touch (MgrCacheEvictor *self,
                         guint32          id,
                         MgrCacheNode    *node)
{
  if (node->queue == MGR_CACHE_QUEUE_HEAP)
    mgr_cache_density_touch (self, id);
  else if (mgr_cache_evictor_is_segment (node->queue))
    mgr_cache_segments_touch (self, id, node);
}

static inline void
mgr_cache_evictor_forget (MgrCacheEvictor *self,
                          MgrCacheNode    *node)
{
  node->queue = MGR_CACHE_QUEUE_NONE;
  self->n_entries--;
  self->weight -= mgr_cache_node_get_weight (node);
}

/* Removes the entry that is worth least. Returns: its node, or 0 if none may go */
static inline guint32
mgr_cache_evictor_pick (MgrCacheEvictor *self)
{
  guint32 id;

  if (self->order == MGR_CACHE_ORDER_SEGMENTS)
    id = mgr_cache_segments_pick (self);
  else
    id = mgr_cache_density_pick (self);

  if (id != 0)
    mgr_cache_evictor_forget (self, mgr_cache_nodes_get (self->nodes, id));
  return id;
}

G_END_DECLS
