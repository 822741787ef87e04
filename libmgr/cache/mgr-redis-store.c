/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-redis-store.h"

#include "base/mgr-clock.h"
#include "base/mgr-owner-context-private.h"
#include "cache/mgr-cache-store-statistics-private.h"
#include "cache/mgr-redis-client-private.h"

/**
 * SECTION:mgr-redis-store
 * @title: MgrRedisStore
 * @short_description: a second tier in Redis or Valkey
 *
 * A Redis store keeps what a cache had to let go in a server, so that the cache outgrows
 * the machine, and several machines share it. It speaks RESP 2, which Redis, Valkey and
 * others understand, over one connection, through which the calls of several threads go one
 * after the other without waiting for each other. The server keeps the time to live.
 *
 * The address is `redis://[user:password@]host[:port][/database]`, or
 * `unix://[user:password@]/path[?db=database]`; what is not allowed in a URI is written in
 * percents. There is no encryption.
 *
 * A server that is not there, is too slow or talks rubbish is no error: nothing is found,
 * and nothing is kept. A call waits for it for #MgrRedisStore:timeout at most. Then the
 * connection is made again after 100 ms, and if that fails less and less often, up to once
 * in 30 s; meanwhile no call waits at all. mgr_cache_store_dup_problem() says what is
 * wrong, and the statistics how often it was. What could not be removed or replaced is not
 * found later either.
 *
 * All functions may be called from any thread.
 */

#define PREFIX "mgr:"

#define TIMEOUT (100 * G_TIME_SPAN_MILLISECOND)
#define TIMEOUT_LEAST G_TIME_SPAN_MILLISECOND
#define TIMEOUT_MOST G_TIME_SPAN_HOUR

/**
 * MgrRedisStore:
 *
 * A second tier in Redis or Valkey.
 *
 * Since: 1.0
 */
struct _MgrRedisStore
{
  GObject parent_instance;

  char *uri;             /* (owned) (nullable): until it is constructed */
  char *address;         /* (owned) (nullable), never changes: what may be shown */
  char *prefix;          /* (owned), never changes */
  char *mistake;         /* (owned) (nullable), never changes: what is wrong with the address */
  MgrClock *clock;       /* (owned), never changes */
  GMainContext *context; /* (owned), never changes */
  gint64 timeout;        /* µs: until there is a client, and where there is none */
  MgrRedisClient *client; /* (owned) (nullable), never changes: where the address is right */
};

typedef enum
{
  PROP_URI = 1,
  PROP_ADDRESS,
  PROP_PREFIX,
  PROP_TIMEOUT,
  PROP_CLOCK,
} MgrRedisStoreProperty;

static GParamSpec *props[PROP_CLOCK + 1] = { NULL, };

static void mgr_redis_store_iface_init (MgrCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrRedisStore, mgr_redis_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_CACHE_STORE, mgr_redis_store_iface_init))

/* The interface */

static gboolean
store_is_usable (MgrRedisStore  *self,
                 GError        **error)
{
  if (self->client == NULL)
    g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT, self->mistake);

  return self->client != NULL;
}

static GBytes *
mgr_redis_store_load (MgrCacheStore  *store,
                      GBytes         *key,
                      gint64         *ttl,
                      GCancellable   *cancellable,
                      GError        **error)
{
  MgrRedisStore *self = MGR_REDIS_STORE (store);

  return store_is_usable (self, error)
         ? mgr_redis_client_load (self->client, key, ttl, cancellable, error) : NULL;
}

static gboolean
mgr_redis_store_store (MgrCacheStore  *store,
                       GBytes         *key,
                       GBytes         *value,
                       gint64          ttl,
                       GCancellable   *cancellable,
                       GError        **error)
{
  MgrRedisStore *self = MGR_REDIS_STORE (store);

  return store_is_usable (self, error)
         && mgr_redis_client_store (self->client, key, value, ttl, cancellable, error);
}

static gboolean
mgr_redis_store_remove (MgrCacheStore  *store,
                        GBytes         *key,
                        GCancellable   *cancellable,
                        GError        **error)
{
  MgrRedisStore *self = MGR_REDIS_STORE (store);

  return store_is_usable (self, error)
         && mgr_redis_client_remove (self->client, key, cancellable, error);
}

