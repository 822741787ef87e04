/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-object-pool.h"

#include "base/mgr-owner-context-private.h"
#include "pool/mgr-object-pool-private.h"
#include "pool/mgr-object-queue-private.h"

/**
 * SECTION:mgr-object-pool
 * @title: MgrObjectPool
 * @short_description: objects that are dear to make, used again and again
 *
 * A parser with its grammar, a connection, a model that is loaded: to make one takes
 * milliseconds, to use one microseconds. A pool makes as many as are needed at a time,
 * up to #MgrObjectPool:max, and keeps them for the next request.
 *
 * #MgrObjectPool::create makes an object, #MgrObjectPool::reset gets one ready for the
 * next user when it comes back; both may be connected to, or implemented by a subclass.
 * mgr_object_pool_acquire() hands out a #MgrLease, mgr_lease_release() ends it.
 *
 * Objects that are not used go: those that were idle for #MgrObjectPool:idle-timeout,
 * and under pressure all that are free, down to #MgrObjectPool:min, those that were idle
 * for longest first. The pool measures how long it takes to make them, and says so in
 * its estimate, so that a cleaner takes what is cheaper to make again first.
 *
 * The component is charged for #MgrObjectPool:object-size for each object there is. The
 * figures of #MgrPool count the objects that are leased.
 *
 * All functions may be called from any thread. Handlers are called where the pool was
 * made, and objects are dropped there too, unless the pool is
 * #MgrObjectPool:thread-safe: then both happen in any thread, and several at a time.
 */

#define OBJECT_SIZE_DEFAULT 1024

typedef struct
{
  MgrObjectCore *core; /* (owned) */
  guint max;           /* that the pool was made with; later that of core counts */
} MgrObjectPoolPrivate;

static GParamSpec *props[MGR_OBJECT_POOL_PROP_CREATE_TIME + 1];

enum
{
  SIGNAL_CREATE,
  SIGNAL_RESET,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/**
 * MgrObjectPool:
 *
 * Objects that are dear to make, used again and again.
 *
 * Since: 1.0
 */

/**
 * MgrObjectPoolClass:
 * @create: makes an object (transfer full), or fails; asked where no handler of
 *    #MgrObjectPool::create gave one
 * @reset: gets an object ready for its next user; %FALSE if it cannot be used again
 *
 * What a pool for objects of a kind may implement. Both are called without a lock, in the
 * owner's context, or in any thread if the pool is #MgrObjectPool:thread-safe.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE_WITH_PRIVATE (MgrObjectPool, mgr_object_pool, MGR_TYPE_POOL)

/**
 * MgrObjectPoolClass::create:
 * @self: a pool
 * @error: return location for a #GError
 *
 * Makes an object, or fails.
 *
 * Returns: (transfer full): the object
 *
 * Since: 1.0
 */

static MgrObjectPoolPrivate *
get_private (MgrObjectPool *self)
{
  return mgr_object_pool_get_instance_private (self);
}

MgrObjectCore *
mgr_object_pool_get_core (MgrObjectPool *self)
{
  return get_private (self)->core;
}

guint
mgr_object_pool_get_first_max (MgrObjectPool *self)
{
  return get_private (self)->max;
}

gboolean
mgr_object_pool_has_handler (MgrObjectPool *self,
                             gboolean       of_reset)
{
  return g_signal_has_handler_pending (self, signals[of_reset ? SIGNAL_RESET : SIGNAL_CREATE],
                                       0, FALSE);
}

GObject *
mgr_object_pool_emit_create (MgrObjectPool *self)
{
  GObject *object = NULL;

  g_signal_emit (self, signals[SIGNAL_CREATE], 0, &object);
  return object;
}

gboolean
mgr_object_pool_emit_reset (MgrObjectPool *self,
                            GObject       *object)
{
  gboolean ready = TRUE;

  g_signal_emit (self, signals[SIGNAL_RESET], 0, object, &ready);
  return ready;
}

static gboolean
first_object_accumulator (GSignalInvocationHint *hint,
                          GValue                *accumulated,
                          const GValue          *answer,
                          gpointer               user_data)
{
  g_value_copy (answer, accumulated);
  return g_value_get_object (answer) == NULL;
}

/* The first that says FALSE decides. */
static gboolean
all_true_accumulator (GSignalInvocationHint *hint,
                      GValue                *accumulated,
                      const GValue          *answer,
                      gpointer               user_data)
{
  g_value_copy (answer, accumulated);
  return g_value_get_boolean (answer);
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify_by_pspec (object, user_data);
}

void
mgr_object_pool_notify (MgrObjectPool         *self,
                        MgrObjectPoolProperty  property)
{
  MgrObjectCore *core = mgr_object_pool_get_core (self);

  if (mgr_object_core_is_owner (core))
    g_object_notify_by_pspec (G_OBJECT (self), props[property]);
  else
    mgr_owner_context_post (core->context, self, notify_cb, props[property], NULL);
}

static GObject *
mgr_object_pool_real_create (MgrObjectPool  *self,
                             GError        **error)
{
  if (mgr_object_pool_has_handler (self, FALSE))
    g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                 "its handler of “create” returned none, and did not say why");
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                 "nobody makes any. Connect to “create”, or implement it in a subclass");
  return NULL;
}

