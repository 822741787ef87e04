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

/* More threads than processors may use it in turn. */
#define BUFFERS_PER_PROCESSOR 2
#define MIN_BUFFERS 4

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
  self->has_pointers = config->key_type != MGR_CACHE_KEY_TYPE_INT64;
  self->value_ref = config->value_ref;
  self->follower = config->follower;
  self->follower_data = config->follower_data;
  self->seed = mgr_cache_key_mix (config->seed != 0 ? config->seed : random_seed ());

  self->n_stripes = MAX (power_of_two (n_processors * STRIPES_PER_PROCESSOR, MAX_STRIPES),
                         MIN_STRIPES);
  self->stripes = alloc_lines (self->n_stripes, sizeof *self->stripes);
  for (guint i = 0; i < self->n_stripes; i++)
    mgr_cache_index_init (&self->stripes[i].index);

  self->n_buffers = CLAMP (n_processors * BUFFERS_PER_PROCESSOR, MIN_BUFFERS, MGR_CACHE_MAX_SLOTS);
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

static void
stripe_list (MgrCacheCore     *self,
             MgrCacheStripe   *stripe,
             gint64            now,
             MgrCacheRemovals *entries)
{
  for (gsize i = 0; i < mgr_cache_index_get_n_buckets (&stripe->index); i++)
    {
      guint32 id = mgr_cache_index_table_buckets (stripe->index.table)[i];

      for (; id != 0; id = mgr_cache_core_entry (self, id)->node.chain)
        {
          const MgrCacheEntry *entry = mgr_cache_core_entry (self, id);

          if (mgr_cache_entry_is_expired (entry, now))
            continue;

          *mgr_cache_removals_append (entries) = (MgrCacheRemoval) {
            .key = mgr_cache_key_data_copy (self->key_type, entry->key),
            .value = mgr_cache_core_ref (self, mgr_cache_entry_get_value (entry)),
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
    stripe_list (self, &self->stripes[i], now, entries);
  mgr_cache_lock_give (&self->lock);
}

void
mgr_cache_core_get_counts (MgrCacheCore   *self,
                           MgrCacheCounts *counts)
{
  *counts = (MgrCacheCounts) { .hits = 0 };
  for (guint i = 0; i < self->n_buffers; i++)
    {
      counts->hits += __atomic_load_n (&self->buffers[i].hits, __ATOMIC_RELAXED);
      counts->misses += __atomic_load_n (&self->buffers[i].misses, __ATOMIC_RELAXED);
      counts->evicted_age += __atomic_load_n (&self->buffers[i].evicted_age, __ATOMIC_RELAXED);
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
