/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-reclaimer.h"

/**
 * SECTION:mgr-reclaimer
 * @title: MgrReclaimer
 * @short_description: something that can give memory back
 *
 * Everything that holds memory it could do without is a reclaimer: caches, pools,
 * models, the heap itself, and whatever a program makes one, in C, Python or
 * JavaScript. A #MgrCleaner asks it first what it could give back and at what price,
 * and then, if its turn comes, to do so.
 *
 * A program that has a named thing and a function that frees it needs no class of
 * its own: a #MgrResource is a reclaimer with signals.
 */

/**
 * MgrReclaimer:
 *
 * Something that can give memory back.
 *
 * Since: 1.0
 */

/**
 * MgrReclaimerInterface:
 * @get_name: gives the name that reports call it by; without it, the name of the
 *    type serves
 * @estimate: says what it could give back now, and at what price (transfer full)
 * @reclaim: gives back up to @target bytes, by @deadline, and says how many it gave;
 *    0 and an error where it cannot
 * @is_thread_safe: whether @estimate and @reclaim may be called from any thread;
 *    without it, they may not
 * @release_now: gives back at once what it can without taking any memory, and says
 *    how many bytes that was; see mgr_reclaimer_release_now(). Without it, nothing
 *
 * What a reclaimer implements. One that is not thread-safe is asked only in the main
 * context that was the thread default when it was registered. No lock is held
 * meanwhile, and a request for memory from inside fails at once with
 * %MGR_ERROR_WOULD_DEADLOCK.
 *
 * Since: 1.0
 */
G_DEFINE_INTERFACE (MgrReclaimer, mgr_reclaimer, G_TYPE_OBJECT)

static void
mgr_reclaimer_default_init (MgrReclaimerInterface *iface)
{
}

/**
 * mgr_reclaimer_get_name:
 * @self: a reclaimer
 *
 * Gets the name that reports call the reclaimer by. See
 * mgr_reclaimer_is_thread_safe() for the thread.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
mgr_reclaimer_get_name (MgrReclaimer *self)
{
  MgrReclaimerInterface *iface;
  const char *name;

  g_return_val_if_fail (MGR_IS_RECLAIMER (self), NULL);

  iface = MGR_RECLAIMER_GET_IFACE (self);
  name = iface->get_name != NULL ? iface->get_name (self) : NULL;
  return name != NULL ? name : G_OBJECT_TYPE_NAME (self);
}

/**
 * mgr_reclaimer_estimate:
 * @self: a reclaimer
 *
 * Asks what the reclaimer could give back now, and at what price. See
 * mgr_reclaimer_is_thread_safe() for the thread.
 *
 * Returns: (transfer full): the estimate; one of 0 bytes where it gave none
 *
 * Since: 1.0
 */
MgrReclaimEstimate *
mgr_reclaimer_estimate (MgrReclaimer *self)
{
  MgrReclaimerInterface *iface;
  MgrReclaimEstimate *estimate;

  g_return_val_if_fail (MGR_IS_RECLAIMER (self), NULL);

  iface = MGR_RECLAIMER_GET_IFACE (self);
  estimate = iface->estimate != NULL ? iface->estimate (self) : NULL;
  return estimate != NULL ? estimate : mgr_reclaim_estimate_new (0, FALSE, 0, 0);
}

/**
 * mgr_reclaimer_reclaim:
 * @self: a reclaimer
 * @target: how many bytes are wanted; it may give more
 * @level: how short memory is
 * @deadline: by when to be done, in microseconds of g_get_monotonic_time(); what is
 *    not given by then is not waited for
 * @error: return location for a #GError
 *
 * Asks the reclaimer to give memory back. See mgr_reclaimer_is_thread_safe() for the
 * thread.
 *
 * Returns: how many bytes it says it gave; 0 on error
 *
 * Since: 1.0
 */
guint64
mgr_reclaimer_reclaim (MgrReclaimer      *self,
                       guint64            target,
                       MgrPressureLevel   level,
                       gint64             deadline,
                       GError           **error)
{
  MgrReclaimerInterface *iface;

  g_return_val_if_fail (MGR_IS_RECLAIMER (self), 0);
  g_return_val_if_fail (error == NULL || *error == NULL, 0);

  iface = MGR_RECLAIMER_GET_IFACE (self);
  return iface->reclaim != NULL ? iface->reclaim (self, target, level, deadline, error) : 0;
}

/**
 * mgr_reclaimer_is_thread_safe:
 * @self: a reclaimer
 *
 * Gets whether the reclaimer may be asked from any thread. May be called from any
 * thread.
 *
 * Returns: %TRUE if mgr_reclaimer_estimate() and mgr_reclaimer_reclaim() may be called
 *    from any thread; %FALSE if only from its owner's
 *
 * Since: 1.0
 */
gboolean
mgr_reclaimer_is_thread_safe (MgrReclaimer *self)
{
  MgrReclaimerInterface *iface;

  g_return_val_if_fail (MGR_IS_RECLAIMER (self), FALSE);

  iface = MGR_RECLAIMER_GET_IFACE (self);
  return iface->is_thread_safe != NULL && iface->is_thread_safe (self);
}

/**
 * mgr_reclaimer_release_now:
 * @self: a reclaimer
 *
 * Asks the reclaimer to give back at once, in an emergency, what it can give back
 * without taking any memory itself, not even for a moment: payload that it unmaps by
 * `munmap()`, empties by `madvise()` or cuts off by `ftruncate()`. There may be no
 * memory at all then, and most of GLib ends the process where it gets none: no
 * object may be made or lose its last reference, no text be formatted, no message be
 * logged. What lies around the payload is let go later, when mgr_reclaimer_reclaim()
 * is called. Whoever cannot promise that, and who runs in an interpreter cannot,
 * leaves this out.
 *
 * May be called from any thread, whatever mgr_reclaimer_is_thread_safe() says, and
 * waits for nothing but short locks.
 *
 * Returns: how many bytes it gave back
 *
 * Since: 1.0
 */
guint64
mgr_reclaimer_release_now (MgrReclaimer *self)
{
  MgrReclaimerInterface *iface;

  g_return_val_if_fail (MGR_IS_RECLAIMER (self), 0);

  iface = MGR_RECLAIMER_GET_IFACE (self);
  return iface->release_now != NULL ? iface->release_now (self) : 0;
}
