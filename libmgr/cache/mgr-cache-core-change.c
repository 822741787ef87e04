/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-size.h"
#include "cache/mgr-cache-table-private.h"

/* With the lock held, here and below: the key and the value of @entry are the caller's. */
static void
core_give (MgrCacheCore        *self,
           const MgrCacheEntry *entry,
           MgrCacheCause        cause,
           MgrCacheRemovals    *removals)
{
  MgrCacheRemoval *removal = mgr_cache_removals_append (removals);

  removal->cause = cause;
  removal->key = entry->key;
  removal->value = mgr_cache_entry_get_value (entry);
  removal->weight = mgr_cache_node_get_weight (&entry->node);
  self->removed[cause]++;
  self->removed_weight[cause] += removal->weight;
}

/* Takes an entry that the policy knows no more out of the table. */
static void
core_drop (MgrCacheCore     *self,
           guint32           id,
           MgrCacheCause     cause,
           MgrCacheRemovals *removals)
{
  MgrCacheEntry *entry = mgr_cache_core_entry (self, id);
  MgrCacheStripe *stripe = mgr_cache_core_stripe (self, entry->node.hash);

  mgr_cache_core_open (self, stripe);
  mgr_cache_index_unlink (&stripe->index, &self->nodes, id, &entry->node);
  mgr_cache_core_close (self, stripe);

  if (self->wheel != NULL)
    mgr_timer_wheel_cancel (self->wheel, &entry->timer);
  if (self->follower != NULL && (cause == MGR_CACHE_CAUSE_SIZE || cause == MGR_CACHE_CAUSE_PRESSURE))
    self->follower->evicted (self->follower_data, entry->key, mgr_cache_entry_get_value (entry));
  core_give (self, entry, cause, removals);
  mgr_cache_nodes_put (&self->nodes, id, &entry->node);
}

static void
core_make_room (MgrCacheCore     *self,
                MgrCacheRemovals *removals)
{
  while (mgr_cache_policy_is_over (&self->policy))
    {
      guint32 id = mgr_cache_policy_pick (&self->policy);

      if (id == 0)
        break;
      core_drop (self, id, MGR_CACHE_CAUSE_SIZE, removals);
    }
}

/* Within a change, here and below. */
static void
core_schedule (MgrCacheCore  *self,
               MgrCacheEntry *entry,
               gint64         now,
               gint64         deadline)
{
  if (self->wheel == NULL)
    self->wheel = mgr_timer_wheel_new (now);

  mgr_timer_wheel_schedule (self->wheel, &entry->timer, now, deadline);
}

static inline void
core_set_value (MgrCacheCore       *self,
                MgrCacheEntry      *entry,
                const MgrCacheItem *item,
                gint64              now)
{
  gint64 number = item->value.note != 0 ? item->value.note | G_MININT64 : 0;

  __atomic_store_n (&entry->data, item->value.data, __ATOMIC_RELEASE);
  if (self->wheel != NULL)
    mgr_timer_wheel_cancel (self->wheel, &entry->timer);
  if (item->deadline != 0)
    core_schedule (self, entry, now, item->deadline);
  else
    __atomic_store_n (&entry->timer.deadline, number, __ATOMIC_RELEASE);
}

/* What has to be referenced may only be read under the lock of its stripe from now on. */
static inline void
core_admit (MgrCacheCore       *self,
            const MgrCacheItem *item)
{
  if (item->value.note == 0 && self->value_ref != NULL && !self->has_pointers)
    g_atomic_int_set (&self->has_pointers, TRUE);
}

/* Who reads the stripe meanwhile has to wait only where the index becomes another. */
static inline void
core_link (MgrCacheCore   *self,
           MgrCacheStripe *stripe,
           guint32         id,
           MgrCacheNode   *node)
{
  gboolean grows = mgr_cache_index_is_full (&stripe->index);

  if (G_UNLIKELY (grows))
    mgr_cache_core_open (self, stripe);
  mgr_cache_index_link (&stripe->index, &self->nodes, id, node);
  if (G_UNLIKELY (grows))
    mgr_cache_core_close (self, stripe);
}

static void
core_insert (MgrCacheCore       *self,
             MgrCacheStripe     *stripe,
             const MgrCacheKey  *key,
             MgrCacheKeyData     data,
             const MgrCacheItem *item,
             gint64              now)
{
  guint32 id = mgr_cache_nodes_take (&self->nodes);
  MgrCacheEntry *entry = mgr_cache_core_entry (self, id);

  entry->node.hash = key->hash;
  mgr_cache_node_set_weight (&entry->node, item->weight);
  __atomic_store_n (&entry->key.number, data.number, __ATOMIC_RELEASE);
  entry->timer.link = (MgrTimerLink) { NULL, };
  core_set_value (self, entry, item, now);
  core_link (self, stripe, id, &entry->node);

  mgr_cache_policy_insert (&self->policy, id, item->cost);
  if (item->pinned)
    mgr_cache_policy_pin (&self->policy, id);
}

