/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-evictor-private.h"
#include "cache/mgr-cache-index-private.h"

G_BEGIN_DECLS

/* A cache of nothing, which tells how many hits a cache of another kind or size would
 * have had. It stands for the whole because it sees only some keys, chosen by their
 * hash, and has as much less room.
 *
 * Waldspurger, Saemundsson, Ahmad, Park: Cache Modeling and Optimization using
 * Miniature Simulations, USENIX ATC 2017. */
typedef struct
{
  MgrCacheNodes nodes;
  MgrCacheIndex index;
  MgrCacheEvictor evictor;
  double gain; /* what its hits were worth, the older less */
} MgrCacheShadow;

/* That many come without another chunk of nodes. */
#define MGR_CACHE_SHADOW_NODES 500

/* Returns: whether @hash is of those that are one of 2^@sampling */
typedef gboolean (*MgrCacheSampleFunc) (guint32 hash,
                                        guint   sampling);

void     mgr_cache_shadow_init    (MgrCacheShadow       *self,
                                   MgrCacheOrder         order,
                                   const MgrCacheSketch *sketch);
void     mgr_cache_shadow_clear   (MgrCacheShadow       *self);
/* Returns: whether it was a hit */
gboolean mgr_cache_shadow_request (MgrCacheShadow       *self,
                                   guint32               hash,
                                   guint64               weight,
                                   double                cost);
void     mgr_cache_shadow_forget  (MgrCacheShadow       *self,
                                   guint32               hash);
/* Forgets the hashes that are not of the sample any more. */
void     mgr_cache_shadow_sample  (MgrCacheShadow       *self,
                                   MgrCacheSampleFunc    is_sampled,
                                   guint                 sampling);
gsize    mgr_cache_shadow_get_size (const MgrCacheShadow *self);

G_END_DECLS
