/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-recorder-private.h"

#include "base/mgr-size.h"
#include "base/mgr-variant-private.h"
#include "ledger/mgr-holders-private.h"
#include "mgr-enum-types.h"

struct _MgrRecorder
{
  MgrJournal *journal;         /* (owned) */
  MgrRefusalLog *refusals;     /* (owned) */
  MgrComponent *root;          /* (owned) */
  MgrMemoryLimits *limits;     /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) */
  MgrCleanupTrigger *trigger;  /* (unowned) (nullable) */

  /* In the owner's context: what held when it was written down last. */
  MgrPressureLevel level;
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

guint64
mgr_recorder_add_emergency (MgrRecorder       *self,
                            MgrPressureSample *sample,
                            const char        *summary)
{
  return mgr_journal_add (self->journal, MGR_JOURNAL_KIND_EMERGENCY, MGR_JOURNAL_SEVERITY_CRITICAL,
                          summary, sample_get_details (self, sample), 0);
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
mgr_recorder_add_refusal (MgrRecorder  *self,
                          MgrComponent *component,
                          guint64       size,
                          const GError *error)
{
  mgr_refusal_log_add (self->refusals, component, size, error);
}
