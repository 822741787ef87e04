/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrPressureMonitor, with sources that say anything. Each line of the input is a
 * moment: the time since the last one in milliseconds, which may be negative, and for
 * each source either used, available and limit in bytes and the stall in thousandths,
 * or a dash for one that does not answer. */

#include "fuzz.h"

#include <math.h>
#include <string.h>

#define N_SCOPES (MGR_PRESSURE_SCOPE_DEVICE + 1)

#define MAXIMUM_MOMENTS 200
#define LONGEST_STEP (G_TIME_SPAN_HOUR / G_TIME_SPAN_MILLISECOND)

#define FUZZ_TYPE_SOURCE (fuzz_source_get_type ())
G_DECLARE_FINAL_TYPE (FuzzSource, fuzz_source, FUZZ, SOURCE, GObject)

struct _FuzzSource
{
  GObject parent_instance;

  MgrPressureScope scope;
  MgrPressureReading *reading; /* (owned) (nullable) */
};

static const char *
fuzz_source_get_name (MgrPressureSource *source)
{
  g_autoptr (GEnumClass) scopes = g_type_class_ref (MGR_TYPE_PRESSURE_SCOPE);

  return g_enum_get_value (scopes, (int) FUZZ_SOURCE (source)->scope)->value_nick;
}

static MgrPressureReading *
fuzz_source_read (MgrPressureSource  *source,
                  GError            **error)
{
  FuzzSource *self = FUZZ_SOURCE (source);

  if (self->reading != NULL)
    return mgr_pressure_reading_ref (self->reading);

  g_set_error_literal (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE, "Nothing is said");
  return NULL;
}

static gboolean
fuzz_source_is_thread_safe (MgrPressureSource *source)
{
  return TRUE;
}

static void
fuzz_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = fuzz_source_get_name;
  iface->read = fuzz_source_read;
  iface->is_thread_safe = fuzz_source_is_thread_safe;
  iface->prompt = TRUE;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FuzzSource, fuzz_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      fuzz_source_iface_init))

static void
fuzz_source_finalize (GObject *object)
{
  g_clear_pointer (&FUZZ_SOURCE (object)->reading, mgr_pressure_reading_unref);

  G_OBJECT_CLASS (fuzz_source_parent_class)->finalize (object);
}

static void
fuzz_source_class_init (FuzzSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fuzz_source_finalize;
}

static void
fuzz_source_init (FuzzSource *self)
{
}

/* Returns what stands there as a number, or 0, and goes on to the next word. */
static guint64
next_number (char **text)
{
  guint64 number = g_ascii_strtoull (*text, NULL, 10);

  *text += strcspn (*text, " ");
  *text += strspn (*text, " ");
  return number;
}

static void
fuzz_source_take (FuzzSource  *self,
                  char       **text)
{
  gboolean answers = g_ascii_isdigit (**text);
  guint64 used;
  guint64 available;
  guint64 limit;

  g_clear_pointer (&self->reading, mgr_pressure_reading_unref);
  used = next_number (text);
  if (!answers)
    return;

  available = next_number (text);
  limit = next_number (text);
  self->reading = mgr_pressure_reading_new_for_scope (self->scope, used, available, limit,
                                                      (double) next_number (text) / 1000);
}

static void
assert_forecast (MgrPressureForecast *forecast)
{
  gint64 time = mgr_pressure_forecast_get_time_to_exhaustion (forecast);

  g_assert_cmpint (mgr_pressure_forecast_get_earliest (forecast), >=, 0);
  g_assert_cmpint (mgr_pressure_forecast_get_earliest (forecast), <=, time);
  g_assert_cmpint (time, <=, mgr_pressure_forecast_get_latest (forecast));
  g_assert_cmpint (mgr_pressure_forecast_get_latest (forecast), <=, MGR_TIME_NEVER);
  g_assert_true (isfinite (mgr_pressure_forecast_get_slope (forecast)));
  g_assert_cmpfloat (mgr_pressure_forecast_get_r_squared (forecast), >=, 0);
  g_assert_cmpfloat (mgr_pressure_forecast_get_r_squared (forecast), <=, 1);
}

static void
assert_sample (MgrPressureSample *sample)
{
  MgrPressureForecast *forecast = mgr_pressure_sample_get_forecast (sample);

  g_assert_cmpint (mgr_pressure_sample_get_level (sample), >=, MGR_PRESSURE_LEVEL_NORMAL);
  g_assert_cmpint (mgr_pressure_sample_get_level (sample), <=, MGR_PRESSURE_LEVEL_EMERGENCY);
  g_assert_cmpfloat (mgr_pressure_sample_get_usage (sample), >=, 0);
  g_assert_cmpfloat (mgr_pressure_sample_get_usage (sample), <=, 1);
  g_assert_cmpfloat (mgr_pressure_sample_get_stall (sample), >=, 0);
  g_assert_cmpfloat (mgr_pressure_sample_get_stall (sample), <=, 1);
  g_assert_true (g_utf8_validate (mgr_pressure_sample_get_reason (sample), -1, NULL));
  if (forecast != NULL)
    assert_forecast (forecast);
}

static void
play (MgrPressureMonitor  *monitor,
      MgrManualClock      *clock,
      FuzzSource         **sources,
      char                *line)
{
  gint64 step = g_ascii_strtoll (line, NULL, 10);
  g_autoptr (MgrPressureSample) sample = NULL;

  next_number (&line);
  mgr_manual_clock_advance (clock, CLAMP (step, -LONGEST_STEP, LONGEST_STEP) *
                                   G_TIME_SPAN_MILLISECOND);
  for (guint i = 0; i < N_SCOPES; i++)
    fuzz_source_take (sources[i], &line);

  sample = mgr_pressure_monitor_sample (monitor);
  assert_sample (sample);
  g_assert_cmpint (mgr_pressure_monitor_get_pace (monitor), >, 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", MAXIMUM_MOMENTS);
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (MGR_CLOCK (clock));
  FuzzSource *sources[N_SCOPES];

  for (guint i = 0; i < N_SCOPES; i++)
    {
      sources[i] = g_object_new (FUZZ_TYPE_SOURCE, NULL);
      sources[i]->scope = (MgrPressureScope) i;
      mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (sources[i]));
    }

  for (gsize i = 0; lines[i] != NULL; i++)
    play (monitor, clock, sources, lines[i]);

  for (guint i = 0; i < N_SCOPES; i++)
    g_object_unref (sources[i]);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return 0;
}
