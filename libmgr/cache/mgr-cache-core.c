/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-core-private.h"
#include "cache/mgr-cache-table-private.h"

#include <string.h>

/* Threads seldom meet in a stripe where there are this many for each processor. */
#define STRIPES_PER_PROCESSOR 4
#define MIN_STRIPES 8
#define MAX_STRIPES 64

#define MAX_BUFFERS 16

/* The policy is told of so many at a time, if nobody else is at it. */
#define BATCH 32

static guint
power_of_two (guint least,
              guint most)
{
  guint power = 1;

  while (power < least && power < most)
    power *= 2;

  return power;
}

static gpointer
alloc_lines (gsize n,
             gsize size)
{
  return g_aligned_alloc0 (n, size, MGR_CACHE_LINE);
}

static guint64
random_seed (void)
{
  return (guint64) g_random_int () << 32 | g_random_int ();
}

MgrCacheCore *
mgr_cache_core_new (const MgrCacheConfig *config)
{
  guint n_processors = g_get_num_processors ();
  MgrCacheCore *self = alloc_lines (1, sizeof *self);

  self->key_type = config->key_type;
  self->value_ref = config->value_ref;
  self->follower = config->follower;
  self->follower_data = config->follower_data;
  self->seed = mgr_cache_key_mix (config->seed != 0 ? config->seed : random_seed ());

  self->n_stripes = MAX (power_of_two (n_processors * STRIPES_PER_PROCESSOR, MAX_STRIPES),
                         MIN_STRIPES);
  self->stripes = alloc_lines (self->n_stripes, sizeof *self->stripes);
  for (guint i = 0; i < self->n_stripes; i++)
    mgr_cache_index_init (&self->stripes[i].index);

  self->n_buffers = power_of_two (n_processors, MAX_BUFFERS);
  self->buffers = alloc_lines (self->n_buffers, sizeof *self->buffers);
  mgr_cache_nodes_init (&self->nodes, config->max_entries);
  mgr_cache_policy_init (&self->policy, config->aim, &self->nodes, config->max_entries,
                         config->max_weight);
  self->first_id = self->nodes.n_touched;
  return self;
}

void
mgr_cache_core_free (MgrCacheCore     *self,
                     MgrCacheRemovals *removals)
{
  /* That the cache ends says nothing of its keys. */
  self->follower = NULL;
  mgr_cache_core_clear (self, MGR_CACHE_CAUSE_EXPLICIT, removals);
  mgr_cache_policy_clear (&self->policy);
  mgr_cache_nodes_clear (&self->nodes);
  for (guint i = 0; i < self->n_stripes; i++)
    mgr_cache_index_clear (&self->stripes[i].index);

  g_clear_pointer (&self->wheel, mgr_timer_wheel_free);
  g_aligned_free (self->stripes);
  g_aligned_free (self->buffers);
  g_aligned_free (self);
}

guint64
mgr_cache_core_get_seed (const MgrCacheCore *self)
{
  return self->seed;
}

/* Threads are counted as they come, so the first ones never share a buffer. */
static guint
thread_number (void)
{
  static guint n_threads;
  static __thread guint number;

  if (G_UNLIKELY (number == 0))
    number = (guint) g_atomic_int_add (&n_threads, 1) + 1;

  return number;
}

static MgrCacheBuffer *
core_buffer (MgrCacheCore *self)
{
  return &self->buffers[thread_number () & (self->n_buffers - 1)];
}

static void
core_drain_buffer (MgrCacheCore   *self,
                   MgrCacheBuffer *buffer)
{
  guint32 tail = __atomic_load_n (&buffer->tail, __ATOMIC_ACQUIRE);
  guint32 head = __atomic_load_n (&buffer->head, __ATOMIC_RELAXED);

  if (head == tail)
    return;

  /* Threads that share it can have counted twice, or back. */
  if (tail - head > MGR_CACHE_BUFFER_SIZE)
    head = tail;

  for (; head != tail; head++)
    {
      guint32 *place = &buffer->ids[head % MGR_CACHE_BUFFER_SIZE];

      mgr_cache_policy_hit (&self->policy, __atomic_load_n (place, __ATOMIC_RELAXED));
    }

  __atomic_store_n (&buffer->head, head, __ATOMIC_RELEASE);
  mgr_cache_core_follow (self);
}

void
mgr_cache_core_drain (MgrCacheCore *self)
{
  core_drain_buffer (self, core_buffer (self));
}

void
mgr_cache_core_drain_all (MgrCacheCore *self)
{
  for (guint i = 0; i < self->n_buffers; i++)
    core_drain_buffer (self, &self->buffers[i]);
}

/* An entry may be gone and its number another's by the time the policy hears of it: that
 * one is then taken for a little warmer than it is. */
static void
core_note (MgrCacheCore *self,
           guint32       id)
{
  MgrCacheBuffer *buffer = core_buffer (self);
  guint32 tail = __atomic_load_n (&buffer->tail, __ATOMIC_RELAXED);
  guint32 n = tail - __atomic_load_n (&buffer->head, __ATOMIC_ACQUIRE);

  if (n < MGR_CACHE_BUFFER_SIZE)
    {
      __atomic_store_n (&buffer->ids[tail % MGR_CACHE_BUFFER_SIZE], id, __ATOMIC_RELAXED);
      __atomic_store_n (&buffer->tail, tail + 1, __ATOMIC_RELEASE);
    }

  if (n >= BATCH && mgr_cache_lock_try (&self->lock))
    {
      core_drain_buffer (self, buffer);
      mgr_cache_lock_give (&self->lock);
    }
}

static gpointer
core_ref (MgrCacheCore *self,
          gpointer      value)
{
  return self->value_ref != NULL ? self->value_ref (value) : value;
}