static gboolean
mgr_redis_store_clear (MgrCacheStore  *store,
                       GCancellable   *cancellable,
                       GError        **error)
{
  MgrRedisStore *self = MGR_REDIS_STORE (store);

  return store_is_usable (self, error) && mgr_redis_client_clear (self->client, cancellable, error);
}

static MgrCacheStoreStatistics *
mgr_redis_store_get_statistics (MgrCacheStore *store)
{
  MgrRedisStore *self = MGR_REDIS_STORE (store);
  MgrCacheStoreFigures figures = { 0 };

  if (self->client != NULL)
    mgr_redis_client_get_figures (self->client, &figures);
  return mgr_cache_store_statistics_new_from_figures (&figures);
}

static char *
mgr_redis_store_dup_problem (MgrCacheStore *store)
{
  MgrRedisStore *self = MGR_REDIS_STORE (store);

  return self->client != NULL ? mgr_redis_client_dup_problem (self->client) : g_strdup (self->mistake);
}

static void
mgr_redis_store_iface_init (MgrCacheStoreInterface *iface)
{
  iface->load = mgr_redis_store_load;
  iface->store = mgr_redis_store_store;
  iface->remove = mgr_redis_store_remove;
  iface->clear = mgr_redis_store_clear;
  iface->get_statistics = mgr_redis_store_get_statistics;
  iface->dup_problem = mgr_redis_store_dup_problem;
}

/* The object */

static void
mgr_redis_store_constructed (GObject *object)
{
  MgrRedisStore *self = MGR_REDIS_STORE (object);
  g_autoptr (MgrRedisAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  G_OBJECT_CLASS (mgr_redis_store_parent_class)->constructed (object);

  self->context = g_main_context_ref_thread_default ();
  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());
  if (self->prefix == NULL)
    self->prefix = g_strdup (PREFIX);

  address = mgr_redis_address_parse (self->uri != NULL ? self->uri : "", &error);
  g_clear_pointer (&self->uri, g_free);
  if (address == NULL)
    {
      self->mistake = g_strdup (error->message);
      return;
    }

  self->address = g_strdup (address->text);
  self->client = mgr_redis_client_new (g_steal_pointer (&address), self->prefix, self->clock);
  mgr_redis_client_set_timeout (self->client, self->timeout);
}

static void
mgr_redis_store_finalize (GObject *object)
{
  MgrRedisStore *self = MGR_REDIS_STORE (object);

  g_clear_pointer (&self->client, mgr_redis_client_free);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->uri);
  g_free (self->address);
  g_free (self->prefix);
  g_free (self->mistake);

  G_OBJECT_CLASS (mgr_redis_store_parent_class)->finalize (object);
}

