/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-sample.h"

#include "mgrctl-print.h"

#define LEVEL_WIDTH 9
#define GAP 2

/* What is further away than this is not worth a word. */
#define LONGEST_FORECAST (10 * G_TIME_SPAN_MINUTE)

/* Each of these gives what a line says of one thing, or NULL where there is nothing
 * to say; it ends up in a column of its own. */
typedef char *(*FormatFunc) (GVariant *dict);

typedef struct
{
  FormatFunc format;
  MgrctlStyle style;
} SampleField;

/* What never comes is left out. */
static void
dict_insert_forecast (GVariantDict        *dict,
                      MgrPressureForecast *forecast)
{
  gint64 time = mgr_pressure_forecast_get_time_to_exhaustion (forecast);

  if (time == MGR_TIME_NEVER)
    return;

  g_variant_dict_insert (dict, "time-to-exhaustion", "x", time);
  g_variant_dict_insert (dict, "earliest", "x", mgr_pressure_forecast_get_earliest (forecast));
  g_variant_dict_insert (dict, "latest", "x", mgr_pressure_forecast_get_latest (forecast));
}

GVariant *
mgrctl_sample_to_dict (MgrPressureSample *sample)
{
  g_autoptr (GEnumClass) levels = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);
  int level = (int) mgr_pressure_sample_get_level (sample);
  MgrPressureForecast *forecast = mgr_pressure_sample_get_forecast (sample);
  const char *source = mgr_pressure_sample_get_source (sample);
  const char * const *missing = mgr_pressure_sample_get_missing (sample);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "level", "s", g_enum_get_value (levels, level)->value_nick);
  g_variant_dict_insert (&dict, "usage", "d", mgr_pressure_sample_get_usage (sample));
  g_variant_dict_insert (&dict, "stall", "d", mgr_pressure_sample_get_stall (sample));
  g_variant_dict_insert (&dict, "available", "t", mgr_pressure_sample_get_available (sample));
  g_variant_dict_insert (&dict, "limit", "t", mgr_pressure_sample_get_limit (sample));
  g_variant_dict_insert (&dict, "swap", "t", mgr_pressure_sample_get_swap (sample));
  if (forecast != NULL)
    dict_insert_forecast (&dict, forecast);
  g_variant_dict_insert (&dict, "reason", "s", mgr_pressure_sample_get_reason (sample));
  g_variant_dict_insert (&dict, "source", "s", source != NULL ? source : "");
  g_variant_dict_insert_value (&dict, "missing", g_variant_new_strv (missing, -1));
  g_variant_dict_insert (&dict, "time", "x", mgr_pressure_sample_get_time (sample));

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static guint64
dict_get_limit (GVariant *dict)
{
  guint64 limit = 0;

  g_variant_lookup (dict, "limit", "t", &limit);
  return limit;
}

static char *
format_usage (GVariant *dict)
{
  double usage = 0;

  if (dict_get_limit (dict) == 0)
    return g_strdup ("no limit is known");

  g_variant_lookup (dict, "usage", "d", &usage);
  return g_strdup_printf ("%5.1f %% used", 100 * usage);
}

static char *
format_available (GVariant *dict)
{
  guint64 available = 0;
  g_autofree char *size = NULL;

  if (dict_get_limit (dict) == 0 || !g_variant_lookup (dict, "available", "t", &available))
    return NULL;

  size = mgr_size_format (available);
  return g_strdup_printf ("%10s available", size);
}

static char *
format_limit (GVariant *dict)
{
  guint64 limit = dict_get_limit (dict);
  const char *source = "";
  g_autofree char *size = NULL;

  if (limit == 0)
    return NULL;

  size = mgr_size_format (limit);
  g_variant_lookup (dict, "source", "&s", &source);
  return g_strdup_printf ("limit %s (%s)", size, source);
}

