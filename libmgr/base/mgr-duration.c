/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-duration-private.h"

#include <string.h>

typedef struct
{
  const char *name;
  gint64 duration; /* µs */
} DurationUnit;

/* Those up to `us` are written, the others are read as well. */
static const DurationUnit duration_units[] = {
  { "d", G_TIME_SPAN_DAY },
  { "h", G_TIME_SPAN_HOUR },
  { "min", G_TIME_SPAN_MINUTE },
  { "s", G_TIME_SPAN_SECOND },
  { "ms", G_TIME_SPAN_MILLISECOND },
  { "us", 1 },
  { "µs", 1 },
  { "", G_TIME_SPAN_SECOND },
};

/* The first double that no longer fits into 63 bits. */
#define DURATION_OVERFLOW 9223372036854775808.0

gboolean
mgr_number_split (const char  *text,
                  double      *out_number,
                  const char **out_unit)
{
  gsize length = strspn (text, "0123456789.");
  g_autofree char *number = g_strndup (text, length);

  if (!g_ascii_isdigit (*number) || strchr (number, '.') != strrchr (number, '.'))
    return FALSE;

  *out_number = g_ascii_strtod (number, NULL);
  *out_unit = text + length;
  while (g_ascii_isspace (**out_unit))
    (*out_unit)++;
  return TRUE;
}

static const DurationUnit *
duration_unit_lookup (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (duration_units); i++)
    {
      if (g_ascii_strcasecmp (name, duration_units[i].name) == 0)
        return &duration_units[i];
    }

  return NULL;
}

gboolean
mgr_duration_parse (const char  *text,
                    gint64      *out_duration,
                    GError     **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  const DurationUnit *unit;
  const char *unit_name;
  double duration;

  if (!mgr_number_split (stripped, &duration, &unit_name))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "“%s” is not a time: write a number and a unit, such as “500 ms”", text);
      return FALSE;
    }

  unit = duration_unit_lookup (unit_name);
  if (unit == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "“%s” has no known unit: use us, ms, s, min, h or d", text);
      return FALSE;
    }

  /* To the nearest microsecond. */
  duration = duration * (double) unit->duration + 0.5;
  if (!(duration < DURATION_OVERFLOW))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The time “%s” is longer than 2^63 - 1 microseconds", text);
      return FALSE;
    }

  *out_duration = (gint64) duration;
  return TRUE;
}

char *
mgr_duration_format (gint64 duration)
{
  const DurationUnit *unit = duration_units;

  /* Nothing is as much in every unit. */
  if (duration == 0)
    return g_strdup ("0");

  while (duration % unit->duration != 0)
    unit++;

  return g_strdup_printf ("%" G_GINT64_FORMAT " %s", duration / unit->duration, unit->name);
}
