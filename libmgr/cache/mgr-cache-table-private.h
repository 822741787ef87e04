/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-core-private.h"
#include "cache/mgr-cache-lock-private.h"
#include "cache/mgr-timer-wheel-private.h"

G_BEGIN_DECLS

/* The inside of a MgrCacheCore, for its own files. */

/* One cache line. The key, the value and the deadline are guarded by the stripe's lock,
 * and change only with the core's lock held as well; the rest by the core's lock, but for
 * chain and hash of the node, which are of the table. */
typedef struct
{
  MgrCacheNode node;
  MgrCacheKeyData key; /* (owned) */
  gpointer value;      /* (owned) */
  MgrTimerNode timer;  /* a deadline of 0 is none */
} MgrCacheEntry;

G_STATIC_ASSERT (sizeof (MgrCacheEntry) <= MGR_CACHE_LINE);

/* Those keys whose hashes end alike. */
typedef struct
{
  MgrCacheLock lock;
  MgrCacheIndex index; /* guarded by lock, and changed only with the core's lock held too, or by
                        * that alone where something is linked */
  guint64 hits;        /* guarded by lock */
  guint64 misses;      /* guarded by lock */
} __attribute__ ((aligned (MGR_CACHE_LINE))) MgrCacheStripe;

/* What a thread found and the policy was not told of yet: a ring, with no lock. Threads
 * that share one may overwrite each other's. Everything in it is atomic. */
#define MGR_CACHE_BUFFER_SIZE 64

typedef struct
{
  guint32 tail; /* counts what was written */
  guint32 head; /* counts what was told, changed with the core's lock held */
  guint32 ids[MGR_CACHE_BUFFER_SIZE];
} __attribute__ ((aligned (MGR_CACHE_LINE))) MgrCacheBuffer;

struct _MgrCacheCore
{
  MgrCacheKeyType key_type;
  MgrCacheRefFunc value_ref; /* (nullable) */
  const MgrCacheFollower *follower; /* (unowned) (nullable) */
  gpointer follower_data;    /* (unowned) */
  guint64 seed;
  guint n_stripes;           /* a power of two */
  guint n_buffers;           /* a power of two */
  guint8 epoch;              /* atomic: that of the policy, written with the lock held */
  MgrCacheStripe *stripes;   /* (owned) (array length=n_stripes) */
  MgrCacheBuffer *buffers;   /* (owned) (array length=n_buffers) */

  /* The chunks of it are read with a stripe's lock, or the other, held. */
  MgrCacheNodes nodes __attribute__ ((aligned (MGR_CACHE_LINE)));
  guint32 first_id; /* the nodes before it are the policy's own */

  /* All of this is guarded by lock. */
  MgrCacheLock lock __attribute__ ((aligned (MGR_CACHE_LINE)));
  MgrCachePolicy policy;
  MgrTimerWheel *wheel; /* (owned) (nullable) until there is a deadline */
  guint64 removed[MGR_CACHE_CAUSE_COLLECTED + 1];
  guint64 removed_weight[MGR_CACHE_CAUSE_COLLECTED + 1];
};

/* With the lock held, after the policy was told anything. */
static inline void
mgr_cache_core_follow (MgrCacheCore *self)
{
  guint8 epoch = self->policy.evictor.segments.epoch;

  if (self->epoch != epoch)
    __atomic_store_n (&self->epoch, epoch, __ATOMIC_RELAXED);
}

/* With the lock held: tells the policy what this thread found, or all did. */
void     mgr_cache_core_drain     (MgrCacheCore *self);
void     mgr_cache_core_drain_all (MgrCacheCore *self);

static inline MgrCacheEntry *
mgr_cache_core_entry (const MgrCacheCore *self,
                      guint32             id)
{
  return (MgrCacheEntry *) mgr_cache_nodes_get (&self->nodes, id);
}

static inline MgrCacheStripe *
mgr_cache_core_stripe (const MgrCacheCore *self,
                       guint32             hash)
{
  return &self->stripes[hash & (self->n_stripes - 1)];
}

/* With the lock or that of the stripe held. A key of another type is not there. */
static inline guint32
mgr_cache_core_find (const MgrCacheCore   *self,
                     const MgrCacheStripe *stripe,
                     const MgrCacheKey    *key)
{
  guint32 id = mgr_cache_index_first (&stripe->index, key->hash);

  if (G_UNLIKELY (key->type != self->key_type))
    return 0;

  while (id != 0)
    {
      const MgrCacheEntry *entry = mgr_cache_core_entry (self, id);

      if (entry->node.hash == key->hash &&
          (key->type == MGR_CACHE_KEY_TYPE_INT64 ? key->number == entry->key.number
                                                 : mgr_cache_key_equals (key, entry->key)))
        break;
      id = entry->node.chain;
    }

  return id;
}

static inline gboolean
mgr_cache_entry_is_expired (const MgrCacheEntry *entry,
                            gint64               now)
{
  return entry->timer.deadline != 0 && entry->timer.deadline <= now;
}

G_END_DECLS
