/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "base/mgr-size.h"

#include <string.h>

/* How often a value that does not fit into the budget has others of the cache go for it:
 * each time the cache gives at least what is missing, so more is for what other threads
 * put meanwhile. */
#define MAX_TRIMS 8

/* Returns: %FALSE for what only its owner can measure */
static gboolean
measure_known (const GValue *value,
               guint64      *size)
{
  gboolean is_number = mgr_cache_value_is_number (value) || !g_value_fits_pointer (value);
  gpointer pointer = is_number ? NULL : g_value_peek_pointer (value);

  if (is_number || G_VALUE_HOLDS (value, G_TYPE_ERROR))
    *size = 1;
  else if (G_VALUE_HOLDS_STRING (value))
    *size = pointer != NULL ? strlen (pointer) + 1 : 1;
  else if (G_VALUE_HOLDS (value, G_TYPE_BYTES))
    *size = pointer != NULL ? g_bytes_get_size (pointer) + 1 : 1;
  else if (G_VALUE_HOLDS_VARIANT (value))
    *size = pointer != NULL ? g_variant_get_size (pointer) + 1 : 1;
  else
    return FALSE;

  return TRUE;
}

gboolean
mgr_cache_measure (MgrCache      *self,
                   const GValue  *value,
                   guint64       *size,
                   GError       **error)
{
  if (measure_known (value, size) || mgr_cache_emit_measure (self, value, size))
    return TRUE;

  *size = 1;
  if (mgr_cache_get_rules (self).max_bytes == 0 && self->component == NULL)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "Cache “%s” counts bytes, and nobody says how many a value of type %s takes: give "
               "the size with the value, or connect to “measure”",
               self->name, G_VALUE_TYPE_NAME (value));
  return FALSE;
}

static gboolean
cache_get_size (MgrCache       *self,
                const GValue   *value,
                MgrCacheTerms  *terms,
                guint64        *size,
                GError        **error)
{
  if (terms != NULL && terms->has_size)
    *size = terms->size;
  else if (!mgr_cache_measure (self, value, size, error))
    return FALSE;

  if (*size > 0 && *size <= MGR_CACHE_MAX_WEIGHT)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "A value of %" G_GUINT64_FORMAT " bytes cannot be kept by cache “%s”: the size is "
               "at least 1, and at most %" G_GUINT64_FORMAT, *size, self->name, MGR_CACHE_MAX_WEIGHT);
  return FALSE;
}

static gsize
key_get_size (const MgrCacheKey *key)
{
  switch (key->type)
    {
    case MGR_CACHE_KEY_TYPE_STRING:
      return strlen (key->text) + 1;
    case MGR_CACHE_KEY_TYPE_BYTES:
      return g_bytes_get_size (key->bytes);
    case MGR_CACHE_KEY_TYPE_INT64:
    default:
      return 0;
    }
}

/* With jitter some of what came together goes earlier. */
static gint64
cache_jitter (MgrCache            *self,
              const MgrCacheRules *rules,
              const MgrCacheKey   *key,
              gint64               now,
              gint64               ttl)
{
  guint64 bits = mgr_cache_key_mix (self->seed ^ (guint64) now ^ ((guint64) key->hash << 32));

  if (rules->jitter <= 0.0)
    return ttl;

  return ttl - (gint64) ((double) ttl * rules->jitter * (double) (bits >> 11) * 0x1p-53);
}

static GPtrArray *
cache_get_tags (MgrCache  *self,
                GPtrArray *names)
{
  GPtrArray *tags = g_ptr_array_new_full (names->len, (GDestroyNotify) mgr_cache_tag_unref);

  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (tags, mgr_cache_tags_get (self->tags, g_ptr_array_index (names, i)));

  return tags;
}

