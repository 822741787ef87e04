/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-peers.h"

#include <mgr.h>

/* The cache as programs have it. */

static gpointer
managed_create (gsize n_entries)
{
  return mgr_cache_new ("bench", MGR_CACHE_KEY_TYPE_INT64, 0, n_entries);
}

static gsize
managed_run (gpointer            data,
             const CacheRequest *requests,
             gsize               n_requests)
{
  MgrCache *cache = data;
  GValue one = G_VALUE_INIT;
  gsize hits = 0;

  g_value_init (&one, G_TYPE_INT64);
  g_value_set_int64 (&one, 1);

  for (gsize i = 0; i < n_requests; i++)
    {
      GValue value = G_VALUE_INIT;

      if (mgr_cache_get_int64 (cache, requests[i].key, &value))
        hits++;
      else
        mgr_cache_put_int64 (cache, requests[i].key, &one, NULL, NULL);
    }

  return hits;
}

const CachePeer cache_peer_managed = { "Mgr.Cache", managed_create, managed_run, g_object_unref };
