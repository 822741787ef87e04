/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-system-watch-private.h"

#include "pressure/mgr-memory-limits-private.h"
#include "pressure/mgr-psi-source-private.h"
#include "pressure/mgr-psi-trigger-private.h"

struct _MgrSystemWatch
{
  GMutex lock;             /* guards what follows */
  GPtrArray *stalls;       /* (owned) (element-type MgrPsiSource) */
  MgrMemoryLimits *limits; /* (owned) (nullable) */
  guint serial;            /* of the last change of limits that was told */
  gboolean trigger;        /* whether one is wanted */
};

/* What a worker keeps from tick to tick. */
typedef struct
{
  MgrPressureWorker *worker;  /* (unowned): has this */
  MgrSystemSource *source;    /* (owned): whose files are watched */
  MgrPsiTrigger *trigger;     /* (owned) */
  gboolean triggered;         /* since the last tick */
} Alarm;

MgrSystemWatch *
mgr_system_watch_new (void)
{
  MgrSystemWatch *self = g_new0 (MgrSystemWatch, 1);

  g_mutex_init (&self->lock);
  self->stalls = g_ptr_array_new_with_free_func (g_object_unref);
  self->trigger = TRUE;
  return self;
}

void
mgr_system_watch_free (MgrSystemWatch *self)
{
  g_clear_object (&self->limits);
  g_ptr_array_unref (self->stalls);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
mgr_system_watch_add (MgrSystemWatch    *self,
                      MgrPressureSource *source)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (MGR_IS_PSI_SOURCE (source) && !g_ptr_array_find (self->stalls, source, NULL))
    g_ptr_array_add (self->stalls, g_object_ref (source));
}

void
mgr_system_watch_remove (MgrSystemWatch    *self,
                         MgrPressureSource *source)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_ptr_array_remove (self->stalls, source);
}

MgrMemoryLimits *
mgr_system_watch_ref_limits (MgrSystemWatch *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->limits != NULL ? g_object_ref (self->limits) : NULL;
}

gboolean
mgr_system_watch_set_limits (MgrSystemWatch  *self,
                             MgrMemoryLimits *limits)
{
  g_autoptr (MgrMemoryLimits) old = NULL;
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->limits != limits;
  if (changed)
    {
      old = g_steal_pointer (&self->limits);
      self->limits = limits != NULL ? g_object_ref (limits) : NULL;
      self->serial = limits != NULL ? mgr_memory_limits_get_serial (limits) : 0;
    }
  g_mutex_unlock (&self->lock);

  return changed;
}

gboolean
mgr_system_watch_set_trigger (MgrSystemWatch *self,
                              gboolean        trigger)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->trigger != trigger;
  self->trigger = trigger;
  g_mutex_unlock (&self->lock);

  return changed;
}

gboolean
mgr_system_watch_get_trigger (MgrSystemWatch *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->trigger;
}

MgrMemoryLimits *
mgr_system_watch_refresh_limits (MgrSystemWatch *self)
{
  g_autoptr (MgrMemoryLimits) limits = mgr_system_watch_ref_limits (self);
  gboolean changed;
  guint serial;

  if (limits == NULL)
    return NULL;

  /* That nothing is known shows in the figures. */
  (void) mgr_memory_limits_refresh (limits, NULL);
  serial = mgr_memory_limits_get_serial (limits);

  g_mutex_lock (&self->lock);
  changed = self->limits == limits && self->serial != serial;
  if (changed)
    self->serial = serial;
  g_mutex_unlock (&self->lock);

  return changed ? g_steal_pointer (&limits) : NULL;
}

static void
triggered_cb (gpointer user_data)
{
  Alarm *alarm = user_data;

  alarm->triggered = TRUE;
  mgr_pressure_worker_wake (alarm->worker);
}

static Alarm *
alarm_new (MgrPressureWorker *worker,
           MgrSystemSource   *source)
{
  Alarm *alarm = g_new0 (Alarm, 1);

  alarm->worker = worker;
  alarm->source = g_object_ref (source);
  alarm->trigger = mgr_psi_trigger_new (source, mgr_psi_trigger_arm, triggered_cb, alarm);
  return alarm;
}

static void
alarm_free (gpointer data)
{
  Alarm *alarm = data;

  mgr_psi_trigger_free (alarm->trigger);
  g_object_unref (alarm->source);
  g_free (alarm);
}

/* Whose files are to be watched. Returns (transfer full) (nullable). */
static MgrSystemSource *
watch_ref_source (MgrSystemWatch *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (!self->trigger || self->stalls->len == 0)
    return NULL;

  return g_object_ref (g_ptr_array_index (self->stalls, 0));
}

gint64
mgr_system_watch_tick (MgrSystemWatch    *self,
                       MgrPressureWorker *worker,
                       gint64             pace)
{
  g_autoptr (MgrSystemSource) source = watch_ref_source (self);
  Alarm *alarm = mgr_pressure_worker_get_data (worker);
  gboolean triggered = alarm != NULL && alarm->triggered;

  if (source != (alarm != NULL ? alarm->source : NULL))
    {
      alarm = source != NULL ? alarm_new (worker, source) : NULL;
      mgr_pressure_worker_set_data (worker, alarm, alarm_free);
    }

  if (alarm != NULL)
    {
      alarm->triggered = FALSE;
      mgr_psi_trigger_check (alarm->trigger);
    }

  /* The trigger may have come too soon after the last read for the file to be read
   * again with this sample. */
  return triggered ? MIN (pace, MGR_PSI_READ_INTERVAL) : pace;
}
