/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-weak-cache-private.h"

#include "base/mgr-owner-context-private.h"
#include "cache/mgr-flights-private.h"
#include "cache/mgr-weak-cache-statistics-private.h"
#include "cache/mgr-weak-table-private.h"
#include "mgr-enum-types.h"

/**
 * SECTION:mgr-weak-cache
 * @title: MgrWeakCache
 * @short_description: a cache that keeps nothing alive
 *
 * A weak cache finds an object again as long as anybody else holds it: so that what is in
 * use already, as a document, an image or a connection, need not be made a second time.
 * It costs no memory that the program would not take without it. An object that nobody
 * holds any more leaves by itself, at once and in whatever thread that happens. From then
 * on it is not found, not even while it is being disposed of.
 *
 * The keys of a cache are all of one type, which is chosen when it is made. The functions
 * with a #GValue are for any of them, and for languages; those named after a type are for C.
 *
 * mgr_weak_cache_get_or_load() has an object made that is not there, once for all who want
 * it at the same time.
 *
 * What is written in another language is alive for as long as that language says. In
 * Python an object goes when the last name for it does, unless it is part of a cycle; then,
 * and in JavaScript always, it goes when the garbage collector comes by. A wrapper that
 * holds something of the language's, such as attributes, keeps its #GObject and is kept by
 * it (by a toggle reference); the cache is none of those that hold it.
 *
 * All functions may be called from any thread.
 */

/**
 * MgrWeakCache:
 *
 * A cache that keeps nothing alive.
 *
 * Since: 1.0
 */
struct _MgrWeakCache
{
  GObject parent_instance;

  MgrCacheKeyType key_type; /* never changes */
  MgrClock *clock;          /* (owned), never changes */
  MgrWeakTable *table;      /* (owned), never changes */
  MgrFlights *flights;      /* (owned), never changes */

  GMutex lock;
  MgrWeakCacheFigures figures; /* guarded by lock: what the table does not count */
};

typedef enum
{
  PROP_KEY_TYPE = 1,
  PROP_CLOCK,
} MgrWeakCacheProperty;

static GParamSpec *props[PROP_CLOCK + 1] = { NULL, };

static guint signal_removed;

G_DEFINE_FINAL_TYPE (MgrWeakCache, mgr_weak_cache, G_TYPE_OBJECT)

/* Telling what has left */

static gboolean
announcer_dispatch (GSource     *source,
                    GSourceFunc  callback,
                    gpointer     user_data)
{
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static GSourceFuncs announcer_funcs = {
  .dispatch = announcer_dispatch,
};

static gboolean
emit_removed_cb (gpointer box)
{
  g_autoptr (MgrWeakCache) self = g_weak_ref_get (box);
  g_autoptr (GArray) removals = NULL;

  if (self == NULL)
    return G_SOURCE_REMOVE;

  removals = mgr_weak_table_take_removals (self->table);
  for (guint i = 0; i < removals->len; i++)
    {
      MgrWeakRemoval *removal = &g_array_index (removals, MgrWeakRemoval, i);
      g_auto (GValue) key = G_VALUE_INIT;

      mgr_key_write (&removal->key, &key);
      g_signal_emit (self, signal_removed, 0, &key, removal->cause);
    }

  return G_SOURCE_CONTINUE;
}

static GSource *
announcer_new (MgrWeakCache *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  GSource *source = g_source_new (&announcer_funcs, sizeof (GSource));

  g_source_set_callback (source, emit_removed_cb, mgr_weak_box_new (self), mgr_weak_box_free);
  g_source_set_static_name (source, "[libmgr] what left a weak cache");
  g_source_attach (source, context);
  return source;
}

/* Without anybody who listens nothing waits to be told, also where no loop ever runs. */
static gboolean
is_removed_wanted (gpointer self)
{
  return g_signal_has_handler_pending (self, signal_removed, 0, FALSE);
}

/* The object */

static void
mgr_weak_cache_constructed (GObject *object)
{
  MgrWeakCache *self = MGR_WEAK_CACHE (object);

  G_OBJECT_CLASS (mgr_weak_cache_parent_class)->constructed (object);

  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());
  self->flights = mgr_flights_new ((GBoxedCopyFunc) g_object_ref, g_object_unref);
  self->table = mgr_weak_table_new (announcer_new (self), is_removed_wanted, self);
}