/* Returns: (nullable): none where the entry needs none */
static MgrCacheLease *
cache_get_lease (MgrCache            *self,
                 const MgrCacheRules *rules,
                 MgrCacheTerms       *terms,
                 gint64               now,
                 gint64               deadline)
{
  gint64 idle = terms != NULL && terms->idle_ttl >= 0 ? terms->idle_ttl : rules->idle_ttl;
  MgrCacheLease *lease;

  /* A second tier has to know the deadline. */
  if (idle == 0 && (terms == NULL || terms->tags == NULL) && (self->tier == NULL || deadline == 0))
    return NULL;

  lease = g_new0 (MgrCacheLease, 1);
  lease->idle = idle;
  lease->deadline = deadline;
  if (idle > 0)
    lease->extended = now + idle + idle / MGR_CACHE_IDLE_SHARE;
  if (lease->deadline != 0 && lease->extended > lease->deadline)
    lease->extended = lease->deadline;
  if (terms != NULL && terms->tags != NULL)
    lease->tags = cache_get_tags (self, terms->tags);
  return lease;
}

/* Whether others of this cache would make room enough. */
static gboolean
cache_can_help (MgrCache     *self,
                guint64       bytes,
                const GError *refusal)
{
  guint64 own = mgr_cache_charge_get_charged (&self->charge);

  return g_error_matches (refusal, MGR_ERROR, MGR_ERROR_NO_BUDGET)
         && (bytes <= own || bytes - own <= mgr_component_get_available (self->component));
}

/* Has others of this cache go where the budget has no room. */
static gboolean
cache_charge (MgrCache  *self,
              guint64    bytes,
              GError   **error)
{
  g_autoptr (GError) local_error = NULL;

  for (guint i = 0; !mgr_cache_charge_take (&self->charge, bytes, &local_error); i++)
    {
      MgrCacheRemovals removals = { 0, };
      guint64 gone = 0;

      if (i < MAX_TRIMS && cache_can_help (self, bytes, local_error))
        gone = mgr_cache_core_trim (self->core, bytes, MGR_CACHE_CAUSE_SIZE, &removals);
      mgr_cache_bid_farewell (self, &removals);
      if (gone == 0)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      g_clear_error (&local_error);
    }

  return TRUE;
}

static G_GNUC_NO_INLINE void
cache_set_too_large (MgrCache  *self,
                     guint64    weight,
                     guint64    max_bytes,
                     GError   **error)
{
  g_autofree char *wanted = mgr_size_format (weight);
  g_autofree char *bound = mgr_size_format (max_bytes);

  g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
               "An entry of %s does not fit cache “%s” of at most %s, even if it were alone: keep "
               "it elsewhere, or raise “max-bytes”", wanted, self->name, bound);
}

/* What would not fit if it were alone must not have others go first. */
static inline gboolean
cache_check_bound (MgrCache  *self,
                   guint64    weight,
                   GError   **error)
{
  guint64 max_bytes = __atomic_load_n (&self->rules.rules.max_bytes, __ATOMIC_RELAXED);

  if (G_LIKELY (max_bytes == 0 || weight <= max_bytes))
    return TRUE;

  cache_set_too_large (self, weight, max_bytes, error);
  return FALSE;
}

static void
let_go (MgrCacheValue value)
{
  if (value.note == 0)
    mgr_cache_holder_unref (value.data);
}

/* Takes the value of @item. */
static gboolean
cache_store (MgrCache            *self,
             const MgrCacheKey   *key,
             const MgrCacheItem  *item,
             gint64               now,
             GError             **error)
{
  MgrCacheRemovals removals;
  gboolean stored;

  if (!cache_charge (self, item->weight, error))
    {
      let_go (item->value);
      return FALSE;
    }

  if (item->deadline != 0)
    g_atomic_int_set (&self->has_deadlines, TRUE);
  mgr_cache_removals_init (&removals);
  stored = mgr_cache_core_put (self->core, key, item, now, &removals, error);
  mgr_cache_wake_tier (self);
  mgr_cache_bid_farewell (self, &removals);
  if (!stored)
    {
      mgr_cache_charge_give (&self->charge, item->weight);
      let_go (item->value);
    }
  else if (item->deadline != 0)
    {
      mgr_cache_expect (self, item->deadline);
    }
  return stored;
}

