/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-core-private.h"

#include "base/mgr-owner-context-private.h"
#include "pressure/mgr-pressure-sample-private.h"
#include "pressure/mgr-system-files-private.h"

/* Stall of 10 % shows within this time. Faster reads of one pressure file would keep
 * the triggers of other programs on it from firing. */
#define MOVING_INTERVAL (250 * G_TIME_SPAN_MILLISECOND)

struct _MgrPressureCore
{
  GObject parent_instance;

  GWeakRef monitor;          /* only for the owner's thread */
  const MgrPressureCoreFuncs *funcs;
  MgrClock *clock;           /* (owned) */
  GMainContext *owner;       /* (owned) */
  MgrSourceSet *sources;     /* (owned) */
  MgrSystemWatch *system;    /* (owned) */
  MgrOwnerWatch *watch;      /* (owned) */

  GMutex lock;               /* guards what follows */
  MgrPressureEngine *engine; /* (owned) */
  gint64 interval;           /* µs */
};

G_DEFINE_FINAL_TYPE (MgrPressureCore, mgr_pressure_core, G_TYPE_OBJECT)

static void
mgr_pressure_core_finalize (GObject *object)
{
  MgrPressureCore *self = MGR_PRESSURE_CORE (object);

  g_clear_pointer (&self->sources, mgr_source_set_free);
  g_clear_pointer (&self->system, mgr_system_watch_free);
  g_clear_pointer (&self->watch, mgr_owner_watch_free);
  g_clear_pointer (&self->engine, mgr_pressure_engine_free);
  g_clear_pointer (&self->owner, g_main_context_unref);
  g_clear_object (&self->clock);
  g_weak_ref_clear (&self->monitor);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_pressure_core_parent_class)->finalize (object);
}

static void
mgr_pressure_core_class_init (MgrPressureCoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_pressure_core_finalize;
}

static void
mgr_pressure_core_init (MgrPressureCore *self)
{
  g_mutex_init (&self->lock);
  self->engine = mgr_pressure_engine_new ();
  self->system = mgr_system_watch_new ();
  self->interval = MGR_DEFAULT_PRESSURE_INTERVAL;
}

MgrPressureCore *
mgr_pressure_core_new (gpointer                    monitor,
                       const MgrPressureCoreFuncs *funcs,
                       MgrClock                   *clock,
                       GMainContext               *owner)
{
  MgrPressureCore *self = g_object_new (MGR_TYPE_PRESSURE_CORE, NULL);

  g_weak_ref_init (&self->monitor, monitor);
  self->funcs = funcs;
  self->clock = g_object_ref (clock);
  self->owner = g_main_context_ref (owner);
  self->sources = mgr_source_set_new (clock, owner, self->interval);
  self->watch = mgr_owner_watch_new (clock, owner);
  return self;
}

static void
level_changed_cb (gpointer object,
                  gpointer user_data)
{
  MgrPressureCore *self = object;
  g_autoptr (GObject) monitor = g_weak_ref_get (&self->monitor);

  if (monitor != NULL)
    self->funcs->level_changed (monitor, user_data);
}

static void
limits_changed_cb (gpointer object,
                   gpointer user_data)
{
  MgrPressureCore *self = object;
  g_autoptr (GObject) monitor = g_weak_ref_get (&self->monitor);

  if (monitor != NULL)
    self->funcs->limits_changed (monitor, user_data);
}

static MgrPressureSample *
core_take_sample (MgrPressureCore *self)
{
  MgrPressureFigures figures = { .time = 0 };
  g_autoptr (GPtrArray) readings = mgr_source_set_collect (self->sources, &figures.missing);
  MgrPressureLevel before;
  MgrPressureSample *sample;

  /* Under the lock, so that the engine sees time go on whoever takes samples. */
  g_mutex_lock (&self->lock);
  figures.time = mgr_clock_get_time (self->clock);
  before = mgr_pressure_engine_get_level (self->engine);
  mgr_pressure_engine_judge (self->engine, readings, &figures);
  sample = mgr_pressure_sample_new (&figures);

  /* Posted under the lock, so that the owner hears of changes in their order. */
  if (mgr_pressure_sample_get_level (sample) != before)
    mgr_owner_context_post (self->owner, self, level_changed_cb,
                            mgr_pressure_sample_ref (sample),
                            (GDestroyNotify) mgr_pressure_sample_unref);
  g_mutex_unlock (&self->lock);

  return sample;
}

MgrPressureSample *
mgr_pressure_core_look (MgrPressureCore *self)
{
  guint outer = mgr_system_round_begin ();
  MgrMemoryLimits *limits = mgr_system_watch_refresh_limits (self->system);
  MgrPressureSample *sample;

  if (limits != NULL)
    mgr_owner_context_post (self->owner, self, limits_changed_cb, limits, g_object_unref);

  sample = core_take_sample (self);
  mgr_system_round_end (outer);
  return sample;
}

gint64
mgr_pressure_core_tick (gpointer           core,
                        MgrPressureWorker *worker)
{
  MgrPressureCore *self = MGR_PRESSURE_CORE (core);
  g_autoptr (MgrPressureSample) sample = mgr_pressure_core_look (self);

  mgr_owner_watch_look (self->watch, self,
                        mgr_pressure_sample_get_level (sample) >= MGR_PRESSURE_LEVEL_CRITICAL);
  return mgr_system_watch_tick (self->system, worker, mgr_pressure_core_get_pace (self));
}

gint64
mgr_pressure_core_get_pace (MgrPressureCore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return mgr_pressure_engine_is_moving (self->engine)
    ? MIN (self->interval, MOVING_INTERVAL)
    : self->interval;
}

gint64
mgr_pressure_core_get_interval (MgrPressureCore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->interval;
}

gboolean
mgr_pressure_core_set_interval (MgrPressureCore *self,
                                gint64           interval)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean changed = self->interval != interval;

  self->interval = interval;
  mgr_source_set_set_interval (self->sources, interval);
  return changed;
}

MgrPressureEngine *
mgr_pressure_core_lock_engine (MgrPressureCore *self)
{
  g_mutex_lock (&self->lock);
  return self->engine;
}

void
mgr_pressure_core_unlock_engine (MgrPressureCore *self)
{
  g_mutex_unlock (&self->lock);
}

MgrSourceSet *
mgr_pressure_core_get_sources (MgrPressureCore *self)
{
  return self->sources;
}

MgrSystemWatch *
mgr_pressure_core_get_system (MgrPressureCore *self)
{
  return self->system;
}

MgrOwnerWatch *
mgr_pressure_core_get_watch (MgrPressureCore *self)
{
  return self->watch;
}