static void
core_replace (MgrCacheCore       *self,
              MgrCacheStripe     *stripe,
              guint32             id,
              MgrCacheKeyData     data,
              const MgrCacheItem *item,
              gint64              now,
              MgrCacheRemovals   *removals)
{
  MgrCacheEntry *entry = mgr_cache_core_entry (self, id);
  gboolean expired = mgr_cache_entry_is_expired (entry, now);

  core_give (self, entry, expired ? MGR_CACHE_CAUSE_EXPIRED : MGR_CACHE_CAUSE_REPLACED, removals);
  mgr_cache_core_open (self, stripe);
  __atomic_store_n (&entry->key.number, data.number, __ATOMIC_RELEASE);
  core_set_value (self, entry, item, now);
  mgr_cache_core_close (self, stripe);

  mgr_cache_policy_replace (&self->policy, id, item->weight, item->cost);
  if (item->pinned)
    mgr_cache_policy_pin (&self->policy, id);
  else
    mgr_cache_policy_unpin (&self->policy, id);
}

static inline guint64
core_most (const MgrCacheCore *self)
{
  guint64 bound = self->policy.evictor.max_weight;

  return bound > 0 ? bound : MGR_CACHE_MAX_WEIGHT;
}

/* With the lock held. */
static inline gboolean
core_may_hold (const MgrCacheCore *self,
               const MgrCacheKey  *key,
               const MgrCacheItem *item)
{
  return key->type == self->key_type && item->weight > 0 && item->weight <= core_most (self)
         && self->policy.evictor.n_entries < MGR_CACHE_MAX_NODES;
}

/* Says why it may not. */
static G_GNUC_NO_INLINE void
core_refuse (MgrCacheCore        *self,
             const MgrCacheKey   *key,
             const MgrCacheItem  *item,
             GError             **error)
{
  guint64 most = core_most (self);

  if (key->type != self->key_type)
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                         "The key is of another type than those of this cache: all keys of a "
                         "cache are of the type it was made for");
  else if (item->weight == 0)
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                         "An entry of a cache cannot weigh nothing: give it its size in bytes, "
                         "which is at least 1");
  else if (item->weight > most)
    {
      g_autofree char *weight = mgr_size_format (item->weight);
      g_autofree char *bound = mgr_size_format (most);

      g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
                   "An entry of %s does not fit a cache of at most %s, even if it were alone: "
                   "keep it elsewhere, or raise the bound to at least %s", weight, bound, weight);
    }
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
                 "A cache cannot hold more than %d entries: bound it to fewer",
                 MGR_CACHE_MAX_NODES);
}

static inline gboolean
core_is_newest (MgrCacheCore       *self,
                guint32             id,
                const MgrCacheItem *item,
                gint64              now)
{
  const MgrCacheEntry *entry = mgr_cache_core_entry (self, id);

  return !item->yields || id == 0 || mgr_cache_entry_is_expired (entry, now)
         || mgr_cache_value_is (mgr_cache_entry_get_value (entry), item->old);
}

/* With the lock held. */
static inline gboolean
core_check (MgrCacheCore        *self,
            guint32              id,
            const MgrCacheKey   *key,
            const MgrCacheItem  *item,
            gint64               now,
            GError             **error)
{
  if (G_UNLIKELY (!core_may_hold (self, key, item)))
    core_refuse (self, key, item, error);
  else if (core_is_newest (self, id, item, now)
           && (self->follower == NULL || self->follower->put (self->follower_data, key, item)))
    return TRUE;
  else
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_EXISTS,
                         "Another value came into the cache while this one was being loaded");

  return FALSE;
}

gboolean
mgr_cache_core_put (MgrCacheCore        *self,
                    const MgrCacheKey   *key,
                    const MgrCacheItem  *item,
                    gint64               now,
                    MgrCacheRemovals    *removals,
                    GError             **error)
{
  MgrCacheStripe *stripe = mgr_cache_core_stripe (self, key->hash);
  MgrCacheKeyData data = mgr_cache_key_copy (key);
  gboolean ok;
  guint32 id;

  mgr_cache_lock_take (&self->lock);
  mgr_cache_policy_expect (&self->policy, key->hash);
  id = mgr_cache_core_find (self, stripe, key);
  ok = core_check (self, id, key, item, now, error);
  if (ok)
    {
      mgr_cache_core_drain (self);
      core_admit (self, item);
      if (id != 0)
        core_replace (self, stripe, id, data, item, now, removals);
      else
        core_insert (self, stripe, key, data, item, now);
      core_make_room (self, removals);
      mgr_cache_core_follow (self);
    }
  mgr_cache_lock_give (&self->lock);

  if (!ok)
    mgr_cache_key_data_free (key->type, data);
  return ok;
}

