/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-evictor-private.h"

/* Of the main queues; with the rest entries prove themselves. */
#define PROTECTED_SHARE 0.8

/* Queues that have to shrink do so in passing: this many entries each time. */
#define MOVES 64

/* Where bytes are bounded the whole is never the same: rooms are shared out again when it
 * has changed by one part of so many. */
#define PRECISION 64

/* In which as many entries move as there are. With more of them more uses have to be told, which
 * find nothing more. */
#define EPOCHS 3

/* A heavy entry is compared with this many light ones, and no more. */
#define RIVALS 64

static inline MgrCacheNode *
segments_node (MgrCacheEvictor *evictor,
               guint32          id)
{
  return mgr_cache_nodes_get (evictor->nodes, id);
}

/* Bytes where bytes are bounded, else entries. */
static inline guint64
segments_size (const MgrCacheEvictor *evictor,
               const MgrCacheNode    *node)
{
  return evictor->max_weight > 0 ? mgr_cache_node_get_weight (node) : 1;
}

void
mgr_cache_segments_init (MgrCacheEvictor      *evictor,
                         const MgrCacheSketch *sketch)
{
  MgrCacheSegments *self = &evictor->segments;

  *self = (MgrCacheSegments) { .sketch = sketch, .epoch = 1 };
  for (guint queue = MGR_CACHE_QUEUE_WINDOW; queue <= MGR_CACHE_QUEUE_LIMBO; queue++)
    {
      guint32 head = mgr_cache_nodes_take (evictor->nodes);
      MgrCacheNode *node = segments_node (evictor, head);

      node->prev = node->next = head;
      self->heads[queue] = head;
      self->head_nodes[queue] = node;
    }
}

static inline void
segments_unlink (MgrCacheEvictor *evictor,
                 MgrCacheNode    *node)
{
  evictor->segments.sizes[node->queue] -= segments_size (evictor, node);
  segments_node (evictor, node->prev)->next = node->next;
  segments_node (evictor, node->next)->prev = node->prev;
}

/* As the coldest after the head, or as the warmest before it. */
static inline void
segments_link (MgrCacheEvictor *evictor,
               guint32          id,
               MgrCacheNode    *node,
               MgrCacheQueue    queue,
               gboolean         warmest)
{
  guint32 head = evictor->segments.heads[queue];
  MgrCacheNode *head_node = evictor->segments.head_nodes[queue];

  node->queue = queue;
  mgr_cache_node_set_epoch (node, 0);
  if (warmest)
    {
      node->prev = head_node->prev;
      node->next = head;
      segments_node (evictor, node->prev)->next = id;
      head_node->prev = id;
    }
  else
    {
      node->prev = head;
      node->next = head_node->next;
      head_node->next = id;
      segments_node (evictor, node->next)->prev = id;
    }
  evictor->segments.sizes[queue] += segments_size (evictor, node);
}

/* Returns: the coldest of @queue, or 0 */
static inline guint32
segments_coldest (MgrCacheEvictor *evictor,
                  MgrCacheQueue    queue)
{
  guint32 id = evictor->segments.head_nodes[queue]->next;

  return id != evictor->segments.heads[queue] ? id : 0;
}

static inline void
segments_move (MgrCacheEvictor *evictor,
               guint32          id,
               MgrCacheNode    *node,
               MgrCacheQueue    queue)
{
  if (node->queue == queue && node->next == evictor->segments.heads[queue])
    return;

  segments_unlink (evictor, node);
  segments_link (evictor, id, node, queue, TRUE);
}

/* What the shares are of: the bound, or less where another bound holds. */
static guint64
segments_base (const MgrCacheEvictor *evictor)
{
  return evictor->max_weight > 0 ? MIN (evictor->max_weight, evictor->weight)
                                 : MIN (evictor->max_entries, evictor->n_entries);
}

static void
segments_share_out (MgrCacheEvictor *evictor,
                    guint64          base)
{
  MgrCacheSegments *self = &evictor->segments;
  double main_share = 1.0 - self->window;

  self->base = base;
  self->window_room = self->window < 1.0 ? MAX ((guint64) (self->window * (double) base), 1)
                                         : G_MAXUINT64;
  self->protected_room = (guint64) (PROTECTED_SHARE * main_share * (double) base);
}

