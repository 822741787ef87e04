/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "base/mgr-size.h"
#include "journal/mgr-journal-private.h"
#include "mgr-enum-types.h"
#include "mgr-phase-report-private.h"
#include "pressure/mgr-level-now-private.h"

/* What a phase leaves behind is worth a word from this share of the total budget on:
 * ten such phases, and all is used up. */
#define GROWTH_SHARE 10

/* The same where there is no budget, in bytes. */
#define GROWTH_WITHOUT_BUDGET (G_GUINT64_CONSTANT (64) << 20)

/**
 * mgr_manager_begin_phase:
 * @self: a manager
 * @name: what to call the phase, as `training`
 *
 * Says that a phase of the program begins. How things are now is compared with how
 * they are at mgr_manager_end_phase(). Phases may be nested and may overlap, and
 * several of one name may be open at a time. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_manager_begin_phase (MgrManager *self,
                         const char *name)
{
  g_autoptr (MgrReport) before = NULL;

  g_return_if_fail (MGR_IS_MANAGER (self));
  g_return_if_fail (name != NULL && *name != '\0');

  before = mgr_manager_get_report (self);
  mgr_phase_stack_begin (self->phases, name, mgr_clock_get_time (self->clock), before,
                         mgr_recorder_begin_phase (self->recorder, name, before));
}

static guint64
growth (guint64 before,
        guint64 after)
{
  return after > before ? after - before : 0;
}

static guint64
growth_limit (MgrReport *report)
{
  guint64 budget = mgr_report_get_budget (report);

  return budget > 0 ? budget / GROWTH_SHARE : GROWTH_WITHOUT_BUDGET;
}

/* Whether the ledger, or the process where it can be measured, is larger by more than
 * goes without a word. */
static gboolean
has_grown (MgrReport *before,
           MgrReport *after)
{
  guint64 limit = growth_limit (after);
  guint64 process = mgr_report_get_process (before);

  if (growth (mgr_report_get_used (before), mgr_report_get_used (after)) > limit)
    return TRUE;

  return process > 0 && growth (process, mgr_report_get_process (after)) > limit;
}

static MgrCleanupReport *
clean_after_phase (MgrManager *self,
                   MgrPhase   *phase,
                   MgrReport  *after)
{
  MgrPressureLevel level = mgr_level_now (self->monitor);
  MgrCleanupStrategy strategy = level >= MGR_PRESSURE_LEVEL_HIGH ? MGR_CLEANUP_STRATEGY_MODERATE
                                                                 : MGR_CLEANUP_STRATEGY_LIGHT;
  g_autoptr (GError) error = NULL;
  MgrCleanupReport *report;
  MgrJournalScope scope;

  if (level == MGR_PRESSURE_LEVEL_NORMAL && !has_grown (phase->before, after))
    return NULL;

  mgr_journal_scope_open (&scope, self->journal, phase->entry);
  report = mgr_cleaner_cleanup (self->cleaner, strategy, FALSE, TRUE, &error);
  mgr_journal_scope_close (&scope);
  if (report == NULL)
    g_debug ("No cleanup after the phase “%s”: %s", phase->name, error->message);
  return report;
}

static char *
describe_growth (MgrPhase  *phase,
                 MgrReport *after)
{
  guint64 limit = growth_limit (after);
  guint64 used = growth (mgr_report_get_used (phase->before), mgr_report_get_used (after));
  guint64 process = growth (mgr_report_get_process (phase->before),
                            mgr_report_get_process (after));
  g_autofree char *text = NULL;
  g_autofree char *charged = NULL;

  if (used > limit)
    {
      text = mgr_size_format (used);
      return g_strdup_printf ("After “%s” components hold %s more than when it began",
                              phase->name, text);
    }

  if (mgr_report_get_process (phase->before) == 0 || process <= limit)
    return NULL;

  text = mgr_size_format (process);
  charged = mgr_size_format (MIN (used, process));
  return g_strdup_printf ("After “%s” the process holds %s more than when it began, and "
                          "components %s of that", phase->name, text, charged);
}

/* Returns: (transfer full) (nullable): what somebody should know of */
static char *
describe_alert (MgrPhase  *phase,
                MgrReport *after)
{
  MgrPressureLevel level = mgr_report_get_level (after);
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);
  g_autofree char *grown = describe_growth (phase, after);
  const char *nick = g_enum_get_value (klass, (int) level)->value_nick;

  if (level < MGR_PRESSURE_LEVEL_HIGH)
    return g_steal_pointer (&grown);

  if (grown != NULL)
    return g_strdup_printf ("%s, and pressure is %s", grown, nick);

  return g_strdup_printf ("After “%s” pressure is %s", phase->name, nick);
}

