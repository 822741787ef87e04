/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

/* What is asked for from outside the process: by a signal of the operating system,
 * or by whoever the environment names as telling of pressure. */

/**
 * mgr_manager_get_emergency_signal:
 * @self: a manager
 *
 * Gets the signal of the operating system that asks for an emergency cleanup. May
 * be called from any thread.
 *
 * Returns: the number of the signal, or 0 for none
 *
 * Since: 1.0
 */
int
mgr_manager_get_emergency_signal (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), 0);

  return mgr_emergency_signal_get_signum (self->emergency);
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify (object, "emergency-signal");
}

/**
 * mgr_manager_set_emergency_signal:
 * @self: a manager
 * @signum: `SIGUSR1`, or -1 for that, `SIGUSR2` or `SIGHUP`; 0 for none
 * @error: return location for a #GError
 *
 * Sets the signal of the operating system by which somebody outside asks for an
 * emergency cleanup: #MgrManager::emergency is emitted and all that is not
 * PROTECTED is cleaned, whatever the level and #MgrManager:automatic-cleanup.
 * However many signals come, there are at most two cleanups a second, and always
 * one after the last signal.
 *
 * It all happens in the main context of the manager's owner, so while that is
 * blocked the signal waits. Several managers may share a signal. When the last
 * one gives a signal up, GLib sets it back to what the system does by itself,
 * which for these three is to end the process.
 *
 * Any other signal is an error of %MGR_ERROR_INVALID_ARGUMENT and nothing
 * changes. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_set_emergency_signal (MgrManager  *self,
                                  int          signum,
                                  GError     **error)
{
  int before;

  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  before = mgr_emergency_signal_get_signum (self->emergency);
  if (!mgr_emergency_signal_set_signum (self->emergency, signum, error))
    return FALSE;

  if (before != mgr_emergency_signal_get_signum (self->emergency))
    mgr_owner_context_post (self->context, self, notify_cb, NULL, NULL);
  return TRUE;
}

/* A FIFO has one reader, so one manager has to listen for the whole process. */
static int environment_is_watched; /* atomic */

/* A program may make many managers, and its environment stays as wrong as it is. */
static int environment_is_told_wrong; /* atomic */

static void
watch_pressure_cb (MgrPressureWatch *watch,
                   gpointer          user_data)
{
  MgrManager *self = user_data;

  /* Who tells has seen tasks wait for memory already, so a light cleanup is too
   * little, whatever this manager's own sources say. */
  mgr_cleanup_trigger_respond (self->trigger, MGR_PRESSURE_LEVEL_HIGH);
}

void
mgr_manager_watch_environment (MgrManager *self)
{
  g_autoptr (GError) error = NULL;

  if (!g_atomic_int_compare_and_exchange (&environment_is_watched, FALSE, TRUE))
    return;

  self->watch = mgr_pressure_watch_new_from_environment (self->clock, &error);
  if (self->watch != NULL)
    {
      g_signal_connect (self->watch, "pressure", G_CALLBACK (watch_pressure_cb), self);
      return;
    }

  g_atomic_int_set (&environment_is_watched, FALSE);
  if (g_error_matches (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE))
    g_debug ("Nobody tells of pressure: %s", error->message);
  else if (g_atomic_int_compare_and_exchange (&environment_is_told_wrong, FALSE, TRUE))
    g_message ("The pressure that the environment speaks of is not watched: %s", error->message);
}

void
mgr_manager_unwatch_environment (MgrManager *self)
{
  if (self->watch == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->watch, self);
  g_clear_object (&self->watch);
  g_atomic_int_set (&environment_is_watched, FALSE);
}
