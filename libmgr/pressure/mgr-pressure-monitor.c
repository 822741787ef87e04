/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-monitor.h"

#include "base/mgr-owner-context-private.h"
#include "mgr-enum-types.h"
#include "pressure/mgr-pressure-core-private.h"
#include "pressure/mgr-pressure-monitor-private.h"

#include <unistd.h>

/**
 * SECTION:mgr-pressure-monitor
 * @title: MgrPressureMonitor
 * @short_description: watches how short memory is
 *
 * A monitor asks its sources at every interval and turns what they say into one of
 * six levels. Two axes count.
 *
 * Scarcity is the largest used share of any limit, and the time until the room under
 * a limit is gone if it shrinks on as it does (mgr_pressure_monitor_forecast()).
 * Memory of the machine and of the cgroup is exhausted together with the swap space
 * that this process may use: while there is swap, full memory alone makes no more
 * than a medium level. What the process itself holds can have sizes as thresholds
 * too (mgr_pressure_monitor_set_sizes()).
 *
 * Stall is the share of the time in which tasks wait for memory. It lifts the level
 * only where the memory that they wait for is short as well: from 10 % in 4 seconds
 * on by one step, at most to high, and from 40 % in a second on by two, at most to
 * critical.
 *
 * The level rises once a threshold was reached by two samples in a row (by one, for
 * an emergency), and falls once the usage stayed 5 points under the threshold for
 * 15 seconds. Both are signalled, once each: a level that is held is not repeated.
 * Where no source knows of a limit the level goes to normal in the same way, and
 * samples say who did not answer.
 *
 * Sampling goes on in a thread of the monitor's own, so that it goes on while the
 * main loop is blocked. All functions may be called from any thread. Signals and
 * notifications come only in the main context that was the thread default when the
 * monitor was made.
 */

#define MINIMUM_INTERVAL G_TIME_SPAN_MILLISECOND
#define MAXIMUM_INTERVAL G_TIME_SPAN_DAY

/**
 * MgrPressureMonitor:
 *
 * Watches how short memory is.
 *
 * Since: 1.0
 */
struct _MgrPressureMonitor
{
  GObject parent_instance;

  MgrClock *clock;           /* (owned) */
  GMainContext *owner;       /* (owned) */
  MgrPressureCore *core;     /* (owned) */
  int worker_pid;            /* atomic: the process of the worker; 0: stopped */

  GMutex lock;
  MgrPressureWorker *worker; /* (owned) (nullable): stopped; guarded by lock */
};

typedef enum
{
  PROP_CLOCK = 1,
  PROP_LEVEL,
  PROP_INTERVAL,
  PROP_RUNNING,
  PROP_ADAPTIVE,
  PROP_LIMITS,
  PROP_TRIGGER,
} MgrPressureMonitorProperty;

static GParamSpec *props[PROP_TRIGGER + 1] = { NULL, };

typedef enum
{
  SIGNAL_PRESSURE_CHANGED,
  SIGNAL_LIMITS_CHANGED,
} MgrPressureMonitorSignal;

static guint signals[SIGNAL_LIMITS_CHANGED + 1] = { 0, };

G_DEFINE_FINAL_TYPE (MgrPressureMonitor, mgr_pressure_monitor, G_TYPE_OBJECT)

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify_by_pspec (object, user_data);
}

static void
monitor_post_notify (MgrPressureMonitor         *self,
                     MgrPressureMonitorProperty  id)
{
  mgr_owner_context_post (self->owner, self, notify_cb, props[id], NULL);
}

static void
level_changed_cb (gpointer           monitor,
                  MgrPressureSample *sample)
{
  g_object_notify_by_pspec (monitor, props[PROP_LEVEL]);
  g_signal_emit (monitor, signals[SIGNAL_PRESSURE_CHANGED], 0,
                 mgr_pressure_sample_get_level (sample), sample);
}

static void
limits_changed_cb (gpointer         monitor,
                   MgrMemoryLimits *limits)
{
  g_signal_emit (monitor, signals[SIGNAL_LIMITS_CHANGED], 0, limits);
}

