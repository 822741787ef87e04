/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-clock.h"

/**
 * SECTION:mgr-clock
 * @title: MgrClock
 * @short_description: the time by which an object waits and measures
 *
 * Everything in libmgr that waits or measures asks a clock. The default one is
 * the system's monotonic clock, which neither suspend nor a change of the wall
 * clock disturbs. A #MgrManualClock stands still until it is told to move, so
 * that a test need not wait.
 */

/**
 * MgrClock:
 *
 * A monotonic clock. A subclass may bring its own time.
 *
 * Since: 1.0
 */

/**
 * MgrClockClass:
 * @get_time: reads the clock, in microseconds; called from any thread
 * @create_timer: makes a source that dispatches its #GSourceFunc once @due has
 *    come; called from any thread
 * @set_timer: makes such a source wait for another time; called from any thread. A
 *    clock that has timers of its own brings this too
 *
 * What a clock of one's own implements.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE (MgrClock, mgr_clock, G_TYPE_OBJECT)

typedef struct
{
  GSource source;
} TimerSource;

static gboolean
timer_source_dispatch (GSource     *source,
                       GSourceFunc  callback,
                       gpointer     user_data)
{
  g_source_set_ready_time (source, -1);
  return callback != NULL ? callback (user_data) : G_SOURCE_REMOVE;
}

static GSourceFuncs timer_source_funcs = {
  .dispatch = timer_source_dispatch,
};

static gint64
mgr_clock_real_get_time (MgrClock *self)
{
  return g_get_monotonic_time ();
}

static GSource *
mgr_clock_real_create_timer (MgrClock *self,
                             gint64    due)
{
  GSource *source = g_source_new (&timer_source_funcs, sizeof (TimerSource));

  g_source_set_ready_time (source, MAX (due, 0));
  return source;
}

static void
mgr_clock_real_set_timer (MgrClock *self,
                          GSource  *timer,
                          gint64    due)
{
  g_source_set_ready_time (timer, MAX (due, 0));
}

static void
mgr_clock_class_init (MgrClockClass *klass)
{
  klass->get_time = mgr_clock_real_get_time;
  klass->create_timer = mgr_clock_real_create_timer;
  klass->set_timer = mgr_clock_real_set_timer;
}

static void
mgr_clock_init (MgrClock *self)
{
}

/**
 * mgr_clock_get_default:
 *
 * Gets the system's monotonic clock. May be called from any thread.
 *
 * Returns: (transfer none): the clock
 *
 * Since: 1.0
 */
MgrClock *
mgr_clock_get_default (void)
{
  static gsize instance = 0;

  if (g_once_init_enter (&instance))
    g_once_init_leave (&instance, (gsize) g_object_new (MGR_TYPE_CLOCK, NULL));

  return MGR_CLOCK ((gpointer) instance);
}

/**
 * mgr_clock_get_time:
 * @self: a clock
 *
 * Reads the clock. Only differences have a meaning. May be called from any
 * thread.
 *
 * Returns: the time in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_clock_get_time (MgrClock *self)
{
  g_return_val_if_fail (MGR_IS_CLOCK (self), 0);

  return MGR_CLOCK_GET_CLASS (self)->get_time (self);
}

/**
 * mgr_clock_create_timer:
 * @self: a clock
 * @due: the time to wait for, in microseconds on this clock
 *
 * Makes a source that dispatches its #GSourceFunc when @due has come. Attach it
 * to the #GMainContext that shall wait. May be called from any thread.
 *
 * Returns: (transfer full): the source, not yet attached
 *
 * Since: 1.0
 */
GSource *
mgr_clock_create_timer (MgrClock *self,
                        gint64    due)
{
  g_return_val_if_fail (MGR_IS_CLOCK (self), NULL);

  return MGR_CLOCK_GET_CLASS (self)->create_timer (self, due);
}

/**
 * mgr_clock_set_timer:
 * @self: a clock
 * @timer: a source that mgr_clock_create_timer() of this clock made, not destroyed
 * @due: the time to wait for from now on, in microseconds on this clock;
 *    %G_MAXINT64 for none
 *
 * Makes a timer wait for another time, whether it has dispatched since or not. Its
 * #GSourceFunc returns %G_SOURCE_CONTINUE where it is to be used again. By the
 * system's clock this takes no memory, so what may have to wait when there is none
 * sets a timer that it made beforehand. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_clock_set_timer (MgrClock *self,
                     GSource  *timer,
                     gint64    due)
{
  g_return_if_fail (MGR_IS_CLOCK (self));
  g_return_if_fail (timer != NULL);

  MGR_CLOCK_GET_CLASS (self)->set_timer (self, timer, due);
}
