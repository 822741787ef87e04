/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-pool.h"

#include "base/mgr-owner-context-private.h"
#include "pool/mgr-pool-core-private.h"

/**
 * SECTION:mgr-pool
 * @title: MgrPool
 * @short_description: memory that is taken once and handed out many times
 *
 * What all pools have in common: a capacity, which no request can exceed; figures; two
 * water lines; and a component that is charged for what the pool holds from the system,
 * handed out or not. The figures fit each other when they are read together, with
 * mgr_pool_get_statistics().
 *
 * A pool is a #MgrReclaimer: what it holds free it gives back under pressure, or when
 * mgr_pool_trim() asks. mgr_manager_add_pool() makes it known to a manager, so that
 * cleanups, reports, D-Bus and `mgrctl pools` find it.
 *
 * A pool is started when it is made by its constructor, which fails if it cannot. All
 * functions may be called from any thread. Signals and notifications come in the
 * #GMainContext that was the thread default where the pool was made; `notify::used` and
 * its like are gathered to four a second.
 */

/* A pool that is nearly full is said to be so while there is something to be done. */
#define HIGH_WATER_DEFAULT 0.9
#define LOW_WATER_DEFAULT 0.7

static GParamSpec *props[MGR_POOL_PROP_ALLOCATION_COUNT + 1];

enum
{
  SIGNAL_LOW_WATER,
  SIGNAL_HIGH_WATER,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/**
 * MgrPool:
 *
 * Memory that is taken once and handed out many times.
 *
 * Since: 1.0
 */

/**
 * MgrPoolClass:
 * @start: gets ready for requests, or fails and leaves nothing behind; the pool may still
 *    hold what was handed out before it was stopped
 * @stop: gives back what is free; requests fail already
 * @flush: wakes who waits; requests fail already, or no longer
 * @resize: changes the capacity of the active pool, or leaves it as it was
 * @place_waters: takes over the water lines, in bytes: below the first one the pool says
 *    low-water (0 for never), from the second one on high-water (%G_MAXUINT64 for never)
 * @trim: gives up to @target free bytes back to the system, and says how many it gave
 * @get_statistics: tells all figures (transfer full)
 * @draw: adds to each of the cells, all 0, the share of it that is in use;
 *    without it, what is used is drawn from the left
 * @estimate: says what @reclaim could give back (transfer full); without it, what the pool
 *    holds beyond what is in use
 * @reclaim: gives memory back, as #MgrReclaimerInterface has it; without it, as @trim
 * @is_thread_safe: whether @estimate, @reclaim and @trim run no code of others and may be
 *    called from any thread; without it, they may
 * @round_capacity: gives the nearest capacity that it can have, 0 if there is none;
 *    without it, any will do
 *
 * What a kind of pool implements. No lock of the pool is held meanwhile. All may be called
 * from any thread, but see @is_thread_safe.
 *
 * Since: 1.0
 */
G_DEFINE_ABSTRACT_TYPE_WITH_CODE (MgrPool, mgr_pool, G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (MgrPool)
                                  G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE,
                                                         mgr_pool_initable_init)
                                  G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER,
                                                         mgr_pool_reclaimer_init))

MgrPoolPrivate *
mgr_pool_get_private (MgrPool *self)
{
  return mgr_pool_get_instance_private (self);
}

gboolean
mgr_pool_is_owner (MgrPool *self)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  return priv->thread == g_thread_self () || g_main_context_is_owner (priv->context);
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify_by_pspec (G_OBJECT (object), user_data);
}

void
mgr_pool_notify (MgrPool         *self,
                 MgrPoolProperty  property)
{
  if (mgr_pool_is_owner (self))
    g_object_notify_by_pspec (G_OBJECT (self), props[property]);
  else
    mgr_owner_context_post (mgr_pool_get_context (self), self, notify_cb, props[property], NULL);
}