/* @value: (nullable): what it has to be, or %NULL for anything */
static gboolean
core_remove (MgrCacheCore        *self,
             const MgrCacheKey   *key,
             const MgrCacheValue *value,
             gint64               now,
             MgrCacheCause        cause,
             MgrCacheRemovals    *removals)
{
  gboolean found = FALSE;
  guint32 id;

  mgr_cache_lock_take (&self->lock);
  mgr_cache_core_drain (self);
  if (value == NULL && self->follower != NULL)
    self->follower->removed (self->follower_data, key);
  id = mgr_cache_core_find (self, mgr_cache_core_stripe (self, key->hash), key);
  if (id != 0
      && (value == NULL
          || mgr_cache_value_is (mgr_cache_entry_get_value (mgr_cache_core_entry (self, id)), *value)))
    {
      found = !mgr_cache_entry_is_expired (mgr_cache_core_entry (self, id), now);
      mgr_cache_policy_remove (&self->policy, id);
      core_drop (self, id, found ? cause : MGR_CACHE_CAUSE_EXPIRED, removals);
    }
  mgr_cache_lock_give (&self->lock);

  return found;
}

gboolean
mgr_cache_core_remove (MgrCacheCore      *self,
                       const MgrCacheKey *key,
                       gint64             now,
                       MgrCacheCause      cause,
                       MgrCacheRemovals  *removals)
{
  return core_remove (self, key, NULL, now, cause, removals);
}

gboolean
mgr_cache_core_remove_value (MgrCacheCore      *self,
                             const MgrCacheKey *key,
                             MgrCacheValue      value,
                             gint64             now,
                             MgrCacheCause      cause,
                             MgrCacheRemovals  *removals)
{
  return core_remove (self, key, &value, now, cause, removals);
}

/* An empty cache keeps no memory for what it once held. */
static void
core_shrink (MgrCacheCore *self)
{
  if (self->policy.evictor.n_entries > 0)
    return;

  mgr_cache_policy_shrink (&self->policy);
  mgr_cache_nodes_release (&self->nodes, self->first_id);
  for (guint i = 0; i < self->n_stripes; i++)
    {
      MgrCacheStripe *stripe = &self->stripes[i];

      mgr_cache_core_open (self, stripe);
      mgr_cache_index_shrink (&stripe->index);
      mgr_cache_core_close (self, stripe);
    }
}

static void
core_clear_stripe (MgrCacheCore     *self,
                   MgrCacheStripe   *stripe,
                   MgrCacheCause     cause,
                   MgrCacheRemovals *removals)
{
  for (gsize i = 0; i < mgr_cache_index_get_n_buckets (&stripe->index); i++)
    {
      const guint32 *bucket = &mgr_cache_index_table_buckets (stripe->index.table)[i];

      while (*bucket != 0)
        {
          guint32 id = *bucket;

          mgr_cache_policy_remove (&self->policy, id);
          core_drop (self, id, cause, removals);
        }
    }
}

void
mgr_cache_core_clear (MgrCacheCore     *self,
                      MgrCacheCause     cause,
                      MgrCacheRemovals *removals)
{
  mgr_cache_lock_take (&self->lock);
  mgr_cache_core_drain_all (self);
  if (self->follower != NULL)
    self->follower->cleared (self->follower_data);
  for (guint i = 0; i < self->n_stripes; i++)
    core_clear_stripe (self, &self->stripes[i], cause, removals);
  core_shrink (self);
  mgr_cache_lock_give (&self->lock);
}

gboolean
mgr_cache_core_set_pinned (MgrCacheCore      *self,
                           const MgrCacheKey *key,
                           gboolean           pinned)
{
  guint32 id;

  mgr_cache_lock_take (&self->lock);
  id = mgr_cache_core_find (self, mgr_cache_core_stripe (self, key->hash), key);
  if (id != 0 && pinned)
    mgr_cache_policy_pin (&self->policy, id);
  else if (id != 0)
    mgr_cache_policy_unpin (&self->policy, id);
  mgr_cache_lock_give (&self->lock);

  return id != 0;
}

