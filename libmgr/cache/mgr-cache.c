/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-private.h"

#include "mgr-enum-types.h"
#include "reclaim/mgr-reclaimer.h"

/**
 * SECTION:mgr-cache
 * @title: MgrCache
 * @short_description: a cache that knows what it takes and what it is good for
 *
 * A cache keeps values that would take time to have again, within bounds of bytes and of
 * entries. Which of them stay it learns from what is asked for: neither what was used last
 * nor what was used often alone decides. See #MgrCache:eviction and #MgrCache:objective.
 *
 * The keys of a cache are all of one type, which is chosen when it is made. The functions
 * with a #GValue are for any of them, and for languages; those named after a type are for C.
 * A value is whatever a #GValue holds. Its size is given with it, or known for strings,
 * #GBytes and #GVariant, or told by #MgrCache::measure; the cache adds what it needs itself.
 *
 * |[<!-- language="C" -->
 * g_autoptr (MgrCache) cache = mgr_cache_new ("thumbnails", MGR_CACHE_KEY_TYPE_STRING,
 *                                             64 * 1024 * 1024, 0);
 * g_auto (GValue) value = G_VALUE_INIT;
 *
 * if (!mgr_cache_get_string (cache, path, &value))
 *   {
 *     g_value_init (&value, G_TYPE_BYTES);
 *     g_value_take_boxed (&value, make_thumbnail (path));
 *     mgr_cache_put_string (cache, path, &value, NULL, NULL);
 *   }
 * ]|
 *
 * mgr_cache_get_or_load() does that once for all who want the same at the same time.
 *
 * A cache with a #MgrCache:component takes its bytes from that one's budget, and is a
 * #MgrReclaimer: a cleanup may have it give some back, those worth least first. It grows
 * again by itself as more is put.
 *
 * With a #MgrCache:store, what leaves for want of room or of memory goes there, by a thread
 * of its own, and mgr_cache_get_or_load() finds it again. Removing and putting reach the
 * store too. Strings, #GBytes and #GVariant are written as they are; for anything else connect
 * to #MgrCache::encode and #MgrCache::decode. A store that fails is a miss.
 *
 * What has expired is not found any more. It goes in small slices, in the main context that
 * was the thread default when the cache was made, and whenever something is put.
 *
 * All functions may be called from any thread.
 */

/**
 * MgrCache:
 *
 * A cache that knows what it takes and what it is good for.
 *
 * Since: 1.0
 */

typedef enum
{
  SIGNAL_REMOVED,
  SIGNAL_MEASURE,
  SIGNAL_ENCODE,
  SIGNAL_DECODE,
  N_SIGNALS,
} MgrCacheSignal;

static guint signals[N_SIGNALS];

GTypeClass *mgr_cache_only_class;

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrCache, mgr_cache, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER, mgr_cache_reclaimer_init))

/* The classic helper's bounds, which its users know. */
#define CLASSIC_BYTES (500 * 1000 * 1000)
#define CLASSIC_ENTRIES 1000
#define CLASSIC_TTL (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

void
mgr_cache_change_figure (MgrCache *self,
                         guint64  *figure,
                         gint64    by)
{
  g_mutex_lock (&self->lock);
  *figure += (guint64) by;
  g_mutex_unlock (&self->lock);
}

/* Signals */

gboolean
mgr_cache_is_removed_wanted (MgrCache *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_REMOVED], 0, FALSE);
}

void
mgr_cache_emit_removed (MgrCache      *self,
                        const GValue  *key,
                        const GValue  *value,
                        MgrCacheCause  cause)
{
  g_signal_emit (self, signals[SIGNAL_REMOVED], 0, key, value, cause);
}

gboolean
mgr_cache_emit_measure (MgrCache     *self,
                        const GValue *value,
                        guint64      *size)
{
  if (!g_signal_has_handler_pending (self, signals[SIGNAL_MEASURE], 0, FALSE))
    return FALSE;

  *size = 0;
  g_signal_emit (self, signals[SIGNAL_MEASURE], 0, value, size);
  return TRUE;
}

gboolean
mgr_cache_is_encode_wanted (MgrCache *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_ENCODE], 0, FALSE);
}

GBytes *
mgr_cache_emit_encode (MgrCache     *self,
                       const GValue *value)
{
  GBytes *bytes = NULL;

  g_signal_emit (self, signals[SIGNAL_ENCODE], 0, value, &bytes);
  return bytes;
}

gboolean
mgr_cache_emit_decode (MgrCache      *self,
                       GBytes        *bytes,
                       MgrCacheTerms *terms)
{
  gboolean decoded = FALSE;

  g_signal_emit (self, signals[SIGNAL_DECODE], 0, bytes, terms, &decoded);
  return decoded && G_IS_VALUE (&terms->value);
}