static const MgrPressureCoreFuncs core_funcs = {
  .level_changed = level_changed_cb,
  .limits_changed = limits_changed_cb,
};

MgrSourceSet *
mgr_pressure_monitor_get_sources (MgrPressureMonitor *self)
{
  return mgr_pressure_core_get_sources (self->core);
}

MgrSystemWatch *
mgr_pressure_monitor_get_system (MgrPressureMonitor *self)
{
  return mgr_pressure_core_get_system (self->core);
}

GMainContext *
mgr_pressure_monitor_get_owner (MgrPressureMonitor *self)
{
  return self->owner;
}

void
mgr_pressure_monitor_set_blocked_func (MgrPressureMonitor  *self,
                                       MgrOwnerBlockedFunc  func,
                                       gpointer             user_data,
                                       GDestroyNotify       destroy)
{
  mgr_owner_watch_set_func (mgr_pressure_core_get_watch (self->core), func, user_data, destroy);
}

void
mgr_pressure_monitor_set_blocked_limit (MgrPressureMonitor *self,
                                        gint64              limit)
{
  mgr_owner_watch_set_limit (mgr_pressure_core_get_watch (self->core), limit);
}

MgrPressureEngine *
mgr_pressure_monitor_lock_engine (MgrPressureMonitor *self)
{
  return mgr_pressure_core_lock_engine (self->core);
}

void
mgr_pressure_monitor_unlock_engine (MgrPressureMonitor *self)
{
  mgr_pressure_core_unlock_engine (self->core);
}

void
mgr_pressure_monitor_post_notify_adaptive (MgrPressureMonitor *self)
{
  monitor_post_notify (self, PROP_ADAPTIVE);
}

static gboolean
monitor_is_running (MgrPressureMonitor *self)
{
  return g_atomic_int_get (&self->worker_pid) == getpid ();
}

/* In a child of fork() there is no worker to wait for, and locks may be held by threads
 * that are not there: such a monitor does nothing any more, nor is it freed. */
static gboolean
monitor_is_inherited (MgrPressureMonitor *self)
{
  int pid = g_atomic_int_get (&self->worker_pid);

  return pid != 0 && pid != getpid ();
}

/* Returns: (transfer full) (nullable): the worker that is not the monitor's any more. */
static MgrPressureWorker *
monitor_steal_worker (MgrPressureMonitor *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  if (monitor_is_inherited (self))
    return NULL;

  locker = g_mutex_locker_new (&self->lock);
  g_atomic_int_set (&self->worker_pid, 0);
  return g_steal_pointer (&self->worker);
}