static void
cache_set_terms (MgrCache            *self,
                 const MgrCacheRules *rules,
                 MgrCacheTerms       *terms,
                 const MgrCacheKey   *key,
                 gint64               now,
                 MgrCacheItem        *item)
{
  gint64 ttl = terms != NULL && terms->ttl >= 0 ? terms->ttl : rules->ttl;

  item->cost = terms != NULL && terms->cost > 0 ? (double) terms->cost : 1.0;
  item->pinned = terms != NULL && terms->pinned;
  if (ttl > 0)
    item->deadline = now + MAX (cache_jitter (self, rules, key, now, ttl), 1);
}

/* The time matters to the moment only where something expires. */
static gint64
cache_get_time_to_write (MgrCache            *self,
                         const MgrCacheRules *rules,
                         const MgrCacheTerms *terms)
{
  if (terms != NULL || rules->ttl > 0 || rules->idle_ttl > 0 || g_atomic_int_get (&self->has_deadlines))
    return mgr_cache_get_time (self);

  return mgr_cache_get_rough_time (self);
}

/* @item: whether it yields, and to what
 * @kept: (out) (optional) (transfer full) */
static gboolean
cache_keep (MgrCache           *self,
            const MgrCacheKey  *key,
            const GValue       *value,
            MgrCacheTerms      *terms,
            MgrCacheItem       *item,
            MgrCacheHolder    **kept,
            GError            **error)
{
  MgrCacheRules rules = mgr_cache_get_rules (self);
  gint64 now = cache_get_time_to_write (self, &rules, terms);
  g_autoptr (MgrCacheHolder) holder = NULL;
  guint64 size;

  mgr_cache_expire_in_passing (self, now);
  if (!cache_get_size (self, value, terms, &size, error))
    return FALSE;

  cache_set_terms (self, &rules, terms, key, now, item);
  holder = mgr_cache_holder_new (value, now,
                                 cache_get_lease (self, &rules, terms, now, item->deadline));
  if (holder->lease != NULL && holder->lease->extended != 0)
    item->deadline = holder->lease->extended;
  item->weight = size + MGR_CACHE_ENTRY_SIZE + mgr_cache_holder_get_overhead (holder) + key_get_size (key);
  if (!cache_check_bound (self, item->weight, error))
    return FALSE;

  if (kept != NULL)
    *kept = mgr_cache_holder_ref (holder);
  item->value.data = g_steal_pointer (&holder);
  if (cache_store (self, key, item, now, error))
    return TRUE;

  if (kept != NULL)
    g_clear_pointer (kept, mgr_cache_holder_unref);
  return FALSE;
}

/* Whether a value has no more to it than itself: nobody has to be asked for its size, nothing
 * says when it goes, and nobody wants to know how it is used. */
static inline gboolean
cache_is_plain (MgrCache            *self,
                const GValue        *value,
                const MgrCacheTerms *terms)
{
  return MGR_CACHE_KEEPS_NUMBERS && terms == NULL && mgr_cache_value_is_number (value)
         && self->tier == NULL && !g_atomic_int_get (&self->has_end)
         && !g_atomic_int_get (&self->track_uses);
}

/* As cache_keep() does it, in a fraction of the time. */
static gboolean
cache_keep_plain (MgrCache           *self,
                  const MgrCacheKey  *key,
                  const GValue       *value,
                  GError            **error)
{
  gboolean expires = g_atomic_int_get (&self->has_deadlines);
  gint64 now = expires ? mgr_cache_get_time (self) : mgr_cache_get_rough_time (self);
  MgrCacheItem item = { .value = mgr_cache_number_new (value, now), .cost = 1.0 };
  MgrCacheRemovals removals;
  gboolean kept;

  if (expires)
    mgr_cache_expire_in_passing (self, now);
  item.weight = 1 + MGR_CACHE_ENTRY_SIZE + key_get_size (key);
  if (!cache_check_bound (self, item.weight, error)
      || (self->component != NULL && !cache_charge (self, item.weight, error)))
    return FALSE;

  mgr_cache_removals_init (&removals);
  kept = mgr_cache_core_put (self->core, key, &item, now, &removals, error);
  mgr_cache_bid_farewell_at (self, &removals, now);
  if (!kept)
    mgr_cache_charge_give (&self->charge, item.weight);
  return kept;
}