/* @take: (nullable): if %NULL, the value with a reference is taken */
static inline gboolean
core_get (MgrCacheCore      *self,
          const MgrCacheKey *key,
          gint64             now,
          MgrCacheTakeFunc   take,
          gpointer           user_data,
          gpointer          *value)
{
  MgrCacheStripe *stripe = mgr_cache_core_stripe (self, key->hash);
  const MgrCacheEntry *entry;
  gboolean fresh = FALSE;
  gboolean found;
  guint32 id;

  mgr_cache_lock_take (&stripe->lock);
  id = mgr_cache_core_find (self, stripe, key);
  entry = mgr_cache_core_entry (self, id);
  found = id != 0 && !mgr_cache_entry_is_expired (entry, now);
  if (found)
    {
      *value = take != NULL ? take (entry->value, user_data) : core_ref (self, entry->value);
      fresh = mgr_cache_node_get_stamp (&entry->node) ==
              __atomic_load_n (&self->epoch, __ATOMIC_RELAXED);
    }
  stripe->hits += (guint) found;
  stripe->misses += (guint) !found;
  mgr_cache_lock_give (&stripe->lock);

  if (found && !fresh)
    core_note (self, id);
  return found;
}

gboolean
mgr_cache_core_get (MgrCacheCore      *self,
                    const MgrCacheKey *key,
                    gint64             now,
                    gpointer          *value)
{
  return core_get (self, key, now, NULL, NULL, value);
}

gboolean
mgr_cache_core_get_by (MgrCacheCore      *self,
                       const MgrCacheKey *key,
                       gint64             now,
                       MgrCacheTakeFunc   take,
                       gpointer           user_data,
                       gpointer          *value)
{
  return core_get (self, key, now, take, user_data, value);
}

gboolean
mgr_cache_core_peek (MgrCacheCore      *self,
                     const MgrCacheKey *key,
                     gint64             now,
                     gpointer          *value)
{
  MgrCacheStripe *stripe = mgr_cache_core_stripe (self, key->hash);
  gboolean found;
  guint32 id;

  mgr_cache_lock_take (&stripe->lock);
  id = mgr_cache_core_find (self, stripe, key);
  found = id != 0 && !mgr_cache_entry_is_expired (mgr_cache_core_entry (self, id), now);
  if (found && value != NULL)
    *value = core_ref (self, mgr_cache_core_entry (self, id)->value);
  mgr_cache_lock_give (&stripe->lock);

  return found;
}

static void
stripe_list (MgrCacheCore     *self,
             MgrCacheStripe   *stripe,
             gint64            now,
             MgrCacheRemovals *entries)
{
  for (gsize i = 0; i < mgr_cache_index_get_n_buckets (&stripe->index); i++)
    {
      guint32 id = stripe->index.buckets[i];

      for (; id != 0; id = mgr_cache_core_entry (self, id)->node.chain)
        {
          const MgrCacheEntry *entry = mgr_cache_core_entry (self, id);

          if (mgr_cache_entry_is_expired (entry, now))
            continue;

          *mgr_cache_removals_append (entries) = (MgrCacheRemoval) {
            .key = mgr_cache_key_data_copy (self->key_type, entry->key),
            .value = core_ref (self, entry->value),
            .weight = mgr_cache_node_get_weight (&entry->node),
          };
        }
    }
}

void
mgr_cache_core_list (MgrCacheCore     *self,
                     gint64            now,
                     MgrCacheRemovals *entries)
{
  mgr_cache_lock_take (&self->lock);
  for (guint i = 0; i < self->n_stripes; i++)
    {
      mgr_cache_lock_take (&self->stripes[i].lock);
      stripe_list (self, &self->stripes[i], now, entries);
      mgr_cache_lock_give (&self->stripes[i].lock);
    }
  mgr_cache_lock_give (&self->lock);
}

void
mgr_cache_core_get_counts (MgrCacheCore   *self,
                           MgrCacheCounts *counts)
{
  *counts = (MgrCacheCounts) { .hits = 0 };
  for (guint i = 0; i < self->n_stripes; i++)
    {
      mgr_cache_lock_take (&self->stripes[i].lock);
      counts->hits += self->stripes[i].hits;
      counts->misses += self->stripes[i].misses;
      mgr_cache_lock_give (&self->stripes[i].lock);
    }

  mgr_cache_lock_take (&self->lock);
  counts->n_entries = self->policy.evictor.n_entries;
  counts->weight = self->policy.evictor.weight;
  memcpy (counts->removed, self->removed, sizeof self->removed);
  memcpy (counts->removed_weight, self->removed_weight, sizeof self->removed_weight);
  mgr_cache_lock_give (&self->lock);
}

gboolean
mgr_cache_core_estimate (MgrCacheCore     *self,
                         MgrCacheEstimate *estimate)
{
  gboolean known;

  mgr_cache_lock_take (&self->lock);
  mgr_cache_core_drain_all (self);
  known = mgr_cache_policy_estimate (&self->policy, estimate);
  mgr_cache_lock_give (&self->lock);

  return known;
}

gsize
mgr_cache_core_get_overhead (MgrCacheCore *self)
{
  gsize size = sizeof *self + self->n_stripes * sizeof *self->stripes +
               self->n_buffers * sizeof *self->buffers;

  mgr_cache_lock_take (&self->lock);
  size += (gsize) self->nodes.n_touched * MGR_CACHE_LINE;
  size += mgr_cache_policy_get_size (&self->policy);
  for (guint i = 0; i < self->n_stripes; i++)
    size += mgr_cache_index_get_size (&self->stripes[i].index);
  mgr_cache_lock_give (&self->lock);

  return size;
}