/* What @size of an entry is worth: the uses of it, times the bytes if it is those that
 * count. */
static double
segments_worth (const MgrCacheEvictor *evictor,
                const MgrCacheNode    *node,
                guint64                size)
{
  double uses = mgr_cache_sketch_get (evictor->segments.sketch, node->hash);
  double share = evictor->segments.by_weight ? (double) segments_size (evictor, node) : 1.0;

  return uses * share * (double) size / (double) segments_size (evictor, node);
}

/* Whether @node is worth more than all that would have to go for it. */
static gboolean
segments_outweighs (MgrCacheEvictor *evictor,
                    MgrCacheNode    *node)
{
  guint64 size = segments_size (evictor, node);
  double left = segments_worth (evictor, node, size);
  guint32 head = evictor->segments.heads[MGR_CACHE_QUEUE_PROBATION];
  guint32 rival = evictor->segments.head_nodes[MGR_CACHE_QUEUE_PROBATION]->next;

  for (guint i = 0; i < RIVALS && size > 0 && rival != head && left > 0.0; i++)
    {
      const MgrCacheNode *other = segments_node (evictor, rival);
      guint64 part = MIN (segments_size (evictor, other), size);

      left -= segments_worth (evictor, other, part);
      size -= part;
      rival = other->next;
    }

  return left > 0.0;
}

/* @node: the coldest of the window */
static gboolean
segments_admits (MgrCacheEvictor *evictor,
                 MgrCacheNode    *node)
{
  const MgrCacheSketch *sketch = evictor->segments.sketch;
  guint32 rival = segments_coldest (evictor, MGR_CACHE_QUEUE_PROBATION);

  if (rival == 0)
    return TRUE;
  if (evictor->max_weight > 0)
    return segments_outweighs (evictor, node);

  return mgr_cache_sketch_get (sketch, node->hash) >
         mgr_cache_sketch_get (sketch, segments_node (evictor, rival)->hash);
}

static inline gboolean
segments_window_is_over (const MgrCacheEvictor *evictor)
{
  return evictor->segments.sizes[MGR_CACHE_QUEUE_WINDOW] > evictor->segments.window_room;
}

static void
segments_shrink_window (MgrCacheEvictor *evictor)
{
  for (guint i = 0; i < MOVES && segments_window_is_over (evictor); i++)
    {
      guint32 id = segments_coldest (evictor, MGR_CACHE_QUEUE_WINDOW);
      MgrCacheNode *node = segments_node (evictor, id);
      gboolean admitted = !evictor->segments.full || segments_admits (evictor, node);

      segments_move (evictor, id, node, admitted ? MGR_CACHE_QUEUE_PROBATION : MGR_CACHE_QUEUE_LIMBO);
    }
}

static void
segments_shrink_protected (MgrCacheEvictor *evictor)
{
  MgrCacheSegments *self = &evictor->segments;

  for (guint i = 0; i < MOVES && self->sizes[MGR_CACHE_QUEUE_PROTECTED] > self->protected_room; i++)
    {
      guint32 id = segments_coldest (evictor, MGR_CACHE_QUEUE_PROTECTED);

      segments_move (evictor, id, segments_node (evictor, id), MGR_CACHE_QUEUE_PROBATION);
    }
}

void
mgr_cache_segments_set_window (MgrCacheEvictor *evictor,
                               double           window)
{
  evictor->segments.window = window;
  segments_share_out (evictor, segments_base (evictor));
}

/* Whoever is new has the window until the next one comes. What would fill it by itself
 * does not drive out all that is in it. */
void
mgr_cache_segments_add (MgrCacheEvictor *evictor,
                        guint32          id,
                        MgrCacheNode    *node)
{
  guint64 base = segments_base (evictor);
  guint64 slack = evictor->max_weight > 0 ? base / PRECISION : 0;
  gboolean fits;

  if (base - evictor->segments.base + slack > 2 * slack)
    segments_share_out (evictor, base);

  segments_shrink_window (evictor);
  fits = segments_size (evictor, node) <= evictor->segments.window_room;
  segments_link (evictor, id, node, MGR_CACHE_QUEUE_WINDOW, fits);
}