MgrCacheHolder *
mgr_cache_keep_loaded (MgrCache          *self,
                       const MgrCacheKey *key,
                       MgrCacheTerms     *terms,
                       MgrCacheItem      *item)
{
  MgrCacheHolder *kept = NULL;

  item->yields = TRUE;
  cache_keep (self, key, &terms->value, terms, item, &kept, NULL);
  return kept;
}

void
mgr_cache_keep_failure (MgrCache              *self,
                        const MgrCacheKey     *key,
                        const MgrCacheReading *reading,
                        const GError          *failure)
{
  MgrCacheRules rules = mgr_cache_get_rules (self);
  gint64 now = mgr_cache_get_time (self);
  g_auto (GValue) value = G_VALUE_INIT;
  MgrCacheItem item = { .cost = 1.0, .deadline = now + rules.negative_ttl, .yields = TRUE,
                        .reading = reading };
  MgrCacheLease *lease;
  MgrCacheHolder *holder;

  if (rules.negative_ttl == 0 || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  lease = g_new0 (MgrCacheLease, 1);
  lease->is_failure = TRUE;
  lease->deadline = item.deadline;
  g_value_init (&value, G_TYPE_ERROR);
  g_value_set_boxed (&value, failure);
  holder = mgr_cache_holder_new (&value, now, lease);
  item.weight = MGR_CACHE_ENTRY_SIZE + mgr_cache_holder_get_overhead (holder) + key_get_size (key)
                + strlen (failure->message) + 1;
  item.value.data = holder;
  if (cache_check_bound (self, item.weight, NULL))
    cache_store (self, key, &item, now, NULL);
  else
    mgr_cache_holder_unref (holder);
}

/* What is being loaded for @key is out of date. */
static void
cache_supersede (MgrCache     *self,
                 const MgrKey *key)
{
  if (mgr_flights_are_any (self->flights))
    mgr_flights_supersede (self->flights, key);
}

/* As G_IS_VALUE(), which asks the table of types for each. */
static inline gboolean
is_value (const GValue *value)
{
  return value != NULL && (mgr_cache_value_is_number (value) || G_IS_VALUE (value));
}

/* Apart, so that what is plain does not pay for it. */
static G_GNUC_NO_INLINE gboolean
cache_keep_by_terms (MgrCache           *self,
                     const MgrCacheKey  *key,
                     const GValue       *value,
                     MgrCacheTerms      *terms,
                     GError            **error)
{
  MgrCacheItem item = { .yields = FALSE, .supersedes = TRUE };

  return cache_keep (self, key, value, terms, &item, NULL, error);
}

/* @wanted: @key as the core has it */
static inline gboolean
cache_write (MgrCache           *self,
             const MgrKey       *key,
             const MgrCacheKey  *wanted,
             const GValue       *value,
             MgrCacheTerms      *terms,
             GError            **error)
{
  gboolean kept;

  cache_supersede (self, key);
  kept = cache_is_plain (self, value, terms)
         ? cache_keep_plain (self, wanted, value, error)
         : cache_keep_by_terms (self, wanted, value, terms, error);
  /* A load that began meanwhile may have found an older one elsewhere. */
  cache_supersede (self, key);
  return kept;
}

static gboolean
cache_write_key (MgrCache       *self,
                 const MgrKey   *key,
                 const GValue   *value,
                 MgrCacheTerms  *terms,
                 GError        **error)
{
  MgrCacheKey wanted = mgr_cache_key_of (self, key);

  return cache_write (self, key, &wanted, value, terms, error);
}

/**
 * mgr_cache_put:
 * @self: a cache
 * @key: what to find it by
 * @value: the value, which is copied
 * @terms: (nullable): how large it is, how long it may stay and so on; %NULL for what
 *    follows from the cache
 * @error: return location for a #GError
 *
 * Puts a value into the cache, in place of what is there under @key. What has to go for it
 * goes. What is being loaded for @key at that moment is not kept. May be called from any
 * thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys, the
 * size is 0, or nobody can tell it; with %MGR_ERROR_INFEASIBLE where it would not fit if it
 * were alone; and where the component has no room, as mgr_component_allocate() does. Then
 * what was there under @key is there still.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_put (MgrCache       *self,
               const GValue   *key,
               const GValue   *value,
               MgrCacheTerms  *terms,
               GError        **error)
{
  MgrKey read;

  g_return_val_if_fail (MGR_IS_CACHE (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (key), FALSE);
  g_return_val_if_fail (G_IS_VALUE (value), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return mgr_key_read (&read, self->key_type, key, error)
         && cache_write_key (self, &read, value, terms, error);
}

/**
 * mgr_cache_put_string:
 * @self: a cache with keys of %MGR_CACHE_KEY_TYPE_STRING
 * @key: what to find it by
 * @value: the value, which is copied
 * @terms: (nullable): as for mgr_cache_put()
 * @error: return location for a #GError
 *
 * Puts a value into the cache, as mgr_cache_put() does, with the same errors. May be called
 * from any thread.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_put_string (MgrCache       *self,
                      const char     *key,
                      const GValue   *value,
                      MgrCacheTerms  *terms,
                      GError        **error)
{
  MgrKey read = mgr_key_of_string (key);

  g_return_val_if_fail (mgr_is_cache (self), FALSE);
  g_return_val_if_fail (self->key_type == MGR_CACHE_KEY_TYPE_STRING, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (G_IS_VALUE (value), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return cache_write_key (self, &read, value, terms, error);
}

/**
 * mgr_cache_put_int64:
 * @self: a cache with keys of %MGR_CACHE_KEY_TYPE_INT64
 * @key: what to find it by
 * @value: the value, which is copied
 * @terms: (nullable): as for mgr_cache_put()
 * @error: return location for a #GError
 *
 * Puts a value into the cache, as mgr_cache_put() does, with the same errors. May be called
 * from any thread.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_put_int64 (MgrCache       *self,
                     gint64          key,
                     const GValue   *value,
                     MgrCacheTerms  *terms,
                     GError        **error)
{
  MgrKey read = mgr_key_of_int64 (key);
  MgrCacheKey wanted;

  g_return_val_if_fail (mgr_is_cache (self), FALSE);
  g_return_val_if_fail (self->key_type == MGR_CACHE_KEY_TYPE_INT64, FALSE);
  g_return_val_if_fail (is_value (value), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  wanted = mgr_cache_key_int64 (self->seed, key);
  return cache_write (self, &read, &wanted, value, terms, error);
}

/**
 * mgr_cache_put_bytes:
 * @self: a cache with keys of %MGR_CACHE_KEY_TYPE_BYTES
 * @key: what to find it by
 * @value: the value, which is copied
 * @terms: (nullable): as for mgr_cache_put()
 * @error: return location for a #GError
 *
 * Puts a value into the cache, as mgr_cache_put() does, with the same errors. May be called
 * from any thread.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_cache_put_bytes (MgrCache       *self,
                     GBytes         *key,
                     const GValue   *value,
                     MgrCacheTerms  *terms,
                     GError        **error)
{
  MgrKey read = mgr_key_of_bytes (key);

  g_return_val_if_fail (mgr_is_cache (self), FALSE);
  g_return_val_if_fail (self->key_type == MGR_CACHE_KEY_TYPE_BYTES, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);
  g_return_val_if_fail (G_IS_VALUE (value), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return cache_write_key (self, &read, value, terms, error);
}
