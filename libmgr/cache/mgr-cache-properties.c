/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "mgr-enum-types.h"

#include <string.h>

typedef enum
{
  PROP_NAME = 1,
  PROP_KEY_TYPE,
  PROP_OBJECTIVE,
  PROP_EVICTION,
  PROP_COMPONENT,
  PROP_CLOCK,
  PROP_STORE,
  PROP_MAX_BYTES,
  PROP_MAX_ENTRIES,
  PROP_TTL,
  PROP_IDLE_TTL,
  PROP_JITTER,
  PROP_NEGATIVE_TTL,
  PROP_REFRESH_AFTER,
  PROP_LOAD_TIMEOUT,
  PROP_RESIST_PRESSURE,
  PROP_TRACK_USES,
} MgrCacheProperty;

static GParamSpec *props[PROP_TRACK_USES + 1] = { NULL, };

MgrCacheRules
mgr_cache_get_rules (MgrCache *self)
{
  MgrCacheRulesWords read;
  guint version;

  do
    {
      version = __atomic_load_n (&self->rules_version, __ATOMIC_ACQUIRE);
      for (guint i = 0; i < G_N_ELEMENTS (read.words); i++)
        read.words[i] = __atomic_load_n (&self->rules.words[i], __ATOMIC_ACQUIRE);
    }
  while (version % 2 == 1 || version != __atomic_load_n (&self->rules_version, __ATOMIC_RELAXED));

  return read.rules;
}

/* With the lock held. Who has read any of these words sees that they were being set. */
static void
cache_write_rules (MgrCache                 *self,
                   const MgrCacheRulesWords *rules)
{
  guint version = self->rules_version;

  __atomic_store_n (&self->rules_version, version + 1, __ATOMIC_RELAXED);
  for (guint i = 0; i < G_N_ELEMENTS (rules->words); i++)
    __atomic_store_n (&self->rules.words[i], rules->words[i], __ATOMIC_RELEASE);
  __atomic_store_n (&self->rules_version, version + 2, __ATOMIC_RELEASE);
}

