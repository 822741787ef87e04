/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-private.h"

#include "base/mgr-size.h"

/* The resources that the details of a cleanup list. A journal that was written by an
 * earlier libmgr has their names alone. */

static const struct
{
  const char *key;
  const char *label;
  const char *figure; /* (nullable) */
} told_lists[] = {
  { "steps", "To be asked", "expected" },
  { "cleaned", "Cleaned", "claimed" },
  { "kept", "Kept", NULL },
  { "protected", "Protected", NULL },
};

/* Why a step is in its list; %NULL if it is none. */
static char *
step_describe (GVariant *step)
{
  const char *name = NULL;
  const char *reason = "";
  const char *error = NULL;

  if (!g_variant_lookup (step, "name", "&s", &name))
    return NULL;

  g_variant_lookup (step, "reason", "&s", &reason);
  g_variant_lookup (step, "error", "&s", &error);
  return error != NULL ? g_strdup_printf ("%s: %s", reason, error) : g_strdup (reason);
}

static void
tell_step (GString    *text,
           GVariant   *step,
           const char *figure)
{
  const char *name = "";
  guint64 bytes = 0;

  g_variant_lookup (step, "name", "&s", &name);
  g_string_append (text, name);
  if (figure != NULL && g_variant_lookup (step, figure, "t", &bytes))
    {
      g_autofree char *size = mgr_size_format (bytes);

      g_string_append_printf (text, " %s", size);
    }
}

/* Tells those from @first on that are there for the same reason, and the reason once. */
static void
tell_group (GString    *text,
            GPtrArray  *reasons,
            GVariant   *steps,
            guint       first,
            const char *figure)
{
  g_autofree char *reason = g_strdup (g_ptr_array_index (reasons, first));
  const char *separator = "";

  for (guint i = first; i < reasons->len; i++)
    {
      g_autoptr (GVariant) step = NULL;

      if (g_strcmp0 (g_ptr_array_index (reasons, i), reason) != 0)
        continue;

      step = g_variant_get_child_value (steps, i);
      g_string_append (text, separator);
      tell_step (text, step, figure);
      g_clear_pointer (&reasons->pdata[i], g_free);
      separator = ", ";
    }

  if (*reason != '\0')
    g_string_append_printf (text, " (%s)", reason);
}

static void
tell_steps (GString    *text,
            GVariant   *steps,
            const char *figure)
{
  g_autoptr (GPtrArray) reasons = g_ptr_array_new_with_free_func (g_free);
  const char *separator = "";

  for (gsize i = 0; i < g_variant_n_children (steps); i++)
    {
      g_autoptr (GVariant) step = g_variant_get_child_value (steps, i);

      g_ptr_array_add (reasons, step_describe (step));
    }

  for (guint i = 0; i < reasons->len; i++)
    {
      if (g_ptr_array_index (reasons, i) == NULL)
        continue;

      g_string_append (text, separator);
      tell_group (text, reasons, steps, i, figure);
      separator = "; ";
    }
}

static void
tell_left_out (GString    *text,
               GVariant   *details,
               const char *key)
{
  g_autofree char *left_out = g_strconcat (key, "-left-out", NULL);
  guint32 count = 0;

  if (g_variant_lookup (details, left_out, "u", &count) && count > 0)
    g_string_append_printf (text, "; %u more are not listed", count);
}

static void
tell_list (GString    *text,
           GVariant   *details,
           const char *key,
           const char *figure)
{
  g_autoptr (GVariant) steps = g_variant_lookup_value (details, key, G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GStrv) names = NULL;

  if (steps != NULL)
    {
      tell_steps (text, steps, figure);
      tell_left_out (text, details, key);
    }
  else if (g_variant_lookup (details, key, "^as", &names))
    {
      g_autofree char *joined = g_strjoinv (", ", names);

      g_string_append (text, joined);
    }
}

void
mgr_journal_tell_steps (GString  *text,
                        GVariant *details)
{
  for (gsize i = 0; i < G_N_ELEMENTS (told_lists); i++)
    {
      g_autoptr (GString) list = g_string_new (NULL);

      tell_list (list, details, told_lists[i].key, told_lists[i].figure);
      if (list->len > 0)
        g_string_append_printf (text, "  %s: %s\n", told_lists[i].label, list->str);
    }
}
