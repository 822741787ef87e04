/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-core-private.h"
#include "cache/mgr-cache-lock-private.h"
#include "cache/mgr-cache-slot-private.h"
#include "cache/mgr-timer-wheel-private.h"

G_BEGIN_DECLS

/* The inside of a MgrCacheCore, for its own files. */

/* One cache line. The key, the value and the deadline are atomic, and change only with the
 * core's lock held, and that of the stripe where there are pointers; so does the chain of
 * the node. The rest is guarded by the core's lock. */
typedef struct
{
  MgrCacheNode node;
  MgrCacheKeyData key; /* (owned) */
  gpointer data;       /* (owned): of the value */
  MgrTimerNode timer;  /* a deadline of 0 is none; one below 0 is that of a number: its note, with
                        * the sign */
} MgrCacheEntry;

G_STATIC_ASSERT (sizeof (MgrCacheEntry) <= MGR_CACHE_LINE);

/* Those keys whose hashes end alike. */
typedef struct
{
  MgrCacheLock lock;
  guint32 version;     /* atomic: odd while a change could mislead who reads; changed with the
                        * core's lock held */
  MgrCacheIndex index; /* guarded by lock, and changed only with the core's lock held too, or by
                        * that alone where something is linked */
} __attribute__ ((aligned (MGR_CACHE_LINE))) MgrCacheStripe;

/* A number that has gone from under a number. */
typedef struct
{
  gint64 key;
  gpointer data;
  gint64 note;
  MgrCacheCause cause;
} MgrCacheDeferred;

/* What a thread found: how much, and those that the policy was not told of yet, in a ring;
 * and in another what has gone meanwhile and was put off. There is no lock: everything in it
 * is atomic. One thread has it to itself, but for the first one, which all share who have
 * none: they may overwrite what others found there. */
#define MGR_CACHE_BUFFER_SIZE 64
#define MGR_CACHE_MAX_DEFERRED 32

typedef struct
{
  guint64 hits;
  guint64 misses;
  guint64 evicted_age;
  guint32 tail; /* counts what was written */
  guint32 head; /* counts what was told, changed with the core's lock held */
  guint32 deferred_end;
  guint32 deferred_begin; /* changed with the core's lock held */
  guint32 ids[MGR_CACHE_BUFFER_SIZE];
  MgrCacheDeferred deferred[MGR_CACHE_MAX_DEFERRED];
} __attribute__ ((aligned (MGR_CACHE_LINE))) MgrCacheBuffer;

struct _MgrCacheCore
{
  MgrCacheKeyType key_type;
  MgrCacheRefFunc value_ref; /* (nullable) */
  const MgrCacheFollower *follower; /* (unowned) (nullable) */
  gpointer follower_data;    /* (unowned) */
  guint64 seed;
  guint n_stripes;           /* a power of two */
  guint n_buffers;
  gint has_pointers;         /* atomic: whether there ever was a key or value that may only be read
                              * under a lock; set with the lock held */
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

static inline gboolean
mgr_cache_core_has_pointers (const MgrCacheCore *self)
{
  return __atomic_load_n (&self->has_pointers, __ATOMIC_ACQUIRE);
}

/* Around a change of a stripe, with the lock held. */
static inline void
mgr_cache_core_open (MgrCacheCore   *self,
                     MgrCacheStripe *stripe)
{
  if (self->has_pointers)
    mgr_cache_lock_take (&stripe->lock);
  __atomic_store_n (&stripe->version, stripe->version + 1, __ATOMIC_RELAXED);
}

static inline void
mgr_cache_core_close (MgrCacheCore   *self,
                      MgrCacheStripe *stripe)
{
  __atomic_store_n (&stripe->version, stripe->version + 1, __ATOMIC_RELEASE);
  if (self->has_pointers)
    mgr_cache_lock_give (&stripe->lock);
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

static inline gint64
mgr_cache_entry_get_deadline (const MgrCacheEntry *entry)
{
  return __atomic_load_n (&entry->timer.deadline, __ATOMIC_ACQUIRE);
}

/* @deadline: of an entry, here and below */
static inline gboolean
mgr_cache_deadline_is_over (gint64 deadline,
                            gint64 now)
{
  return deadline > 0 && deadline <= now;
}

static inline gint64
mgr_cache_deadline_get_note (gint64 deadline)
{
  return deadline < 0 ? deadline & G_MAXINT64 : 0;
}

static inline gboolean
mgr_cache_entry_is_expired (const MgrCacheEntry *entry,
                            gint64               now)
{
  return mgr_cache_deadline_is_over (mgr_cache_entry_get_deadline (entry), now);
}

static inline MgrCacheValue
mgr_cache_entry_get_value (const MgrCacheEntry *entry)
{
  return (MgrCacheValue) {
    .data = __atomic_load_n (&entry->data, __ATOMIC_ACQUIRE),
    .note = mgr_cache_deadline_get_note (mgr_cache_entry_get_deadline (entry)),
  };
}

/* With the entry's lock held. Returns: @value, referenced where it has to be */
static inline MgrCacheValue
mgr_cache_core_ref (const MgrCacheCore *self,
                    MgrCacheValue       value)
{
  if (value.note == 0 && self->value_ref != NULL)
    self->value_ref (value.data);

  return value;
}

G_END_DECLS
