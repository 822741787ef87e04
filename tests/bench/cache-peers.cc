/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-peers.h"

#include <list>
#include <mutex>
#include <unordered_map>

#ifdef HAVE_ROCKSDB
#include <rocksdb/cache.h>
#endif

namespace
{

/* What a program in C++ would write by itself. */
class ListCache
{
public:
  explicit ListCache (gsize n_entries)
    : n_entries (n_entries)
  {
    table.reserve (n_entries + 1);
  }

  bool
  get (gint64    key,
       gpointer *value)
  {
    std::lock_guard<std::mutex> guard (lock);
    auto found = table.find (key);

    if (found == table.end ())
      return false;

    recent.splice (recent.begin (), recent, found->second);
    *value = found->second->second;
    return true;
  }

  void
  put (gint64   key,
       gpointer value)
  {
    std::lock_guard<std::mutex> guard (lock);
    auto found = table.find (key);

    if (found != table.end ())
      {
        found->second->second = value;
        return;
      }

    recent.emplace_front (key, value);
    table.emplace (key, recent.begin ());
    if (recent.size () > n_entries)
      {
        table.erase (recent.back ().first);
        recent.pop_back ();
      }
  }

private:
  using Entries = std::list<std::pair<gint64, gpointer>>;

  std::mutex lock;
  Entries recent;
  std::unordered_map<gint64, Entries::iterator> table;
  gsize n_entries;
};

gpointer
list_create (gsize n_entries)
{
  return new ListCache (n_entries);
}

void
list_destroy (gpointer cache)
{
  delete static_cast<ListCache *> (cache);
}

gsize
list_run (gpointer            data,
          const CacheRequest *requests,
          gsize               n_requests)
{
  auto cache = static_cast<ListCache *> (data);
  gsize hits = 0;

  for (gsize i = 0; i < n_requests; i++)
    {
      gpointer value;

      if (cache->get (requests[i].key, &value))
        hits++;
      else
        cache->put (requests[i].key, GUINT_TO_POINTER (1));
    }

  return hits;
}

#ifdef HAVE_ROCKSDB

struct RocksCache
{
  std::shared_ptr<rocksdb::Cache> cache;
};

/* Each entry is charged 1, without what it costs itself, as with the others. */
gpointer
rocksdb_create_lru (gsize n_entries)
{
  rocksdb::LRUCacheOptions options (n_entries, -1, false, 0.0);

  options.metadata_charge_policy = rocksdb::kDontChargeCacheMetadata;
  return new RocksCache { rocksdb::NewLRUCache (options) };
}

gpointer
rocksdb_create_clock (gsize n_entries)
{
  rocksdb::HyperClockCacheOptions options (n_entries, 1);

  options.metadata_charge_policy = rocksdb::kDontChargeCacheMetadata;
  return new RocksCache { options.MakeSharedCache () };
}

void
rocksdb_destroy (gpointer cache)
{
  delete static_cast<RocksCache *> (cache);
}

void
rocksdb_forget (const rocksdb::Slice &,
                void *)
{
}

gsize
rocksdb_run (gpointer            data,
             const CacheRequest *requests,
             gsize               n_requests)
{
  auto cache = static_cast<RocksCache *> (data)->cache.get ();
  gsize hits = 0;

  for (gsize i = 0; i < n_requests; i++)
    {
      /* The clock takes keys of 16 bytes alone. */
      guint64 words[2] = { requests[i].key, requests[i].key * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) };
      rocksdb::Slice key (reinterpret_cast<const char *> (words), sizeof words);
      rocksdb::Cache::Handle *handle = cache->Lookup (key);

      if (handle != nullptr)
        {
          hits++;
          cache->Release (handle);
        }
      else
        {
          cache->Insert (key, GUINT_TO_POINTER (1), 1, rocksdb_forget);
        }
    }

  return hits;
}

#endif

} // namespace

extern "C"
{

const CachePeer cache_peer_list = {
  "std::list + std::unordered_map + std::mutex", list_create, list_run, list_destroy,
};

#ifdef HAVE_ROCKSDB
const CachePeer cache_peer_rocksdb_lru = {
  "RocksDB's LRU cache", rocksdb_create_lru, rocksdb_run, rocksdb_destroy,
};

const CachePeer cache_peer_rocksdb_clock = {
  "RocksDB's HyperClock cache", rocksdb_create_clock, rocksdb_run, rocksdb_destroy,
};
#endif

}