gboolean
mgr_cache_core_exchange (MgrCacheCore      *self,
                         const MgrCacheKey *key,
                         MgrCacheValue      number,
                         gpointer           pointer)
{
  MgrCacheStripe *stripe = mgr_cache_core_stripe (self, key->hash);
  const MgrCacheItem item = { .value.data = pointer };
  MgrCacheEntry *entry;
  gboolean found;
  guint32 id;

  mgr_cache_lock_take (&self->lock);
  id = mgr_cache_core_find (self, stripe, key);
  entry = mgr_cache_core_entry (self, id);
  found = id != 0 && mgr_cache_value_is (mgr_cache_entry_get_value (entry), number);
  if (found)
    {
      core_admit (self, &item);
      mgr_cache_core_open (self, stripe);
      core_set_value (self, entry, &item, 0);
      mgr_cache_core_close (self, stripe);
    }
  mgr_cache_lock_give (&self->lock);

  return found;
}

gboolean
mgr_cache_core_set_deadline (MgrCacheCore      *self,
                             const MgrCacheKey *key,
                             gint64             now,
                             gint64             deadline)
{
  MgrCacheStripe *stripe = mgr_cache_core_stripe (self, key->hash);
  gboolean found;
  guint32 id;

  mgr_cache_lock_take (&self->lock);
  id = mgr_cache_core_find (self, stripe, key);
  found = id != 0 && !mgr_cache_entry_is_expired (mgr_cache_core_entry (self, id), now)
          && mgr_cache_entry_get_value (mgr_cache_core_entry (self, id)).note == 0;
  if (found)
    {
      mgr_cache_core_open (self, stripe);
      core_schedule (self, mgr_cache_core_entry (self, id), now, deadline);
      mgr_cache_core_close (self, stripe);
    }
  mgr_cache_lock_give (&self->lock);

  return found;
}

void
mgr_cache_core_set_bounds (MgrCacheCore     *self,
                           guint64           max_entries,
                           guint64           max_weight,
                           MgrCacheRemovals *removals)
{
  mgr_cache_lock_take (&self->lock);
  mgr_cache_core_drain_all (self);
  mgr_cache_policy_bound (&self->policy, max_entries, max_weight);
  core_make_room (self, removals);
  mgr_cache_lock_give (&self->lock);
}

guint64
mgr_cache_core_trim (MgrCacheCore     *self,
                     guint64           target,
                     MgrCacheCause     cause,
                     MgrCacheRemovals *removals)
{
  const MgrCacheEvictor *evictor = &self->policy.evictor;
  guint64 before;
  guint64 gone;

  mgr_cache_lock_take (&self->lock);
  mgr_cache_core_drain_all (self);
  before = evictor->weight;
  while (before - evictor->weight < target)
    {
      guint32 id = mgr_cache_policy_pick (&self->policy);

      if (id == 0)
        break;
      core_drop (self, id, cause, removals);
    }
  gone = before - evictor->weight;
  core_shrink (self);
  mgr_cache_lock_give (&self->lock);

  return gone;
}

static guint32
core_find_entry (MgrCacheCore        *self,
                 const MgrCacheEntry *entry)
{
  const MgrCacheStripe *stripe = mgr_cache_core_stripe (self, entry->node.hash);
  guint32 id = mgr_cache_index_first (&stripe->index, entry->node.hash);

  while (mgr_cache_core_entry (self, id) != entry)
    id = mgr_cache_core_entry (self, id)->node.chain;

  return id;
}

gboolean
mgr_cache_core_expire (MgrCacheCore     *self,
                       gint64            now,
                       guint             max_work,
                       MgrCacheRemovals *removals)
{
  MgrTimerNode *timer = NULL;
  gboolean more = FALSE;

  mgr_cache_lock_take (&self->lock);
  if (self->wheel != NULL)
    timer = mgr_timer_wheel_advance (self->wheel, now, max_work, &more);
  while (timer != NULL)
    {
      MgrTimerNode *after = mgr_timer_node_get_next (timer);
      gpointer entry = (char *) timer - G_STRUCT_OFFSET (MgrCacheEntry, timer);
      guint32 id = core_find_entry (self, entry);

      mgr_cache_policy_remove (&self->policy, id);
      core_drop (self, id, MGR_CACHE_CAUSE_EXPIRED, removals);
      timer = after;
    }
  mgr_cache_lock_give (&self->lock);

  return more;
}

gint64
mgr_cache_core_get_next (MgrCacheCore *self,
                         gint64        now)
{
  gint64 next;

  mgr_cache_lock_take (&self->lock);
  next = self->wheel != NULL ? mgr_timer_wheel_get_next (self->wheel, now) : G_MAXINT64;
  mgr_cache_lock_give (&self->lock);

  return next;
}
