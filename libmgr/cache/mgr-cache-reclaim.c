/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "cache/mgr-cache-record-private.h"
#include "reclaim/mgr-reclaimer.h"

/* What a cache gives back, and what it says of itself. */

static gboolean
is_failure (MgrCacheValue value)
{
  return value.note == 0 && mgr_cache_holder_is_failure (value.data);
}

/**
 * mgr_cache_remove:
 * @self: a cache
 * @key: what to remove
 * @error: return location for a #GError
 *
 * Removes a value, from #MgrCache:store too. What is being loaded for @key at that moment is
 * not kept either. May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys.
 *
 * Returns: whether there was one in memory; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_remove (MgrCache      *self,
                  const GValue  *key,
                  GError       **error)
{
  MgrCacheRemovals removals = { 0, };
  MgrCacheKey wanted;
  gboolean found;
  MgrKey read;

  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (key), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!mgr_key_read (&read, self->key_type, key, error))
    return FALSE;

  mgr_flights_supersede (self->flights, &read);
  wanted = mgr_cache_key_of (self, &read);
  found = mgr_cache_core_remove (self->core, &wanted, mgr_cache_get_time (self),
                                 MGR_CACHE_CAUSE_EXPLICIT, &removals);
  if (found && is_failure (mgr_cache_removals_get (&removals, 0)->value))
    found = FALSE;
  /* A load that began meanwhile may have found it in the store, as below. */
  if (self->tier != NULL)
    mgr_flights_supersede (self->flights, &read);
  mgr_cache_wake_tier (self);
  mgr_cache_bid_farewell (self, &removals);
  return found;
}

/**
 * mgr_cache_set_pinned:
 * @self: a cache
 * @key: an entry
 * @pinned: whether it stays whoever else needs room
 * @error: return location for a #GError
 *
 * Pins an entry, or lets it go again with the others. May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys.
 *
 * Returns: whether there is such an entry; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_set_pinned (MgrCache      *self,
                      const GValue  *key,
                      gboolean       pinned,
                      GError       **error)
{
  MgrCacheKey wanted;
  MgrKey read;

  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (key), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!mgr_key_read (&read, self->key_type, key, error))
    return FALSE;

  wanted = mgr_cache_key_of (self, &read);
  return mgr_cache_core_set_pinned (self->core, &wanted, pinned);
}

/**
 * mgr_cache_invalidate:
 * @self: a cache
 * @tag: a tag, as given to mgr_cache_terms_add_tag()
 *
 * Makes all entries with a tag unfit to be found again. That takes the same time for one
 * and for a million: each goes when it is next asked for, or makes way for others. What
 * gets the tag later is not meant. What has a tag never goes to #MgrCache:store. May be
 * called from any thread.
 *
 * Returns: whether any entry had the tag
 *
 * Since: 1.0
 */
gboolean
mgr_cache_invalidate (MgrCache   *self,
                      const char *tag)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (tag != NULL, FALSE);

  return mgr_cache_tags_invalidate (self->tags, tag);
}

/**
 * mgr_cache_clear:
 * @self: a cache
 *
 * Removes all entries, and all that #MgrCache:store has; whatever is being loaded is not
 * kept either. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cache_clear (MgrCache *self)
{
  MgrCacheRemovals removals = { 0, };

  g_return_if_fail (MGR_IS_CACHE (self));

  mgr_flights_supersede (self->flights, NULL);
  mgr_cache_core_clear (self->core, MGR_CACHE_CAUSE_EXPLICIT, &removals);
  if (self->tier != NULL)
    mgr_flights_supersede (self->flights, NULL);
  mgr_cache_wake_tier (self);
  mgr_cache_bid_farewell (self, &removals);
}

static guint64
cache_trim (MgrCache      *self,
            guint64        bytes,
            MgrCacheCause  cause)
{
  MgrCacheRemovals removals = { 0, };
  guint64 gone = mgr_cache_core_trim (self->core, bytes, cause, &removals);

  mgr_cache_bid_farewell (self, &removals);
  return gone;
}

/**
 * mgr_cache_trim:
 * @self: a cache
 * @bytes: how many are wanted
 *
 * Removes entries until so many bytes are gone, those worth least first. May be called from
 * any thread.
 *
 * Returns: how many bytes are gone; fewer than @bytes only where no more may go
 *
 * Since: 1.0
 */
guint64
mgr_cache_trim (MgrCache *self,
                guint64   bytes)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), 0);

  return cache_trim (self, bytes, MGR_CACHE_CAUSE_PRESSURE);
}