static gboolean
first_bytes (GSignalInvocationHint *hint,
             GValue                *result,
             const GValue          *bytes,
             gpointer               data)
{
  g_value_copy (bytes, result);
  return g_value_get_boxed (bytes) == NULL;
}

static gboolean
first_size (GSignalInvocationHint *hint,
            GValue                *result,
            const GValue          *size,
            gpointer               data)
{
  g_value_copy (size, result);
  return g_value_get_uint64 (size) == 0;
}

/* The object */

static MgrCacheAim
cache_get_aim (MgrCache *self)
{
  if (self->eviction == MGR_CACHE_EVICTION_LRU)
    return MGR_CACHE_AIM_RECENT;

  switch (self->objective)
    {
    case MGR_CACHE_OBJECTIVE_BYTES:
      return MGR_CACHE_AIM_BYTES;
    case MGR_CACHE_OBJECTIVE_COST:
      return MGR_CACHE_AIM_COST;
    case MGR_CACHE_OBJECTIVE_REQUESTS:
    default:
      return MGR_CACHE_AIM_REQUESTS;
    }
}

static void
mgr_cache_constructed (GObject *object)
{
  MgrCache *self = MGR_CACHE (object);
  MgrCacheConfig config;

  G_OBJECT_CLASS (mgr_cache_parent_class)->constructed (object);

  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());
  self->is_system_clock = self->clock == mgr_clock_get_default ();
  if (self->name == NULL)
    self->name = g_strdup ("cache");
  self->context = g_main_context_ref_thread_default ();
  self->flights = mgr_flights_new (mgr_cache_holder_ref, mgr_cache_holder_unref);
  self->tags = mgr_cache_tags_new ();
  if (self->store != NULL)
    self->tier = mgr_cache_tier_new (self->store, self->clock);
  mgr_cache_charge_init (&self->charge, self->name, self->component);

  config = (MgrCacheConfig) {
    .key_type = self->key_type,
    .aim = cache_get_aim (self),
    .max_entries = self->rules.rules.max_entries,
    .max_weight = self->rules.rules.max_bytes,
    .value_ref = mgr_cache_holder_ref,
    .follower = self->tier != NULL ? &mgr_cache_tier_follower : NULL,
    .follower_data = self,
  };
  self->core = mgr_cache_core_new (&config);
  self->seed = mgr_cache_core_get_seed (self->core);
}

static void
mgr_cache_dispose (GObject *object)
{
  mgr_cache_stop_expiry (MGR_CACHE (object));

  G_OBJECT_CLASS (mgr_cache_parent_class)->dispose (object);
}

static void
cache_forget_departures (MgrCache *self)
{
  for (guint i = 0; i < self->departures->len; i++)
    {
      MgrCacheDeparture *departure = &g_array_index (self->departures, MgrCacheDeparture, i);

      mgr_cache_key_data_free (self->key_type, departure->key);
      mgr_cache_holder_unref (departure->holder);
    }
  g_array_unref (self->departures);
}

static void
mgr_cache_finalize (GObject *object)
{
  MgrCache *self = MGR_CACHE (object);
  MgrCacheRemovals removals = { 0, };

  cache_forget_departures (self);
  if (self->look != NULL)
    g_source_destroy (self->look);
  g_clear_pointer (&self->look, g_source_unref);
  mgr_cache_core_free (self->core, &removals);
  mgr_cache_removals_clear (&removals, self->key_type, mgr_cache_holder_unref);
  mgr_cache_charge_clear (&self->charge);
  mgr_flights_free (self->flights);
  mgr_cache_tags_free (self->tags);
  g_main_context_unref (self->context);
  g_clear_pointer (&self->tier, mgr_cache_tier_free);
  g_clear_object (&self->store);
  g_clear_object (&self->component);
  g_clear_object (&self->clock);
  g_free (self->name);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_cache_parent_class)->finalize (object);
}

