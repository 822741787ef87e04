/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-phase-report-private.h"

#include "mgr-enum-types.h"

/**
 * SECTION:mgr-phase-report
 * @title: MgrPhaseReport
 * @short_description: what a phase of a program did to its memory
 *
 * A program that works in phases, as loading, training and evaluation, tells a
 * manager of them by mgr_manager_begin_phase() and mgr_manager_end_phase(), and
 * gets one of these for each.
 *
 * A report never changes and may be read from any thread.
 */

/**
 * MgrPhaseReport:
 *
 * What a phase of a program did to its memory.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrPhaseReport, mgr_phase_report,
                     mgr_phase_report_ref, mgr_phase_report_unref)

MgrPhaseReport *
mgr_phase_report_new (const char *name)
{
  MgrPhaseReport *self = g_new0 (MgrPhaseReport, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  return self;
}

/**
 * mgr_phase_report_ref:
 * @self: a report
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrPhaseReport *
mgr_phase_report_ref (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_phase_report_unref:
 * @self: (transfer full): a report
 *
 * Drops a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_phase_report_unref (MgrPhaseReport *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->cleanup, mgr_cleanup_report_unref);
  g_free (self->name);
  g_free (self->alert);
  g_free (self);
}

/**
 * mgr_phase_report_get_name:
 * @self: a report
 *
 * Gets what the phase was called.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
mgr_phase_report_get_name (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * mgr_phase_report_get_time:
 * @self: a report
 *
 * Gets when the phase began, by the clock of the manager.
 *
 * Returns: the time in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_phase_report_get_time (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

/**
 * mgr_phase_report_get_duration:
 * @self: a report
 *
 * Gets how long the phase took, without the cleanup after it.
 *
 * Returns: the duration in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_phase_report_get_duration (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->duration;
}

/**
 * mgr_phase_report_get_level_before:
 * @self: a report
 *
 * Gets how short memory was when the phase began.
 *
 * Returns: the level
 *
 * Since: 1.0
 */
MgrPressureLevel
mgr_phase_report_get_level_before (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, MGR_PRESSURE_LEVEL_NORMAL);

  return self->level_before;
}

/**
 * mgr_phase_report_get_level_after:
 * @self: a report
 *
 * Gets how short memory was after the phase and its cleanup.
 *
 * Returns: the level
 *
 * Since: 1.0
 */
MgrPressureLevel
mgr_phase_report_get_level_after (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, MGR_PRESSURE_LEVEL_NORMAL);

  return self->level_after;
}

/**
 * mgr_phase_report_get_used_before:
 * @self: a report
 *
 * Gets what all components together had in use when the phase began.
 *
 * Returns: the use in bytes
 *
 * Since: 1.0
 */
guint64
mgr_phase_report_get_used_before (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->used_before;
}

/**
 * mgr_phase_report_get_used_after:
 * @self: a report
 *
 * Gets what all components together had in use after the phase and its cleanup.
 *
 * Returns: the use in bytes
 *
 * Since: 1.0
 */
guint64
mgr_phase_report_get_used_after (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->used_after;
}

/**
 * mgr_phase_report_get_peak:
 * @self: a report
 *
 * Gets the most that all components together had in use at one time during the
 * phase. The figure is exact.
 *
 * Returns: the peak in bytes
 *
 * Since: 1.0
 */
guint64
mgr_phase_report_get_peak (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->peak;
}

/**
 * mgr_phase_report_get_process_before:
 * @self: a report
 *
 * Gets the anonymous memory of the process when the phase began.
 *
 * Returns: the memory in bytes; 0 where the kernel does not tell
 *
 * Since: 1.0
 */
guint64
mgr_phase_report_get_process_before (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->process_before;
}

/**
 * mgr_phase_report_get_process_after:
 * @self: a report
 *
 * Gets the anonymous memory of the process after the phase and its cleanup.
 *
 * Returns: the memory in bytes; 0 where the kernel does not tell
 *
 * Since: 1.0
 */
guint64
mgr_phase_report_get_process_after (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->process_after;
}

