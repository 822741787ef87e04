/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-recorder-private.h"

#include "base/mgr-size.h"
#include "base/mgr-variant-private.h"
#include "journal/mgr-journal-tally-private.h"
#include "ledger/mgr-holders-private.h"
#include "mgr-enum-types.h"

struct _MgrRecorder
{
  MgrJournal *journal;         /* (owned) */
  MgrRefusalLog *refusals;     /* (owned) */
  MgrJournalTally *phases;     /* (owned) by name */
  MgrJournalTally *alerts;     /* (owned) by name of the phase */
  MgrComponent *root;          /* (owned) */
  MgrMemoryLimits *limits;     /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) */
  MgrCleanupTrigger *trigger;  /* (unowned) (nullable) */

  /* In the owner's context: what held when it was written down last. */
  MgrPressureLevel level;
  guint64 level_entry;         /* what says so, or 0 */
  guint64 limit;
  guint64 budget;
};

static const char *
level_get_nick (MgrPressureLevel level)
{
  return mgr_enum_get_nick (MGR_TYPE_PRESSURE_LEVEL, (int) level);
}

static MgrJournalSeverity
level_get_severity (MgrPressureLevel level)
{
  if (level >= MGR_PRESSURE_LEVEL_CRITICAL)
    return MGR_JOURNAL_SEVERITY_CRITICAL;

  return level >= MGR_PRESSURE_LEVEL_HIGH ? MGR_JOURNAL_SEVERITY_WARNING : MGR_JOURNAL_SEVERITY_INFO;
}

static void
add_forecast (GVariantDict        *details,
              MgrPressureForecast *forecast)
{
  gint64 time = forecast != NULL ? mgr_pressure_forecast_get_time_to_exhaustion (forecast)
                                 : MGR_TIME_NEVER;

  if (time == MGR_TIME_NEVER)
    return;

  g_variant_dict_insert (details, "time-to-exhaustion", "x", time);
  g_variant_dict_insert (details, "earliest", "x", mgr_pressure_forecast_get_earliest (forecast));
  g_variant_dict_insert (details, "latest", "x", mgr_pressure_forecast_get_latest (forecast));
  g_variant_dict_insert (details, "slope", "d", mgr_pressure_forecast_get_slope (forecast));
}

static GVariant *
sample_get_details (MgrRecorder       *self,
                    MgrPressureSample *sample)
{
  const char *source = mgr_pressure_sample_get_source (sample);
  g_autofree char *holders = mgr_holders_dup (self->root);
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "level", "s",
                         level_get_nick (mgr_pressure_sample_get_level (sample)));
  g_variant_dict_insert (&details, "usage", "d", mgr_pressure_sample_get_usage (sample));
  g_variant_dict_insert (&details, "stall", "d", mgr_pressure_sample_get_stall (sample));
  g_variant_dict_insert (&details, "available", "t", mgr_pressure_sample_get_available (sample));
  g_variant_dict_insert (&details, "limit", "t", mgr_pressure_sample_get_limit (sample));
  g_variant_dict_insert (&details, "swap", "t", mgr_pressure_sample_get_swap (sample));
  g_variant_dict_insert_value (&details, "source", mgr_variant_new_text (source != NULL ? source : ""));
  g_variant_dict_insert_value (&details, "missing",
                               mgr_variant_new_names (mgr_pressure_sample_get_missing (sample)));
  g_variant_dict_insert (&details, "used", "t", mgr_component_get_used (self->root));
  g_variant_dict_insert (&details, "budget", "t", mgr_component_get_budget (self->root));
  g_variant_dict_insert_value (&details, "holders", mgr_variant_new_text (holders));
  add_forecast (&details, mgr_pressure_sample_get_forecast (sample));
  return g_variant_dict_end (&details);
}

static char *
summarize_relief (const MgrRecorderRelief *relief)
{
  g_autofree char *reserve = mgr_size_format (relief->reserve);
  g_autofree char *released = mgr_size_format (relief->released);

  return g_strdup_printf ("An emergency was declared, by the program or by a signal: given back at "
                          "once were %s of the reserve and %s by %u reclaimers; all that is not "
                          "PROTECTED may go", reserve, released, relief->n_givers);
}

guint64
mgr_recorder_add_emergency (MgrRecorder             *self,
                            MgrPressureSample       *sample,
                            const MgrRecorderRelief *relief)
{
  g_autofree char *summary = summarize_relief (relief);
  g_autoptr (GVariant) details = g_variant_ref_sink (sample_get_details (self, sample));
  GVariantDict dict;

  g_variant_dict_init (&dict, details);
  g_variant_dict_insert (&dict, "reserve", "t", relief->reserve);
  g_variant_dict_insert (&dict, "released", "t", relief->released);
  g_variant_dict_insert (&dict, "givers", "u", relief->n_givers);
  return mgr_journal_add (self->journal, MGR_JOURNAL_KIND_EMERGENCY, MGR_JOURNAL_SEVERITY_CRITICAL,
                          summary, g_variant_dict_end (&dict), 0);
}

