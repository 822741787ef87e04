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
  self->trigger = TRUE;
  return self;
}

void
mgr_system_watch_free (MgrSystemWatch *self)
{
  g_clear_object (&self->limits);
  g_mutex_clear (&self->lock);
  g_free (self);
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

/* Returns whether the trigger has fired since the last tick. */
static gboolean
watch_check_alarm (MgrSystemWatch    *self,
                   MgrPressureWorker *worker,
                   GPtrArray         *psi_sources)
{
  Alarm *alarm = mgr_pressure_worker_get_data (worker);
  gboolean wanted = psi_sources->len > 0 && mgr_system_watch_get_trigger (self);
  gboolean triggered = alarm != NULL && alarm->triggered;

  if (alarm != NULL &&
      !(wanted && g_ptr_array_find (psi_sources, alarm->source, NULL)))
    {
      mgr_pressure_worker_set_data (worker, NULL, NULL);
      alarm = NULL;
    }

  if (alarm == NULL && wanted)
    {
      alarm = alarm_new (worker, g_ptr_array_index (psi_sources, 0));
      mgr_pressure_worker_set_data (worker, alarm, alarm_free);
    }

  if (alarm != NULL)
    {
      alarm->triggered = FALSE;
      mgr_psi_trigger_check (alarm->trigger);
    }

  return triggered;
}

static gboolean
is_moving (GPtrArray *psi_sources)
{
  for (guint i = 0; i < psi_sources->len; i++)
    {
      if (mgr_psi_source_is_moving (g_ptr_array_index (psi_sources, i)))
        return TRUE;
    }

  return FALSE;
}

gint64
mgr_system_watch_tick (MgrSystemWatch    *self,
                       MgrPressureWorker *worker,
                       MgrSourceSet      *sources,
                       gint64             interval)
{
  g_autoptr (GPtrArray) psi_sources = mgr_source_set_list (sources, MGR_TYPE_PSI_SOURCE);
  gboolean triggered = watch_check_alarm (self, worker, psi_sources);

  /* The trigger may have come too soon after the last read for the file to be read
   * again with this sample. */
  return triggered || is_moving (psi_sources) ? MIN (interval, MGR_PSI_READ_INTERVAL) : interval;
}
