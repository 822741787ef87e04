/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-task-print.h"

#include "mgrctl-print.h"

#include <mgr.h>

#include <stdio.h>

#define LABEL_WIDTH 18

typedef char *(*FormatFunc) (GVariant *value,
                             gint64    now);

/* All of these return (transfer full) (nullable) texts: NULL for nothing to tell. */

static char *
format_plainly (GVariant *value,
                gint64    now)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);

  return g_variant_print (value, FALSE);
}

static char *
format_reason (GVariant *value,
               gint64    now)
{
  const char *reason = g_variant_get_string (value, NULL);

  return g_str_equal (reason, "none") ? NULL : g_strdup (reason);
}

static char *
format_size (GVariant *value,
             gint64    now)
{
  return mgr_size_format (g_variant_get_uint64 (value));
}

static char *
format_words (GVariant *value,
              gint64    now)
{
  g_autofree const char **words = g_variant_get_strv (value, NULL);

  return g_strjoinv (" ", (char **) words);
}

static char *
format_percent (GVariant *value,
                gint64    now)
{
  return g_strdup_printf ("%.0f %%", 100 * g_variant_get_double (value));
}

static char *
format_duration (GVariant *value,
                 gint64    now)
{
  return g_strdup_printf ("%.1f s", (double) g_variant_get_int64 (value) / G_USEC_PER_SEC);
}

static char *
format_time (GVariant *value,
             gint64    now)
{
  double seconds = (double) (g_variant_get_int64 (value) - now) / G_USEC_PER_SEC;

  return seconds > 0 ? g_strdup_printf ("in %.1f s", seconds)
                     : g_strdup_printf ("%.1f s ago", -seconds);
}

static const struct
{
  const char *key;
  FormatFunc format;
} lines[] = {
  { "state", format_plainly },
  { "reason", format_reason },
  { "error", format_plainly },
  { "exit-status", format_plainly },
  { "priority", format_plainly },
  { "rank", format_plainly },
  { "component", format_plainly },
  { "tags", format_words },
  { "executor", format_plainly },
  { "argv", format_words },
  { "attempt", format_plainly },
  { "progress", format_percent },
  { "message", format_plainly },
  { "memory", format_size },
  { "grant", format_size },
  { "measured", format_size },
  { "peak", format_size },
  { "submitted", format_time },
  { "started", format_time },
  { "ended", format_time },
  { "deadline", format_time },
  { "expected-duration", format_duration },
};

void
mgrctl_task_print (const MgrctlOptions *options,
                   GVariant            *details,
                   gint64               now)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (details, lines[i].key, NULL);
      g_autofree char *label = mgrctl_pad (lines[i].key, LABEL_WIDTH);
      g_autofree char *faint_label = mgrctl_paint (options, MGRCTL_STYLE_FAINT, label);
      g_autofree char *text = value != NULL ? lines[i].format (value, now) : NULL;
      g_autofree char *shown = text != NULL ? mgrctl_printable (text) : NULL;

      if (shown != NULL)
        printf ("  %s %s\n", faint_label, shown);
    }
}
