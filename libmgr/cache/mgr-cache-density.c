/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-evictor-private.h"

#include <string.h>

#define FIRST_ROOM 64
#define FREQUENCY_MAX G_MAXUINT8

static inline MgrCacheNode *
density_node (MgrCacheEvictor *evictor,
              guint32          id)
{
  return mgr_cache_nodes_get (evictor->nodes, id);
}

void
mgr_cache_density_clear (MgrCacheEvictor *evictor)
{
  g_clear_pointer (&evictor->density.priorities, g_free);
  g_clear_pointer (&evictor->density.ids, g_free);
  evictor->density.room = 0;
}

static inline void
density_set (MgrCacheEvictor *evictor,
             guint32          place,
             guint32          id,
             double           priority)
{
  evictor->density.ids[place] = id;
  evictor->density.priorities[place] = priority;
  density_node (evictor, id)->prev = place;
}

static void
density_move (MgrCacheEvictor *evictor,
              guint32          from,
              guint32          to)
{
  density_set (evictor, to, evictor->density.ids[from], evictor->density.priorities[from]);
}

/* Puts @id where its priority belongs, from @place on upwards and downwards. */
static void
density_sift (MgrCacheEvictor *evictor,
              guint32          place,
              guint32          id,
              double           priority)
{
  const MgrCacheDensity *self = &evictor->density;
  guint32 child;

  for (; place > 0 && self->priorities[(place - 1) / 2] > priority; place = (place - 1) / 2)
    density_move (evictor, (place - 1) / 2, place);

  for (; (child = 2 * place + 1) < self->n_ids; place = child)
    {
      if (child + 1 < self->n_ids && self->priorities[child + 1] < self->priorities[child])
        child++;
      if (self->priorities[child] >= priority)
        break;
      density_move (evictor, child, place);
    }

  density_set (evictor, place, id, priority);
}

static double
density_priority (MgrCacheEvictor    *evictor,
                  const MgrCacheNode *node)
{
  float density;

  memcpy (&density, &node->next, sizeof density);
  return evictor->density.age + (double) node->frequency * (double) density;
}

static void
density_make_room (MgrCacheDensity *self)
{
  if (self->n_ids < self->room)
    return;

  self->room = MAX (self->room * 2, FIRST_ROOM);
  self->priorities = g_renew (double, self->priorities, self->room);
  self->ids = g_renew (guint32, self->ids, self->room);
}

void
mgr_cache_density_weigh (MgrCacheNode *node,
                         double        cost)
{
  float density = (float) (cost / (double) mgr_cache_node_get_weight (node));

  memcpy (&node->next, &density, sizeof density);
}

/* What was here before begins where it left off. */
void
mgr_cache_density_add (MgrCacheEvictor *evictor,
                       guint32          id)
{
  MgrCacheDensity *self = &evictor->density;
  MgrCacheNode *node = density_node (evictor, id);

  node->queue = MGR_CACHE_QUEUE_HEAP;
  node->frequency = (guint8) MAX (mgr_cache_sketch_get (self->sketch, node->hash), 1);
  density_make_room (self);
  self->n_ids++;
  density_sift (evictor, self->n_ids - 1, id, density_priority (evictor, node));
}

void
mgr_cache_density_touch (MgrCacheEvictor *evictor,
                         guint32          id)
{
  MgrCacheNode *node = density_node (evictor, id);

  node->frequency = MIN (node->frequency + 1, FREQUENCY_MAX);
  density_sift (evictor, node->prev, id, density_priority (evictor, node));
}

void
mgr_cache_density_reweigh (MgrCacheEvictor *evictor,
                           guint32          id)
{
  const MgrCacheNode *node = density_node (evictor, id);

  density_sift (evictor, node->prev, id, density_priority (evictor, node));
}

void
mgr_cache_density_remove (MgrCacheEvictor *evictor,
                          guint32          id)
{
  MgrCacheDensity *self = &evictor->density;
  guint32 place = density_node (evictor, id)->prev;
  guint32 last = --self->n_ids;

  if (place != last)
    density_sift (evictor, place, self->ids[last], self->priorities[last]);
}

guint32
mgr_cache_density_pick (MgrCacheEvictor *evictor)
{
  MgrCacheDensity *self = &evictor->density;
  guint32 id;

  if (self->n_ids == 0)
    return 0;

  id = self->ids[0];
  self->age = self->priorities[0];
  mgr_cache_density_remove (evictor, id);
  return id;
}