static void
mgr_weak_cache_finalize (GObject *object)
{
  MgrWeakCache *self = MGR_WEAK_CACHE (object);

  g_clear_pointer (&self->table, mgr_weak_table_close);
  g_clear_pointer (&self->flights, mgr_flights_free);
  g_clear_object (&self->clock);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_weak_cache_parent_class)->finalize (object);
}

static void
mgr_weak_cache_get_property (GObject    *object,
                             guint       property_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  MgrWeakCache *self = MGR_WEAK_CACHE (object);

  switch ((MgrWeakCacheProperty) property_id)
    {
    case PROP_KEY_TYPE:
      g_value_set_enum (value, self->key_type);
      break;
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
mgr_weak_cache_set_property (GObject      *object,
                             guint         property_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  MgrWeakCache *self = MGR_WEAK_CACHE (object);

  switch ((MgrWeakCacheProperty) property_id)
    {
    case PROP_KEY_TYPE:
      self->key_type = g_value_get_enum (value);
      break;
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
mgr_weak_cache_class_init (MgrWeakCacheClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = mgr_weak_cache_constructed;
  object_class->finalize = mgr_weak_cache_finalize;
  object_class->get_property = mgr_weak_cache_get_property;
  object_class->set_property = mgr_weak_cache_set_property;

  /**
   * MgrWeakCache:key-type:
   *
   * What all keys are.
   *
   * Since: 1.0
   */
  props[PROP_KEY_TYPE] =
    g_param_spec_enum ("key-type", NULL, NULL, MGR_TYPE_CACHE_KEY_TYPE, MGR_CACHE_KEY_TYPE_STRING, flags);

  /**
   * MgrWeakCache:clock:
   *
   * The clock by which loads are timed; %NULL for the system's.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * MgrWeakCache::removed:
   * @self: the cache
   * @key: what it was under
   * @cause: why it is gone: %MGR_CACHE_CAUSE_COLLECTED where nobody held it any more,
   *    %MGR_CACHE_CAUSE_EXPLICIT or %MGR_CACHE_CAUSE_REPLACED
   *
   * Emitted once for each object that has left while somebody was connected, in the order
   * in which they left. It comes in the context that was the thread default when the cache
   * was made, afterwards and for many at a time: the key may be taken again by then. What
   * waits for a context that nobody iterates takes memory.
   *
   * Since: 1.0
   */
  signal_removed = g_signal_new ("removed", MGR_TYPE_WEAK_CACHE, G_SIGNAL_RUN_LAST, 0,
                                 NULL, NULL, NULL, G_TYPE_NONE, 2,
                                 G_TYPE_VALUE | G_SIGNAL_TYPE_STATIC_SCOPE, MGR_TYPE_CACHE_CAUSE);
}

static void
mgr_weak_cache_init (MgrWeakCache *self)
{
  g_mutex_init (&self->lock);
}

/**
 * mgr_weak_cache_new:
 * @key_type: what the keys are
 *
 * Makes an empty cache. May be called from any thread.
 *
 * Returns: (transfer full): the cache
 *
 * Since: 1.0
 */
MgrWeakCache *
mgr_weak_cache_new (MgrCacheKeyType key_type)
{
  return g_object_new (MGR_TYPE_WEAK_CACHE, "key-type", key_type, NULL);
}

/**
 * mgr_weak_cache_get_key_type:
 * @self: a weak cache
 *
 * Gets what all keys are. May be called from any thread.
 *
 * Returns: the type
 *
 * Since: 1.0
 */
MgrCacheKeyType
mgr_weak_cache_get_key_type (MgrWeakCache *self)
{
  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), MGR_CACHE_KEY_TYPE_STRING);

  return self->key_type;
}

static void
weak_cache_count (MgrWeakCache *self,
                  guint64      *figure)
{
  g_mutex_lock (&self->lock);
  *figure += 1;
  g_mutex_unlock (&self->lock);
}

GObject *
mgr_weak_cache_look_up (MgrWeakCache *self,
                        const MgrKey *key)
{
  GObject *value = mgr_weak_table_get (self->table, key);

  weak_cache_count (self, value != NULL ? &self->figures.hits : &self->figures.misses);
  return value;
}

void
mgr_weak_cache_insert (MgrWeakCache *self,
                       const MgrKey *key,
                       GObject      *value)
{
  mgr_flights_supersede (self->flights, key);
  mgr_weak_table_put (self->table, key, value);
}

/**
 * mgr_weak_cache_get:
 * @self: a weak cache
 * @key: what to look for
 * @error: return location for a #GError
 *
 * Looks for an object. May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys.
 *
 * Returns: (transfer full) (nullable): the object; %NULL where there is none, or on error
 *
 * Since: 1.0
 */
GObject *
mgr_weak_cache_get (MgrWeakCache  *self,
                    const GValue  *key,
                    GError       **error)
{
  MgrKey read;

  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), NULL);
  g_return_val_if_fail (G_IS_VALUE (key), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return mgr_key_read (&read, self->key_type, key, error) ? mgr_weak_cache_look_up (self, &read) : NULL;
}

/**
 * mgr_weak_cache_put:
 * @self: a weak cache
 * @key: what to find it by
 * @value: the object
 * @error: return location for a #GError
 *
 * Puts an object into the cache, in place of what is there under @key. The cache does not
 * hold it: whoever drops the last reference makes it leave. May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys.
 *
 * Returns: %TRUE; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_weak_cache_put (MgrWeakCache  *self,
                    const GValue  *key,
                    GObject       *value,
                    GError       **error)
{
  MgrKey read;

  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (key), FALSE);
  g_return_val_if_fail (G_IS_OBJECT (value), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!mgr_key_read (&read, self->key_type, key, error))
    return FALSE;

  mgr_weak_cache_insert (self, &read, value);
  return TRUE;
}

/**
 * mgr_weak_cache_contains:
 * @self: a weak cache
 * @key: what to look for
 * @error: return location for a #GError
 *
 * Gets whether an object is in the cache, without counting that as a use. By the time it
 * is asked for it may be gone. May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys.
 *
 * Returns: whether there is one; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_weak_cache_contains (MgrWeakCache  *self,
                         const GValue  *key,
                         GError       **error)
{
  MgrKey read;

  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (key), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return mgr_key_read (&read, self->key_type, key, error) && mgr_weak_table_has (self->table, &read);
}

/**
 * mgr_weak_cache_remove:
 * @self: a weak cache
 * @key: what to remove
 * @error: return location for a #GError
 *
 * Removes an object, which whoever holds it keeps. What is being loaded for @key at that
 * moment is not kept either. May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys.
 *
 * Returns: whether there was one; %FALSE on error
 *
 * Since: 1.0
 */
gboolean
mgr_weak_cache_remove (MgrWeakCache  *self,
                       const GValue  *key,
                       GError       **error)
{
  MgrKey read;

  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), FALSE);
  g_return_val_if_fail (G_IS_VALUE (key), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!mgr_key_read (&read, self->key_type, key, error))
    return FALSE;

  mgr_flights_supersede (self->flights, &read);
  return mgr_weak_table_remove (self->table, &read, NULL);
}

