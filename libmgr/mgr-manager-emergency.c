/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "journal/mgr-journal-private.h"
#include "pressure/mgr-level-now-private.h"
#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-resource-private.h"

#include <unistd.h>

/* An emergency has two halves. In the first there may be no memory at all, and GLib ends
 * the process where it gets none: what is given back was laid ready beforehand. The
 * second cleans as other cleanups do, as soon as there is memory for that. */

/* What the second half takes, by far: one small block, and one that malloc maps. */
static const gsize probes[] = { 1024, 512 * 1024 };

/* Fits any figures. */
#define LINE_SIZE 256

#define KIB 1024

static void
write_line (guint64       reserve,
            MgrReleaseSum released,
            guint64       heap)
{
  char line[LINE_SIZE];
  int length = g_snprintf (line, sizeof line,
                           "libmgr: emergency: gave back %" G_GUINT64_FORMAT " KiB at once, "
                           "of the reserve %" G_GUINT64_FORMAT " KiB, "
                           "of %u reclaimers %" G_GUINT64_FORMAT " KiB; "
                           "of the heap %" G_GUINT64_FORMAT " KiB\n",
                           (reserve + released.bytes) / KIB, reserve / KIB,
                           released.n_givers, released.bytes / KIB, heap / KIB);
  gssize written = write (STDERR_FILENO, line, (gsize) length);

  /* Where nobody reads it there is nobody to tell. */
  (void) written;
}

guint64
mgr_manager_release_now (gpointer object)
{
  MgrManager *self = MGR_MANAGER (object);
  guint64 reserve = mgr_emergency_reserve_give_up (self->reserve);
  MgrReleaseSum released = mgr_release_list_release_now (self->release_list);
  MgrHeapReclaimer *heap = mgr_cleaner_get_heap (self->cleaner);

  write_line (reserve, released, mgr_reclaimer_release_now (MGR_RECLAIMER (heap)));
  return reserve + MIN (released.bytes, G_MAXUINT64 - reserve);
}

static gboolean
there_is_memory (void)
{
  gpointer blocks[G_N_ELEMENTS (probes)] = { NULL, };
  gboolean all = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      blocks[i] = g_try_malloc (probes[i]);
      all = all && blocks[i] != NULL;
    }
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    g_free (blocks[i]);

  return all;
}

/* While memory is scarce, what the reserve would take is better left to others. */
static void
restore_reserve (MgrManager *self)
{
  if (mgr_level_now (self->monitor) < MGR_PRESSURE_LEVEL_HIGH
      && !mgr_emergency_reserve_restore (self->reserve))
    g_debug ("There is no memory for the emergency reserve yet");
}

static void
settle_releases (MgrManager *self,
                 guint64     cause)
{
  g_autoptr (GPtrArray) resources = mgr_release_list_get_all (self->release_list);
  MgrRecordRing *records =
    mgr_resource_registry_get_records (mgr_cleaner_get_registry (self->cleaner));

  for (guint i = 0; i < resources->len; i++)
    mgr_resource_settle_release (g_ptr_array_index (resources, i),
                                 mgr_clock_get_time (self->clock), cause, records);
}

static guint64
record_emergency (MgrManager        *self,
                  MgrPressureSample *sample)
{
  MgrReleaseSum released = mgr_release_list_take_sum (self->release_list);
  MgrRecorderRelief relief = {
    .reserve = mgr_emergency_reserve_take_given (self->reserve),
    .released = released.bytes,
    .n_givers = released.n_givers,
  };

  return mgr_recorder_add_emergency (self->recorder, sample, &relief);
}