/* Telling */

/**
 * mgr_cache_get_n_entries:
 * @self: a cache
 *
 * Gets how many entries are in the cache, with those that have expired or were invalidated
 * and did not go yet. May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_cache_get_n_entries (MgrCache *self)
{
  MgrCacheCounts counts;

  g_return_val_if_fail (MGR_IS_CACHE (self), 0);

  mgr_cache_core_get_counts (self->core, &counts);
  return counts.n_entries;
}

/**
 * mgr_cache_get_n_bytes:
 * @self: a cache
 *
 * Gets what the entries of the cache take, with what the cache itself needs for each. May
 * be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_cache_get_n_bytes (MgrCache *self)
{
  MgrCacheCounts counts;

  g_return_val_if_fail (MGR_IS_CACHE (self), 0);

  mgr_cache_core_get_counts (self->core, &counts);
  return counts.weight;
}

/**
 * mgr_cache_get_statistics:
 * @self: a cache
 *
 * Gets what the cache was good for up to now. May be called from any thread.
 *
 * Returns: (transfer full): the statistics
 *
 * Since: 1.0
 */
MgrCacheStatistics *
mgr_cache_get_statistics (MgrCache *self)
{
  guint64 not_hits;
  guint64 evicted;
  MgrCacheFigures figures;
  MgrCacheCounts counts;

  g_return_val_if_fail (MGR_IS_CACHE (self), NULL);

  not_hits = __atomic_load_n (&self->not_hits, __ATOMIC_RELAXED);
  mgr_cache_core_get_counts (self->core, &counts);
  evicted = counts.removed[MGR_CACHE_CAUSE_SIZE] + counts.removed[MGR_CACHE_CAUSE_PRESSURE];
  g_mutex_lock (&self->lock);
  figures = self->figures;
  g_mutex_unlock (&self->lock);

  figures.entries = counts.n_entries;
  figures.bytes = counts.weight;
  figures.hits = counts.hits - MIN (not_hits, counts.hits);
  figures.misses = counts.misses + not_hits;
  if (evicted > 0)
    figures.eviction_age = (gint64) (counts.evicted_age / evicted);
  for (guint i = 0; i < MGR_CACHE_N_CAUSES; i++)
    {
      figures.removed[i] = counts.removed[i];
      figures.removed_bytes[i] = counts.removed_weight[i];
    }
  return mgr_cache_statistics_new (&figures);
}

static MgrCacheRecord *
cache_record (MgrCache              *self,
              const MgrCacheRemoval *entry,
              const MgrCacheHolder  *holder,
              gint64                 now)
{
  MgrCacheRecord *record = mgr_cache_record_new ();
  MgrKey key = mgr_cache_key_of_data (self, entry->key);

  mgr_key_write (&key, &record->key);
  g_value_init (&record->value, G_VALUE_TYPE (&holder->value));
  g_value_copy (&holder->value, &record->value);
  record->size = entry->weight;
  record->age = MAX (now - holder->created, 0);
  record->idle = MAX (now - __atomic_load_n (&holder->used, __ATOMIC_RELAXED), 0);
  record->uses = __atomic_load_n (&holder->uses, __ATOMIC_RELAXED);
  return record;
}

/**
 * mgr_cache_list:
 * @self: a cache
 *
 * Gets all entries as they are at one time, in no order. May be called from any thread.
 *
 * Returns: (transfer container) (element-type MgrCacheRecord): the entries
 *
 * Since: 1.0
 */
GPtrArray *
mgr_cache_list (MgrCache *self)
{
  g_autoptr (GPtrArray) records = NULL;
  MgrCacheRemovals entries = { 0, };
  gint64 now;

  g_return_val_if_fail (MGR_IS_CACHE (self), NULL);

  now = mgr_cache_get_time (self);
  records = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_cache_record_unref);
  mgr_cache_core_list (self->core, now, &entries);
  for (guint i = 0; i < entries.n; i++)
    {
      const MgrCacheRemoval *entry = mgr_cache_removals_get (&entries, i);
      g_autoptr (MgrCacheHolder) holder = mgr_cache_holder_take (entry->value);

      if (mgr_cache_holder_is_valid (holder) && !mgr_cache_holder_is_failure (holder))
        g_ptr_array_add (records, cache_record (self, entry, holder, now));
    }
  mgr_cache_removals_clear (&entries, self->key_type, NULL);

  return g_steal_pointer (&records);
}