void
mgr_recorder_add_reserve (MgrRecorder *self,
                          guint64      bytes)
{
  g_autofree char *size = mgr_size_format (bytes);
  g_autofree char *summary =
    g_strdup_printf ("The emergency reserve was given back: %s, until pressure is below high", size);
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "reserve", "t", bytes);
  mgr_journal_add (self->journal, MGR_JOURNAL_KIND_EMERGENCY, MGR_JOURNAL_SEVERITY_INFO, summary,
                   g_variant_dict_end (&details), self->level_entry);
}

guint64
mgr_recorder_begin_phase (MgrRecorder *self,
                          const char  *name,
                          MgrReport   *before)
{
  guint64 count = mgr_journal_tally_count (self->phases, name);
  g_autofree char *used = mgr_size_format (mgr_report_get_used (before));
  g_autofree char *again = mgr_journal_count_text (count, "time");
  g_autofree char *summary = NULL;
  GVariantDict details;

  if (count == 0)
    return 0;

  summary = g_strdup_printf ("The phase “%s” began with %s in use%s", name, used, again);
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, "name", mgr_variant_new_text (name));
  g_variant_dict_insert (&details, "level", "s", level_get_nick (mgr_report_get_level (before)));
  g_variant_dict_insert (&details, "used", "t", mgr_report_get_used (before));
  g_variant_dict_insert (&details, "process", "t", mgr_report_get_process (before));
  return mgr_journal_add (self->journal, MGR_JOURNAL_KIND_PHASE, MGR_JOURNAL_SEVERITY_INFO, summary,
                          g_variant_dict_end (&details), 0);
}

/* As exact as anybody wants to know it: a phase never takes whole seconds. */
static char *
format_span (gint64 time)
{
  if (time < G_TIME_SPAN_SECOND)
    return g_strdup_printf ("%.1f ms", (double) time / G_TIME_SPAN_MILLISECOND);

  return g_strdup_printf ("%.1f s", (double) time / G_TIME_SPAN_SECOND);
}

static char *
summarize_phase (MgrPhaseReport *report)
{
  g_autofree char *took = format_span (mgr_phase_report_get_duration (report));
  g_autofree char *before = mgr_size_format (mgr_phase_report_get_used_before (report));
  g_autofree char *after = mgr_size_format (mgr_phase_report_get_used_after (report));
  g_autofree char *peak = mgr_size_format (mgr_phase_report_get_peak (report));
  const char *alert = mgr_phase_report_get_alert (report);

  return g_strdup_printf ("The phase “%s” ended after %s: %s in use before, %s at most, %s after%s%s",
                          mgr_phase_report_get_name (report), took, before, peak, after,
                          alert != NULL ? ". " : "", alert != NULL ? alert : "");
}

void
mgr_recorder_end_phase (MgrRecorder    *self,
                        MgrPhaseReport *report,
                        guint64         begun)
{
  const char *name = mgr_phase_report_get_name (report);
  gboolean alert = mgr_phase_report_get_alert (report) != NULL;
  guint64 count = alert ? mgr_journal_tally_count (self->alerts, name) : 0;
  g_autofree char *holders = NULL;
  g_autofree char *summary = NULL;
  g_autoptr (GVariant) variant = NULL;
  GVariantDict details;

  if (begun == 0 && count == 0)
    return;

  summary = summarize_phase (report);
  holders = mgr_holders_dup (self->root);
  variant = g_variant_ref_sink (mgr_phase_report_to_variant (report));
  g_variant_dict_init (&details, variant);
  g_variant_dict_insert_value (&details, "holders", mgr_variant_new_text (holders));
  mgr_journal_add (self->journal, MGR_JOURNAL_KIND_PHASE,
                   alert ? MGR_JOURNAL_SEVERITY_WARNING : MGR_JOURNAL_SEVERITY_INFO, summary,
                   g_variant_dict_end (&details), begun);
}

static guint64
recorder_add_level (MgrRecorder       *self,
                    MgrPressureLevel   level,
                    MgrPressureSample *sample)
{
  g_autofree char *summary =
    g_strdup_printf ("Pressure %s from %s to %s: %s",
                     level > self->level ? "rose" : "fell", level_get_nick (self->level),
                     level_get_nick (level), mgr_pressure_sample_get_reason (sample));

  return mgr_journal_add (self->journal, MGR_JOURNAL_KIND_LEVEL, level_get_severity (level), summary,
                          sample_get_details (self, sample), 0);
}