/**
 * mgr_weak_cache_clear:
 * @self: a weak cache
 *
 * Removes all objects, and whatever is being loaded is not kept either. May be called from
 * any thread.
 *
 * Since: 1.0
 */
void
mgr_weak_cache_clear (MgrWeakCache *self)
{
  g_return_if_fail (MGR_IS_WEAK_CACHE (self));

  mgr_flights_supersede (self->flights, NULL);
  mgr_weak_table_clear (self->table);
}

/* Loading */

static GObject *
weak_cache_call_loader (MgrWeakCache        *self,
                        const MgrKey        *key,
                        MgrWeakCacheLoader   loader,
                        gpointer             user_data,
                        GCancellable        *cancellable,
                        GError             **error)
{
  g_auto (GValue) value = G_VALUE_INIT;
  gint64 begin = mgr_clock_get_time (self->clock);
  g_autoptr (GError) local_error = NULL;
  GObject *loaded;

  mgr_key_write (key, &value);
  loaded = loader (self, &value, cancellable, user_data, &local_error);

  g_mutex_lock (&self->lock);
  self->figures.load_time += MAX (mgr_clock_get_time (self->clock) - begin, 0);
  if (loaded != NULL)
    self->figures.loads++;
  else
    self->figures.load_failures++;
  g_mutex_unlock (&self->lock);

  if (loaded == NULL && local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  else if (loaded == NULL)
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_FAILED,
                         "The loader of a weak cache gave neither an object nor an error");
  return loaded;
}