static void
mgr_pressure_monitor_get_property (GObject    *object,
                                   guint       id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  MgrPressureMonitor *self = MGR_PRESSURE_MONITOR (object);

  switch ((MgrPressureMonitorProperty) id)
    {
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    case PROP_LEVEL:
      g_value_set_enum (value, mgr_pressure_monitor_get_level (self));
      break;
    case PROP_INTERVAL:
      g_value_set_int64 (value, mgr_pressure_monitor_get_interval (self));
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, monitor_is_running (self));
      break;
    case PROP_ADAPTIVE:
      g_value_set_boolean (value, mgr_pressure_monitor_get_adaptive (self));
      break;
    case PROP_LIMITS:
      g_value_take_object (value, mgr_pressure_monitor_dup_limits (self));
      break;
    case PROP_TRIGGER:
      g_value_set_boolean (value, mgr_pressure_monitor_get_trigger (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_pressure_monitor_set_property (GObject      *object,
                                   guint         id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  MgrPressureMonitor *self = MGR_PRESSURE_MONITOR (object);

  switch ((MgrPressureMonitorProperty) id)
    {
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_INTERVAL:
      mgr_pressure_monitor_set_interval (self, g_value_get_int64 (value));
      break;
    case PROP_ADAPTIVE:
      mgr_pressure_monitor_set_adaptive (self, g_value_get_boolean (value));
      break;
    case PROP_LIMITS:
      mgr_pressure_monitor_set_limits (self, g_value_get_object (value));
      break;
    case PROP_TRIGGER:
      mgr_pressure_monitor_set_trigger (self, g_value_get_boolean (value));
      break;
    case PROP_LEVEL:
    case PROP_RUNNING:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_pressure_monitor_constructed (GObject *object)
{
  MgrPressureMonitor *self = MGR_PRESSURE_MONITOR (object);

  G_OBJECT_CLASS (mgr_pressure_monitor_parent_class)->constructed (object);

  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());
  self->core = mgr_pressure_core_new (self, &core_funcs, self->clock, self->owner);
}

static void
mgr_pressure_monitor_dispose (GObject *object)
{
  MgrPressureWorker *worker = monitor_steal_worker (MGR_PRESSURE_MONITOR (object));

  /* Who drops a monitor is not to wait for a source. */
  if (worker != NULL)
    mgr_pressure_worker_leave (worker);

  G_OBJECT_CLASS (mgr_pressure_monitor_parent_class)->dispose (object);
}

static void
mgr_pressure_monitor_finalize (GObject *object)
{
  MgrPressureMonitor *self = MGR_PRESSURE_MONITOR (object);

  if (!monitor_is_inherited (self))
    {
      g_clear_object (&self->core);
      g_clear_pointer (&self->owner, g_main_context_unref);
      g_clear_object (&self->clock);
      g_mutex_clear (&self->lock);
    }

  G_OBJECT_CLASS (mgr_pressure_monitor_parent_class)->finalize (object);
}

static void
install_properties (void)
{
  /**
   * MgrPressureMonitor:clock:
   *
   * The clock by which samples are taken and levels wait.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] =
    g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrPressureMonitor:level:
   *
   * How short memory is, by the last sample.
   *
   * Since: 1.0
   */
  props[PROP_LEVEL] =
    g_param_spec_enum ("level", NULL, NULL,
                       MGR_TYPE_PRESSURE_LEVEL, MGR_PRESSURE_LEVEL_NORMAL,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * MgrPressureMonitor:interval:
   *
   * The time between two samples, in microseconds, from a millisecond to a day.
   *
   * Since: 1.0
   */
  props[PROP_INTERVAL] =
    g_param_spec_int64 ("interval", NULL, NULL,
                        MINIMUM_INTERVAL, MAXIMUM_INTERVAL, MGR_DEFAULT_PRESSURE_INTERVAL,
                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * MgrPressureMonitor:running:
   *
   * Whether samples are taken at every interval.
   *
   * Since: 1.0
   */
  props[PROP_RUNNING] =
    g_param_spec_boolean ("running", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * MgrPressureMonitor:adaptive:
   *
   * Whether the levels low and medium begin later where their usage is the usual
   * course of things: reached again and again, without stall, for an hour at least.
   * The other levels never move. See mgr_pressure_monitor_explain().
   *
   * Since: 1.0
   */
  props[PROP_ADAPTIVE] =
    g_param_spec_boolean ("adaptive", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
install_system_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrPressureMonitor:limits:
   *
   * What limits this process, to be kept up to date with each sample.
   *
   * Since: 1.0
   */
  props[PROP_LIMITS] = g_param_spec_object ("limits", NULL, NULL, MGR_TYPE_MEMORY_LIMITS, flags);

  /**
   * MgrPressureMonitor:trigger:
   *
   * Whether the kernel shall wake a running monitor that has a #MgrPsiSource when
   * tasks begin to wait for memory, before the next sample is due. Where it does not
   * let itself be asked, or not by this user, the samples have to do.
   *
   * Since: 1.0
   */
  props[PROP_TRIGGER] = g_param_spec_boolean ("trigger", NULL, NULL, TRUE, flags);
}

static void
mgr_pressure_monitor_class_init (MgrPressureMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_pressure_monitor_get_property;
  object_class->set_property = mgr_pressure_monitor_set_property;
  object_class->constructed = mgr_pressure_monitor_constructed;
  object_class->dispose = mgr_pressure_monitor_dispose;
  object_class->finalize = mgr_pressure_monitor_finalize;

  install_properties ();
  install_system_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * MgrPressureMonitor::pressure-changed:
   * @self: the monitor
   * @level: the new level
   * @sample: the sample that made the change
   *
   * The level has risen or fallen. It is emitted once for each change, in their
   * order, in the main context that was the thread default when the monitor was
   * made. By then mgr_pressure_monitor_get_level() may be a change ahead.
   *
   * Since: 1.0
   */
  signals[SIGNAL_PRESSURE_CHANGED] =
    g_signal_new ("pressure-changed", MGR_TYPE_PRESSURE_MONITOR,
                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, MGR_TYPE_PRESSURE_LEVEL, MGR_TYPE_PRESSURE_SAMPLE);

  /**
   * MgrPressureMonitor::limits-changed:
   * @self: the monitor
   * @limits: the limits
   *
   * A limit of #MgrPressureMonitor:limits is another than at the last sample, or than
   * when the limits were given to the monitor; see #MgrMemoryLimits::limits-changed.
   * It is emitted in the main context that was the thread default when the monitor
   * was made.
   *
   * Since: 1.0
   */
  signals[SIGNAL_LIMITS_CHANGED] =
    g_signal_new ("limits-changed", MGR_TYPE_PRESSURE_MONITOR,
                  G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, MGR_TYPE_MEMORY_LIMITS);
}

static void
mgr_pressure_monitor_init (MgrPressureMonitor *self)
{
  g_mutex_init (&self->lock);
  self->owner = g_main_context_ref_thread_default ();
}

/**
 * mgr_pressure_monitor_new:
 * @clock: (nullable): the clock to go by, or %NULL for the default one
 *
 * Makes a monitor without sources that is not running. May be called from any
 * thread.
 *
 * Returns: (transfer full): the monitor
 *
 * Since: 1.0
 */
MgrPressureMonitor *
mgr_pressure_monitor_new (MgrClock *clock)
{
  return g_object_new (MGR_TYPE_PRESSURE_MONITOR, "clock", clock, NULL);
}

/**
 * mgr_pressure_monitor_start:
 * @self: a monitor
 *
 * Takes a sample at once and then one at every interval, in a thread of the
 * monitor's own, until mgr_pressure_monitor_stop() or the end of the monitor. May
 * be called from any thread; nothing happens if the monitor runs already, nor in a
 * child of fork() if it ran in the parent.
 *
 * Since: 1.0
 */
void
mgr_pressure_monitor_start (MgrPressureMonitor *self)
{
  MgrPressureWorker *worker;

  g_return_if_fail (MGR_IS_PRESSURE_MONITOR (self));

  if (monitor_is_inherited (self) || monitor_is_running (self))
    return;

  worker = mgr_pressure_worker_start (self->core, mgr_pressure_core_tick, self->clock);

  g_mutex_lock (&self->lock);
  if (self->worker == NULL)
    {
      self->worker = g_steal_pointer (&worker);
      g_atomic_int_set (&self->worker_pid, getpid ());
    }
  g_mutex_unlock (&self->lock);

  /* Another thread was quicker. */
  if (worker != NULL)
    mgr_pressure_worker_stop (worker);
  else
    monitor_post_notify (self, PROP_RUNNING);
}

/**
 * mgr_pressure_monitor_stop:
 * @self: a monitor
 *
 * Takes no samples any more and waits for the one that is being taken, unless it is
 * called from within. Changes that were found before are still signalled. May be
 * called from any thread; nothing happens if the monitor does not run.
 *
 * Since: 1.0
 */
void
mgr_pressure_monitor_stop (MgrPressureMonitor *self)
{
  MgrPressureWorker *worker;

  g_return_if_fail (MGR_IS_PRESSURE_MONITOR (self));

  worker = monitor_steal_worker (self);
  if (worker == NULL)
    return;

  mgr_pressure_worker_stop (worker);
  monitor_post_notify (self, PROP_RUNNING);
}

/**
 * mgr_pressure_monitor_sample:
 * @self: a monitor
 *
 * Asks all sources now, whether the monitor runs or not. The sample counts for the
 * level like any other. A source that fails, or has neither answered within 100 ms nor
 * a short while before, is named in mgr_pressure_sample_get_missing(), and the others
 * go on without it. May be called from any thread; but only in the main context that
 * was the thread default when the monitor was made are sources read that are not
 * thread-safe, see #MgrPressureSource.
 *
 * Returns: (transfer full): the sample
 *
 * Since: 1.0
 */
MgrPressureSample *
mgr_pressure_monitor_sample (MgrPressureMonitor *self)
{
  g_autoptr (MgrPressureCore) core = NULL;

  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), NULL);

  /* A source may drop the monitor while it is read. */
  core = g_object_ref (self->core);
  return mgr_pressure_core_look (core);
}

/**
 * mgr_pressure_monitor_forecast:
 * @self: a monitor
 *
 * Takes a sample as mgr_pressure_monitor_sample() does and gets when memory will be
 * exhausted, if things go on as they do: of all limits, the one that is reached
 * first. A line is drawn through the last 2 seconds, 30 seconds and 10 minutes; where
 * a longer window is contradicted by a shorter one, what it saw has ended. May be
 * called from any thread.
 *
 * Returns: (transfer full) (nullable): the forecast, or %NULL where no source knows
 *    of a limit
 *
 * Since: 1.0
 */
MgrPressureForecast *
mgr_pressure_monitor_forecast (MgrPressureMonitor *self)
{
  g_autoptr (MgrPressureSample) sample = NULL;
  MgrPressureForecast *forecast;

  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), NULL);

  sample = mgr_pressure_monitor_sample (self);
  forecast = mgr_pressure_sample_get_forecast (sample);
  return forecast != NULL ? mgr_pressure_forecast_ref (forecast) : NULL;
}

/**
 * mgr_pressure_monitor_get_level:
 * @self: a monitor
 *
 * Gets #MgrPressureMonitor:level. May be called from any thread.
 *
 * Returns: the level by the last sample
 *
 * Since: 1.0
 */
MgrPressureLevel
mgr_pressure_monitor_get_level (MgrPressureMonitor *self)
{
  MgrPressureLevel level;

  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), MGR_PRESSURE_LEVEL_NORMAL);

  level = mgr_pressure_engine_get_level (mgr_pressure_core_lock_engine (self->core));
  mgr_pressure_core_unlock_engine (self->core);

  return level;
}

/**
 * mgr_pressure_monitor_get_interval:
 * @self: a monitor
 *
 * Gets #MgrPressureMonitor:interval. May be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_pressure_monitor_get_interval (MgrPressureMonitor *self)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), 0);

  return mgr_pressure_core_get_interval (self->core);
}

/**
 * mgr_pressure_monitor_get_pace:
 * @self: a monitor
 *
 * Gets how long a running monitor waits after its last sample until it takes the
 * next: #MgrPressureMonitor:interval, or 250 ms where that is less and something
 * moves. Who takes samples without a running monitor does well to wait as long. May
 * be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_pressure_monitor_get_pace (MgrPressureMonitor *self)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (self), 0);

  return mgr_pressure_core_get_pace (self->core);
}

/**
 * mgr_pressure_monitor_set_interval:
 * @self: a monitor
 * @interval: microseconds, from a millisecond to a day
 *
 * Sets #MgrPressureMonitor:interval. A running monitor takes a sample at once and
 * counts from there. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_monitor_set_interval (MgrPressureMonitor *self,
                                   gint64              interval)
{
  MgrPressureWorker *worker = NULL;
  gboolean changed;

  g_return_if_fail (MGR_IS_PRESSURE_MONITOR (self));
  g_return_if_fail (interval >= MINIMUM_INTERVAL && interval <= MAXIMUM_INTERVAL);

  changed = mgr_pressure_core_set_interval (self->core, interval);
  g_mutex_lock (&self->lock);
  if (changed && self->worker != NULL)
    worker = mgr_pressure_worker_ref (self->worker);
  g_mutex_unlock (&self->lock);

  if (worker != NULL)
    {
      mgr_pressure_worker_wake (worker);
      mgr_pressure_worker_unref (worker);
    }

  if (changed)
    monitor_post_notify (self, PROP_INTERVAL);
}
