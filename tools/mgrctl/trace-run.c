/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "trace-run.h"

/* A longer run would be hundreds of thousands of samples, and is more likely one whose
 * times count from somewhere else. */
#define LONGEST_RUN G_TIME_SPAN_DAY

MgrPressureTrace *
trace_load (const char  *path,
            GError     **error)
{
  g_autoptr (MgrPressureTrace) trace = mgr_pressure_trace_new_from_file (path, error);

  if (trace == NULL || mgr_pressure_trace_get_duration (trace) <= LONGEST_RUN)
    return g_steal_pointer (&trace);

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "The trace “%s” lasts %.0f hours, and no more than %d can be played: cut it, or let "
               "“t_ms” count from its first line on", path,
               (double) mgr_pressure_trace_get_duration (trace) / G_TIME_SPAN_HOUR,
               (int) (LONGEST_RUN / G_TIME_SPAN_HOUR));
  return NULL;
}

TraceRun *
trace_run_new (MgrPressureTrace *trace,
               gint64            hold)
{
  TraceRun *self = g_new0 (TraceRun, 1);
  gint64 end = mgr_pressure_trace_get_duration (trace) + hold;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrPressureMonitor) monitor = NULL;

  self->trace = mgr_pressure_trace_ref (trace);
  self->samples = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_pressure_sample_unref);

  /* Signals go to a context that nobody runs: the samples say it all. */
  g_main_context_push_thread_default (context);
  monitor = mgr_pressure_monitor_new (MGR_CLOCK (clock));
  g_main_context_pop_thread_default (context);

  mgr_pressure_trace_add_sources (trace, monitor);
  while (mgr_clock_get_time (MGR_CLOCK (clock)) <= end)
    {
      g_ptr_array_add (self->samples, mgr_pressure_monitor_sample (monitor));
      mgr_manual_clock_advance (clock, mgr_pressure_monitor_get_pace (monitor));
    }

  return self;
}

void
trace_run_free (TraceRun *self)
{
  mgr_pressure_trace_unref (self->trace);
  g_ptr_array_unref (self->samples);
  g_free (self);
}

MgrPressureSample *
trace_run_get_sample (const TraceRun *self,
                      guint           index)
{
  return g_ptr_array_index (self->samples, index);
}

MgrPressureLevel
trace_run_get_before (const TraceRun *self,
                      guint           index)
{
  return index > 0 ? mgr_pressure_sample_get_level (trace_run_get_sample (self, index - 1))
                   : MGR_PRESSURE_LEVEL_NORMAL;
}

gint64
sample_get_time_left (MgrPressureSample *sample)
{
  MgrPressureForecast *forecast = mgr_pressure_sample_get_forecast (sample);

  return forecast != NULL ? mgr_pressure_forecast_get_time_to_exhaustion (forecast)
                          : MGR_TIME_NEVER;
}

const char *
level_get_nick (MgrPressureLevel level)
{
  static GEnumClass *levels = NULL;

  if (levels == NULL)
    levels = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);

  return g_enum_get_value (levels, (int) level)->value_nick;
}
