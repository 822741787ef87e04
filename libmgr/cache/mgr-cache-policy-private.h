/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-shadow-private.h"

G_BEGIN_DECLS

typedef enum
{
  MGR_CACHE_AIM_REQUESTS, /* as many hits as can be */
  MGR_CACHE_AIM_BYTES,    /* hits of as much weight as can be */
  MGR_CACHE_AIM_COST,     /* hits that save as much cost as can be */
  MGR_CACHE_AIM_RECENT,   /* what was used last: plain LRU */
} MgrCacheAim;

typedef enum
{
  MGR_CACHE_SHADOW_NEW,    /* nearly no window: what is used often stays */
  MGR_CACHE_SHADOW_MIXED,
  MGR_CACHE_SHADOW_RECENT, /* nearly all is window: what is used now stays */
  MGR_CACHE_SHADOW_DENSE,  /* what is light stays */
  MGR_CACHE_SHADOW_HALF,   /* as the cache itself, with half its room; of no use where it is the
                            * window alone that is chosen: */
  MGR_CACHE_SHADOW_HALF_NEW, /* with half its room, as the first three */
  MGR_CACHE_SHADOW_HALF_MIXED,
  MGR_CACHE_SHADOW_HALF_RECENT,
  MGR_CACHE_SHADOW_TWICE,  /* as the cache itself, with twice its room */
  MGR_CACHE_N_SHADOWS,
} MgrCacheShadowName;

/* Of requests that shadows have still to see: they see many at a time, one shadow after
 * the other, so that each is in the processor's cache only once. */
#define MGR_CACHE_BATCH 32

typedef struct
{
  guint64 weight;
  double cost;
  guint32 hash;
} MgrCacheRequest;

/* Those of other sizes cost something, so they begin when they are first asked for. They
 * know after two steps, of two requests for each entry there is room for: in the first
 * they find what is asked for. */
typedef enum
{
  MGR_CACHE_ESTIMATES_OFF,
  MGR_CACHE_ESTIMATES_BEGUN,
  MGR_CACHE_ESTIMATES_COUNTED,
  MGR_CACHE_ESTIMATES_KNOWN,
} MgrCacheEstimates;

/* Which entries of a cache go. It knows nodes, not what is stored with them, and holds
 * no lock.
 *
 * Its window is chosen by shadows: the one whose window brought the most of late is
 * what the window moves towards. More of them tell what half and twice the room would
 * bring. */
typedef struct
{
  MgrCacheAim aim;
  MgrCacheEstimates estimates;
  MgrCacheEvictor evictor;
  MgrCacheSketch sketch;
  MgrCacheShadow shadows[MGR_CACHE_N_SHADOWS];
  MgrCacheRequest batch[MGR_CACHE_BATCH];
  guint n_batch;
  guint sampling;          /* shadows see one of 2^sampling keys, */
  guint watching;          /* and those of other sizes one of 2^watching: among them all of those */
  guint32 n_sampled;       /* requests they saw since the last step of the window */
  guint n_steps;           /* of the window since the last one of the estimates */
  guint64 watched;         /* bytes or entries of the cache, of keys that any of them sees */
  guint heading;           /* of the windows tried, the one towards which that of the cache moves */
  double share;            /* what these were of all of late, 0 to 1 */
  double asked;            /* what hits on all of these were worth, the older less */
  double gain;             /* and those of the cache itself */
} MgrCachePolicy;

/* Ratios of the requests, or of the weight or cost asked for, as the aim says. */
typedef struct
{
  double half;
  double same;
  double twice;
} MgrCacheEstimate;

/* @max_entries and @max_weight may be 0, for no bound. */
void     mgr_cache_policy_init     (MgrCachePolicy       *self,
                                    MgrCacheAim           aim,
                                    MgrCacheNodes        *nodes,
                                    guint64               max_entries,
                                    guint64               max_weight);
void     mgr_cache_policy_clear    (MgrCachePolicy       *self);
/* What does not fit any more is for the caller to pick. */
void     mgr_cache_policy_bound    (MgrCachePolicy       *self,
                                    guint64               max_entries,
                                    guint64               max_weight);

/* An entry was found. */
void     mgr_cache_policy_hit      (MgrCachePolicy       *self,
                                    guint32               id);
/* An entry came; the hash and weight of its node are set. @cost is what it took to
 * have it, in any unit. */
void     mgr_cache_policy_insert   (MgrCachePolicy       *self,
                                    guint32               id,
                                    double                cost);
/* An entry has another value. */
void     mgr_cache_policy_replace  (MgrCachePolicy       *self,
                                    guint32               id,
                                    guint64               weight,
                                    double                cost);
/* An entry may not be picked, or may be again. */
void     mgr_cache_policy_pin      (MgrCachePolicy       *self,
                                    guint32               id);
void     mgr_cache_policy_unpin    (MgrCachePolicy       *self,
                                    guint32               id);
/* An entry goes for another reason than room. */
void     mgr_cache_policy_remove   (MgrCachePolicy       *self,
                                    guint32               id);
/* The entry that is worth least goes. Returns: its node, or 0 if none may go */
guint32  mgr_cache_policy_pick     (MgrCachePolicy       *self);

/* Begins to find out, if it was not asked before. Returns: %FALSE while too little was
 * asked for since then to tell */
gboolean mgr_cache_policy_estimate (MgrCachePolicy       *self,
                                    MgrCacheEstimate     *estimate);

/* Gives back what it needed for as many as it knew. There may be no entry. */
void     mgr_cache_policy_shrink   (MgrCachePolicy       *self);
/* Bytes of its own, besides those of the nodes. */
gsize    mgr_cache_policy_get_size (const MgrCachePolicy *self);

/* Has the processor fetch what a hit or an insertion will need, while it does something else. */
static inline void
mgr_cache_policy_expect (const MgrCachePolicy *self,
                         guint32               hash)
{
  __builtin_prefetch (mgr_cache_sketch_block (&self->sketch, hash), 1);
}

static inline void
mgr_cache_policy_expect_hit (const MgrCachePolicy *self,
                             guint32               id)
{
  const MgrCacheNode *node = mgr_cache_nodes_get (self->evictor.nodes, id);

  if (!mgr_cache_evictor_is_segment (node->queue) || mgr_cache_evictor_is_fresh (&self->evictor, node))
    return;

  mgr_cache_policy_expect (self, node->hash);
  __builtin_prefetch (mgr_cache_nodes_get (self->evictor.nodes, node->prev), 1);
  __builtin_prefetch (mgr_cache_nodes_get (self->evictor.nodes, node->next), 1);
}

static inline gboolean
mgr_cache_policy_is_over (const MgrCachePolicy *self)
{
  return mgr_cache_evictor_is_over (&self->evictor);
}

G_END_DECLS