static void
level_changed_cb (MgrPressureMonitor *monitor,
                  MgrPressureLevel    level,
                  MgrPressureSample  *sample,
                  gpointer            user_data)
{
  MgrRecorder *self = user_data;
  guint64 cause = recorder_add_level (self, level, sample);

  if (level == MGR_PRESSURE_LEVEL_EMERGENCY)
    cause = mgr_journal_add (self->journal, MGR_JOURNAL_KIND_EMERGENCY, MGR_JOURNAL_SEVERITY_CRITICAL,
                             "Memory is nearly gone: all that is not PROTECTED may go",
                             sample_get_details (self, sample), cause);

  self->level = level;
  self->level_entry = cause;
  if (self->trigger != NULL)
    mgr_cleanup_trigger_set_cause (self->trigger, self->journal,
                                   level > MGR_PRESSURE_LEVEL_NORMAL ? cause : 0);
}

static char *
format_bound (guint64 bytes)
{
  return bytes > 0 ? mgr_size_format (bytes) : g_strdup ("no limit");
}

static void
recorder_add_bound (MgrRecorder *self,
                    const char  *what,
                    guint64      before,
                    guint64      after)
{
  g_autofree char *old = format_bound (before);
  g_autofree char *new = format_bound (after);
  g_autofree char *summary = g_strdup_printf ("%s went from %s to %s", what, old, new);
  gboolean less = after > 0 && (before == 0 || after < before);
  g_autofree char *holders = mgr_holders_dup (self->root);
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "before", "t", before);
  g_variant_dict_insert (&details, "after", "t", after);
  g_variant_dict_insert (&details, "used", "t", mgr_component_get_used (self->root));
  g_variant_dict_insert (&details, "budget", "t", mgr_component_get_budget (self->root));
  g_variant_dict_insert (&details, "limit", "t", mgr_memory_limits_get_limit (self->limits));
  g_variant_dict_insert (&details, "headroom", "t", mgr_memory_limits_get_headroom (self->limits));
  g_variant_dict_insert_value (&details, "holders", mgr_variant_new_text (holders));
  mgr_journal_add (self->journal, MGR_JOURNAL_KIND_LIMITS,
                   less ? MGR_JOURNAL_SEVERITY_WARNING : MGR_JOURNAL_SEVERITY_INFO, summary,
                   g_variant_dict_end (&details), 0);
}

static void
limit_changed_cb (GObject    *object,
                  GParamSpec *pspec,
                  gpointer    user_data)
{
  MgrRecorder *self = user_data;
  guint64 limit = mgr_memory_limits_get_limit (self->limits);

  if (limit == self->limit)
    return;

  recorder_add_bound (self, "What this process may have", self->limit, limit);
  self->limit = limit;
}

static void
budget_changed_cb (GObject    *object,
                   GParamSpec *pspec,
                   gpointer    user_data)
{
  MgrRecorder *self = user_data;
  guint64 budget = mgr_component_get_budget (self->root);

  if (budget == self->budget)
    return;

  recorder_add_bound (self, "The total budget", self->budget, budget);
  self->budget = budget;
}

MgrRecorder *
mgr_recorder_new (MgrJournal         *journal,
                  MgrClock           *clock,
                  MgrComponent       *root,
                  MgrMemoryLimits    *limits,
                  MgrPressureMonitor *monitor)
{
  MgrRecorder *self = g_new0 (MgrRecorder, 1);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->journal = g_object_ref (journal);
  self->refusals = mgr_refusal_log_new (journal, clock, context);
  self->phases = mgr_journal_tally_new ();
  self->alerts = mgr_journal_tally_new ();
  self->root = g_object_ref (root);
  self->limits = g_object_ref (limits);
  self->monitor = g_object_ref (monitor);
  self->level = mgr_pressure_monitor_get_level (monitor);
  self->limit = mgr_memory_limits_get_limit (limits);
  self->budget = mgr_component_get_budget (root);
  g_signal_connect (monitor, "pressure-changed", G_CALLBACK (level_changed_cb), self);
  g_signal_connect (limits, "notify::limit", G_CALLBACK (limit_changed_cb), self);
  g_signal_connect (root, "notify::budget", G_CALLBACK (budget_changed_cb), self);
  return self;
}

void
mgr_recorder_free (MgrRecorder *self)
{
  g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_signal_handlers_disconnect_by_data (self->limits, self);
  g_signal_handlers_disconnect_by_data (self->root, self);
  mgr_refusal_log_free (self->refusals);
  mgr_journal_tally_free (self->phases);
  mgr_journal_tally_free (self->alerts);
  g_object_unref (self->monitor);
  g_object_unref (self->limits);
  g_object_unref (self->root);
  g_object_unref (self->journal);
  g_free (self);
}

void
mgr_recorder_set_trigger (MgrRecorder       *self,
                          MgrCleanupTrigger *trigger)
{
  self->trigger = trigger;
}

void
mgr_recorder_add_refusal (MgrRecorder             *self,
                          MgrComponent            *component,
                          guint64                  size,
                          const GError            *error,
                          const MgrArbiterOutcome *outcome)
{
  mgr_refusal_log_add (self->refusals, component, size, error, outcome);
}
