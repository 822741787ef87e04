/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-worker-private.h"

#include <glib-object.h>

struct _MgrPressureWorker
{
  gatomicrefcount ref_count; /* one of the thread, one of the starter */

  GWeakRef object;
  MgrPressureWorkerFunc func;
  MgrClock *clock;       /* (owned) */
  GMainContext *context; /* (owned) */
  GThread *thread;       /* (owned), of the starter */
  int stopped;           /* atomic */
  int woken;             /* atomic: a call is wanted besides the one under way */
  int busy;              /* atomic: a call may be under way */
  gpointer data;         /* (owned) (nullable) through destroy_data, of the thread */
  GDestroyNotify destroy_data;

  GMutex lock;
  GSource *timer;        /* (owned) (nullable), guarded by lock */
};

static void worker_schedule (MgrPressureWorker *self,
                             gint64             due);

/* Attached under the lock: a new timer may fire at once, and what it does next must
 * come after. */
static void
worker_replace_timer (MgrPressureWorker *self,
                      GSource           *timer)
{
  GSource *old;

  g_mutex_lock (&self->lock);
  old = self->timer;
  self->timer = timer;
  if (timer != NULL)
    g_source_attach (timer, self->context);
  g_mutex_unlock (&self->lock);

  if (old == NULL)
    return;

  g_source_destroy (old);
  g_source_unref (old);
}

MgrPressureWorker *
mgr_pressure_worker_ref (MgrPressureWorker *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mgr_pressure_worker_unref (MgrPressureWorker *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  worker_replace_timer (self, NULL);
  g_weak_ref_clear (&self->object);
  g_main_context_unref (self->context);
  g_object_unref (self->clock);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
worker_quit (MgrPressureWorker *self)
{
  g_atomic_int_set (&self->stopped, TRUE);
  g_main_context_wakeup (self->context);
}

static void
worker_tick (MgrPressureWorker *self)
{
  gpointer object;
  gint64 wait;

  g_atomic_int_set (&self->woken, FALSE);
  object = g_weak_ref_get (&self->object);
  if (object == NULL)
    {
      worker_quit (self);
      return;
    }

  wait = self->func (object, self);
  worker_schedule (self, mgr_clock_get_time (self->clock) + wait);
  if (g_atomic_int_get (&self->woken))
    worker_schedule (self, mgr_clock_get_time (self->clock));

  g_object_unref (object);
}

/* Either this sees that the worker was stopped, or who stops it that it is busy. */
static gboolean
worker_tick_cb (gpointer user_data)
{
  MgrPressureWorker *self = user_data;

  g_atomic_int_set (&self->busy, TRUE);
  if (!g_atomic_int_get (&self->stopped))
    worker_tick (self);
  g_atomic_int_set (&self->busy, FALSE);

  return G_SOURCE_REMOVE;
}

static void
worker_schedule (MgrPressureWorker *self,
                 gint64             due)
{
  GSource *timer = mgr_clock_create_timer (self->clock, due);

  g_source_set_callback (timer, worker_tick_cb, self, NULL);
  g_source_set_static_name (timer, "[libmgr] pressure sample");
  worker_replace_timer (self, timer);
}

static gpointer
worker_thread (gpointer data)
{
  MgrPressureWorker *self = data;

  g_main_context_push_thread_default (self->context);
  while (!g_atomic_int_get (&self->stopped))
    g_main_context_iteration (self->context, TRUE);
  mgr_pressure_worker_set_data (self, NULL, NULL);
  g_main_context_pop_thread_default (self->context);

  mgr_pressure_worker_unref (self);
  return NULL;
}

MgrPressureWorker *
mgr_pressure_worker_start (gpointer               object,
                           MgrPressureWorkerFunc  func,
                           MgrClock              *clock)
{
  MgrPressureWorker *self = g_new0 (MgrPressureWorker, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_atomic_ref_count_inc (&self->ref_count);
  g_weak_ref_init (&self->object, object);
  g_mutex_init (&self->lock);
  self->func = func;
  self->clock = g_object_ref (clock);
  self->context = g_main_context_new ();

  worker_schedule (self, mgr_clock_get_time (clock));
  self->thread = g_thread_new ("mgr-pressure", worker_thread, self);
  return self;
}

gpointer
mgr_pressure_worker_get_data (MgrPressureWorker *self)
{
  return self->data;
}

void
mgr_pressure_worker_set_data (MgrPressureWorker *self,
                              gpointer           data,
                              GDestroyNotify     destroy)
{
  gpointer old_data = self->data;
  GDestroyNotify destroy_old = self->destroy_data;

  self->data = data;
  self->destroy_data = destroy;
  if (old_data != NULL)
    destroy_old (old_data);
}

void
mgr_pressure_worker_wake (MgrPressureWorker *self)
{
  g_atomic_int_set (&self->woken, TRUE);
  worker_schedule (self, mgr_clock_get_time (self->clock));
}

static void
worker_end (MgrPressureWorker *self,
            gboolean           waits)
{
  GThread *thread = g_steal_pointer (&self->thread);

  if (waits && thread != g_thread_self ())
    g_thread_join (thread);
  else
    g_thread_unref (thread);

  mgr_pressure_worker_unref (self);
}

void
mgr_pressure_worker_stop (MgrPressureWorker *self)
{
  worker_quit (self);
  worker_end (self, TRUE);
}

void
mgr_pressure_worker_leave (MgrPressureWorker *self)
{
  worker_quit (self);
  worker_end (self, !g_atomic_int_get (&self->busy));
}