static gboolean
mgr_object_pool_real_reset (MgrObjectPool *self,
                            GObject       *object)
{
  return TRUE;
}

static void
mgr_object_pool_get_property (GObject    *object,
                              guint       id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  MgrObjectPool *self = MGR_OBJECT_POOL (object);

  switch ((MgrObjectPoolProperty) id)
    {
    case MGR_OBJECT_POOL_PROP_MIN:
      g_value_set_uint (value, mgr_object_pool_get_min (self));
      break;
    case MGR_OBJECT_POOL_PROP_MAX:
      g_value_set_uint (value, mgr_object_pool_get_max (self));
      break;
    case MGR_OBJECT_POOL_PROP_OBJECT_SIZE:
      g_value_set_uint64 (value, mgr_object_pool_get_object_size (self));
      break;
    case MGR_OBJECT_POOL_PROP_IDLE_TIMEOUT:
      g_value_set_int64 (value, mgr_object_pool_get_idle_timeout (self));
      break;
    case MGR_OBJECT_POOL_PROP_THREAD_SAFE:
      g_value_set_boolean (value, mgr_object_pool_get_thread_safe (self));
      break;
    case MGR_OBJECT_POOL_PROP_RESETS:
      g_value_set_boolean (value, mgr_object_pool_get_resets (self));
      break;
    case MGR_OBJECT_POOL_PROP_N_OBJECTS:
      g_value_set_uint (value, mgr_object_pool_get_n_objects (self));
      break;
    case MGR_OBJECT_POOL_PROP_N_FREE:
      g_value_set_uint (value, mgr_object_pool_get_n_free (self));
      break;
    case MGR_OBJECT_POOL_PROP_N_WAITING:
      g_value_set_uint (value, mgr_object_pool_get_n_waiting (self));
      break;
    case MGR_OBJECT_POOL_PROP_N_CREATED:
      g_value_set_uint64 (value, mgr_object_pool_get_n_created (self));
      break;
    case MGR_OBJECT_POOL_PROP_N_LEAKED:
      g_value_set_uint64 (value, mgr_object_pool_get_n_leaked (self));
      break;
    case MGR_OBJECT_POOL_PROP_CREATE_TIME:
      g_value_set_int64 (value, mgr_object_pool_get_create_time (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_object_pool_set_property (GObject      *object,
                              guint         id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  MgrObjectPool *self = MGR_OBJECT_POOL (object);
  MgrObjectPoolPrivate *priv = get_private (self);

  switch ((MgrObjectPoolProperty) id)
    {
    /* The four that are set once are, before anybody else knows of the pool. */
    case MGR_OBJECT_POOL_PROP_MIN:
      priv->core->min = g_value_get_uint (value);
      break;
    case MGR_OBJECT_POOL_PROP_MAX:
      priv->max = g_value_get_uint (value);
      break;
    case MGR_OBJECT_POOL_PROP_OBJECT_SIZE:
      priv->core->object_size = g_value_get_uint64 (value);
      break;
    case MGR_OBJECT_POOL_PROP_THREAD_SAFE:
      priv->core->thread_safe = g_value_get_boolean (value);
      break;
    case MGR_OBJECT_POOL_PROP_IDLE_TIMEOUT:
      mgr_object_pool_set_idle_timeout (self, g_value_get_int64 (value));
      break;
    case MGR_OBJECT_POOL_PROP_RESETS:
      mgr_object_pool_set_resets (self, g_value_get_boolean (value));
      break;
    case MGR_OBJECT_POOL_PROP_N_OBJECTS:
    case MGR_OBJECT_POOL_PROP_N_FREE:
    case MGR_OBJECT_POOL_PROP_N_WAITING:
    case MGR_OBJECT_POOL_PROP_N_CREATED:
    case MGR_OBJECT_POOL_PROP_N_LEAKED:
    case MGR_OBJECT_POOL_PROP_CREATE_TIME:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_object_pool_constructed (GObject *object)
{
  MgrObjectPool *self = MGR_OBJECT_POOL (object);
  MgrObjectPoolPrivate *priv = get_private (self);
  MgrObjectCore *core = priv->core;

  G_OBJECT_CLASS (mgr_object_pool_parent_class)->constructed (object);

  core->name = g_strdup (mgr_pool_get_name (MGR_POOL (self)));
  if (core->object_size == 0)
    core->object_size = OBJECT_SIZE_DEFAULT;
  if (priv->max > 0)
    mgr_pool_init_capacity (MGR_POOL (self), priv->max <= G_MAXUINT64 / core->object_size
                                             ? priv->max * core->object_size : G_MAXUINT64);
  if (MGR_OBJECT_POOL_GET_CLASS (self)->reset != mgr_object_pool_real_reset)
    core->resets = TRUE;
}

static void
mgr_object_pool_dispose (GObject *object)
{
  MgrObjectCore *core = mgr_object_pool_get_core (MGR_OBJECT_POOL (object));
  GPtrArray *dropped;

  /* Stops the pool, unless somebody is just at it. */
  G_OBJECT_CLASS (mgr_object_pool_parent_class)->dispose (object);

  g_mutex_lock (&core->lock);
  dropped = mgr_object_core_close (core);
  core->pool = NULL;
  mgr_object_core_unlock (core);

  mgr_object_core_drop_all (core, dropped);
  mgr_object_queue_clear (core);
  mgr_object_core_clear_timer (core);
}

/* Notifications of figures come in turns; once one did, the next change is to be told. */
static void
mgr_object_pool_notified (GObject    *object,
                          GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "used"))
    mgr_object_core_hear (mgr_object_pool_get_core (MGR_OBJECT_POOL (object)));
}

static void
mgr_object_pool_finalize (GObject *object)
{
  MgrObjectPoolPrivate *priv = get_private (MGR_OBJECT_POOL (object));

  mgr_object_core_release (priv->core);

  G_OBJECT_CLASS (mgr_object_pool_parent_class)->finalize (object);
}

static void
install_limit_properties (void)
{
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY
                           | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrObjectPool:min:
   *
   * How many objects stay, used or not. mgr_object_pool_set_limits() changes it, and
   * mgr_object_pool_prepare() makes them.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_MIN] = g_param_spec_uint ("min", NULL, NULL, 0, G_MAXUINT, 0, once);

  /**
   * MgrObjectPool:max:
   *
   * How many objects there may be, 1 to 262143. mgr_object_pool_set_limits() changes it, as does
   * mgr_pool_set_capacity(). A pool that is made without it has as many as its
   * #MgrPool:capacity allows.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_MAX] = g_param_spec_uint ("max", NULL, NULL, 0, G_MAXUINT, 0, once);

  /**
   * MgrObjectPool:object-size:
   *
   * What one object is worth, in bytes, with all that it holds: the component is charged
   * for it. 0 stands for 1 KiB.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_OBJECT_SIZE] =
    g_param_spec_uint64 ("object-size", NULL, NULL, 0, G_MAXUINT64, OBJECT_SIZE_DEFAULT, once);
}

static void
install_habit_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrObjectPool:idle-timeout:
   *
   * For how long an object may be idle before it goes, in microseconds by the clock of
   * the pool, at most a quarter more; 0 for as long as it likes.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_IDLE_TIMEOUT] =
    g_param_spec_int64 ("idle-timeout", NULL, NULL, 0, G_MAXINT64, 0, flags);

  /**
   * MgrObjectPool:thread-safe:
   *
   * Whether objects may be made, reset and dropped in any thread, and in several at a
   * time. A handler in Python or JavaScript may not. A subclass that implements both is
   * the better way then: where several threads emit a signal at a time they contend.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_THREAD_SAFE] = g_param_spec_boolean ("thread-safe", NULL, NULL, FALSE,
                          flags | G_PARAM_CONSTRUCT_ONLY);

  /**
   * MgrObjectPool:resets:
   *
   * Whether #MgrObjectPool::reset is asked when an object comes back. It becomes %TRUE by
   * itself where a subclass implements it, or something is connected to it when an object
   * is made. Whoever connects later sets it. What asks nobody costs nothing.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_RESETS] = g_param_spec_boolean ("resets", NULL, NULL, FALSE, flags);
}

static void
install_figure_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * MgrObjectPool:n-objects:
   *
   * How many objects there are, free, leased, being made or being reset. It changes
   * without a notification, as the other counts do.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_N_OBJECTS] = g_param_spec_uint ("n-objects", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * MgrObjectPool:n-free:
   *
   * How many objects are there to be taken.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_N_FREE] = g_param_spec_uint ("n-free", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * MgrObjectPool:n-waiting:
   *
   * How many requests wait for others to release an object.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_N_WAITING] = g_param_spec_uint ("n-waiting", NULL, NULL, 0, G_MAXUINT, 0, flags);

  /**
   * MgrObjectPool:n-created:
   *
   * How many objects were ever made.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_N_CREATED] =
    g_param_spec_uint64 ("n-created", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrObjectPool:n-leaked:
   *
   * How many leases were dropped without having been released.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_N_LEAKED] = g_param_spec_uint64 ("n-leaked", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrObjectPool:create-time:
   *
   * How long it takes to make an object, in microseconds by the clock of the pool: the
   * mean of all.
   *
   * Since: 1.0
   */
  props[MGR_OBJECT_POOL_PROP_CREATE_TIME] =
    g_param_spec_int64 ("create-time", NULL, NULL, 0, G_MAXINT64, 0, flags);
}

static void
install_signals (MgrObjectPoolClass *klass)
{
  /**
   * MgrObjectPool::create:
   * @self: the pool
   *
   * Asks for a new object, which no pool has yet. The first handler that gives one
   * decides; where none does, the implementation of the class is asked. A handler that
   * cannot make one says why with mgr_object_pool_fail_create() and returns %NULL: the
   * request fails, its place is free again, and the next who waits may try. A handler may
   * ask this pool for an object, but does not wait for one.
   *
   * Comes in the calling thread if that is the owner's, or if the pool is
   * #MgrObjectPool:thread-safe; else in the owner's context, for which the calling thread
   * waits. No lock is held meanwhile.
   *
   * Returns: (transfer full) (nullable): the object
   *
   * Since: 1.0
   */
  signals[SIGNAL_CREATE] =
    g_signal_new ("create", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, first_object_accumulator, NULL, NULL, G_TYPE_OBJECT, 0);

  /**
   * MgrObjectPool::reset:
   * @self: the pool
   * @object: the object that has come back
   *
   * Asks to get an object ready for its next user. The first handler that returns %FALSE
   * decides: the object cannot be used again, and is dropped. The implementation of the
   * class comes last. See #MgrObjectPool:resets about who connects late.
   *
   * Comes before mgr_lease_release() returns, in the calling thread, if that is the
   * owner's or the pool is #MgrObjectPool:thread-safe; else in the owner's context,
   * later. No lock is held meanwhile.
   *
   * Returns: %TRUE if the object may be used again
   *
   * Since: 1.0
   */
  signals[SIGNAL_RESET] =
    g_signal_new ("reset", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  G_STRUCT_OFFSET (MgrObjectPoolClass, reset), all_true_accumulator, NULL, NULL,
                  G_TYPE_BOOLEAN, 1, G_TYPE_OBJECT);
}

static void
mgr_object_pool_class_init (MgrObjectPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_object_pool_get_property;
  object_class->set_property = mgr_object_pool_set_property;
  object_class->constructed = mgr_object_pool_constructed;
  object_class->dispose = mgr_object_pool_dispose;
  object_class->finalize = mgr_object_pool_finalize;
  object_class->notify = mgr_object_pool_notified;

  mgr_object_pool_install_vfuncs (MGR_POOL_CLASS (klass));
  klass->create = mgr_object_pool_real_create;
  klass->reset = mgr_object_pool_real_reset;

  install_limit_properties ();
  install_habit_properties ();
  install_figure_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  install_signals (klass);
}

static void
mgr_object_pool_init (MgrObjectPool *self)
{
  MgrObjectCore *core = mgr_object_core_new (mgr_pool_get_context (MGR_POOL (self)));

  core->pool = self;
  get_private (self)->core = core;
}

/**
 * mgr_object_pool_new:
 * @name: what reports and errors call it
 * @component: (nullable): the component that is charged for the objects, or %NULL
 * @max: how many objects there may be, 1 at least
 * @object_size: what one object is worth, in bytes, or 0 for 1 KiB
 * @error: return location for a #GError
 *
 * Makes a pool that is active and empty. It lives in the main context that is the thread
 * default. Connect to #MgrObjectPool::create before the first request. What cannot be is
 * %MGR_ERROR_INVALID_ARGUMENT. May be called from any thread.
 *
 * Returns: (transfer full): the pool
 *
 * Since: 1.0
 */
MgrObjectPool *
mgr_object_pool_new (const char    *name,
                     MgrComponent  *component,
                     guint          max,
                     guint64        object_size,
                     GError       **error)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (component == NULL || MGR_IS_COMPONENT (component), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (MGR_TYPE_OBJECT_POOL, NULL, error,
                         "name", name,
                         "component", component,
                         "max", max,
                         "object-size", object_size,
                         NULL);
}