/**
 * mgr_phase_report_get_cleanups:
 * @self: a report
 *
 * Gets how many cleanups there were, whoever asked for them, from the begin of the
 * phase to its end, the one after it included.
 *
 * Returns: the number of cleanups
 *
 * Since: 1.0
 */
guint64
mgr_phase_report_get_cleanups (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->cleanups;
}

/**
 * mgr_phase_report_get_claimed:
 * @self: a report
 *
 * Gets what the resources said they freed in those cleanups. May be called from any
 * thread.
 *
 * Returns: the sum in bytes
 *
 * Since: 1.0
 */
guint64
mgr_phase_report_get_claimed (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->claimed;
}

/**
 * mgr_phase_report_get_ledger:
 * @self: a report
 *
 * Gets what was taken off the budgets in those cleanups. May be called from any thread.
 *
 * Returns: the sum in bytes; negative where more was charged meanwhile
 *
 * Since: 1.0
 */
gint64
mgr_phase_report_get_ledger (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->ledger;
}

/**
 * mgr_phase_report_get_returned:
 * @self: a report
 *
 * Gets what those cleanups really gave back to the system, by measure.
 *
 * Returns: the sum in bytes; negative where the process grew meanwhile
 *
 * Since: 1.0
 */
gint64
mgr_phase_report_get_returned (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->returned;
}

/**
 * mgr_phase_report_get_cleanup:
 * @self: a report
 *
 * Gets what the cleanup after the phase did; see #MgrManager:cleanup-after-phase.
 *
 * Returns: (transfer none) (nullable): its report, or %NULL if there was none
 *
 * Since: 1.0
 */
MgrCleanupReport *
mgr_phase_report_get_cleanup (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->cleanup;
}

/**
 * mgr_phase_report_get_alert:
 * @self: a report
 *
 * Gets what somebody should know of: that memory of some size stays in use that was
 * not when the phase began, or that memory is short.
 *
 * Returns: (transfer none) (nullable): a sentence, or %NULL if all is well
 *
 * Since: 1.0
 */
const char *
mgr_phase_report_get_alert (MgrPhaseReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->alert;
}

static const char *
level_nick (MgrPressureLevel level)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);

  return g_enum_get_value (klass, (int) level)->value_nick;
}

/**
 * mgr_phase_report_to_variant:
 * @self: a report
 *
 * Writes the report as a dictionary of type `a{sv}`, for D-Bus and JSON: `name`,
 * `level-before`, `level-after` and, where there is one, `alert` (s); `time`,
 * `duration`, `ledger` and `returned` (x); and the other figures (t) under the names
 * they have here. What the cleanup after the phase did is in `cleanups`, `claimed`,
 * `ledger` and `returned`.
 *
 * Returns: (transfer floating): the dictionary
 *
 * Since: 1.0
 */
GVariant *
mgr_phase_report_to_variant (MgrPhaseReport *self)
{
  GVariantDict dict;

  g_return_val_if_fail (self != NULL, NULL);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", self->name);
  g_variant_dict_insert (&dict, "time", "x", self->time);
  g_variant_dict_insert (&dict, "duration", "x", self->duration);
  g_variant_dict_insert (&dict, "level-before", "s", level_nick (self->level_before));
  g_variant_dict_insert (&dict, "level-after", "s", level_nick (self->level_after));
  g_variant_dict_insert (&dict, "used-before", "t", self->used_before);
  g_variant_dict_insert (&dict, "used-after", "t", self->used_after);
  g_variant_dict_insert (&dict, "peak", "t", self->peak);
  g_variant_dict_insert (&dict, "process-before", "t", self->process_before);
  g_variant_dict_insert (&dict, "process-after", "t", self->process_after);
  g_variant_dict_insert (&dict, "cleanups", "t", self->cleanups);
  g_variant_dict_insert (&dict, "claimed", "t", self->claimed);
  g_variant_dict_insert (&dict, "ledger", "x", self->ledger);
  g_variant_dict_insert (&dict, "returned", "x", self->returned);
  if (self->alert != NULL)
    g_variant_dict_insert (&dict, "alert", "s", self->alert);
  return g_variant_dict_end (&dict);
}