static void
mgr_cache_get_property (GObject    *object,
                        guint       property_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  MgrCache *self = MGR_CACHE (object);
  MgrCacheRules rules = mgr_cache_get_rules (self);

  switch ((MgrCacheProperty) property_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_KEY_TYPE:
      g_value_set_enum (value, self->key_type);
      break;
    case PROP_OBJECTIVE:
      g_value_set_enum (value, self->objective);
      break;
    case PROP_EVICTION:
      g_value_set_enum (value, self->eviction);
      break;
    case PROP_COMPONENT:
      g_value_set_object (value, self->component);
      break;
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    case PROP_STORE:
      g_value_set_object (value, self->store);
      break;
    case PROP_MAX_BYTES:
      g_value_set_uint64 (value, rules.max_bytes);
      break;
    case PROP_MAX_ENTRIES:
      g_value_set_uint64 (value, rules.max_entries);
      break;
    case PROP_TTL:
      g_value_set_int64 (value, rules.ttl);
      break;
    case PROP_IDLE_TTL:
      g_value_set_int64 (value, rules.idle_ttl);
      break;
    case PROP_JITTER:
      g_value_set_double (value, rules.jitter);
      break;
    case PROP_NEGATIVE_TTL:
      g_value_set_int64 (value, rules.negative_ttl);
      break;
    case PROP_REFRESH_AFTER:
      g_value_set_int64 (value, rules.refresh_after);
      break;
    case PROP_LOAD_TIMEOUT:
      g_value_set_int64 (value, rules.load_timeout);
      break;
    case PROP_RESIST_PRESSURE:
      g_value_set_boolean (value, rules.resist_pressure);
      break;
    case PROP_TRACK_USES:
      g_value_set_boolean (value, g_atomic_int_get (&self->track_uses));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Returns: whether that is a rule */
static gboolean
rules_set (MgrCacheRules    *rules,
           MgrCacheProperty  property,
           const GValue     *value)
{
  switch (property)
    {
    case PROP_MAX_BYTES:
      rules->max_bytes = g_value_get_uint64 (value);
      return TRUE;
    case PROP_MAX_ENTRIES:
      rules->max_entries = g_value_get_uint64 (value);
      return TRUE;
    case PROP_TTL:
      rules->ttl = g_value_get_int64 (value);
      return TRUE;
    case PROP_IDLE_TTL:
      rules->idle_ttl = g_value_get_int64 (value);
      return TRUE;
    case PROP_JITTER:
      rules->jitter = g_value_get_double (value);
      return TRUE;
    case PROP_NEGATIVE_TTL:
      rules->negative_ttl = g_value_get_int64 (value);
      return TRUE;
    case PROP_REFRESH_AFTER:
      rules->refresh_after = g_value_get_int64 (value);
      return TRUE;
    case PROP_LOAD_TIMEOUT:
      rules->load_timeout = g_value_get_int64 (value);
      return TRUE;
    case PROP_RESIST_PRESSURE:
      rules->resist_pressure = g_value_get_boolean (value);
      return TRUE;
    case PROP_NAME:
    case PROP_KEY_TYPE:
    case PROP_OBJECTIVE:
    case PROP_EVICTION:
    case PROP_COMPONENT:
    case PROP_CLOCK:
    case PROP_STORE:
    case PROP_TRACK_USES:
    default:
      return FALSE;
    }
}

static void
cache_follow_bounds (MgrCache *self)
{
  MgrCacheRules rules = mgr_cache_get_rules (self);
  MgrCacheRemovals removals = { 0, };

  mgr_cache_core_set_bounds (self->core, rules.max_entries, rules.max_bytes, &removals);
  mgr_cache_bid_farewell (self, &removals);
}

/* Returns: whether that was a rule */
static gboolean
cache_set_rule (MgrCache         *self,
                MgrCacheProperty  property,
                const GValue     *value)
{
  MgrCacheRulesWords before;
  MgrCacheRulesWords after;
  gboolean is_rule;

  g_mutex_lock (&self->lock);
  before = after = self->rules;
  is_rule = rules_set (&after.rules, property, value);
  if (is_rule)
    cache_write_rules (self, &after);
  g_mutex_unlock (&self->lock);

  if (is_rule && memcmp (&before, &after, sizeof before) != 0)
    {
      if (self->core != NULL && (property == PROP_MAX_BYTES || property == PROP_MAX_ENTRIES))
        cache_follow_bounds (self);
      if (self->core != NULL)
        g_object_notify_by_pspec (G_OBJECT (self), props[property]);
    }
  return is_rule;
}

static void
mgr_cache_set_property (GObject      *object,
                        guint         property_id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  MgrCache *self = MGR_CACHE (object);

  if (cache_set_rule (self, (MgrCacheProperty) property_id, value))
    return;

  switch ((MgrCacheProperty) property_id)
    {
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PROP_KEY_TYPE:
      self->key_type = g_value_get_enum (value);
      break;
    case PROP_OBJECTIVE:
      self->objective = g_value_get_enum (value);
      break;
    case PROP_EVICTION:
      self->eviction = g_value_get_enum (value);
      break;
    case PROP_COMPONENT:
      self->component = g_value_dup_object (value);
      break;
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_STORE:
      self->store = g_value_dup_object (value);
      break;
    case PROP_TRACK_USES:
      g_atomic_int_set (&self->track_uses, g_value_get_boolean (value));
      break;
    case PROP_MAX_BYTES:
    case PROP_MAX_ENTRIES:
    case PROP_TTL:
    case PROP_IDLE_TTL:
    case PROP_JITTER:
    case PROP_NEGATIVE_TTL:
    case PROP_REFRESH_AFTER:
    case PROP_LOAD_TIMEOUT:
    case PROP_RESIST_PRESSURE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
install_fixed (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * MgrCache:name:
   *
   * What reports call it by.
   *
   * Since: 1.0
   */
  props[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL, "cache", flags);

  /**
   * MgrCache:key-type:
   *
   * What all keys are.
   *
   * Since: 1.0
   */
  props[PROP_KEY_TYPE] =
    g_param_spec_enum ("key-type", NULL, NULL, MGR_TYPE_CACHE_KEY_TYPE, MGR_CACHE_KEY_TYPE_STRING, flags);

  /**
   * MgrCache:objective:
   *
   * What it tries to have most of.
   *
   * Since: 1.0
   */
  props[PROP_OBJECTIVE] =
    g_param_spec_enum ("objective", NULL, NULL, MGR_TYPE_CACHE_OBJECTIVE,
                       MGR_CACHE_OBJECTIVE_REQUESTS, flags);

  /**
   * MgrCache:eviction:
   *
   * How it chooses what goes. The objective counts where this is adaptive.
   *
   * Since: 1.0
   */
  props[PROP_EVICTION] =
    g_param_spec_enum ("eviction", NULL, NULL, MGR_TYPE_CACHE_EVICTION, MGR_CACHE_EVICTION_ADAPTIVE,
                       flags);
}

static void
install_owners (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * MgrCache:component:
   *
   * Whose budget its bytes are taken from, in steps; %NULL for nobody's.
   *
   * Since: 1.0
   */
  props[PROP_COMPONENT] =
    g_param_spec_object ("component", NULL, NULL, MGR_TYPE_COMPONENT, flags);

  /**
   * MgrCache:clock:
   *
   * The clock of all that expires and of what loads take; %NULL for the system's.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] =
    g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK, flags);

  /**
   * MgrCache:store:
   *
   * Where values go that leave for want of room or of memory, and where
   * mgr_cache_get_or_load() looks for what is not in memory; %NULL for nowhere. A store
   * serves one cache, as mgr_cache_clear() clears it; caches of several programs may share
   * it. Values with tags do not go there.
   *
   * Since: 1.0
   */
  props[PROP_STORE] =
    g_param_spec_object ("store", NULL, NULL, MGR_TYPE_CACHE_STORE, flags);
}

static void
install_times (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * MgrCache:ttl:
   *
   * How long a value may stay, in microseconds, unless its terms say otherwise; 0 for no
   * end. It counts for what is put from then on, as all times do.
   *
   * Since: 1.0
   */
  props[PROP_TTL] =
    g_param_spec_int64 ("ttl", NULL, NULL, 0, G_MAXINT64 / 4, 0, flags);

  /**
   * MgrCache:idle-ttl:
   *
   * How long a value may stay without a use, in microseconds, and a 16th longer, unless its
   * terms say otherwise; 0 for no end.
   *
   * Since: 1.0
   */
  props[PROP_IDLE_TTL] =
    g_param_spec_int64 ("idle-ttl", NULL, NULL, 0, G_MAXINT64 / 4, 0, flags);

  /**
   * MgrCache:jitter:
   *
   * By which part of its time at most a value goes earlier, from 0 to 1, so that what came
   * together does not go together.
   *
   * Since: 1.0
   */
  props[PROP_JITTER] =
    g_param_spec_double ("jitter", NULL, NULL, 0.0, 1.0, 0.0, flags);
}

static void
install_loading (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * MgrCache:negative-ttl:
   *
   * How long a load that failed is not tried again, in microseconds; 0 for not at all. Who
   * asks meanwhile gets the same error.
   *
   * Since: 1.0
   */
  props[PROP_NEGATIVE_TTL] =
    g_param_spec_int64 ("negative-ttl", NULL, NULL, 0, G_MAXINT64 / 4, 0, flags);

  /**
   * MgrCache:refresh-after:
   *
   * After how long mgr_cache_get_or_load() loads a value again, in microseconds; 0 for never.
   * One caller does, and others get the old value as long as that takes.
   *
   * Since: 1.0
   */
  props[PROP_REFRESH_AFTER] =
    g_param_spec_int64 ("refresh-after", NULL, NULL, 0, G_MAXINT64 / 4, 0, flags);

  /**
   * MgrCache:load-timeout:
   *
   * How long to wait for what another is loading, in microseconds; 0 for no end.
   *
   * Since: 1.0
   */
  props[PROP_LOAD_TIMEOUT] =
    g_param_spec_int64 ("load-timeout", NULL, NULL, 0, G_MAXINT64 / 4, 0, flags);
}

static void
install_bounds (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  /**
   * MgrCache:max-bytes:
   *
   * How many bytes all entries may take; 0 for no bound. What does not fit any more goes at
   * once.
   *
   * Since: 1.0
   */
  props[PROP_MAX_BYTES] =
    g_param_spec_uint64 ("max-bytes", NULL, NULL, 0, MGR_CACHE_MAX_WEIGHT, 0,
                         flags | G_PARAM_CONSTRUCT);

  /**
   * MgrCache:max-entries:
   *
   * How many entries there may be; 0 for no bound. What does not fit any more goes at once.
   *
   * Since: 1.0
   */
  props[PROP_MAX_ENTRIES] =
    g_param_spec_uint64 ("max-entries", NULL, NULL, 0, G_MAXUINT64, 0, flags | G_PARAM_CONSTRUCT);

  /**
   * MgrCache:resist-pressure:
   *
   * Whether it gives memory back only in an emergency.
   *
   * Since: 1.0
   */
  props[PROP_RESIST_PRESSURE] =
    g_param_spec_boolean ("resist-pressure", NULL, NULL, FALSE, flags);

  /**
   * MgrCache:track-uses:
   *
   * Whether it notes of each entry how often and when it was used, for mgr_cache_list(). That
   * makes each use a little slower.
   *
   * Since: 1.0
   */
  props[PROP_TRACK_USES] =
    g_param_spec_boolean ("track-uses", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

void
mgr_cache_install_properties (GObjectClass *object_class)
{
  object_class->get_property = mgr_cache_get_property;
  object_class->set_property = mgr_cache_set_property;

  install_fixed ();
  install_owners ();
  install_times ();
  install_loading ();
  install_bounds ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

/**
 * mgr_cache_get_name:
 * @self: a cache
 *
 * Gets what reports call it by. May be called from any thread.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
mgr_cache_get_name (MgrCache *self)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), NULL);

  return self->name;
}

/**
 * mgr_cache_get_key_type:
 * @self: a cache
 *
 * Gets what all keys are. May be called from any thread.
 *
 * Returns: the type
 *
 * Since: 1.0
 */
MgrCacheKeyType
mgr_cache_get_key_type (MgrCache *self)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), MGR_CACHE_KEY_TYPE_STRING);

  return self->key_type;
}

/**
 * mgr_cache_get_component:
 * @self: a cache
 *
 * Gets whose budget its bytes are taken from. May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the component
 *
 * Since: 1.0
 */
MgrComponent *
mgr_cache_get_component (MgrCache *self)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), NULL);

  return self->component;
}

/**
 * mgr_cache_get_max_bytes:
 * @self: a cache
 *
 * Gets how many bytes all entries may take. May be called from any thread.
 *
 * Returns: bytes; 0 for no bound
 *
 * Since: 1.0
 */
guint64
mgr_cache_get_max_bytes (MgrCache *self)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), 0);

  return mgr_cache_get_rules (self).max_bytes;
}

/**
 * mgr_cache_get_max_entries:
 * @self: a cache
 *
 * Gets how many entries there may be. May be called from any thread.
 *
 * Returns: a number; 0 for no bound
 *
 * Since: 1.0
 */
guint64
mgr_cache_get_max_entries (MgrCache *self)
{
  g_return_val_if_fail (MGR_IS_CACHE (self), 0);

  return mgr_cache_get_rules (self).max_entries;
}

/**
 * mgr_cache_set_bounds:
 * @self: a cache
 * @max_bytes: how many bytes all entries may take; 0 for no bound
 * @max_entries: how many entries there may be; 0 for no bound
 *
 * Changes the bounds. What does not fit any more goes at once. May be called from any
 * thread.
 *
 * Since: 1.0
 */
void
mgr_cache_set_bounds (MgrCache *self,
                      guint64   max_bytes,
                      guint64   max_entries)
{
  g_return_if_fail (MGR_IS_CACHE (self));
  g_return_if_fail (max_bytes <= MGR_CACHE_MAX_WEIGHT);

  g_object_set (self, "max-bytes", max_bytes, "max-entries", max_entries, NULL);
}