/* Loads for all who wait for @flight. What somebody has put there meanwhile is newer. */
static GObject *
weak_cache_load (MgrWeakCache        *self,
                 const MgrKey        *key,
                 MgrFlight           *flight,
                 MgrWeakCacheLoader   loader,
                 gpointer             user_data,
                 GError             **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GObject) newer = NULL;
  /* Somebody may have ended loading it before this flight began. */
  GObject *value = mgr_weak_table_get (self->table, key);

  if (value != NULL)
    {
      mgr_flights_land (self->flights, flight, value, NULL);
      return value;
    }

  value = weak_cache_call_loader (self, key, loader, user_data,
                                  mgr_flight_get_cancellable (flight), &local_error);
  newer = value != NULL ? mgr_weak_table_get (self->table, key) : NULL;
  if (value != NULL && newer == NULL)
    mgr_weak_table_put (self->table, key, value);
  if (!mgr_flights_land (self->flights, flight, value, local_error) && value != NULL && newer == NULL)
    mgr_weak_table_remove (self->table, key, value);

  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return value;
}

/* @again: (out): whether to ask again: all others had cancelled, and this caller had not */
static GObject *
weak_cache_join (MgrWeakCache  *self,
                 MgrFlight     *flight,
                 GCancellable  *cancellable,
                 gboolean      *again,
                 GError       **error)
{
  g_autoptr (GError) local_error = NULL;
  GObject *value;

  weak_cache_count (self, &self->figures.joins);
  value = mgr_flights_wait (self->flights, flight, 0, cancellable, &local_error);
  *again = g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
           && !g_cancellable_is_cancelled (cancellable);
  if (local_error != NULL && !*again)
    g_propagate_error (error, g_steal_pointer (&local_error));

  return value;
}

/**
 * mgr_weak_cache_get_or_load:
 * @self: a weak cache
 * @key: what to look for
 * @loader: (scope call): makes it where it is not there
 * @user_data: data for @loader
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Looks for an object, and has it made and put into the cache where it is not there. Of
 * those who want it at the same time one makes it, in the thread of that one, and the
 * others wait; an error goes to all of them. Who cancels stops waiting, and the one who
 * makes it goes on until all have cancelled. What is put or removed under @key meanwhile
 * is newer: then what was made is given to those who wait, and not kept. May be called
 * from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @key is not of the type of the keys, with
 * %MGR_ERROR_WOULD_DEADLOCK where @loader is what it would have to wait for, with
 * %G_IO_ERROR_CANCELLED where @cancellable is, and with the errors of @loader.
 *
 * Returns: (transfer full): the object, or %NULL on error
 *
 * Since: 1.0
 */
GObject *
mgr_weak_cache_get_or_load (MgrWeakCache        *self,
                            const GValue        *key,
                            MgrWeakCacheLoader   loader,
                            gpointer             user_data,
                            GCancellable        *cancellable,
                            GError             **error)
{
  gboolean again = TRUE;
  GObject *value;
  MgrKey read;

  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), NULL);
  g_return_val_if_fail (G_IS_VALUE (key), NULL);
  g_return_val_if_fail (loader != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!mgr_key_read (&read, self->key_type, key, error)
      || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  value = mgr_weak_cache_look_up (self, &read);
  while (value == NULL && again)
    {
      gboolean loads = FALSE;
      MgrFlight *flight = mgr_flights_board (self->flights, &read, cancellable, &loads, error);

      again = FALSE;
      if (flight == NULL)
        break;
      if (loads)
        value = weak_cache_load (self, &read, flight, loader, user_data, error);
      else
        value = weak_cache_join (self, flight, cancellable, &again, error);
    }

  return value;
}

/* Figures */

/**
 * mgr_weak_cache_get_n_entries:
 * @self: a weak cache
 *
 * Gets how many objects are in the cache. May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint
mgr_weak_cache_get_n_entries (MgrWeakCache *self)
{
  guint64 unused;

  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), 0);

  return mgr_weak_table_count (self->table, &unused, &unused, &unused);
}

/**
 * mgr_weak_cache_get_statistics:
 * @self: a weak cache
 *
 * Gets what the cache was good for up to now. May be called from any thread.
 *
 * Returns: (transfer full): the statistics
 *
 * Since: 1.0
 */
MgrWeakCacheStatistics *
mgr_weak_cache_get_statistics (MgrWeakCache *self)
{
  MgrWeakCacheFigures figures;

  g_return_val_if_fail (MGR_IS_WEAK_CACHE (self), NULL);

  g_mutex_lock (&self->lock);
  figures = self->figures;
  g_mutex_unlock (&self->lock);

  figures.entries = mgr_weak_table_count (self->table, &figures.collected, &figures.removed,
                                          &figures.replaced);
  return mgr_weak_cache_statistics_new (&figures);
}
