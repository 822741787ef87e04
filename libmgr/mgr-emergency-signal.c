/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-emergency-signal-private.h"

#include "base/mgr-error.h"

#include <glib-unix.h>
#include <signal.h>

/* Whoever sends signals in a loop gets two cleanups a second and no more. */
#define MINIMUM_INTERVAL (G_USEC_PER_SEC / 2)

/* For languages that have no names for signals. */
#define USUAL_SIGNAL (-1)

struct _MgrEmergencySignal
{
  MgrClock *clock;       /* (owned) */
  GMainContext *context; /* (owned) */
  GWeakRef object;
  MgrEmergencyFunc func;

  GMutex lock;           /* guards what follows */
  int signum;            /* 0: none */
  GSource *source;       /* (owned) (nullable), while there is a signal */
  GSource *pause;        /* (owned) (nullable), for an interval after each call */
  gboolean asked;        /* during the pause */
};

static void
emergency_signal_clear (gpointer data)
{
  MgrEmergencySignal *self = data;

  g_clear_pointer (&self->source, g_source_unref);
  g_clear_pointer (&self->pause, g_source_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->clock);
  g_weak_ref_clear (&self->object);
  g_mutex_clear (&self->lock);
}

static void
emergency_signal_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, emergency_signal_clear);
}

/* Takes over @source. */
static void
emergency_signal_attach (MgrEmergencySignal *self,
                         GSource            *source,
                         GSourceFunc         callback,
                         const char         *name)
{
  g_source_set_callback (source, callback, g_atomic_rc_box_acquire (self),
                         emergency_signal_release);
  g_source_set_static_name (source, name);
  g_source_attach (source, self->context);
}

/* With the lock held. */
static void
emergency_signal_drop (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean pause_over_cb (gpointer user_data);

/* Returns whether to call now; if not, it will be called after the pause. */
static gboolean
emergency_signal_begin (MgrEmergencySignal *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->pause != NULL)
    {
      self->asked = TRUE;
      return FALSE;
    }

  self->asked = FALSE;
  self->pause = mgr_clock_create_timer (self->clock,
                                        mgr_clock_get_time (self->clock) + MINIMUM_INTERVAL);
  emergency_signal_attach (self, self->pause, pause_over_cb, "[libmgr] pause of emergencies");
  return TRUE;
}

static void
emergency_signal_ask_again (MgrEmergencySignal *self)
{
  g_mutex_lock (&self->lock);
  self->asked = TRUE;
  g_mutex_unlock (&self->lock);
}

static gboolean
signal_cb (gpointer user_data)
{
  MgrEmergencySignal *self = user_data;
  g_autoptr (GObject) object = g_weak_ref_get (&self->object);

  if (object != NULL && emergency_signal_begin (self) && !self->func (object))
    emergency_signal_ask_again (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
pause_over_cb (gpointer user_data)
{
  MgrEmergencySignal *self = user_data;
  gboolean asked;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->pause, g_source_unref);
  asked = self->asked && self->source != NULL;
  g_mutex_unlock (&self->lock);

  if (asked)
    signal_cb (self);
  return G_SOURCE_REMOVE;
}

MgrEmergencySignal *
mgr_emergency_signal_new (MgrClock         *clock,
                          gpointer          object,
                          MgrEmergencyFunc  func)
{
  MgrEmergencySignal *self = g_atomic_rc_box_new0 (MgrEmergencySignal);

  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->object, object);
  self->clock = g_object_ref (clock);
  self->context = g_main_context_ref_thread_default ();
  self->func = func;
  return self;
}

void
mgr_emergency_signal_free (MgrEmergencySignal *self)
{
  g_mutex_lock (&self->lock);
  emergency_signal_drop (&self->source);
  emergency_signal_drop (&self->pause);
  g_mutex_unlock (&self->lock);

  emergency_signal_release (self);
}

int
mgr_emergency_signal_get_signum (MgrEmergencySignal *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->signum;
}

/* SIGINT and SIGTERM end programs, and stay free for that. */
static gboolean
signum_is_free (int signum)
{
  return signum == SIGUSR1 || signum == SIGUSR2 || signum == SIGHUP;
}

gboolean
mgr_emergency_signal_set_signum (MgrEmergencySignal  *self,
                                 int                  signum,
                                 GError             **error)
{
  g_autoptr (GMutexLocker) locker = NULL;

  if (signum == USUAL_SIGNAL)
    signum = SIGUSR1;

  if (signum != 0 && !signum_is_free (signum))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The signal %d cannot ask for an emergency cleanup: give SIGUSR1 (%d), "
                   "SIGUSR2 (%d), SIGHUP (%d), -1 for SIGUSR1, or 0 for none",
                   signum, SIGUSR1, SIGUSR2, SIGHUP);
      return FALSE;
    }

  locker = g_mutex_locker_new (&self->lock);
  if (signum == self->signum)
    return TRUE;

  emergency_signal_drop (&self->source);
  self->signum = signum;
  if (signum != 0)
    {
      self->source = g_unix_signal_source_new (signum);
      emergency_signal_attach (self, self->source, signal_cb, "[libmgr] emergency by signal");
    }

  return TRUE;
}