static void
segments_begin_epoch (MgrCacheSegments *self)
{
  self->n_moves = self->n_again = 0;
  self->epoch = self->epoch % MGR_CACHE_STAMP_EPOCHS + 1;
}

static void
segments_stamp (MgrCacheEvictor *evictor,
                MgrCacheNode    *node)
{
  MgrCacheSegments *self = &evictor->segments;

  if (++self->n_moves * EPOCHS >= evictor->n_entries)
    segments_begin_epoch (self);

  mgr_cache_node_set_epoch (node, self->epoch);
}

/* Where so few entries are in use that they never end an epoch by moving, their uses do:
 * else nobody would count them any more. */
void
mgr_cache_segments_touch_again (MgrCacheEvictor *evictor)
{
  if (++evictor->segments.n_again >= evictor->n_entries)
    segments_begin_epoch (&evictor->segments);
}

void
mgr_cache_segments_touch (MgrCacheEvictor *evictor,
                          guint32          id,
                          MgrCacheNode    *node)
{
  if (mgr_cache_evictor_is_fresh (evictor, node))
    return;

  if (node->queue == MGR_CACHE_QUEUE_WINDOW)
    {
      segments_move (evictor, id, node, MGR_CACHE_QUEUE_WINDOW);
    }
  else
    {
      segments_move (evictor, id, node, MGR_CACHE_QUEUE_PROTECTED);
      segments_shrink_protected (evictor);
    }
  segments_stamp (evictor, node);
}

void
mgr_cache_segments_remove (MgrCacheEvictor *evictor,
                           guint32          id)
{
  segments_unlink (evictor, segments_node (evictor, id));
}

void
mgr_cache_segments_reweigh (MgrCacheEvictor *evictor,
                            guint32          id,
                            guint64          weight)
{
  const MgrCacheNode *node = segments_node (evictor, id);

  if (evictor->max_weight > 0)
    evictor->segments.sizes[node->queue] += weight - mgr_cache_node_get_weight (node);
}

void
mgr_cache_segments_measure (MgrCacheEvictor *evictor)
{
  MgrCacheSegments *self = &evictor->segments;

  for (guint queue = MGR_CACHE_QUEUE_WINDOW; queue <= MGR_CACHE_QUEUE_LIMBO; queue++)
    {
      guint32 head = self->heads[queue];
      MgrCacheNode *node = segments_node (evictor, head);

      self->sizes[queue] = 0;
      while (node->next != head)
        {
          node = segments_node (evictor, node->next);
          self->sizes[queue] += segments_size (evictor, node);
        }
    }
}

/* The coldest of all, without what is in the window. */
static guint32
segments_coldest_of_main (MgrCacheEvictor *evictor)
{
  guint32 id = segments_coldest (evictor, MGR_CACHE_QUEUE_PROBATION);

  return id != 0 ? id : segments_coldest (evictor, MGR_CACHE_QUEUE_PROTECTED);
}

/* What the window has no room for, unless it is let in. */
static guint32
segments_reject (MgrCacheEvictor *evictor)
{
  for (guint i = 0; i < MOVES && segments_window_is_over (evictor); i++)
    {
      guint32 id = segments_coldest (evictor, MGR_CACHE_QUEUE_WINDOW);
      MgrCacheNode *node = segments_node (evictor, id);

      if (!segments_admits (evictor, node))
        return id;
      segments_move (evictor, id, node, MGR_CACHE_QUEUE_PROBATION);
    }

  return 0;
}

guint32
mgr_cache_segments_pick (MgrCacheEvictor *evictor)
{
  guint32 id = segments_coldest (evictor, MGR_CACHE_QUEUE_LIMBO);

  evictor->segments.full = TRUE;
  if (id == 0)
    id = segments_reject (evictor);
  if (id == 0)
    id = segments_coldest_of_main (evictor);
  if (id == 0)
    id = segments_coldest (evictor, MGR_CACHE_QUEUE_WINDOW);
  if (id != 0)
    segments_unlink (evictor, segments_node (evictor, id));

  return id;
}
