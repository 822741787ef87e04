/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-peers.h"

#include "cache/mgr-cache-core-private.h"

static gpointer
ours_create (gsize n_entries)
{
  return mgr_cache_core_new (&(MgrCacheConfig) {
    .key_type = MGR_CACHE_KEY_TYPE_INT64,
    .aim = MGR_CACHE_AIM_REQUESTS,
    .max_entries = n_entries,
    .seed = 1,
  });
}

static void
ours_destroy (gpointer cache)
{
  MgrCacheRemovals removals = { 0, };

  mgr_cache_core_free (cache, &removals);
  mgr_cache_removals_clear (&removals, MGR_CACHE_KEY_TYPE_INT64, NULL);
}

static void
ours_put (MgrCacheCore      *core,
          const MgrCacheKey *key,
          guint64            weight)
{
  const MgrCacheItem item = { .value.data = GUINT_TO_POINTER (1), .weight = weight, .cost = 1.0 };
  MgrCacheRemovals removals;

  removals.n = 0;
  removals.rest = NULL;
  mgr_cache_core_put (core, key, &item, 0, &removals, NULL);
  mgr_cache_removals_clear (&removals, MGR_CACHE_KEY_TYPE_INT64, NULL);
}

static gsize
ours_run (gpointer            data,
          const CacheRequest *requests,
          gsize               n_requests)
{
  MgrCacheCore *core = data;
  guint64 seed = mgr_cache_core_get_seed (core);
  gsize hits = 0;

  for (gsize i = 0; i < n_requests; i++)
    {
      MgrCacheKey key = mgr_cache_key_int64 (seed, requests[i].key);
      MgrCacheValue value;

      if (mgr_cache_core_get (core, &key, 0, &value))
        hits++;
      else
        ours_put (core, &key, requests[i].weight);
    }

  return hits;
}

const CachePeer cache_peer_ours = { "its core", ours_create, ours_run, ours_destroy };
