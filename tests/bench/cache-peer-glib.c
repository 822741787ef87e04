/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-peers.h"

/* What a program on GLib would write by itself: a hash table, a queue and a mutex. */
typedef struct
{
  GMutex lock;
  GHashTable *table; /* (owned) (element-type PeerEntry) */
  GQueue recent;     /* (element-type PeerEntry), the newest first */
  gsize n_entries;
} PeerCache;

typedef struct
{
  gint64 key;
  gpointer value;
  GList link;
} PeerEntry;

static gpointer
peer_create (gsize n_entries)
{
  PeerCache *cache = g_new0 (PeerCache, 1);

  g_mutex_init (&cache->lock);
  g_queue_init (&cache->recent);
  cache->table = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  cache->n_entries = n_entries;
  return cache;
}

static void
peer_destroy (gpointer data)
{
  PeerCache *cache = data;

  g_hash_table_unref (cache->table);
  g_mutex_clear (&cache->lock);
  g_free (cache);
}

static gboolean
peer_get (PeerCache *cache,
          gint64     key,
          gpointer  *value)
{
  PeerEntry *entry;

  g_mutex_lock (&cache->lock);
  entry = g_hash_table_lookup (cache->table, &key);
  if (entry != NULL)
    {
      g_queue_unlink (&cache->recent, &entry->link);
      g_queue_push_head_link (&cache->recent, &entry->link);
      *value = entry->value;
    }
  g_mutex_unlock (&cache->lock);

  return entry != NULL;
}

static void
peer_put (PeerCache *cache,
          gint64     key,
          gpointer   value)
{
  PeerEntry *entry;

  g_mutex_lock (&cache->lock);
  entry = g_hash_table_lookup (cache->table, &key);
  if (entry == NULL)
    {
      entry = g_new0 (PeerEntry, 1);
      entry->key = key;
      entry->link.data = entry;
      g_hash_table_insert (cache->table, &entry->key, entry);
      g_queue_push_head_link (&cache->recent, &entry->link);
    }
  entry->value = value;
  if (cache->recent.length > cache->n_entries)
    {
      PeerEntry *oldest = g_queue_pop_tail_link (&cache->recent)->data;

      g_hash_table_remove (cache->table, &oldest->key);
    }
  g_mutex_unlock (&cache->lock);
}

static gsize
peer_run (gpointer            cache,
          const CacheRequest *requests,
          gsize               n_requests)
{
  gsize hits = 0;

  for (gsize i = 0; i < n_requests; i++)
    {
      gpointer value;

      if (peer_get (cache, requests[i].key, &value))
        hits++;
      else
        peer_put (cache, requests[i].key, GUINT_TO_POINTER (1));
    }

  return hits;
}

const CachePeer cache_peer_glib = {
  "GHashTable + GQueue + GMutex", peer_create, peer_run, peer_destroy,
};