gboolean
mgr_manager_handle_emergency (gpointer object)
{
  MgrManager *self = MGR_MANAGER (object);
  g_autoptr (MgrPressureSample) sample = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;
  MgrJournalScope scope;
  guint64 cause;

  if (!there_is_memory ())
    return FALSE;

  sample = mgr_pressure_monitor_sample (self->monitor);
  cause = record_emergency (self, sample);
  settle_releases (self, cause);
  g_signal_emit_by_name (self, "emergency", sample);
  mgr_journal_scope_open (&scope, self->journal, cause);
  report = mgr_cleaner_cleanup (self->cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE, TRUE, &error);
  mgr_journal_scope_close (&scope);
  if (report == NULL)
    g_debug ("No cleanup: %s", error->message);
  restore_reserve (self);
  return report != NULL;
}

static void
level_changed_cb (MgrPressureMonitor *monitor,
                  MgrPressureLevel    level,
                  MgrPressureSample  *sample,
                  gpointer            user_data)
{
  MgrManager *self = user_data;
  guint64 given;

  /* The cleanup that the level causes sees to the rest. */
  if (level == MGR_PRESSURE_LEVEL_EMERGENCY)
    {
      mgr_emergency_reserve_give_up (self->reserve);
      given = mgr_emergency_reserve_take_given (self->reserve);
      if (given > 0)
        mgr_recorder_add_reserve (self->recorder, given);
    }
  else if (level < MGR_PRESSURE_LEVEL_HIGH)
    mgr_emergency_reserve_restore (self->reserve);
}

void
mgr_manager_set_up_emergency (MgrManager *self)
{
  self->reserve = mgr_emergency_reserve_new ();
  self->release_list = mgr_release_list_new (mgr_cleaner_get_resources (self->cleaner));
  self->emergency = mgr_emergency_signal_new (self->clock, self, mgr_manager_release_now,
                                              mgr_manager_handle_emergency);
  g_signal_connect (self->monitor, "pressure-changed", G_CALLBACK (level_changed_cb), self);
}

/**
 * mgr_manager_declare_emergency:
 * @self: a manager
 *
 * Gives back all that can go, whatever the level: for a program that was refused
 * memory by malloc, or was told that it will be ended.
 *
 * At once, in the calling thread and without taking any memory itself,
 * #MgrManager:emergency-reserve is given up, the reclaimers of SAFE resources that are
 * not in use are asked to mgr_reclaimer_release_now(), but for those with a handler of
 * #MgrResource::query-veto, what malloc holds free goes back to the system, and one line
 * about that is written to the standard error. Then, in the owner's context and as soon
 * as there is memory for it, #MgrManager::emergency is emitted and all that is not
 * PROTECTED is cleaned, unless its owner objects.
 *
 * However often it is called, there are at most two emergencies a second, and one
 * after the last call. #MgrManager:emergency-signal does the same from outside. May
 * be called from any thread; but not from a handler of `sigaction()`.
 *
 * Returns: the bytes that were given back at once, but for what malloc held; 0 where
 *    that is to come
 *
 * Since: 1.0
 */
guint64
mgr_manager_declare_emergency (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), 0);

  return mgr_emergency_signal_ask (self->emergency);
}

/**
 * mgr_manager_get_emergency_reserve:
 * @self: a manager
 *
 * Gets #MgrManager:emergency-reserve. May be called from any thread.
 *
 * Returns: the size in bytes, whether it is held now or was given up
 *
 * Since: 1.0
 */
guint64
mgr_manager_get_emergency_reserve (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), 0);

  return mgr_emergency_reserve_get_size (self->reserve);
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify (object, "emergency-reserve");
}

/**
 * mgr_manager_set_emergency_reserve:
 * @self: a manager
 * @emergency_reserve: bytes, or 0 for none
 *
 * Sets #MgrManager:emergency-reserve. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_manager_set_emergency_reserve (MgrManager *self,
                                   guint64     emergency_reserve)
{
  g_return_if_fail (MGR_IS_MANAGER (self));

  if (mgr_emergency_reserve_get_size (self->reserve) == emergency_reserve)
    return;

  mgr_emergency_reserve_set_size (self->reserve, emergency_reserve);
  mgr_owner_context_post (self->context, self, notify_cb, NULL, NULL);
}