static char *
format_stall (GVariant *dict)
{
  double stall = 0;

  if (!g_variant_lookup (dict, "stall", "d", &stall))
    return NULL;

  return g_strdup_printf ("stall %4.1f %%", 100 * stall);
}

static char *
format_swap (GVariant *dict)
{
  guint64 swap = 0;
  g_autofree char *size = NULL;

  if (!g_variant_lookup (dict, "swap", "t", &swap) || swap == 0)
    return NULL;

  size = mgr_size_format (swap);
  return g_strdup_printf ("%s of swap", size);
}

static char *
format_exhaustion (GVariant *dict)
{
  gint64 time = MGR_TIME_NEVER;

  g_variant_lookup (dict, "time-to-exhaustion", "x", &time);
  if (time > LONGEST_FORECAST)
    return NULL;

  return g_strdup_printf ("exhausted in %.0f s", (double) time / G_USEC_PER_SEC);
}

/* Where all is well nobody asks why. */
static char *
format_reason (GVariant *dict)
{
  const char *reason = "";

  g_variant_lookup (dict, "reason", "&s", &reason);
  if (*reason == '\0' || mgrctl_sample_get_level (dict) == MGR_PRESSURE_LEVEL_NORMAL)
    return NULL;

  return g_strdup (reason);
}

static char *
format_missing (GVariant *dict)
{
  g_autofree const char **missing = NULL;
  g_autofree char *names = NULL;

  if (!g_variant_lookup (dict, "missing", "^a&s", &missing) || missing[0] == NULL)
    return NULL;

  names = mgrctl_names (missing);
  return g_strdup_printf ("missing: %s", names);
}

/* In the order of the line, of which a narrow terminal shows the beginning. */
static const SampleField fields[] = {
  { format_usage, MGRCTL_STYLE_PLAIN },
  { format_stall, MGRCTL_STYLE_PLAIN },
  { format_available, MGRCTL_STYLE_PLAIN },
  { format_swap, MGRCTL_STYLE_PLAIN },
  { format_exhaustion, MGRCTL_STYLE_WARNING },
  { format_limit, MGRCTL_STYLE_FAINT },
  { format_missing, MGRCTL_STYLE_WARNING },
  { format_reason, MGRCTL_STYLE_FAINT },
};

static const char *
dict_get_level (GVariant *dict)
{
  const char *level = "normal";

  g_variant_lookup (dict, "level", "&s", &level);
  return level;
}

MgrPressureLevel
mgrctl_sample_get_level (GVariant *dict)
{
  g_autoptr (GEnumClass) levels = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);
  GEnumValue *value = g_enum_get_value_by_nick (levels, dict_get_level (dict));

  return value != NULL ? (MgrPressureLevel) value->value : MGR_PRESSURE_LEVEL_NORMAL;
}

/* Whether there was room for @text. */
static gboolean
append_cell (GString             *line,
             const MgrctlOptions *options,
             MgrctlStyle          style,
             const char          *text,
             int                 *room)
{
  g_autofree char *printable = mgrctl_printable (text);
  g_autofree char *painted = mgrctl_paint (options, style, printable);
  int gap = line->len > 0 ? GAP : 0;

  *room -= gap + mgrctl_count_columns (printable);
  if (*room < 0)
    return FALSE;

  g_string_append_printf (line, "%*s%s", gap, "", painted);
  return TRUE;
}

char *
mgrctl_sample_to_line (const MgrctlOptions *options,
                       GVariant            *dict,
                       int                  width)
{
  GString *line = g_string_new (NULL);
  const char *level = dict_get_level (dict);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%H:%M:%S");
  g_autofree char *padded = mgrctl_pad (level, LEVEL_WIDTH);

  append_cell (line, options, MGRCTL_STYLE_FAINT, time, &width);
  append_cell (line, options, mgrctl_style_of_level (level), padded, &width);
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autofree char *text = fields[i].format (dict);

      if (text != NULL && !append_cell (line, options, fields[i].style, text, &width))
        break;
    }

  return g_string_free (line, FALSE);
}