static void
install_signals (void)
{
  /**
   * MgrCache::removed:
   * @self: the cache
   * @key: what it was under
   * @value: what it was
   * @cause: why it is gone
   *
   * Emitted once for each entry that has left while somebody was connected, in the order in
   * which they left, but for what is in the cache at its end. It comes in the context that
   * was the thread default when the cache was made, afterwards and for many at a time: the
   * key may be taken again by then. What waits for a context that nobody iterates takes
   * memory.
   *
   * Who is the first to connect may hear of numbers some milliseconds later than of all
   * else, and of a few that had just left before.
   *
   * Since: 1.0
   */
  signals[SIGNAL_REMOVED] =
    g_signal_new ("removed", MGR_TYPE_CACHE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                  G_TYPE_VALUE | G_SIGNAL_TYPE_STATIC_SCOPE,
                  G_TYPE_VALUE | G_SIGNAL_TYPE_STATIC_SCOPE, MGR_TYPE_CACHE_CAUSE);

  /**
   * MgrCache::measure:
   * @self: the cache
   * @value: what is put
   *
   * Asks how large a value is whose terms do not say it and which the cache cannot measure.
   * The first answer above 0 counts; without one the value is refused. It is emitted in the
   * thread that puts the value, with no lock held.
   *
   * Returns: bytes
   *
   * Since: 1.0
   */
  signals[SIGNAL_MEASURE] =
    g_signal_new ("measure", MGR_TYPE_CACHE, G_SIGNAL_RUN_LAST, 0, first_size, NULL, NULL,
                  G_TYPE_UINT64, 1, G_TYPE_VALUE | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
install_tier_signals (void)
{
  /**
   * MgrCache::encode:
   * @self: the cache
   * @value: what has left for want of room or of memory
   *
   * Asks how to write a value for #MgrCache:store that is neither a string, nor #GBytes, nor
   * a #GVariant. The first answer counts; without one the value is not kept there. It is
   * emitted in the context that was the thread default when the cache was made.
   *
   * Returns: (transfer full) (nullable): the bytes; %NULL for none
   *
   * Since: 1.0
   */
  signals[SIGNAL_ENCODE] =
    g_signal_new ("encode", MGR_TYPE_CACHE, G_SIGNAL_RUN_LAST, 0, first_bytes, NULL, NULL,
                  G_TYPE_BYTES, 1, G_TYPE_VALUE | G_SIGNAL_TYPE_STATIC_SCOPE);

  /**
   * MgrCache::decode:
   * @self: the cache
   * @bytes: what #MgrCache::encode wrote; a store that others can write to may have anything
   * @terms: for the value, with mgr_cache_terms_set_value(), and for its size
   *
   * Asks for the value that bytes from #MgrCache:store stand for. It is emitted in the thread
   * that wants the value, with no lock held.
   *
   * Returns: %TRUE if @terms have the value; otherwise the next handler is asked, and in the
   *    end the value is not there
   *
   * Since: 1.0
   */
  signals[SIGNAL_DECODE] =
    g_signal_new ("decode", MGR_TYPE_CACHE, G_SIGNAL_RUN_LAST, 0,
                  g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 2, G_TYPE_BYTES,
                  MGR_TYPE_CACHE_TERMS);
}

static void
mgr_cache_class_init (MgrCacheClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  mgr_cache_only_class = &object_class->g_type_class;
  object_class->constructed = mgr_cache_constructed;
  object_class->dispose = mgr_cache_dispose;
  object_class->finalize = mgr_cache_finalize;

  mgr_cache_install_properties (object_class);
  install_signals ();
  install_tier_signals ();
}

static void
mgr_cache_init (MgrCache *self)
{
  g_mutex_init (&self->lock);
  /* Until it is known. */
  self->is_heard = TRUE;
  self->departures = g_array_new (FALSE, FALSE, sizeof (MgrCacheDeparture));
  self->timer_due = G_MAXINT64;
}

/**
 * mgr_cache_new:
 * @name: what reports call it by
 * @key_type: what the keys are
 * @max_bytes: how many bytes all entries may take; 0 for no bound
 * @max_entries: how many entries there may be; 0 for no bound
 *
 * Makes an empty cache, which is charged to nobody; g_object_new() takes all else. May be
 * called from any thread.
 *
 * Returns: (transfer full): the cache
 *
 * Since: 1.0
 */
MgrCache *
mgr_cache_new (const char      *name,
               MgrCacheKeyType  key_type,
               guint64          max_bytes,
               guint64          max_entries)
{
  g_return_val_if_fail (name != NULL, NULL);

  return g_object_new (MGR_TYPE_CACHE,
                       "name", name,
                       "key-type", key_type,
                       "max-bytes", max_bytes,
                       "max-entries", max_entries,
                       NULL);
}

/**
 * mgr_cache_new_classic:
 * @name: what reports call it by
 *
 * Makes an empty cache with keys that are strings, as the classic helper did: of at most
 * 500 MB and 1000 entries, which stay for 3600 s. The classic helper looked for what has
 * expired every 600 s; here that goes when its time is up. May be called from any thread.
 *
 * Returns: (transfer full): the cache
 *
 * Since: 1.0
 */
MgrCache *
mgr_cache_new_classic (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  return g_object_new (MGR_TYPE_CACHE,
                       "name", name,
                       "max-bytes", (guint64) CLASSIC_BYTES,
                       "max-entries", (guint64) CLASSIC_ENTRIES,
                       "ttl", (gint64) CLASSIC_TTL,
                       NULL);
}