/* By straight lines between half, the same and twice the size; below half in proportion. */
static double
estimate_at (const MgrCacheEstimate *estimate,
             double                  fraction)
{
  double below = estimate->half + (estimate->same - estimate->half) * (fraction - 0.5) * 2.0;
  double above = estimate->same + (estimate->twice - estimate->same) * (fraction - 1.0);

  if (fraction < 0.5)
    return estimate->half * fraction * 2.0;

  return CLAMP (fraction < 1.0 ? below : above, 0.0, 1.0);
}

/**
 * mgr_cache_predict:
 * @self: a cache
 * @fraction: a size, as a part of the present one: from 0 to 2
 * @hit_ratio: (out): return location for a ratio from 0 to 1
 *
 * Predicts the hit ratio at another size. The cache knows it for half and for twice its
 * size, from keys that it watches, and draws straight lines in between. With an objective
 * other than requests it is the ratio of bytes or of cost. May be called from any thread.
 *
 * Watching for other sizes costs something, so the cache begins with it when it is first
 * asked, by this or as a reclaimer, and does not know at once: it does when it was asked
 * for about four times as much as it has entries.
 *
 * Returns: %FALSE while too little was asked for to tell
 *
 * Since: 1.0
 */
gboolean
mgr_cache_predict (MgrCache *self,
                   double    fraction,
                   double   *hit_ratio)
{
  MgrCacheEstimate estimate;

  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (fraction >= 0.0 && fraction <= 2.0, FALSE);
  g_return_val_if_fail (hit_ratio != NULL, FALSE);

  if (!mgr_cache_core_estimate (self->core, &estimate))
    return FALSE;

  *hit_ratio = estimate_at (&estimate, fraction);
  return TRUE;
}

/* As a reclaimer */

static const char *
mgr_cache_reclaimer_get_name (MgrReclaimer *reclaimer)
{
  return MGR_CACHE (reclaimer)->name;
}

/* To make again all that is there, but only as far as it is used: of the entries, the share
 * of hits that half of them would not bring is what makes them dear. Where that is nothing
 * it is little, since 0 means that nobody knows. */
static gint64
cache_get_rebuild_cost (MgrCache           *self,
                        MgrCacheStatistics *statistics)
{
  guint64 loads = mgr_cache_statistics_get_loads (statistics);
  double cost = loads > 0 ? (double) mgr_cache_statistics_get_load_time (statistics) / (double) loads : 0.0;
  MgrCacheEstimate estimate;

  if (cost <= 0.0)
    return 0;

  cost *= (double) mgr_cache_statistics_get_entries (statistics);
  if (mgr_cache_core_estimate (self->core, &estimate) && estimate.same > 0.0)
    cost *= CLAMP (1.0 - estimate.half / estimate.same, 0.0, 0.5) * 2.0;

  return (gint64) CLAMP (cost, 1.0, (double) (G_MAXINT64 / 2));
}

static MgrReclaimEstimate *
mgr_cache_reclaimer_estimate (MgrReclaimer *reclaimer)
{
  MgrCache *self = MGR_CACHE (reclaimer);
  g_autoptr (MgrCacheStatistics) statistics = mgr_cache_get_statistics (self);
  guint64 bytes = mgr_cache_statistics_get_bytes (statistics);

  if (mgr_cache_get_rules (self).resist_pressure)
    bytes = 0;
  return mgr_reclaim_estimate_new (bytes, TRUE, cache_get_rebuild_cost (self, statistics), 0);
}

static guint64
mgr_cache_reclaimer_reclaim (MgrReclaimer      *reclaimer,
                             guint64            target,
                             MgrPressureLevel   level,
                             gint64             deadline,
                             GError           **error)
{
  MgrCache *self = MGR_CACHE (reclaimer);

  if (level < MGR_PRESSURE_LEVEL_EMERGENCY && mgr_cache_get_rules (self).resist_pressure)
    return 0;

  return cache_trim (self, target, MGR_CACHE_CAUSE_PRESSURE);
}

static gboolean
mgr_cache_reclaimer_is_thread_safe (MgrReclaimer *reclaimer)
{
  return TRUE;
}

void
mgr_cache_reclaimer_init (gpointer iface,
                          gpointer data)
{
  MgrReclaimerInterface *reclaimer = iface;

  reclaimer->get_name = mgr_cache_reclaimer_get_name;
  reclaimer->estimate = mgr_cache_reclaimer_estimate;
  reclaimer->reclaim = mgr_cache_reclaimer_reclaim;
  reclaimer->is_thread_safe = mgr_cache_reclaimer_is_thread_safe;
}