void
mgr_pool_notify_figures (MgrPool *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = MGR_POOL_PROP_USED; i <= MGR_POOL_PROP_ALLOCATION_COUNT; i++)
    g_object_notify_by_pspec (G_OBJECT (self), props[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

void
mgr_pool_emit_water (MgrPool  *self,
                     gboolean  high,
                     guint64   used)
{
  g_signal_emit (self, signals[high ? SIGNAL_HIGH_WATER : SIGNAL_LOW_WATER], 0, used);
}

static void
pool_get_figure (MgrPool         *self,
                 MgrPoolProperty  property,
                 GValue          *value)
{
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (self);

  if (property == MGR_POOL_PROP_FRAGMENTATION)
    g_value_set_double (value, mgr_pool_statistics_get_fragmentation (statistics));
  else if (property == MGR_POOL_PROP_USED)
    g_value_set_uint64 (value, mgr_pool_statistics_get_used (statistics));
  else if (property == MGR_POOL_PROP_PEAK)
    g_value_set_uint64 (value, mgr_pool_statistics_get_peak (statistics));
  else if (property == MGR_POOL_PROP_CHARGED)
    g_value_set_uint64 (value, mgr_pool_statistics_get_charged (statistics));
  else if (property == MGR_POOL_PROP_AVAILABLE)
    g_value_set_uint64 (value, mgr_pool_statistics_get_available (statistics));
  else
    g_value_set_uint64 (value, mgr_pool_statistics_get_allocation_count (statistics));
}

static void
mgr_pool_get_property (GObject    *object,
                       guint       id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  MgrPool *self = MGR_POOL (object);
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  switch ((MgrPoolProperty) id)
    {
    case MGR_POOL_PROP_NAME:
      g_value_set_string (value, priv->name);
      break;
    case MGR_POOL_PROP_COMPONENT:
      g_value_set_object (value, priv->component);
      break;
    case MGR_POOL_PROP_CLOCK:
      g_value_set_object (value, priv->clock);
      break;
    case MGR_POOL_PROP_CAPACITY:
      g_value_set_uint64 (value, mgr_pool_get_capacity (self));
      break;
    case MGR_POOL_PROP_LOW_WATER:
      g_value_set_double (value, mgr_pool_get_low_water (self));
      break;
    case MGR_POOL_PROP_HIGH_WATER:
      g_value_set_double (value, mgr_pool_get_high_water (self));
      break;
    case MGR_POOL_PROP_ACTIVE:
      g_value_set_boolean (value, mgr_pool_get_active (self));
      break;
    case MGR_POOL_PROP_FLUSHING:
      g_value_set_boolean (value, mgr_pool_get_flushing (self));
      break;
    case MGR_POOL_PROP_USED:
    case MGR_POOL_PROP_PEAK:
    case MGR_POOL_PROP_CHARGED:
    case MGR_POOL_PROP_AVAILABLE:
    case MGR_POOL_PROP_FRAGMENTATION:
    case MGR_POOL_PROP_ALLOCATION_COUNT:
      pool_get_figure (self, (MgrPoolProperty) id, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_pool_set_property (GObject      *object,
                       guint         id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  MgrPool *self = MGR_POOL (object);
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  /* But for flushing all are set once, before anybody else knows of the pool. */
  if (id == MGR_POOL_PROP_NAME)
    priv->name = g_value_dup_string (value);
  else if (id == MGR_POOL_PROP_COMPONENT)
    priv->component = g_value_dup_object (value);
  else if (id == MGR_POOL_PROP_CLOCK)
    priv->clock = g_value_dup_object (value);
  else if (id == MGR_POOL_PROP_CAPACITY)
    priv->capacity = g_value_get_uint64 (value);
  else if (id == MGR_POOL_PROP_LOW_WATER)
    priv->low_water = g_value_get_double (value);
  else if (id == MGR_POOL_PROP_HIGH_WATER)
    priv->high_water = g_value_get_double (value);
  else if (id == MGR_POOL_PROP_FLUSHING)
    mgr_pool_set_flushing (self, g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mgr_pool_constructed (GObject *object)
{
  MgrPool *self = MGR_POOL (object);
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  G_OBJECT_CLASS (mgr_pool_parent_class)->constructed (object);

  if (priv->clock == NULL)
    priv->clock = g_object_ref (mgr_clock_get_default ());
}

static void
mgr_pool_dispose (GObject *object)
{
  MgrPool *self = MGR_POOL (object);

  mgr_pool_set_active (self, FALSE, NULL);

  G_OBJECT_CLASS (mgr_pool_parent_class)->dispose (object);
}

static void
mgr_pool_finalize (GObject *object)
{
  MgrPool *self = MGR_POOL (object);
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  mgr_pool_notifier_clear (self);
  mgr_pool_drop_charge (self);
  g_clear_object (&priv->component);
  g_clear_object (&priv->clock);
  g_main_context_unref (priv->context);
  g_thread_unref (priv->thread);
  g_mutex_clear (&priv->charge_lock);
  g_mutex_clear (&priv->lock);
  g_free (priv->name);

  G_OBJECT_CLASS (mgr_pool_parent_class)->finalize (object);
}

static void
install_identity_properties (void)
{
  const GParamFlags flags =
    G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrPool:name:
   *
   * The name that reports and errors call the pool by: 1 to 255 bytes without “/”, and
   * unique among the pools of a manager.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);

  /**
   * MgrPool:component:
   *
   * The component that is charged for what the pool holds from the system; %NULL for a
   * pool that nobody is charged for.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_COMPONENT] =
    g_param_spec_object ("component", NULL, NULL, MGR_TYPE_COMPONENT, flags);

  /**
   * MgrPool:clock:
   *
   * The clock by which the pool waits and measures; the system's if none is given.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK, flags);

  /**
   * MgrPool:capacity:
   *
   * The most that the pool may hold, in bytes. mgr_pool_set_capacity() changes it.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_CAPACITY] =
    g_param_spec_uint64 ("capacity", NULL, NULL, 0, G_MAXUINT64, 0, flags);
}

static void
install_water_properties (void)
{
  const GParamFlags flags =
    G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrPool:low-water:
   *
   * The share of the capacity, from 0 to 1, below which #MgrPool::low-water comes; 0 for
   * never. mgr_pool_set_waters() changes it.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_LOW_WATER] =
    g_param_spec_double ("low-water", NULL, NULL, 0, 1, LOW_WATER_DEFAULT, flags);

  /**
   * MgrPool:high-water:
   *
   * The share of the capacity, from 0 to 1, from which on #MgrPool::high-water comes; 0
   * for neither of the signals. mgr_pool_set_waters() changes it.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_HIGH_WATER] =
    g_param_spec_double ("high-water", NULL, NULL, 0, 1, HIGH_WATER_DEFAULT, flags);
}

static void
install_state_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrPool:active:
   *
   * Whether the pool serves requests. mgr_pool_set_active() changes it.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_ACTIVE] = g_param_spec_boolean ("active", NULL, NULL, FALSE, flags);

  /**
   * MgrPool:flushing:
   *
   * Whether requests fail for now, see mgr_pool_set_flushing().
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_FLUSHING] =
    g_param_spec_boolean ("flushing", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
}

static void
install_use_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrPool:used:
   *
   * What is handed out, in bytes, each block rounded up to its alignment.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_USED] = g_param_spec_uint64 ("used", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrPool:peak:
   *
   * The most that was handed out at one time, in bytes.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_PEAK] = g_param_spec_uint64 ("peak", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrPool:charged:
   *
   * What the pool holds from the system, in bytes, and what its component is charged for:
   * never less than what is resident on its behalf.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_CHARGED] =
    g_param_spec_uint64 ("charged", NULL, NULL, 0, G_MAXUINT64, 0, flags);
}

static void
install_room_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrPool:available:
   *
   * The capacity less what is used, in bytes. One request may get less.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_AVAILABLE] =
    g_param_spec_uint64 ("available", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrPool:fragmentation:
   *
   * Which share of what is available one request cannot get, from 0 to 1: 1 less the
   * largest free piece over all that is available.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_FRAGMENTATION] =
    g_param_spec_double ("fragmentation", NULL, NULL, 0, 1, 0, flags);

  /**
   * MgrPool:allocation-count:
   *
   * How many blocks are handed out.
   *
   * Since: 1.0
   */
  props[MGR_POOL_PROP_ALLOCATION_COUNT] =
    g_param_spec_uint64 ("allocation-count", NULL, NULL, 0, G_MAXUINT64, 0, flags);
}

static void
install_signals (MgrPoolClass *klass)
{
  /**
   * MgrPool::low-water:
   * @self: the pool
   * @used: what was in use then, in bytes
   *
   * Emitted in the owner's context when the use fell below #MgrPool:low-water after it had
   * been at #MgrPool:high-water or above.
   *
   * Since: 1.0
   */
  signals[SIGNAL_LOW_WATER] =
    g_signal_new ("low-water", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);

  /**
   * MgrPool::high-water:
   * @self: the pool
   * @used: what was in use then, in bytes
   *
   * Emitted in the owner's context when the use reached #MgrPool:high-water: once, until
   * it was below #MgrPool:low-water. Where a pool went to and fro before its owner could
   * be told, it is told of each side once.
   *
   * Since: 1.0
   */
  signals[SIGNAL_HIGH_WATER] =
    g_signal_new ("high-water", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
mgr_pool_class_init (MgrPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_pool_get_property;
  object_class->set_property = mgr_pool_set_property;
  object_class->constructed = mgr_pool_constructed;
  object_class->dispose = mgr_pool_dispose;
  object_class->finalize = mgr_pool_finalize;

  install_identity_properties ();
  install_water_properties ();
  install_state_properties ();
  install_use_properties ();
  install_room_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  install_signals (klass);
}

static void
mgr_pool_init (MgrPool *self)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  g_mutex_init (&priv->lock);
  g_mutex_init (&priv->charge_lock);
  priv->context = g_main_context_ref_thread_default ();
  priv->thread = g_thread_ref (g_thread_self ());
  mgr_pool_notifier_set_up (self);
}

void
mgr_pool_init_capacity (MgrPool *self,
                        guint64  capacity)
{
  mgr_pool_get_private (self)->capacity = capacity;
}

MgrClock *
mgr_pool_get_clock (MgrPool *self)
{
  return mgr_pool_get_private (self)->clock;
}

GMainContext *
mgr_pool_get_context (MgrPool *self)
{
  return mgr_pool_get_private (self)->context;
}

GThread *
mgr_pool_get_thread (MgrPool *self)
{
  return mgr_pool_get_private (self)->thread;
}

char *
mgr_pool_dup_kind (MgrPool *self)
{
  const char *type = G_OBJECT_TYPE_NAME (self);
  const char *start = g_str_has_prefix (type, "Mgr") ? type + strlen ("Mgr") : type;
  gsize length = strlen (start);

  if (g_str_has_suffix (start, "Pool"))
    length -= strlen ("Pool");
  return g_ascii_strdown (start, (gssize) length);
}

/**
 * mgr_pool_get_name:
 * @self: a pool
 *
 * Gets the name that reports and errors call the pool by. May be called from any thread.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
mgr_pool_get_name (MgrPool *self)
{
  g_return_val_if_fail (MGR_IS_POOL (self), NULL);

  return mgr_pool_get_private (self)->name;
}

/**
 * mgr_pool_get_component:
 * @self: a pool
 *
 * Gets the component that is charged. May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the component; %NULL where nobody is charged
 *
 * Since: 1.0
 */
MgrComponent *
mgr_pool_get_component (MgrPool *self)
{
  g_return_val_if_fail (MGR_IS_POOL (self), NULL);

  return mgr_pool_get_private (self)->component;
}
