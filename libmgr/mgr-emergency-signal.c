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
  MgrClock *clock;           /* (owned) */
  GMainContext *context;     /* (owned) */
  GWeakRef object;
  MgrEmergencyNowFunc at_once;
  MgrEmergencyFunc func;
  GSource *timer;            /* (owned), attached all the time: there may be no memory
                              * for one when it is needed */

  GMutex lock;               /* guards what follows */
  int signum;                /* 0: none */
  GSource *source;           /* (owned) (nullable), while there is a signal */
  gboolean asked;            /* the timer has work */
  gboolean begun;            /* and at_once was called for it */
  gint64 next;               /* when the next emergency may begin */
};

static void
emergency_signal_clear (gpointer data)
{
  MgrEmergencySignal *self = data;

  g_clear_pointer (&self->source, g_source_unref);
  g_clear_pointer (&self->timer, g_source_unref);
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

/* Returns whether an emergency begins now; if not, one will. */
static gboolean
emergency_signal_begin (MgrEmergencySignal *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint64 now = mgr_clock_get_time (self->clock);
  gboolean may_begin = !self->begun && now >= self->next;

  self->asked = TRUE;
  if (may_begin)
    {
      self->begun = TRUE;
      self->next = now + MINIMUM_INTERVAL;
    }
  return may_begin;
}

/* Not before at_once has returned: what is let go there comes first. */
static void
emergency_signal_arm (MgrEmergencySignal *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->timer != NULL && self->asked)
    mgr_clock_set_timer (self->clock, self->timer,
                         self->begun ? mgr_clock_get_time (self->clock) : self->next);
}

guint64
mgr_emergency_signal_ask (MgrEmergencySignal *self)
{
  g_autoptr (GObject) object = g_weak_ref_get (&self->object);
  guint64 bytes = 0;

  if (object == NULL)
    return 0;

  if (emergency_signal_begin (self))
    bytes = self->at_once (object);
  emergency_signal_arm (self);
  return bytes;
}

static gboolean
signal_cb (gpointer user_data)
{
  mgr_emergency_signal_ask (user_data);
  return G_SOURCE_CONTINUE;
}

/* Returns whether there is work; @out_begun: at_once was called. */
static gboolean
emergency_signal_take (MgrEmergencySignal *self,
                       gboolean           *out_begun)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean asked = self->asked;

  *out_begun = self->begun;
  if (asked && !self->begun)
    self->next = mgr_clock_get_time (self->clock) + MINIMUM_INTERVAL;
  self->asked = FALSE;
  self->begun = FALSE;
  return asked;
}

static gboolean
timer_cb (gpointer user_data)
{
  MgrEmergencySignal *self = user_data;
  g_autoptr (GObject) object = g_weak_ref_get (&self->object);
  gboolean begun;

  if (object == NULL || !emergency_signal_take (self, &begun))
    return G_SOURCE_CONTINUE;

  if (!begun)
    self->at_once (object);
  if (!self->func (object))
    {
      g_mutex_lock (&self->lock);
      self->asked = TRUE;
      g_mutex_unlock (&self->lock);
    }
  emergency_signal_arm (self);
  return G_SOURCE_CONTINUE;
}

MgrEmergencySignal *
mgr_emergency_signal_new (MgrClock            *clock,
                          gpointer             object,
                          MgrEmergencyNowFunc  at_once,
                          MgrEmergencyFunc     func)
{
  MgrEmergencySignal *self = g_atomic_rc_box_new0 (MgrEmergencySignal);

  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->object, object);
  self->clock = g_object_ref (clock);
  self->context = g_main_context_ref_thread_default ();
  self->at_once = at_once;
  self->func = func;
  self->next = G_MININT64;
  self->timer = mgr_clock_create_timer (clock, G_MAXINT64);
  emergency_signal_attach (self, self->timer, timer_cb, "[libmgr] emergency");
  return self;
}

void
mgr_emergency_signal_free (MgrEmergencySignal *self)
{
  g_mutex_lock (&self->lock);
  emergency_signal_drop (&self->source);
  emergency_signal_drop (&self->timer);
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
