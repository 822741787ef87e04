/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-manual-clock.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <sys/eventfd.h>

/**
 * SECTION:mgr-manual-clock
 * @title: MgrManualClock
 * @short_description: a clock that moves only when told to
 *
 * For tests and for replaying recorded runs: give it as the `clock` of an object
 * and nothing needs to wait.
 */

/**
 * MgrManualClock:
 *
 * A clock that stands still until mgr_manual_clock_advance() moves it.
 *
 * Since: 1.0
 */
struct _MgrManualClock
{
  MgrClock parent_instance;

  GMutex lock;
  gint64 now;        /* guarded by lock */
  GPtrArray *timers; /* (owned) (element-type ManualTimer): not due yet, guarded by lock */
};

/* The clock moves in one thread while another drops the timer and frees the main
 * context it was attached to, so it must not touch the source: it wakes it through a
 * file descriptor. */
typedef struct
{
  GSource source;
  MgrManualClock *clock; /* (owned) */
  gint64 due;
  int fd;                /* (owned): an eventfd, readable once due has come */
} ManualTimer;

G_DEFINE_FINAL_TYPE (MgrManualClock, mgr_manual_clock, MGR_TYPE_CLOCK)

static gboolean
manual_timer_dispatch (GSource     *source,
                       GSourceFunc  callback,
                       gpointer     user_data)
{
  ManualTimer *timer = (ManualTimer *) source;
  eventfd_t value;

  eventfd_read (timer->fd, &value);
  return callback != NULL ? callback (user_data) : G_SOURCE_REMOVE;
}

static void
manual_timer_finalize (GSource *source)
{
  ManualTimer *timer = (ManualTimer *) source;

  g_mutex_lock (&timer->clock->lock);
  g_ptr_array_remove_fast (timer->clock->timers, timer);
  g_mutex_unlock (&timer->clock->lock);

  g_close (timer->fd, NULL);
  g_object_unref (timer->clock);
}

static GSourceFuncs manual_timer_funcs = {
  .dispatch = manual_timer_dispatch,
  .finalize = manual_timer_finalize,
};

static gint64
mgr_manual_clock_get_time (MgrClock *clock)
{
  MgrManualClock *self = MGR_MANUAL_CLOCK (clock);
  gint64 now;

  g_mutex_lock (&self->lock);
  now = self->now;
  g_mutex_unlock (&self->lock);

  return now;
}

/* With the lock held: makes those ready whose time has come, each of them once. */
static void
manual_clock_fire (MgrManualClock *self)
{
  for (guint i = self->timers->len; i-- > 0;)
    {
      ManualTimer *timer = g_ptr_array_index (self->timers, i);

      if (timer->due > self->now)
        continue;

      eventfd_write (timer->fd, 1);
      g_ptr_array_remove_index_fast (self->timers, i);
    }
}

static GSource *
mgr_manual_clock_create_timer (MgrClock *clock,
                               gint64    due)
{
  MgrManualClock *self = MGR_MANUAL_CLOCK (clock);
  GSource *source = g_source_new (&manual_timer_funcs, sizeof (ManualTimer));
  ManualTimer *timer = (ManualTimer *) source;

  timer->clock = g_object_ref (self);
  timer->due = due;
  timer->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (timer->fd < 0)
    g_error ("A manual clock cannot make a timer: %s", g_strerror (errno));
  g_source_add_unix_fd (source, timer->fd, G_IO_IN);

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->timers, timer);
  manual_clock_fire (self);
  g_mutex_unlock (&self->lock);

  return source;
}

static void
mgr_manual_clock_set_timer (MgrClock *clock,
                            GSource  *source,
                            gint64    due)
{
  MgrManualClock *self = MGR_MANUAL_CLOCK (clock);
  ManualTimer *timer = (ManualTimer *) source;
  eventfd_t value;

  g_mutex_lock (&self->lock);
  eventfd_read (timer->fd, &value);
  timer->due = due;
  g_ptr_array_remove_fast (self->timers, timer);
  g_ptr_array_add (self->timers, timer);
  manual_clock_fire (self);
  g_mutex_unlock (&self->lock);
}

static void
mgr_manual_clock_finalize (GObject *object)
{
  MgrManualClock *self = MGR_MANUAL_CLOCK (object);

  g_ptr_array_unref (self->timers);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_manual_clock_parent_class)->finalize (object);
}

static void
mgr_manual_clock_class_init (MgrManualClockClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  MgrClockClass *clock_class = MGR_CLOCK_CLASS (klass);

  object_class->finalize = mgr_manual_clock_finalize;
  clock_class->get_time = mgr_manual_clock_get_time;
  clock_class->create_timer = mgr_manual_clock_create_timer;
  clock_class->set_timer = mgr_manual_clock_set_timer;
}

static void
mgr_manual_clock_init (MgrManualClock *self)
{
  g_mutex_init (&self->lock);
  self->timers = g_ptr_array_new ();
}

/**
 * mgr_manual_clock_new:
 * @start: the time it shows at first, in microseconds
 *
 * Makes a clock that stands still.
 *
 * Returns: (transfer full): the clock
 *
 * Since: 1.0
 */
MgrManualClock *
mgr_manual_clock_new (gint64 start)
{
  MgrManualClock *self = g_object_new (MGR_TYPE_MANUAL_CLOCK, NULL);

  self->now = start;
  return self;
}

/**
 * mgr_manual_clock_advance:
 * @self: a manual clock
 * @delta: how far to move it, in microseconds; a negative value moves it back
 *
 * Moves the clock. What waits for a time that has come becomes ready and runs
 * when its main context is iterated. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_manual_clock_advance (MgrManualClock *self,
                          gint64          delta)
{
  g_return_if_fail (MGR_IS_MANUAL_CLOCK (self));

  g_mutex_lock (&self->lock);
  self->now += delta;
  manual_clock_fire (self);
  g_mutex_unlock (&self->lock);
}