/* Takes over @cleanup. */
static MgrPhaseReport *
phase_report_create (MgrPhase         *phase,
                     MgrReport        *after,
                     gint64            end,
                     MgrCleanupReport *cleanup)
{
  MgrPhaseReport *report = mgr_phase_report_new (phase->name);

  report->time = phase->time;
  report->duration = end - phase->time;
  report->level_before = mgr_report_get_level (phase->before);
  report->level_after = mgr_report_get_level (after);
  report->used_before = mgr_report_get_used (phase->before);
  report->used_after = mgr_report_get_used (after);
  report->peak = phase->peak;
  report->process_before = mgr_report_get_process (phase->before);
  report->process_after = mgr_report_get_process (after);
  report->cleanups = mgr_report_get_cleanups (after) - mgr_report_get_cleanups (phase->before);
  report->claimed = mgr_report_get_claimed (after) - mgr_report_get_claimed (phase->before);
  report->ledger = mgr_report_get_ledger (after) - mgr_report_get_ledger (phase->before);
  report->returned = mgr_report_get_returned (after) - mgr_report_get_returned (phase->before);
  report->cleanup = cleanup;
  report->alert = describe_alert (phase, after);
  return report;
}

static void
emit_finished_cb (gpointer object,
                  gpointer user_data)
{
  g_signal_emit_by_name (object, "phase-finished", user_data);
}

/**
 * mgr_manager_end_phase:
 * @self: a manager
 * @name: what the phase was called at mgr_manager_begin_phase()
 * @error: return location for a #GError
 *
 * Says that a phase of the program has ended; of several of one name the one that
 * began last. Others that began within it go on. Where
 * #MgrManager:cleanup-after-phase says so and there is need, SAFE resources are
 * cleaned. #MgrManager::phase-finished is emitted with what is returned here.
 *
 * Where the phase has not begun it fails with %MGR_ERROR_NOT_FOUND, and the text
 * names those that have. May be called from any thread.
 *
 * Returns: (transfer full): what the phase did to memory
 *
 * Since: 1.0
 */
MgrPhaseReport *
mgr_manager_end_phase (MgrManager  *self,
                       const char  *name,
                       GError     **error)
{
  g_autoptr (MgrPhase) phase = NULL;
  g_autoptr (MgrReport) after = NULL;
  MgrCleanupReport *cleanup = NULL;
  MgrPhaseReport *report;
  gint64 end;

  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  phase = mgr_phase_stack_end (self->phases, name, error);
  if (phase == NULL)
    return NULL;

  end = mgr_clock_get_time (self->clock);
  after = mgr_manager_get_report (self);
  if (mgr_manager_get_cleanup_after_phase (self))
    cleanup = clean_after_phase (self, phase, after);
  if (cleanup != NULL)
    {
      mgr_report_unref (after);
      after = mgr_manager_get_report (self);
    }

  report = phase_report_create (phase, after, end, cleanup);
  mgr_recorder_end_phase (self->recorder, report, phase->entry);
  mgr_owner_context_post (self->context, self, emit_finished_cb, mgr_phase_report_ref (report),
                          (GDestroyNotify) mgr_phase_report_unref);
  return report;
}

/**
 * mgr_manager_get_cleanup_after_phase:
 * @self: a manager
 *
 * Gets #MgrManager:cleanup-after-phase. May be called from any thread.
 *
 * Returns: %TRUE if phases may be followed by a cleanup
 *
 * Since: 1.0
 */
gboolean
mgr_manager_get_cleanup_after_phase (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);

  return g_atomic_int_get (&self->cleanup_after_phase);
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify (object, "cleanup-after-phase");
}

/**
 * mgr_manager_set_cleanup_after_phase:
 * @self: a manager
 * @cleanup_after_phase: whether to clean
 *
 * Sets #MgrManager:cleanup-after-phase. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_manager_set_cleanup_after_phase (MgrManager *self,
                                     gboolean    cleanup_after_phase)
{
  g_return_if_fail (MGR_IS_MANAGER (self));

  if (mgr_manager_get_cleanup_after_phase (self) == !!cleanup_after_phase)
    return;

  g_atomic_int_set (&self->cleanup_after_phase, !!cleanup_after_phase);
  mgr_owner_context_post (self->context, self, notify_cb, NULL, NULL);
}
