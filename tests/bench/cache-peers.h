/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache-trace.h"

G_BEGIN_DECLS

/* A cache of numbers by numbers, bounded to entries: each request gets, and puts what it
 * did not find. The loop is the peer's own, so that none pays for being called. */
typedef struct
{
  const char *name;
  gpointer (*create)  (gsize               n_entries);
  gsize    (*run)     (gpointer            cache,
                       const CacheRequest *requests,
                       gsize               n_requests); /* Returns: hits */
  void     (*destroy) (gpointer            cache);
} CachePeer;

extern const CachePeer cache_peer_ours;    /* its core: pointers, no GObject */
extern const CachePeer cache_peer_managed; /* Mgr.Cache: values of any type */
extern const CachePeer cache_peer_glib;
extern const CachePeer cache_peer_list;
extern const CachePeer cache_peer_rocksdb_lru;
extern const CachePeer cache_peer_rocksdb_clock;

G_END_DECLS