static void
mgr_redis_store_get_property (GObject    *object,
                              guint       property_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  MgrRedisStore *self = MGR_REDIS_STORE (object);

  switch ((MgrRedisStoreProperty) property_id)
    {
    case PROP_ADDRESS:
      g_value_set_string (value, self->address);
      break;
    case PROP_PREFIX:
      g_value_set_string (value, self->prefix);
      break;
    case PROP_TIMEOUT:
      g_value_set_int64 (value, mgr_redis_store_get_timeout (self));
      break;
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    case PROP_URI:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
mgr_redis_store_set_property (GObject      *object,
                              guint         property_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  MgrRedisStore *self = MGR_REDIS_STORE (object);

  switch ((MgrRedisStoreProperty) property_id)
    {
    case PROP_URI:
      self->uri = g_value_dup_string (value);
      break;
    case PROP_PREFIX:
      self->prefix = g_value_dup_string (value);
      break;
    case PROP_TIMEOUT:
      if (self->client == NULL)
        self->timeout = g_value_get_int64 (value);
      else
        mgr_redis_store_set_timeout (self, g_value_get_int64 (value));
      break;
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_ADDRESS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
mgr_redis_store_class_init (MgrRedisStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = mgr_redis_store_constructed;
  object_class->finalize = mgr_redis_store_finalize;
  object_class->get_property = mgr_redis_store_get_property;
  object_class->set_property = mgr_redis_store_set_property;

  /**
   * MgrRedisStore:uri:
   *
   * Where the server is, and how to get in. It cannot be read, since it may hold a
   * password. With one that is wrong every call fails with %MGR_ERROR_INVALID_ARGUMENT.
   *
   * Since: 1.0
   */
  props[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, NULL, G_PARAM_WRITABLE | flags);

  /**
   * MgrRedisStore:address:
   *
   * Where the server is, without a user and a password; %NULL if #MgrRedisStore:uri was
   * wrong.
   *
   * Since: 1.0
   */
  props[PROP_ADDRESS] =
    g_param_spec_string ("address", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * MgrRedisStore:prefix:
   *
   * What all keys begin with in the server; %NULL for `mgr:`. mgr_cache_store_clear()
   * removes whatever begins so, and all of the database for an empty one.
   *
   * Since: 1.0
   */
  props[PROP_PREFIX] = g_param_spec_string ("prefix", NULL, NULL, PREFIX, G_PARAM_READWRITE | flags);

  /**
   * MgrRedisStore:timeout:
   *
   * How long a call waits for the server, in microseconds; from a millisecond to an hour.
   *
   * Since: 1.0
   */
  props[PROP_TIMEOUT] =
    g_param_spec_int64 ("timeout", NULL, NULL, TIMEOUT_LEAST, TIMEOUT_MOST, TIMEOUT,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_EXPLICIT_NOTIFY
                        | G_PARAM_STATIC_STRINGS);

  /**
   * MgrRedisStore:clock:
   *
   * The clock by which it is tried again; %NULL for the system's.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK, G_PARAM_READWRITE | flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_redis_store_init (MgrRedisStore *self)
{
}

/**
 * mgr_redis_store_new:
 * @uri: where the server is, and how to get in
 * @prefix: (nullable): what all keys begin with in the server; %NULL for `mgr:`
 * @error: return location for a #GError
 *
 * Makes a second tier in a server, which need not be there. It is connected to when the
 * store is first used. May be called from any thread.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @uri is wrong; the error does not repeat it.
 *
 * Returns: (transfer full): the store, or %NULL on error
 *
 * Since: 1.0
 */
MgrRedisStore *
mgr_redis_store_new (const char  *uri,
                     const char  *prefix,
                     GError     **error)
{
  g_autoptr (MgrRedisAddress) address = NULL;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  address = mgr_redis_address_parse (uri, error);
  if (address == NULL)
    return NULL;

  return g_object_new (MGR_TYPE_REDIS_STORE, "uri", uri, "prefix", prefix, NULL);
}

/**
 * mgr_redis_store_get_address:
 * @self: a Redis store
 *
 * Gets where the server is, without a user and a password. May be called from any thread.
 *
 * Returns: (nullable): the address; %NULL if #MgrRedisStore:uri was wrong
 *
 * Since: 1.0
 */
const char *
mgr_redis_store_get_address (MgrRedisStore *self)
{
  g_return_val_if_fail (MGR_IS_REDIS_STORE (self), NULL);

  return self->address;
}

/**
 * mgr_redis_store_get_prefix:
 * @self: a Redis store
 *
 * Gets what all keys begin with in the server. May be called from any thread.
 *
 * Returns: the prefix
 *
 * Since: 1.0
 */
const char *
mgr_redis_store_get_prefix (MgrRedisStore *self)
{
  g_return_val_if_fail (MGR_IS_REDIS_STORE (self), NULL);

  return self->prefix;
}

/**
 * mgr_redis_store_get_timeout:
 * @self: a Redis store
 *
 * Gets how long a call waits for the server. May be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_redis_store_get_timeout (MgrRedisStore *self)
{
  g_return_val_if_fail (MGR_IS_REDIS_STORE (self), 0);

  return self->client != NULL ? mgr_redis_client_get_timeout (self->client) : self->timeout;
}

static void
notify_timeout_cb (gpointer object,
                   gpointer user_data)
{
  g_object_notify_by_pspec (object, props[PROP_TIMEOUT]);
}

/**
 * mgr_redis_store_set_timeout:
 * @self: a Redis store
 * @timeout: microseconds; from a millisecond to an hour
 *
 * Sets how long a call waits for the server, from the next one on. May be called from any
 * thread; the notification comes in the context that was the thread default when the store
 * was made.
 *
 * Since: 1.0
 */
void
mgr_redis_store_set_timeout (MgrRedisStore *self,
                             gint64         timeout)
{
  g_return_if_fail (MGR_IS_REDIS_STORE (self));
  g_return_if_fail (timeout >= TIMEOUT_LEAST && timeout <= TIMEOUT_MOST);

  if (self->client != NULL && mgr_redis_client_set_timeout (self->client, timeout))
    mgr_owner_context_post (self->context, self, notify_timeout_cb, NULL, NULL);
}
